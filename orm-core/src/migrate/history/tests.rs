//! What is refused, and what is pending.

use super::*;
use crate::migrate::file::migrations;

const A: &str = "20260101000000_a";
const B: &str = "20260101000001_b";
const C: &str = "20260101000002_c";

fn files(headers: [&str; 3]) -> Vec<Migration> {
    let names = [A, B, C].map(|it| format!("{it}.up.sql"));
    let texts = headers.map(|it| format!("{it}\nSELECT 1;"));
    migrations(names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str()))).expect("files")
}

fn ran(files: &[Migration], id: &str, state: State) -> Applied {
    let checksum = files.iter().find(|it| it.id == id).map_or("", |it| it.up.checksum.as_str()).to_owned();
    Applied {
        id: id.to_owned(),
        apply_order: 1,
        checksum,
        state,
        undoing: false,
        steps_total: 3,
        steps_done: 1,
        step_running: None,
        started_at: String::new(),
        finished_at: None,
        duration_ms: None,
        error: None,
        reason: None,
        tool_version: String::new(),
        server_version: 0,
    }
}

/// The pending files, those that wait, and the problems.
fn judged(files: &[Migration], history: &[Applied], contract: bool) -> (Vec<String>, Vec<String>, Vec<String>) {
    let review = review(files, history, contract);
    assert_eq!(review.check().is_err(), !review.problems.is_empty());
    let ids = |files: &[&Migration]| files.iter().map(|it| it.id.clone()).collect();
    (ids(&review.pending), ids(&review.waiting), review.problems.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn refused(files: &[Migration], history: &[Applied], says: &str) {
    let (.., problems) = judged(files, history, false);
    assert!(problems.len() == 1 && problems[0].contains(says), "{problems:?}");
}

#[test]
fn what_is_not_in_the_history_is_pending() {
    let files = files(["", "", ""]);
    assert_eq!(judged(&files, &[], false).0, [A, B, C]);
    assert_eq!(judged(&files, &[ran(&files, A, State::Done), ran(&files, B, State::Baseline)], false).0, [C]);
    assert_eq!(judged(&files, &[ran(&files, A, State::Skipped)], false).0, [B, C]);
    let all = [A, B, C].map(|id| ran(&files, id, State::Done));
    assert_eq!(judged(&files, &all, false), (vec![], vec![], vec![]));
}

#[test]
fn what_was_begun_comes_first() {
    let after = "-- orm: after = 20260101000000_a\n-- orm: touches = table:";
    let files = files(["", &format!("{after}x"), &format!("{after}y")]);
    let history = [ran(&files, A, State::Done), ran(&files, C, State::Partial)];
    assert_eq!(judged(&files, &history, false), (vec![C.to_owned(), B.to_owned()], vec![], vec![]));
}

#[test]
fn each_refusal_names_the_command_that_mends_it() {
    let files = files(["", "", ""]);
    let mut changed = ran(&files, A, State::Done);
    changed.checksum.push('x');
    refused(&files, &[changed.clone()], &format!("repair --accept {A}"));
    refused(&files, &[ran(&files, "20250101000000_z", State::Done)], "repair --removed 20250101000000_z");
    refused(&files, &[ran(&files, A, State::Done), ran(&files, C, State::Done)], &format!("repair --skip {B}"));
    let mut failed = ran(&files, A, State::Partial);
    failed.error = Some("no such column".to_owned());
    refused(&files, &[failed.clone()], "step 2 of 3 of 20260101000000_a failed: no such column");
    refused(&files, &[failed.clone()], "orm migrate repair --resume");
    failed.undoing = true;
    refused(&files, &[failed], "orm migrate down");
    assert_eq!(judged(&files, &[ran(&files, "20250101000000_z", State::Removed)], false).2, Vec::<String>::new());
    assert_eq!(judged(&files, &[ran(&files, A, State::Partial)], false).2, Vec::<String>::new());
}

#[test]
fn contract_files_wait_until_they_are_asked_for() {
    let contract = "-- orm: phase = contract";
    let last = files(["", "", contract]);
    assert_eq!(judged(&last, &[], false), (vec![A.to_owned(), B.to_owned()], vec![C.to_owned()], vec![]));
    assert_eq!(judged(&last, &[], true).0, [A, B, C]);
    // One in the middle holds up what comes after it, unless both say that they change different objects.
    let (.., problems) = judged(&files(["", contract, ""]), &[], false);
    assert!(problems.len() == 1 && problems[0].contains("up --contract"), "{problems:?}");
    let x = format!("{contract}\n-- orm: touches = table:x");
    let other = files(["", &x, "-- orm: touches = table:y"]);
    assert_eq!(judged(&other, &[], false), (vec![A.to_owned(), C.to_owned()], vec![B.to_owned()], vec![]));
    let history = [ran(&other, A, State::Done), ran(&other, C, State::Done)];
    assert_eq!(judged(&other, &history, true), (vec![B.to_owned()], vec![], vec![]));
    let same = files(["", &x, "-- orm: touches = column:x.a"]);
    assert_eq!(judged(&same, &[], false).2.len(), 1);
}
