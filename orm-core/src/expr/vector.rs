//! The distances of the extension `vector` (pgvector).

use super::{
    Expr, Expression, Operand,
    expression::{Base, NullIfEither},
};
use crate::{ast::Node, value::VectorType};

/// Distances between vectors. In `order_by` with a `limit` an index of the same kind answers them:
/// `.order_by(|d| d.embedding.cosine_distance(query).asc()).limit(10)`.
///
/// ```
/// use orm_pg::prelude::*;
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "documents")]
/// pub struct Document {
///     #[orm(key, identity)]
///     pub id: i64,
///     #[orm(sql_type = "vector(3)")]
///     pub embedding: Vector,
/// }
///
/// let wanted = Vector::from(vec![0.1, 0.2, 0.3]);
/// let nearest = Document::query().order_by(|d| d.embedding.cosine_distance(wanted).asc()).limit(10).select(|d| d.id);
/// assert!(nearest.to_string().ends_with(r#"ORDER BY (t0."embedding" <=> $1::vector) LIMIT $2"#));
/// ```
pub trait Vectors: Expression {
    /// Returns the Euclidean distance. Renders `x <-> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let wanted = Vector::from(vec![0.1, 0.2, 0.3]);
    /// let nearest = Document::query().order_by(|d| d.embedding.l2_distance(wanted).asc()).limit(10);
    /// ```
    fn l2_distance<R: Operand<Base<Self>>>(self, other: R) -> Expr<NullIfEither<Self, R::Nullability, f64>>
    where
        Base<Self>: VectorType,
    {
        distance(self, "<->", other)
    }

    /// Returns the cosine distance: one minus the cosine of the angle, from 0 to 2. Renders `x <=> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let wanted = Vector::from(vec![0.1, 0.2, 0.3]);
    /// let nearest = Document::query().order_by(|d| d.embedding.cosine_distance(wanted).asc()).limit(10);
    /// ```
    fn cosine_distance<R: Operand<Base<Self>>>(self, other: R) -> Expr<NullIfEither<Self, R::Nullability, f64>>
    where
        Base<Self>: VectorType,
    {
        distance(self, "<=>", other)
    }

    /// The inner product with its sign reversed: the nearest are first in ascending order, which an index supports.
    /// Renders `x <#> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let wanted = Vector::from(vec![0.1, 0.2, 0.3]);
    /// let nearest = Document::query().order_by(|d| d.embedding.negative_inner_product(wanted).asc()).limit(10);
    /// ```
    fn negative_inner_product<R: Operand<Base<Self>>>(self, other: R) -> Expr<NullIfEither<Self, R::Nullability, f64>>
    where
        Base<Self>: VectorType,
    {
        distance(self, "<#>", other)
    }

    /// The inner product. No index is used for it: sort by [`Self::negative_inner_product`]. Renders `(x <#> y) * -1`.
    ///
    /// ```
    /// # use blog::*;
    /// let wanted = Vector::from(vec![0.1, 0.2, 0.3]);
    /// let products = Document::query().select(|d| (d.title, d.embedding.inner_product(wanted)));
    /// ```
    fn inner_product<R: Operand<Base<Self>>>(self, other: R) -> Expr<NullIfEither<Self, R::Nullability, f64>>
    where
        Base<Self>: VectorType,
    {
        let negative = self.node().binary("<#>", other.into_node());
        Expr::new(negative.binary("*", Node::Constant("-1")))
    }

    /// The sum of the distances along each axis. Renders `x <+> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let wanted = Vector::from(vec![0.1, 0.2, 0.3]);
    /// let nearest = Document::query().order_by(|d| d.embedding.l1_distance(wanted).asc()).limit(10);
    /// ```
    fn l1_distance<R: Operand<Base<Self>>>(self, other: R) -> Expr<NullIfEither<Self, R::Nullability, f64>>
    where
        Base<Self>: VectorType,
    {
        distance(self, "<+>", other)
    }
}

fn distance<L: Expression, R: Operand<Base<L>>, T: crate::value::SqlType>(
    lhs: L,
    operator: &'static str,
    rhs: R,
) -> Expr<T> {
    Expr::new(lhs.node().binary(operator, rhs.into_node()))
}

impl<E: Expression> Vectors for E {}
