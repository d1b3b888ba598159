//! Runs the file of one migration, from its first step or from where an earlier run ended.

use std::time::Instant;

use orm_core::{
    error::{Error, Result},
    migrate::{
        Applied,
        file::{Migration, Script},
    },
};

use super::{
    alone,
    attempt::{Attempts, is_lock, limit_locks, piece},
    data::DataSteps,
    history,
    lock::check_held,
    options::{Event, Options, Ran},
    unit::{Unit, Work, down_file, units, up_file},
};
use crate::{Connection, Transaction};

/// The session that has the lock, and what its migrations need.
pub(super) struct Job<'a, S> {
    pub(super) connection: &'a mut Connection,
    pub(super) options: &'a Options,
    pub(super) data: &'a S,
}

/// Which file of a migration runs.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Direction {
    Up,
    Down,
}

impl<S: DataSteps> Job<'_, S> {
    /// Runs a migration; `row` is what the history has of it.
    pub(super) async fn apply(&mut self, migration: &Migration, row: Option<&Applied>) -> Result<Ran> {
        self.run(migration, &migration.up, Direction::Up, row.filter(|it| !it.undoing)).await
    }

    /// Undoes a migration.
    pub(super) async fn undo(&mut self, migration: &Migration, down: &Script, row: &Applied) -> Result<Ran> {
        self.run(migration, down, Direction::Down, Some(row).filter(|it| it.undoing)).await
    }

    /// Runs `script`; `row` is there if an earlier run has begun it.
    async fn run(
        &mut self,
        migration: &Migration,
        script: &Script,
        direction: Direction,
        row: Option<&Applied>,
    ) -> Result<Ran> {
        let began = Instant::now();
        let file = if direction == Direction::Up { up_file(migration) } else { down_file(migration) };
        let units = units(&file, script)?;
        let id = migration.id.clone();
        let steps_done = row.map_or(0, |it| usize::try_from(it.steps_done).unwrap_or(0));
        self.options.tell(&Event::Started { id: id.clone(), steps_done, steps_total: units.len() });
        let mut run = Run { job: self, migration, file, units, direction, attempts: Attempts::default() };
        // What was begun step by step goes on so, even if the file was changed and accepted.
        if script.header.one_transaction && row.is_none() {
            run.whole().await?
        } else {
            run.steps(row).await?
        }
        let Run { units, attempts, .. } = run;
        self.options.tell(&Event::Finished { id: id.clone() });
        Ok(Ran {
            id,
            steps: units.len().saturating_sub(steps_done),
            attempts: attempts.total,
            lock_timeouts: attempts.lock_timeouts,
            duration: began.elapsed(),
        })
    }
}

struct Run<'r, 'j, S> {
    job: &'r mut Job<'j, S>,
    migration: &'r Migration,
    file: String,
    units: Vec<Unit>,
    direction: Direction,
    attempts: Attempts,
}

impl<S: DataSteps> Run<'_, '_, S> {
    fn id(&self) -> &str {
        &self.migration.id
    }

    fn tell_step(&self, step: usize) {
        self.job.options.tell(&Event::Step { id: self.id().to_owned(), step: step + 1, of: self.units.len() });
    }

    /// Runs all steps in one transaction.
    async fn whole(&mut self) -> Result<()> {
        loop {
            self.attempts.begin();
            let options = self.job.options;
            let mut tx = self.job.connection.begin().await?;
            let context = Context { file: &self.file, id: &self.migration.id, data: self.job.data };
            let outcome = async {
                check_held(&tx).await?;
                limit_locks(&tx, options).await?;
                for (i, unit) in self.units.iter().enumerate() {
                    options.tell(&Event::Step { id: context.id.to_owned(), step: i + 1, of: self.units.len() });
                    context.in_transaction(&mut tx, unit).await?;
                }
                match self.direction {
                    Direction::Up => history::insert_done(&tx, self.migration, history::count(self.units.len())).await,
                    Direction::Down => history::delete(&tx, context.id).await,
                }
            };
            match outcome.await {
                Ok(()) => return tx.commit().await,
                Err(error) => {
                    tx.rollback().await?;
                    self.attempts.again(error, &self.migration.id, options).await?;
                }
            }
        }
    }

    /// Runs each step in a transaction of its own, or without one, and records it.
    async fn steps(&mut self, row: Option<&Applied>) -> Result<()> {
        let total = history::count(self.units.len());
        if row.is_none() {
            let connection = &*self.job.connection;
            check_held(connection).await?;
            match self.direction {
                Direction::Up => history::insert_partial(connection, self.migration, total).await?,
                Direction::Down => history::begin_undoing(connection, self.id(), total).await?,
            }
        }
        let done = row.map_or(0, |it| usize::try_from(it.steps_done).unwrap_or(0));
        let running = row.and_then(|it| it.step_running).and_then(|it| usize::try_from(it).ok());
        for i in done..self.units.len() {
            self.tell_step(i);
            if let Err(error) = self.step(i, running == Some(i)).await {
                if !is_lock(&error) {
                    // On a lost connection it cannot be recorded; then the next run goes on at this step.
                    drop(history::step_failed(&*self.job.connection, self.id(), &error.to_string()).await);
                }
                return Err(error);
            }
            self.attempts.done();
        }
        match self.direction {
            Direction::Up => history::finish(&*self.job.connection, self.id()).await,
            Direction::Down => history::delete(&*self.job.connection, self.id()).await,
        }
    }

    /// Runs step `i`; an earlier run may have `begun` it on its own.
    async fn step(&mut self, i: usize, begun: bool) -> Result<()> {
        let Some(unit) = self.units.get(i) else { return Ok(()) };
        let Work::Alone(piece, alone) = &unit.work else { return self.in_transactions(i).await };
        let connection = &*self.job.connection;
        check_held(connection).await?;
        if begun && alone::was_done(connection, alone.as_ref()).await? {
            return history::step_done(connection, self.id(), i + 1).await;
        }
        history::step_begun(connection, self.id(), i).await?;
        alone::execute(connection, &self.file, piece, alone.as_ref()).await?;
        history::step_done(connection, self.id(), i + 1).await
    }

    /// Runs step `i` in a transaction that also records it, or in several if it repeats.
    async fn in_transactions(&mut self, i: usize) -> Result<()> {
        let mut rows = 0;
        loop {
            let Some(unit) = self.units.get(i) else { return Ok(()) };
            self.attempts.begin();
            let options = self.job.options;
            let mut tx = self.job.connection.begin().await?;
            let context = Context { file: &self.file, id: &self.migration.id, data: self.job.data };
            let outcome = async {
                check_held(&tx).await?;
                limit_locks(&tx, options).await?;
                let affected = context.in_transaction(&mut tx, unit).await?;
                if affected == 0 {
                    history::step_done(&tx, context.id, i + 1).await?;
                }
                Ok::<_, Error>(affected)
            };
            match outcome.await {
                Ok(affected) => {
                    tx.commit().await?;
                    self.attempts.done();
                    if affected == 0 {
                        return Ok(());
                    }
                    rows += affected;
                    options.tell(&Event::Repeated { id: self.migration.id.clone(), rows });
                }
                Err(error) => {
                    tx.rollback().await?;
                    self.attempts.again(error, &self.migration.id, options).await?;
                }
            }
        }
    }
}

struct Context<'a, S> {
    file: &'a str,
    id: &'a str,
    data: &'a S,
}

impl<S: DataSteps> Context<'_, S> {
    /// Runs a step once. Returns how many rows a repeated one has affected, otherwise 0.
    async fn in_transaction(&self, tx: &mut Transaction<'_>, unit: &Unit) -> Result<u64> {
        match &unit.work {
            Work::Together(pieces) => {
                for it in pieces {
                    let _ = piece(&*tx, self.file, it).await?;
                }
                Ok(0)
            }
            Work::Repeat(it) => piece(&*tx, self.file, it).await,
            Work::Rust => self.data.run(self.id, tx).await.map(|()| 0),
            // `units` gives these to files without a transaction, and `step` runs them on their own.
            Work::Alone(it, _) => piece(&*tx, self.file, it).await.map(|_| 0),
        }
    }
}
