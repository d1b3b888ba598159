//! The derive macros of `orm-pg`, which re-exports and documents them.
//!
//! A derive goes through five stages, each in its room: this file takes the compiler's tokens, `ast` says what an input
//! is, `attr` reads the attributes into it, `valid` checks the rules between them, `expand` writes the code. `ctxt`
//! gathers all mistakes of one input; `fallback` stands in for code that cannot be written, so that one mistake is one
//! message. Nothing here knows `orm-core` but as names in tokens: generated code leans on `orm_pg::__private` only.

mod ast;
mod attr;
mod ctxt;
mod expand;
mod fallback;
mod name;
mod sql;
mod test;
mod valid;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct the model of a table or view.
///
/// Beside the struct it writes `UserColumns`, the columns as closures see them; `NewUser`, a row to insert with
/// `NewUser::new(required..)`; and a constant for each constraint: `User::EMAIL_KEY`, for `Error::violates`.
///
/// # Options of the struct
/// | `#[orm(..)]` | |
/// |---|---|
/// | `table = "users"` | the name in the database; default: the struct's in snake case |
/// | `schema = "app"` | its schema |
/// | `rename_all = "camelCase"` | how fields name their columns; default: as they are |
/// | `view` | read only |
/// | `unique(a, b, name = "..")` | a unique constraint over fields |
/// | `index(a, b, name = "..", method = "gin", where = "sql")` | an index over fields; `using` is `method` |
/// | `check("sql", name = "..")` | a check constraint |
/// | `has_many(posts: Post, key = author_id, through = Model)` | a relation; `has_one` for one |
/// | `insert = Name`, `insert = none` | renames `NewUser`, or leaves it out |
/// | `columns = Name` | renames `UserColumns` |
/// | `crate = "path"` | where `orm_pg` is, when it is renamed |
///
/// # Options of a field
/// | `#[orm(..)]` | |
/// |---|---|
/// | `key` | part of the primary key |
/// | `identity` | the database counts it up |
/// | `column = "name"` | the name in the database |
/// | `default = "sql"` | the default; `NewUser` can leave it to `Auto` |
/// | `generated = "sql"` | a stored generated column |
/// | `unique`, `unique(name = "..")` | a unique constraint |
/// | `index`, `index(name = "..", method = "gin", where = "sql")` | an index |
/// | `references = User`, `references(User, on_delete = cascade, name = "..")` | a foreign key; `on_delete` is one of `cascade`, `restrict`, `set_null`, `set_default`, `no_action` |
/// | `json` | any serde type as `jsonb` |
/// | `version` | counts updates, for the optimistic lock |
/// | `on_update = "sql"` | what each update sets it to |
/// | `flatten` | the columns of a struct with `#[derive(Flatten)]` |
/// | `skip` | no column; read as `Default::default()` |
/// | `renamed_from = "name"` | what migrations rename |
///
/// A column may be NULL when its type is an `Option`. A model has no generics: its table is a constant.
#[proc_macro_derive(Model, attributes(orm))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    expand::model(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes the columns of a struct ready to be shared: a model takes them in with `#[orm(flatten)]`.
///
/// The fields take the options of a model's but those that belong to one table: the key, constraints, indexes. Columns
/// are used through the field (`u.times.created`), and inserted as the `NewTimes` that is written beside the struct.
#[proc_macro_derive(Flatten, attributes(orm))]
pub fn derive_flatten(input: TokenStream) -> TokenStream {
    expand::flatten(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes an enum without fields a PostgreSQL enum type.
///
/// On the enum: `name = ".."` (default: snake case), `schema = ".."`, `rename_all = ".."` for the labels (default: snake
/// case). On a variant: `rename = ".."`.
#[proc_macro_derive(PgEnum, attributes(orm))]
pub fn derive_pg_enum(input: TokenStream) -> TokenStream {
    expand::pg_enum(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct with one field a column type: that of the field.
#[proc_macro_derive(Scalar, attributes(orm))]
pub fn derive_scalar(input: TokenStream) -> TokenStream {
    expand::scalar(&parse_macro_input!(input as DeriveInput)).into()
}

/// Reads a struct from the rows of raw SQL: a struct with names by the names of columns, a tuple struct by position.
///
/// On the struct: `rename_all = ".."`. On a field: `column = ".."`, `json`, and `skip` for `Default::default()`.
#[proc_macro_derive(FromRow, attributes(orm))]
pub fn derive_from_row(input: TokenStream) -> TokenStream {
    expand::from_row(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct insertable as a row of the model that `#[orm(of = User)]` names.
///
/// Its fields have the names of the model's fields; a missing column that needs a value is a compile error. A field may
/// borrow (`&str`), be `Defaulted`, or have `#[orm(json)]` or `#[orm(skip)]`.
#[proc_macro_derive(Insert, attributes(orm))]
pub fn derive_insert(input: TokenStream) -> TokenStream {
    expand::insert(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct of `Option`s a partial update of the model that `#[orm(of = User)]` names.
///
/// `None` leaves a column as it is; a column that may be NULL is an `Option<Option<_>>`. A field may have `#[orm(json)]`
/// or `#[orm(skip)]`.
#[proc_macro_derive(Changes, attributes(orm))]
pub fn derive_changes(input: TokenStream) -> TokenStream {
    expand::changes(&parse_macro_input!(input as DeriveInput)).into()
}

/// Raw SQL in which `{name}` is a bind: `sql!("SELECT id FROM users WHERE age > {min_age}")`.
///
/// A variable or a field of one (`{user.name}`) may stand in braces, also a column of the query around. `{{` and `}}`
/// are braces.
#[proc_macro]
pub fn sql(input: TokenStream) -> TokenStream {
    sql::expand(input.into()).into()
}

/// Runs an asynchronous test on a database of its own: `async fn works(db: Database)`, with or without a `Result`.
///
/// Arguments: `models(User, Post)` makes their tables, `setup = path` runs an asynchronous function on the database,
/// `flavor = "current_thread"` runs on one thread.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    test::expand(args.into(), item.into()).into()
}
