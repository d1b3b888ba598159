//! The command `orm`, run as a user runs it.

#![expect(clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod baseline;
mod diagram;
mod doctor;
mod explain;
mod guide;
mod help;
mod init;
mod kill;

use std::{
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
};

use orm_pg::Database;
use serde_json::Value;

/// How a run of the command has ended.
struct Ran {
    status: i32,
    out: String,
    err: String,
}

/// The command, with arguments.
struct Orm(Command);

fn orm<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Orm {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orm"));
    // Nothing of the machine's own set-up: not its servers, not the width of a terminal.
    for name in ["DATABASE_URL", "ORM_SCRATCH_URL", "NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS"] {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Orm(command)
}

impl Orm {
    fn on(mut self, url: &str) -> Self {
        self.0.env("DATABASE_URL", url);
        self
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    fn within(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    fn run(self) -> Ran {
        self.reads("")
    }

    /// Starts it and does not wait for its end.
    fn start(mut self) -> Child {
        self.0.spawn().expect("the command")
    }

    fn reads(mut self, input: &str) -> Ran {
        if !input.is_empty() {
            self.0.stdin(Stdio::piped());
        }
        let mut child = self.0.spawn().expect("the command");
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).expect("input");
        }
        let output = child.wait_with_output().expect("output");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Ran { status: output.status.code().expect("a status"), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    #[track_caller]
    fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// The URL of the database of a test.
async fn url(db: &Database) -> String {
    let name: String = orm_pg::sql!("SELECT current_database()::text").one(db).await.expect("a name");
    orm_pg::testing::server().await.expect("a server").url_of(&name)
}

async fn load(db: &Database, sql: &str) {
    let connection = db.connection().await.expect("a connection");
    connection.client().batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}"));
}
