//! Cores, clocks, and the processor time of processes. Pinning processes to cores and reading the time of other
//! processes work only on Linux; elsewhere both are left out, and the output says so.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// Returns the processor time of this thread so far.
pub(super) fn thread_time() -> Duration {
    read(ClockId::ThreadCPUTime)
}

/// Returns the processor time of this process so far, of threads that have ended too.
pub(super) fn process_time() -> Duration {
    read(ClockId::ProcessCPUTime)
}

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}

/// Files that a process needs besides its connections.
pub(super) const SPARE_FILES: u64 = 200;

/// Raises the limit on open files as far as necessary and permitted. Returns the limit.
pub(super) fn allow_files(needed: u64) -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // Unlimited is represented as `None`.
    let (Some(soft), hard) = (current, maximum.unwrap_or(u64::MAX)) else { return u64::MAX };
    if soft >= needed {
        return soft;
    }
    // The administrator may raise the hard limit, too.
    for limit in [needed, needed.min(hard)] {
        let wish = Rlimit { current: Some(limit), maximum: Some(limit.max(hard)).filter(|limit| *limit != u64::MAX) };
        if setrlimit(Resource::Nofile, wish).is_ok() {
            return limit;
        }
    }
    soft
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::io;
    use std::time::Duration;

    use rustix::process::Pid;
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    /// Returns the cores that this process may use.
    pub(crate) fn cores() -> Vec<usize> {
        let set = sched_getaffinity(None);
        set.map(|set| (0..CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect()).unwrap_or_default()
    }

    /// Pins this thread, and all threads that it starts, to the cores.
    pub(crate) fn hold(cores: &[usize]) -> io::Result<()> {
        hold_process(None, cores)
    }

    /// Pins another single-threaded process to the core.
    pub(crate) fn hold_other(process: u32, core: usize) -> io::Result<()> {
        let process = i32::try_from(process).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
        hold_process(Some(process), &[core])
    }

    fn hold_process(process: Option<Pid>, cores: &[usize]) -> io::Result<()> {
        let mut set = CpuSet::new();
        cores.iter().for_each(|core| set.set(*core));
        Ok(sched_setaffinity(process, &set)?)
    }

    /// Finds the server processes of a database's connections on this machine, in a container or not, by the title that
    /// PostgreSQL gives them. The database's name must be unique.
    pub(crate) fn database_processes(database: &str) -> Vec<u32> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let processes = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let serves = |process: &u32| {
            fs::read_to_string(format!("/proc/{process}/cmdline")).is_ok_and(|title| {
                title.starts_with("postgres:") && title.split([' ', '\0']).any(|word| word == database)
            })
        };
        processes.filter(serves).collect()
    }

    /// Returns the processor time of a process's living threads.
    pub(crate) fn time_of(process: u32) -> Option<Duration> {
        let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?;
        let times = threads.flatten().map(|thread| {
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
        });
        times.sum()
    }

    /// Returns the time that the cores have been busy, for any process.
    pub(crate) fn busy(cores: &[usize]) -> Option<Duration> {
        let text = fs::read_to_string("/proc/stat").ok()?;
        let time = |core: &usize| {
            let name = format!("cpu{core}");
            let line = text.lines().find(|line| line.split(' ').next() == Some(&name))?;
            let ticks = line.split_whitespace().skip(1).map(|ticks| ticks.parse::<u64>().unwrap_or_default());
            // The fourth and fifth numbers are idle time; the last ones are already included in the first ones.
            let busy: u64 = ticks.take(8).enumerate().filter(|(index, _)| !matches!(index, 3 | 4)).map(|it| it.1).sum();
            Some(Duration::from_millis(busy * 10))
        };
        cores.iter().map(time).sum()
    }

    /// Returns the number of threads of this process, and its peak memory in KiB.
    pub(crate) fn size() -> Option<(u64, u64)> {
        let text = fs::read_to_string("/proc/self/status").ok()?;
        let number = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Some((number("Threads:")?, number("VmHWM:")?))
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use std::io;
    use std::time::Duration;

    pub(crate) fn cores() -> Vec<usize> {
        std::thread::available_parallelism().map(|count| (0..count.get()).collect()).unwrap_or_default()
    }

    pub(crate) fn hold(_: &[usize]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn hold_other(_: u32, _: usize) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn database_processes(_: &str) -> Vec<u32> {
        Vec::new()
    }

    pub(crate) fn time_of(_: u32) -> Option<Duration> {
        None
    }

    pub(crate) fn busy(_: &[usize]) -> Option<Duration> {
        None
    }

    pub(crate) fn size() -> Option<(u64, u64)> {
        None
    }
}

#[cfg(target_os = "linux")]
pub(super) use self::linux::{busy, cores, database_processes, hold, hold_other, size, time_of};
#[cfg(not(target_os = "linux"))]
pub(super) use self::other::{busy, cores, database_processes, hold, hold_other, size, time_of};
