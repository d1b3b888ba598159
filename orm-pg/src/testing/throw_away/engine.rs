//! The container engine and its command: `docker`, or `podman`, which takes the same arguments.

use std::{path::PathBuf, process::Command, time::Duration};

use orm_core::error::Error;

use super::{
    super::variable,
    command::{follow, run},
    report::tell,
};

/// The commands that are tried if none is set, in order.
const COMMANDS: [&str; 2] = ["docker", "podman"];

/// How long to wait for an engine to answer at all.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// How long an engine may take for operations that need no registry.
const WORK_LIMIT: Duration = Duration::from_secs(10);

/// How long to wait for the first answer of a registry.
const REGISTRY_LIMIT: Duration = Duration::from_secs(5);

/// How long pulling an image may take.
const PULL_LIMIT: Duration = Duration::from_secs(120);

/// Why there is no container.
pub(super) enum Refusal {
    /// This machine has no engine, which is not worth a message.
    Absent(String),
    /// There is an engine, but it cannot run the server.
    Unusable(String),
    /// An error that has nothing to do with containers.
    Broken(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

/// A container engine.
#[derive(Debug)]
pub(super) struct Engine {
    /// The name of a program in `PATH`, or a path.
    pub(super) command: String,
}

impl Engine {
    /// Returns the first engine that answers.
    pub(super) fn find() -> Result<Self, Refusal> {
        let named = std::env::var(variable::DOCKER).ok().filter(|it| !it.is_empty());
        let commands = match &named {
            Some(command) => vec![command.clone()],
            None => COMMANDS.iter().filter(|it| is_in_path(it)).map(|it| (*it).to_owned()).collect(),
        };
        let mut why = Vec::new();
        for command in commands {
            let engine = Self { command };
            match run(engine.order().args(["ps", "--quiet"]), PROBE_LIMIT) {
                Ok(_) => return Ok(engine),
                Err(reason) => why.push(format!("{} does not answer: {reason}", engine.command)),
            }
        }
        if why.is_empty() {
            return Err(Refusal::Absent(format!("neither {} is in PATH", COMMANDS.join(" nor "))));
        }
        Err(Refusal::Unusable(why.join("; ")))
    }

    /// Makes sure that the engine has the image, and pulls it if need be.
    pub(super) fn provide(&self, image: &str) -> Result<(), Refusal> {
        if run(self.order().args(["image", "inspect", "--format", "{{.Id}}", image]), WORK_LIMIT).is_ok() {
            return Ok(());
        }
        let mut answered = false;
        let pulled = follow(self.order().args(["pull", image]), REGISTRY_LIMIT, |line| {
            // The output of the engines once the registry has answered.
            if !answered && ["Pulling from", "Getting image"].iter().any(|it| line.contains(it)) {
                answered = true;
                tell(&format!("{} pulls {image}, for at most {} s", self.command, PULL_LIMIT.as_secs()));
            }
            answered.then_some(PULL_LIMIT)
        });
        match pulled {
            Ok(_) => Ok(()),
            Err(why) => Err(Refusal::Unusable(format!("`{} pull {image}` failed: {}", self.command, why.trim()))),
        }
    }

    /// Returns the port on this machine that is mapped to the server in the container, if it is running.
    pub(super) fn published_port(&self, container: &str) -> Option<u16> {
        let addresses = run(self.order().args(["port", container, "5432/tcp"]), WORK_LIMIT).ok()?;
        addresses.lines().find_map(|it| it.strip_prefix("127.0.0.1:")?.trim().parse().ok())
    }

    /// Stops the container and removes it with its volumes.
    pub(super) fn remove(&self, container: &str) {
        // Nothing else can be done if the container or the engine is gone already.
        drop(run(self.order().args(["rm", "--force", "--volumes", container]), WORK_LIMIT));
    }

    fn order(&self) -> Command {
        Command::new(&self.command)
    }
}

fn is_in_path(command: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|dir: PathBuf| dir.join(command)).any(|it| it.is_file())
}
