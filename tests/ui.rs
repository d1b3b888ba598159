//! What the compiler says about mistakes with the derives: one mistake a file, each message read as a stranger.
//!
//! Messages differ between compilers, so this runs on the one that the `.stderr` files were written with; elsewhere it
//! only says so. `TRYBUILD=overwrite cargo test -p orm-tests --test ui` writes them anew.

use std::process::Command;

/// The compiler of the messages.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn mistakes_are_told_once_and_where_they_were_made() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("the compiler says its version");
    let version = String::from_utf8_lossy(&output.stdout);
    if !version.starts_with(COMPILER) {
        println!("the messages are those of {COMPILER}x, and this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/*/*.rs");
}
