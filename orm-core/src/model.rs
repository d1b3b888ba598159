//! Models: the traits that `#[derive(Model)]` implements, and the verbs that they provide.

pub(crate) mod const_check;
mod field;
mod flatten;
mod insert_rows;
mod insertable;

#[doc(hidden)]
pub use self::const_check::{
    ModelProbe, NotAModel, check_insert, check_integer, check_reference, check_referred, check_set_null,
};
#[doc(hidden)]
pub use self::field::{
    bind_field, columns_of, field_def, field_nullable, field_type, first_required, insert_defaulted, insert_value,
    layout_field, layout_next, read_field, reference_field, table_of,
};
pub use self::flatten::FlattenNew;
#[doc(hidden)]
pub use self::flatten::{
    all_null, check_columns, check_flattened_column, columns_before, first_required_column, flattened_column,
    flattened_columns, flattened_insertable, insert_flattened, insert_flattened_new, join_columns, layout_flattened,
    read_flattened,
};
pub(crate) use self::insert_rows::ColumnBuffers;
pub use self::insertable::{Defaulted, InsertField, Insertable, insert_field};

pub use crate::expr::Flatten;
use crate::{
    ast,
    builder::{Delete, Insert, ManyRows, Select, Update},
    expr::{IntoAssignments, Mode, Origin, Present, Selection, assignments},
    ident::QueryId,
    row::FromRow,
    schema::Table,
    value::{Bind, Scalar},
};
#[doc(hidden)]
pub use crate::{
    expr::{FlattenedField, NewFlattened},
    value::{Field, InsertSink},
};

/// A struct whose values are rows of a table or view. Derive it.
///
/// The verbs are provided methods: each makes a plain value, and nothing is sent before an awaited call with an executor.
/// A relation with the name of a verb would hide it, so the derive refuses it.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// // A function over all models.
/// async fn first<M: Model>(db: &impl Executor) -> Result<Option<M>> {
///     M::query().limit(1).one_or_none(db).await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "expected a model",
    note = "add `#[derive(Model)]` to the struct"
)]
pub trait Model: FromRow + Sync {
    /// The columns, for closures. `N` is [`Joined`](crate::expr::Joined) if the row may be missing.
    type Columns<N: Mode>: Copy + Selection<Output = N::Row<Self>>;

    /// The table.
    const TABLE: &'static Table;

    /// Whether a row has an additional column that shows whether it exists, because each other column may be NULL.
    #[doc(hidden)]
    const MARKED: bool = false;

    /// The names of its columns and relations, for messages.
    #[doc(hidden)]
    const MEMBERS: &'static [&'static str] = &[];

    /// Makes the columns of one source of a query.
    #[doc(hidden)]
    fn columns<N: Mode>(origin: Origin) -> Self::Columns<N>;

    /// Starts a query of all rows. Renders `SELECT … FROM "users" AS t0`.
    ///
    /// ```
    /// # use blog::*;
    /// let adults = User::query().filter(|u| u.age.ge(18)).select(|u| u.email);
    /// assert_eq!(adults.to_string(), r#"SELECT t0."email" FROM "users" AS t0 WHERE t0."age" >= $1"#);
    /// ```
    fn query() -> Select<Self, Self> {
        Select::from_ast(ast::Select::of(Self::TABLE))
    }

    /// Starts a query of the row whose primary key is `key`; a key of several columns is a tuple in the order of the
    /// fields. Renders `… WHERE t0."id" = $1`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let user = User::get(7).one(&db).await?;
    /// let maybe = User::get(8).one_or_none(&db).await?;
    /// # Ok(()) }
    /// ```
    fn get<K: IntoKey<Self::Key>>(key: K) -> Select<Self, Self>
    where
        Self: Keyed,
    {
        Self::query().by_key(Self::TABLE, key.into_key())
    }

    /// Starts an insert of one row. With `one` it returns the row as the server stored it.
    /// Renders `INSERT INTO "users" AS t0 (…) VALUES (…)`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let ann = User::insert(NewUser { age: Some(34), ..NewUser::new("ann@example.org", "Ann") }).one(&db).await?;
    /// let id = User::insert(NewUser::new("bob@example.org", "Bob")).returning(|u| u.id).one(&db).await?;
    /// # Ok(()) }
    /// ```
    fn insert<R: Insertable<Self>>(row: R) -> Insert<Self, Self>
    where
        Self: Writable,
    {
        Insert::new(Self::TABLE, insert_rows::one(row))
    }

    /// Starts an insert of many rows: one statement over arrays, `SELECT … FROM unnest($1, $2)`, if all rows have
    /// `Auto` in the same columns and no column is an array; otherwise `VALUES` of many rows, in as many statements of at
    /// most 65,535 binds as necessary, all in one transaction. The rows are returned in the order given.
    ///
    /// Without rows nothing is sent.
    ///
    /// ```
    /// # use blog::*;
    /// let insert = Tag::insert_many(["rust", "sql"].map(NewTag::new)).returning(|t| t.id);
    /// assert_eq!(
    ///     insert.to_string(),
    ///     r#"INSERT INTO "tags" AS t0 ("name") SELECT * FROM unnest($1) RETURNING t0."id""#,
    /// );
    /// ```
    fn insert_many<R: Insertable<Self>>(rows: impl IntoIterator<Item = R>) -> Insert<Self, Self, ManyRows>
    where
        Self: Writable,
    {
        Insert::new(Self::TABLE, insert_rows::many(Self::TABLE, rows))
    }

    /// Starts an update of this row, by its key: `user.update(|u| u.age.set(35))`. Only the named columns are written, and
    /// this value is unchanged: `one` returns the new row. Renders `UPDATE … SET … WHERE t0."id" = $2`.
    ///
    /// With a `version` column the row must still have this value's version, otherwise the error
    /// [is stale](crate::Error::is_stale).
    ///
    /// ```
    /// # use blog::*;
    /// let novels = Category { id: 7, parent_id: None, name: "Novels".into() };
    /// let update = novels.update(|c| (c.parent_id.set(3), c.name.set("Stories"))).returning(|c| c.id);
    /// assert_eq!(
    ///     update.to_string(),
    ///     r#"UPDATE "categories" AS t0 SET "parent_id" = $1, "name" = $2 WHERE t0."id" = $3 RETURNING t0."id""#,
    /// );
    /// ```
    fn update<A: IntoAssignments<Self>>(&self, set: impl FnOnce(Self::Columns<Present>) -> A) -> Update<Self, Self>
    where
        Self: Keyed + Writable,
    {
        let id = QueryId::next();
        let set = assignments(set(Self::columns(Origin::new(id, 0))));
        Update::new(id, Self::TABLE, set).only_row(self.key(), self.version())
    }

    /// Starts a delete of this row, by its key, and by its version if the model has one.
    /// Renders `DELETE FROM … WHERE t0."id" = $1`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// User::get(7).one(&db).await?.delete().execute(&db).await?;
    /// # Ok(()) }
    /// ```
    fn delete(&self) -> Delete<Self, Self>
    where
        Self: Keyed + Writable,
    {
        Delete::new(QueryId::next(), Self::TABLE).only_row(self.key(), self.version())
    }
}

/// A model with a primary key: it has `get`, and its values can be updated and deleted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no primary key",
    label = "this needs a primary key",
    note = "mark the field or fields of the key with `#[orm(key)]`; without one, use `query().filter(..)`"
)]
pub trait Keyed: Model {
    /// The type of the key; a tuple when it has several columns.
    type Key;

    /// The key of this value, in the order of [`Table::key`].
    #[doc(hidden)]
    fn key(&self) -> Vec<Bind>;

    /// The version of this value, if the model has a `version` column.
    #[doc(hidden)]
    fn version(&self) -> Option<Bind> {
        None
    }
}

/// A model of a table, not of a view: its rows can be inserted, updated and deleted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a view, which is read only",
    label = "this writes",
    note = "write to the tables that the view reads"
)]
pub trait Writable: Model + RowsOf<Self, Model = Self> {}

/// Sources whose query can become an update or a delete: whole rows of one model. The derive implements it for each model:
/// with one implementation for all models, the compiler would report a join as a missing model.
#[diagnostic::on_unimplemented(
    message = "only a query of one model's rows can become an update or a delete",
    label = "this query reads `{Out}` from `{Self}`",
    note = "start with the model whose rows you want to change, and filter it by a query of their keys: \
            `Post::query().filter(|p| p.id.in_(joined.select(|(_, p)| p.id))).delete()`",
    note = "to return something of each row, say so last: `.delete().returning(..)`"
)]
pub trait RowsOf<Out> {
    /// The model.
    type Model: Model;
}

/// A key of type `K`: the value, a reference, a `&str` for a `String`, and tuples of those.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of type `{K}`",
    label = "expected a `{K}`",
    note = "a key of several columns is a tuple in the order of the fields"
)]
pub trait IntoKey<K> {
    /// Makes the binds, one for each column.
    #[doc(hidden)]
    fn into_key(self) -> Vec<Bind>;
}

#[diagnostic::do_not_recommend]
impl<K: Scalar> IntoKey<K> for K {
    fn into_key(self) -> Vec<Bind> {
        vec![Bind::key(self)]
    }
}

#[diagnostic::do_not_recommend]
impl<K: Scalar + Clone> IntoKey<K> for &K {
    fn into_key(self) -> Vec<Bind> {
        vec![Bind::key(self.clone())]
    }
}

#[diagnostic::do_not_recommend]
impl IntoKey<String> for &str {
    fn into_key(self) -> Vec<Bind> {
        vec![Bind::new(self.to_owned())]
    }
}

macro_rules! tuples {
    ($($($key:ident $part:ident)+;)+) => { $(
        impl<$($key, $part: IntoKey<$key>),+> IntoKey<($($key,)+)> for ($($part,)+) {
            #[expect(non_snake_case, reason = "the variables are named like the types")]
            fn into_key(self) -> Vec<Bind> {
                let ($($part,)+) = self;
                let mut key = Vec::new();
                $(key.extend($part.into_key());)+
                key
            }
        }
    )+ };
}

tuples! {
    A PA B PB;
    A PA B PB C PC;
    A PA B PB C PC D PD;
    A PA B PB C PC D PD E PE;
    A PA B PB C PC D PD E PE F PF;
}
