//! The commands about migrations.

use std::path::PathBuf;

use clap::{
    Args as Group, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use orm_core::migrate::Allow;

use super::{Connect, ScratchServer};
use crate::{
    cli::rename::{RenameArg, ReplaceArg},
    schema::Tool,
};

/// Write, run and check migrations
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Migrate {
    New(New),
    Diff(Diff),
    Snapshot(Snapshot),
    Up(Up),
    Down(Down),
    Status(Status),
    Check(Check),
    Baseline(Baseline),
    Repair(Repair),
}

/// Where the files are.
#[derive(Debug, Group)]
pub(in crate::cli) struct Folder {
    /// The folder of the migrations; by default `migrations` beside the nearest Cargo.toml
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) migrations: Option<PathBuf>,
}

/// Write an empty migration, for SQL by hand
#[derive(Debug, Group)]
#[command(
    after_help = "Examples:\n  orm migrate new fill_names\n  orm migrate new fill_names --down\n  orm migrate new --rebase \
                        20261127090000_add_mood"
)]
pub(in crate::cli) struct New {
    /// What it does, in a word or two
    #[arg(required_unless_present = "rebase", conflicts_with = "rebase")]
    pub(in crate::cli) name: Option<String>,
    /// Also write the file that undoes it
    #[arg(long)]
    pub(in crate::cli) down: bool,
    /// Give this migration, which did not run, the present time, so that it comes after all others
    #[arg(long, value_name = "ID", conflicts_with = "down")]
    pub(in crate::cli) rebase: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
}

/// Write the migrations that bring the schema to what the models say
///
/// The schema so far is what the migrations make on a scratch database. The new steps are proved on another one. Steps that lose
/// data or break what runs need a word each, which the refusal prints. Views, functions, triggers and tables without a model stay
/// as they are. The snapshot, in the directory `schema` of the migrations, is written with them.
#[derive(Debug, Group)]
#[command(after_help = "Examples:\n  orm migrate diff --name add_users\n  orm migrate diff --name shorter --allow \
                        'drop_column(users.nick)'\n  orm migrate diff --name better_name --rename 'column(users.nick, name)' --allow \
                        'rename_column(users.name)'\n  orm migrate diff --name add_users --down\n  orm migrate diff --name \
                        add_users --offline\n  orm migrate diff --print")]
pub(in crate::cli) struct Diff {
    /// What it does, in a word or two
    #[arg(long, required_unless_present = "print")]
    pub(in crate::cli) name: Option<String>,
    /// Permit a step that loses data or breaks what runs; may be repeated
    #[arg(long, value_name = "STEP(OBJECT)")]
    pub(in crate::cli) allow: Vec<Allow>,
    /// Declare a new name; may be repeated. `renamed_from` of a field does the same
    #[arg(long, value_name = "KIND(OLD, NEW)")]
    pub(in crate::cli) rename: Vec<RenameArg>,
    /// Nobody uses the tables meanwhile: fewer steps, which may block others
    #[arg(long, conflicts_with = "live")]
    pub(in crate::cli) unused: bool,
    /// The old version of the application runs beside the new one until `up --contract`: a column that gets another name or type
    /// is replaced by a second one, which a trigger keeps equal
    #[arg(long, conflicts_with = "offline")]
    pub(in crate::cli) live: bool,
    /// With --live, remove a label of an enum, and give its rows another one; may be repeated
    #[arg(long, value_name = "label(TYPE.LABEL, OTHER)", requires = "live")]
    pub(in crate::cli) replace: Vec<ReplaceArg>,
    /// Also write the files that undo them, which are proved, too
    #[arg(long, conflicts_with = "offline")]
    pub(in crate::cli) down: bool,
    /// Ask no server: the schema so far is the snapshot, and nothing is proved. New expressions of indexes, checks and generated
    /// columns are refused
    #[arg(long)]
    pub(in crate::cli) offline: bool,
    /// With --offline, write new expressions all the same
    #[arg(long, requires = "offline")]
    pub(in crate::cli) unproved: bool,
    /// Print the steps and write nothing
    #[arg(long)]
    pub(in crate::cli) print: bool,
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) scratch: ScratchServer,
}

/// Write the snapshot of the schema that the migrations make
///
/// `diff` writes it, too: one file for each object in the directory `schema` of the migrations, so that git shows what changes,
/// and `diff --offline` needs no server. This is for when it is missing or stale, after a merge or a migration by hand.
#[derive(Debug, Group)]
#[command(after_help = "Examples:\n  orm migrate snapshot")]
pub(in crate::cli) struct Snapshot {
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) scratch: ScratchServer,
}

/// Run the migrations that did not run
#[derive(Debug, Group)]
#[command(
    after_help = "Examples:\n  orm migrate up\n  orm migrate up --contract\n  orm migrate up --lock-timeout 5 --wait 60"
)]
pub(in crate::cli) struct Up {
    /// Also run files with `phase = contract`: the old version of the application has stopped
    #[arg(long)]
    pub(in crate::cli) contract: bool,
    /// After how many seconds a statement that waits for a lock gives up, to be tried again
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    pub(in crate::cli) lock_timeout: f64,
    /// How many seconds to wait for another migrator; without limit by default
    #[arg(long, value_name = "SECONDS")]
    pub(in crate::cli) wait: Option<f64>,
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) connect: Connect,
}

/// Undo the last migrations by their files .down.sql
#[derive(Debug, Group)]
#[command(after_help = "Examples:\n  orm migrate down\n  orm migrate down --count 2")]
pub(in crate::cli) struct Down {
    /// How many
    #[arg(long, default_value_t = 1)]
    pub(in crate::cli) count: usize,
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) connect: Connect,
}

/// Show which migrations ran, and which will
///
/// Exit status 3 if some are pending, half done or missing, or if something must be mended first.
#[derive(Debug, Group)]
#[command(after_help = "Examples:\n  orm migrate status\n  orm migrate status --json")]
pub(in crate::cli) struct Status {
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) connect: Connect,
}

/// Check the files and the models against each other
///
/// The files must be readable and run on a scratch database, and their branches must not change the same objects. Exit status 3 if
/// the models say something else than what the files make, if the snapshot is stale, and if a file has a step that stops the application, breaks it or loses
/// data: each is shown with its file, its line and its safe form. `-- orm: allow = ...` in the file permits it. With a database, its
/// history must fit the files.
#[derive(Debug, Group)]
#[command(
    after_help = "Examples:\n  orm migrate check\n  orm migrate check --lint all\n  orm migrate check --lint-after \
                        20261127090000_first\n  orm migrate check --files-only"
)]
pub(in crate::cli) struct Check {
    /// Leave out what needs a scratch database: the models, and what is dangerous
    #[arg(long)]
    pub(in crate::cli) files_only: bool,
    /// Which files are run step by step to see what is dangerous about them
    #[arg(long, value_enum, default_value_t = Lint::Pending, conflicts_with = "files_only")]
    pub(in crate::cli) lint: Lint,
    /// Only files after this one, for files from before the first check
    #[arg(long, value_name = "ID", conflicts_with = "files_only")]
    pub(in crate::cli) lint_after: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) connect: Connect,
    #[command(flatten)]
    pub(in crate::cli) scratch: ScratchServer,
}

/// Which files are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Lint {
    /// Those that did not run in the database; all, if none is named
    Pending,
    /// All
    All,
    /// None
    None,
}

/// Record migrations as run without running them, since what they make is there
///
/// With --write, the first migration is written from the database: it makes all that the database has, and is proved on a scratch
/// database. Tables in which other tools keep their history are left out.
#[derive(Debug, Group)]
#[command(
    group(clap::ArgGroup::new("which").required(true).multiple(true).args(["up_to", "from", "write"])),
    after_help = "Examples:\n  orm migrate baseline --write before\n  orm migrate baseline --from rails --write before\n  orm \
                  migrate baseline --up-to 20261127090000_first\n  orm migrate baseline --from sqlx"
)]
pub(in crate::cli) struct Baseline {
    /// The last migration that counts as run
    #[arg(long, value_name = "ID", conflicts_with = "write")]
    pub(in crate::cli) up_to: Option<String>,
    /// The tool whose history says which migrations ran
    #[arg(long, value_name = "TOOL", value_parser = tool())]
    pub(in crate::cli) from: Option<Tool>,
    /// Write a first migration of this name that makes all that the database has, into a folder without migrations
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) write: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) connect: Connect,
    #[command(flatten)]
    pub(in crate::cli) scratch: ScratchServer,
}

/// Parses the name of another tool for migrations.
fn tool() -> impl TypedValueParser<Value = Tool> {
    PossibleValuesParser::new(Tool::ALL.map(Tool::name)).try_map(|it| it.parse::<Tool>())
}

/// Mend a history that `migrate up` refuses
#[derive(Debug, Group)]
#[command(
    group(clap::ArgGroup::new("what").required(true).args(["resume", "accept", "removed", "skip"])),
    after_help = "Examples:\n  orm migrate repair --resume\n  orm migrate repair --accept 20261127090000_first --reason 'only a \
                  comment'\n  orm migrate repair --removed 20261127090000_first --reason 'joined with the next one'"
)]
pub(in crate::cli) struct Repair {
    /// The migration that failed goes on at the step that failed
    #[arg(long)]
    pub(in crate::cli) resume: bool,
    /// The file of this migration was changed after it ran, and the change means nothing
    #[arg(long, value_name = "ID", requires = "reason")]
    pub(in crate::cli) accept: Option<String>,
    /// The file of this migration was removed on purpose after it ran
    #[arg(long, value_name = "ID", requires = "reason")]
    pub(in crate::cli) removed: Option<String>,
    /// This migration must not run here
    #[arg(long, value_name = "ID", requires = "reason")]
    pub(in crate::cli) skip: Option<String>,
    /// Why; it is recorded
    #[arg(long)]
    pub(in crate::cli) reason: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) connect: Connect,
}
