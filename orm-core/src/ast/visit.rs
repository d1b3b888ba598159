//! Walking over nodes.

use super::{Call, Distinct, Node, Part, QueryId, Relation, Select};

impl Node {
    /// Whether it has no parts: most nodes are columns and binds, at which no walk needs to stop.
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
                    if let Part::Node(node) = part {
                        visit(node);
                    }
                }
            }
        }
    }

    /// Gives the columns of query `from` to query `to`, in sub-queries as well.
    fn rename(&mut self, from: QueryId, to: QueryId) {
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
                    if let Part::Node(node) = part {
                        node.rename(from, to);
                    }
                }
            }
        }
    }
}

impl Select {
    /// Calls `visit` with each expression of the query.
    pub(crate) fn nodes(&self, visit: &mut dyn FnMut(&Node)) {
        let on = self.from.iter().filter_map(|it| it.on.as_ref());
        let distinct = match &self.distinct {
            Some(Distinct::On(nodes)) => nodes.as_slice(),
            Some(Distinct::Rows) | None => &[],
        };
        self.list
            .iter()
            .flatten()
            .chain(on)
            .chain(distinct)
            .chain(&self.filters)
            .chain(&self.group_by)
            .chain(&self.having)
            .chain(self.order_by.iter().map(|it| &it.node))
            .for_each(visit);
    }

    pub(super) fn rename(&mut self, from: QueryId, to: QueryId) {
        for source in &mut self.from {
            match &mut source.relation {
                Relation::Lateral(query) | Relation::Rows(query) => query.rename(from, to),
                Relation::Tree(tree) => tree.rename(from, to),
                Relation::Table(_) | Relation::Keys(_) | Relation::Found => {}
            }
        }
        let on = self.from.iter_mut().filter_map(|it| it.on.as_mut());
        let distinct = match &mut self.distinct {
            Some(Distinct::On(nodes)) => nodes.as_mut_slice(),
            Some(Distinct::Rows) | None => &mut [],
        };
        self.list
            .iter_mut()
            .flatten()
            .chain(on)
            .chain(distinct)
            .chain(&mut self.filters)
            .chain(&mut self.group_by)
            .chain(&mut self.having)
            .chain(self.order_by.iter_mut().map(|it| &mut it.node))
            .for_each(|it| it.rename(from, to));
    }
}

impl Clone for Select {
    /// Copies the query under an identity of its own: its columns become the copy's.
    fn clone(&self) -> Self {
        let mut copy = Self {
            id: QueryId::next(),
            from: self.from.clone(),
            list: self.list.clone(),
            distinct: self.distinct.clone(),
            filters: self.filters.clone(),
            group_by: self.group_by.clone(),
            having: self.having.clone(),
            order_by: self.order_by.clone(),
            limit: self.limit,
            offset: self.offset,
            lock: self.lock,
            by_key: self.by_key,
            all_rows: self.all_rows,
            refused: self.refused.clone(),
            timeout: self.timeout,
        };
        copy.rename(self.id, copy.id);
        copy
    }
}
