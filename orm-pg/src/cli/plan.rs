//! Plans of statements: what each step costs by itself. Pure: from the JSON of EXPLAIN to a tree, and from it to text.

mod cost;
mod node;
#[cfg(test)]
mod tests;
mod text;

use serde::Deserialize;
use serde_json::{Value, json};

use self::{cost::Step, node::Node};

/// What EXPLAIN says about a statement.
#[derive(Debug, Deserialize)]
pub(super) struct Explained {
    #[serde(rename = "Plan")]
    plan: Node,
    #[serde(rename = "Planning Time")]
    planning_time: Option<f64>,
    #[serde(rename = "Execution Time")]
    execution_time: Option<f64>,
    #[serde(rename = "Triggers", default)]
    triggers: Vec<FiredTrigger>,
    #[serde(rename = "JIT")]
    jit: Option<Jit>,
}

/// The calls of one trigger; those of foreign keys are among them.
#[derive(Debug, Deserialize)]
struct FiredTrigger {
    #[serde(rename = "Trigger Name")]
    name: String,
    #[serde(rename = "Constraint Name")]
    constraint: Option<String>,
    #[serde(rename = "Relation")]
    relation: Option<String>,
    #[serde(rename = "Time")]
    time: Option<f64>,
    #[serde(rename = "Calls")]
    calls: f64,
}

#[derive(Debug, Deserialize)]
struct Jit {
    #[serde(rename = "Timing")]
    timing: Option<JitTiming>,
}

#[derive(Debug, Deserialize)]
struct JitTiming {
    #[serde(rename = "Total")]
    total: f64,
}

impl Explained {
    /// Reads the answer of `EXPLAIN (FORMAT JSON)`: a list with one object.
    pub(super) fn read(answer: &Value) -> Result<Self, serde_json::Error> {
        Self::deserialize(answer.get(0).unwrap_or(answer))
    }

    /// Returns the plan as lines for people.
    pub(super) fn to_text(&self) -> String {
        text::write(self, &cost::steps(&self.plan, self.longest_trigger()))
    }

    /// Returns the plan as JSON, with what each step costs by itself.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "planning_ms": self.planning_time,
            "execution_ms": self.execution_time,
            "jit_ms": self.jit_time(),
            "triggers": self.triggers.iter().map(FiredTrigger::to_json).collect::<Vec<_>>(),
            "steps": cost::steps(&self.plan, self.longest_trigger()).iter().map(Step::to_json).collect::<Vec<_>>(),
        })
    }

    /// The time of the trigger that took longest: it may be the most expensive part.
    fn longest_trigger(&self) -> f64 {
        self.triggers.iter().filter_map(|it| it.time).fold(0.0, f64::max)
    }

    fn jit_time(&self) -> Option<f64> {
        self.jit.as_ref().and_then(|it| it.timing.as_ref()).map(|it| it.total)
    }
}

impl FiredTrigger {
    /// The constraint says more than the name of its trigger: `RI_ConstraintTrigger_a_16403`.
    fn label(&self) -> String {
        let relation = self.relation.as_ref().map(|it| format!(" on {it}")).unwrap_or_default();
        match &self.constraint {
            Some(constraint) => format!("trigger of the constraint {constraint}{relation}"),
            None => format!("trigger {}{relation}", self.name),
        }
    }

    fn to_json(&self) -> Value {
        json!({ "trigger": self.name, "constraint": self.constraint, "ms": self.time, "calls": self.calls })
    }
}
