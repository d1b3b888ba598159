//! One server with TLS for all tests, whose certificate can be switched.

use std::{
    fs,
    io::Read,
    net::TcpListener,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use orm_pg::{Database, DatabaseBuilder};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio_postgres::NoTls;

use crate::certificates::{Pair, authorities};

/// Who may come how. All passwords are `hunter2`.
const HBA: &str = "\
local all all trust
hostssl all encrypted 127.0.0.1/32 scram-sha-256
hostssl all certified 127.0.0.1/32 scram-sha-256 clientcert=verify-full
hostssl all certificate_only 127.0.0.1/32 cert
hostnossl all plain 127.0.0.1/32 scram-sha-256
host all scram 127.0.0.1/32 scram-sha-256
host all md5 127.0.0.1/32 md5
host all cleartext 127.0.0.1/32 password
host all trusted 127.0.0.1/32 trust
";

const ROLES: &str = "\
SET password_encryption = 'scram-sha-256';
CREATE ROLE encrypted LOGIN PASSWORD 'hunter2';
CREATE ROLE certified LOGIN PASSWORD 'hunter2';
CREATE ROLE certificate_only LOGIN;
CREATE ROLE plain LOGIN PASSWORD 'hunter2';
CREATE ROLE scram LOGIN PASSWORD 'hunter2';
CREATE ROLE cleartext LOGIN PASSWORD 'hunter2';
CREATE ROLE trusted LOGIN;
SET password_encryption = 'md5';
CREATE ROLE md5 LOGIN PASSWORD 'hunter2';
";

/// Ends the server when the test process ends, however it ends: standard input is closed then.
const KEEPER: &str = r#"
"$1/initdb" --no-sync --username=postgres --auth=trust --encoding=UTF8 --locale=C -D "$2/data" >/dev/null || exit 1
cp "$2/pg_hba.conf" "$2/data/pg_hba.conf"
echo 'ssl = on' >>"$2/data/postgresql.conf"
"$1/postgres" -D "$2/data" -k "$2" -p "$3" -c listen_addresses=127.0.0.1 -c fsync=off \
  -c ssl_cert_file="$2/server.crt" -c ssl_key_file="$2/server.key" -c ssl_ca_file="$2/clients.crt" </dev/null 2>"$2/log" &
server=$!
echo started
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$2"
"#;

/// Where the server is.
pub(crate) struct Server {
    pub(crate) dir: PathBuf,
    pub(crate) port: u16,
    owner: Option<(u32, u32)>,
}

/// Tests that need the usual certificate share the server; those that switch it have it for themselves. Holds whether
/// one of them did.
static USE: RwLock<bool> = RwLock::const_new(false);
static KEEPERS: Mutex<Vec<Child>> = Mutex::new(Vec::new());

pub(crate) type Shared = RwLockReadGuard<'static, bool>;
pub(crate) type Exclusive = RwLockWriteGuard<'static, bool>;

/// The server, with a certificate for `localhost` that the authority `sha256` has signed.
pub(crate) async fn shared() -> (&'static Server, Shared) {
    let server = server();
    let guard = USE.read().await;
    if !*guard {
        return (server, guard);
    }
    drop(guard);
    let mut guard = USE.write().await;
    if *guard {
        server.ssl(true).await;
        server.show(&usual()).await;
        *guard = false;
    }
    (server, guard.downgrade())
}

/// The server, whose certificate and TLS may be changed.
pub(crate) async fn exclusive() -> (&'static Server, Exclusive) {
    let server = server();
    let mut guard = USE.write().await;
    *guard = true;
    (server, guard)
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| std::thread::spawn(Server::start).join().unwrap())
}

impl Server {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dir = PathBuf::from(format!("/tmp/orm-pg-tls-{}-{port}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        let server = Self { dir, port, owner: unprivileged() };
        fs::set_permissions(&server.dir, fs::Permissions::from_mode(0o755)).unwrap();
        server.give(&server.dir);
        server.write("pg_hba.conf", HBA);
        server.write("clients.crt", &authorities().clients.pem());
        server.write_pair(&usual());
        let mut command = Command::new("/bin/sh");
        command.args(["-c", KEEPER, "sh"]).arg(binaries()).arg(&server.dir).arg(port.to_string());
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        if let Some((uid, gid)) = server.owner {
            command.uid(uid).gid(gid);
        }
        let mut keeper = command.spawn().unwrap();
        let mut told = [0; 8];
        keeper.stdout.as_mut().unwrap().read_exact(&mut told).expect("initdb runs");
        KEEPERS.lock().unwrap_or_else(PoisonError::into_inner).push(keeper);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            server.sql_when_ready(ROLES).await;
        });
        server
    }

    /// A handle on the server at `host`, which is reached at the loopback address whatever its name.
    pub(crate) fn at(&self, host: &str, user: &str, options: &str) -> DatabaseBuilder {
        let Self { port, .. } = self;
        Database::builder()
            .url(&format!(
                "host={host} hostaddr=127.0.0.1 port={port} user={user} password=hunter2 dbname=postgres {options}"
            ))
            .max_connections(2)
    }

    /// Trusts the usual authority.
    pub(crate) fn trusting(&self, user: &str, options: &str) -> DatabaseBuilder {
        self.at("localhost", user, options).ssl_root_cert_from_pem(authorities().sha256.pem())
    }

    /// Runs SQL as superuser, over the Unix socket.
    pub(crate) async fn sql(&self, sql: &str) {
        self.try_sql(sql).await.unwrap();
    }

    async fn try_sql(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.dir).port(self.port).user("postgres").dbname("postgres");
        let (client, connection) = config.connect(NoTls).await?;
        let serving = tokio::spawn(connection);
        let result = client.batch_execute(sql).await;
        drop(client);
        serving.await.unwrap()?;
        result
    }

    async fn sql_when_ready(&self, sql: &str) {
        let end = Instant::now() + Duration::from_secs(60);
        while let Err(error) = self.try_sql(sql).await {
            let log = || fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            assert!(Instant::now() < end, "the server does not start: {error}\n{}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Shows another certificate, from the next connection on.
    pub(crate) async fn show(&self, pair: &Pair) {
        self.write_pair(pair);
        self.sql("SELECT pg_reload_conf()").await;
        let der = pem_content(&pair.certificate);
        self.until(|it| it.as_deref() == Some(&*der)).await;
    }

    /// Switches TLS on or off.
    pub(crate) async fn ssl(&self, on: bool) {
        self.sql(&format!("ALTER SYSTEM SET ssl = {on}")).await;
        self.sql("SELECT pg_reload_conf()").await;
        self.until(|it| it.is_some() == on).await;
    }

    /// Waits until new connections get what is wanted: the certificate, or that there is no TLS.
    async fn until(&self, wanted: impl Fn(Option<String>) -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !wanted(self.shown()) {
            assert!(Instant::now() < end, "the server does not reload");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks `openssl` which certificate the server shows.
    fn shown(&self) -> Option<String> {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-starttls", "postgres", "-connect", &format!("127.0.0.1:{}", self.port)]);
        let output = command.stdin(Stdio::null()).output().expect("openssl is installed");
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        output.contains("BEGIN CERTIFICATE").then(|| pem_content(&output))
    }

    fn write_pair(&self, pair: &Pair) {
        self.write("server.crt", &pair.certificate);
        self.write("server.key", &pair.key);
    }

    /// Writes a file that only the server may read.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.dir.join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self.give(&path);
        path
    }

    /// Lets the server have it, which removes all at the end.
    pub(crate) fn give(&self, path: &Path) {
        if let Some((uid, gid)) = self.owner {
            chown(path, Some(uid), Some(gid)).unwrap();
        }
    }
}

fn usual() -> Pair {
    authorities().sha256.sign("server", &["localhost", "127.0.0.1"])
}

fn pem_content(text: &str) -> String {
    let (_, rest) = text.split_once("BEGIN CERTIFICATE-----").unwrap();
    rest.split_once("-----END").unwrap().0.split_whitespace().collect()
}

fn binaries() -> PathBuf {
    let output = Command::new("pg_config").arg("--bindir").output();
    let named = output.ok().map(|it| PathBuf::from(String::from_utf8_lossy(&it.stdout).trim()));
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|it| it.path().join("bin"));
    let mut places = named.into_iter().chain(installed);
    places.find(|it| it.join("initdb").is_file()).expect("PostgreSQL is installed")
}

/// Whom root hands the server to.
fn unprivileged() -> Option<(u32, u32)> {
    let id = |args: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(args).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"].iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)))
}
