//! Migrations: files that are run once, in their order, and recorded.

mod alone;
mod apply;
mod attempt;
mod baseline;
mod data;
mod history;
mod lock;
mod options;
mod repair;
mod source;
mod statement;
mod status;
mod unit;

use std::{borrow::Cow, collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use orm_core::{
    error::{Error, ErrorKind, Result},
    migrate::{
        Applied, Conflict, Review, State,
        file::{Action, Migration, Script, checksum},
        review,
    },
};

use self::{apply::Job, data::Those, options::Options, source::Source};
pub use self::{
    baseline::{Baseline, Tool},
    data::{And, DataSteps},
    options::{Event, Ran, Report},
    repair::Repair,
    status::{MigrationStatus, Standing, Status},
};
use crate::{Connection, Database, Transaction};

/// The migrations of an application: the files of a folder, read at run time or embedded by [`migrate!`](crate::migrate!).
///
/// Each file runs once on a database, in one transaction with its row in the table `_orm_migrations`. One migrator at a time
/// holds an advisory lock of its session; the others wait and then find nothing to do. A statement that gets no lock within
/// two seconds gives up, so that those behind it go on, and the migration is tried again after a pause.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::Migrations;
///
/// let report = Migrations::from_dir("migrations")?.run(&db).await?;
/// println!("{} migrations ran", report.ran.len());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "migrations do nothing until `run` is awaited"]
pub struct Migrations<S = ()> {
    source: Source,
    options: Options,
    data: S,
}

impl Migrations {
    /// Reads the files of a folder.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] if the folder or a file cannot be read. What the files say is checked by
    /// [`check`](Self::check), and before anything runs.
    pub fn from_dir(folder: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { source: Source::read(folder.as_ref())?, options: Options::new(), data: () })
    }

    /// Returns migrations from the names and texts of their files.
    pub fn from_files<N: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (N, T)>) -> Self {
        let mut files: Vec<_> = files.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
        files.sort();
        Self { source: Source::Read(Arc::new(files)), options: Options::new(), data: () }
    }

    /// Returns migrations from files that are part of the program.
    pub const fn embedded(files: &'static [(&'static str, &'static str)]) -> Self {
        Self { source: Source::Embedded { files, folder: None }, options: Options::new(), data: () }
    }

    /// The same with the folder of the files; [`migrate!`](crate::migrate!) expands to this.
    #[doc(hidden)]
    pub const fn embedded_from(folder: &'static str, files: &'static [(&'static str, &'static str)]) -> Self {
        Self { source: Source::Embedded { files, folder: Some(folder) }, options: Options::new(), data: () }
    }
}

impl<S: DataSteps> Migrations<S> {
    /// Adds the function for `-- orm: step = rust` of the migration `id`. It runs in the transaction of the migration, or of its
    /// step with `-- orm: transaction = none`. It is called again if a lock was not granted in time.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// use orm_pg::schema::Migrations;
    ///
    /// let migrations = Migrations::from_dir("migrations")?.with("20261127090000_names", async |tx| {
    ///     User::query().filter(|u| u.name.eq("")).update(|u| u.name.set("unknown")).execute(tx).await.map(drop)
    /// });
    /// migrations.run(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn with<F>(self, id: impl Into<Cow<'static, str>>, function: F) -> Migrations<And<S, F>>
    where
        F: AsyncFn(&mut Transaction<'_>) -> Result<()> + Sync, // write `async |tx| { … }`
    {
        let data = And { others: self.data, id: id.into(), function };
        Migrations { source: self.source, options: self.options, data }
    }

    /// Also runs files with `phase = contract`: the old version of the application has stopped.
    pub fn contract(mut self) -> Self {
        self.options.contract = true;
        self
    }

    /// Limits how long a statement waits for a lock before its transaction gives up all its locks and is tried again. Two
    /// seconds by default. Statements that let others read and write have no limit: `CONCURRENTLY`, `VALIDATE CONSTRAINT`.
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.options.lock_timeout = limit.max(Duration::from_millis(1));
        self
    }

    /// Limits how often a transaction is tried that gets no lock in time: 60 times by default, with growing pauses of up to
    /// ten seconds.
    pub fn lock_attempts(mut self, attempts: u32) -> Self {
        self.options.attempts = attempts.max(1);
        self
    }

    /// Limits how long to wait for another migrator. Without limit by default.
    pub fn wait(mut self, limit: Duration) -> Self {
        self.options.wait = Some(limit);
        self
    }

    /// Calls `listener` with what happens, to show progress.
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.options.listener = Some(Arc::new(listener));
        self
    }

    /// Returns the migrations in the order of their ids, after all checks that need no database: what the files say, that
    /// their statements can run, and that branches change different objects.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] with the file and the line.
    pub fn check(&self) -> Result<Vec<Migration>> {
        let migrations = self.source.checked()?;
        for id in self.data.ids() {
            let step = |it: &Migration| it.id == id && has_rust(it);
            if !migrations.iter().any(step) {
                let text = format!("there is a function for {id}, and no such file has `-- orm: step = rust`");
                return Err(Error::new(ErrorKind::Migration, text));
            }
        }
        Ok(migrations)
    }

    /// As [`check`](Self::check), and refuses a database on which nothing may run, as [`run`](Self::run) does. Three round
    /// trips.
    ///
    /// # Errors
    /// As [`run`](Self::run), and those of the server.
    pub async fn check_against(&self, db: &Database) -> Result<()> {
        let migrations = self.check()?;
        review(&migrations, &history::read(db).await?, self.options.contract).check()
    }

    /// Refuses files that differ from those of a folder: migrations that are embedded do not see new files before the program
    /// is compiled again.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] that names the first difference.
    pub fn check_embedded(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        let there = Source::read(folder)?;
        let (own, there) = (self.source.files(), there.files());
        let text = |files: &[(&str, &str)], name: &str| files.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        for (name, _) in own.iter().chain(&there) {
            let (own, there) = (text(&own, name), text(&there, name));
            if own.as_deref().map(checksum) != there.as_deref().map(checksum) {
                let text = format!(
                    "{name} in {} is not what the program was compiled with: compile it again, and write a build script with \
                     `cargo::rerun-if-changed={}`",
                    folder.display(),
                    folder.display()
                );
                return Err(Error::new(ErrorKind::Migration, text));
            }
        }
        Ok(())
    }

    /// Returns which migrations ran, and which will. Two round trips.
    ///
    /// # Errors
    /// As [`check`](Self::check), and those of the server.
    pub async fn status(&self, db: &Database) -> Result<Status> {
        let migrations = self.source.checked()?;
        Ok(status::status(&migrations, &history::read(db).await?))
    }

    /// Runs all migrations that did not run, in their order; one that was interrupted goes on. If there are none, two round
    /// trips, and no lock.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] before the first statement, with the command that mends it: a file was changed or is missing, a
    /// file that did not run is before one that did, a step failed, a function is missing. Later: the file and the line of the
    /// statement that failed, with what the server said.
    pub async fn run(&self, db: &Database) -> Result<Report> {
        self.run_migrations(db, self.check()?).await
    }

    /// As [`run`](Self::run), without some of the migrations.
    #[cfg(feature = "cli")]
    pub(crate) async fn run_without(&self, db: &Database, left_out: &[&Migration]) -> Result<Report> {
        let mut migrations = self.check()?;
        migrations.retain(|it| !left_out.contains(&it));
        self.run_migrations(db, migrations).await
    }

    async fn run_migrations(&self, db: &Database, migrations: Vec<Migration>) -> Result<Report> {
        let before = review_of(&migrations, &history::read(db).await?, &self.options);
        if before.problems.is_empty() && before.pending.is_empty() {
            let waiting = before.waiting.iter().map(|it| it.id.clone()).collect();
            return Ok(Report { waiting, ..Report::default() });
        }
        let (mut connection, polls) = self.locked(db).await?;
        let rows = history::read(&connection).await?;
        let review = review_of(&migrations, &rows, &self.options);
        review.check()?;
        self.check_functions(&review.pending)?;
        let mut report = Report { polls, ..Report::default() };
        report.waiting = review.waiting.iter().map(|it| it.id.clone()).collect();
        if !review.pending.is_empty() {
            lock::refuse_pooler(db, &connection).await?;
            history::create(&connection).await?;
        }
        let mut job = Job { connection: &mut connection, options: &self.options, data: &self.data };
        for migration in review.pending {
            let row = rows.iter().find(|it| it.id == migration.id);
            report.ran.push(job.apply(migration, row).await?);
        }
        lock::release(&connection).await?;
        Ok(report)
    }

    /// Undoes the last `count` migrations, the last one first, by their files `.down.sql`.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] before the first statement if one of them has no such file or counts as run by a baseline, and
    /// for what [`run`](Self::run) refuses. Later as [`run`](Self::run).
    pub async fn down(&self, db: &Database, count: usize) -> Result<Report> {
        let migrations = self.check()?;
        let (mut connection, polls) = self.locked(db).await?;
        let rows = history::read(&connection).await?;
        let mut review = review_of(&migrations, &rows, &self.options);
        review.problems.retain(|it| !matches!(it, Conflict::Undoing { .. }));
        review.check()?;
        let mut undone = Vec::new();
        for row in rows.iter().rev().filter(|it| it.state != State::Removed).take(count) {
            undone.push((row, undoable(&migrations, row)?));
        }
        let mut report = Report { polls, ..Report::default() };
        if !undone.is_empty() {
            lock::refuse_pooler(db, &connection).await?;
        }
        let mut job = Job { connection: &mut connection, options: &self.options, data: &() };
        for (row, (migration, down)) in undone {
            report.ran.push(job.undo(migration, down, row).await?);
        }
        lock::release(&connection).await?;
        Ok(report)
    }

    /// Records files as run that did not run here, since what they make was there before. Returns their ids.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] for an unknown file, and for a history of another tool that is not there, has a failed
    /// migration, or has one without a file; errors of the server.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// use orm_pg::schema::{Baseline, Migrations, Tool};
    ///
    /// let migrations = Migrations::from_dir("migrations")?;
    /// migrations.baseline(&db, &Baseline::up_to("20261127090000_users")).await?;
    /// migrations.baseline(&db, &Baseline::from(Tool::Sqlx)).await?; // what `_sqlx_migrations` says
    /// # Ok(()) }
    /// ```
    pub async fn baseline(&self, db: &Database, baseline: &Baseline) -> Result<Vec<String>> {
        let migrations = self.check()?;
        let (mut connection, _) = self.locked(db).await?;
        let (files, reason) = baseline::files(&connection, &migrations, baseline).await?;
        history::create(&connection).await?;
        let mut ids = Vec::new();
        let tx = connection.begin().await?;
        for file in files {
            if history::insert_marked(&tx, file, State::Baseline, &reason).await? {
                ids.push(file.id.clone());
            }
        }
        tx.commit().await?;
        lock::release(&connection).await?;
        Ok(ids)
    }

    /// Mends a history that [`run`](Self::run) refuses.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] if there is nothing of the kind to mend, or the reason is empty; errors of the server.
    pub async fn repair(&self, db: &Database, repair: &Repair) -> Result<()> {
        let migrations = self.source.checked()?;
        let (connection, _) = self.locked(db).await?;
        history::create(&connection).await?;
        let rows = history::read(&connection).await?;
        repair::repair(&connection, &migrations, &rows, repair).await?;
        lock::release(&connection).await
    }

    /// Refuses embedded files that are not those of their folder any more. Where the program runs, the folder may not be there.
    pub(super) fn check_own_folder(&self) -> Result<()> {
        match self.source.folder().map(Path::new) {
            Some(folder) if folder.is_dir() => self.check_embedded(folder),
            _ => Ok(()),
        }
    }

    /// As [`run`](Self::run), as if only these files were there.
    pub(super) async fn run_only(&self, db: &Database, ids: &BTreeSet<String>) -> Result<Report> {
        let source = self.source.only(|name| ids.iter().any(|id| name.strip_prefix(id.as_str()) == Some(".up.sql")));
        let data = Those { all: &self.data, ids };
        Migrations { source, options: self.options.clone(), data }.run(db).await
    }

    /// Whether there are functions for steps in Rust, on which the result depends, too.
    #[cfg(feature = "testing")]
    pub(crate) fn has_functions(&self) -> bool {
        !self.data.ids().is_empty()
    }

    /// Takes a connection and the lock. Statements on it have no time limit.
    async fn locked(&self, db: &Database) -> Result<(Connection, u64)> {
        let connection = db.timeout(Duration::MAX).connection().await?;
        let polls = lock::acquire(&connection, &self.options).await?;
        Ok((connection, polls))
    }

    /// Refuses steps in Rust without a function.
    fn check_functions(&self, pending: &[&Migration]) -> Result<()> {
        let Some(missing) = pending.iter().find(|it| has_rust(it) && !self.data.has(&it.id)) else { return Ok(()) };
        let text = format!(
            "{} has a step in Rust, and no function for it: run it by the application, with \
             `Migrations::with({:?}, async |tx| ..)`",
            missing.id, missing.id
        );
        Err(Error::new(ErrorKind::Migration, text))
    }
}

fn review_of<'a>(migrations: &'a [Migration], rows: &[Applied], options: &Options) -> Review<'a> {
    review(migrations, rows, options.contract)
}

fn has_rust(migration: &Migration) -> bool {
    migration.up.steps.iter().any(|it| it.action == Action::Rust)
}

/// The file that undoes a migration.
fn undoable<'a>(migrations: &'a [Migration], row: &Applied) -> Result<(&'a Migration, &'a Script)> {
    let id = &row.id;
    let refused = |text: String| Err(Error::new(ErrorKind::Migration, text));
    if row.state == State::Baseline {
        return refused(format!("{id} was there before, so nothing undoes it"));
    }
    match migrations.iter().find(|it| it.id == *id) {
        Some(migration) => match &migration.down {
            Some(down) => Ok((migration, down)),
            None => refused(format!("nothing undoes {id}: write {id}.down.sql")),
        },
        None => refused(format!("{id} ran here, and its file is missing")),
    }
}
