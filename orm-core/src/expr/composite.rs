//! The attributes of composite values.

use super::{Expression, expression::Base};
use crate::value::{Composite, SqlType};

/// What can be done with a value of a composite type.
pub trait Composites: Expression {
    /// The attributes of the value as expressions, by the names of the struct's fields: `u.address.attributes().street`.
    /// Each may be NULL where the whole may. Renders `(x)."street"`.
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
