//! Records who holds connections, for the error of a pool that has none free.

use std::{
    fmt,
    panic::Location,
    sync::{Mutex, MutexGuard},
    time::Instant,
};

use crate::lock::lock;
use tokio::{runtime::Id, task};

/// What a connection is used for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    /// `transaction begun`, `connection taken`, or what a statement does.
    what: &'static str,
    table: Option<&'static str>,
    /// Where in the user's code.
    at: Option<&'static Location<'static>>,
}

impl Purpose {
    /// A connection or transaction that the user holds, requested at `at`.
    pub(crate) fn held(what: &'static str, at: &'static Location<'static>) -> Self {
        Self { what, table: None, at: Some(at) }
    }

    /// One statement, or the rows of one.
    pub(crate) fn statement(what: &'static str, table: Option<&'static str>) -> Self {
        Self { what, table, at: None }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        if let Some(table) = self.table {
            write!(f, " {table}")?;
        }
        match self.at {
            Some(at) => write!(f, " at {}:{}", at.file(), at.line()),
            None => Ok(()),
        }
    }
}

/// The task or thread that a piece of code runs in. If it waits for a connection that it holds itself, it waits
/// forever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caller {
    runtime: Id,
    task: Option<task::Id>,
    thread: Option<std::thread::ThreadId>,
}

impl Caller {
    /// The current task, or the current thread outside of a task.
    pub(super) fn here(runtime: Id) -> Self {
        let task = task::try_id();
        let thread = task.is_none().then(|| std::thread::current().id());
        Self { runtime, task, thread }
    }
}

struct CheckOut {
    number: u64,
    since: Instant,
    purpose: Purpose,
    caller: Caller,
}

/// All connections that are checked out.
#[derive(Default)]
pub(crate) struct CheckOuts(Mutex<Known>);

#[derive(Default)]
struct Known {
    next: u64,
    all: Vec<CheckOut>,
}

impl CheckOuts {
    /// Records a check-out, and returns the number to remove it by.
    pub(super) fn add(&self, purpose: Purpose, caller: Caller) -> u64 {
        let mut known = self.lock();
        known.next += 1;
        let number = known.next;
        known.all.push(CheckOut { number, since: Instant::now(), purpose, caller });
        number
    }

    pub(crate) fn remove(&self, number: u64) {
        let mut known = self.lock();
        if let Some(index) = known.all.iter().position(|it| it.number == number) {
            known.all.swap_remove(index);
        }
    }

    /// Describes the longest check-out, and the one that `caller` itself holds, if any.
    pub(super) fn describe(&self, caller: Caller) -> (Option<String>, Option<String>) {
        let known = self.lock();
        let longest = known.all.iter().min_by_key(|it| it.since);
        let longest = longest
            .map(|it| format!("the longest has been held for {:.1?}, for the {}", it.since.elapsed(), it.purpose));
        // A single statement waits for nobody. A transaction or connection may be held by the caller.
        let own =
            known.all.iter().filter(|it| it.caller == caller && it.purpose.at.is_some()).min_by_key(|it| it.since);
        (longest, own.map(|it| it.purpose.to_string()))
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        lock(&self.0)
    }
}
