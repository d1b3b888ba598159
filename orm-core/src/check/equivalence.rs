//! When two expressions are one to the server.

use crate::ast::{Call, Node, OrderItem, SqlPart};

/// Returns whether two expressions are the same to the server, which sees one placeholder for equal binds of a grouped query.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    match (a, b) {
        (Node::Column { query: q1, source: s1, name: n1 }, Node::Column { query: q2, source: s2, name: n2 }) => {
            q1 == q2 && s1 == s2 && n1 == n2
        }
        (Node::Columns { query: q1, source: s1, table }, Node::Column { query: q2, source: s2, name }) => {
            q1 == q2 && s1 == s2 && name.named().is_some_and(|name| table.column(name).is_some())
        }
        (Node::Bind(a), Node::Bind(b)) => a.is_same(b),
        (Node::Constant(a), Node::Constant(b)) => a == b,
        (Node::Prefix(o1, a), Node::Prefix(o2, b)) | (Node::Postfix(a, o1), Node::Postfix(b, o2)) => {
            o1 == o2 && same(a, b)
        }
        (Node::Quantified(w1, a), Node::Quantified(w2, b)) => w1 == w2 && same(a, b),
        (Node::Binary(a1, o1, b1), Node::Binary(a2, o2, b2)) => o1 == o2 && same(a1, a2) && same(b1, b2),
        (Node::Between(a1, b1, c1), Node::Between(a2, b2, c2)) => same(a1, a2) && same(b1, b2) && same(c1, c2),
        (Node::Logic(k1, a), Node::Logic(k2, b)) => k1 == k2 && all(a, b, same),
        (Node::Cast(a, t1), Node::Cast(b, t2)) => t1 == t2 && same(a, b),
        (Node::Attribute(a, n1), Node::Attribute(b, n2)) => n1 == n2 && same(a, b),
        (Node::Call(a), Node::Call(b)) => same_call(a, b),
        (Node::Case { arms: a, otherwise: o1 }, Node::Case { arms: b, otherwise: o2 }) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((c1, v1), (c2, v2))| same(c1, c2) && same(v1, v2))
                && match (o1, o2) {
                    (Some(a), Some(b)) => same(a, b),
                    (None, None) => true,
                    _ => false,
                }
        }
        (Node::Raw(a), Node::Raw(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|parts| match parts {
                    (SqlPart::Text(a), SqlPart::Text(b)) => a == b,
                    (SqlPart::Node(a), SqlPart::Node(b)) => same(a, b),
                    _ => false,
                })
        }
        _ => false,
    }
}

fn same_call(a: &Call, b: &Call) -> bool {
    let same_order =
        |a: &OrderItem, b: &OrderItem| a.direction == b.direction && a.nulls == b.nulls && same(&a.node, &b.node);
    a.name == b.name
        && a.distinct == b.distinct
        && all(&a.args, &b.args, same)
        && all(&a.order_by, &b.order_by, same_order)
        && match (&a.filter, &b.filter) {
            (Some(a), Some(b)) => same(a, b),
            (None, None) => true,
            _ => false,
        }
}

fn all<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}
