//! Fields of projections that follow a relation to the end: `#[orm(ancestors = parent)]`,
//! `#[orm(descendants = children)]`.

use std::marker::PhantomData;

use super::{FieldCell, FieldSource, Member, Reads, SourceRef};
use crate::{
    error::Result,
    executor::Executor,
    expr::SelectList,
    model::Keyed,
    relation::{Downward, Kind, Related, Tree, Upward, WithDepth},
    row::{Cursor, Layout},
};

/// The relation of `M` whose name has the number `NAME`, followed to the end in the direction `W`.
#[doc(hidden)]
#[derive(Debug)]
pub struct TreeField<M, W, const NAME: u64>(PhantomData<fn() -> (M, W)>);

/// A direction in which a relation `R` of a model to itself can be followed.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{R}` has no {Self}",
    label = "cannot be followed in this direction",
    note = "`ancestors` follows a foreign key, `descendants` a `has_many`, both of a model that refers to itself"
)]
pub trait TreeDirection<R>: 'static {
    /// The relation that is followed.
    type Tree: Send + 'static;

    /// Follows it.
    fn follow(relation: R) -> Self::Tree;
}

/// `ancestors`
#[doc(hidden)]
#[derive(Debug)]
pub enum Ancestors {}

/// `descendants`
#[doc(hidden)]
#[derive(Debug)]
pub enum Descendants {}

/// A direction in which the steps are counted.
#[doc(hidden)]
#[derive(Debug)]
pub struct CountDepth<W>(PhantomData<fn() -> W>);

impl<P: Keyed, K: Upward> TreeDirection<Related<P, P, K>> for Ancestors {
    type Tree = Tree<P>;

    fn follow(relation: Related<P, P, K>) -> Tree<P> {
        relation.ancestors()
    }
}

impl<P: Keyed, K: Downward> TreeDirection<Related<P, P, K>> for Descendants {
    type Tree = Tree<P>;

    fn follow(relation: Related<P, P, K>) -> Tree<P> {
        relation.descendants()
    }
}

impl<P: Keyed, K: Kind, W: TreeDirection<Related<P, P, K>, Tree = Tree<P>>> TreeDirection<Related<P, P, K>>
    for CountDepth<W>
{
    type Tree = WithDepth<P>;

    fn follow(relation: Related<P, P, K>) -> WithDepth<P> {
        W::follow(relation).with_depth()
    }
}

impl<M, W, const NAME: u64, F: Send + 'static> FieldSource<F> for TreeField<M, W, NAME>
where
    M: Member<NAME>,
    W: TreeDirection<M::Is>,
    W::Tree: Reads<F>,
{
    type Reader = W::Tree;

    const LOADED_LATER: bool = <W::Tree as Reads<F>>::LOADED_LATER;

    fn source() -> W::Tree {
        W::follow(M::member())
    }

    fn select(source: &W::Tree, columns: SourceRef, list: &mut SelectList) {
        source.select(columns, list);
    }

    fn layout(source: &W::Tree, layout: &mut Layout<'_>) -> Result<()> {
        source.layout(layout)
    }

    #[inline]
    fn read(row: &mut Cursor<'_>) -> Result<FieldCell<F>> {
        W::Tree::read(row)
    }

    async fn finish<E: Executor>(source: W::Tree, cells: Vec<FieldCell<F>>, db: &E) -> Result<Vec<F>> {
        source.finish(cells, db).await
    }
}
