//! The runs as a table, with an explanation.

use std::io::{self, Write};

use super::client::Measured;
use super::plan::{self, Cores, Run, Scene, Way};
use super::{Options, Row};

/// The maximum of one core in the founding text.
const DRAWN_BOUND: f64 = 4.0;

/// Writes the settings and the machine.
pub(super) fn begin(out: &mut impl Write, options: &Options, cores: &Cores, version: &str) -> io::Result<()> {
    let cpu = millis(options.cpu);
    writeln!(
        out,
        "A page makes its reader wait, and takes {cpu} ms of the reader's processor time: its HTML is parsed repeatedly"
    )?;
    writeln!(
        out,
        "until the thread has used that time. Then it is stored in PostgreSQL {version} with an index for the"
    )?;
    writeln!(out, "search, by one INSERT. One core can do at most {:.0} pages a second.", 1000.0 / cpu.max(0.001))?;
    writeln!(out)?;
    let named = |cores: &[usize]| cores.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    match cores.server {
        Some(server) => {
            writeln!(out, "client: core {} (two cores: {})", named(&cores.client(1)), named(&cores.client(2)))?;
            writeln!(out, "the page server and PostgreSQL: core {server}")?;
        }
        None => writeln!(out, "processes cannot be pinned to cores on this system")?,
    }
    if cores.shared(1) {
        writeln!(out, "this machine has one core: client and servers share it, and the maximum cannot be reached")?;
    } else if cores.shared(2) {
        writeln!(out, "this machine has two cores: a client on both shares one with the servers")?;
    }
    if cfg!(not(target_os = "linux")) {
        writeln!(out, "only available on Linux: pinning processes to cores, the servers' processor time, memory")?;
    }
    let crowd = plan::crowd(options);
    if crowd < options.pages {
        writeln!(
            out,
            "the limit on open files allows only {crowd} of {} pages at once: raise it with ulimit -n",
            options.pages
        )?;
    }
    if cfg!(debug_assertions) {
        writeln!(
            out,
            "this is a debug build, slow in everything except the pages' own work: for real figures, use cargo run --release"
        )?;
    }
    Ok(())
}

/// Writes the heading of a new scene, and of the table.
pub(super) fn scene(out: &mut impl Write, run: &Run, last: Option<&Row>) -> io::Result<()> {
    if last.is_some_and(|(last, _)| last.scene == run.scene) {
        return Ok(());
    }
    writeln!(out)?;
    let wait = millis(run.wait);
    match run.scene {
        Scene::Picture => writeln!(out, "As in the founding text: {wait} ms of waiting, as long as the work.")?,
        Scene::Web => writeln!(out, "As on the web: {wait} ms of waiting.")?,
        Scene::Crowd => writeln!(out, "Only waiting, {wait} ms, for all pages at once; each is parsed once.")?,
    }
    writeln!(
        out,
        "{:<34} {:>6} {:>6} {:>8} {:>6} {:>6} {:>6} {:>11} {:>6} {:>5} {:>6} {:>7} {:>5}",
        "",
        "asked",
        "stored",
        "pages/s",
        "of 4",
        "drawn",
        "client",
        "ms a page",
        "pages",
        "PG",
        "others",
        "threads",
        "MiB"
    )
}

/// Writes a row.
pub(super) fn row(out: &mut impl Write, cores: &Cores, run: &Run, measured: &Measured) -> io::Result<()> {
    let Measured { asked, stored, threads, memory_kib, .. } = measured;
    let pages = measured.pages_f64().max(1.0);
    let (work, rest) = (measured.work * 1000.0 / pages, (measured.cpu - measured.work) * 1000.0 / pages);
    let busy = |time: Option<f64>| percent(time.map(|time| time / measured.seconds));
    let share =
        if run.scene == Scene::Crowd { String::new() } else { format!("{:.2}", measured.of_bound() * DRAWN_BOUND) };
    let drawn = run.drawn.map(|drawn| format!("{drawn:.1}")).unwrap_or_default();
    writeln!(
        out,
        "{:<34} {asked:>6} {stored:>6} {:>8.1} {share:>6} {drawn:>6} {:>6} {:>11} {:>6} {:>5} {:>6} {:>7} {:>5}",
        run.name,
        measured.rate(),
        busy(Some(measured.cpu)),
        format!("{work:.2}+{rest:.2}"),
        busy(measured.pages_cpu),
        busy(measured.database_cpu),
        busy(measured.others(cores.shared(run.cores))),
        threads.map_or_else(dash, |threads| threads.to_string()),
        memory_kib.map_or_else(dash, |memory| (memory / 1024).to_string()),
    )?;
    if let Some(mistake) = &measured.mistake {
        writeln!(out, "  did not finish: {mistake}")?;
    }
    measured.loose.iter().try_for_each(|loose| writeln!(out, "  not pinned to its core: {loose}"))
}

/// Writes how to read the table, and the conclusion.
pub(super) fn end(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    writeln!(
        out,
        "
of 4       the pages' own work, where 4 is all of one core; drawn: the founding text's number
client     processor time of the client, relative to the measured time: 100% is one core
ms a page  the client's processor time for each page: the page's own work, and everything else
pages, PG  processor time of the page server, and of PostgreSQL's processes for these connections
others     the time that the client's cores spent on other processes: above a few percent, the figures are too low
"
    )?;
    let find = |scene, way, cores| {
        let mut rows = rows.iter().filter(|(_, measured)| measured.mistake.is_none());
        rows.find(|(run, _)| (run.scene, run.way, run.cores) == (scene, way, cores)).map(|(_, measured)| measured)
    };
    for (scene, name) in [(Scene::Picture, "pages as in the founding text"), (Scene::Web, "pages as on the web")] {
        let Some(tasks) = find(scene, Way::Tasks, 1) else { continue };
        let one = find(scene, Way::Threads, 1).map_or(f64::NAN, Measured::rate);
        writeln!(
            out,
            "{name}: tasks on one core reach {:.1} % of its maximum ({:.2} of 4; the founding text says 3.7), {:.1} times one at a time",
            tasks.of_bound() * 100.0,
            tasks.of_bound() * DRAWN_BOUND,
            tasks.rate() / one,
        )?;
    }
    if let (Some(one), Some(two)) = (find(Scene::Web, Way::Tasks, 1), find(Scene::Web, Way::Tasks, 2)) {
        writeln!(out, "on two cores, tasks do {:.2} times the pages of one core", two.rate() / one.rate())?;
    }
    if let Some(crowd) = find(Scene::Crowd, Way::Tasks, 1) {
        let (waiting, seconds) = (crowd.waiting, crowd.seconds);
        let threads = crowd.threads.map(|threads| format!(" of a process of {threads} threads")).unwrap_or_default();
        writeln!(
            out,
            "{} tasks on one core{threads}: {waiting} pages waited for at once, all stored in {seconds:.1} s",
            crowd.asked
        )?;
    }
    Ok(())
}

impl Measured {
    /// Pages a second.
    pub(super) fn rate(&self) -> f64 {
        self.pages_f64() / self.seconds
    }

    /// The time that the client's cores spent on processes that are not part of the story.
    fn others(&self, with_servers: bool) -> Option<f64> {
        let servers = if with_servers { self.pages_cpu? + self.database_cpu? } else { 0.0 };
        Some((self.busy? - self.cpu - servers).max(0.0))
    }

    /// The pages' own work, relative to the maximum of one core.
    pub(super) fn of_bound(&self) -> f64 {
        self.work / self.seconds
    }

    fn pages_f64(&self) -> f64 {
        u32::try_from(self.pages).map_or(f64::NAN, f64::from)
    }
}

fn millis(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn percent(part: Option<f64>) -> String {
    part.map_or_else(dash, |part| format!("{:.0}%", part * 100.0))
}

fn dash() -> String {
    "-".to_owned()
}
