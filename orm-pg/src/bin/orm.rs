//! The command `orm`, as `cargo install orm-pg --features cli` installs it.

fn main() -> std::process::ExitCode {
    orm_pg::cli::installed()
}
