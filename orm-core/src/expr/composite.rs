//! The attributes of composite values.

use super::{Expr, Expression, expression::Base};
use crate::{
    ast::Node,
    value::{Field, Nullability, Scalar, SqlType},
};

/// A struct with `#[derive(PgComposite)]`: its attributes can be used in queries.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a composite type",
    label = "has no attributes",
    note = "add `#[derive(PgComposite)]` to the struct"
)]
pub trait Composite: Scalar {
    /// The attributes as expressions; `N` is the nullability of the whole value.
    type Attributes<N: Nullability>;

    /// Makes the attributes of the value that `node` stands for.
    #[doc(hidden)]
    fn attributes<N: Nullability>(node: Node) -> Self::Attributes<N>;
}

/// Makes the attribute that is the field number `I` of the value that `node` stands for. Renders `(node)."name"`.
#[doc(hidden)]
#[must_use]
pub fn attribute<N: Nullability, M: Field<I>, const I: usize>(
    node: &Node,
    name: &'static str,
) -> Expr<N::Attribute<M, I>> {
    Expr::new(Node::Attribute(Box::new(node.clone()), name))
}

/// The operations on values of composite types.
pub trait Composites: Expression {
    /// The attributes of the value as expressions, by the names of the struct's fields: `u.address.attributes().street`.
    /// Each is nullable if the whole value is. Renders `(x)."street"`.
    ///
    /// ```
    /// use orm_pg::prelude::*;
    ///
    /// #[derive(Debug, Clone, PgComposite)]
    /// pub struct Address {
    ///     pub street: String,
    ///     pub city: String,
    /// }
    ///
    /// #[derive(Debug, Clone, Model)]
    /// #[orm(table = "customers")]
    /// pub struct Customer {
    ///     #[orm(key, identity)]
    ///     pub id: i64,
    ///     pub address: Address,
    /// }
    ///
    /// let query = Customer::query().filter(|c| c.address.attributes().city.eq("Berlin")).select(|c| c.id);
    /// assert!(query.to_string().ends_with(r#"WHERE (t0."address")."city" = $1"#));
    /// ```
    fn attributes(self) -> <Base<Self> as Composite>::Attributes<<Self::Type as SqlType>::Nullability>
    where
        Base<Self>: Composite,
    {
        Base::<Self>::attributes(self.node())
    }
}

impl<E: Expression> Composites for E {}
