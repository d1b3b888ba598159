//! Plans that the server has made, versions 15 and 18, as text.

use expect_test::{ExpectFile, expect_file};

use super::*;

#[expect(clippy::needless_pass_by_value, reason = "the macro that names the file gives a value")]
fn check(answer: &str, text: ExpectFile) -> Explained {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    let explained = Explained::read(&answer).expect("a plan");
    text.assert_eq(&anstream::adapter::strip_str(&explained.to_text()).to_string());
    adds_up(&explained);
    explained
}

/// The own times of all steps are the time of the whole, up to what the server has rounded.
#[track_caller]
fn adds_up(explained: &Explained) {
    let steps = cost::steps(&explained.plan, 0.0);
    let own: f64 = steps.iter().filter_map(|it| it.own).sum();
    let whole = steps[0].elapsed.expect("a time");
    let rounded: f64 = steps.iter().map(|it| it.node.loops.expect("loops") * 0.001).sum();
    // Below a Gather, the server's clocks of several processes do not fit exactly.
    let tolerance = if steps.iter().any(|it| it.node.is_gather()) { whole * 0.3 } else { rounded };
    assert!((own - whole).abs() <= tolerance, "{own} of {whole} ms");
}

macro_rules! plans {
    ($($name:ident: $pg15:literal $pg18:literal $text15:literal $text18:literal;)*) => {
        $(
            #[test]
            fn $name() {
                check(include_str!($pg15), expect_file![$text15]);
                check(include_str!($pg18), expect_file![$text18]);
            }
        )*
    };
}

plans! {
    processes_share_the_loops_below_a_gather: "tests/parallel_15.json" "tests/parallel_18.json" "tests/parallel_15.txt" "tests/parallel_18.txt";
    what_runs_on_demand_is_taken_off_where_it_is_needed: "tests/subplans_15.json" "tests/subplans_18.json" "tests/subplans_15.txt" "tests/subplans_18.txt";
    common_tables_are_computed_by_their_first_reader: "tests/cte_15.json" "tests/cte_18.json" "tests/cte_15.txt" "tests/cte_18.txt";
    steps_that_were_never_executed: "tests/never_15.json" "tests/never_18.json" "tests/never_15.txt" "tests/never_18.txt";
    steps_that_a_limit_stops_are_not_wrong: "tests/limit_15.json" "tests/limit_18.json" "tests/limit_15.txt" "tests/limit_18.txt";
    triggers_of_constraints: "tests/cascade_15.json" "tests/cascade_18.json" "tests/cascade_15.txt" "tests/cascade_18.txt";
    sorts_on_disk: "tests/sort_15.json" "tests/sort_18.json" "tests/sort_15.txt" "tests/sort_18.txt";
}
