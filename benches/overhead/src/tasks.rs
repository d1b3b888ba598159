//! Ten thousand tasks over ten connections: speed, memory, and the longest wait.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use orm_pg::prelude::*;

use crate::{
    Arguments, Result,
    compare::median,
    model::{User, key},
    raw::Raw,
};

const GETS_A_TASK: usize = 10;

type Failed = Box<dyn std::error::Error + Send + Sync>;

pub(crate) async fn run(arguments: &Arguments, db: &Database, raw: &Raw) -> Result<()> {
    let tasks = if arguments.quick { 500 } else { 10_000 };
    let rounds = if arguments.quick { 1 } else { 5 };
    let (mut raws, mut ourses) = (vec![], vec![]);
    for _ in 0..rounds {
        if arguments.has_side("raw") {
            let pool = raw.pool.clone();
            let one = move |id| {
                let pool = pool.clone();
                async move { Ok::<_, Failed>(pool.get().await?.get(id).await.map_err(|it| it.to_string())?.id) }
            };
            raws.push(round(tasks, one).await?);
        }
        if arguments.has_side("ours") {
            let db = db.clone();
            let one = move |id| {
                let db = db.clone();
                async move { Ok::<_, Failed>(User::get(id).one(&db).await?.id) }
            };
            ourses.push(round(tasks, one).await?);
        }
    }
    tell("raw, bb8", tasks, &raws);
    tell("ours", tasks, &ourses);
    let pairs = raws.iter().zip(&ourses);
    println!("ratio of the times of a round, median: {:.3}", median(pairs.map(|(raw, ours)| ours.all / raw.all)));
    println!("peak memory of the process: {:.0} MiB (of one side: --side)", peak_memory());
    Ok(())
}

/// The total time, and the time of each task, in seconds.
struct Round {
    all: f64,
    mean: f64,
    longest: f64,
    /// The longest time that one get took, including the wait for a connection.
    longest_get: f64,
}

async fn round<F>(tasks: usize, one: impl Fn(i64) -> F + Clone + Send + 'static) -> Result<Round>
where
    F: Future<Output = std::result::Result<i64, Failed>> + Send + 'static,
{
    let started = Instant::now();
    let spawned = (0..tasks).map(|task| {
        let one = one.clone();
        let own = async move {
            let mut longest = Duration::ZERO;
            let begun = Instant::now();
            for get in 0..GETS_A_TASK {
                let asked = Instant::now();
                let id = key(task * GETS_A_TASK + get);
                assert_eq!(one(id).await?, id);
                longest = longest.max(asked.elapsed());
            }
            Ok::<_, Failed>((begun.elapsed(), longest))
        };
        tokio::spawn(own)
    });
    let done = try_join_all(spawned).await?;
    let all = started.elapsed().as_secs_f64();
    let mut times = vec![];
    for it in done {
        times.push(it.map_err(|it| it.to_string())?);
    }
    let sum: f64 = times.iter().map(|it| it.0.as_secs_f64()).sum();
    let longest = |part: fn(&(Duration, Duration)) -> Duration| times.iter().map(part).max().unwrap_or_default();
    Ok(Round {
        all,
        mean: sum / times.len() as f64,
        longest: longest(|it| it.0).as_secs_f64(),
        longest_get: longest(|it| it.1).as_secs_f64(),
    })
}

fn tell(side: &str, tasks: usize, rounds: &[Round]) {
    if rounds.is_empty() {
        return;
    }
    let of = |part: fn(&Round) -> f64| median(rounds.iter().map(part));
    println!(
        "{tasks} tasks × {GETS_A_TASK} gets, {side}: {:.0} gets/s; a task takes {:.2} s, the longest {:.2} s; \
         the longest get, wait included, {:.2} s",
        (tasks * GETS_A_TASK) as f64 / of(|it| it.all),
        of(|it| it.mean),
        of(|it| it.longest),
        of(|it| it.longest_get),
    );
}

/// The peak memory of the process in MiB; NaN if the system does not report it.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kib = line.and_then(|it| it.split_whitespace().next()).and_then(|it| it.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}
