//! A real PgBouncer between us and the server. If none is installed, its tests print that and end.

use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use orm_core::value::Bind;
use orm_pg::{
    Database, DatabaseBuilder, Error, ErrorKind, Executor, Transaction, TransactionOptions, adopt,
    executor::AnyExecutor,
};
use tokio_postgres::{Config, config::Host};

use crate::server::{Collect, all, eventually, insert, one, raw, read, server, sessions, table, unique, url};

struct Bouncer {
    process: Child,
    dir: PathBuf,
    port: u16,
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        drop(fs::remove_dir_all(&self.dir));
    }
}

impl Bouncer {
    /// Starts one. Its connections to the server are in the encoding `LATIN1` unless a client asks for another.
    async fn start(pool_mode: &str) -> Option<Self> {
        Self::start_with(pool_mode, 1).await
    }

    /// With so many connections to the server.
    async fn start_with(pool_mode: &str, size: u32) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
        let Some(program) = program.into_iter().find(|it| fs::exists(it).unwrap()) else {
            let said = "PgBouncer is not installed, so nothing is tested: apt-get install pgbouncer";
            std::io::Write::write_all(&mut std::io::stderr(), format!("{said}\n").as_bytes()).unwrap();
            return None;
        };
        let server: Config = url().parse().unwrap();
        let port = server.get_ports().first().copied().unwrap_or(5432);
        // It does not run as root, and must reach the server's socket.
        let mut owner = Some(65534);
        let host = match server.get_hosts().first() {
            Some(Host::Unix(path)) => {
                owner = fs::metadata(path.join(format!(".s.PGSQL.{port}"))).map(|it| it.uid()).ok();
                path.display().to_string()
            }
            Some(Host::Tcp(host)) => host.clone(),
            None => panic!("the URL of the tests names no host"),
        };
        let user = server.get_user().unwrap();
        let password = server.get_password().map(|it| format!(" password='{}'", String::from_utf8_lossy(it)));
        let dir = std::env::temp_dir().join(unique("orm_pg_bouncer"));
        fs::create_dir(&dir).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let own_port = listener.local_addr().unwrap().port();
        drop(listener);
        let file = dir.join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={host} port={port} user={user}{} client_encoding=LATIN1\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {own_port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {pool_mode}\ndefault_pool_size = {size}\n",
            password.unwrap_or_default(),
        );
        fs::write(&file, text).unwrap();
        let mut command = Command::new(program);
        command.arg("-q").arg(&file).stdin(Stdio::null()).stderr(Stdio::null());
        if fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
            && let Some(owner) = owner
        {
            command.uid(owner);
        }
        let process = command.spawn().unwrap();
        eventually(|| async { tokio::net::TcpStream::connect(("127.0.0.1", own_port)).await.is_ok() }).await;
        Some(Self { process, dir, port: own_port })
    }

    /// A handle that goes through it.
    fn builder(&self, name: &str) -> DatabaseBuilder {
        let server: Config = url().parse().unwrap();
        let mut builder = Database::builder().host("127.0.0.1").port(self.port).application_name(name);
        builder = builder.user(server.get_user().unwrap());
        match server.get_dbname() {
            Some(database) => builder.database(database),
            None => builder,
        }
    }
}

#[tokio::test]
async fn a_reset_keeps_what_the_connection_was_opened_with() {
    let Some(bouncer) = Bouncer::start("session").await else { return };
    let name = unique("bounc'ed");
    let db = bouncer.builder(&name).max_connections(1).connect().await.unwrap();
    for _ in 0..2 {
        let sent = read("SELECT length($1), current_setting('application_name')", vec![Bind::new(String::from("ä"))]);
        assert_eq!(all::<(i32, String)>(&db, sent).await.unwrap(), [(1, name.clone())]);
        assert_eq!(one::<String>(&db, "SELECT current_setting('work_mem')").await, "4MB");
        db.connection().await.unwrap().execute(&raw("SET work_mem = '1MB'")).await.unwrap();
    }
}

#[tokio::test]
async fn a_dropped_statement_is_cancelled_in_session_mode() {
    let Some(bouncer) = Bouncer::start("session").await else { return };
    let (name, watcher) = (unique("bounced"), server().await);
    let db = bouncer.builder(&name).max_connections(1).connect().await.unwrap();
    let table = table(&db).await;
    let mut rows = Collect::<String>::new();
    let sleep = read("SELECT pg_sleep(600)::text", vec![]);
    let running = tokio::time::timeout(Duration::from_millis(50), db.fetch(&sleep, &mut rows));
    assert!(running.await.is_err());
    assert_eq!(insert(&db, &table, 1).await.unwrap(), 1);
    eventually(|| async { sessions(&watcher, &name, "active").await == 0 }).await;
}

#[tokio::test]
async fn transaction_mode_is_refused_where_statements_meet_those_of_another_program() {
    let Some(bouncer) = Bouncer::start("transaction").await else { return };
    let db = bouncer.builder(&unique("bounced")).max_connections(1).connect().await.unwrap();
    let connection = db.connection().await.unwrap();
    // The driver counts the names from `s0` on, in each program.
    let of_another =
        "DO 'BEGIN FOR n IN 0..20000 LOOP EXECUTE format(''PREPARE s%s AS SELECT 666'', n); END LOOP; END'";
    connection.client().batch_execute(of_another).await.unwrap();
    let adopted = adopt(connection.client());
    let executors = [AnyExecutor::new(&connection), AnyExecutor::new(&adopted)];
    for executor in executors {
        let error = all::<i32>(&executor, read("SELECT 1", vec![])).await.unwrap_err();
        assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Config, Some("42P05")), "{error}");
        assert!(error.is_refused_for_good());
        names_the_pooler(&error, "pooler in transaction or statement mode");
    }
}

#[track_caller]
fn names_the_pooler(error: &Error, mode: &str) {
    assert!(error.is_refused_for_good() && !error.is_retryable(), "{error:?}");
    assert!(error.to_string().contains(mode), "{error}");
}

#[tokio::test]
async fn start_up_parameters_that_it_refuses_are_refused_for_good() {
    for mode in ["session", "transaction", "statement"] {
        let Some(bouncer) = Bouncer::start(mode).await else { return };
        let builder = || bouncer.builder(&unique("bounced")).acquire_timeout(Duration::from_secs(600));
        let with: [fn(DatabaseBuilder) -> DatabaseBuilder; 2] =
            [|it| it.options("-c lock_timeout=1s"), |it| it.statement_timeout(Duration::from_secs(9))];
        for with in with {
            let eager = with(builder()).connect().await.unwrap_err();
            let lazy = with(builder()).connect_lazy().unwrap();
            let lazy = lazy.execute(&raw("SELECT 1")).await.unwrap_err();
            for error in [eager, lazy] {
                assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Connect, Some("08P01")), "{error}");
                names_the_pooler(&error, "a pooler that does not accept the start-up parameter `options`");
            }
        }
    }
}

#[tokio::test]
async fn in_a_transaction_a_statement_that_another_connection_of_the_server_has_is_refused_for_good() {
    let Some(bouncer) = Bouncer::start_with("transaction", 2).await else { return };
    let db = bouncer.builder(&unique("bounced")).max_connections(1).connect().await.unwrap();
    let other = bouncer.builder(&unique("other")).max_connections(1).connect().await.unwrap();
    let transaction = async |tx: &mut Transaction<'_>| all::<i32>(tx, read("SELECT 1 + 1", vec![])).await;
    assert_eq!(db.transaction(transaction).await.unwrap(), [2]);
    // It takes the connection of the server that was used last, and keeps it.
    let held = other.begin().await.unwrap();
    let error = db.transaction_with(TransactionOptions::new().retry(3), transaction).await.unwrap_err();
    assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Config, Some("26000")), "{error}");
    names_the_pooler(&error, "pooler in transaction or statement mode");
    held.rollback().await.unwrap();
}

#[tokio::test]
async fn in_statement_mode_transactions_are_refused_for_good() {
    let Some(bouncer) = Bouncer::start("statement").await else { return };
    let db = bouncer.builder(&unique("bounced")).max_connections(1).connect().await.unwrap();
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
    let batch = [read("SELECT 1", vec![]), read("SELECT 2", vec![])];
    let errors = [
        db.begin().await.map(drop).unwrap_err(),
        db.transaction_with(TransactionOptions::new().retry(3), async |_| Ok::<_, Error>(())).await.unwrap_err(),
        db.batch(&batch, &mut Collect::<i32>::new()).await.unwrap_err(),
        db.connection().await.unwrap().begin().await.map(drop).unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Config, Some("08P01")), "{error}");
        names_the_pooler(&error, "a pooler in statement mode, which does not allow transactions");
    }
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
}

#[tokio::test]
async fn in_statement_mode_a_statement_that_another_connection_of_the_server_has_is_refused_for_good() {
    let Some(bouncer) = Bouncer::start_with("statement", 2).await else { return };
    let db = bouncer.builder(&unique("bounced")).max_connections(1).connect().await.unwrap();
    let other = bouncer.builder(&unique("other")).max_connections(1).connect().await.unwrap();
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
    // Prepared on the one connection of the server, they meet the other one while this one runs.
    let name = unique("sleeper");
    let sleep = read(&format!("SELECT pg_sleep(1)::text || '{name}'"), vec![]);
    let mut rows = Collect::<String>::new();
    let (slept, answered) = tokio::join!(other.fetch(&sleep, &mut rows), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        all::<i32>(&db, read("SELECT 1", vec![])).await
    });
    for outcome in [slept, answered.map(drop)] {
        if let Err(error) = outcome {
            names_the_pooler(&error, "pooler in transaction or statement mode");
        }
    }
}
