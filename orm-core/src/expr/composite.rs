//! The attributes of composite values.

use super::{Expression, expression::Base};
use crate::value::{Composite, SqlType};

/// What can be done with a value of a composite type.
pub trait Composites: Expression {
    /// The attributes of the value as expressions, by the names of the struct's fields: `u.address.attributes().street`.
    /// Each may be NULL where the whole may. Renders `(x)."street"`.
    fn attributes(self) -> <Base<Self> as Composite>::Attributes<<Self::Type as SqlType>::Nullability>
    where
        Base<Self>: Composite,
    {
        Base::<Self>::attributes(self.node())
    }
}

impl<E: Expression> Composites for E {}
