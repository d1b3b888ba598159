//! What connections need of the tokio runtime: I/O and timers.

use std::panic::{AssertUnwindSafe, catch_unwind};

use orm_core::error::{Error, ErrorKind, Result};
use tokio::{
    net::UnixDatagram,
    runtime::{Handle, Id},
    time::sleep,
};

/// Returns an error where sockets or timers would panic.
///
/// # Errors
/// [`ErrorKind::Config`] outside of a runtime, and in one that was built without I/O or timers.
pub(crate) fn check() -> Result<()> {
    let _ = here()?;
    // Registers a socket with the runtime. It sends nothing, and is not connected to anything.
    if panics(|| drop(UnixDatagram::unbound())) {
        return Err(refused("the tokio runtime has no I/O: build it with `enable_all()`"));
    }
    Ok(())
}

/// Returns the current runtime, after checking that it has timers. It makes no system call, since each check-out runs
/// it.
///
/// # Errors
/// [`ErrorKind::Config`] outside of a runtime, and in one that was built without timers.
pub(crate) fn here() -> Result<Id> {
    let runtime = Handle::try_current().map_err(|_| no_runtime())?;
    if panics(|| drop(sleep(std::time::Duration::ZERO))) {
        return Err(refused("the tokio runtime has no timers: build it with `enable_all()`"));
    }
    Ok(runtime.id())
}

/// Whether `probe` panics. A runtime does not tell what it was built with in any other way. The panic hook sees the
/// panic too.
fn panics(probe: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(probe)).is_err()
}

fn refused(text: &'static str) -> Error {
    Error::new(ErrorKind::Config, text)
}

/// The error for a handle that is used outside of a runtime.
pub(crate) fn no_runtime() -> Error {
    Error::new(ErrorKind::Config, "a pool of connections needs a running tokio runtime")
}
