use super::*;
use crate::sql::split;

fn of(text: &str) -> Vec<Context> {
    let (parts, mistakes) = split(text);
    assert_eq!(mistakes, [""; 0]);
    contexts(&parts)
}

fn compared(text: &str) -> bool {
    of(text).iter().all(|it| matches!(it, Context::Compared { .. }))
}

#[test]
fn values_beside_comparisons_take_a_type() {
    for text in [
        "name = {a}",
        "{a} = name",
        "name={a}",
        "{u.name} <> {a} AND x > 1",
        "name LIKE {a}",
        "name NOT ILIKE {a}",
        "{a} NOT LIKE name",
        "name SIMILAR TO {a}",
        "name IN ({a}, {b})",
        "(name, x) IN (({a}, {b}), ({c}, {d}))",
        "(name, x) = ({a}, {b})",
        "({a}, {b}) = (name, x)",
        "ROW({a}, {b}) = (name, x)",
        "name = ANY({a})",
        "name = ANY ({a})",
        "{a} = ANY(tags)",
        "name BETWEEN {a} AND {b}",
        "x AND name BETWEEN {a} AND {b}",
        "name IS DISTINCT FROM {a}",
        "{a} IS NOT DISTINCT FROM name",
        "CASE WHEN x THEN {a} ELSE name END",
        "CASE name WHEN {a} THEN 1 END",
        "UPDATE t SET name = {a}, other = {b} WHERE id = {c}",
        "INSERT INTO t (a, b) VALUES ({a}, {b}), ({c}, DEFAULT)",
        "WITH w AS (INSERT INTO t VALUES ({a})) SELECT 1",
        "lower(name) = {a}",
        "(name) = ({a})",
        "name /* = 'x' */ = /* y */ {a} -- z",
        "\"na me\" = {a}",
        "'it''s' = {a}",
    ] {
        assert!(compared(text), "{text}: {:?}", of(text));
    }
}

#[test]
fn values_that_the_server_would_not_know_stay_as_they_are() {
    for text in [
        "SELECT {a}",
        "{a} IS NULL OR {b} IS NOT NULL",
        "name IN (SELECT name FROM t WHERE {a} IS NULL)",
        "name = {a}::text",
        "name = {a} :: text",
        "name = CAST({a} AS text)",
        "name = {a} || {b}",
        "name LIKE {a} || '%'",
        "doc -> {a}",
        "doc - {a}",
        "tags[{a}]",
        "{a}[1] = 1",
        "SELECT * FROM (VALUES ({a})) v(x)",
        "INSERT INTO t SELECT x FROM (VALUES ({a})) v(x)",
        "SELECT {a} -- = x",
        "LIMIT {a}",
        "at AT TIME ZONE {a}",
    ] {
        assert!(of(text).iter().all(|it| *it == Context::Untyped), "{text}: {:?}", of(text));
    }
}

#[test]
fn arguments_know_their_function() {
    for text in ["coalesce(name, {a}) IS NULL", "1 + COALESCE ( name , f(x), {a} )", "coalesce({a}, name) = name"] {
        let [Context::Argument { function, .. }] = &of(text)[..] else { panic!("{text}: {:?}", of(text)) };
        assert_eq!(function, "coalesce");
    }
}

#[test]
fn arrays_take_a_type_where_the_other_side_has_one() {
    let lists =
        |text| -> Vec<bool> { of(text).iter().map(|it| matches!(it, Context::Compared { list: true, .. })).collect() };
    assert_eq!(lists("tags && {a}"), [true]);
    assert_eq!(lists("{a} <@ tags"), [true]);
    assert_eq!(lists("{a} && {b}"), [false, false]);
    assert_eq!(lists("{a} = '{{}}'"), [false]);
    assert_eq!(lists("name = ANY({a})"), [true]);
    assert_eq!(lists("INSERT INTO t VALUES ({a})"), [true]);
    assert_eq!(lists("CASE WHEN x THEN {a} ELSE {b} END"), [false, false]);
}

/// One bind, where the server must see the same expression twice.
#[test]
fn the_same_expression_has_the_same_text() {
    let same = |text| {
        let texts: Vec<_> = of(text)
            .into_iter()
            .map(|it| match it {
                Context::Untyped => panic!("{text}"),
                Context::Compared { text, .. } | Context::Argument { text, .. } => text,
            })
            .collect();
        texts.windows(2).all(|it| it[0] == it[1])
    };
    assert!(same("SELECT name = {a}, count(*) FROM t GROUP BY name = {a}"));
    assert!(same("SELECT 1, coalesce(name, {a}) FROM t GROUP BY id, coalesce(name, {a})"));
    assert!(same("SELECT {a} = name, 1 FROM t GROUP BY {a} = name"));
    assert!(same("(SELECT count(*), name IN ({a}) FROM t GROUP BY x, name IN ({a}))"));
    assert!(!same("name = {a} OR title = {a}"));
    assert!(!same("name IN ({a}) OR title IN ({a})"));
    assert!(!same("coalesce(name, {a}) = strpos(name, {a})"));
}
