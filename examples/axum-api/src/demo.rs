//! A demonstration: the program sends requests to its own service and prints the answers.
#![expect(clippy::print_stdout, reason = "a program that shows what it does")]

use orm_pg::{Database, sql};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{MIGRATIONS, client::request, config::Failure, server};

const STORY: [(&str, &str, Option<&str>); 11] = [
    ("GET", "/health", None),
    ("POST", "/articles", Some(r#"{"slug":"hello","title":"Hello"}"#)),
    ("POST", "/articles", Some(r#"{"slug":"hello","title":"Hello again"}"#)),
    ("POST", "/articles", Some(r#"{"slug":"empty","title":""}"#)),
    ("POST", "/articles", Some(r#"{"slug":"odd"}"#)),
    ("POST", "/articles/1/publish", None),
    ("PATCH", "/articles/1", Some(r#"{"text":"Good morning."}"#)),
    ("POST", "/articles/1/publish", None),
    ("GET", "/articles?limit=1", None),
    ("DELETE", "/articles/1", None),
    ("GET", "/articles/1", None),
];

/// Starts on a free port, makes some requests, prints them with their answers, and closes.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn run(db: Database) -> Result<(), Failure> {
    MIGRATIONS.run(&db).await?;
    // What an earlier run has left; its numbers start again, since the requests name them.
    sql!("TRUNCATE api_articles RESTART IDENTITY").execute(&db).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (end, ended) = oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve(listener, db.clone(), async { drop(ended.await) }));
    for (method, path, body) in STORY {
        let (status, answer) = request(address, method, path, body).await?;
        println!("{method} {path} {}\n  {status} {answer}", body.unwrap_or_default());
    }
    MIGRATIONS.down(&db, 1).await?;
    drop(end);
    serving.await??;
    println!("closed; {} connections left", db.status().connections);
    Ok(())
}
