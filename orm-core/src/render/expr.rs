//! Expressions.

use super::{Reuse, SqlWriter, select};
use crate::{
    ast::{Call, ColumnName, Direction, FunctionName, Logic, Node, Nulls, OrderItem, SqlPart},
    value::PgType,
};

impl SqlWriter {
    /// Writes an expression where no operator is beside it.
    pub(super) fn node(&mut self, node: &Node) {
        match node {
            Node::Column { query, source, name } => {
                self.alias(*query, *source);
                self.push(".");
                match name {
                    ColumnName::Named(name) => self.ident(name),
                    ColumnName::Position(position) => {
                        self.push("c");
                        self.number(u32::from(*position));
                    }
                }
            }
            Node::Columns { query, source, table } => self.each(table.columns, ", ", |writer, column| {
                writer.alias(*query, *source);
                writer.push(".");
                writer.ident(column.name);
            }),
            Node::WholeRow { query, source } => {
                // NULL exactly where the join found no row, even if all columns of the row are NULL: `IS DISTINCT FROM
                // NULL` asks for the row itself, `IS NOT NULL` would ask for its columns.
                self.push("NULLIF(");
                self.alias(*query, *source);
                self.push(" IS DISTINCT FROM NULL, FALSE)");
            }
            Node::Bind(bind) => self.bind(bind),
            Node::Constant(text) => self.push(text),
            Node::Prefix(operator, node) => {
                self.push(operator);
                // The blank also keeps `-` and a negative operand from becoming a comment.
                self.push(" ");
                self.operand(node);
            }
            Node::Postfix(node, operator) => {
                self.operand(node);
                self.push(" ");
                self.push(operator);
            }
            Node::Binary(lhs, operator, rhs) => {
                self.operand(lhs);
                self.push(" ");
                self.push(operator);
                self.push(" ");
                self.operand(rhs);
            }
            Node::Between(node, low, high) => {
                self.operand(node);
                self.push(" BETWEEN ");
                self.operand(low);
                self.push(" AND ");
                self.operand(high);
            }
            Node::Logic(kind, nodes) => {
                let separator = match kind {
                    Logic::And => " AND ",
                    Logic::Or => " OR ",
                };
                self.each(nodes, separator, Self::operand);
            }
            Node::Call(call) => self.call(call),
            Node::Cast(node, ty) => {
                self.push("CAST(");
                self.node(node);
                self.push(" AS ");
                self.pg_type(*ty);
                self.push(")");
            }
            Node::Attribute(node, name) => {
                // Without parentheses the server would look for a table of that name.
                self.push("(");
                self.node(node);
                self.push(").");
                self.ident(name);
            }
            Node::Case { arms, otherwise } => {
                self.push("CASE");
                for (cond, value) in arms {
                    self.push(" WHEN ");
                    self.node(cond);
                    self.push(" THEN ");
                    self.node(value);
                }
                if let Some(value) = otherwise {
                    self.push(" ELSE ");
                    self.node(value);
                }
                self.push(" END");
            }
            Node::Quantified(word, node) => {
                self.push(word);
                self.push(" (");
                match &**node {
                    Node::Subquery(select) => select::nested(self, select),
                    node => self.node(node),
                }
                self.push(")");
            }
            Node::Subquery(select) => {
                self.push("(");
                select::nested(self, select);
                self.push(")");
            }
            Node::Exists(select) => {
                self.push("EXISTS (");
                select::nested_exists(self, select);
                self.push(")");
            }
            Node::Raw(parts) => {
                self.by_hand = true;
                // Parentheses and a line break keep it one operand: a comment at its end must not swallow what follows.
                self.push("(");
                let before = self.reuse;
                if before == Reuse::Never {
                    self.reuse = Reuse::Copies;
                }
                self.raw(parts);
                self.reuse = before;
                if parts.iter().any(|part| matches!(part, SqlPart::Text(text) if text.contains("--"))) {
                    self.push("\n");
                }
                self.push(")");
            }
            Node::Invalid(_) => self.push("<invalid>"),
        }
    }

    /// Writes an expression beside an operator: in parentheses, unless it is a name, a bind or a call.
    pub(super) fn operand(&mut self, node: &Node) {
        let whole = matches!(
            node,
            Node::Column { .. }
                | Node::Bind(_)
                | Node::Constant(_)
                | Node::Call(_)
                | Node::Cast(..)
                | Node::Attribute(..)
                | Node::Quantified(..)
                | Node::Subquery(_)
                | Node::Exists(_)
                | Node::WholeRow { .. }
                | Node::Raw(_)
                | Node::Invalid(_)
        );
        if whole {
            self.node(node);
        } else {
            self.push("(");
            self.node(node);
            self.push(")");
        }
    }

    pub(super) fn raw(&mut self, parts: &[SqlPart]) {
        for part in parts {
            match part {
                SqlPart::Text(text) => self.push(text),
                SqlPart::Node(node) => self.operand(node),
            }
        }
    }

    fn call(&mut self, call: &Call) {
        match call.name {
            FunctionName::Builtin(name) => self.push(name),
            FunctionName::User { schema, name } => {
                self.by_hand = true;
                if let Some(schema) = schema {
                    self.ident(schema);
                    self.push(".");
                }
                self.ident(name);
            }
        }
        self.push("(");
        let before = self.reuse;
        if call.distinct {
            self.push("DISTINCT ");
            // The server must see that it is ordered by one of its arguments, which takes the same placeholders.
            self.reuse = Reuse::Equal;
        }
        self.list(&call.args, ", ");
        if !call.order_by.is_empty() {
            self.push(" ORDER BY ");
            self.order(&call.order_by);
        }
        self.push(")");
        self.reuse = before;
        if let Some(filter) = &call.filter {
            self.push(" FILTER (WHERE ");
            self.node(filter);
            self.push(")");
        }
    }

    pub(super) fn order(&mut self, items: &[OrderItem]) {
        self.each(items, ", ", |writer, item| {
            if !writer.constant_key(&item.node) {
                writer.operand(&item.node);
            }
            if item.direction == Direction::Desc {
                writer.push(" DESC");
            }
            match item.nulls {
                None => {}
                Some(Nulls::First) => writer.push(" NULLS FIRST"),
                Some(Nulls::Last) => writer.push(" NULLS LAST"),
            }
        });
    }

    /// Writes a constant to group or sort by, which the server takes only inside of an expression.
    pub(super) fn constant_key(&mut self, node: &Node) -> bool {
        let Node::Constant(text @ ("TRUE" | "FALSE")) = node else { return false };
        self.push("CAST(");
        self.push(text);
        self.push(" AS boolean)");
        true
    }

    /// Writes the keys of GROUP BY or DISTINCT ON.
    pub(super) fn keys(&mut self, nodes: &[Node]) {
        self.each(nodes, ", ", |writer, node| {
            if !writer.constant_key(node) {
                writer.node(node);
            }
        });
    }

    /// Writes the name of a type.
    pub(super) fn pg_type(&mut self, ty: PgType) {
        crate::ident::push_type(&mut self.text, ty);
    }
}
