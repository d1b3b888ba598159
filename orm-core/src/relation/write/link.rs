//! Many to many: rows of the table in between.

use std::{borrow::Cow, fmt, time::Duration};

use super::link_column::LinkColumns;
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

/// A change of what is linked with a row: give it an executor with [`execute`](Self::execute).
#[must_use = "nothing is linked until `.execute(&db)` is awaited"]
#[derive(Clone)]
pub struct Link {
    change: Change,
    table: &'static Table,
    /// How long the verb may take.
    pub(crate) timeout: Option<Duration>,
}

/// What links rows: the relation between two models through a table.
///
/// Two rows are linked where the table in between has a row that refers to both, whatever else that row says. Linking adds
/// what is not there: a second call, or the same row twice in one, adds nothing. With a unique key of just the two ends,
/// as in a model whose two foreign keys are its primary key, the server sees to that whoever else links at the same time.
/// Without one ([`link`](Self::link) then looks first) changes of one parent's links wait for each other, by
/// `pg_advisory_xact_lock`; what still can add a second row are SQL of one's own, the same link added from the other side
/// of the relation at the same moment, an isolation level above READ COMMITTED, which does not see what was added meanwhile,
/// and an executor without transactions. A `unique(post_id, tag_id)` on the model of the table in between rules that out.
///
/// A link has values for the two ends and nothing else. Where the table in between has a further column that neither has a
/// default nor can be NULL, linking is refused before any I/O: insert a row of that model.
pub trait Links<P, C> {
    /// Links `child` with `parent`; nothing happens where they are linked already. Renders
    /// `INSERT INTO "post_tags" ("post_id", "tag_id") SELECT $1, k.k0 FROM unnest($2) AS k(k0) ON CONFLICT ("post_id", "tag_id") DO NOTHING`;
    /// without a unique key of the two, `… WHERE NOT EXISTS (SELECT 1 FROM "post_tags" AS t0 WHERE …)`.
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

    /// Removes the link between the two, all rows of it where there are several. Renders `DELETE FROM "post_tags" …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let post = Post::get(1).one(&db).await?;
    /// let tag = Tag::get(2).one(&db).await?;
    /// let removed: u64 = Post::tags().unlink(&post, &tag).execute(&db).await?;
    /// # Ok(()) }
    /// ```
    fn unlink(self, parent: &P, child: &C) -> Link;

    /// Makes `children` all that is linked with `parent`: links what is not yet, unlinks what is not among them. One
    /// statement. [`execute`](Link::execute) then returns how many links were added; of no children, how many went.
    ///
    /// A link that stays keeps its row and what that says; one that several rows say stays as they are.
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

#[derive(Clone)]
enum Change {
    /// Adds links.
    Link(Added),
    Delete(Delete),
    /// Adds links, and removes the others of the parent.
    Set(Added),
    /// There is nothing to link.
    Nothing,
    Refused(Cow<'static, str>),
}

/// Links that are to be there, and what keeps others from adding them at the same time.
#[derive(Clone)]
struct Added {
    links: ast::JunctionRows,
    /// Where there is no unique key: the number of a lock.
    lock: Option<i64>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.to_sql()).finish()
    }
}

impl Link {
    fn refused(table: &'static Table, text: impl Into<Cow<'static, str>>) -> Self {
        Self { change: Change::Refused(text.into()), table, timeout: None }
    }

    /// Returns the SQL and its binds; nothing of a change that is refused. No I/O.
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
            Change::Link(Added { links, .. }) => render::link(links).sql,
            Change::Delete(delete) => render::delete(delete, &[]).sql,
            Change::Set(Added { links, .. }) => render::set_links(links).sql,
            Change::Nothing | Change::Refused(_) => Sql { text: String::new(), binds: vec![] },
        }
    }

    /// Runs the change and returns how many links it added or removed.
    ///
    /// Round trips: 1; none where there is nothing to link. Adding links to a table in between without a unique key of the
    /// two ends takes a lock first, 1 more, and 2 for a transaction, where it is none already.
    ///
    /// # Errors
    /// When the server refuses it: a foreign key, or a further unique key of the table in between.
    /// [`ErrorKind::InvalidStatement`], before any I/O: for a row that has no key to be linked by, NULL, where the table in
    /// between refers to a unique column; for a table in between with a column that a link cannot fill; for a relation with
    /// clauses of its own.
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
            Change::Link(Added { lock, .. }) | Change::Set(Added { lock, .. }) => (Operation::Insert, *lock),
            Change::Delete(_) => (Operation::Delete, None),
            Change::Nothing => return Ok(0),
            Change::Refused(text) => {
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
            // An executor without transactions, as `adopt(&client)`, has but the statement itself.
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

fn equals(query: QueryId, columns: &[&'static str], binds: Vec<Bind>) -> impl Iterator<Item = Node> {
    let column = move |name| Node::Column { query, source: 0, name: ColumnName::Named(name) };
    columns.iter().zip(binds).map(move |(name, bind)| column(name).binary("=", Node::Bind(bind)))
}

/// The links of `children` with `parent`.
fn links<C: Keyed>(ends: LinkColumns, parent: Vec<Bind>, children: &[C]) -> Result<Added, String> {
    if let Some(text) = ends.refused() {
        return Err(text);
    }
    let mut each: Vec<(&'static str, Vec<Bind>)> = ends.own().map(|name| (name, Vec::new())).collect();
    for child in children {
        let values = ends.own_values(&parent, typed_key(child)).ok_or_else(|| ends.differ())?;
        each.iter_mut().zip(values).for_each(|((_, column), value)| column.push(value));
    }
    let each = each.into_iter().filter_map(|(name, it)| Some((name, Bind::gather(it)?)));
    let unique = ends.are_unique();
    let lock = (!unique).then(|| ends.lock(&parent));
    let fixed = ends.near.iter().copied().zip(parent.into_iter().map(Bind::shared)).collect();
    Ok(Added { links: ast::JunctionRows { table: ends.table, fixed, each: each.collect(), unique }, lock })
}

impl<P: Model, C: Keyed, V: Model> Related<P, C, Many<V>> {
    /// Where the links are, and the key of the row that has them; nothing where it is NULL.
    fn ends(&self, parent: &P) -> Result<(LinkColumns, Option<Vec<Bind>>), String> {
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
        change: impl FnOnce(LinkColumns, Option<Vec<Bind>>) -> Result<Change, String>,
    ) -> Link {
        let (ends, key) = match self.ends(parent) {
            Ok(it) => it,
            Err(text) => return Link::refused(V::TABLE, text),
        };
        let change = change(ends, key).unwrap_or_else(|text| Change::Refused(text.into()));
        Link { table: ends.table, change, timeout: None }
    }
}

fn no_key() -> String {
    "the row has no key to be linked by: it is NULL".to_owned()
}

/// A delete of the links of a row with all others, or with one of them.
fn delete(ends: LinkColumns, parent: Vec<Bind>, child: Option<Vec<Bind>>) -> Change {
    let id = QueryId::next();
    let near = equals(id, ends.near, parent);
    let filters = near.chain(equals(id, ends.far, child.unwrap_or_default())).collect();
    Change::Delete(Delete {
        id,
        table: ends.table,
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
        self.changed(parent, |ends, key| match key {
            _ if children.is_empty() => Ok(Change::Nothing),
            None => Err(no_key()),
            Some(key) => links(ends, key, children).map(Change::Link),
        })
    }

    fn unlink(self, parent: &P, child: &C) -> Link {
        self.changed(parent, |ends, key| {
            let change = key.map(|key| delete(ends, key, Some(typed_key(child))));
            Ok(change.unwrap_or(Change::Nothing))
        })
    }

    fn set_links(self, parent: &P, children: &[C]) -> Link {
        self.changed(parent, |ends, key| match key {
            None if children.is_empty() => Ok(Change::Nothing),
            None => Err(no_key()),
            // None shall be left.
            Some(key) if children.is_empty() => Ok(delete(ends, key, None)),
            Some(key) => links(ends, key, children).map(Change::Set),
        })
    }
}
