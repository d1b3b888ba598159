//! `descendants`, `ancestors` and `max_depth`.

use crate::{
    ast::Clause,
    model::{Keyed, Model},
    query::Select,
    relation::{Downward, Recursive, Related, Upward, path::Walk},
};

/// All rows that a relation of `P` to itself leads to, step by step: the descendants or the ancestors of a row. Made by
/// [`descendants`](Related::descendants) and [`ancestors`](Related::ancestors).
///
/// It is loaded, filtered, counted and asked about like a [`HasMany`](crate::relation::HasMany). A parent gets each row
/// once, however many paths lead to it. If rows refer to each other in a circle, each of them is its own descendant and
/// ancestor; the recursion still ends.
pub type Tree<P, Out = P, L = ()> = Related<P, P, Recursive, Out, L>;

/// A model that a relation of `P` leads to, and that is `P`.
#[diagnostic::on_unimplemented(
    message = "this relation leads from `{P}` to `{Self}`, so it cannot be followed again",
    label = "not a relation of a model to itself",
    note = "only a model that refers to itself has descendants and ancestors: \
            `#[orm(references = Category)] parent_id: Option<i64>` in `Category`"
)]
pub trait SameModel<P>: Keyed {}

#[diagnostic::do_not_recommend]
impl<P: Keyed> SameModel<P> for P {}

impl<P: Model, C: Model, K> Related<P, C, K> {
    /// Follows the relation again from each row that it finds: children, their children, and so on. The row itself is
    /// not among them, unless rows refer to each other in a circle. Links of many to many are followed in the same way:
    /// the people that a person follows, those that they follow, and so on.
    ///
    /// Filters before it choose the rows that are followed: the descendants of a row that is left out are not found.
    /// Filters after it only leave out rows of the result. Sort and limit after it; without that the rows are in no
    /// particular order.
    ///
    /// Renders `WITH RECURSIVE … UNION …`, which starts from the parents. No more statements than the relation needs
    /// without it.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let root = Category::get(1).one(&db).await?;
    /// let below: Vec<Category> = Category::children().descendants().of(&root).order_by(|c| c.name.asc()).all(&db).await?;
    /// let all: Vec<(Category, Vec<Category>)> =
    ///     Category::query().with(Category::children().descendants()).all(&db).await?;
    /// let above_rust = Category::query().filter(|c| Category::children().descendants().any(c, |d| d.name.eq("Rust")));
    /// # Ok(()) }
    /// ```
    pub fn descendants(self) -> Tree<P>
    where
        P: Keyed,
        C: SameModel<P>,
        K: Downward,
    {
        self.walked()
    }

    /// Follows the relation again from the row that it finds: the parent, its parent, and so on. The row itself is not
    /// among them, unless rows refer to each other in a circle.
    ///
    /// Filters before it choose the rows that are followed: the ancestors of a row that is left out are not found.
    /// Filters after it only leave out rows of the result. The rows are in no particular order; sort them by their
    /// [depth](Related::with_depth) to get the nearest first.
    ///
    /// Renders `WITH RECURSIVE … UNION …`, which starts from the parents. No more statements than the relation needs
    /// without it.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let leaf = Category::get(9).one(&db).await?;
    /// let path: Vec<Category> = Category::parent().ancestors().of(&leaf).all(&db).await?;
    /// let from_the_root: Vec<String> = Category::parent()
    ///     .ancestors()
    ///     .with_depth()
    ///     .of(&leaf)
    ///     .order_by(|(_, depth)| depth.desc())
    ///     .select(|(c, _)| c.name)
    ///     .all(&db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn ancestors(self) -> Tree<P>
    where
        P: Keyed,
        C: SameModel<P>,
        K: Upward,
    {
        self.walked()
    }

    fn walked(self) -> Tree<P> {
        let Self { path, query: Select { ast: rows, .. }, .. } = self;
        let mut query: Select<P, P> = Select::of_model();
        query.ast.timeout = rows.timeout;
        if let Some(clause) = rows.first_besides(&[Clause::Where, Clause::Join]) {
            let text =
                "goes after `descendants` or `ancestors`: before them only filters choose which rows are followed";
            query.ast.refuse(format!("`{}` {text}", clause.method()));
        }
        Related { path: path.walked(Walk::new(rows)), query, loads: (), refers: None, _kind: std::marker::PhantomData }
    }
}

impl<P: Model, Out, L> Tree<P, Out, L> {
    /// Follows the relation at most `steps` times: `max_depth(1)` finds the rows that the relation itself leads to,
    /// `max_depth(0)` none. A row that several paths lead to counts with the shortest.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let root = Category::get(1).one(&db).await?;
    /// let near = Category::children().descendants().max_depth(2).of(&root).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn max_depth(mut self, steps: u32) -> Self {
        self.path.end_after(steps);
        self
    }
}
