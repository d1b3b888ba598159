//! The sources of a join, whatever their types.

use orm_pg::expr::{Column, Joined, Present};

use super::{Found, Point, PointColumns};

/// A source's two columns.
pub(super) type Side = (Column<Option<i64>>, Column<Option<i64>>);

/// The columns of one or more sources.
pub(super) trait Sides: Copy {
    fn sides(self) -> Vec<Side>;
}

impl Sides for PointColumns<Present> {
    fn sides(self) -> Vec<Side> {
        vec![(self.x, self.y)]
    }
}

impl Sides for PointColumns<Joined> {
    fn sides(self) -> Vec<Side> {
        vec![(self.x, self.y)]
    }
}

/// The row of one or more sources.
pub(super) trait Rows {
    fn list(self) -> Found;
}

impl Rows for Point {
    fn list(self) -> Found {
        vec![Some(self)]
    }
}

impl Rows for Option<Point> {
    fn list(self) -> Found {
        vec![self]
    }
}

macro_rules! tuples {
    ($($($part:ident)+;)+) => { $(
        impl<$($part: Sides),+> Sides for ($($part,)+) {
            #[expect(non_snake_case, reason = "the variables are named like the types")]
            fn sides(self) -> Vec<Side> {
                let ($($part,)+) = self;
                [$($part.sides()),+].concat()
            }
        }

        impl<$($part: Rows),+> Rows for ($($part,)+) {
            #[expect(non_snake_case, reason = "the variables are named like the types")]
            fn list(self) -> Found {
                let ($($part,)+) = self;
                [$($part.list()),+].concat()
            }
        }
    )+ };
}
tuples! { A B; A B C; A B C D; }
