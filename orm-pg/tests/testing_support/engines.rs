//! Container engines that fail, and requests for one kind of server.

use std::{fs, path::PathBuf, process::Command};

use crate::process::{Own, answer, answer_and_words, answer_pipe_closes, first_answer};

/// An engine that does what a script says, and notes what it is asked for.
struct Engine {
    own: Own,
    program: PathBuf,
}

impl Engine {
    /// `cases` are those of a `case "$1" in`; what has none fails.
    fn new(name: &str, cases: &str) -> Self {
        let program = std::env::temp_dir().join(format!("orm-pg-engine-{}-{name}", std::process::id()));
        let script = format!("#!/bin/sh\necho \"$@\" >>\"$0.asked\"\ncase \"$1\" in\n{cases}\n*) exit 1 ;;\nesac\n");
        // By another process: a program that this one has open, if only in a child about to start, cannot be run.
        let mut write = Command::new("/bin/sh");
        write.args(["-c", "printf %s \"$2\" >\"$1\" && chmod 755 \"$1\"", "sh"]).arg(&program).arg(script);
        assert!(write.status().unwrap().success());
        fs::write(program.with_extension("asked"), "").unwrap();
        Self { own: Own::new(name), program }
    }

    fn process(&self, task: &str) -> Command {
        let mut command = self.own.process(task);
        command.env_remove("ORM_PG_TEST_SERVER").env("ORM_PG_TEST_IMAGE", "shop/postgres:17");
        command.env("ORM_PG_TEST_DOCKER", &self.program);
        command
    }

    /// The lines that it was asked with.
    fn asked(&self) -> String {
        fs::read_to_string(self.program.with_extension("asked")).unwrap()
    }

    /// Checks that another server was found after the word with all of `parts`, where PostgreSQL is installed; where it
    /// is not, the error tells it.
    #[track_caller]
    fn falls_through(self, parts: &[&str]) {
        let (answer, words) = answer_and_words(&mut self.process("url"));
        assert_eq!(words.matches("orm_pg: no container for the tests").count(), 1, "{words}");
        let local = answer.starts_with("postgres://postgres@%2F");
        assert!(local || answer.contains("no PostgreSQL server for tests"), "{answer}");
        for part in parts {
            assert!(words.contains(part), "{part} is missing in: {words}");
            assert!(local || answer.contains(part), "{part} is missing in: {answer}");
        }
        if local {
            self.own.ends(&[self.own.server().unwrap()]);
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        for extension in ["", "asked", "pid"] {
            drop(fs::remove_file(self.program.with_extension(extension)));
        }
    }
}

#[test]
fn an_engine_that_hangs_is_given_up() {
    Engine::new("hangs", "ps) exec sleep 30 ;;").falls_through(&["does not answer: no answer within 2 s"]);
}

#[test]
fn an_engine_whose_daemon_is_down_is_given_up() {
    let cases = "ps) echo 'Cannot connect to the Docker daemon' >&2; exit 1 ;;";
    Engine::new("down", cases).falls_through(&["does not answer: Cannot connect to the Docker daemon"]);
}

#[test]
fn an_image_that_cannot_be_pulled_is_given_up_once_for_all_processes() {
    let engine = Engine::new("pull", "ps) ;;\npull) echo 'lookup registry: no such host' >&2; exit 1 ;;");
    let mut first = engine.process("hold").spawn().unwrap();
    let url = first_answer(&mut first);
    for _ in 0..3 {
        let (_, words) = answer_and_words(&mut engine.process("url"));
        // Without a server of any kind, each process looks for itself.
        assert_eq!(words.contains("no container"), !url.starts_with("postgres://"), "{words}");
    }
    if url.starts_with("postgres://") {
        let asked = engine.asked();
        assert_eq!(asked.matches("pull shop/postgres:17").count(), 1, "{asked}");
        assert!(!asked.contains("run"), "{asked}");
    }
    first.kill().unwrap();
    answer_pipe_closes(first);
    engine.own.ends(&[]);
    let why = ["pull shop/postgres:17` failed: lookup registry: no such host"];
    engine.falls_through(&why);
}

#[test]
fn a_registry_that_does_not_answer_is_given_up() {
    let cases = "ps) ;;\npull) echo 'Trying to pull shop/postgres:17...' >&2; exec sleep 30 ;;";
    Engine::new("registry", cases).falls_through(&["failed: no answer within 5 s"]);
}

#[test]
fn a_pull_that_takes_its_time_is_told() {
    let cases = "ps) ;;\npull) echo '17: Pulling from shop/postgres'; sleep 6; echo 'no space left' >&2; exit 1 ;;";
    let told = ["pulls shop/postgres:17, for at most 120 s", "failed: no space left"];
    Engine::new("slow", cases).falls_through(&told);
}

#[test]
fn an_image_that_does_not_start_is_given_up() {
    let cases = "ps|image|rm) ;;\nrun) echo 'no such entry point' >&2; exit 125 ;;";
    let told = ["the container of shop/postgres:17 cannot be used", "no such entry point"];
    Engine::new("run", cases).falls_through(&told);
}

#[test]
fn an_engine_on_another_machine_is_given_up() {
    let cases = "ps|image) ;;\nport) echo 127.0.0.1:1 ;;\nrm) kill \"$(cat \"$0.pid\")\" ;;\n\
                 run) echo $$ >\"$0.pid\"; echo 'LOG:  listening on IPv4 address \"0.0.0.0\"'; exec sleep 30 ;;";
    Engine::new("far", cases).falls_through(&["127.0.0.1:1 cannot be reached from here"]);
}

#[test]
fn the_container_is_private_and_holds_nothing_on_disk() {
    let engine = Engine::new("private", "ps|image|rm) ;;");
    answer(engine.process("url").env("ORM_PG_TEST_SERVER", "docker").spawn().unwrap());
    let asked = engine.asked();
    let run = asked.lines().find(|it| it.starts_with("run ")).unwrap();
    for part in ["--rm ", "--publish 127.0.0.1::5432 ", "--tmpfs /pgdata ", "--env POSTGRES_PASSWORD ", "-c fsync=off"]
    {
        assert!(run.contains(part), "{part} is missing in: {run}");
    }
    let name = run.split(' ').find(|it| it.starts_with("orm-pg-test-")).unwrap();
    assert!(asked.contains(&format!("rm --force --volumes {name}")), "{asked}");
    drop(fs::remove_dir_all(&engine.own.0));
}

#[test]
fn what_is_asked_for_and_cannot_be_had_is_an_error() {
    for (cases, why) in [
        ("ps) exit 1 ;;", "does not answer"),
        ("ps) ;;\npull) exit 1 ;;", "` failed"),
        ("ps|image|rm) ;;\nrun) exit 1 ;;", "cannot be used"),
    ] {
        let engine = Engine::new("asked", cases);
        let error = answer(engine.process("url").env("ORM_PG_TEST_SERVER", "docker").spawn().unwrap());
        assert!(error.starts_with("ORM_PG_TEST_SERVER asks for docker, but ") && error.contains(why), "{error}");
        assert!(!engine.own.0.join("data").exists(), "another server was started");
        drop(fs::remove_dir_all(&engine.own.0));
    }
}

#[test]
fn with_local_asked_for_no_engine_is_asked() {
    let engine = Engine::new("local", "ps) ;;");
    let (answer, words) = answer_and_words(engine.process("url").env("ORM_PG_TEST_SERVER", "local"));
    assert!(!words.contains("no container") && engine.asked().is_empty(), "{words}");
    if answer.starts_with("postgres://") {
        engine.own.ends(&[engine.own.server().unwrap()]);
    }
}

#[test]
fn a_server_of_another_kind_is_not_taken_for_what_is_asked_for() {
    let own = Own::new("kinds");
    let mut child = own.process("hold").spawn().unwrap();
    first_answer(&mut child);
    let server = own.server().unwrap();
    let other = if matches!(server, crate::process::Running::Process(_)) { "docker" } else { "local" };
    let error = answer(own.process("url").env("ORM_PG_TEST_SERVER", other).spawn().unwrap());
    assert!(error.contains("asks for another server than"), "{error}");
    child.kill().unwrap();
    answer_pipe_closes(child);
    own.ends(&[server]);
}

#[test]
fn a_contradiction_is_an_error() {
    let own = Own::new("contradiction");
    let url = "postgres://127.0.0.1:1/app";
    let error = answer(own.process("url").env("ORM_PG_TEST_SERVER", "cloud").spawn().unwrap());
    assert!(error.contains("\"cloud\", which is neither \"docker\" nor \"local\""), "{error}");
    let both =
        answer(own.process("url").env("ORM_PG_TEST_SERVER", "local").env("ORM_PG_TEST_URL", url).spawn().unwrap());
    assert!(both.contains("ORM_PG_TEST_URL and ORM_PG_TEST_SERVER are both set"), "{both}");
    assert!(!own.0.exists());
}
