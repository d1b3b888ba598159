//! What files say, and how they are written.

use super::*;
use crate::{
    error::ErrorKind,
    migrate::{Mode, Plan, Step},
};

#[track_caller]
fn refused(text: &str, place: &str, says: &str) {
    let error = parse("a.up.sql", text).expect_err(text);
    assert_eq!(error.kind(), ErrorKind::Migration, "{text:?}");
    let shown = error.to_string();
    assert!(shown.contains(&format!("a.up.sql:{place}: ")) && shown.contains(says), "{text:?}: {shown}");
}

#[track_caller]
fn same_text(text: &str) {
    assert_eq!(parse("a.up.sql", text).expect(text).to_string(), text);
}

fn graph(files: &[(&str, &str)]) -> Vec<Migration> {
    migrations(files.iter().copied()).expect("files")
}

#[test]
fn a_header_says_everything() {
    let text = "-- orm: after = 20260101000000_a, 20260101000001_b\n-- orm: transaction = none\n-- orm: phase = contract\n\
                -- orm: allow = drop_column(users.nick)\n-- orm: allow = drop_column(t.\"a, b\")\n\
                -- orm: touches = table:users, type:mood\n\n-- Why.\nSELECT 1;\n\n-- orm: step\nSELECT 2;\n\nSELECT 3;\n\n\
                -- orm: step = repeat\nSELECT 4;\n\n-- orm: step = rust\n\n-- orm: step\nSELECT 5;\n";
    let script = parse("a.up.sql", text).expect("a script");
    assert_eq!(script.header.after, ["20260101000000_a", "20260101000001_b"]);
    assert_eq!((script.header.one_transaction, script.header.phase), (false, Phase::Contract));
    assert_eq!(script.header.allow, [Allow::new("drop_column", "users.nick"), Allow::new("drop_column", "t.\"a, b\"")]);
    assert_eq!(script.header.touches, Some(vec![Touch::new("table", "users"), Touch::new("type", "mood")]));
    let steps: Vec<_> = script.steps.iter().map(|it| (it.line, it.action.clone())).collect();
    let sql = |text: &str| Action::Sql(text.to_owned());
    assert_eq!(
        steps,
        [
            (8, sql("-- Why.\nSELECT 1;")),
            (12, sql("SELECT 2;\n\nSELECT 3;")),
            (17, Action::Repeat("SELECT 4;".to_owned())),
            (20, Action::Rust),
            (22, sql("SELECT 5;")),
        ]
    );
    same_text(text);
    same_text("SELECT 1;\n");
    same_text("-- orm: touches =\n\nSELECT 1;\n");
}

#[test]
fn a_byte_order_mark_and_crlf_change_nothing() {
    let unix = "-- orm: transaction = none\n\nSELECT 'a\nb';\n\n-- orm: step\nSELECT 2;\n";
    let windows = format!("\u{feff}{}\r\n \r\n", unix.replace('\n', "  \r\n"));
    let (unix, windows) = (parse("a", unix).expect("a script"), parse("a", &windows).expect("a script"));
    assert_eq!(unix.checksum, windows.checksum);
    assert_eq!(unix.header, windows.header);
    assert_eq!(unix.steps.len(), windows.steps.len());
    assert_eq!(checksum(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn every_changed_byte_changes_the_checksum() {
    let text = b"-- orm: touches = table:t\nALTER TABLE t ADD a int;\n";
    let before = checksum(std::str::from_utf8(text).expect("a text"));
    for at in 0..text.len() - 1 {
        let mut changed = text.to_vec();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).expect("a text");
        assert_ne!(checksum(&changed), before, "{changed:?}");
    }
}

#[test]
fn mistakes_are_refused_with_their_line() {
    refused("SELECT 1;\n-- orm: after = 20260101000000_a\n", "2", "above all statements");
    refused("-- orm: step\nSELECT 1;\n-- orm: phase = contract\n", "3", "above all statements");
    refused("-- orm: before = x\nSELECT 1;", "1", "`before` is not understood");
    refused("\n-- orm: nonsense\nSELECT 1;", "2", "`nonsense` is not understood");
    refused("-- orm: transaction = some\nSELECT 1;", "1", "only be `none`");
    refused("-- orm: phase = later\nSELECT 1;", "1", "`expand` or `contract`");
    refused("-- orm: after = users\nSELECT 1;", "1", "is no name of a migration");
    refused("-- orm: allow = everything\nSELECT 1;", "1", "permits nothing");
    refused("-- orm: touches = users\nSELECT 1;", "1", "names no object");
    refused("SELECT 1;\n-- orm: step = twice\n", "2", "a step is not \"twice\"");
    refused("SELECT 1;\n-- orm: step\n-- nothing\n", "2", "the step has no statement");
    refused("-- orm: step = rust\nSELECT 1;", "1", "`step = rust` has no statements");
    refused("-- orm: step = rust\n-- orm: step = rust\n", "1", "one `step = rust`");
    refused("-- orm: step = repeat\nDELETE FROM t;\n", "1", "transaction = none");
    refused("", "1", "no statement");
    refused("-- orm: phase = contract\n-- only this\n", "2", "no statement");
}

#[test]
fn names_of_files_that_are_not_understood_are_refused() {
    let name = |name: &str| migrations([(name, "SELECT 1;")]).map(|it| it.len()).map_err(|it| it.to_string());
    assert_eq!(name("20260101000000_a.up.sql"), Ok(1));
    assert_eq!(name("README.md"), Ok(0));
    for (file, says) in [
        ("20260101000000_a.sql", ".up.sql"),
        ("2026_a.up.sql", "is no name"),
        ("20260101000000.up.sql", "is no name"),
        ("20260101000000_a b.up.sql", "is no name"),
        ("20260101000000_a.down.sql", "20260101000000_a.up.sql is missing"),
    ] {
        let error = name(file).expect_err(file);
        assert!(error.contains(says), "{file}: {error}");
    }
}

#[test]
fn times_are_those_of_the_calendar() {
    for (seconds, time) in [
        (0, "19700101000000"),
        (951_782_399, "20000228235959"),
        (951_782_400, "20000229000000"),
        (951_868_800, "20000301000000"),
        (4_107_542_400, "21000301000000"),
        (4_107_456_000, "21000228000000"),
        (1_735_689_599, "20241231235959"),
        (16_725_225_600, "25000101000000"),
    ] {
        assert_eq!(utc_time(seconds), time);
    }
    assert_eq!(id(0, " Ä-b, c_d "), "19700101000000_ä_b_c_d");
}

#[test]
fn a_plan_becomes_files_by_how_its_steps_run() {
    let step = |sql: &str, mode, phase| {
        let mut step = Step::new("table column", "public.users.nick", sql);
        (step.mode, step.phase) = (mode, phase);
        step
    };
    let steps = vec![
        step("A", Mode::Together, Phase::Expand),
        step("B -- why", Mode::Together, Phase::Expand),
        step("C", Mode::Alone, Phase::Expand),
        step("D\nE", Mode::Alone, Phase::Expand),
        step("F", Mode::Together, Phase::Contract),
    ];
    let mut plan = Plan { steps, ..Plan::default() };
    plan.steps[1].object =
        crate::catalog::Object { kind: "table constraint".into(), identity: "k on app.posts".into() };
    let relation = crate::catalog::Name::new("app", "posts");
    let index = crate::catalog::Object { kind: "index".into(), identity: "app.by_nick".into() };
    (plan.steps[0].object, plan.steps[0].relation) = (index, Some(relation));
    plan.steps[4].allow = Some(Allow::new("drop_column", "users.nick"));
    plan.steps[4].unproved = true;
    let files = generate(&plan, "nick", 0, &[]).expect("files");
    let texts: Vec<_> = files.iter().map(|it| (it.id.as_str(), it.up.to_string())).collect();
    let expected = [
        ("19700101000000_nick", "-- orm: touches = index:app.by_nick, table:app.posts\n\nA;\n\nB -- why\n;\n"),
        (
            "19700101000001_nick_2",
            "-- orm: after = 19700101000000_nick\n-- orm: transaction = none\n-- orm: touches = column:users.nick\n\n\
             C;\n\n-- orm: step\nD\nE;\n",
        ),
        (
            "19700101000002_nick_3",
            "-- orm: after = 19700101000001_nick_2\n-- orm: phase = contract\n-- orm: allow = drop_column(users.nick)\n\
             -- orm: touches = column:users.nick\n\n-- Not proved: no server has confirmed this step.\nF;\n",
        ),
    ];
    assert_eq!(texts, expected.map(|(id, text)| (id, text.to_owned())));
    for file in &files {
        assert_eq!(parse(&file.id, &file.up.to_string()).expect("a script"), file.up);
    }
    assert!(generate(&Plan::default(), "a", 0, &[]).is_err());
    assert!(generate(&plan, "-", 0, &[]).is_err());
}

#[test]
fn files_without_after_come_in_the_order_of_their_names() {
    let files = graph(&[("20260101000001_b.up.sql", "B"), ("20260101000000_a.up.sql", "A")]);
    let graph = Graph::new(&files);
    assert_eq!(graph.order().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["20260101000000_a", "20260101000001_b"]);
    assert!(graph.is_after("20260101000001_b", "20260101000000_a"));
    assert!(!graph.is_after("20260101000000_a", "20260101000001_b"));
    assert_eq!((graph.heads(), graph.problems()), (vec!["20260101000001_b"], &[][..]));
}

#[test]
fn siblings_must_change_different_objects() {
    let with = |left: &str, right: &str| {
        let files = graph(&[
            ("20260101000000_a.up.sql", "A"),
            ("20260101000001_b.up.sql", &format!("-- orm: after = 20260101000000_a\n{left}\nB")),
            ("20260101000002_c.up.sql", &format!("-- orm: after = 20260101000000_a\n{right}\nC")),
            ("20260101000003_d.up.sql", "-- orm: after = 20260101000001_b, 20260101000002_c\nD"),
        ]);
        Graph::new(&files).problems().to_vec()
    };
    let (b, c) = ("20260101000001_b".to_owned(), "20260101000002_c".to_owned());
    let overlap = |object: &str| {
        let object = object.parse().expect("an object");
        vec![Problem::Overlap { left: b.clone(), right: c.clone(), object }]
    };
    assert_eq!(with("-- orm: touches = table:t", "-- orm: touches = table:u"), []);
    assert_eq!(with("-- orm: touches = column:t.a", "-- orm: touches = column:t.b"), []);
    assert_eq!(with("-- orm: touches = column:t.a", "-- orm: touches = column:tt.a, table:t_a"), []);
    assert_eq!(with("-- orm: touches = table:t", "-- orm: touches = table:public.t"), overlap("table:t"));
    assert_eq!(with("-- orm: touches = column:t.a", "-- orm: touches = table:t"), overlap("column:t.a"));
    assert_eq!(with("-- orm: touches = table:x, table:t", "-- orm: touches = column:t.a"), overlap("table:t"));
    assert_eq!(with("-- orm: touches = view:t", "-- orm: touches = table:t"), overlap("view:t"));
    assert_eq!(with("-- orm: touches =", "-- orm: touches = table:t"), []);
    assert_eq!(with("-- orm: touches = table:t", ""), [Problem::Unstated { file: c, other: b.clone() }]);
}

#[test]
fn branches_are_compared_as_a_whole() {
    let file = |after: &str, object: &str| format!("-- orm: after = {after}\n-- orm: touches = table:{object}\nX");
    let (b2, c2) = (file("20260101000001_b", "t"), file("20260101000003_c", "t"));
    let files = graph(&[
        ("20260101000000_a.up.sql", "A"),
        ("20260101000001_b.up.sql", &file("20260101000000_a", "x")),
        ("20260101000002_b.up.sql", &b2),
        ("20260101000003_c.up.sql", &file("20260101000000_a", "y")),
        ("20260101000004_c.up.sql", &c2),
    ]);
    let graph = Graph::new(&files);
    assert_eq!(graph.problems().len(), 1);
    let shown = graph.check().expect_err("a conflict").to_string();
    assert!(shown.contains("20260101000002_b and 20260101000004_c both change table:t"), "{shown}");
    assert_eq!(graph.heads(), ["20260101000002_b", "20260101000004_c"]);
}

#[test]
fn missing_files_and_cycles_are_named() {
    let files = graph(&[
        ("20260101000000_a.up.sql", "-- orm: after = 20250101000000_z\nA"),
        ("20260101000001_b.up.sql", "-- orm: after = 20260101000002_c\nB"),
        ("20260101000002_c.up.sql", "-- orm: after = 20260101000001_b\nC"),
    ]);
    let problems = Graph::new(&files).problems().to_vec();
    let id = str::to_owned;
    assert_eq!(
        problems,
        [
            Problem::Missing { file: id("20260101000000_a"), after: id("20250101000000_z") },
            Problem::Cycle { files: vec![id("20260101000001_b"), id("20260101000002_c")] },
        ]
    );
}
