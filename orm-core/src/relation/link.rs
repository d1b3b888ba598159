//! Many to many: rows of the table in between.

use std::fmt;

use super::{Many, Path, Related};
use crate::{
    ast::{
        Cell, ColumnName, ConflictAction, ConflictTarget, Delete, Insert, Node, OnConflict, QueryId, Rows, SetLinks,
    },
    check,
    error::{Error, ErrorKind, Result},
    executor::Executor,
    model::{Keyed, Model},
    render,
    schema::Table,
    statement::{Operation, Sql, Statement},
    value::Bind,
};

/// A change of what is linked with a row: give it an executor with [`execute`](Self::execute).
#[must_use = "nothing is linked until `.execute(&db)` is awaited"]
#[derive(Clone)]
pub struct Link {
    change: Change,
    table: &'static Table,
}

/// What links rows: the relation between two models through a table.
pub trait Links<P, C> {
    /// Links `child` with `parent`; nothing happens where they are linked already.
    /// Renders `INSERT INTO "post_tags" … ON CONFLICT DO NOTHING`.
    ///
    /// ```
    /// # mod blog { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs")); } use blog::*; async fn run(db: &Database, post: Post, tag: Tag) -> Result<()> {
    /// let added: u64 = Post::tags().link(&post, &tag).execute(db).await?;
    /// # Ok(()) }
    /// ```
    fn link(self, parent: &P, child: &C) -> Link;

    /// Links each of `children` with `parent`, in one statement.
    ///
    /// ```
    /// # mod blog { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs")); } use blog::*; async fn run(db: &Database, post: Post, tags: Vec<Tag>) -> Result<()> {
    /// Post::tags().link_all(&post, &tags).execute(db).await?;
    /// # Ok(()) }
    /// ```
    fn link_all(self, parent: &P, children: &[C]) -> Link;

    /// Removes the link between the two. Renders `DELETE FROM "post_tags" …`.
    ///
    /// ```
    /// # mod blog { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs")); } use blog::*; async fn run(db: &Database, post: Post, tag: Tag) -> Result<()> {
    /// let removed: u64 = Post::tags().unlink(&post, &tag).execute(db).await?;
    /// # Ok(()) }
    /// ```
    fn unlink(self, parent: &P, child: &C) -> Link;

    /// Makes `children` all that is linked with `parent`: links what is not yet, unlinks what is not among them. One
    /// statement. [`execute`](Link::execute) then returns how many links were added; of no children, how many went.
    ///
    /// ```
    /// # mod blog { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs")); } use blog::*; async fn run(db: &Database, post: Post, tags: Vec<Tag>) -> Result<()> {
    /// Post::tags().set_links(&post, &tags).execute(db).await?;
    /// # Ok(()) }
    /// ```
    fn set_links(self, parent: &P, children: &[C]) -> Link;
}

#[derive(Clone)]
enum Change {
    Insert(Insert),
    Delete(Delete),
    Set(SetLinks),
    /// There is nothing to link.
    Nothing,
    /// The row has no key to be linked by: NULL, of a unique column.
    NoKey,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.to_sql()).finish()
    }
}

impl Link {
    /// Returns the SQL and its binds. No I/O.
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        match &self.change {
            Change::Insert(insert) => render::insert(insert, &[]).sql,
            Change::Delete(delete) => render::delete(delete, &[]).sql,
            Change::Set(set) => render::set_links(set).sql,
            Change::Nothing | Change::NoKey => Sql { text: String::new(), binds: vec![] },
        }
    }

    /// Runs the change and returns how many links it added or removed.
    ///
    /// Round trips: 1; none where there is nothing to link.
    ///
    /// # Errors
    /// When the server refuses it: a foreign key, say. [`ErrorKind::InvalidStatement`] for a row that has no key to be
    /// linked by: NULL, where the table in between refers to a unique column.
    pub async fn execute(self, db: &impl Executor) -> Result<u64> {
        let operation = match &self.change {
            Change::Insert(_) | Change::Set(_) => Operation::Insert,
            Change::Delete(_) => Operation::Delete,
            Change::Nothing => return Ok(0),
            Change::NoKey => {
                let error = Error::new(ErrorKind::InvalidStatement, "the row has no key to be linked by: it is NULL");
                return Err(error.in_statement("link", Some(self.table.name)));
            }
        };
        let sql = self.to_sql();
        check::binds(&sql)?;
        db.execute(&Statement::new(sql, operation, Some(self.table.name))).await
    }
}

/// The columns of the table in between, and their values.
struct Ends {
    table: &'static Table,
    near: &'static [&'static str],
    far: &'static [&'static str],
    parent: Vec<Bind>,
}

fn ends<P: Model>(path: &Path<P>, parent: &P) -> Option<Ends> {
    let (table, near, through) = path.link()?;
    Some(Ends { table, near, far: through.columns, parent: path.key(parent)? })
}

fn values(columns: &[&'static str], binds: Vec<Bind>) -> impl Iterator<Item = Bind> {
    columns.iter().zip(binds).map(|(name, bind)| bind.of_column(name))
}

fn equals(query: QueryId, columns: &[&'static str], binds: Vec<Bind>) -> impl Iterator<Item = Node> {
    let column = move |name| Node::Column { query, source: 0, name: ColumnName::Named(name) };
    columns.iter().zip(binds).map(move |(name, bind)| column(name).binary("=", Node::Bind(bind)))
}

impl<P: Model, C: Keyed, V: Model> Links<P, C> for Related<P, C, Many<V>> {
    fn link(self, parent: &P, child: &C) -> Link {
        self.link_all(parent, std::slice::from_ref(child))
    }

    fn link_all(self, parent: &P, children: &[C]) -> Link {
        let table = C::TABLE;
        if children.is_empty() {
            return Link { change: Change::Nothing, table };
        }
        let Some(ends) = ends(&self.path, parent) else { return Link { change: Change::NoKey, table } };
        let row = |child: &C| {
            let near = values(ends.near, ends.parent.clone());
            near.chain(values(ends.far, child.key())).map(Cell::Bind).collect()
        };
        let insert = Insert {
            id: QueryId::next(),
            table: ends.table,
            columns: ends.near.iter().chain(ends.far).copied().collect(),
            rows: Rows::Values(children.iter().map(row).collect()),
            on_conflict: Some(OnConflict { target: ConflictTarget::Any, action: ConflictAction::Nothing }),
            returning: None,
        };
        Link { table: ends.table, change: Change::Insert(insert) }
    }

    fn unlink(self, parent: &P, child: &C) -> Link {
        let Some(ends) = ends(&self.path, parent) else {
            return Link { change: Change::Nothing, table: C::TABLE };
        };
        let id = QueryId::next();
        let near = equals(id, ends.near, ends.parent);
        let filters = near.chain(equals(id, ends.far, child.key())).collect();
        let delete = Delete { id, table: ends.table, filters, all_rows: false, returning: None, refused: None };
        Link { table: ends.table, change: Change::Delete(delete) }
    }

    fn set_links(self, parent: &P, children: &[C]) -> Link {
        let Some(ends) = ends(&self.path, parent) else {
            let change = if children.is_empty() { Change::Nothing } else { Change::NoKey };
            return Link { change, table: C::TABLE };
        };
        let mut far: Vec<Vec<Bind>> = ends.far.iter().map(|_| Vec::with_capacity(children.len())).collect();
        for child in children {
            far.iter_mut().zip(child.key()).for_each(|(column, value)| column.push(value));
        }
        let gathered: Option<Vec<Bind>> = far.into_iter().map(Bind::gather).collect();
        let id = QueryId::next();
        let Some(gathered) = gathered else {
            // None shall be left.
            let filters = equals(id, ends.near, ends.parent).collect();
            let delete = Delete { id, table: ends.table, filters, all_rows: false, returning: None, refused: None };
            return Link { table: ends.table, change: Change::Delete(delete) };
        };
        let far = ends.far.iter().zip(gathered).map(|(name, it)| (*name, it.beside_column(Some(name)))).collect();
        let near = ends.near.iter().zip(ends.parent);
        let near = near.map(|(name, it)| (*name, it.shared().beside_column(Some(name)))).collect();
        Link { table: ends.table, change: Change::Set(SetLinks { table: ends.table, near, far }) }
    }
}
