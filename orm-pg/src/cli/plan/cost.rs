//! What each step of a plan costs by itself.
//!
//! The time of a node is the mean of its loops and contains the nodes below it. Three things make the subtraction harder:
//! - Below a Gather, loops of several processes add up, while the Gather itself took the time of the slowest. There, times
//!   are divided by the number of processes.
//! - An `InitPlan` and a common table expression are listed below the node of their query, but run when another node needs
//!   them: inside its time. They are subtracted there.
//! - Nodes that stopped early, below a LIMIT for example, have found fewer rows than were expected without being wrong.

use serde_json::{Value, json};

use super::node::{Blocks, Node};

/// A node with its own costs, in the order of the tree.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) node: &'a Node,
    pub(super) depth: usize,
    /// Whether it is the last one below its parent, and so its ancestors.
    pub(super) last: Vec<bool>,
    /// Milliseconds that passed in it and below it; `None` if the statement was not run.
    pub(super) elapsed: Option<f64>,
    /// Milliseconds that passed in it alone.
    pub(super) own: Option<f64>,
    /// The part of the cost that the planner expects for it alone.
    pub(super) own_cost: f64,
    /// Blocks that it used alone.
    pub(super) blocks: Blocks,
    /// How many times too low (above 1) or too high (below 1) the expected number of rows was, if that can be said.
    pub(super) factor: Option<f64>,
    /// Whether no other step has a larger part.
    pub(super) dearest: bool,
    parent: Option<usize>,
}

impl Step<'_> {
    pub(super) fn was_executed(&self) -> bool {
        self.node.loops != Some(0.0)
    }

    /// The rows of all loops.
    pub(super) fn rows(&self) -> Option<f64> {
        Some(self.node.rows? * self.node.loops?)
    }

    /// The rows that were expected, in as many loops.
    pub(super) fn expected(&self) -> f64 {
        self.node.plan_rows * self.node.loops.unwrap_or(1.0).max(1.0)
    }

    /// Whether the expectation was wrong by a factor of ten or more.
    pub(super) fn is_wrong(&self) -> bool {
        self.factor.is_some_and(|it| !(0.1 + 1e-9..10.0 - 1e-9).contains(&it))
    }

    /// The rows that a filter of this kind threw away, in all loops.
    pub(super) fn removed(&self, by: &str) -> Option<f64> {
        let each = self.node.number(&format!("Rows Removed by {by}"))?;
        Some(each * self.node.loops.unwrap_or(1.0)).filter(|it| *it > 0.0)
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "step": self.node.kind,
            "depth": self.depth,
            "relation": self.node.text("Relation Name"),
            "index": self.node.text("Index Name"),
            "subplan": self.node.subplan,
            "loops": self.node.loops,
            "executed": self.node.loops.map(|it| it > 0.0),
            "elapsed_ms": self.elapsed,
            "own_ms": self.own,
            "own_cost": self.own_cost,
            "rows": self.rows(),
            "expected_rows": self.expected(),
            "factor": self.factor,
            "wrong": self.is_wrong(),
            "removed_by_filter": self.removed("Filter"),
            "own_blocks": {
                "hit": self.blocks.hit,
                "read": self.blocks.read,
                "dirtied": self.blocks.dirtied,
                "temp_read": self.blocks.temp_read,
                "temp_written": self.blocks.temp_written,
            },
            "most_expensive": self.dearest,
        })
    }
}

/// The steps of a plan, each before those below it. None of them is the dearest if a trigger took longer.
pub(super) fn steps(root: &Node, longest_trigger: f64) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    walk(root, None, &[], 1.0, false, &mut steps);
    take_off_children(&mut steps);
    take_off_on_demand(&mut steps);
    mark_dearest(&mut steps, longest_trigger);
    steps
}

fn walk<'a>(
    node: &'a Node,
    parent: Option<usize>,
    last: &[bool],
    processes: f64,
    cut: bool,
    steps: &mut Vec<Step<'a>>,
) {
    let elapsed = node.loops.map(|loops| node.total_time.unwrap_or_default() * loops / processes);
    let at = steps.len();
    steps.push(Step {
        node,
        depth: last.len(),
        last: last.to_vec(),
        elapsed,
        own: elapsed,
        own_cost: node.total_cost,
        blocks: node.blocks(),
        factor: factor(node, cut),
        dearest: false,
        parent,
    });
    for (i, child) in node.plans.iter().enumerate() {
        let mut last = last.to_vec();
        last.push(i + 1 == node.plans.len());
        walk(child, Some(at), &last, processes_below(node, child, processes), is_cut(node, child, cut), steps);
    }
}

/// The processes that run a child: below a Gather each of them runs it once for each loop of the Gather.
fn processes_below(node: &Node, child: &Node, processes: f64) -> f64 {
    match (node.is_gather(), node.loops, child.loops) {
        (true, Some(loops), Some(of_child)) if !child.is_on_demand() && loops > 0.0 => (of_child / loops).max(1.0),
        _ => processes,
    }
}

/// Whether a child may be stopped before its end.
fn is_cut(node: &Node, child: &Node, cut: bool) -> bool {
    match child.relationship.as_deref() {
        // Lazily read; any LIMIT above a reader may stop it.
        Some("InitPlan") if child.computes_cte().is_some() => cut || has_limit(node),
        // EXISTS needs one row.
        Some("InitPlan" | "SubPlan") => true,
        side => match node.kind.as_str() {
            "Limit" => true,
            // These read their input to its end.
            "Sort" | "Hash" | "SetOp" | "ModifyTable" | "WindowAgg" | "BitmapAnd" | "BitmapOr" => false,
            "Aggregate" => cut && !matches!(node.text("Strategy"), Some("Plain" | "Hashed")),
            // One side may end before the other.
            "Merge Join" => true,
            "Nested Loop" | "Hash Join" => {
                let one_match = matches!(node.text("Join Type"), Some("Semi" | "Anti")) || node.is_true("Inner Unique");
                cut || (one_match && side == Some("Inner") && node.kind == "Nested Loop")
            }
            _ => cut,
        },
    }
}

fn has_limit(node: &Node) -> bool {
    node.kind == "Limit" || node.plans.iter().any(has_limit)
}

/// Rows found for each row expected, in one loop. Below one row, neither number is exact.
fn factor(node: &Node, cut: bool) -> Option<f64> {
    let rows = node.rows?;
    let factor = rows.max(1.0) / node.plan_rows.max(1.0);
    (node.loops? > 0.0 && !(cut && factor < 1.0)).then_some(factor)
}

/// Takes what passed in the children off their parents, except in those that run on demand of another node.
fn take_off_children(steps: &mut [Step<'_>]) {
    for i in 0..steps.len() {
        let Some(child) = steps.get(i) else { continue };
        let (Some(parent), false) = (child.parent, child.node.is_on_demand()) else { continue };
        // The time of a Gather's child is that of its processes, at work at the same time.
        let (elapsed, blocks, cost) = (child.elapsed, child.node.blocks(), child.node.total_cost);
        if let Some(parent) = steps.get_mut(parent) {
            take_off(parent, elapsed, blocks);
            parent.own_cost = (parent.own_cost - cost).max(0.0);
        }
    }
}

fn take_off(step: &mut Step<'_>, elapsed: Option<f64>, blocks: Blocks) {
    step.own = step.own.zip(elapsed).map(|(own, elapsed)| (own - elapsed).max(0.0)).or(step.own);
    step.blocks = step.blocks.without(blocks);
}

/// Takes what runs on demand off the nodes that demanded it.
fn take_off_on_demand(steps: &mut [Step<'_>]) {
    let on_demand: Vec<_> =
        (0..steps.len()).filter(|i| steps.get(*i).is_some_and(|it| it.node.is_on_demand())).collect();
    for at in on_demand {
        let demanding = demanding(steps, at);
        let Some(step) = steps.get(at) else { continue };
        let (mut elapsed, blocks, cost) = (step.elapsed.unwrap_or_default(), step.node.blocks(), step.node.total_cost);
        if let Some(parent) = step.parent.and_then(|it| steps.get_mut(it)) {
            // Unlike its time, its cost is that of the node which it is listed under.
            parent.own_cost = (parent.own_cost - cost).max(0.0);
        }
        let mut left = blocks;
        for by in demanding {
            let Some(by) = steps.get_mut(by) else { continue };
            // The first reader of a common table expression computes what it needs of it, the next one the remainder.
            let own = by.own.unwrap_or_default();
            let (before, part) = (by.blocks, elapsed.min(own));
            by.own = by.own.map(|it| it - part);
            by.blocks = before.without(left);
            left = left.without(before);
            elapsed -= part;
        }
    }
}

/// The nodes inside whose time an `InitPlan` or a common table expression ran.
fn demanding(steps: &[Step<'_>], at: usize) -> Vec<usize> {
    let Some(step) = steps.get(at) else { return Vec::new() };
    let executed = |i: &usize| steps.get(*i).is_some_and(Step::was_executed);
    let Some(parent) = step.parent else { return Vec::new() };
    if let Some(cte) = step.node.computes_cte() {
        let reads = |i: &usize| {
            steps.get(*i).is_some_and(|it| it.node.kind == "CTE Scan" && it.node.cte.as_deref() == Some(cte))
        };
        return (0..steps.len())
            .filter(|i| reads(i) && is_below(steps, *i, parent) && !is_below(steps, *i, at))
            .filter(executed)
            .collect();
    }
    let mentions = |i: &usize| {
        steps.get(*i).is_some_and(|it| step.node.is_mentioned_by(it.node))
            && !is_below(steps, *i, at)
            && is_below(steps, *i, parent)
    };
    // The leader computes it before it starts the others, so inside the time of the topmost Gather.
    let first = (parent..steps.len()).filter(mentions).find(executed).unwrap_or(parent);
    let mut by = first;
    let mut next = Some(first);
    while let Some(i) = next.filter(|i| is_below(steps, *i, parent)) {
        let Some(it) = steps.get(i) else { break };
        if it.node.is_gather() {
            by = i;
        }
        next = it.parent;
    }
    vec![by]
}

/// Whether `at` is `above`, or below it.
fn is_below(steps: &[Step<'_>], at: usize, above: usize) -> bool {
    let mut next = Some(at);
    while let Some(i) = next {
        if i == above {
            return true;
        }
        next = steps.get(i).and_then(|it| it.parent);
    }
    false
}

fn mark_dearest(steps: &mut [Step<'_>], longest_trigger: f64) {
    let part = |it: &Step<'_>| it.own.unwrap_or(it.own_cost);
    let most = steps.iter().map(part).fold(0.0, f64::max);
    if let Some(step) = steps.iter_mut().find(|it| most > longest_trigger && part(it) >= most) {
        step.dearest = true;
    }
}
