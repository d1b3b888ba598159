//! Models with type parameters: bounds, defaults, where clauses, const parameters, and every option of a field.
#![deny(missing_docs, warnings, clippy::all, clippy::pedantic)]
#![allow(dead_code, reason = "some of these only have to compile")]

use std::marker::PhantomData;

use orm_pg::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

/// What a column of JSON needs.
pub trait Body: Serialize + DeserializeOwned + Send + Sync + 'static {}
impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Body for T {}

/// Bounds in a where clause.
#[derive(Debug, Clone, Model)]
#[orm(unique(title, owner), index(title), check("title <> ''"))]
pub struct Document<T, O = i64>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    O: orm_pg::Scalar,
{
    /// The key.
    #[orm(key, identity)]
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// What is in it.
    #[orm(json)]
    pub body: T,
    /// What else there is.
    #[orm(json)]
    pub more: Option<T>,
    /// Whose it is.
    pub owner: O,
    /// Not a column.
    #[orm(skip)]
    pub cache: PhantomData<T>,
}

/// Bounds at the parameter, in the key; a table that refers to itself.
#[derive(Debug, Clone, Model)]
#[orm(has_many(children: Node<K>, key = parent))]
pub struct Node<K: orm_pg::Scalar + Clone> {
    /// The key.
    #[orm(key)]
    pub id: K,
    /// The node above.
    #[orm(references = Node<K>)]
    pub parent: Option<K>,
    /// The optimistic lock.
    #[orm(version)]
    pub version: i32,
}

/// Parameters that no column uses, one of them called as generated code would call its own.
#[derive(Debug, Clone, Model)]
pub struct Sized<N: 'static, const LEN: usize = 3>
where
    N: Send + Sync + PartialEq<[u8; LEN]>,
{
    /// The key.
    #[orm(key)]
    pub id: i64,
    /// Not a column.
    #[orm(skip)]
    pub kind: PhantomData<N>,
}

/// No bounds at all: the derive knows what it needs.
#[derive(Debug, Clone, Model)]
pub struct Bare<K, T> {
    /// The key.
    #[orm(key)]
    pub id: K,
    /// The value.
    #[orm(default = "1")]
    pub value: T,
    /// What else there is.
    #[orm(json)]
    pub more: Option<T>,
}

/// No bounds either.
#[derive(Debug, FromRow)]
pub struct BareRow<T> {
    /// The value.
    pub value: T,
    /// What else there is.
    #[orm(json)]
    pub more: Vec<T>,
}

/// Nor here.
#[derive(Debug, Clone, Scalar)]
pub struct Id<T>(pub T);

/// Shared columns with a parameter.
#[derive(Debug, Clone, Flatten)]
pub struct Times<T> {
    /// When it was made.
    pub created: T,
    /// When it was changed.
    #[orm(default = "now()")]
    pub changed: Option<T>,
}

/// All of its columns are those of another.
#[derive(Debug, Clone, Model)]
pub struct Stamped<K>
where
    K: Send + Sync + 'static,
{
    /// The times.
    #[orm(flatten)]
    pub times: Times<NaiveDate>,
    /// Not a column.
    #[orm(skip)]
    pub kind: PhantomData<fn() -> K>,
}

/// A part of a row.
#[derive(Debug, Insert)]
#[orm(of = Document<T>)]
pub struct Draft<'a, T: Body> {
    /// What it is called.
    pub title: &'a str,
    /// What is in it.
    #[orm(json)]
    pub body: T,
    /// Whose it is.
    pub owner: i64,
}

/// A change.
#[derive(Debug, Changes)]
#[orm(of = Document<T>)]
pub struct Edit<T: Body> {
    /// What is in it.
    #[orm(json)]
    pub body: Option<T>,
}

/// What generic code makes of it.
pub fn titled<T: Body>(title: &str) -> impl Fn(DocumentColumns<T>) -> Cond {
    move |d| d.title.eq(title)
}

#[test]
fn tables_are_those_of_the_arguments() {
    let ty = |table: &'static orm_pg::schema::Table, name| table.column(name).unwrap().ty.name;
    assert_eq!(ty(Document::<Vec<i32>>::TABLE, "owner"), "bigint");
    assert_eq!(ty(Document::<Vec<i32>, String>::TABLE, "owner"), "text");
    assert_eq!(ty(Node::<Uuid>::TABLE, "parent"), "uuid");
    assert_eq!((Node::<i16>::TABLE.foreign_keys[0].target)().columns[0].ty.name, "smallint");
    assert_eq!(Document::<i32>::TITLE_OWNER_KEY.name(), "document_title_owner_key");
    assert_eq!(Sized::<[u8; 3]>::TABLE.columns.len(), 1);
    assert_eq!(Stamped::<i32>::TABLE.columns.len(), 2);
}

#[test]
fn new_rows_have_the_parameters_that_their_fields_use() {
    let row: NewDocument<Vec<i32>> = NewDocument::new("a", vec![1], 7);
    let insert = Document::insert(row.clone()).to_sql();
    assert!(insert.text.contains(r#"("title", "body", "more", "owner")"#), "{}", insert.text);
    let _ = Sized::<[u8; 3]>::insert(NewSized { id: 1 });
    let _ = Stamped::<u8>::insert(NewStamped { times: NewTimes::new(NaiveDate::MIN) });
    let _ = Document::<Vec<i32>>::insert(Draft { title: "a", body: vec![1], owner: 1 });
    let _ = Document::<Vec<i32>>::query().filter(titled("a")).update(|_| Edit { body: Some(vec![2]) });
    let _ = Bare::<Id<i64>, i32>::get(Id(1)).filter(|b| b.value.gt(1));
    let _ = <BareRow<i64> as orm_pg::row::FromRow>::layout;
    let _ = Node::get("root".to_owned()).select(|n: NodeColumns<String>| (n.id, n.version));
}
