//! The throw-away server in a container, with its data in memory and its port on the loopback interface.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    thread::sleep,
    time::{Duration, Instant},
};

use orm_core::error::Result;

use super::{
    super::{failure::failed, hash::Hasher, url, variable},
    directory::{SETTINGS, ServerDirectory},
    engine::{Engine, Refusal},
};

/// The official image.
const IMAGE: &str = "postgres:17";

/// How long the port may not answer after the server has said that it listens. After that, it cannot be reached from
/// here.
const PORT_LIMIT: Duration = Duration::from_secs(5);

/// `SSLRequest`. The server answers with one byte, whether it supports TLS or not.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// A container that is running or being started.
#[derive(Debug)]
pub(super) struct Container {
    engine: Engine,
    name: String,
    /// The image of the container.
    pub(super) image: String,
    password: String,
}

/// Returns the name of the image to run.
pub(super) fn image() -> String {
    std::env::var(variable::IMAGE).ok().filter(|it| !it.is_empty()).unwrap_or_else(|| IMAGE.to_owned())
}

/// Starts a server, and returns its URL when it takes connections.
pub(super) fn start(directory: &ServerDirectory) -> Result<String, Refusal> {
    let (engine, image) = (Engine::find()?, image());
    engine.provide(&image)?;
    let password = random()?;
    let mut hash = Hasher::new();
    hash.write(password.as_bytes());
    let name = format!("orm-pg-test-{:016x}", hash.finish());
    let container = Container { engine, name, image, password };
    // Recorded before it exists: another process may have to wait for it, or to remove it.
    container.note_in(directory)?;
    directory.spawn_watchdog(|command| {
        command.args(["docker", &container.engine.command, &container.name]);
        // Signals of the terminal are meant for the tests.
        command.args(["--sig-proxy=false", "--label", &format!("orm-pg-test={}", directory.dir.display())]);
        command.args(["--publish", "127.0.0.1::5432"]);
        // Not at the volume of the image, whose path differs between versions.
        command.args(["--tmpfs", "/pgdata", "--env", "PGDATA=/pgdata/data", "--shm-size", "256m"]);
        // Only its name is an argument, so that no list of processes shows the password.
        command.args(["--env", "POSTGRES_PASSWORD"]).env("POSTGRES_PASSWORD", &container.password);
        // As for the local server.
        command.args(["--env", "POSTGRES_INITDB_ARGS=--encoding=UTF8 --locale=C.UTF-8"]);
        command.args([&container.image, "postgres", "-c", "listen_addresses=*"]);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    })?;
    container.wait_until_ready(directory).map_err(|error| {
        container.engine.remove(&container.name);
        Refusal::Unusable(format!("the container of {} cannot be used: {error}", container.image))
    })
}

impl Container {
    /// Returns the container that is recorded in the directory.
    pub(super) fn noted_in(directory: &ServerDirectory) -> Option<Self> {
        let text = fs::read_to_string(directory.dir.join("container")).ok()?;
        let mut lines = text.lines().map(str::to_owned);
        let engine = Engine { command: lines.next()? };
        let container = Self { engine, name: lines.next()?, image: lines.next()?, password: lines.next()? };
        // The last line shows that the record is complete.
        lines.next().is_some_and(|it| it == "end").then_some(container)
    }

    fn note_in(&self, directory: &ServerDirectory) -> Result<()> {
        let Self { engine, name, image, password } = self;
        directory.write("container", &format!("{}\n{name}\n{image}\n{password}\nend\n", engine.command))
    }

    /// Returns the URL when the server accepts connections.
    pub(super) fn wait_until_ready(&self, directory: &ServerDirectory) -> Result<String> {
        // The first process stores it, so that not every test process has to ask the engine.
        let noted = fs::read_to_string(directory.dir.join("url")).unwrap_or_default();
        if let Some(url) = noted.strip_suffix('\n') {
            return Ok(url.to_owned());
        }
        let (mut port, mut listening) = (None, None);
        let url = directory.wait(|| {
            port = port.or_else(|| self.engine.published_port(&self.name));
            if let Some(port) = port {
                if answers(port) {
                    return Ok(Some(url::of_port(port, &self.password)));
                }
                if listening.is_none() && directory.log().contains("listening on IPv4") {
                    listening = Some(Instant::now());
                }
                if listening.is_some_and(|it| it.elapsed() > PORT_LIMIT) {
                    return Err(failed(format!(
                        "its port 127.0.0.1:{port} cannot be reached from here; is the engine on another machine?"
                    )));
                }
            }
            sleep(Duration::from_millis(50));
            Ok(None)
        })?;
        directory.write("url", &format!("{url}\n"))?;
        Ok(url)
    }

    /// Stops and removes the container.
    pub(super) fn remove(&self) {
        self.engine.remove(&self.name);
    }
}

/// Whether a PostgreSQL server answers. An open connection proves nothing, since the engine itself accepts it.
fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let limit = Duration::from_secs(1);
        let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.write_all(&SSL_REQUEST)?;
        let mut answer = [0];
        stream.read_exact(&mut answer)?;
        Ok(matches!(&answer, b"S" | b"N"))
    };
    ask().unwrap_or(false)
}

/// Returns 32 random hexadecimal digits.
fn random() -> Result<String> {
    let mut bytes = [0; 16];
    let read = fs::File::open("/dev/urandom").and_then(|mut it| it.read_exact(&mut bytes));
    read.map_err(|error| failed(format!("cannot read a password from /dev/urandom: {error}")).with_source(error))?;
    Ok(bytes.iter().map(|it| format!("{it:02x}")).collect())
}
