//! The benchmarks build, run, and give correct results on both sides. Times are not checked here.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::process::Command;

fn run(program: &str) -> String {
    let output = Command::new(program).arg("--quick").output().expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_times_have_a_line_for_each_case() {
    let out = run(env!("CARGO_BIN_EXE_overhead"));
    assert_eq!(out.lines().filter(|it| it.starts_with("| ") && it.contains('≤')).count(), 11, "{out}");
    assert!(out.contains("500 tasks × 10 gets, ours"), "{out}");
    assert_eq!(out.lines().filter(|it| it.starts_with("16 tasks in a loop, 4 connections")).count(), 4, "{out}");
}

#[test]
fn the_allocations_of_both_sides_are_counted() {
    let out = run(env!("CARGO_BIN_EXE_allocations"));
    let get = out.lines().find(|it| it.contains("get by key, both pools")).expect("the line of gets");
    let figures: Vec<f64> = get.split('|').filter_map(|it| it.trim().parse().ok()).collect();
    assert!(figures.iter().all(|it| *it > 1.0) && figures.len() >= 4, "{get}");
}
