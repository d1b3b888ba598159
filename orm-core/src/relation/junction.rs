//! The junction table of many to many: its columns in the clauses of a relation, and its rows next to those that it
//! links.
//!
//! ```sql
//! -- Post::tags().filter_link(|link| link.tag_id.gt(100))
//! FROM tags t0 JOIN post_tags t1 ON t1.tag_id = t0.id WHERE t1.tag_id > $1 AND …
//! -- Post::tags().with_link()
//! SELECT t0.id, t0.name, t1.post_id, t1.tag_id FROM tags t0 JOIN post_tags t1 ON t1.tag_id = t0.id …
//! ```

use super::{Many, Related};
use crate::{
    ast::QueryId,
    expr::{IntoFilter, IntoOrder, Origin, Present, SelectList},
    model::Model,
    query::Select,
};

/// The columns of the junction table, which is the source number `source`.
fn columns<V: Model>(query: QueryId, source: usize) -> V::Columns<Present> {
    V::columns::<Present>(Origin::new(query, u8::try_from(source).unwrap_or(u8::MAX)))
}

/// The model of a junction table.
#[diagnostic::on_unimplemented(
    message = "this relation has no junction table",
    label = "its rows refer to their parent directly",
    note = "declare one: `has_many(tags: Tag, through = PostTag)`"
)]
pub trait JunctionModel: Model {}

#[diagnostic::do_not_recommend]
impl<V: Model> JunctionModel for V {}

impl<P: Model, C: Model, V, Out, L> Related<P, C, Many<V>, Out, L> {
    /// Keeps the rows whose junction row fulfils the condition.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Post::query().with(Post::tags().filter_link(|link| link.tag_id.gt(100)));
    /// ```
    ///
    /// In `of_all`, a row is then returned once for each parent that it is linked with, instead of once.
    pub fn filter_link<F: IntoFilter>(mut self, cond: impl FnOnce(V::Columns<Present>) -> F) -> Self
    where
        V: JunctionModel,
    {
        let source = self.path.join_junction(&mut self.query.ast);
        let cond = cond(columns::<V>(self.query.ast.id, source)).into_filter();
        self.query.ast.filters.extend(cond.map(|it| it.0));
        self
    }

    /// Sorts by columns of the junction table: a position, or when the link was made.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Post::query().with(Post::tags().order_by_link(|link| link.tag_id.desc()));
    /// ```
    ///
    /// In `of_all`, a row is then returned once for each parent that it is linked with, instead of once.
    pub fn order_by_link<O: IntoOrder>(mut self, order: impl FnOnce(V::Columns<Present>) -> O) -> Self
    where
        V: JunctionModel,
    {
        let source = self.path.join_junction(&mut self.query.ast);
        order(columns::<V>(self.query.ast.id, source)).order(&mut self.query.ast.order_by);
        self
    }
}

impl<P: Model, C: Model, V> Related<P, C, Many<V>> {
    /// Reads the junction row with each row. No further statement.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let post = Post::get(1).one(&db).await?;
    /// let posts: Vec<(Post, Vec<(Tag, PostTag)>)> = Post::query().with(Post::tags().with_link()).all(&db).await?;
    /// let links: Vec<(Tag, PostTag)> = Post::tags().with_link().of(&post).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn with_link(mut self) -> Related<P, C, Many<V>, (C, V)>
    where
        V: JunctionModel,
    {
        let source = self.path.join_junction(&mut self.query.ast);
        let both = (self.query.columns(), columns::<V>(self.query.ast.id, source));
        self.query.ast.list = Some(SelectList::of(both));
        Related {
            path: self.path,
            query: Select::from_ast(self.query.ast),
            loads: (),
            refers: None,
            _kind: std::marker::PhantomData,
        }
    }
}
