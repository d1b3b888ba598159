//! Sixteen tasks that loop over a pool of four connections: how long each waits, and whether all are served equally.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::{join_all, try_join_all};
use orm_pg::prelude::*;
use tokio::runtime::{Builder, Runtime};

use crate::{
    Arguments, Result,
    model::{User, key},
    raw,
};

const TASKS: usize = 16;
const CONNECTIONS: u32 = 4;

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Runs both sides in both kinds of runtimes, on a filled database.
pub(crate) fn run(arguments: &Arguments, url: &str) -> Result<()> {
    let gets = if arguments.quick { 400 } else { 200_000 };
    let kinds: [(&str, fn() -> std::io::Result<Runtime>); 2] = [
        ("one thread", || Builder::new_current_thread().enable_all().build()),
        ("two threads", || Builder::new_multi_thread().worker_threads(2).enable_all().build()),
    ];
    for (kind, runtime) in kinds {
        runtime()?.block_on(async {
            if arguments.has_side("raw") {
                let pool = raw::pool(url, CONNECTIONS).await?;
                let one = move |id| {
                    let pool = pool.clone();
                    async move { Ok::<_, Failed>(pool.get().await?.get(id).await.map_err(|it| it.to_string())?.id) }
                };
                tell(&format!("raw, bb8, {kind}"), &looping(gets, one).await?);
            }
            if arguments.has_side("ours") {
                let db = Database::builder().url(url).max_connections(CONNECTIONS).connect().await?;
                let all = join_all((0..CONNECTIONS).map(|_| db.connection())).await;
                drop(all.into_iter().collect::<std::result::Result<Vec<_>, _>>()?);
                let one = move |id| {
                    let db = db.clone();
                    async move { Ok::<_, Failed>(User::get(id).one(&db).await?.id) }
                };
                tell(&format!("ours, {kind}"), &looping(gets, one).await?);
            }
            Ok::<_, Box<dyn std::error::Error>>(())
        })?;
    }
    Ok(())
}

/// The results of one task.
struct Served {
    gets: usize,
    longest: Duration,
    sum: Duration,
}

async fn looping<F>(gets: usize, one: impl Fn(i64) -> F + Clone + Send + 'static) -> Result<Vec<Served>>
where
    F: Future<Output = std::result::Result<i64, Failed>> + Send + 'static,
{
    let done = Arc::new(AtomicUsize::new(0));
    let tasks = (0..TASKS).map(|_| {
        let (one, done) = (one.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            let mut served = Served { gets: 0, longest: Duration::ZERO, sum: Duration::ZERO };
            loop {
                let number = done.fetch_add(1, Ordering::Relaxed);
                if number >= gets {
                    return Ok::<_, Failed>(served);
                }
                let (asked, id) = (Instant::now(), key(number));
                assert_eq!(one(id).await?, id);
                let took = asked.elapsed();
                served.gets += 1;
                served.sum += took;
                served.longest = served.longest.max(took);
            }
        })
    });
    let all = try_join_all(tasks.collect::<Vec<_>>()).await?;
    all.into_iter().map(|it| it.map_err(|error| error.to_string().into())).collect()
}

fn tell(side: &str, all: &[Served]) {
    let gets: usize = all.iter().map(|it| it.gets).sum();
    let sum: Duration = all.iter().map(|it| it.sum).sum();
    let longest = all.iter().map(|it| it.longest).max().unwrap_or_default();
    let (least, most) = (all.iter().map(|it| it.gets).min(), all.iter().map(|it| it.gets).max());
    println!(
        "{TASKS} tasks in a loop, {CONNECTIONS} connections, {side}: a get takes {:.2} ms, wait included, the longest {:.2} ms; \
         the task served least had {} gets, the one served most {}",
        sum.as_secs_f64() * 1e3 / gets.max(1) as f64,
        longest.as_secs_f64() * 1e3,
        least.unwrap_or_default(),
        most.unwrap_or_default(),
    );
}
