//! The differences between models and a database, one for each fact, with the steps that mend them.

mod column;
mod display;
mod part;
mod table;
mod types;

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
    /// The statements of the plan that mend it; empty if that needs more than a statement.
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

    /// Returns the same with the extras as differences: the models and the database must be the same.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.differences.append(&mut self.extras);
        self
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

    /// Makes the plan, and gives each difference its steps.
    fn plan(&mut self) {
        if self.found.differences.is_empty() {
            return;
        }
        let options = Options::new().rename(self.renames.clone()).allow_all();
        match diff(self.actual, &self.target, &options) {
            Ok(plan) => self.found.plan = plan,
            Err(error) => self.found.notes.push(format!("there are no statements that mend this: {error}")),
        }
        let mut taken = vec![false; self.found.plan.steps.len()];
        // First those that say exactly what differs, then what belongs to the same object.
        for exact in [true, false] {
            for difference in &mut self.found.differences {
                for (step, taken) in self.found.plan.steps.iter().zip(&mut taken) {
                    if !*taken && mends(difference, &step.object, &step.sql, exact) {
                        *taken = true;
                        difference.steps.push(step.sql.clone());
                    }
                }
            }
        }
    }
}

/// Whether a step mends the difference: it changes its object, or what belongs to a table that is missing.
fn mends(difference: &Difference, object: &Object, sql: &str, exact: bool) -> bool {
    let DifferenceKind::Missing = difference.kind else {
        let word = match difference.kind {
            DifferenceKind::Type => " TYPE ",
            DifferenceKind::Nullability => " NOT NULL",
            DifferenceKind::Default => " DEFAULT",
            DifferenceKind::Identity => " IDENTITY",
            DifferenceKind::Comment => "COMMENT ON ",
            _ => "",
        };
        let same = object.identity == difference.object.identity;
        return same && (!exact || (!word.is_empty() && sql.contains(word)));
    };
    let within = object.identity.strip_prefix(&difference.object.identity);
    match difference.object.kind.as_str() {
        "table" => {
            within.is_some_and(|it| it.is_empty() || it.starts_with('.')) || is_on(sql, &difference.object.identity)
        }
        _ => within == Some(""),
    }
}

/// Whether a statement about an index names the table.
fn is_on(sql: &str, table: &str) -> bool {
    let (schema, name) = table.split_once('.').unwrap_or(("public", table));
    let on = format!(" ON {} ", Name::new(schema, name));
    sql.contains(" INDEX ") && sql.contains(&on)
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
