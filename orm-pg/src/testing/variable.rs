//! The environment variables that test support reads.

/// The variables that may name a server, in order of precedence.
pub(super) const URLS: [&str; 2] = ["ORM_PG_TEST_URL", "DATABASE_URL"];

/// Requests one kind of throw-away server, without a fallback.
pub(super) const SERVER: &str = "ORM_PG_TEST_SERVER";

/// Names the image to run.
pub(super) const IMAGE: &str = "ORM_PG_TEST_IMAGE";

/// Names the command of the container engine.
pub(super) const DOCKER: &str = "ORM_PG_TEST_DOCKER";

/// Names the directory of the server, instead of one in the directory for temporary files.
pub(super) const DIRECTORY: &str = "ORM_PG_TEST_DIR";

/// How many seconds a throw-away server stays after the last test process, unless `ORM_PG_TEST_IDLE_SECONDS` says so.
pub const IDLE_SECONDS: u32 = 20;

/// Sets another time than [`IDLE_SECONDS`].
pub(super) const IDLE: &str = "ORM_PG_TEST_IDLE_SECONDS";
