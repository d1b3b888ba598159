//! Files from a plan.

use super::{Action, Header, Migration, Script, ScriptStep, Touch, checksum, id};
use crate::{
    error::{Error, ErrorKind, Result},
    migrate::{Mode, Phase, Plan, Step},
};

/// Returns the files that carry out `plan`, the first with the time `seconds` (since 1970), each further one a second later.
///
/// Consecutive steps that run together make one file. Steps that run alone get files with `transaction = none`, in which each
/// has its own transaction; steps that wait for the old version of the application get files with `phase = contract`.
/// The first file comes after the migrations `after`, each further one after the one before it. A file with functions starts
/// with `SET LOCAL check_function_bodies = off`, since a body may refer to what comes later.
///
/// # Errors
/// [`ErrorKind::Migration`] for a plan without steps, and a `name` without a letter or digit.
///
/// ```
/// use orm_pg::schema::migrate::{Plan, Step, file::generate};
///
/// let mut plan = Plan::default();
/// plan.steps.push(Step::new("type", "public.mood", "CREATE TYPE mood AS ENUM ('good')"));
/// let files = generate(&plan, "add mood", 1_795_770_000, &["20261126120000_users".to_owned()])?;
/// assert_eq!(files[0].id, "20261127090000_add_mood");
/// assert_eq!(
///     files[0].up.to_string(),
///     "-- orm: after = 20261126120000_users\n-- orm: touches = type:mood\n\nCREATE TYPE mood AS ENUM ('good');\n",
/// );
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn generate(plan: &Plan, name: &str, seconds: u64, after: &[String]) -> Result<Vec<Migration>> {
    if plan.is_empty() {
        return Err(Error::new(ErrorKind::Migration, "the plan has no steps, so there is nothing to write"));
    }
    if !name.chars().any(char::is_alphanumeric) {
        return Err(Error::new(ErrorKind::Migration, format!("{name:?} cannot be part of the name of a file")));
    }
    let mut files: Vec<Migration> = Vec::new();
    let mut after = after.to_vec();
    let of_one_file = |a: &Step, b: &Step| (a.mode == Mode::Together, a.phase) == (b.mode == Mode::Together, b.phase);
    for (steps, at) in plan.steps.chunk_by(of_one_file).zip(0_u64..) {
        let name = if at == 0 { name.to_owned() } else { format!("{name} {}", at + 1) };
        let id = id(seconds.saturating_add(at), &name);
        let up = script(steps, std::mem::replace(&mut after, vec![id.clone()]));
        files.push(Migration { id, up, down: None });
    }
    Ok(files)
}

/// Returns the content of a file `.down.sql` that carries out `plan`, with `comments` before its first statement, one line each.
/// A plan without steps makes a file that does nothing.
///
/// ```
/// use orm_pg::schema::migrate::{Plan, Step, file::undoing};
///
/// let mut plan = Plan::default();
/// plan.steps.push(Step::new("type", "mood", "DROP TYPE mood"));
/// let down = undoing(&plan, &["The type goes.".to_owned()]);
/// assert_eq!(down.to_string(), "-- The type goes.\nDROP TYPE mood;\n");
/// ```
#[must_use]
pub fn undoing(plan: &Plan, comments: &[String]) -> Script {
    let nothing = [Step::new("schema", "public", "SELECT 'the schema is the same before and after'")];
    let mut script = script(if plan.is_empty() { &nothing } else { &plan.steps }, Vec::new());
    (script.header.allow, script.header.touches, script.header.phase) = (Vec::new(), None, Phase::Expand);
    let comments: String = comments.iter().map(|it| format!("-- {it}\n")).collect();
    if let Some(Action::Sql(text) | Action::Repeat(text)) = script.steps.first_mut().map(|it| &mut it.action) {
        text.insert_str(0, &comments);
    }
    number_lines(&mut script);
    script.checksum = checksum(&script.to_string());
    script
}

/// The body of a function may refer to what a later statement of the file creates.
const UNCHECKED: &str = "SET LOCAL check_function_bodies = off;";

/// One file for steps of one mode and phase.
fn script(steps: &[Step], after: Vec<String>) -> Script {
    let mut touches: Vec<_> = steps.iter().flat_map(Touch::of_step).collect();
    touches.sort();
    touches.dedup();
    let mut allow: Vec<_> = steps.iter().filter_map(|it| it.allow.clone()).collect();
    allow.sort();
    allow.dedup();
    let one_transaction = steps.iter().all(|it| it.mode == Mode::Together);
    let phase = steps.first().map_or(Phase::Expand, |it| it.phase);
    let actions = if one_transaction {
        let unchecked = steps.iter().any(|it| it.object.kind == "function").then(|| UNCHECKED.to_owned());
        vec![Action::Sql(unchecked.into_iter().chain(steps.iter().map(statement)).collect::<Vec<_>>().join("\n\n"))]
    } else {
        let action = |it: &Step| {
            if it.mode == Mode::Repeat { Action::Repeat(statement(it)) } else { Action::Sql(statement(it)) }
        };
        steps.iter().map(action).collect()
    };
    let steps = actions.into_iter().map(|action| ScriptStep { action, line: 1 }).collect();
    let header = Header { after, one_transaction, phase, allow, touches: Some(touches) };
    let mut script = Script { header, steps, checksum: String::new() };
    number_lines(&mut script);
    script.checksum = checksum(&script.to_string());
    script
}

/// The statement with its semicolon.
fn statement(step: &Step) -> String {
    let mut text = String::new();
    if step.unproved {
        text.push_str("-- Not proved: no server has confirmed this step.\n");
    }
    let sql = step.sql.trim_end();
    text.push_str(sql);
    // A comment would swallow it.
    if sql.lines().next_back().is_some_and(|it| it.contains("--")) {
        text.push('\n');
    }
    text.push(';');
    text
}

/// Gives the steps the lines that they have in the printed file.
fn number_lines(script: &mut Script) {
    let mut line = script.header.to_string().lines().count();
    for (i, step) in script.steps.iter_mut().enumerate() {
        // An empty line, and the marker.
        let marked = i > 0 || !matches!(step.action, Action::Sql(_));
        line += usize::from(i > 0 || line > 0) + usize::from(marked);
        step.line = line + 1;
        if let Action::Sql(text) | Action::Repeat(text) = &step.action {
            line += text.lines().count();
        }
    }
}
