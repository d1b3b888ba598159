use std::{
    fmt::Write,
    sync::{Mutex, Once},
};

use orm_core::value::Bind;
use orm_pg::{Database, Executor};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::server::{builder, read, unique, url, write};

static LOGGED: Mutex<String> = Mutex::new(String::new());

struct Everything;

impl log::Log for Everything {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let _ = writeln!(LOGGED.lock().unwrap(), "{} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut line = format!("SPAN {}", span.metadata().target());
        span.record(&mut Fields(&mut line));
        let _ = writeln!(LOGGED.lock().unwrap(), "{line}");
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, record: &span::Record<'_>) {
        let mut line = "RECORD".to_owned();
        record.record(&mut Fields(&mut line));
        let _ = writeln!(LOGGED.lock().unwrap(), "{line}");
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = format!("{} {}", event.metadata().level(), event.metadata().target());
        event.record(&mut Fields(&mut line));
        let _ = writeln!(LOGGED.lock().unwrap(), "{line}");
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// What was logged since the first test that listened.
pub(crate) fn logged() -> String {
    LOGGED.lock().unwrap().clone()
}

pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Everything).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        tracing::subscriber::set_global_default(Everything).unwrap();
    });
}

#[tokio::test]
async fn neither_passwords_nor_values_are_logged() {
    listen();
    let name = unique("secret");
    // Where the server asks for a password, its own is the one that must not be seen.
    let config: tokio_postgres::Config = url().parse().unwrap();
    let password = config.get_password().map_or("hunter2marker".into(), String::from_utf8_lossy).into_owned();
    let db = builder(&name).password(&*password).slow_statement(std::time::Duration::ZERO).connect().await.unwrap();
    let secret = || vec![Bind::new("valuemarker".to_owned())];
    db.execute(&read("SELECT $1::text AS the_query", secret())).await.unwrap();
    let error = db.execute(&write("SELECT $1::text::bigint", secret())).await.unwrap_err();
    let port = 1;
    let refused = Database::connect(&format!("postgres://u:hunter2marker@127.0.0.1:{port}/d")).await.unwrap_err();
    let shown = format!("{db:?} {error} {error:?} {refused} {refused:?}");
    assert!(!shown.contains("marker") && !shown.contains(&password), "{shown}");
    let logged = LOGGED.lock().unwrap().clone();
    assert!(logged.contains("executing statement"), "the driver's own log is heard");
    assert!(!logged.contains("hunter2marker") && !logged.contains(&password));
    assert!(!logged.contains("valuemarker"));
    let of_the_query = |kind: &str| {
        let mut lines = logged.lines();
        lines.find(|it| it.starts_with(kind) && it.contains("orm_pg::statement") && it.contains("the_query")).unwrap()
    };
    let span = of_the_query("SPAN");
    for part in ["db.operation.name=\"select from\"", "db.query.text=\"SELECT $1::text AS the_query\"", "pool_wait_us="]
    {
        assert!(span.contains(part), "{part} in {span}");
    }
    for part in ["RECORD rows=1", "RECORD run_us=", "RECORD decode_us=", "RECORD db.response.status_code=\"22P02\""] {
        assert!(logged.contains(part), "{part} in {logged}");
    }
    let line = of_the_query("WARN");
    for part in [
        "WARN",
        "db.system.name=\"postgresql\"",
        "db.operation.name=\"select from\"",
        "db.query.text=\"SELECT $1::text AS the_query\"",
        "rows=1",
        "pool_wait_us=",
        "decode_us=",
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
}
