//! Relations of a model to itself, followed to the end: descendants and ancestors.

use crate::{
    ast::Clause,
    model::{Keyed, Model},
    query::Select,
    relation::{Downward, Recursive, Related, Upward, path::Walk},
};

/// All rows that a relation of `P` to itself leads to, step by step: those below a row, or those above it. Made by
/// [`descendants`](Related::descendants) and [`ancestors`](Related::ancestors).
///
/// It is loaded, filtered, counted and asked about like a [`HasMany`](crate::relation::HasMany). Each row comes once for each it was
/// found from, however many ways lead to it. Where rows refer to each other in a circle, each of them is its own
/// descendant and ancestor; the walk ends all the same.
pub type Tree<P, Out = P, L = ()> = Related<P, P, Recursive, Out, L>;

/// A model that a relation of `P` leads to and that is `P` itself.
#[diagnostic::on_unimplemented(
    message = "this relation leads from `{P}` to `{Self}`: there is nothing to follow further",
    label = "not a relation of a model to itself",
    note = "descendants and ancestors are of models that refer to themselves: \
            `#[orm(references = Category)] parent_id: Option<i64>` in `Category`"
)]
pub trait SameModel<P>: Keyed {}

#[diagnostic::do_not_recommend]
impl<P: Keyed> SameModel<P> for P {}

impl<P: Model, C: Model, K> Related<P, C, K> {
    /// Follows the relation again from each row that it finds: children, their children, and so on. The row itself is not
    /// among them, unless rows refer to each other in a circle. Links are followed the same way: those whom one follows,
    /// whom they follow, and so on.
    ///
    /// Filters before it say which rows are walked over: below one that is left out nothing is found. Filters after it
    /// only leave out rows of the result. Sort and limit after it; the rows come in no order by themselves.
    ///
    /// Renders `JOIN (WITH RECURSIVE … UNION …)`, which starts at the rows at hand. No statement more than the relation
    /// has without it.
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
    /// Filters before it say which rows are walked over: above one that is left out nothing is found. Filters after it
    /// only leave out rows of the result. The rows come in no order by themselves: the nearest comes first by
    /// [`with_depth`](Related::with_depth).
    ///
    /// Renders `JOIN (WITH RECURSIVE … UNION …)`, which starts at the rows at hand. No statement more than the relation
    /// has without it.
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
    /// Follows the relation no more than `steps` times: `max_depth(1)` finds what the relation finds without it, 0
    /// nothing. Each row comes once, with its shortest way.
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
