//! The spans and events of statements, as the guide's page on observability describes them.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use orm_pg::prelude::*;
use tracing::{
    Dispatch, Event, Instrument, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{Layer, filter::LevelFilter, layer::Context, prelude::*, registry::LookupSpan};

use crate::models::{NewUser, Post, User};

/// A span or an event: where it was made, and what it says.
#[derive(Clone, Default)]
struct Seen {
    what: String,
    inside: Option<String>,
    fields: Vec<(String, String)>,
    ended: bool,
}

impl Seen {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

impl Visit for Seen {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.push((field.name().to_owned(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.push((field.name().to_owned(), format!("{value:?}")));
    }
}

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<(Vec<(u64, Seen)>, Vec<Seen>)>>);

impl Recorder {
    fn listen(&self) -> DefaultGuard {
        // Tests of other threads come and go. While none listens, a span that is first met is switched off for the process.
        static ONE_LISTENS: OnceLock<Dispatch> = OnceLock::new();
        ONE_LISTENS.get_or_init(|| Dispatch::new(tracing_subscriber::registry().with(Self::default())));
        tracing_subscriber::registry().with(self.clone()).set_default()
    }

    fn spans(&self) -> Vec<Seen> {
        self.0.lock().unwrap().0.iter().map(|it| it.1.clone()).filter(|it| it.what.contains("orm_pg")).collect()
    }

    fn events(&self) -> Vec<Seen> {
        self.0.lock().unwrap().1.iter().filter(|it| it.what.contains("orm_pg")).cloned().collect()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let data = attributes.metadata();
        let parent = context.span(id).and_then(|it| it.parent().map(|it| it.name().to_owned()));
        let mut seen = Seen {
            what: format!("{} {} {}", data.level(), data.target(), data.name()),
            inside: parent,
            ..Seen::default()
        };
        attributes.record(&mut seen);
        self.0.lock().unwrap().0.push((id.into_u64(), seen));
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, _: Context<'_, S>) {
        if let Some((_, it)) = self.0.lock().unwrap().0.iter_mut().rfind(|it| it.0 == id.into_u64()) {
            record.record(it);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let data = event.metadata();
        let inside = context.event_span(event).map(|it| it.name().to_owned());
        let mut seen = Seen { what: format!("{} {}", data.level(), data.target()), inside, ..Seen::default() };
        event.record(&mut seen);
        self.0.lock().unwrap().1.push(seen);
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        if let Some((_, it)) = self.0.lock().unwrap().0.iter_mut().rfind(|it| it.0 == id.into_u64()) {
            it.ended = true;
        }
    }
}

/// Whether it has a number under this name.
fn is_counted(seen: &Seen, name: &str) -> bool {
    seen.field(name).is_some_and(|it| it.parse::<u64>().is_ok())
}

#[orm_pg::test(models(User, Post), flavor = "current_thread")]
async fn each_statement_is_a_span_in_that_of_its_caller(db: Database) -> Result<()> {
    let seen = Recorder::default();
    let _guard = seen.listen();
    let request = tracing::info_span!(target: "app", "request");
    let work = async {
        User::insert(NewUser::new("ann@example.org", "Ann")).execute(&db).await?;
        User::query().filter(|u| u.name.eq("Ann")).with(User::posts()).all(&db).await
    };
    work.instrument(request).await?;
    let spans = seen.spans();
    let said = spans.iter().map(|it| (it.field("db.operation.name"), it.field("db.collection.name"), it.field("rows")));
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            (Some("insert into"), Some("users"), Some("1")),
            (Some("select from"), Some("users"), Some("1")),
            (Some("select from"), Some("posts"), Some("0")),
        ]
    );
    for it in &spans {
        assert_eq!((it.what.as_str(), it.inside.as_deref()), ("DEBUG orm_pg::statement statement", Some("request")));
        assert_eq!((it.field("otel.kind"), it.field("db.system.name")), (Some("client"), Some("postgresql")));
        assert!(["pool_wait_us", "run_us", "decode_us"].iter().all(|name| is_counted(it, name)) && it.ended);
    }
    assert!(spans[1].field("db.query.text").is_some_and(|it| it.ends_with(r#"WHERE t0."name" = $1"#)));
    let events = seen.events();
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|it| it.what == "DEBUG orm_pg::statement" && it.inside.as_deref() == Some("statement")));
    Ok(())
}

#[orm_pg::test(flavor = "current_thread")]
async fn a_span_has_the_sqlstate_and_no_value(db: Database) {
    let seen = Recorder::default();
    let _guard = seen.listen();
    let text = "a value of a bind";
    sql!("SELECT {text}::int").execute(&db).await.unwrap_err();
    let (spans, events) = (seen.spans(), seen.events());
    assert_eq!((spans[0].field("db.query.text"), spans[0].field("db.collection.name")), (Some("SELECT $1::int"), None));
    assert_eq!((spans[0].field("db.response.status_code"), spans[0].field("rows")), (Some("22P02"), None));
    assert_eq!(spans[0].field("otel.status_code"), Some("ERROR"));
    assert_eq!(events[0].field("failed"), Some("true"));
    assert!(spans.iter().chain(&events).flat_map(|it| &it.fields).all(|(_, value)| !value.contains(text)));
}

#[orm_pg::test(models(User), flavor = "current_thread")]
async fn a_transaction_has_spans_for_its_statements_alone(db: Database) -> Result<()> {
    let seen = Recorder::default();
    let _guard = seen.listen();
    db.transaction(async |tx| {
        tx.transaction(async |sp| User::query().count(sp).await).await?;
        let mut users = User::query().stream(tx).await?;
        while users.try_next().await?.is_some() {}
        Ok::<_, Error>(())
    })
    .await?;
    let spans = seen.spans();
    let texts: Vec<_> = spans.iter().filter_map(|it| it.field("db.query.text")).collect();
    assert_eq!(texts.len(), 2, "BEGIN, SAVEPOINT, FETCH and COMMIT have none: {texts:?}");
    assert!(texts[0].starts_with("SELECT count(*)") && texts[1].starts_with("DECLARE "));
    Ok(())
}

#[orm_pg::test(models(User), flavor = "current_thread")]
async fn a_stream_is_a_span_until_its_end_and_tells_nothing_when_dropped(db: Database) -> Result<()> {
    User::insert_many(["ann", "bob"].map(|it| NewUser::new(it, it))).execute(&db).await?;
    let seen = Recorder::default();
    let _guard = seen.listen();
    let mut users = User::query().stream(&db).await?;
    while users.try_next().await?.is_some() {
        assert!(!seen.spans()[0].ended);
    }
    drop(users);
    let mut users = User::query().stream(&db).await?;
    users.try_next().await?;
    drop(users);
    let spans = seen.spans();
    assert_eq!(spans.iter().map(|it| it.field("rows")).collect::<Vec<_>>(), [Some("2"), None]);
    assert!(spans.iter().all(|it| it.ended));
    assert_eq!(seen.events().len(), 1);
    Ok(())
}

#[orm_pg::test(flavor = "current_thread")]
async fn a_slow_statement_warns_where_spans_are_not_wanted(_: Database) -> Result<()> {
    let url = orm_pg::testing::database_url().await?;
    let db = Database::builder().url(&url).slow_statement(Duration::ZERO).connect().await?;
    let seen = Recorder::default();
    let quiet = seen.clone().with_filter(LevelFilter::WARN);
    let _guard = tracing_subscriber::registry().with(quiet).set_default();
    sql!("SELECT 1").execute(&db).await?;
    assert!(seen.spans().is_empty());
    let events = seen.events();
    assert_eq!((events.len(), events[0].what.as_str()), (1, "WARN orm_pg::statement"));
    assert_eq!(
        (events[0].field("db.query.text"), events[0].field("message")),
        (Some("SELECT 1"), Some("slow statement"))
    );
    assert!(["rows", "pool_wait_us", "run_us", "decode_us"].iter().all(|name| is_counted(&events[0], name)));
    Ok(())
}

#[orm_pg::test(flavor = "current_thread")]
async fn a_statement_that_is_never_sent_has_no_span(_: Database) -> Result<()> {
    let url = orm_pg::testing::database_url().await?;
    let limit = Duration::from_millis(50);
    let db = Database::builder().url(&url).max_connections(1).acquire_timeout(limit).connect().await?;
    let held = db.connection().await?;
    let seen = Recorder::default();
    let _guard = seen.listen();
    let error = sql!("SELECT 1").execute(&db).await.unwrap_err();
    assert_eq!((error.kind(), seen.spans().len()), (ErrorKind::PoolTimeout, 0));
    drop(held);
    let refused = User::query().delete().execute(&db).await.unwrap_err();
    assert_eq!((refused.kind(), seen.spans().len()), (ErrorKind::InvalidStatement, 0));
    Ok(())
}

#[orm_pg::test(flavor = "current_thread")]
async fn a_statement_past_its_limit_is_a_failed_span(db: Database) {
    let seen = Recorder::default();
    let _guard = seen.listen();
    sql!("SELECT pg_sleep(5)").timeout(Duration::from_millis(50)).execute(&db).await.unwrap_err();
    let (spans, events) = (seen.spans(), seen.events());
    assert_eq!((spans.len(), spans[0].field("db.response.status_code")), (1, Some("57014")));
    assert_eq!((spans[0].field("otel.status_code"), events[0].field("failed")), (Some("ERROR"), Some("true")));
}
