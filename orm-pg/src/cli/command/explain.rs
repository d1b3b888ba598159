//! `orm explain`.

use std::io::Read;

use orm_core::{
    executor::Executor,
    row::{Decoder, Matching, Row, RowSink},
    statement::{Operation, Sql, Statement},
    value::Json,
};
use serde_json::Value;

use crate::{
    TransactionOptions,
    cli::{
        args::Explain,
        database,
        failure::{Failure, Result},
        plan::Explained,
        report::Report,
    },
};

/// The state of a write in a read-only transaction.
const READ_ONLY: &str = "25006";

pub(super) async fn run(args: &Explain) -> Result<Report> {
    let text = text(args)?;
    let db = database::connect(&args.connect).await?;
    let options = if args.write { TransactionOptions::new() } else { TransactionOptions::new().read_only() };
    let tx = db.begin_with(options).await?;
    let answer = explain(&tx, &text, args).await.map_err(|error| explained(Failure::of(error), &text));
    // Whatever the answer is, nothing of the statement stays.
    let ended = tx.rollback().await;
    let answer = answer?;
    ended?;
    let plan = Explained::read(&answer)
        .map_err(|source| Failure::new("the answer of EXPLAIN is not understood").because(source))?;
    let mut json = plan.to_json();
    if let Value::Object(json) = &mut json {
        json.insert("explain".to_owned(), answer);
    }
    let mut report = Report::new(json);
    report.text = plan.to_text();
    Ok(report)
}

fn text(args: &Explain) -> Result<String> {
    let text = match (&args.file, args.sql.as_deref()) {
        (Some(file), _) => std::fs::read_to_string(file).map_err(|source| Failure::file("read", file, source))?,
        (None, Some("-")) => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|source| Failure::new("cannot read standard input").because(source))?;
            text
        }
        (None, sql) => sql.unwrap_or_default().to_owned(),
    };
    let text = text.trim().trim_end_matches(';').trim_end();
    if text.is_empty() {
        return Err(Failure::new("there is no statement").into());
    }
    Ok(text.to_owned())
}

/// Each text is sent as one prepared statement, so a second statement in it is refused by the server.
async fn explain(tx: &impl Executor, text: &str, args: &Explain) -> Result<Value> {
    let options = if args.estimate {
        "EXPLAIN (VERBOSE, FORMAT JSON) "
    } else {
        "EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) "
    };
    let explained = if args.bind.is_empty() {
        format!("{options}{text}")
    } else {
        fetch(tx, format!("PREPARE orm_explain AS {text}")).await?;
        let binds: Vec<_> = args.bind.iter().map(|it| literal(it)).collect();
        format!("{options}EXECUTE orm_explain ({})", binds.join(", "))
    };
    Ok(fetch(tx, explained).await?.pop().ok_or_else(|| Failure::new("EXPLAIN has no answer"))?)
}

/// A text as SQL writes it, whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

async fn fetch(tx: &impl Executor, text: String) -> Result<Vec<Value>> {
    let statement = Statement::new(Sql { text, binds: Vec::new() }, Operation::Raw, None);
    let mut answers = Answers { decoder: Decoder::new(Matching::Position), answers: Vec::new() };
    tx.fetch(&statement, &mut answers).await?;
    Ok(answers.answers)
}

struct Answers {
    decoder: Decoder<(Json<Value>,)>,
    answers: Vec<Value>,
}

impl RowSink for Answers {
    fn row(&mut self, row: &dyn Row) -> orm_core::error::Result<()> {
        let (Json(answer),) = self.decoder.decode(row)?;
        self.answers.push(answer);
        Ok(())
    }

    fn restart(&mut self) {
        self.answers.clear();
    }
}

fn explained(failure: Failure, text: &str) -> Failure {
    match failure.error.sql_state() {
        Some(READ_ONLY) => failure
            .help("the statement writes: `--write` runs it and rolls it back, `--estimate` does not run it")
            .help("sequences that it uses advance all the same, and its locks last until it is rolled back"),
        _ if failure.to_string().contains("placeholders, but") => {
            failure.help("`--bind VALUE` gives the value of $1, then of $2, and so on")
        }
        Some("42601") if text.contains(';') => failure.help("give one statement"),
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn texts_as_literals() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\'b"), r"E'a\\''b'");
    }
}
