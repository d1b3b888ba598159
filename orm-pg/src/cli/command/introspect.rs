//! `orm introspect`.

use std::fs;

use serde_json::json;

use crate::{
    cli::{
        args::Introspect,
        database,
        failure::{Failure, Result},
        report::{GOOD, Report, styled},
        scratch::without_histories,
    },
    schema::{
        generate::{self, Options},
        introspect,
    },
};

pub(super) async fn run(args: &Introspect) -> Result<Report> {
    let previous = match &args.out {
        Some(file) if file.exists() => {
            Some(fs::read_to_string(file).map_err(|source| Failure::file("read", file, source))?)
        }
        _ => None,
    };
    let db = database::connect(&args.connect).await?;
    let (catalog, left_out) = without_histories(introspect(&db).await?);
    let options = Options::default().dates(args.dates.into());
    let made = generate::models(&catalog, options, previous.as_deref())?;
    let changed = previous.as_deref() != Some(made.source.as_str());
    let mut report = Report::new(json!({
        "source": made.source,
        "changed": changed,
        "features": made.features,
        "serde_json": made.serde_json,
        "notes": made.notes,
    }));
    match &args.out {
        Some(file) if changed => {
            fs::write(file, &made.source).map_err(|source| Failure::file("write", file, source))?;
            report.line(format_args!("{} {}", styled(GOOD, "wrote"), file.display()));
        }
        Some(file) => report.line(format_args!("{} is as it should be", file.display())),
        None => report.source = made.source,
    }
    for note in &made.notes {
        report.line(format_args!("note: {note}"));
    }
    for tool in left_out {
        report.line(format_args!("note: left out: {}, the history of {}", tool.table(), tool.name()));
    }
    if !made.features.is_empty() {
        report.line(format_args!("next: cargo add orm-pg --features {}", made.features.join(",")));
    }
    if made.serde_json {
        report.line("next: cargo add serde_json");
    }
    report.unmanaged(catalog.unmanaged.len());
    Ok(report)
}
