//! `orm diagram`.

use std::fs;

use serde_json::json;

use crate::{
    cli::{
        args::{Diagram, Format},
        database,
        failure::{Failure, Result},
        report::{GOOD, Report, styled},
    },
    schema::{diagram, introspect},
};

pub(super) async fn run(args: &Diagram) -> Result<Report> {
    let db = database::connect(&args.connect).await?;
    let catalog = introspect(&db).await?;
    let by_name = args.out.as_ref().and_then(|it| it.extension()).filter(|it| *it == "svg").map(|_| Format::Svg);
    let text = match args.format.or(by_name).unwrap_or(Format::Mermaid) {
        Format::Mermaid => diagram::mermaid(&catalog),
        Format::Svg => diagram::svg(&catalog),
    };
    let mut report = Report::new(json!({ "diagram": text }));
    match &args.out {
        Some(file) => {
            fs::write(file, text).map_err(|source| Failure::file("write", file, source))?;
            report.line(format_args!("{} {}", styled(GOOD, "wrote"), file.display()));
        }
        None => report.source = text,
    }
    report.unmanaged(catalog.unmanaged.len());
    Ok(report)
}
