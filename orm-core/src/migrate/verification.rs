//! The differences between models and a database, one for each fact, with the steps that mend them.

mod column;
mod display;
mod mend;
mod part;
mod table;
mod types;

use self::mend::{distribute, without};
use crate::{
    catalog::{Catalog, Name, Object, Table as CatalogTable},
    error::{Error, ErrorKind, Result},
    migrate::{Options, Plan, Rename, diff},
    schema::Table,
};

/// What a comparison of models with a database has found.
///
/// `Display` writes one paragraph for each difference, with the statements that mend it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verification {
    /// What is wrong: statements of the models fail because of it, or the database does not enforce what a model declares.
    pub differences: Vec<Difference>,
    /// What tables of models have in addition: nullable columns, constraints, indexes. The models work with them.
    pub extras: Vec<Difference>,
    /// What is no difference, one sentence each: tables without a model.
    pub notes: Vec<String>,
    /// How many objects and properties of the database neither models nor catalogs describe. They were not compared.
    pub unmanaged: usize,
    /// The steps that mend all differences, in the order in which they run. The extras stay.
    pub plan: Plan,
    /// The same if the extras are dropped, too.
    plan_of_all: Plan,
}

/// One difference between a model and the database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The model, with its field if one is concerned: `User.email`.
    pub subject: String,
    /// What differs.
    pub kind: DifferenceKind,
    /// The object in the database, as the steps of a plan name it: `table column`, `users.email`.
    pub object: Object,
    /// The difference, as a sentence without a full stop.
    pub text: String,
    /// The statements of the plan that mend it; empty if that needs more than a statement, or if those of another difference do it, as
    /// for an index of a column that is dropped. Those of an extra drop it.
    pub steps: Vec<String>,
}

/// The kinds of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// It is not in the database.
    Missing,
    /// It is in the database only.
    Extra,
    /// It has another name.
    Name,
    /// It is something else: a view instead of a table, a column of a view that does not exist.
    Relation,
    /// The type of a column.
    Type,
    /// Whether a column can be NULL.
    Nullability,
    /// The default of a column.
    Default,
    /// The collation of a column.
    Collation,
    /// How an identity column gets its numbers.
    Identity,
    /// The expression of a generated column.
    Generated,
    /// A comment.
    Comment,
    /// What a constraint or an index says.
    Definition,
    /// The labels of an enum, or the attributes of a composite type.
    Labels,
}

impl Verification {
    /// Returns whether there are no differences. Extras and notes do not count.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }

    /// Returns the same with the extras as differences: the models and the database must be the same. `plan` drops them.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.differences.append(&mut self.extras);
        self.plan = std::mem::take(&mut self.plan_of_all);
        self
    }

    /// Returns the same with the extras as differences, except those whose `object` has one of these names, such as
    /// `users.document`.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] if no extra has one of the names: it says something that is not true any more.
    ///
    /// ```
    /// use orm_pg::schema::migrate::Verification;
    ///
    /// assert!(Verification::default().strict_except(["users.document"]).is_err());
    /// ```
    pub fn strict_except<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Result<Self> {
        let mut excepted = Vec::new();
        for name in names {
            let name = name.as_ref();
            let (named, others): (Vec<_>, _) = self.extras.into_iter().partition(|it| it.object.identity == name);
            if named.is_empty() {
                let text = format!("{name} is excepted, and it is not something that only the database has");
                return Err(Error::new(ErrorKind::Migration, text));
            }
            self.extras = others;
            excepted.extend(named);
        }
        let mut found = self.strict();
        found.plan.steps.retain(|step| !excepted.iter().any(|it| it.steps.contains(&step.sql)));
        found.extras = excepted;
        Ok(found)
    }

    /// Returns the steps of the plan that mend no difference alone, such as a view that is dropped and created again.
    pub fn other_steps(&self) -> impl Iterator<Item = &str> {
        let of_one = |sql: &String| self.differences.iter().any(|it| it.steps.contains(sql));
        self.plan.steps.iter().map(|it| &it.sql).filter(move |it| !of_one(it)).map(String::as_str)
    }

    /// Returns an error if there are differences, for `?` in `main` or in a test.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] with all differences and the statements that mend them.
    ///
    /// ```
    /// use orm_pg::schema::migrate::Verification;
    ///
    /// Verification::default().into_result()?;
    /// # Ok::<(), orm_pg::Error>(())
    /// ```
    pub fn into_result(self) -> Result<()> {
        if self.is_clean() { Ok(()) } else { Err(Error::new(ErrorKind::Migration, self.to_string())) }
    }
}

/// What the models are compared with.
///
/// Texts of expressions depend on how they came to the server: one that was written, stored, read and stored again may be written
/// in another way than after the first time. So each side is given as it was read each time, and one equal pair is enough.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Sides<'a> {
    /// The tables of the models, as a server has them that holds nothing else. A view is there as a table.
    pub models: &'a [Catalog],
    /// The database.
    pub database: &'a [Catalog],
    /// The schemas in which names without a schema are looked up, in their order.
    pub search_path: &'a [String],
}

impl<'a> Sides<'a> {
    /// Returns both sides; see the fields.
    #[must_use]
    pub fn new(models: &'a [Catalog], database: &'a [Catalog], search_path: &'a [String]) -> Self {
        Self { models, database, search_path }
    }
}

/// Compares models with a database.
///
/// Only what models can say is compared. Triggers, policies, storage parameters and all that is not managed stay as they are,
/// and so do comments that no model declares, and the names of primary keys.
///
/// ```
/// use orm_pg::schema::{catalog::Catalog, migrate::{Sides, verify}};
///
/// let empty = [Catalog::default()];
/// assert!(verify(&[], &Sides::new(&empty, &empty, &[])).is_clean());
/// ```
#[must_use]
pub fn verify(models: &[&'static Table], sides: &Sides<'_>) -> Verification {
    let (Some(first), Some(actual)) = (sides.models.first(), sides.database.first()) else {
        return Verification::default();
    };
    let mut comparison = Comparison {
        sides: *sides,
        first,
        actual,
        target: actual.clone(),
        renames: Vec::new(),
        found: Verification { unmanaged: actual.unmanaged.len(), ..Verification::default() },
    };
    let mut seen: Vec<&Table> = Vec::new();
    let mut names = Vec::new();
    for model in models.iter().copied() {
        if seen.iter().any(|it| it.model == model.model && it.name == model.name && it.schema == model.schema) {
            continue;
        }
        seen.push(model);
        names.extend(comparison.model(model));
    }
    comparison.types(&seen);
    comparison.others(&names);
    comparison.plan();
    comparison.found
}

struct Comparison<'a> {
    sides: Sides<'a>,
    /// The tables of the models as the server wrote them first.
    first: &'a Catalog,
    actual: &'a Catalog,
    /// The database with all differences mended.
    target: Catalog,
    renames: Vec<Rename>,
    found: Verification,
}

impl Comparison<'_> {
    /// Notes the tables that no model has.
    fn others(&mut self, names: &[Name]) {
        for table in &self.actual.tables {
            let part = table.partition_of.is_some();
            // The history of migrations has no model.
            let history = table.name.name.starts_with("_orm_");
            if !part && !history && !names.contains(&table.name) {
                self.found.notes.push(format!("the table {} has no model", short(&table.name)));
            }
        }
    }

    /// Makes the plans, and gives each difference its steps.
    fn plan(&mut self) {
        if !self.found.differences.is_empty() {
            self.found.plan = self.steps_to(&self.target.clone());
        }
        self.found.plan_of_all = if self.found.extras.is_empty() {
            self.found.plan.clone()
        } else {
            self.steps_to(&without(self.target.clone(), &self.found.extras))
        };
        distribute(&self.found.plan.steps, &mut self.found.differences);
        let of_differences = |sql: &String| self.found.differences.iter().any(|it| it.steps.contains(sql));
        let steps = self.found.plan_of_all.steps.iter();
        let drops: Vec<_> = steps.filter(|it| !of_differences(&it.sql)).cloned().collect();
        distribute(&drops, &mut self.found.extras);
    }

    fn steps_to(&mut self, target: &Catalog) -> Plan {
        let options = Options::new().rename(self.renames.clone()).allow_all();
        diff(self.actual, target, &options).unwrap_or_else(|error| {
            self.found.notes.push(format!("there are no statements that mend this: {error}"));
            Plan::default()
        })
    }
}

/// The name, with its schema unless that is `public`, as the objects of steps have it.
fn short(name: &Name) -> String {
    name.short()
}

fn object(kind: &str, identity: String) -> Object {
    Object { kind: kind.to_owned(), identity }
}

/// The table of a name in each catalog.
fn tables<'a>(catalogs: &'a [Catalog], name: &'a Name) -> impl Iterator<Item = &'a CatalogTable> {
    catalogs.iter().filter_map(|it| it.table(name))
}
