//! Linking and unlinking rows of a many-to-many relation.

use std::{borrow::Cow, fmt, time::Duration};

use super::{
    junction_row::LinkValues,
    link_column::{LinkColumns, NO_KEY},
};
use crate::{
    ast::{self, ColumnName, Delete, Node, QueryId},
    error::{Error, ErrorKind, Result},
    executor::{Consistency, Executor, LimitedExecutor},
    model::{Keyed, Model},
    relation::{Many, Related, path::typed_key},
    render,
    schema::Table,
    statement::{Limit, Operation, Sql, Statement},
    value::Bind,
};

/// A change of the links of a row. [`execute`](Self::execute) runs it.
#[must_use = "nothing is linked until `.execute(&db)` is awaited"]
#[derive(Clone)]
pub struct Link {
    change: LinkChange,
    table: &'static Table,
    /// How long the verb may take.
    pub(crate) timeout: Option<Duration>,
}

/// Links rows of two models, by a relation through a junction table.
///
/// Two rows are linked if the junction table has a row that refers to both, whatever its other columns are. Linking
/// adds the links that do not exist: a second call, or the same row twice in one call, adds nothing.
///
/// Give the junction table a unique key of exactly the two foreign keys: make them its primary key, or declare
/// `unique(post_id, tag_id)`. Then the server refuses a second link, even one that is added at the same time. Without such
/// a key, changes of one parent's links wait for each other by `pg_advisory_xact_lock`, and look before they add. A
/// second row can still be added by raw SQL, from the other side of the relation at the same time, at an isolation
/// level above READ COMMITTED, which does not see what was added meanwhile, and by an executor without transactions.
///
/// A link sets the two foreign keys and nothing else. If the junction table has another column that has no default and
/// cannot be NULL, linking is refused before any I/O: insert a row of its model instead.
pub trait Links<P, C> {
    /// Links `child` with `parent`, unless they are linked already. Renders
    /// `INSERT INTO "post_tags" ("post_id", "tag_id") SELECT $1, k.k0 FROM unnest($2) AS k(k0) ON CONFLICT ("post_id", "tag_id") DO NOTHING`;
    /// or, without a unique key of the two, `… WHERE NOT EXISTS (SELECT 1 FROM "post_tags" AS t0 WHERE …)`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let post = Post::get(1).one(&db).await?;
    /// let tag = Tag::get(2).one(&db).await?;
    /// let added: u64 = Post::tags().link(&post, &tag).execute(&db).await?;
    /// # Ok(()) }
    /// ```
    fn link(self, parent: &P, child: &C) -> Link;

    /// Links each of `children` with `parent`, in one statement, in the order given.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let post = Post::get(1).one(&db).await?;
    /// let tags = Tag::query().all(&db).await?;
    /// Post::tags().link_all(&post, &tags).execute(&db).await?;
    /// # Ok(()) }
    /// ```
    fn link_all(self, parent: &P, children: &[C]) -> Link;

    /// Removes the link between the two: all its rows, if there are several. Renders `DELETE FROM "post_tags" …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let post = Post::get(1).one(&db).await?;
    /// let tag = Tag::get(2).one(&db).await?;
    /// let removed: u64 = Post::tags().unlink(&post, &tag).execute(&db).await?;
    /// # Ok(()) }
    /// ```
    fn unlink(self, parent: &P, child: &C) -> Link;

    /// Makes `children` the only rows that are linked with `parent`: links those that are not linked yet, and unlinks
    /// all others, in one statement. [`execute`](Link::execute) then returns how many links were added; without
    /// children, how many were removed.
    ///
    /// The junction rows of links that stay are unchanged, and keep their other columns.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let post = Post::get(1).one(&db).await?;
    /// let tags = Tag::query().all(&db).await?;
    /// Post::tags().set_links(&post, &tags).execute(&db).await?;
    /// # Ok(()) }
    /// ```
    fn set_links(self, parent: &P, children: &[C]) -> Link;
}

/// What a [`Link`] does.
#[derive(Clone)]
enum LinkChange {
    /// Adds links.
    Add(NewLinks),
    /// Removes links.
    Remove(Delete),
    /// Adds links, and removes the others of the parent.
    Set(NewLinks),
    /// There are no rows to link.
    Nothing,
    /// It is an error, with this text.
    Refused(Cow<'static, str>),
}

/// Links to add.
#[derive(Clone)]
struct NewLinks {
    links: ast::JunctionRows,
    /// Without a unique key: the number of the lock that keeps others from adding the same links at the same time.
    lock: Option<i64>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.to_sql()).finish()
    }
}

impl Link {
    fn refused(table: &'static Table, text: impl Into<Cow<'static, str>>) -> Self {
        Self { change: LinkChange::Refused(text.into()), table, timeout: None }
    }

    /// Returns the SQL and its binds, which are empty for a change that is refused or has no rows. No I/O.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let (post, tag) = (Post::get(1).one(&db).await?, Tag::get(2).one(&db).await?);
    /// let sql = Post::tags().link(&post, &tag).to_sql();
    /// assert!(sql.text.starts_with(r#"INSERT INTO "post_tags""#));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        match &self.change {
            LinkChange::Add(NewLinks { links, .. }) => render::link(links).sql,
            LinkChange::Remove(delete) => render::delete(delete, &[]).sql,
            LinkChange::Set(NewLinks { links, .. }) => render::set_links(links).sql,
            LinkChange::Nothing | LinkChange::Refused(_) => Sql { text: String::new(), binds: vec![] },
        }
    }

    /// Runs the change and returns how many links it added or removed.
    ///
    /// Round trips: 1, or none if there are no rows to link. Without a unique key of the two foreign keys, 1 more for a
    /// lock, and 2 more for a transaction if it does not run in one.
    ///
    /// # Errors
    /// If the server refuses it: by a foreign key, or another unique key of the junction table.
    /// [`ErrorKind::InvalidStatement`], before any I/O, for a row with NULL in a column that links refer to, for a
    /// junction table with a column that a link cannot fill, and for a relation that has clauses.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let post = Post::get(1).one(&db).await?;
    /// let tags = Tag::query().filter(|t| t.name.in_(["rust", "sql"])).all(&db).await?;
    /// let added: u64 = Post::tags().link_all(&post, &tags).execute(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn execute(self, db: &impl Executor) -> Result<u64> {
        let (operation, lock) = match &self.change {
            LinkChange::Add(NewLinks { lock, .. }) | LinkChange::Set(NewLinks { lock, .. }) => {
                (Operation::Insert, *lock)
            }
            LinkChange::Remove(_) => (Operation::Delete, None),
            LinkChange::Nothing => return Ok(0),
            LinkChange::Refused(text) => {
                let error = Error::new(ErrorKind::InvalidStatement, text.clone());
                return Err(error.in_statement("link", Some(self.table.name)));
            }
        };
        let sql = self.to_sql();
        sql.check_bind_count()?;
        let statement = Statement::new(sql, operation, Some(self.table.name));
        let limit = self.timeout.map(Limit::begin);
        let db = &LimitedExecutor::new(db, limit);
        let Some(lock) = lock else { return db.execute(&statement).await };
        let group = match db.together_within(Consistency::AllOrNone, limit).await {
            Ok(group) => group,
            // An executor without transactions, such as `adopt(&client)`, runs the statement without the lock.
            Err(error) if error.kind() == ErrorKind::InvalidStatement => return db.execute(&statement).await,
            Err(error) => return Err(error),
        };
        let lock = Statement::new(render::lock_links(lock).sql, Operation::Select, Some(self.table.name));
        let limited = LimitedExecutor::new(&group, limit);
        limited.execute(&lock).await?;
        let changed = limited.execute(&statement).await?;
        group.commit().await?;
        Ok(changed)
    }
}

/// `post_id = $1`, for each column.
fn equals(query: QueryId, columns: &[&'static str], binds: Vec<Bind>) -> impl Iterator<Item = Node> {
    let column = move |name| Node::Column { query, source: 0, name: ColumnName::Named(name) };
    columns.iter().zip(binds).map(move |(name, bind)| column(name).binary("=", Node::Bind(bind)))
}

/// The links of `children` with `parent`; `None` without children.
fn new_links<C: Keyed>(columns: LinkColumns, parent: Vec<Bind>, children: &[C]) -> Result<Option<NewLinks>, String> {
    if let Some(text) = columns.refused() {
        return Err(text);
    }
    let mut rows = LinkValues::new(columns, columns.far_only().collect());
    for child in children {
        rows.push(columns.far_values(&parent, typed_key(child)).ok_or_else(|| columns.different_values())?);
    }
    let lock = (!columns.are_unique()).then(|| columns.lock(&parent));
    let fixed = columns.near.iter().copied().zip(parent.into_iter().map(Bind::shared)).collect();
    Ok(rows.into_links(fixed).map(|links| NewLinks { links, lock }))
}

impl<P: Model, C: Keyed, V: Model> Related<P, C, Many<V>> {
    /// The columns of the junction table, and the key of `parent`; `None` if it is NULL.
    fn link_columns(&self, parent: &P) -> Result<(LinkColumns, Option<Vec<Bind>>), String> {
        if let Some(clause) = self.query.ast.clauses().next() {
            return Err(format!("a relation that is linked takes no clauses: remove its `{}`", clause.method()));
        }
        Ok((
            LinkColumns::of(&self.path).ok_or_else(|| "there is no junction table".to_owned())?,
            self.path.typed_key(parent),
        ))
    }

    fn changed(
        self,
        parent: &P,
        change: impl FnOnce(LinkColumns, Option<Vec<Bind>>) -> Result<LinkChange, String>,
    ) -> Link {
        let (columns, key) = match self.link_columns(parent) {
            Ok(it) => it,
            Err(text) => return Link::refused(V::TABLE, text),
        };
        let change = change(columns, key).unwrap_or_else(|text| LinkChange::Refused(text.into()));
        Link { table: columns.table, change, timeout: None }
    }
}

/// Removes the links of `parent` with `child`, or all its links.
///
/// ```sql
/// DELETE FROM post_tags WHERE post_id = $1 AND tag_id = $2
/// ```
fn remove(columns: LinkColumns, parent: Vec<Bind>, child: Option<Vec<Bind>>) -> LinkChange {
    let id = QueryId::next();
    let near = equals(id, columns.near, parent);
    let filters = near.chain(equals(id, columns.far, child.unwrap_or_default())).collect();
    LinkChange::Remove(Delete {
        id,
        table: columns.table,
        filters,
        all_rows: false,
        returning: None,
        refused: None,
        timeout: None,
    })
}

impl<P: Model, C: Keyed, V: Model> Links<P, C> for Related<P, C, Many<V>> {
    fn link(self, parent: &P, child: &C) -> Link {
        self.link_all(parent, std::slice::from_ref(child))
    }

    fn link_all(self, parent: &P, children: &[C]) -> Link {
        self.changed(parent, |columns, key| match key {
            _ if children.is_empty() => Ok(LinkChange::Nothing),
            None => Err(NO_KEY.to_owned()),
            Some(key) => Ok(new_links(columns, key, children)?.map_or(LinkChange::Nothing, LinkChange::Add)),
        })
    }

    fn unlink(self, parent: &P, child: &C) -> Link {
        self.changed(parent, |columns, key| {
            let change = key.map(|key| remove(columns, key, Some(typed_key(child))));
            Ok(change.unwrap_or(LinkChange::Nothing))
        })
    }

    fn set_links(self, parent: &P, children: &[C]) -> Link {
        self.changed(parent, |columns, key| match key {
            None if children.is_empty() => Ok(LinkChange::Nothing),
            None => Err(NO_KEY.to_owned()),
            Some(key) if children.is_empty() => Ok(remove(columns, key, None)),
            Some(key) => Ok(new_links(columns, key, children)?.map_or(LinkChange::Nothing, LinkChange::Set)),
        })
    }
}
