//! Fields of projections that follow a relation to the end: what is above a row, or below it.

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

/// The relation of `M` whose name has the number `NAME`, followed by `W` to the end.
#[doc(hidden)]
#[derive(Debug)]
pub struct TreeField<M, W, const NAME: u64>(PhantomData<fn() -> (M, W)>);

/// A way to follow a relation `R` of a model to itself.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{R}` has no {Self}",
    label = "not followed this way",
    note = "`ancestors` follows what a row refers to, `descendants` a `has_many`, both of a model that refers to itself"
)]
pub trait TreeDirection<R>: 'static {
    /// What is found along it.
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

/// A way whose steps are counted.
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
