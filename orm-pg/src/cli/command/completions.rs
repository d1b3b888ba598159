//! `orm completions`.

use clap::CommandFactory;
use serde_json::json;

use crate::cli::{
    args::{Args, Completions},
    report::Report,
};

pub(super) fn run(args: &Completions) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "orm", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let mut report = Report::new(json!({ "shell": args.shell.to_string(), "script": script }));
    report.text = script;
    report
}
