//! The life of a temporary server.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use orm_pg::testing;
use tokio_postgres::NoTls;

use crate::{
    models::exists,
    process::{Own, Running, answer, answer_pipe_closes, first_answer, is_running, kill, process},
};

#[test]
fn a_killed_test_process_leaves_nothing() {
    let own = Own::new("kill");
    let mut child = own.process("hold").process_group(0).spawn().unwrap();
    first_answer(&mut child);
    let (server, watchdog) = (own.server().unwrap(), own.watchdog());
    sleep(Duration::from_secs(4));
    assert!(server.is_there(), "the server ended while a test process used it");

    // As a runner does it that wants to be sure: the whole process group.
    kill(-i64::from(child.id()));
    let killed = Instant::now();
    answer_pipe_closes(child);
    assert!(killed.elapsed() < Duration::from_secs(1), "the server keeps the pipe of the test process open");
    own.ends(&[server, Running::Process(watchdog)]);
}

#[test]
fn the_watchdog_does_without_the_flock_program() {
    let own = Own::new("perl");
    let bin = std::env::temp_dir().join(format!("orm-pg-bin-{}", std::process::id()));
    fs::create_dir_all(&bin).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    for program in ["perl", "sleep", "mv", "rm", "id", "docker"] {
        match std::env::split_paths(&path).map(|it| it.join(program)).find(|it| it.exists()) {
            Some(found) => std::os::unix::fs::symlink(found, bin.join(program)).unwrap(),
            None => assert_eq!(program, "docker", "{program} is not installed"),
        }
    }
    let mut child = own.process("hold").env("PATH", &bin).spawn().unwrap();
    first_answer(&mut child);
    let server = own.server().unwrap();
    sleep(Duration::from_secs(4));
    assert!(server.is_there(), "the server ended while a test process used it");
    child.kill().unwrap();
    answer_pipe_closes(child);
    own.ends(&[server]);
    fs::remove_dir_all(bin).unwrap();
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
        servers.extend(own.server());
        // The watchdog looks once a second: at other moments of its second in each round.
        sleep(Duration::from_millis(600 + round * 60));
    }
    servers.dedup();
    assert!(servers.len() > 1, "no server ended, so nothing was tried");
    own.ends(&servers);
}

#[test]
fn a_starter_that_is_killed_leaves_a_usable_server() {
    // On a busy machine the server may be up before the starter is killed, which tries nothing.
    let tried = (0..10).any(|_| kill_a_starter());
    assert!(tried, "the server was started too soon for this test, each time");
}

/// Returns whether the starter was killed before its server was up.
fn kill_a_starter() -> bool {
    let own = Own::new("starter");
    let mut child = own.process("hold").spawn().unwrap();
    while !own.0.join("data").exists() && !own.0.join("container").exists() {
        sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    let early = !own.0.join("url").exists() && !own.0.join("data/postmaster.pid").exists();
    answer_pipe_closes(child);
    let url = answer(own.process("url").spawn().unwrap());
    assert!(url.starts_with("postgres://"), "{url}");
    own.ends(&[own.server().unwrap()]);
    early
}

#[test]
fn remains_of_another_server_do_not_matter() {
    let own = Own::new("remains");
    fs::create_dir_all(own.0.join("data/base")).unwrap();
    fs::write(own.0.join("data/postmaster.pid"), format!("{}\n/\n1\n5432\n/\n\n1\nready\n", std::process::id()))
        .unwrap();
    fs::write(own.0.join(".s.PGSQL.5432"), "").unwrap();
    fs::write(own.0.join("container"), "/no/such/engine\nnobody\npostgres:1\nsecret\nend\n").unwrap();
    fs::write(own.0.join("url"), "postgres://127.0.0.1:1/postgres\n").unwrap();
    fs::write(own.0.join("orm-pg-test.lock"), "").unwrap();
    fs::set_permissions(&own.0, fs::Permissions::from_mode(0o700)).unwrap();
    let url = answer(own.process("url").spawn().unwrap());
    assert!(url.starts_with("postgres://") && !url.contains(":1/"), "{url}");
    own.ends(&[own.server().unwrap()]);
}

#[test]
fn a_directory_that_holds_something_else_is_left_alone() {
    let own = Own::new("home");
    fs::create_dir(&own.0).unwrap();
    fs::set_permissions(&own.0, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(own.0.join("thesis.tex"), "").unwrap();
    let error = answer(own.process("url").spawn().unwrap());
    assert!(error.contains("has other content than a server for tests"), "{error}");
    assert_eq!(fs::read_dir(&own.0).unwrap().count(), 1);
    fs::remove_dir_all(&own.0).unwrap();
}

#[test]
fn a_server_without_its_watchdog_is_replaced() {
    let own = Own::new("orphan");
    let mut child = own.process("hold").spawn().unwrap();
    first_answer(&mut child);
    let orphan = own.server().unwrap();
    kill(own.watchdog().into());
    // A command that it was waiting for holds its lock for up to a second.
    sleep(Duration::from_millis(1200));
    let url = answer(own.process("url").spawn().unwrap());
    assert!(url.starts_with("postgres://"), "{url}");
    let server = own.server().unwrap();
    assert!(server != orphan && server.is_there() && !orphan.is_there());
    child.kill().unwrap();
    answer_pipe_closes(child);
    own.ends(&[server]);
}

#[test]
fn a_server_that_ends_by_itself_is_replaced() {
    let own = Own::new("crash");
    let mut child = own.process("hold").spawn().unwrap();
    first_answer(&mut child);
    let crashed = own.server().unwrap();
    match &crashed {
        Running::Process(pid) => kill(i64::from(*pid)),
        Running::Container(engine, name) => {
            let killed = std::process::Command::new(engine).args(["kill", name]).output().unwrap();
            assert!(killed.status.success(), "{killed:?}");
        }
    }
    let watchdog = own.watchdog();
    while is_running(watchdog) {
        sleep(Duration::from_millis(50));
    }
    let url = answer(own.process("url").spawn().unwrap());
    assert!(url.starts_with("postgres://"), "{url}");
    let server = own.server().unwrap();
    assert!(server != crashed && server.is_there() && !crashed.is_there());
    child.kill().unwrap();
    answer_pipe_closes(child);
    own.ends(&[server]);
}

#[test]
fn nobody_else_can_connect() {
    let own = Own::new("alone");
    let mut child = own.process("hold").spawn().unwrap();
    let url = first_answer(&mut child);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = own.server().unwrap();
    match &server {
        Running::Process(_) => {
            assert!(url.starts_with("postgres://postgres@%2Ftmp%2F"), "{url}");
            assert_eq!(fs::metadata(&own.0).unwrap().permissions().mode() & 0o777, 0o700);
        }
        Running::Container(engine, name) => {
            let ports = std::process::Command::new(engine).args(["port", name]).output().unwrap();
            let ports = String::from_utf8(ports.stdout).unwrap();
            assert!(ports.lines().count() == 1 && ports.contains("-> 127.0.0.1:"), "{ports}");
            let (before, after) = url.split_once('@').unwrap();
            let (user, password) = before.rsplit_once(':').unwrap();
            assert_eq!(password.len(), 32);
            let wrong = format!("{user}:wrong@{after}");
            let refused = runtime.block_on(tokio_postgres::connect(&wrong, NoTls)).err().unwrap();
            assert_eq!(refused.code().map(|it| it.code()), Some("28P01"), "{refused}");
            let processes = std::process::Command::new("ps").args(["-eo", "args="]).output().unwrap();
            assert!(!String::from_utf8_lossy(&processes.stdout).contains(password), "a list of processes shows it");
        }
    }
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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let throw_away = runtime.block_on(testing::server()).unwrap().is_throw_away();
    assert_eq!(exists(&name), !throw_away);
}
