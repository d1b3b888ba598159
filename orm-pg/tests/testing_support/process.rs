//! Other test processes, and servers that no other test shares.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// This test program, run again as another test process; it does what `task` says.
pub(crate) fn process(task: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["helper", "--exact", "--nocapture"]).env("ORM_PG_HELPER", task);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// What a process printed after `answer: `, when it is done.
pub(crate) fn answer(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    answer_in(&String::from_utf8(output.stdout).unwrap())
}

/// The same, and all that it said to its standard error.
pub(crate) fn answer_and_words(command: &mut Command) -> (String, String) {
    let output = command.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    (answer_in(&String::from_utf8(output.stdout).unwrap()), String::from_utf8(output.stderr).unwrap())
}

fn answer_in(output: &str) -> String {
    let (_, answer) = output.split_once("answer: ").unwrap_or_else(|| panic!("no answer in: {output}"));
    answer.lines().next().unwrap().to_owned()
}

/// Waits for the first answer of a process that goes on.
pub(crate) fn first_answer(child: &mut Child) -> String {
    let mut output = BufReader::new(child.stdout.as_mut().unwrap());
    let mut line = String::new();
    while !line.contains("answer: ") {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "the process ended without an answer");
    }
    answer_in(&line)
}

/// Waits until nobody holds the output of the process any more.
pub(crate) fn answer_pipe_closes(child: Child) {
    drop(child.wait_with_output().unwrap());
}

/// A throw-away server, as its directory tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Running {
    /// The number of its process.
    Process(u32),
    /// The command of the engine, and the name of the container.
    Container(String, String),
}

impl Running {
    pub(crate) fn is_there(&self) -> bool {
        match self {
            Self::Process(pid) => is_running(*pid),
            Self::Container(engine, name) => {
                let output = Command::new(engine).args(["ps", "--all", "--format", "{{.Names}}"]).output().unwrap();
                assert!(output.status.success(), "{engine} does not answer");
                String::from_utf8(output.stdout).unwrap().lines().any(|it| it == name)
            }
        }
    }
}

/// A directory for a server that no other test shares. Its server ends by itself.
pub(crate) struct Own(pub(crate) PathBuf);

impl Own {
    pub(crate) fn new(name: &str) -> Self {
        Self(PathBuf::from(format!("/tmp/orm-pg-own-{}-{name}", std::process::id())))
    }

    /// A test process that uses this server, of the kind that the environment asks for.
    pub(crate) fn process(&self, task: &str) -> Command {
        let mut command = process(task);
        command.env("ORM_PG_TEST_DIR", &self.0).env("ORM_PG_TEST_IDLE_SECONDS", "2");
        command.env_remove("ORM_PG_TEST_URL").env_remove("DATABASE_URL");
        command
    }

    /// Returns the server where there is one, or one has been begun.
    pub(crate) fn server(&self) -> Option<Running> {
        if let Ok(container) = fs::read_to_string(self.0.join("container")) {
            let mut lines = container.lines().map(str::to_owned);
            return Some(Running::Container(lines.next()?, lines.next()?));
        }
        let pid = fs::read_to_string(self.0.join("data/postmaster.pid")).ok()?;
        Some(Running::Process(pid.lines().next()?.parse().ok()?))
    }

    /// Returns the number of the process that watches over the server.
    pub(crate) fn watchdog(&self) -> u32 {
        let output = Command::new("ps").args(["-eo", "pid=,args="]).output().unwrap();
        let script = format!("/bin/sh {}", self.0.join("watchdog.sh").display());
        let processes = String::from_utf8(output.stdout).unwrap();
        let found =
            processes.lines().filter_map(|it| it.trim().split_once(' ')).find(|(_, it)| it.starts_with(&script));
        found.unwrap_or_else(|| panic!("no {script} in:\n{processes}")).0.parse().unwrap()
    }

    /// Waits until nothing is left of the servers, which were idle from now on.
    #[track_caller]
    pub(crate) fn ends(&self, servers: &[Running]) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.0.exists() || servers.iter().any(Running::is_there) {
            assert!(Instant::now() < deadline, "{} or {servers:?} is still there", self.0.display());
            sleep(Duration::from_millis(50));
        }
    }
}

pub(crate) fn is_running(pid: u32) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8(output.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

/// Ends the process at once, or a whole group of them where the number is below zero.
pub(crate) fn kill(pid: i64) {
    assert!(Command::new("kill").args(["-9", "--", &pid.to_string()]).status().unwrap().success());
}
