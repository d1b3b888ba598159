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
    directory::{Place, SETTINGS},
    engine::{Engine, Refusal},
};

/// The official image.
const IMAGE: &str = "postgres:17";

/// How long the port may be silent after the server has said that it listens: the way to it is missing then.
const PORT_LIMIT: Duration = Duration::from_secs(5);

/// What asks a server for TLS. It answers with one byte, whether it has TLS or not, and starts nothing yet.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// A container that is running, or about to.
#[derive(Debug)]
pub(super) struct Container {
    engine: Engine,
    name: String,
    /// The image it was made of.
    pub(super) image: String,
    password: String,
}

/// Returns the name of the image to run.
pub(super) fn image() -> String {
    std::env::var(variable::IMAGE).ok().filter(|it| !it.is_empty()).unwrap_or_else(|| IMAGE.to_owned())
}

/// Starts a server, and returns its URL when it takes connections.
pub(super) fn start(place: &Place) -> Result<String, Refusal> {
    let (engine, image) = (Engine::find()?, image());
    engine.provide(&image)?;
    let password = random()?;
    let mut hash = Hasher::new();
    hash.write(password.as_bytes());
    let name = format!("orm-pg-test-{:016x}", hash.finish());
    let container = Container { engine, name, image, password };
    // Noted before it is there: whoever comes after us may have to wait for it, or to remove it.
    container.note_in(place)?;
    place.spawn_watchdog(|command| {
        command.args(["docker", &container.engine.command, &container.name]);
        // What the terminal sends is for the tests.
        command.args(["--sig-proxy=false", "--label", &format!("orm-pg-test={}", place.dir.display())]);
        command.args(["--publish", "127.0.0.1::5432"]);
        // Not where the image has its volume, which moves from one version to the next.
        command.args(["--tmpfs", "/pgdata", "--env", "PGDATA=/pgdata/data", "--shm-size", "256m"]);
        // By its name alone, so that no list of processes shows it.
        command.args(["--env", "POSTGRES_PASSWORD"]).env("POSTGRES_PASSWORD", &container.password);
        // As the local server has it.
        command.args(["--env", "POSTGRES_INITDB_ARGS=--encoding=UTF8 --locale=C.UTF-8"]);
        command.args([&container.image, "postgres", "-c", "listen_addresses=*"]);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    })?;
    container.wait_until_ready(place).map_err(|error| {
        container.engine.remove(&container.name);
        Refusal::Unusable(format!("the container of {} cannot be used: {error}", container.image))
    })
}

impl Container {
    /// Returns the container that the directory tells of.
    pub(super) fn noted_in(place: &Place) -> Option<Self> {
        let text = fs::read_to_string(place.dir.join("container")).ok()?;
        let mut lines = text.lines().map(str::to_owned);
        let engine = Engine { command: lines.next()? };
        let container = Self { engine, name: lines.next()?, image: lines.next()?, password: lines.next()? };
        // The last line, so that half a note is none.
        lines.next().is_some_and(|it| it == "end").then_some(container)
    }

    fn note_in(&self, place: &Place) -> Result<()> {
        let Self { engine, name, image, password } = self;
        place.write("container", &format!("{}\n{name}\n{image}\n{password}\nend\n", engine.command))
    }

    /// Returns the URL when the server takes connections.
    pub(super) fn wait_until_ready(&self, place: &Place) -> Result<String> {
        // Who came first has left it, so that the engine is not asked by every test process.
        let noted = fs::read_to_string(place.dir.join("url")).unwrap_or_default();
        if let Some(url) = noted.strip_suffix('\n') {
            return Ok(url.to_owned());
        }
        let (mut port, mut listening) = (None, None);
        let url = place.wait(|| {
            port = port.or_else(|| self.engine.published_port(&self.name));
            if let Some(port) = port {
                if answers(port) {
                    return Ok(Some(url::of_port(port, &self.password)));
                }
                if listening.is_none() && place.log().contains("listening on IPv4") {
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
        place.write("url", &format!("{url}\n"))?;
        Ok(url)
    }

    /// Ends it and removes it.
    pub(super) fn remove(&self) {
        self.engine.remove(&self.name);
    }
}

/// Whether a PostgreSQL server answers. That a connection is made says nothing: the engine itself takes it.
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

/// Returns 32 digits that nobody can guess.
fn random() -> Result<String> {
    let mut bytes = [0; 16];
    let read = fs::File::open("/dev/urandom").and_then(|mut it| it.read_exact(&mut bytes));
    read.map_err(|error| failed(format!("cannot make a password from /dev/urandom: {error}")).with_source(error))?;
    Ok(bytes.iter().map(|it| format!("{it:02x}")).collect())
}
