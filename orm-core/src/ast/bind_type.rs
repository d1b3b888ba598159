//! Which binds take their type from the expression beside them.
//!
//! A Rust text fits many types of the server, and `citext = text` compares otherwise than `citext = citext`. So a bind beside
//! a column is sent without a type, and the server gives it that of the column. The same holds beside an expression that has
//! its type from a column: `coalesce(name, $1) = $2`.

use super::{FunctionName, Node, SqlPart};
use crate::value::Neighbour;

/// Functions whose value has the type of their arguments, or of the items of one.
const OF_THEIR_ARGUMENTS: [&str; 8] =
    ["COALESCE", "NULLIF", "min", "max", "array_agg", "array_append", "array_prepend", "array_remove"];

/// Functions that the server has for several textual types, or that find one type for all of their arguments. SQL of the
/// user may call them, too.
const OF_ONE_TYPE: [&str; 20] = [
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "strpos",
    "replace",
    "split_part",
    "translate",
    "regexp_match",
    "regexp_matches",
    "regexp_replace",
    "regexp_split_to_array",
    "regexp_split_to_table",
    "array_append",
    "array_prepend",
    "array_remove",
    "array_replace",
    "array_position",
    "array_positions",
    "array_cat",
];

/// Returns whether a text among the arguments of this function takes its type from the others.
pub(crate) fn is_of_one_type(function: &str) -> bool {
    OF_ONE_TYPE.iter().any(|it| function.eq_ignore_ascii_case(it))
}

impl Node {
    /// What this expression has its type from, where only the server knows which that is.
    fn neighbour(&self) -> Option<Neighbour> {
        match self {
            Self::Column { query, source, name } => {
                Some(Neighbour { query: *query, source: *source, name: *name, part: None })
            }
            Self::Call(call) => match call.name {
                FunctionName::Builtin(name) if OF_THEIR_ARGUMENTS.contains(&name) => {
                    call.args.iter().find_map(Self::neighbour)
                }
                FunctionName::Builtin(_) => None,
                FunctionName::User { name, .. } => Some(Self::part_of(call.args.iter(), name)),
            },
            Self::Case { arms, otherwise } => {
                arms.iter().map(|(_, value)| value).chain(otherwise.as_deref()).find_map(Self::neighbour)
            }
            Self::Subquery(select) => select.list.iter().flatten().next()?.neighbour(),
            Self::Attribute(node, name) => Some(Self::part_of([&**node].into_iter(), name)),
            Self::Quantified(_, node) => node.neighbour(),
            Self::Raw(parts) => {
                let text = parts.iter().find_map(|part| match part {
                    SqlPart::Text(text) => Some(*text),
                    SqlPart::Node(_) => None,
                });
                let nodes = parts.iter().filter_map(|part| match part {
                    SqlPart::Text(_) => None,
                    SqlPart::Node(node) => Some(node),
                });
                Some(Self::part_of(nodes, text.unwrap_or_default()))
            }
            _ => None,
        }
    }

    /// Something that is made of `nodes` and may have another type.
    fn part_of<'a>(mut nodes: impl Iterator<Item = &'a Self>, part: &'static str) -> Neighbour {
        let column = nodes.find_map(Self::neighbour);
        Neighbour { part: Some(part), ..column.unwrap_or(Neighbour::text(part)) }
    }

    /// Lets `other` take this one's type, where it is a bind.
    pub(crate) fn beside(&self, other: Self) -> Self {
        match other {
            Self::Bind(bind) => match self.neighbour() {
                Some(neighbour) => Self::Bind(bind.beside(neighbour)),
                None => Self::Bind(bind),
            },
            other => other,
        }
    }

    /// Lets the binds among `nodes`, all of which the server gives one type, take that of the first that has one.
    pub(crate) fn of_one_type<'a>(nodes: impl IntoIterator<Item = &'a mut Self>) {
        let nodes: Vec<&mut Self> = nodes.into_iter().collect();
        let Some(neighbour) = nodes.iter().find_map(|it| it.neighbour()) else { return };
        for node in nodes {
            if let Self::Bind(bind) = node {
                bind.take_type(neighbour);
            }
        }
    }

    /// `name(args)` of a built-in function whose arguments the server gives one type.
    pub(crate) fn call_of_one_type(name: &'static str, mut args: Vec<Self>) -> Self {
        Self::of_one_type(&mut args);
        Self::call(name, args)
    }
}
