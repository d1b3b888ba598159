//! Allocations and their bytes: `cargo run --release -p overhead --bin allocations`.
#![expect(clippy::print_stdout, reason = "a program that shows figures")]

use std::alloc::System;

use overhead::{Arguments, Meter, Reading, Result};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<()> {
    let mut arguments = Arguments::read()?;
    // Counts have no noise.
    arguments.rounds = arguments.rounds.min(5);
    let meter = Meter { main: "allocations", second: "bytes", read: counts };
    println!("{}", overhead::statements(&arguments, meter)?.table());
    Ok(())
}

/// Each growth of a buffer counts.
fn counts() -> Reading {
    let stats = COUNTING.stats();
    Reading { main: (stats.allocations + stats.reallocations) as f64, second: stats.bytes_allocated as f64 }
}
