//! The throw-away server from the PostgreSQL installed on this machine. It listens on a socket in its directory only.

use std::{
    fs,
    os::unix::{net::UnixStream, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

use orm_core::error::Result;

use super::{
    super::{failure::failed, url},
    directory::{SETTINGS, ServerDirectory, User},
};

/// Starts it with the programs in `binaries`, and returns its URL when it accepts connections.
pub(super) fn start(directory: &ServerDirectory, binaries: &Path) -> Result<String> {
    directory.spawn_watchdog(|command| {
        command.arg("local").arg(binaries);
        let here = ["port=5432", "listen_addresses=", "unix_socket_permissions=0700"];
        command.args(here.iter().chain(&SETTINGS).flat_map(|setting| ["-c", setting]));
        change_user(command, directory.user);
    })?;
    wait_until_ready(directory)
}

/// Returns the URL when the server accepts connections.
pub(super) fn wait_until_ready(directory: &ServerDirectory) -> Result<String> {
    let dir = directory.dir.to_str().ok_or_else(|| failed("the directory of the server is not UTF-8"))?;
    directory.wait(|| {
        // The eighth line is the state of the server.
        let pid_file = fs::read_to_string(directory.dir.join("data/postmaster.pid")).unwrap_or_default();
        Ok(pid_file.lines().nth(7).filter(|it| it.trim() == "ready").map(|_| url::of_socket(dir, "postgres")))
    })
}

/// Stops a server without a watchdog. If that fails, the new server reports why it cannot start.
pub(super) fn stop_orphan(directory: &ServerDirectory) {
    if UnixStream::connect(directory.socket()).is_err() {
        return;
    }
    // The command that started the server: the path of `postgres`, then its arguments in quotes.
    let started_by = fs::read_to_string(directory.dir.join("data/postmaster.opts")).unwrap_or_default();
    let Some((postgres, _)) = started_by.split_once(" \"") else { return };
    let mut command = Command::new(Path::new(postgres).with_file_name("pg_ctl"));
    command.args(["stop", "--mode=immediate", "--wait", "--timeout=20", "--pgdata=data"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    directory.detach(&mut command);
    change_user(&mut command, directory.user);
    drop(command.status());
}

fn change_user(command: &mut Command, user: User) {
    if let Some((uid, gid)) = user.change_to {
        command.uid(uid).gid(gid);
    }
}
