//! Random clauses of a relation, and the same in Rust.

use proptest::{option, prelude::*};

use super::world::Thing;

/// Filter, order, limit and offset. The order is total, so that a limit has one meaning.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    /// Weighs at least so much; a missing weight does not.
    pub(super) least: Option<i64>,
    /// By weight and number, downwards.
    pub(super) down: bool,
    pub(super) limit: Option<u64>,
    pub(super) offset: Option<u64>,
}

pub(super) fn clauses() -> impl Strategy<Value = Clause> {
    let least = option::weighted(0.4, 0..4_i64);
    (least, any::<bool>(), option::weighted(0.4, 0..5_u64), option::weighted(0.3, 0..3_u64))
        .prop_map(|(least, down, limit, offset)| Clause { least, down, limit, offset })
}

/// Gives a relation the clause. Each relation has a different type, and so have its columns.
macro_rules! with_clause {
    ($relation:expr, $clause:expr) => {
        $crate::property::relation::clause::with_clause!(order $relation, $clause, |it| match $clause.down {
            false => (it.weight.asc(), it.id.asc()),
            true => (it.weight.desc(), it.id.desc()),
        })
    };
    // Of the weights alone: their order.
    (weights $relation:expr, $clause:expr) => {
        $crate::property::relation::clause::with_clause!(order $relation, $clause, |it| match $clause.down {
            false => it.weight.asc(),
            true => it.weight.desc(),
        })
    };
    (order $relation:expr, $clause:expr, |$it:ident| $order:expr) => {{
        let mut relation = $relation.order_by(|$it| $order);
        if let Some(least) = $clause.least {
            relation = relation.filter(|it| it.weight.ge(least));
        }
        if let Some(limit) = $clause.limit {
            relation = relation.limit(limit);
        }
        if let Some(offset) = $clause.offset {
            relation = relation.offset(offset);
        }
        relation
    }};
}
pub(super) use with_clause;

impl Clause {
    pub(super) fn takes(&self, it: &impl Thing) -> bool {
        self.least.is_none_or(|least| it.weight().is_some_and(|weight| weight >= least))
    }

    /// What is left of the rows of one parent, in order.
    pub(super) fn of<T: Thing>(&self, mut rows: Vec<T>) -> Vec<T> {
        rows.retain(|it| self.takes(it));
        // As the server has it, a missing weight is larger than all others.
        rows.sort_by_key(|it| (it.weight().is_none(), it.weight(), it.id()));
        if self.down {
            rows.reverse();
        }
        self.page(rows)
    }

    /// The same of their weights, each once.
    pub(super) fn weights<T: Thing>(&self, mut rows: Vec<T>) -> Vec<Option<i64>> {
        rows.retain(|it| self.takes(it));
        let mut weights: Vec<_> = rows.iter().map(T::weight).collect();
        weights.sort_by_key(|it| (it.is_none(), *it));
        weights.dedup();
        if self.down {
            weights.reverse();
        }
        self.page(weights)
    }

    fn page<T>(&self, rows: Vec<T>) -> Vec<T> {
        let size = |it: u64| usize::try_from(it).expect("a small number");
        let rows = rows.into_iter().skip(self.offset.map_or(0, size));
        rows.take(self.limit.map_or(usize::MAX, size)).collect()
    }
}
