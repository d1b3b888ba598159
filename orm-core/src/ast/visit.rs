//! Walking over nodes.

use super::{Call, Node, QueryId, SqlPart};

impl Node {
    /// Returns whether it has no parts: most nodes are columns and binds, which a walk can skip.
    pub(crate) const fn is_leaf(&self) -> bool {
        matches!(
            self,
            Self::Column { .. } | Self::Columns { .. } | Self::WholeRow { .. } | Self::Bind(_) | Self::Constant(_)
        )
    }

    /// Calls `visit` with each direct part of this node; sub-queries are not entered.
    pub(crate) fn parts(&self, visit: &mut dyn FnMut(&Self)) {
        match self {
            Self::Column { .. }
            | Self::Columns { .. }
            | Self::WholeRow { .. }
            | Self::Bind(_)
            | Self::Constant(_)
            | Self::Subquery(_)
            | Self::Exists(_)
            | Self::Invalid(_) => {}
            Self::Prefix(_, node)
            | Self::Postfix(node, _)
            | Self::Cast(node, _)
            | Self::Attribute(node, _)
            | Self::Quantified(_, node) => {
                visit(node);
            }
            Self::Binary(lhs, _, rhs) => {
                visit(lhs);
                visit(rhs);
            }
            Self::Between(node, low, high) => {
                visit(node);
                visit(low);
                visit(high);
            }
            Self::Logic(_, nodes) => nodes.iter().for_each(visit),
            Self::Call(call) => {
                let Call { args, order_by, filter, .. } = &**call;
                args.iter().chain(order_by.iter().map(|it| &it.node)).chain(filter).for_each(visit);
            }
            Self::Case { arms, otherwise } => {
                for (cond, value) in arms {
                    visit(cond);
                    visit(value);
                }
                otherwise.iter().for_each(|it| visit(it));
            }
            Self::Raw(parts) => {
                for part in parts {
                    if let SqlPart::Node(node) = part {
                        visit(node);
                    }
                }
            }
        }
    }

    /// Gives the columns of query `from` to query `to`, in sub-queries as well.
    pub(super) fn rename(&mut self, from: QueryId, to: QueryId) {
        match self {
            Self::Column { query, .. } | Self::Columns { query, .. } | Self::WholeRow { query, .. } => {
                if *query == from {
                    *query = to;
                }
            }
            Self::Bind(bind) => bind.rename(from, to),
            Self::Constant(_) | Self::Invalid(_) => {}
            Self::Subquery(select) | Self::Exists(select) => select.rename(from, to),
            Self::Prefix(_, node)
            | Self::Postfix(node, _)
            | Self::Cast(node, _)
            | Self::Attribute(node, _)
            | Self::Quantified(_, node) => {
                node.rename(from, to);
            }
            Self::Binary(lhs, _, rhs) => {
                lhs.rename(from, to);
                rhs.rename(from, to);
            }
            Self::Between(node, low, high) => {
                node.rename(from, to);
                low.rename(from, to);
                high.rename(from, to);
            }
            Self::Logic(_, nodes) => nodes.iter_mut().for_each(|it| it.rename(from, to)),
            Self::Call(call) => {
                let Call { args, order_by, filter, .. } = &mut **call;
                args.iter_mut()
                    .chain(order_by.iter_mut().map(|it| &mut it.node))
                    .chain(filter)
                    .for_each(|it| it.rename(from, to));
            }
            Self::Case { arms, otherwise } => {
                for (cond, value) in arms {
                    cond.rename(from, to);
                    value.rename(from, to);
                }
                otherwise.iter_mut().for_each(|it| it.rename(from, to));
            }
            Self::Raw(parts) => {
                for part in parts {
                    if let SqlPart::Node(node) = part {
                        node.rename(from, to);
                    }
                }
            }
        }
    }
}
