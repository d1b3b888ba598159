//! Times: `cargo run --release -p overhead`.
#![expect(clippy::print_stdout, reason = "a program that shows figures")]

use std::sync::LazyLock;
use std::time::Instant;

use overhead::{Arguments, Meter, Reading, Result};
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    let meter = Meter { main: "µs", second: "µs of our CPU", read: clocks };
    println!("{}", overhead::statements(&arguments, meter)?.table());
    if arguments.only.as_ref().is_none_or(|it| "tasks".contains(it.as_str())) {
        overhead::tasks(&arguments)?;
    }
    if arguments.only.as_ref().is_none_or(|it| "waits".contains(it.as_str())) {
        overhead::waits(&arguments)?;
    }
    println!("\nAllocations: cargo run --release -p overhead --bin allocations");
    Ok(())
}

/// The wall-clock time, and the CPU time of this process, without the server's.
fn clocks() -> Reading {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    Reading { main: START.elapsed().as_secs_f64() * 1e6, second: cpu.tv_sec as f64 * 1e6 + cpu.tv_nsec as f64 / 1e3 }
}
