//! The API as a client sees it: over HTTP, with a separate database for each test.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::{
    net::SocketAddr,
    process::{Command, Stdio},
    time::Duration,
};

use axum_api::{
    MIGRATIONS,
    article::{Article, NewArticle},
    client::request,
    server::serve,
};
use orm_pg::prelude::*;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

/// A running service, and the handle that stops it.
struct Service {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Service {
    async fn start(db: &Database) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, db.clone(), async { drop(ended.await) }));
        Self { address, end, serving }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let body = body.map(|it| it.to_string());
        request(self.address, method, path, body.as_deref()).await.unwrap()
    }
}

async fn eventually(what: impl AsyncFn() -> bool) {
    for _ in 0..500 {
        if what().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came true");
}

#[orm_pg::test]
async fn the_migrations_create_what_the_models_declare(db: Database) -> Result<()> {
    MIGRATIONS.gate(models![Article]).run(&db).await?.into_result()
}

#[orm_pg::test(migrations = "migrations")]
async fn an_article_is_made_read_changed_and_deleted(db: Database) -> Result<()> {
    let service = Service::start(&db).await;
    let (status, made) = service.ask("POST", "/articles", Some(json!({"slug": "a", "title": "A", "text": "x"}))).await;
    assert_eq!((status, &made["title"], &made["published"]), (201, &json!("A"), &json!(false)));
    let path = format!("/articles/{}", made["id"]);
    assert_eq!(service.ask("GET", &path, None).await, (200, made.clone()));
    let (status, changed) = service.ask("PATCH", &path, Some(json!({"title": "B"}))).await;
    assert_eq!((status, &changed["title"], &changed["text"]), (200, &json!("B"), &json!("x")));
    let (_, changed) = service.ask("PATCH", &path, Some(json!({"text": null}))).await;
    assert_eq!((&changed["title"], &changed["text"]), (&json!("B"), &Value::Null));
    assert_eq!(service.ask("PATCH", &path, Some(json!({}))).await, (200, changed));
    assert_eq!(service.ask("DELETE", &path, None).await, (204, Value::Null));
    assert_eq!(service.ask("GET", &path, None).await.0, 404);
    assert_eq!(service.ask("GET", "/health", None).await.0, 204);
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn faults_have_the_statuses_that_clients_expect(db: Database) -> Result<()> {
    let service = Service::start(&db).await;
    let post = async |body: Value| service.ask("POST", "/articles", Some(body)).await;
    assert_eq!(post(json!({"slug": "a", "title": "A"})).await.0, 201);
    let (status, fault) = post(json!({"slug": "a", "title": "B"})).await;
    assert_eq!((status, fault), (409, json!({"error": "there is one already (api_articles_slug_key)"})));
    let (status, fault) = post(json!({"slug": "b", "title": ""})).await;
    assert_eq!((status, fault), (422, json!({"error": "the input violates api_articles_title_check"})));
    assert_eq!(post(json!({"slug": "b\0", "title": "B"})).await.0, 422);
    let (status, fault) = post(json!({"slug": "b"})).await;
    assert_eq!(status, 422);
    assert!(fault["error"].as_str().unwrap().contains("title"), "{fault}");
    assert_eq!(request(service.address, "POST", "/articles", Some("{")).await.unwrap().0, 400);
    assert_eq!(service.ask("GET", "/articles?limit=many", None).await.0, 400);
    assert_eq!(Article::query().count(&db).await?, 1);
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn a_list_comes_in_pages(db: Database) -> Result<()> {
    let rows = (0..5).map(|it| NewArticle::new(format!("s{it}"), "T"));
    Article::insert_many(rows).execute(&db).await?;
    let service = Service::start(&db).await;
    let (mut after, mut seen) = (json!(0), vec![]);
    loop {
        let (_, page) = service.ask("GET", &format!("/articles?limit=2&after={after}"), None).await;
        seen.extend(page["articles"].as_array().unwrap().iter().map(|it| it["slug"].clone()));
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(seen, ["s0", "s1", "s2", "s3", "s4"]);
    // A full page can be the last one.
    let (_, page) = service.ask("GET", "/articles?limit=5", None).await;
    assert_eq!((page["articles"].as_array().unwrap().len(), &page["next"]), (5, &Value::Null));
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn publishing_is_one_transaction(db: Database) -> Result<()> {
    let article = Article::insert(NewArticle::new("a", "A")).one(&db).await?;
    let service = Service::start(&db).await;
    let path = format!("/articles/{}/publish", article.id);
    assert_eq!(service.ask("POST", &path, None).await.0, 409);
    assert_eq!(service.ask("POST", "/articles/-1/publish", None).await.0, 404);
    // The early returns have released their locks.
    article.update(|a| a.text.set("x")).execute(&db).await?;
    let (status, published) = service.ask("POST", &path, None).await;
    assert_eq!((status, &published["published"]), (200, &json!(true)));
    Ok(())
}

#[tokio::test]
async fn a_database_that_has_no_connection_to_give_is_503() {
    let url = orm_pg::testing::database_url().await.unwrap();
    let limit = Duration::from_millis(50);
    let db = Database::builder().url(&url).max_connections(1).acquire_timeout(limit).connect().await.unwrap();
    let service = Service::start(&db).await;
    let held = db.connection().await.unwrap();
    assert_eq!(service.ask("GET", "/health", None).await.0, 503);
    drop(held);
    assert_eq!(service.ask("GET", "/health", None).await.0, 204);
}

#[orm_pg::test(migrations = "migrations")]
async fn what_is_under_way_is_answered_before_the_end(db: Database) -> Result<()> {
    let article = Article::insert(NewArticle::new("a", "A")).one(&db).await?;
    let tx = db.begin().await?;
    Article::get(article.id).for_update().one(&tx).await?;
    let Service { address, end, serving } = Service::start(&db).await;
    let path = format!("/articles/{}", article.id);
    let waiting = tokio::spawn(async move { request(address, "PATCH", &path, Some(r#"{"title":"B"}"#)).await });
    let blocked =
        sql!("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()");
    eventually(async || blocked.clone().one::<i64>(&db).await.unwrap() == 1).await;
    end.send(()).unwrap();
    // New connections are refused, and the request in progress is not cut off.
    eventually(async || TcpStream::connect(address).await.is_err()).await;
    tx.commit().await?;
    let (status, changed) = waiting.await.unwrap().unwrap();
    assert_eq!((status, &changed["title"]), (200, &json!("B")));
    serving.await.unwrap().unwrap();
    assert_eq!(Article::query().count(&db).await.unwrap_err().kind(), ErrorKind::Closed);
    Ok(())
}

#[test]
fn the_program_shows_itself_and_ends() {
    let output = Command::new(env!("CARGO_BIN_EXE_axum-api")).env_remove("DATABASE_URL").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let statuses: Vec<_> = told.lines().filter_map(|it| it.strip_prefix("  ")?.split(' ').next()).collect();
    assert_eq!(statuses, ["204", "201", "409", "422", "422", "409", "200", "200", "200", "204", "404"]);
    assert!(told.ends_with("closed; 0 connections left\n"), "{told}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_served_program_ends_when_it_is_asked_to() {
    use std::io::{BufRead, BufReader};

    let url = orm_pg::testing::database_url().await.unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_axum-api"))
        .arg("serve")
        .env("DATABASE_URL", url)
        .env("LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(program.stdout.take().unwrap()).lines();
    let first = told.next().unwrap().unwrap();
    let address = first.strip_prefix("listening on http://").unwrap().parse().unwrap();
    assert_eq!(request(address, "GET", "/articles", None).await.unwrap().0, 200);
    let asked = Command::new("kill").args(["-TERM", &program.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert_eq!(told.next().unwrap().unwrap(), "closed");
    assert!(program.wait().unwrap().success());
}
