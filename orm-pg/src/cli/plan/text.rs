//! A plan as lines for people.

use super::{Explained, cost::Step, node::Node};
use crate::cli::report::{BOLD, DIM, PROBLEM, WARNING, styled};

/// A block of the server.
const BLOCK: f64 = 8192.0;
/// The mark of the step that costs most.
const DEAREST: &str = " ◀ costs most";
/// A filter that throws away this part of its rows, and at least this many, shows in colour.
const WASTE: (f64, f64) = (0.9, 1000.0);

/// Writes the plan: columns of numbers, then the tree; below each step what is worth knowing about it.
pub(super) fn write(explained: &Explained, steps: &[Step<'_>]) -> String {
    let ran = steps.first().is_some_and(|it| it.elapsed.is_some());
    let whole = if ran {
        explained.execution_time.unwrap_or_else(|| steps.iter().filter_map(|it| it.own).sum())
    } else {
        steps.first().map_or(0.0, |it| it.node.total_cost)
    };
    let mut out = String::new();
    let heading =
        if ran { "   own ms     %        rows    expected  step" } else { " own cost     %    expected  step" };
    line(&mut out, &styled(DIM, heading));
    for step in steps {
        line(&mut out, &format!("{}{}{}", numbers(step, whole, ran), branch(step), title(step)));
        let pad = " ".repeat(if ran { 42 } else { 29 });
        for detail in details(step) {
            line(&mut out, &format!("{pad}{}{detail}", below(step)));
        }
    }
    let dearest = steps.iter().all(|it| !it.dearest).then(|| explained.longest_trigger());
    for trigger in &explained.triggers {
        let ms = trigger.time.unwrap_or_default();
        let text =
            format!("{ms:>9.2} {:>5}  {}, {}", percent(ms, whole), trigger.label(), counted(trigger.calls, "call"));
        let is_dearest = ms > 0.0 && dearest.is_some_and(|it| ms >= it);
        line(&mut out, &if is_dearest { styled(PROBLEM, text + DEAREST) } else { text });
    }
    if let Some(ms) = explained.jit_time() {
        line(&mut out, &format!("{ms:>9.2} {:>5}  compiling expressions (JIT), within the steps", percent(ms, whole)));
    }
    match (explained.planning_time, explained.execution_time) {
        (Some(planning), Some(execution)) => {
            line(&mut out, &format!("planned in {planning:.2} ms, executed in {execution:.2} ms"));
        }
        _ => line(&mut out, "not executed: costs and rows are what the planner expects"),
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

fn numbers(step: &Step<'_>, whole: f64, ran: bool) -> String {
    let part = if ran { step.own.unwrap_or_default() } else { step.own_cost };
    let text = format!("{part:>9.2} {:>5}", percent(part, whole));
    let text = match step.was_executed() {
        true if step.dearest => styled(PROBLEM, text),
        true => text,
        false => styled(DIM, format!("{:>9} {:>5}", "-", "")),
    };
    if !ran {
        return format!("{text} {:>11}  ", number(step.node.plan_rows));
    }
    let expected = format!("{:>11}", number(step.expected()));
    let expected = if step.is_wrong() { styled(WARNING, expected) } else { expected };
    let rows = if step.was_executed() { number(step.rows().unwrap_or_default()) } else { "-".to_owned() };
    format!("{text} {rows:>11} {expected}  ")
}

fn percent(part: f64, whole: f64) -> String {
    if whole > 0.0 { format!("{:.0}%", part / whole * 100.0) } else { String::new() }
}

/// The lines of the tree in front of a step.
fn branch(step: &Step<'_>) -> String {
    let mut text = ancestors(step);
    if let Some(last) = step.last.last() {
        text += if *last { "└─ " } else { "├─ " };
    }
    text
}

/// The same in front of its details: the line goes on to the next one, and to those below.
fn below(step: &Step<'_>) -> String {
    let mut text = ancestors(step);
    if let Some(last) = step.last.last() {
        text += if *last { "   " } else { "│  " };
    }
    text + if step.node.plans.is_empty() { "  " } else { "│ " }
}

fn ancestors(step: &Step<'_>) -> String {
    let above = step.last.split_last().map(|it| it.1).unwrap_or_default();
    above.iter().map(|last| if *last { "   " } else { "│  " }).collect()
}

fn title(step: &Step<'_>) -> String {
    let node = step.node;
    let partial = node.text("Partial Mode").filter(|it| *it != "Simple").map(|it| format!("{it} ")).unwrap_or_default();
    let mut title = node.subplan.as_ref().map(|it| format!("{it}: ")).unwrap_or_default();
    if node.is_true("Parallel Aware") {
        title += "Parallel ";
    }
    title += &partial;
    title += &kind(node);
    if let Some(index) = node.text("Index Name") {
        title += &format!(" using {index}");
    }
    if let Some(on) = source(node) {
        title += &format!(" on {on}");
    }
    title = if step.dearest { styled(BOLD, title) } else { title };
    match node.loops {
        Some(loops) if loops > 1.0 => title += &format!(", {} loops", number(loops)),
        Some(0.0) => title += ", never executed",
        _ => {}
    }
    if step.dearest {
        title += &styled(PROBLEM, DEAREST);
    }
    title
}

/// The kind as the text form of EXPLAIN has it: `HashAggregate`, `Hash Left Join`, `Update`.
fn kind(node: &Node) -> String {
    match (node.kind.as_str(), node.text("Strategy")) {
        ("Aggregate", Some("Hashed")) => "HashAggregate".to_owned(),
        ("Aggregate", Some("Sorted")) => "GroupAggregate".to_owned(),
        ("Aggregate", Some("Mixed")) => "MixedAggregate".to_owned(),
        ("ModifyTable", _) => node.text("Operation").unwrap_or("ModifyTable").to_owned(),
        (kind @ ("Nested Loop" | "Hash Join" | "Merge Join"), _) => match node.text("Join Type") {
            Some(join) if join != "Inner" => {
                let kind = kind.strip_suffix(" Join").unwrap_or(kind);
                format!("{kind} {join} Join")
            }
            _ => kind.to_owned(),
        },
        (kind, _) => match node.text("Scan Direction") {
            Some("Backward") => format!("{kind} Backward"),
            _ => kind.to_owned(),
        },
    }
}

fn source(node: &Node) -> Option<String> {
    let name = node.text("Relation Name").or_else(|| node.text("Function Name")).or(node.cte.as_deref());
    let alias = node.text("Alias");
    match (name, alias) {
        (Some(name), alias) => {
            let schema =
                node.text("Schema").filter(|it| *it != "public").map(|it| format!("{it}.")).unwrap_or_default();
            let alias = alias.filter(|it| *it != name).map(|it| format!(" {it}")).unwrap_or_default();
            Some(format!("{schema}{name}{alias}"))
        }
        (None, Some(alias)) => Some(alias.to_owned()),
        (None, None) => None,
    }
}

fn details(step: &Step<'_>) -> Vec<String> {
    let node = step.node;
    let mut lines = Vec::new();
    if let (true, Some(factor)) = (step.is_wrong(), step.factor) {
        let text = if factor > 1.0 {
            format!("{}× more rows than expected", number(factor))
        } else {
            format!("{}× fewer rows than expected", number(1.0 / factor))
        };
        lines.push(styled(WARNING, text));
    }
    for name in ["Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "TID Cond", "One-Time Filter"] {
        lines.extend(node.text(name).map(|it| format!("{}: {it}", name.to_lowercase())));
    }
    for (name, by) in [
        ("Filter", "Filter"),
        ("Join Filter", "Join Filter"),
        ("", "Index Recheck"),
        ("Conflict Filter", "Conflict Filter"),
    ] {
        lines.extend(filter(step, node.text(name), by));
    }
    for name in ["Sort Key", "Group Key"] {
        let keys = node.other.get(name).and_then(|it| it.as_array());
        let keys = keys.map(|it| it.iter().filter_map(|it| it.as_str()).collect::<Vec<_>>().join(", "));
        lines.extend(keys.map(|it| format!("{}: {it}", name.to_lowercase())));
    }
    lines.extend(memory(node));
    lines.extend(workers(node));
    if let Some(fetches) = node.number("Heap Fetches").filter(|it| *it > 0.0) {
        lines.push(format!("{} rows were looked up in the table: VACUUM it", number(fetches)));
    }
    if let Some(lossy) = node.number("Lossy Heap Blocks").filter(|it| *it > 0.0) {
        lines.push(format!("{} blocks were read whole: more work_mem keeps single rows", number(lossy)));
    }
    lines.extend(blocks(step));
    lines
}

fn filter(step: &Step<'_>, condition: Option<&str>, by: &str) -> Option<String> {
    let removed = step.removed(by);
    let condition = match (condition, removed) {
        (Some(condition), _) => format!("{}: {condition}", by.to_lowercase()),
        (None, Some(_)) => by.to_lowercase(),
        (None, None) => return None,
    };
    let Some(removed) = removed else { return Some(condition) };
    let of = removed + step.rows().unwrap_or_default();
    let text = format!("threw away {} of {} rows", number(removed), number(of));
    let text = if removed >= of * WASTE.0 && removed >= WASTE.1 { styled(WARNING, text) } else { text };
    Some(format!("{condition}: {text}"))
}

fn memory(node: &Node) -> Option<String> {
    if let (Some(method), Some(kilobytes)) = (node.text("Sort Method"), node.number("Sort Space Used")) {
        let on_disk = node.text("Sort Space Type") == Some("Disk");
        let text = format!("{method}, {} {}", bytes(kilobytes * 1024.0), if on_disk { "on disk" } else { "of memory" });
        return Some(if on_disk { styled(WARNING, text + ": more work_mem keeps it in memory") } else { text });
    }
    let batches = node.number("Hash Batches").or_else(|| node.number("HashAgg Batches"))?;
    let memory =
        node.number("Peak Memory Usage").map(|it| format!(", {} of memory", bytes(it * 1024.0))).unwrap_or_default();
    (batches > 1.0).then(|| {
        styled(WARNING, format!("{} batches on disk{memory}: more work_mem keeps them in memory", number(batches)))
    })
}

fn workers(node: &Node) -> Option<String> {
    let planned = node.number("Workers Planned")?;
    Some(match node.number("Workers Launched") {
        Some(launched) if launched < planned => {
            styled(WARNING, format!("{} of {} that were planned", counted(launched, "worker"), number(planned)))
        }
        _ => counted(planned, "worker"),
    })
}

fn blocks(step: &Step<'_>) -> Option<String> {
    let it = step.blocks;
    let parts = [
        (it.read, "read from disk or the system"),
        (it.hit, "found in memory"),
        (it.dirtied, "changed"),
        (it.temp_read, "read from temporary files"),
        (it.temp_written, "written to temporary files"),
    ];
    let parts: Vec<_> =
        parts.iter().filter(|it| it.0 > 0.0).map(|(count, what)| format!("{} {what}", bytes(count * BLOCK))).collect();
    (!parts.is_empty()).then(|| styled(DIM, parts.join(", ")))
}

/// A number with groups of three digits; parts of small ones, too.
fn number(number: f64) -> String {
    let text =
        if number < 10.0 && number.fract().abs() > 0.005 { format!("{number:.2}") } else { format!("{number:.0}") };
    let (whole, part) = text.split_once('.').map_or((text.as_str(), ""), |it| it);
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if part.is_empty() { grouped } else { format!("{grouped}.{part}") }
}

fn counted(count: f64, what: &str) -> String {
    format!("{} {what}{}", number(count), if (count - 1.0).abs() < 0.5 { "" } else { "s" })
}

fn bytes(bytes: f64) -> String {
    let units = [(1024.0 * 1024.0 * 1024.0, "GiB"), (1024.0 * 1024.0, "MiB"), (1024.0, "KiB")];
    match units.iter().find(|it| bytes >= it.0) {
        Some((size, unit)) if bytes / size < 10.0 && (bytes / size).fract() > 0.05 => {
            format!("{:.1} {unit}", bytes / size)
        }
        Some((size, unit)) => format!("{:.0} {unit}", bytes / size),
        None => format!("{bytes:.0} bytes"),
    }
}
