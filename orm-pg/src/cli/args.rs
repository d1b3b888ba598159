//! The command line.

mod migrate;

use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};

pub(super) use self::migrate::{Baseline, Check, Diff, Down, Folder, Lint, Migrate, New, Repair, Snapshot, Status, Up};
use crate::schema::generate;

/// Migrations, models and databases of orm-pg.
#[derive(Debug, Parser)]
#[command(name = "orm", version, max_term_width = 100, after_help = EXIT)]
pub(super) struct Args {
    /// Print one JSON object instead of text, errors included
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT: &str = "Exit status: 0 done and nothing to report, 1 an error, 2 a wrong command line, 3 done and something was \
                    found.\nNO_COLOR turns colours off. A file .env is not read.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Init(Init),
    #[command(subcommand)]
    Migrate(Migrate),
    Verify(Verify),
    Introspect(Introspect),
    Diagram(Diagram),
    Doctor(Doctor),
    Explain(Explain),
    Completions(Completions),
}

impl Command {
    /// Whether only a binary of the project can run it.
    pub(super) fn needs_models(&self) -> bool {
        match self {
            Self::Migrate(Migrate::Diff(_) | Migrate::Snapshot(_)) | Self::Verify(_) => true,
            Self::Migrate(Migrate::Check(check)) => !check.files_only,
            Self::Migrate(_)
            | Self::Introspect(_)
            | Self::Diagram(_)
            | Self::Init(_)
            | Self::Doctor(_)
            | Self::Explain(_)
            | Self::Completions(_) => false,
        }
    }
}

/// Which database.
#[derive(Debug, Group)]
pub(super) struct Connect {
    /// The database, as a URL or as `host=.. dbname=..`; the variables of libpq say what it leaves out
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(super) database_url: Option<String>,
}

/// Where scratch databases are created.
#[derive(Debug, Group)]
pub(super) struct ScratchServer {
    /// A server on which databases may be created; by default that of the tests: `ORM_PG_TEST_URL`, `DATABASE_URL`, or one
    /// that is started for it
    #[arg(long, env = "ORM_SCRATCH_URL", hide_env_values = true, value_name = "URL")]
    pub(super) scratch_url: Option<String>,
}

/// Write what a project needs: src/bin/orm.rs, build.rs and the folder migrations
///
/// In an empty folder it starts a new project. It never overwrites a file, and says what it has written and what is left to do.
#[derive(Debug, Group)]
#[command(after_help = "Examples:\n  orm init\n  orm init --folder backend")]
pub(super) struct Init {
    /// The folder of the package
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    pub(super) folder: PathBuf,
    /// Use orm-pg from this folder, in a new project
    #[arg(long, value_name = "FOLDER", hide = true)]
    pub(super) orm_pg_path: Option<PathBuf>,
}

/// Compare a database with the models
///
/// Prints the statements that would bring the database to what the models say, with exit status 3. Nothing is changed. Views,
/// functions, triggers and tables without a model are no differences.
#[derive(Debug, Group)]
#[command(after_help = "Examples:\n  orm verify\n  orm verify --json")]
pub(super) struct Verify {
    #[command(flatten)]
    pub(super) connect: Connect,
    #[command(flatten)]
    pub(super) scratch: ScratchServer,
}

/// Write the models of a database
///
/// With --out, a file that is there is only changed where it differs from the database: names of structs, fields and relations
/// stay as you have changed them.
#[derive(Debug, Group)]
#[command(after_help = "Examples:\n  orm introspect\n  orm introspect --out src/models.rs --dates jiff")]
pub(super) struct Introspect {
    #[command(flatten)]
    pub(super) connect: Connect,
    /// The file to write, or to bring up to date; by default the models are printed
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// The crate whose types dates and times have
    #[arg(long, value_enum, default_value_t = Dates::Chrono)]
    pub(super) dates: Dates,
}

/// A crate for dates.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Dates {
    Chrono,
    Time,
    Jiff,
}

impl From<Dates> for generate::Dates {
    fn from(dates: Dates) -> Self {
        match dates {
            Dates::Chrono => Self::Chrono,
            Dates::Time => Self::Time,
            Dates::Jiff => Self::Jiff,
        }
    }
}

/// Draw the tables of a database and their foreign keys
#[derive(Debug, Group)]
#[command(after_help = "Examples:\n  orm diagram >schema.mmd\n  orm diagram --out schema.svg")]
pub(super) struct Diagram {
    #[command(flatten)]
    pub(super) connect: Connect,
    /// The form: Mermaid, or SVG if the file ends with it
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
    /// The file to write; by default the diagram is printed
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// The form of a diagram.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Format {
    Mermaid,
    Svg,
}

/// Look for what is wrong in a database, or will be soon
///
/// The connection and poolers in between, roles that are too strong, foreign keys without an index, invalid, duplicate and
/// unused indexes, sequences and keys near their end, tables without a primary key or statistics, and more. Each finding says
/// what to do, with the SQL. Nothing is changed. Exit status 3 if there are warnings or problems.
#[derive(Debug, Group)]
#[command(after_help = "Examples:\n  orm doctor\n  orm doctor --skip role --skip unused_index\n  orm doctor --only \
                        foreign_key_without_index --json\n  orm doctor --used-percent 50")]
pub(super) struct Doctor {
    #[command(flatten)]
    pub(super) connect: Connect,
    /// Leave out this check; may be repeated
    #[arg(long, value_name = "CHECK")]
    pub(super) skip: Vec<String>,
    /// Only this check; may be repeated
    #[arg(long, value_name = "CHECK", conflicts_with = "skip")]
    pub(super) only: Vec<String>,
    /// How much of its values a sequence or a key may have used
    #[arg(long, value_name = "PERCENT", default_value_t = 75)]
    pub(super) used_percent: u32,
    /// How many seconds a session may be idle in a transaction
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(super) idle_seconds: u32,
    /// How large an index must be to be reported as unused, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    pub(super) unused_index_bytes: u64,
}

/// Show what a statement costs, as a tree of the steps of its plan
///
/// The statement runs in a read-only transaction that is rolled back, and each step shows its own time, without the steps below
/// it and over all loops, the rows that were expected and found, and what it read. A statement that writes is refused unless
/// --write is given; then it runs and is rolled back, but sequences that it uses advance.
#[derive(Debug, Group)]
#[command(
    after_help = "Examples:\n  orm explain 'SELECT * FROM users WHERE email = $1' --bind ann@example.org\n  orm explain \
                        --file slow.sql\n  orm explain --estimate 'DELETE FROM users'\n  pbpaste | orm explain -"
)]
pub(super) struct Explain {
    #[command(flatten)]
    pub(super) connect: Connect,
    /// The statement; `-` reads it from standard input
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub(super) sql: Option<String>,
    /// Read the statement from this file
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// The value of $1, then of $2, and so on, as text; may be repeated
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub(super) bind: Vec<String>,
    /// Do not run the statement: show what the planner expects
    #[arg(long)]
    pub(super) estimate: bool,
    /// Run a statement that writes, and roll it back
    #[arg(long, conflicts_with = "estimate")]
    pub(super) write: bool,
}

/// Print the completions for a shell
#[derive(Debug, Group)]
#[command(
    after_help = "Examples:\n  orm completions bash >~/.local/share/bash-completion/completions/orm\n  orm completions zsh \
                        >~/.zfunc/_orm\n  orm completions fish >~/.config/fish/completions/orm.fish"
)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}
