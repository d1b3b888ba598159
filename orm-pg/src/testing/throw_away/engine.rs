//! The engine of containers, by its command: `docker`, or `podman`, which takes the same arguments.

use std::{path::PathBuf, process::Command, time::Duration};

use orm_core::error::Error;

use super::{
    super::variable,
    command::{follow, run},
    report::tell,
};

/// The commands that are looked for where none is named, the first one first.
const COMMANDS: [&str; 2] = ["docker", "podman"];

/// How long an engine may think about whether it is there.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// How long an engine may take for what it does by itself.
const WORK_LIMIT: Duration = Duration::from_secs(10);

/// How long a registry may take until it says that it has the image.
const REGISTRY_LIMIT: Duration = Duration::from_secs(5);

/// How long an image may take to come.
const PULL_LIMIT: Duration = Duration::from_secs(120);

/// Why there is no container.
pub(super) enum Refusal {
    /// This machine has no engine, which is nothing to talk about.
    Absent(String),
    /// There is an engine, but no server came of it.
    Unusable(String),
    /// What has nothing to do with containers.
    Broken(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

/// An engine by its command.
#[derive(Debug)]
pub(super) struct Engine {
    /// A name to look for in `PATH`, or a path.
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

    /// Sees to it that the engine has the image.
    pub(super) fn provide(&self, image: &str) -> Result<(), Refusal> {
        if run(self.order().args(["image", "inspect", "--format", "{{.Id}}", image]), WORK_LIMIT).is_ok() {
            return Ok(());
        }
        let mut answered = false;
        let pulled = follow(self.order().args(["pull", image]), REGISTRY_LIMIT, |line| {
            // What the engines say once the registry has told them what the image is made of.
            if !answered && ["Pulling from", "Getting image"].iter().any(|it| line.contains(it)) {
                answered = true;
                tell(&format!("{} pulls {image}, for at most {} s", self.command, PULL_LIMIT.as_secs()));
            }
            answered.then_some(PULL_LIMIT)
        });
        match pulled {
            Ok(_) => Ok(()),
            Err(why) => {
                Err(Refusal::Unusable(format!("`{} pull {image}` gives no image: {}", self.command, why.trim())))
            }
        }
    }

    /// Returns the port of this machine that leads to the server in the container, if it is running.
    pub(super) fn published_port(&self, container: &str) -> Option<u16> {
        let addresses = run(self.order().args(["port", container, "5432/tcp"]), WORK_LIMIT).ok()?;
        addresses.lines().find_map(|it| it.strip_prefix("127.0.0.1:")?.trim().parse().ok())
    }

    /// Ends the container and removes it, with all that it has written.
    pub(super) fn remove(&self, container: &str) {
        // Where it is gone already, or the engine is, there is nothing left to do.
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
