//! A node of a plan, as EXPLAIN writes it.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A node and those below it. What is about a kind of node, such as its conditions, stays in `other`.
#[derive(Debug, Deserialize)]
pub(super) struct Node {
    #[serde(rename = "Node Type")]
    pub(super) kind: String,
    #[serde(rename = "Parent Relationship")]
    pub(super) relationship: Option<String>,
    #[serde(rename = "Subplan Name")]
    pub(super) subplan: Option<String>,
    #[serde(rename = "CTE Name")]
    pub(super) cte: Option<String>,
    #[serde(rename = "Total Cost", default)]
    pub(super) total_cost: f64,
    #[serde(rename = "Plan Rows", default)]
    pub(super) plan_rows: f64,
    /// The mean of its loops, in milliseconds.
    #[serde(rename = "Actual Total Time")]
    pub(super) total_time: Option<f64>,
    /// The mean of its loops.
    #[serde(rename = "Actual Rows")]
    pub(super) rows: Option<f64>,
    /// In all processes together; 0 if it was never executed. Absent if the statement was not run.
    #[serde(rename = "Actual Loops")]
    pub(super) loops: Option<f64>,
    #[serde(rename = "Plans", default)]
    pub(super) plans: Vec<Self>,
    #[serde(flatten)]
    pub(super) other: Map<String, Value>,
}

impl Node {
    /// A property of this kind of node that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.other.get(name).and_then(Value::as_str)
    }

    /// A property that is a number.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.other.get(name).and_then(Value::as_f64)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.other.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Whether rows of other processes come together here.
    pub(super) fn is_gather(&self) -> bool {
        matches!(self.kind.as_str(), "Gather" | "Gather Merge")
    }

    /// Whether it is run when something needs its result, and not by the node that it is listed under.
    pub(super) fn is_on_demand(&self) -> bool {
        self.relationship.as_deref() == Some("InitPlan")
    }

    /// The name of the common table expression that it computes.
    pub(super) fn computes_cte(&self) -> Option<&str> {
        self.subplan.as_deref().and_then(|it| it.strip_prefix("CTE "))
    }

    /// How expressions name its result: `$0` before PostgreSQL 17, then `(InitPlan 1)`.
    pub(super) fn is_mentioned_by(&self, node: &Self) -> bool {
        let Some(name) = self.subplan.as_deref() else { return false };
        let names: Vec<String> = match name.split_once(" (returns ") {
            Some((_, returned)) => returned.trim_end_matches(')').split(',').map(str::to_owned).collect(),
            None => vec![format!("({name})"), format!("{name})")],
        };
        node.other.values().any(|it| names.iter().any(|name| mentions(it, name)))
    }

    /// Blocks of 8 KiB, below it included.
    pub(super) fn blocks(&self) -> Blocks {
        let number = |name| self.number(name).unwrap_or_default();
        Blocks {
            hit: number("Shared Hit Blocks") + number("Local Hit Blocks"),
            read: number("Shared Read Blocks") + number("Local Read Blocks"),
            dirtied: number("Shared Dirtied Blocks") + number("Local Dirtied Blocks"),
            temp_read: number("Temp Read Blocks"),
            temp_written: number("Temp Written Blocks"),
        }
    }
}

/// Whether a text, or a text in a list, names `$1` and not `$10`.
fn mentions(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text
            .match_indices(name)
            .any(|(at, _)| !text.get(at + name.len()..).is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))),
        Value::Array(values) => values.iter().any(|it| mentions(it, name)),
        _ => false,
    }
}

/// Numbers of blocks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Blocks {
    pub(super) hit: f64,
    pub(super) read: f64,
    pub(super) dirtied: f64,
    pub(super) temp_read: f64,
    pub(super) temp_written: f64,
}

impl Blocks {
    /// These without others; never less than none, since the numbers of a node that stopped early are not exact.
    pub(super) fn without(self, other: Self) -> Self {
        Self {
            hit: (self.hit - other.hit).max(0.0),
            read: (self.read - other.read).max(0.0),
            dirtied: (self.dirtied - other.dirtied).max(0.0),
            temp_read: (self.temp_read - other.temp_read).max(0.0),
            temp_written: (self.temp_written - other.temp_written).max(0.0),
        }
    }
}
