//! The schema that models ask for, from a snapshot and without a server.

use super::{Options, Plan, declared};
use crate::{
    catalog::{Catalog, Column, Constraint, ConstraintKind, Index, Table},
    error::{Error, ErrorKind, Result},
};

/// A schema as a server has it, and the models that it was made for.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The schema, with the texts of the server.
    pub read: &'a Catalog,
    /// The same tables as the models write them: [`declared`](super::declared).
    pub written: &'a Catalog,
}

/// An expression that no server has read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unread {
    /// What has it: `the check title_given of posts`.
    pub of: String,
    /// The expression as the model writes it.
    pub text: String,
    /// Whether a mistake in it costs much: it is that of an index, a check or a generated column.
    pub costly: bool,
}

impl Known<'_> {
    /// Returns `models`, which [`declared`](super::declared) has made, with the texts of the server for everything that was the
    /// same when the snapshot was written, and the expressions that are new.
    ///
    /// ```
    /// # use blog::*;
    /// use orm_pg::schema::{catalog::Catalog, migrate::{Known, Options, declared}};
    ///
    /// let nothing = Catalog::default();
    /// let known = Known { read: &nothing, written: &nothing };
    /// let (wanted, unread) = known.wanted(&declared(models![User], "public")?, &Options::new());
    /// assert_eq!(wanted.tables.len(), 1);
    /// assert!(unread.iter().all(|it| it.of.contains("users")));
    /// # Ok::<(), orm_pg::Error>(())
    /// ```
    #[must_use]
    pub fn wanted(&self, models: &Catalog, options: &Options) -> (Catalog, Vec<Unread>) {
        let mut wanted = models.clone();
        let mut unread = Vec::new();
        for table in &mut wanted.tables {
            let former = options.former_name(&table.name).unwrap_or(&table.name);
            let known = self.written.table(former).zip(self.read.table(former));
            let mut reader = Reader { table: table.name.short(), known, unread: &mut unread };
            for it in &mut table.columns {
                let name = options.former_column(&table.name, &it.name).unwrap_or(&it.name).clone();
                reader.column(it, &name);
            }
            table.constraints.iter_mut().for_each(|it| reader.constraint(it));
            table.indexes.iter_mut().for_each(|it| reader.index(it));
            if let Some((_, read)) = known {
                not_null(table, read, options);
            }
            if self.read.server_version >= NAMED_NOT_NULL {
                new_not_null(table);
            }
        }
        for it in &mut wanted.sequences {
            let same = self.written.sequences.iter().any(|was| was == it);
            if let Some(read) = self.read.sequences.iter().find(|read| same && read.owner == it.owner) {
                *it = read.clone();
            }
        }
        (wanted, unread)
    }
}

/// From this version on, NOT NULL is a constraint with a name.
const NAMED_NOT_NULL: u32 = 180_000;

/// Adds the constraints that the server makes of NOT NULL of new columns.
fn new_not_null(table: &mut Table) {
    let has = |table: &Table, column: &Column| {
        let mut all = table.constraints.iter().filter(|it| it.kind == ConstraintKind::NotNull);
        all.any(|it| it.columns.iter().eq([&column.name]))
    };
    let new = table.columns.iter().filter(|it| !it.nullable && !has(table, it));
    let new: Vec<_> = new.map(|it| declared::not_null(&table.name, &it.name)).collect();
    table.constraints.extend(new);
}

/// Adds the constraints of NOT NULL that the server has, with their names, which models do not say.
fn not_null(table: &mut Table, read: &Table, options: &Options) {
    for it in read.constraints.iter().filter(|it| it.kind == ConstraintKind::NotNull) {
        let now = |column: &String| {
            let named = |now: &&Column| options.former_column(&table.name, &now.name).unwrap_or(&now.name) == column;
            table.columns.iter().find(named).filter(|it| !it.nullable).map(|it| it.name.clone())
        };
        if let Some(columns) = it.columns.iter().map(now).collect::<Option<Vec<_>>>() {
            table.constraints.push(Constraint { columns, ..it.clone() });
        }
    }
}

/// The texts of one table.
struct Reader<'a> {
    table: String,
    /// The table as the models wrote it, and as the server has it.
    known: Option<(&'a Table, &'a Table)>,
    unread: &'a mut Vec<Unread>,
}

impl Reader<'_> {
    fn column(&mut self, column: &mut Column, former: &str) {
        let known = self.known.and_then(|(written, read)| written.column(former).zip(read.column(former)));
        let same_type = known.is_some_and(|it| it.0.ty == column.ty);
        if let Some((written, read)) = known {
            if same_type {
                column.ty.clone_from(&read.ty);
            }
            if written.collation == column.collation {
                column.collation.clone_from(&read.collation);
            }
        }
        let known = known.filter(|_| same_type);
        let named = |what: &str| format!("{what} {}.{}", self.table, column.name);
        let (of_default, of_generated) = (named("the default of"), named("the generated column"));
        if let Some(text) = &mut column.default {
            let read = known.filter(|it| it.0.default.as_ref() == Some(text)).map(|it| &it.1.default);
            // What the server writes for a serial column is known.
            let plain = text.starts_with("nextval(") || is_number(text);
            match read {
                Some(read) => column.default.clone_from(read),
                None if plain => {}
                None => self.unread.push(Unread { of: of_default, text: text.clone(), costly: false }),
            }
        }
        if let Some(generated) = &column.generated {
            match known.filter(|it| it.0.generated.as_ref() == Some(generated)) {
                Some((_, read)) => column.generated.clone_from(&read.generated),
                None => {
                    let text = generated.expression.clone();
                    self.unread.push(Unread { of: of_generated, text, costly: true });
                }
            }
        }
    }

    fn constraint(&mut self, it: &mut Constraint) {
        let known = self.known.and_then(|(written, read)| written.constraint(&it.name).zip(read.constraint(&it.name)));
        if let Some((_, read)) = known.filter(|known| known.0 == it) {
            *it = read.clone();
            return;
        }
        let of = format!("the constraint {} of {}", it.name, self.table);
        let elements = it.elements.iter();
        let keys = elements.clone().flat_map(|it| &it.keys).filter_map(|it| it.expression.as_ref());
        let texts = it.expression.iter().chain(elements.filter_map(|it| it.predicate.as_ref())).chain(keys);
        self.unread.extend(texts.map(|text| Unread { of: of.clone(), text: text.clone(), costly: true }));
    }

    fn index(&mut self, it: &mut Index) {
        let named = |table: &Table| table.indexes.iter().find(|other| other.name == it.name).cloned();
        let known = self.known.and_then(|(written, read)| named(written).zip(named(read)));
        if let Some((_, read)) = known.filter(|known| known.0 == *it) {
            *it = read;
            return;
        }
        let of = format!("the index {} of {}", it.name, self.table);
        let texts = it.predicate.iter().chain(it.keys.iter().filter_map(|it| it.expression.as_ref()));
        self.unread.extend(texts.map(|text| Unread { of: of.clone(), text: text.clone(), costly: true }));
    }
}

/// Whether the server writes a default as it is written.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it.is_ascii_digit())
}

/// Marks the steps that contain an expression which no server has read.
///
/// # Errors
/// [`ErrorKind::Migration`] if one of them is that of an index, a check or a generated column, unless `unproved` permits it.
///
/// ```
/// use orm_pg::schema::migrate::{Plan, mark_unread};
///
/// mark_unread(&mut Plan::default(), &[], false)?;
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn mark_unread(plan: &mut Plan, unread: &[Unread], unproved: bool) -> Result<()> {
    let mut refused = Vec::new();
    for it in unread {
        let mut found = false;
        for step in plan.steps.iter_mut().filter(|step| step.sql.contains(&it.text)) {
            step.unproved = true;
            found = true;
        }
        if found && it.costly {
            refused.push(format!("{}: {}", it.of, it.text));
        }
    }
    if refused.is_empty() || unproved {
        return Ok(());
    }
    let text = format!(
        "without a server nobody knows how PostgreSQL writes these expressions, nor whether they are valid:\n  {}",
        refused.join("\n  ")
    );
    Err(Error::new(ErrorKind::Migration, text))
}
