//! The derive macros of `orm-pg`, which re-exports and documents them.
//!
//! Each macro takes its input through the same stages, one module each: `ast` has the input as plain data, `attr` reads the
//! attributes into it, `valid` checks the rules between them, `expand` writes the code. `ctxt` gathers the mistakes of all
//! stages, so that the compiler shows them at once; `fallback` stands in for code that cannot be written, so that one
//! mistake is one message. `sql` reads the text of `sql!`. Nothing here knows `orm-core` except as names in tokens, and
//! generated code names only `orm_pg::__private`.

mod ast;
mod attr;
mod ctxt;
mod expand;
mod fallback;
mod name;
mod sql;
mod valid;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

use crate::{ast::Stub, ctxt::Ctxt};

/// Takes an input through the stages; the messages of all of them come before the code.
fn run<I, R, C>(
    input: &I,
    read: fn(&mut Ctxt, &I) -> R,
    check: fn(&mut Ctxt, &I, R) -> Result<C, Stub>,
    write: fn(&C) -> Tokens,
) -> Tokens {
    let mut ctxt = Ctxt::default();
    let read = read(&mut ctxt, input);
    let code = match check(&mut ctxt, input, read) {
        Ok(checked) => write(&checked),
        Err(stub) => fallback::write(&stub),
    };
    ctxt.with(code)
}

/// A derive macro of these stages.
fn derive<R, C>(
    input: TokenStream,
    read: fn(&mut Ctxt, &DeriveInput) -> R,
    check: fn(&mut Ctxt, &DeriveInput, R) -> Result<C, Stub>,
    write: fn(&C) -> Tokens,
) -> TokenStream {
    run(&parse_macro_input!(input as DeriveInput), read, check, write).into()
}

/// Makes a struct the model of a table or view.
///
/// Besides the struct it writes `UserColumns`, the columns as the argument of closures; `NewUser`, a row to insert with
/// `NewUser::new(required..)`; and a constant for each constraint: `User::EMAIL_KEY`, for `Error::violates`.
///
/// ```
/// use orm_pg::prelude::*;
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "users", has_many(posts: Post))]
/// pub struct User {
///     #[orm(key, identity)]
///     pub id: i64,
///     #[orm(unique)]
///     pub email: String,
///     pub age: Option<i32>,
///     #[orm(default = "true")]
///     pub active: bool,
/// }
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "posts")]
/// pub struct Post {
///     #[orm(key, identity)]
///     pub id: i64,
///     #[orm(references(User, on_delete = cascade))]
///     pub author_id: i64,
///     pub title: String,
/// }
///
/// let adults = User::query().filter(|u| u.active.and(u.age.ge(18)));
/// let insert = User::insert(NewUser { age: Some(34), ..NewUser::new("ann@example.org") });
/// let users_with_posts = User::query().with(User::posts());
/// assert_eq!(User::EMAIL_KEY.name(), "users_email_key");
/// ```
///
/// # Options of the struct
/// | `#[orm(..)]` | |
/// |---|---|
/// | `table = "users"` | the name in the database; default: the struct's in snake case |
/// | `schema = "app"` | its schema |
/// | `rename_all = "camelCase"` | how columns are named after fields; default: unchanged |
/// | `view` | read only |
/// | `unique(a, b)` | a unique constraint over fields; `times.created` is a field of a flattened struct; with `where`, an expression or words behind a field a unique index: see [below](#indexes-and-constraints) |
/// | `unique_index(a, b)` | a unique index |
/// | `index(a, b desc, "lower(c)")` | an index over fields and SQL expressions |
/// | `exclude(room with "=", span with "&&", using = "gist")` | an exclusion constraint |
/// | `check("sql", name = "..", not_valid)` | a check constraint; rows that are older than one with `not_valid` may break it |
/// | `primary_key(b, a, name = "..")` | what the primary key has besides its fields, which have `key`: another order than in the struct, a name, and the options [below](#indexes-and-constraints) |
/// | `primary_key = none` | the table has no primary key: rows are found by the fields with `key`, which need a `unique(..)` or `unique_index(..)` |
/// | `comment = "text"` | the comment of the table |
/// | `unlogged`, `with = "fillfactor = 70"`, `partition_by = "RANGE (created)"` | as in `CREATE TABLE`; the two texts are SQL, and partitions are made by SQL |
/// | `renamed_from = "name"` | the previous name, for migrations |
/// | `references(Order, fields(shop_id, number))` | a foreign key of several fields, and the relation to the model that it refers to: `Line::order()`; `columns(shop, no)` refers to other fields than the primary key; `set_columns(number)` says which fields `on_delete = set_null` or `set_default` sets, if not all; the rest as on a field. Also a second foreign key of one field, `fields(author_id)` |
/// | `has_many(posts: Post)` | the relation `User::posts()`: the rows of `Post` that refer to the user; `key = author_id` names the field if several refer to `User`, `key(shop_id, number)` the fields of one foreign key |
/// | `has_one(profile: Profile)` | the same for at most one row |
/// | `has_many(tags: Tag, through = PostTag)` | many to many, through the model of a junction table; `key` and `other_key` name its two fields if both refer to the same model |
/// | `insert = Name`, `insert = none` | renames `NewUser`, or leaves it out |
/// | `columns = Name` | renames `UserColumns` |
/// | `crate = "path"` | the path of `orm_pg`, if it is renamed |
///
/// # Options of a field
/// | `#[orm(..)]` | |
/// |---|---|
/// | `key` | part of the primary key, or of what stands for it: see `primary_key = none` |
/// | `identity`, `identity(always, start = 100, increment = 10)` | the database numbers it, `BY DEFAULT` without `always`; further options are `min`, `max`, `cache` and `cycle` |
/// | `column = "name"` | the name in the database |
/// | `default = "sql"` | the default; in `NewUser` the value can be `Auto` |
/// | `generated = "sql"`, `generated(virtual = "sql")` | a stored generated column, or a virtual one (PostgreSQL 18) |
/// | `collation = "C"` | its collation: a name, or SQL if it contains a double quote |
/// | `comment = "text"` | the comment of the column; doc comments are not used |
/// | `unique`, `unique(name = "..")`, `unique_index` | a unique constraint, or a unique index |
/// | `index`, `index(method = "gin", opclass = "..", collate = "..")` | an index, with the options [below](#indexes-and-constraints) |
/// | `references = User`, `references(User, column = email, on_delete = cascade, relation = author, name = "..")` | a foreign key, and the relation to the model that it refers to: `Post::author()` for `author_id`; `relation = none` for none; `column` names a unique field of the other model, if it does not refer to the primary key; `on_delete` and `on_update` are one of `cascade`, `restrict`, `set_null`, `set_default`, `no_action`; also `match = full`, `not_valid` (rows that are older than the foreign key may break it) and `deferrable`, as [below](#indexes-and-constraints) |
/// | `json` | any serde type as `jsonb` |
/// | `version` | counts updates, for optimistic locking |
/// | `on_update = "sql"` | each update sets it to this expression, upserts included; its columns are those of the row before the update |
/// | `flatten` | the columns of a struct with `#[derive(Flatten)]` |
/// | `skip` | not a column; read as `Default::default()` |
/// | `renamed_from = "name"` | the previous name, for migrations |
/// | `sql_type = "varchar(20)"` | the type of the column as SQL, if it is not that of the Rust type; the Rust type must be able to read it: `citext`, `char(3)` and `xml` for `String`, `numeric(10, 2)` for `Decimal`, `vector(3)` for `Vector`; `serial` and `bigserial` for an integer that a sequence numbers, where `identity` is not used |
///
/// A column may be NULL when its type is an `Option`.
///
/// # Indexes and constraints
/// A key of an index is a field, or an SQL expression in quotes. Behind it may stand, in any order: `desc` or `asc`;
/// `nulls first` or `nulls last`; `collate "C"`, which is a name, or SQL if it contains a double quote
/// (`collate r#""app"."german""#`); `opclass "text_pattern_ops"`, an operator class as SQL. The keys of `exclude` also
/// have the operator that compares them, `with "&&"`. The options come after the keys:
///
/// | option | of | |
/// |---|---|---|
/// | `name = ".."` | all | the name; default: that of PostgreSQL |
/// | `constant = NAME` | all but `index`; also `references`, `check` | the name of its constant; default: that of the constraint without the table |
/// | `using = "gin"`, `method = "gin"` | all but `primary_key` | the access method of the index |
/// | `where = "sql"` | all but `primary_key` | the rows that it is about |
/// | `include(a, b)` | all | fields that the index stores in addition |
/// | `with = "fillfactor = 70"` | all | its storage parameters as SQL |
/// | `nulls = not_distinct` | `unique`, `unique_index` | NULLs count as equal |
/// | `deferrable = initially_immediate`, `deferrable = initially_deferred` | `unique`, `exclude`, `primary_key`, `references` | the constraint can be checked, or is checked, at the end of a transaction |
///
/// PostgreSQL has no unique constraints over expressions, over a part of the rows, or with words behind a key, so
/// `unique(..)` with one of these is the same as `unique_index(..)`. A unique index has a constant like a constraint:
/// `Account::EMAIL_LIVE` is what an insert violates, and `on_constraint(Account::EMAIL_LIVE)` makes it an upsert.
///
/// ```
/// use orm_pg::prelude::*;
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(
///     table = "accounts",
///     unique(email, where = "deleted IS NULL", name = "email_live"),
///     index("lower(name)" opclass "text_pattern_ops", created desc, include(email))
/// )]
/// pub struct Account {
///     #[orm(key, identity)]
///     pub id: i64,
///     pub email: String,
///     pub name: String,
///     #[orm(default = "now()")]
///     pub created: DateTime<Utc>,
///     pub deleted: Option<DateTime<Utc>>,
/// }
///
/// let statements = orm_pg::ddl::create_tables(models![Account])?;
/// assert_eq!(statements[1], r#"CREATE UNIQUE INDEX "email_live" ON "accounts" ("email") WHERE deleted IS NULL"#);
/// let new = NewAccount::new("ann@example.org", "Ann");
/// let upsert = Account::insert(new).on_constraint(Account::EMAIL_LIVE).do_update(|a, new| a.name.set(new.name));
/// assert!(upsert.to_string().contains(r#"ON CONFLICT ("email") WHERE deleted IS NULL DO UPDATE"#));
/// # Ok::<(), Error>(())
/// ```
///
/// # What does not compile
/// Options that contradict each other or the type of the field, each with a message at that place: a type that no column
/// can hold; `key`, `identity` or `version` on an `Option`, or the last two on a type that is not an integer; a reference to
/// a view, to a model without a primary key or with a key of more columns, to a column that is not unique, or to a type that
/// PostgreSQL does not compare with that of the field (`i32` may refer to an `i64`, text may not); `on_delete = set_null` on
/// a type that is not an `Option`, `set_default` without a default; a default, `on_update` or `version` on a column that
/// only the database writes.
///
/// # Generics
/// A struct with type parameters is a model for each of their values: `Document<Invoice>` and `Document<Letter>` differ
/// in the types of their columns and share the name of the table. This is meant for tables of the same shape in several
/// databases or schemas, or for one choice per application. The derive adds the bounds that the columns need;
/// `DocumentColumns<T>` and `NewDocument<T>` have the parameters, too, and constraints are
/// `Document::<Invoice>::TITLE_KEY`. A model has no lifetimes, because a row that is read owns its values. The type of a
/// `flatten`ed field may not name a parameter, because its columns are counted before the parameter is known. For your own
/// bounds use the trait `orm_pg::Scalar`; the prelude has only the derive of that name.
#[proc_macro_derive(Model, attributes(orm))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    derive(input, attr::model, valid::model, expand::model)
}

/// Makes a struct a set of columns that several models can have, as a field with `#[orm(flatten)]`.
///
/// The fields take the options of a model's fields, except those that belong to one table: the key, constraints, indexes.
/// Queries use the columns through the field (`u.times.created`), and inserts take the `NewTimes` that the derive writes.
///
/// ```
/// use orm_pg::prelude::*;
///
/// #[derive(Debug, Clone, Flatten)]
/// pub struct Times {
///     #[orm(default = "now()")]
///     pub created: DateTime<Utc>,
///     pub deleted: Option<DateTime<Utc>>,
/// }
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "notes")]
/// pub struct Note {
///     #[orm(key, identity)]
///     pub id: i64,
///     pub text: String,
///     #[orm(flatten)]
///     pub times: Times,
/// }
///
/// let kept = Note::query().filter(|n| n.times.deleted.is_null()).select(|n| n.id);
/// assert_eq!(kept.to_string(), r#"SELECT t0."id" FROM "notes" AS t0 WHERE t0."deleted" IS NULL"#);
/// ```
#[proc_macro_derive(Flatten, attributes(orm))]
pub fn derive_flatten(input: TokenStream) -> TokenStream {
    derive(input, attr::model, valid::flatten, expand::flatten)
}

/// Makes an enum without fields a PostgreSQL enum type.
///
/// On the enum: `name = ".."` (default: snake case), `schema = ".."`, `rename_all = ".."` for the labels (default: snake
/// case). On a variant: `rename = ".."`, and `renamed_from = ".."` for the label that it had before, which migrations rename.
///
/// ```
/// use orm_pg::prelude::*;
///
/// #[derive(Debug, Clone, Copy, PartialEq, PgEnum)]
/// #[orm(name = "order_state")]
/// pub enum State {
///     Open,
///     #[orm(rename = "on its way")]
///     Sent,
/// }
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "orders")]
/// pub struct Order {
///     #[orm(key, identity)]
///     pub id: i64,
///     pub state: State,
/// }
///
/// let open = Order::query().filter(|o| o.state.eq(State::Open));
/// ```
#[proc_macro_derive(PgEnum, attributes(orm))]
pub fn derive_pg_enum(input: TokenStream) -> TokenStream {
    derive(input, attr::pg_enum, valid::pg_enum, expand::pg_enum)
}

/// Makes a struct with one field a column type: that of the field.
///
/// `#[orm(sql_type = "app.email")]` gives it another type in the database, which has the same values: a domain, or the
/// type of an extension such as `citext`. `create_tables` does not create that type.
///
/// ```
/// use orm_pg::prelude::*;
///
/// #[derive(Debug, Clone, PartialEq, Scalar)]
/// pub struct Email(String);
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "subscribers")]
/// pub struct Subscriber {
///     #[orm(key, identity)]
///     pub id: i64,
///     pub email: Email,
/// }
///
/// let ann = Subscriber::query().filter(|s| s.email.eq(Email("ann@example.org".into())));
/// ```
#[proc_macro_derive(Scalar, attributes(orm))]
pub fn derive_scalar(input: TokenStream) -> TokenStream {
    derive(input, attr::scalar, valid::scalar, expand::scalar)
}

/// Makes a struct with named fields a PostgreSQL composite type, `CREATE TYPE address AS (..)`.
///
/// `create_tables` creates the type before the tables that use it. On the struct: `name = ".."` (default: snake case),
/// `schema = ".."`, `rename_all = ".."` for the attributes (default: unchanged). On a field: `column = ".."`, and `sql_type = ".."` for the type
/// as SQL, if it is not that of the Rust type: `numeric(12, 2)`, `text COLLATE "C"`.
///
/// Besides the struct it writes `AddressAttributes`, so that queries can use the attributes:
/// `.filter(|u| u.address.attributes().street.eq("Main"))`.
///
/// PostgreSQL lets each attribute be NULL, so reading a NULL into a field that is not an `Option` is an error. In SQL a
/// value whose attributes are all NULL `IS NULL`, too.
///
/// ```
/// use orm_pg::prelude::*;
///
/// #[derive(Debug, Clone, PgComposite)]
/// pub struct Address {
///     pub street: String,
///     pub city: String,
/// }
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "customers")]
/// pub struct Customer {
///     #[orm(key, identity)]
///     pub id: i64,
///     pub address: Address,
/// }
///
/// let in_berlin = Customer::query().filter(|c| c.address.attributes().city.eq("Berlin"));
/// ```
#[proc_macro_derive(PgComposite, attributes(orm))]
pub fn derive_pg_composite(input: TokenStream) -> TokenStream {
    derive(input, attr::pg_composite, valid::pg_composite, expand::pg_composite)
}

/// Reads a struct from the rows of raw SQL: a struct with names by the names of columns, a tuple struct by position.
///
/// On the struct: `rename_all = ".."`. On a field: `column = ".."`, `json`, and `skip` for `Default::default()`.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// #[derive(Debug, FromRow)]
/// struct Author {
///     name: String,
///     posts: i64,
/// }
///
/// let query = sql!("SELECT name, count(*) AS posts FROM users JOIN posts ON author_id = users.id GROUP BY users.id");
/// let authors: Vec<Author> = query.all(&db).await?;
/// # Ok(()) }
/// ```
#[proc_macro_derive(FromRow, attributes(orm))]
pub fn derive_from_row(input: TokenStream) -> TokenStream {
    derive(input, attr::row, valid::from_row, expand::from_row)
}

/// Makes a struct a projection of the model that `#[orm(of = User)]` names: it selects columns, relations and computed
/// values.
///
/// A field has the name and type of a column, or the name of a relation: then it is a `Vec`, an `Option` or a single value
/// of a model or of another projection. `Card::query()` has the clauses of `User::query()` and reads only the columns that
/// the struct names. One statement reads the rows, and one more each level of relations.
///
/// | `#[orm(..)]` on a field | |
/// |---|---|
/// | `from = name` | reads the column or relation of that name |
/// | `expr = function` | reads the result of a function or closure of the columns: `expr = \|u\| u.name.upper()` |
/// | `flatten` | another projection of the same model |
/// | `filter = closure`, `order_by = closure`, `limit = 3`, `offset = 1` | of a relation to many; limits are per parent |
/// | `ancestors`, `descendants` | of a relation of the model to itself: followed through all levels |
/// | `max_depth = 2` | with one of these: followed through so many levels |
/// | `with_depth` | with one of these: the closures get the depth, too, as in `order_by = \|(_, depth)\| depth.desc()` |
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// #[derive(Debug, Projection)]
/// #[orm(of = User)]
/// struct Card {
///     name: String,
///     #[orm(expr = |u| u.email.lower())]
///     address: String,
///     #[orm(filter = |p| p.published, order_by = |p| p.id.desc(), limit = 3)]
///     posts: Vec<Title>,
/// }
///
/// #[derive(Debug, Projection)]
/// #[orm(of = Post)]
/// struct Title {
///     title: String,
/// }
///
/// let cards: Vec<Card> = Card::query().filter(|u| u.active).order_by(|u| u.name.asc()).all(&db).await?;
/// # Ok(()) }
/// ```
#[proc_macro_derive(Projection, attributes(orm))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    derive(input, attr::projection, valid::projection, expand::projection)
}

/// Makes a struct insertable as a row of the model that `#[orm(of = User)]` names.
///
/// Its fields have the names of the model's fields; a missing column that needs a value is a compile error. A field may
/// borrow (`&str`), be `Defaulted`, or have `#[orm(json)]` or `#[orm(skip)]`; for a flattened field of the model
/// it is the `NewTimes` of that struct, with `#[orm(flatten)]`.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// #[derive(Insert)]
/// #[orm(of = User)]
/// struct SignUp<'a> {
///     email: &'a str,
///     name: &'a str,
/// }
///
/// let ann: User = User::insert(SignUp { email: "ann@example.org", name: "Ann" }).one(&db).await?;
/// # Ok(()) }
/// ```
#[proc_macro_derive(Insert, attributes(orm))]
pub fn derive_insert(input: TokenStream) -> TokenStream {
    derive(input, attr::row, valid::insert, expand::insert)
}

/// Makes a struct of `Option`s a partial update of the model that `#[orm(of = User)]` names.
///
/// `None` leaves a column unchanged; a column that may be NULL is an `Option<Option<_>>`. A field may have `#[orm(json)]`
/// or `#[orm(skip)]`.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// #[derive(Default, Changes)]
/// #[orm(of = User)]
/// struct Patch {
///     name: Option<String>,
///     age: Option<Option<i32>>,
/// }
///
/// let patch = Patch { age: Some(None), ..Patch::default() }; // the age becomes NULL, the name stays
/// let ann: User = User::get(7).update(|_| patch).one(&db).await?;
/// # Ok(()) }
/// ```
#[proc_macro_derive(Changes, attributes(orm))]
pub fn derive_changes(input: TokenStream) -> TokenStream {
    derive(input, attr::row, valid::changes, expand::changes)
}

/// The expansion of `orm_pg::sql!`, which passes the path of its crate: `sql!(crate = path, "..")`.
#[proc_macro]
pub fn sql(input: TokenStream) -> TokenStream {
    let code = run(&input.into(), sql::read, valid::sql, expand::sql);
    quote!({ #code }).into()
}

/// The expansion of `orm_pg::migrate!`, which passes the path of its crate: `migrate!(crate = path, "folder")`.
#[proc_macro]
pub fn migrate(input: TokenStream) -> TokenStream {
    let code = run(&input.into(), attr::folder, valid::folder, expand::folder);
    quote!({ #code }).into()
}

/// Runs an asynchronous test on its own database: `async fn works(db: Database)`, with or without a `Result`.
///
/// | argument | |
/// |---|---|
/// | `migrations = "folder"` | runs the migrations of a folder beside Cargo.toml, `phase = contract` included (feature `migrate`) |
/// | `migrations = path` | the same from a constant that `migrate!` has made, or from a function that returns `Migrations` |
/// | `models(User, Post)` | creates the tables of these models |
/// | `models = MODELS` | the same from a list that several tests share: `const MODELS: &[&Table] = models![User, Post];` |
/// | `setup = path` | first runs an asynchronous function that takes the database, as `Database` or `&Database` |
/// | `flavor = "current_thread"` | runs the test on one thread |
/// | `crate = path` | the path of `orm_pg`, if it is renamed |
///
/// With both migrations and models, the migrations make the database, and it is compared with the models, as by
/// `db.verify`: if statements of the models would fail, so does the test.
///
/// ```
/// # use blog::*;
/// #[orm_pg::test(models(User))]
/// async fn a_new_user_is_active(db: Database) -> Result<()> {
///     let ann = User::insert(NewUser::new("ann@example.org", "Ann")).one(&db).await?;
///     assert!(ann.active);
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    run(&(args.into(), item.into()), attr::test, valid::test, expand::test).into()
}
