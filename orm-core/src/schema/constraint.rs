//! Constraints as constant data.

use super::{IndexKey, Table};

/// A unique constraint.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Unique {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// Whether NULLs count as equal.
    pub nulls_not_distinct: bool,
    /// The columns that its index stores in addition.
    pub include: &'static [&'static str],
    /// The storage parameters of its index as SQL: `fillfactor = 70`.
    pub storage: Option<&'static str>,
    /// Whether it can be checked at the end of a transaction.
    pub deferrable: Deferrable,
}

impl Unique {
    /// A unique constraint over `columns`.
    #[must_use]
    pub const fn new(name: &'static str, columns: &'static [&'static str]) -> Self {
        Self { name, columns, nulls_not_distinct: false, include: &[], storage: None, deferrable: Deferrable::No }
    }
}

/// What a primary key has besides its columns.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct PrimaryKey {
    /// Whether there is none: the key of the model is unique by another constraint, or by an index.
    pub absent: bool,
    /// Its name, if that is not the default.
    pub name: Option<&'static str>,
    /// Its columns in their order, if that differs from the order in the table.
    pub columns: &'static [&'static str],
    /// The columns that its index stores in addition.
    pub include: &'static [&'static str],
    /// The storage parameters of its index as SQL: `fillfactor = 70`.
    pub storage: Option<&'static str>,
    /// Whether it can be checked at the end of a transaction.
    pub deferrable: Deferrable,
}

impl PrimaryKey {
    /// A primary key with the default name, and nothing besides its columns.
    #[must_use]
    pub const fn new() -> Self {
        Self { absent: false, name: None, columns: &[], include: &[], storage: None, deferrable: Deferrable::No }
    }
}

impl Default for PrimaryKey {
    fn default() -> Self {
        Self::new()
    }
}

/// An exclusion constraint: no two rows have keys for which all operators hold.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Exclusion {
    /// Its name.
    pub name: &'static str,
    /// Its keys.
    pub keys: &'static [IndexKey],
    /// For each key the operator as SQL: `=`, `&&`, `OPERATOR(app.===)`.
    pub operators: &'static [&'static str],
    /// The access method of its index: `gist`.
    pub method: Option<&'static str>,
    /// The columns that its index stores in addition to the keys.
    pub include: &'static [&'static str],
    /// The storage parameters of its index as SQL: `fillfactor = 70`.
    pub storage: Option<&'static str>,
    /// The SQL condition of the rows that it holds for.
    pub condition: Option<&'static str>,
    /// Whether it can be checked at the end of a transaction.
    pub deferrable: Deferrable,
}

impl Exclusion {
    /// An exclusion constraint that compares `keys` by `operators`.
    #[must_use]
    pub const fn new(name: &'static str, keys: &'static [IndexKey], operators: &'static [&'static str]) -> Self {
        let (method, storage, condition) = (None, None, None);
        Self { name, keys, operators, method, include: &[], storage, condition, deferrable: Deferrable::No }
    }
}

/// Whether a constraint can be checked at the end of a transaction instead of at the end of each statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deferrable {
    /// It cannot.
    #[default]
    No,
    /// If a transaction asks for it (`DEFERRABLE`).
    InitiallyImmediate,
    /// Unless a transaction asks for the opposite (`DEFERRABLE INITIALLY DEFERRED`).
    InitiallyDeferred,
}

/// A foreign key. The target is a function, so that two models may refer to each other and one to itself.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ForeignKey {
    /// Its name.
    pub name: &'static str,
    /// The referring columns.
    pub columns: &'static [&'static str],
    /// The referenced table.
    pub target: fn() -> &'static Table,
    /// The fields of the target's model that it refers to; empty means the primary key.
    pub target_fields: &'static [&'static str],
    /// What happens to the referring rows when the referenced row is deleted.
    pub on_delete: Action,
    /// The columns that `SET NULL` or `SET DEFAULT` sets after a delete, if not all.
    pub set_columns: &'static [&'static str],
    /// What happens to the referring rows when the referenced key is updated.
    pub on_update: Action,
    /// Whether all columns must be NULL or none (`MATCH FULL`); otherwise one NULL is enough to refer to nothing.
    pub match_full: bool,
    /// Whether rows that are older than it may break it (`NOT VALID`).
    pub not_valid: bool,
    /// Whether it can be checked at the end of a transaction.
    pub deferrable: Deferrable,
    /// The Rust fields that refer, separated by commas.
    pub field: &'static str,
}

impl ForeignKey {
    /// A foreign key to the primary key of `target`.
    #[must_use]
    pub const fn new(
        name: &'static str,
        columns: &'static [&'static str],
        target: fn() -> &'static Table,
        on_delete: Action,
        field: &'static str,
    ) -> Self {
        let (on_update, match_full, deferrable) = (Action::NoAction, false, Deferrable::No);
        Self {
            name,
            columns,
            target,
            target_fields: &[],
            on_delete,
            set_columns: &[],
            on_update,
            match_full,
            not_valid: false,
            deferrable,
            field,
        }
    }
}

impl ForeignKey {
    /// Returns the referenced columns: the primary key, unless others are named.
    #[must_use]
    pub fn target_columns(&self) -> Vec<&'static str> {
        let target = (self.target)();
        let column = |field: &&str| target.columns.iter().find(|it| it.field == *field).map(|it| it.name);
        match self.target_fields {
            [] => target.key.to_vec(),
            fields => fields.iter().filter_map(column).collect(),
        }
    }
}

/// What deleting a referenced row, or updating its key, does to the rows that refer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Action {
    /// The change fails at the end of the statement, or of the transaction if the constraint is deferred (`NO ACTION`).
    #[default]
    NoAction,
    /// The change fails at once, even when the constraint is deferred.
    Restrict,
    /// They are deleted or updated as well.
    Cascade,
    /// Their reference becomes NULL.
    SetNull,
    /// Their reference becomes its default.
    SetDefault,
}

/// A check constraint.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// Its SQL condition.
    pub condition: &'static str,
    /// Whether rows that are older than it may break it (`NOT VALID`).
    pub not_valid: bool,
}

impl Check {
    /// A check of `condition`.
    #[must_use]
    pub const fn new(name: &'static str, condition: &'static str) -> Self {
        Self { name, condition, not_valid: false }
    }
}

/// The name of a constraint, as the derive writes it: `User::EMAIL_KEY`.
///
/// ```
/// # use blog::*;
/// assert_eq!((User::EMAIL_KEY.name(), User::EMAIL_KEY.table()), ("users_email_key", "users"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Constraint {
    schema: Option<&'static str>,
    table: &'static str,
    name: &'static str,
}

impl Constraint {
    /// The constraint `name` of `table`.
    #[must_use]
    pub const fn new(table: &'static str, name: &'static str) -> Self {
        Self { schema: None, table, name }
    }

    /// Returns the same constraint of the table in `schema`. Without a schema the table is found by the search path, and an
    /// error of a table with that name in any schema counts as its violation.
    ///
    /// ```
    /// # use blog::*;
    /// let archived = orm_pg::schema::Constraint::new("users", "users_email_key").in_schema("archive");
    /// assert_eq!(archived.schema(), Some("archive"));
    /// ```
    #[must_use]
    pub const fn in_schema(self, schema: &'static str) -> Self {
        Self { schema: Some(schema), ..self }
    }

    /// Returns the schema of the table, if the model names one.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(User::EMAIL_KEY.schema(), None);
    /// ```
    #[must_use]
    pub const fn schema(self) -> Option<&'static str> {
        self.schema
    }

    /// Returns the name in the database.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(User::EMAIL_KEY.name(), "users_email_key");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns its table.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(User::EMAIL_KEY.table(), "users");
    /// ```
    #[must_use]
    pub const fn table(self) -> &'static str {
        self.table
    }
}
