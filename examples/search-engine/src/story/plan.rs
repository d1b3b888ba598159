//! The runs: common settings, and differences.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Options, machine};

/// What waits for a page: a thread or a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Way {
    /// One operating-system thread for each page that is visited at once, with a separate connection.
    Threads,
    /// One task for each, all on one thread for each core, with a pool of connections.
    Tasks,
}

/// The part of the story that a run belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    /// Pages that wait as long as they work, as in the founding text.
    Picture,
    /// Pages that wait much longer than they work, like those of the web.
    Web,
    /// Only waiting, all at once.
    Crowd,
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) scene: Scene,
    pub(super) name: String,
    pub(super) way: Way,
    pub(super) workers: u32,
    pub(super) cores: usize,
    pub(super) wait: Duration,
    pub(super) cpu: Duration,
    /// The duration of the measurement; if `None`, each worker visits one page.
    pub(super) measured: Option<Duration>,
    /// The founding text's number, if one core can do at most 4.
    pub(super) drawn: Option<f64>,
}

/// Lists the runs in order of execution.
pub(super) fn runs(options: &Options) -> Vec<Run> {
    let Options { wait, cpu, measured, tasks, .. } = *options;
    let pages = crowd(options);
    let run = |scene, way, workers: u32, cores: usize, drawn| {
        let (wait, cpu, measured) = match scene {
            Scene::Picture => (cpu, cpu, Some(measured)),
            Scene::Web => (wait, cpu, Some(measured)),
            // Long enough for the last connection to be opened before the first answer arrives.
            Scene::Crowd => (wait.max(Duration::from_micros(250) * pages), Duration::ZERO, None),
        };
        Run { scene, name: name(way, workers, cores), way, workers, cores, wait, cpu, measured, drawn }
    };
    let picture =
        [(Way::Threads, 1, 1, 2.0), (Way::Threads, 2, 1, 2.7), (Way::Threads, 2, 2, 4.0), (Way::Tasks, 8, 1, 3.7)];
    let picture = picture.map(|(way, workers, cores, drawn)| run(Scene::Picture, way, workers, cores, Some(drawn)));
    let mut runs = picture.to_vec();
    runs.push(run(Scene::Web, Way::Threads, 1, 1, None));
    runs.extend(options.threads.iter().map(|threads| run(Scene::Web, Way::Threads, *threads, 1, None)));
    runs.push(run(Scene::Web, Way::Tasks, tasks, 1, None));
    runs.push(run(Scene::Web, Way::Tasks, tasks, 2, None));
    runs.push(run(Scene::Crowd, Way::Tasks, pages, 1, None));
    // A machine with one core has nothing else to compare with.
    runs.retain(|run| run.cores <= machine::cores().len().max(1));
    runs
}

/// Returns how many pages can wait at once: each needs an open file in the client, and one in the server.
pub(super) fn crowd(options: &Options) -> u32 {
    let needed = u64::from(options.pages) + machine::SPARE_FILES;
    let files = machine::allow_files(needed).min(needed);
    u32::try_from(files.saturating_sub(machine::SPARE_FILES)).unwrap_or(options.pages).max(1)
}

fn name(way: Way, workers: u32, cores: usize) -> String {
    match (way, workers, cores) {
        (Way::Threads, 1, _) => "one at a time".to_owned(),
        (Way::Threads, 2, 2) => "one at a time on each of two cores".to_owned(),
        (Way::Threads, ..) => format!("{workers} threads"),
        (Way::Tasks, _, 1) => format!("{workers} tasks on one core"),
        (Way::Tasks, ..) => format!("{workers} tasks on two cores"),
    }
}

/// The assignment of cores.
#[derive(Debug, Clone)]
pub(super) struct Cores {
    all: Vec<usize>,
    /// The servers' core, if processes can be pinned.
    pub(super) server: Option<usize>,
}

impl Cores {
    /// Assigns the cores that this process may use: two to the client, the next one to the servers. If there are only
    /// two, the servers get the second, and a run on two cores shares it with them.
    pub(super) fn here() -> Self {
        let all = machine::cores();
        let server = all.get(2).or_else(|| all.last()).copied();
        Self { all, server }
    }

    /// Returns the cores of a client that uses this many.
    pub(super) fn client(&self, count: usize) -> Vec<usize> {
        self.all.iter().copied().take(count).collect()
    }

    /// Whether a run on this many cores shares them with the servers.
    pub(super) fn shared(&self, count: usize) -> bool {
        self.server.is_some_and(|core| self.client(count).contains(&core))
    }
}
