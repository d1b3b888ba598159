//! The support for tests, against real servers: the one that these tests share, and ones of their own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use orm_core::{
    ddl,
    error::{Error, ErrorKind, Result},
    schema::{ColumnDef, ForeignKey, Index, OnDelete, Table, Unique},
    value::PgType,
};
use orm_pg::{
    __private::testing::{Handle, TestCase, run},
    testing,
};
use tokio_postgres::{Client, NoTls};

/// The driver's client in the place of a database handle.
#[derive(Clone)]
struct Db(Arc<Client>);

impl Handle for Db {
    async fn open(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls)
            .await
            .map_err(|error| Error::new(ErrorKind::Connect, "connect").with_source(error))?;
        tokio::spawn(connection);
        Ok(Self(Arc::new(client)))
    }
}

impl Db {
    async fn text(&self, sql: &str) -> String {
        self.0.query_one(sql, &[]).await.unwrap().get(0)
    }

    async fn run(&self, sql: &str) {
        self.0.batch_execute(sql).await.unwrap();
    }

    async fn name(&self) -> String {
        self.text("SELECT current_database()::text").await
    }
}

const INT8: PgType = PgType::builtin("int8", 20, 1016);
const TEXT: PgType = PgType::builtin("text", 25, 1009);
const MOOD: PgType = PgType::enumeration(Some("shop"), "mood", &["good", "so-so", "it's"]);

const fn id() -> ColumnDef {
    let mut column = ColumnDef::new("id", "id", INT8, false);
    column.identity = true;
    column
}

static PEOPLE: Table = {
    static COLUMNS: [ColumnDef; 5] = {
        let mut shout = ColumnDef::new("shout", "shout", TEXT, true);
        shout.generated = Some("upper(name)");
        [
            id(),
            ColumnDef::new("name", "name", TEXT, false),
            shout,
            ColumnDef::new("moods", "moods", MOOD.array(), true),
            ColumnDef::new("best_order", "best_order", INT8, true),
        ]
    };
    static KEYS: [ForeignKey; 1] =
        [ForeignKey::new("people_best_order_fkey", &["best_order"], || &ORDERS, OnDelete::SetNull, "best_order")];
    static INDEXES: [Index; 1] = {
        let mut moods = Index::new("people_moods_idx", &["moods"]);
        moods.method = Some("gin");
        moods.condition = Some("moods IS NOT NULL");
        [moods]
    };
    let mut table = Table::new("Person", "people");
    table.columns = &COLUMNS;
    table.key = &["id"];
    table.foreign_keys = &KEYS;
    table.uniques = const { &[Unique::new("people_name_key", &["name"])] };
    table.indexes = &INDEXES;
    table
};

static ORDERS: Table = {
    static COLUMNS: [ColumnDef; 3] = [
        id(),
        ColumnDef::new("person_id", "person_id", INT8, false),
        ColumnDef::new("parent_id", "parent_id", INT8, true),
    ];
    static KEYS: [ForeignKey; 2] = [
        ForeignKey::new("orders_person_id_fkey", &["person_id"], || &PEOPLE, OnDelete::Cascade, "person_id"),
        ForeignKey::new("orders_parent_id_fkey", &["parent_id"], || &ORDERS, OnDelete::NoAction, "parent_id"),
    ];
    let mut table = Table::new("Order", "orders");
    table.schema = Some("shop");
    table.columns = &COLUMNS;
    table.key = &["id"];
    table.foreign_keys = &KEYS;
    table
};

async fn two_people(db: Db) -> Result<(), tokio_postgres::Error> {
    // A pause, so that whoever does not wait for the one that fills the template is found out.
    sleep(Duration::from_millis(200));
    db.0.batch_execute("INSERT INTO people (name, moods) VALUES ('ann', '{good}'), ('bob', NULL)").await
}

#[test]
fn the_tables_of_models_can_be_made_and_dropped() {
    run(TestCase::new("ddl"), async |db: Db| {
        let tables = [&ORDERS, &PEOPLE];
        for statement in ddl::create_tables(&tables).unwrap() {
            db.run(&statement).await;
        }
        db.run("INSERT INTO people (name, moods) VALUES ('ann', ARRAY['good', 'it''s']::shop.mood[])").await;
        db.run("INSERT INTO shop.orders (person_id, parent_id) VALUES (1, 1)").await;
        assert_eq!(db.text("SELECT shout FROM people").await, "ANN");
        let names = "SELECT string_agg(conname, ' ' ORDER BY conname COLLATE \"C\") FROM pg_constraint \
                     WHERE conrelid IN ('people'::regclass, 'shop.orders'::regclass)";
        assert_eq!(
            db.text(names).await,
            "orders_parent_id_fkey orders_person_id_fkey orders_pkey people_best_order_fkey people_name_key people_pkey"
        );
        for statement in ddl::drop_tables(&tables).unwrap() {
            db.run(&statement).await;
        }
        let left = "SELECT count(*)::text FROM pg_class WHERE relname IN ('people', 'orders')";
        assert_eq!(db.text(left).await, "0");
        for statement in ddl::drop_tables(&tables).unwrap() {
            db.run(&statement).await;
        }
    });
}

#[test]
fn a_database_handle_makes_and_drops_tables() {
    let case = TestCase::new("handle").models([&ORDERS, &PEOPLE]);
    run(case, async |db: orm_pg::Database| {
        assert_eq!(db.status().max_connections, 4);
        let tables: [&'static Table; 2] = [&ORDERS, &PEOPLE];
        let error = db.create_tables(&tables).await.unwrap_err();
        assert_eq!(error.sql_state(), Some("42710"), "the enum type exists: {error}");
        db.drop_tables(&tables).await?;
        db.create_tables(&tables).await?;
        let own = testing::database().await?;
        own.create_tables(&tables).await
    })
    .unwrap();
}

/// What `#[orm_pg::test(models(..), setup = ann, flavor = "current_thread")]` expands to.
#[::core::prelude::v1::test]
fn an_expanded_test_runs() -> Result<()> {
    async fn ann(db: orm_pg::Database) -> Result<()> {
        let tx = db.begin().await?;
        tx.commit().await
    }
    async fn an_expanded_test_runs(db: orm_pg::Database) -> Result<()> {
        db.drop_tables(&[&PEOPLE, &ORDERS]).await
    }
    ::orm_pg::__private::testing::run(
        ::orm_pg::__private::testing::TestCase::new(::core::concat!(::core::module_path!(), "::an_expanded_test_runs"))
            .models([&PEOPLE, &ORDERS])
            .setup(ann)
            .current_thread(),
        an_expanded_test_runs,
    )
}

fn sees_two_people(name: &'static str) {
    let case = TestCase::new(name).models([&PEOPLE, &ORDERS]).setup(two_people);
    run(case, async |db: Db| {
        assert_eq!(db.text("SELECT string_agg(name, ' ' ORDER BY name) FROM people").await, "ann bob");
        db.run("DELETE FROM people").await;
    });
}

#[test]
fn each_test_has_a_copy_of_its_own() {
    let threads: Vec<_> = (0..6).map(|_| std::thread::spawn(|| sees_two_people("copy"))).collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
}

#[test]
fn the_runtime_has_the_flavor_asked_for() {
    let flavor = async |_: Db| tokio::runtime::Handle::current().runtime_flavor();
    run(TestCase::new("flavor"), async |db| {
        assert_eq!(flavor(db).await, tokio::runtime::RuntimeFlavor::MultiThread);
    });
    run(TestCase::new("flavor").current_thread(), async |db| {
        assert_eq!(flavor(db).await, tokio::runtime::RuntimeFlavor::CurrentThread);
    });
}

fn exists(database: &str) -> bool {
    let sql = format!("SELECT exists(SELECT FROM pg_database WHERE datname = '{database}')::text");
    run(TestCase::new("looks"), async |db: Db| Ok::<_, Error>(db.text(&sql).await == "true")).unwrap()
}

/// Runs `test` and returns the name of its database.
fn name_of<T: orm_pg::__private::testing::Outcome>(case: TestCase<Db>, end: impl FnOnce() -> T) -> (String, Option<T>) {
    let mut name = String::new();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run(case, async |db: Db| {
            name = db.name().await;
            end()
        })
    }));
    (name, caught.ok())
}

#[test]
fn a_database_is_dropped_after_success_and_stays_after_failure() {
    let (name, _) = name_of(TestCase::new("fine"), || ());
    assert!(name.starts_with(testing::PREFIX) && !exists(&name));

    let (name, output) = name_of(TestCase::new("err"), || Err::<(), _>("broken"));
    assert_eq!(output, Some(Err("broken")), "the test's own error goes to the harness");
    assert!(exists(&name), "{name}");

    let (name, output) = name_of::<()>(TestCase::new("panics"), || panic!("on purpose"));
    assert!(output.is_none() && exists(&name), "{name}");

    let (name, _) = name_of::<()>(TestCase::new("panics").should_panic(), || panic!("on purpose"));
    assert!(!exists(&name), "{name}");
}

#[test]
fn a_failing_set_up_fails_the_test_and_is_tried_again() {
    async fn broken(_: Db) -> Result<(), &'static str> {
        Err("no fixtures")
    }
    for _ in 0..2 {
        let caught = std::panic::catch_unwind(|| run(TestCase::new("broken").setup(broken), async |_: Db| ()));
        let message = *caught.unwrap_err().downcast::<String>().unwrap();
        assert!(message.contains("::broken failed: \"no fixtures\""), "{message}");
    }
}

/// This test program, run again as another test process; it does what `task` says.
fn process(task: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["helper", "--exact", "--nocapture"]).env("ORM_PG_HELPER", task);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// What a process printed after `answer: `, when it is done.
fn answer(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    answer_in(&String::from_utf8(output.stdout).unwrap())
}

fn answer_in(output: &str) -> String {
    let (_, answer) = output.split_once("answer: ").unwrap_or_else(|| panic!("no answer in: {output}"));
    answer.lines().next().unwrap().to_owned()
}

/// What the other processes of these tests do, as their task says; on its own it uses the server like any test.
#[test]
fn helper() {
    let task = std::env::var("ORM_PG_HELPER").unwrap_or_else(|_| "test".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match task.as_str() {
        "url" | "hold" => match runtime.block_on(testing::database_url()) {
            Ok(url) => println!("answer: {url}"),
            Err(error) => println!("answer: {}", error.to_string().replace('\n', " ")),
        },
        "server" => println!("answer: {}", runtime.block_on(testing::server()).unwrap().url()),
        "test" => {
            sees_two_people("helper");
            println!("answer: fine");
        }
        task => panic!("{task}"),
    }
    if task == "hold" {
        sleep(Duration::from_secs(120));
    }
}

/// A directory for a server that no other test shares. Its server ends by itself.
struct Own(PathBuf);

impl Own {
    fn new(name: &str) -> Self {
        Self(PathBuf::from(format!("/tmp/orm-pg-own-{}-{name}", std::process::id())))
    }

    fn process(&self, task: &str) -> Command {
        let mut command = process(task);
        command.env("ORM_PG_TEST_DIR", &self.0).env("ORM_PG_TEST_IDLE_SECONDS", "2");
        command.env_remove("ORM_PG_TEST_URL").env_remove("DATABASE_URL");
        command
    }

    fn server_pid(&self) -> Option<u32> {
        fs::read_to_string(self.0.join("data/postmaster.pid")).ok()?.lines().next()?.parse().ok()
    }

    /// Waits until nothing is left of the server, which was idle from now on.
    #[track_caller]
    fn ends(&self, pids: &[u32]) {
        let deadline = Instant::now() + Duration::from_secs(8);
        while self.0.exists() || pids.iter().any(|pid| is_running(*pid)) {
            let processes = pids.iter().filter(|pid| is_running(**pid)).collect::<Vec<_>>();
            assert!(Instant::now() < deadline, "{} or {processes:?} is still there", self.0.display());
            sleep(Duration::from_millis(50));
        }
    }
}

fn ps(pid: u32, field: &str) -> String {
    let output = Command::new("ps").args(["-o", &format!("{field}="), "-p", &pid.to_string()]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn is_running(pid: u32) -> bool {
    let state = ps(pid, "stat");
    !state.is_empty() && !state.starts_with('Z')
}

/// Waits for the first answer of a process that goes on.
fn first_answer(child: &mut Child) -> String {
    use std::io::{BufRead, BufReader};
    let mut output = BufReader::new(child.stdout.as_mut().unwrap());
    let mut line = String::new();
    while !line.contains("answer: ") {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "the process ended without an answer");
    }
    answer_in(&line)
}

#[test]
fn a_killed_test_process_leaves_nothing() {
    let own = Own::new("kill");
    let mut child = own.process("hold").process_group(0).spawn().unwrap();
    first_answer(&mut child);
    let server = own.server_pid().unwrap();
    let watchdog = ps(server, "ppid").parse().unwrap();
    sleep(Duration::from_secs(4));
    assert!(is_running(server), "the server ended while a test process used it");

    // As a runner does it that wants to be sure: the whole process group.
    assert!(Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).status().unwrap().success());
    let killed = Instant::now();
    answer_pipe_closes(child);
    assert!(killed.elapsed() < Duration::from_secs(1), "the server keeps the pipe of the test process open");
    own.ends(&[server, watchdog]);
}

fn answer_pipe_closes(child: Child) {
    drop(child.wait_with_output().unwrap());
}

#[test]
fn the_watchdog_does_without_the_flock_program() {
    let own = Own::new("perl");
    let bin = std::env::temp_dir().join(format!("orm-pg-bin-{}", std::process::id()));
    fs::create_dir_all(&bin).unwrap();
    for program in ["perl", "sleep", "mv", "rm", "id"] {
        let path = std::env::var_os("PATH").unwrap();
        let found = std::env::split_paths(&path).map(|it| it.join(program)).find(|it| it.exists());
        let found = found.unwrap_or_else(|| panic!("{program} is not installed"));
        std::os::unix::fs::symlink(found, bin.join(program)).unwrap();
    }
    let mut child = own.process("hold").env("PATH", &bin).spawn().unwrap();
    first_answer(&mut child);
    let server = own.server_pid().unwrap();
    sleep(Duration::from_secs(4));
    assert!(is_running(server), "the server ended while a test process used it");
    child.kill().unwrap();
    answer_pipe_closes(child);
    own.ends(&[server]);
    fs::remove_dir_all(bin).unwrap();
}

#[test]
fn processes_that_start_at_once_share_one_server() {
    let own = Own::new("race");
    let children: Vec<_> = (0..8).map(|_| own.process("hold").spawn().unwrap()).collect();
    let mut pids = Vec::new();
    for mut child in children {
        let url = first_answer(&mut child);
        assert!(url.starts_with("postgres://postgres@%2Ftmp%2F"), "{url}");
        pids.push(own.server_pid().unwrap());
        child.kill().unwrap();
        answer_pipe_closes(child);
    }
    pids.dedup();
    assert_eq!(pids.len(), 1, "{pids:?}");
    own.ends(&pids);
}

#[test]
fn processes_that_come_while_the_server_ends_get_another() {
    let own = Own::new("ends");
    let process = || own.process("url").env("ORM_PG_TEST_IDLE_SECONDS", "0").spawn().unwrap();
    let mut servers = Vec::new();
    for round in 0..8 {
        let children: Vec<_> = (0..3).map(|_| process()).collect();
        for child in children {
            let url = answer(child);
            assert!(url.starts_with("postgres://"), "{url}");
        }
        servers.extend(own.server_pid());
        // The watchdog looks once a second: at other moments of its second in each round.
        sleep(Duration::from_millis(600 + round * 60));
    }
    servers.dedup();
    assert!(servers.len() > 1, "no server ended, so nothing was tried");
    own.ends(&servers);
}

#[test]
fn a_starter_that_is_killed_leaves_a_usable_server() {
    let own = Own::new("starter");
    let mut child = own.process("hold").spawn().unwrap();
    while !own.0.join("data").exists() {
        sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    assert!(own.server_pid().is_none(), "the server was started too soon for this test");
    answer_pipe_closes(child);
    let url = answer(own.process("url").spawn().unwrap());
    assert!(url.starts_with("postgres://"), "{url}");
    own.ends(&[own.server_pid().unwrap()]);
}

#[test]
fn remains_of_another_server_do_not_matter() {
    let own = Own::new("remains");
    fs::create_dir_all(own.0.join("data/base")).unwrap();
    fs::write(own.0.join("data/postmaster.pid"), format!("{}\n/\n1\n5432\n/\n\n1\nready\n", std::process::id()))
        .unwrap();
    fs::write(own.0.join(".s.PGSQL.5432"), "").unwrap();
    fs::write(own.0.join("orm-pg-test.lock"), "").unwrap();
    fs::set_permissions(&own.0, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let url = answer(own.process("url").spawn().unwrap());
    assert!(url.starts_with("postgres://"), "{url}");
    own.ends(&[own.server_pid().unwrap()]);
}

#[test]
fn a_directory_that_holds_something_else_is_left_alone() {
    let own = Own::new("home");
    fs::create_dir(&own.0).unwrap();
    fs::set_permissions(&own.0, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    fs::write(own.0.join("thesis.tex"), "").unwrap();
    let error = answer(own.process("url").spawn().unwrap());
    assert!(error.contains("holds something else than a server for tests"), "{error}");
    assert_eq!(fs::read_dir(&own.0).unwrap().count(), 1);
    fs::remove_dir_all(&own.0).unwrap();
}

#[test]
fn a_server_without_its_watchdog_is_replaced() {
    let own = Own::new("orphan");
    let mut child = own.process("hold").spawn().unwrap();
    first_answer(&mut child);
    let orphan = own.server_pid().unwrap();
    assert!(Command::new("kill").args(["-9", &ps(orphan, "ppid")]).status().unwrap().success());
    // A command that it was waiting for holds its lock for up to a second.
    sleep(Duration::from_millis(1200));
    let url = answer(own.process("url").spawn().unwrap());
    assert!(url.starts_with("postgres://"), "{url}");
    let server = own.server_pid().unwrap();
    assert!(server != orphan && is_running(server) && !is_running(orphan));
    child.kill().unwrap();
    answer_pipe_closes(child);
    own.ends(&[server]);
}

#[test]
fn the_database_of_a_killed_process_is_dropped_by_the_next() {
    let mut child = process("hold").spawn().unwrap();
    let url = first_answer(&mut child);
    let name = Path::new(&url).file_name().unwrap().to_str().unwrap().to_owned();
    answer(process("url").spawn().unwrap());
    assert!(exists(&name), "dropped while it is in use");
    child.kill().unwrap();
    answer_pipe_closes(child);
    answer(process("url").spawn().unwrap());
    // On a server of the user's it stays for a day: there nobody knows whose it is.
    let throw_away = ["ORM_PG_TEST_URL", "DATABASE_URL"].iter().all(|it| std::env::var_os(it).is_none());
    assert_eq!(exists(&name), !throw_away);
}

#[test]
fn a_variable_that_names_no_usable_server_is_an_error() {
    for variable in ["ORM_PG_TEST_URL", "DATABASE_URL"] {
        for url in ["postgres://u:secret@127.0.0.1:1/app", "nonsense"] {
            let own = Own::new("never");
            let error = answer(own.process("url").env(variable, url).spawn().unwrap());
            assert!(error.starts_with(&format!("{variable} is set, but cannot be used: ")), "{error}");
            assert!(!error.contains("secret") && !own.0.exists(), "{error}");
        }
    }
}

#[test]
fn on_a_server_of_the_users_only_old_databases_of_tests_go() {
    let old = format!("{}5f000000_00000000_old", testing::PREFIX);
    run(TestCase::new("user"), async |db: Db| {
        for name in [&old, "somebody_elses"] {
            db.run(&format!("DROP DATABASE IF EXISTS {name}")).await;
            db.run(&format!("CREATE DATABASE {name}")).await;
        }
        let server = testing::server().await?;
        let url = answer(process("url").env("ORM_PG_TEST_URL", server.url()).spawn().unwrap());
        assert!(url.contains(testing::PREFIX), "{url}");
        let name = Path::new(&url).file_name().unwrap().to_str().unwrap();
        let sql = format!(
            "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database \
             WHERE datname IN ('{old}', 'somebody_elses', '{name}')"
        );
        assert_eq!(db.text(&sql).await, format!("{name} somebody_elses"));
        db.run("DROP DATABASE somebody_elses").await;
        db.run(&format!("DROP DATABASE {name}")).await;

        db.run("DROP ROLE IF EXISTS nobody_special; CREATE ROLE nobody_special LOGIN PASSWORD 'special'").await;
        let (_, place) = server.url().split_once('@').unwrap();
        let url = format!("postgres://nobody_special:special@{place}");
        let error = answer(process("url").env("ORM_PG_TEST_URL", url).spawn().unwrap());
        assert!(error.contains("may not create databases"), "{error}");
        Ok::<_, Error>(())
    })
    .unwrap();
}

#[test]
fn many_processes_at_once_have_their_databases() {
    let started = Instant::now();
    let children: Vec<_> = (0..24).map(|_| process("test").spawn().unwrap()).collect();
    for child in children {
        assert_eq!(answer(child), "fine");
    }
    println!("24 processes: {:?}", started.elapsed());
}

#[test]
fn many_threads_at_once_have_their_databases() {
    let threads: Vec<_> = (0..60).map(|_| std::thread::spawn(|| sees_two_people("thread"))).collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
}
