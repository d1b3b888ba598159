//! A proxy between client and server that counts round trips, as the wire sees them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use orm_pg::prelude::*;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
};

/// A database behind a proxy, and its counter.
pub(crate) struct Wire {
    pub(crate) db: Database,
    counter: Arc<Counter>,
}

#[derive(Default)]
struct Counter {
    trips: AtomicUsize,
    /// Whether the last bytes came from the client.
    client_spoke: AtomicBool,
}

impl Counter {
    fn client(&self) {
        if !self.client_spoke.swap(true, Ordering::SeqCst) {
            self.trips.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn server(&self) {
        self.client_spoke.store(false, Ordering::SeqCst);
    }
}

impl Wire {
    /// Opens the database at `url` through a proxy, with a single connection.
    pub(crate) async fn open(url: &str) -> Self {
        let target = Target::of(url);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let counter = Arc::new(Counter::default());
        let counts = counter.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (counts, target) = (counts.clone(), target.clone());
                tokio::spawn(async move { target.connect(client, counts).await });
            }
        });
        let config: orm_pg::tokio_postgres::Config = url.parse().expect("a URL that the driver reads");
        let mut behind = Database::builder().host("127.0.0.1").port(port).max_connections(1);
        behind = behind.user(config.get_user().expect("a user")).database(config.get_dbname().expect("a database"));
        if let Some(password) = config.get_password() {
            behind = behind.password(String::from_utf8_lossy(password));
        }
        let db = behind.connect().await.expect("through the proxy");
        Self { db, counter }
    }

    /// Runs `work` and returns what it gave, and how many round trips it took.
    pub(crate) async fn count<T>(&self, work: impl Future<Output = T>) -> (T, usize) {
        let before = self.counter.trips.load(Ordering::SeqCst);
        let value = work.await;
        (value, self.counter.trips.load(Ordering::SeqCst) - before)
    }
}

/// Where the server is, taken from the URL that the test support gives.
#[derive(Clone)]
struct Target {
    socket: Option<String>,
    address: String,
}

impl Target {
    fn of(url: &str) -> Self {
        let config: orm_pg::tokio_postgres::Config = url.parse().expect("a URL that the driver reads");
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let (socket, address) = match config.get_hosts().first() {
            Some(orm_pg::tokio_postgres::config::Host::Unix(path)) => {
                (Some(format!("{}/.s.PGSQL.{port}", path.display())), String::new())
            }
            Some(orm_pg::tokio_postgres::config::Host::Tcp(host)) => (None, format!("{host}:{port}")),
            None => panic!("the URL names no host"),
        };
        Self { socket, address }
    }

    async fn connect(self, client: TcpStream, counter: Arc<Counter>) {
        match &self.socket {
            Some(path) => pump(client, UnixStream::connect(path).await.expect("the server's socket"), counter).await,
            None => pump(client, TcpStream::connect(&self.address).await.expect("the server"), counter).await,
        }
    }
}

async fn pump(client: TcpStream, server: impl AsyncRead + AsyncWrite + Unpin + Send, counter: Arc<Counter>) {
    client.set_nodelay(true).ok();
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let there = async {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            counter.client();
            if to_server.write_all(&buffer[..read]).await.is_err() {
                break;
            }
        }
        to_server.shutdown().await.ok();
    };
    let back = async {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            counter.server();
            if to_client.write_all(&buffer[..read]).await.is_err() {
                break;
            }
        }
        to_client.shutdown().await.ok();
    };
    tokio::join!(there, back);
}
