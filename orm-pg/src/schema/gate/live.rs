//! A database in use, compared with its migrations.

use std::{collections::BTreeSet, fmt};

use orm_core::{
    catalog::Catalog,
    error::Result,
    migrate::{Options, Plan, State, diff},
};

use crate::{
    Database,
    schema::{DataSteps, Migrations, Scratch, introspect, of_models::canonical},
};

/// A database in use, compared with what the migrations that ran on it lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveComparison {
    /// Why its history does not fit the files, each with the command that mends it.
    pub problems: Vec<String>,
    /// The migrations that did not run on it, which is no difference: they were left out of the comparison.
    pub pending: Vec<String>,
    /// The steps that would make the database what the migrations lead to. If it is right and the migrations are not, write another one.
    pub plan: Plan,
    /// How many objects of the database catalogs do not describe. They were not compared.
    pub unmanaged: usize,
}

impl LiveComparison {
    /// Returns whether there are neither differences nor problems. Pending migrations do not count.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty() && self.plan.is_empty()
    }
}

impl fmt::Display for LiveComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.plan.steps.len() {
            0 => f.write_str("the migrations and the database agree")?,
            1 => f.write_str("1 step would make the database what the migrations lead to")?,
            n => write!(f, "{n} steps would make the database what the migrations lead to")?,
        }
        for problem in &self.problems {
            write!(f, "\n\n{problem}")?;
        }
        for step in &self.plan.steps {
            write!(f, "\n\n{} {}\n    {};", step.object.kind, step.object.identity, step.sql.replace('\n', "\n    "))?;
        }
        if !(self.pending.is_empty() && self.plan.notes.is_empty()) {
            f.write_str("\n")?;
        }
        for id in &self.pending {
            write!(f, "\nnote: {id} did not run there: `orm migrate up` runs it")?;
        }
        for note in &self.plan.notes {
            write!(f, "\nnote: {note}")?;
        }
        match self.unmanaged {
            0 => Ok(()),
            1 => f.write_str("\n\n1 object of the database is not managed and was not compared"),
            n => write!(f, "\n\n{n} objects of the database are not managed and were not compared"),
        }
    }
}

/// Compares `live` with what its migrations lead to. On `replayed`, all of them ran.
pub(super) async fn compare<S: DataSteps>(
    migrations: &Migrations<S>,
    server: &Database,
    replayed: &Database,
    live: &Database,
) -> Result<LiveComparison> {
    let status = migrations.status(live).await?;
    let mut problems: Vec<_> = status.problems.iter().map(ToString::to_string).collect();
    let (mut ran, mut pending) = (BTreeSet::new(), Vec::new());
    for it in &status.migrations {
        match it.applied.as_ref().map(|row| row.state) {
            None => pending.push(it.id.clone()),
            Some(State::Done | State::Baseline) => {
                ran.insert(it.id.clone());
            }
            Some(State::Partial) => {
                ran.insert(it.id.clone());
                problems.push(format!("{} is not complete: `orm migrate up` goes on with it", it.id));
            }
            Some(_) => {}
        }
    }
    let wanted = if ran.is_empty() {
        let text = "no migration ran on it: `orm migrate up` runs them, and `orm migrate baseline` records what was there before";
        problems.push(text.to_owned());
        introspect(replayed).await?
    } else if ran.len() == status.migrations.len() {
        introspect(replayed).await?
    } else {
        Scratch::within(server, async |scratch| {
            migrations.run_only(scratch, &ran).await?;
            introspect(scratch).await
        })
        .await?
    };
    let found = introspect(live).await?;
    let unmanaged = found.unmanaged.len();
    let plan = difference(server, found, wanted).await?;
    Ok(LiveComparison { problems, pending, plan, unmanaged })
}

/// The steps from one catalog to the other. A text may be from before a dump, so what differs is compared again as the server
/// writes it now.
async fn difference(server: &Database, from: Catalog, to: Catalog) -> Result<Plan> {
    let options = Options::new().allow_all();
    let plan = diff(&from, &to, &options)?;
    if plan.is_empty() {
        return Ok(plan);
    }
    match (canonical(server, &from).await, canonical(server, &to).await) {
        (Ok(from), Ok(to)) => diff(&from, &to, &options),
        // What cannot be created again is compared as it is.
        _ => Ok(plan),
    }
}
