//! A real PgBouncer between us and the server. Where none is installed, its tests say so and end.

use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use orm_core::value::Bind;
use orm_pg::{Database, DatabaseBuilder, ErrorKind, Executor, adopt, executor::AnyExecutor};
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
             pool_mode = {pool_mode}\ndefault_pool_size = 1\n",
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
        assert!(error.to_string().contains("pooler in transaction mode"), "{error}");
    }
}
