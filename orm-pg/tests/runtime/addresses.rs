//! A host name with several addresses. The test runs itself again where such a name is known.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::MetadataExt,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use orm_pg::{Database, DatabaseBuilder, ErrorKind};
use tokio::net::{TcpListener, lookup_host};

use crate::{
    pool::proxy,
    server::{builder, one, unique, url},
};

const INSIDE: &str = "ORM_PG_TEST_KNOWS_TWO_ADDRESSES";
const NAME: &str = "two.orm-pg.test";

/// Runs the test `name` once more, with a file of host names of its own. Returns whether this is that run.
fn inside(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let hosts = std::env::temp_dir().join(unique("orm_pg_hosts"));
    fs::write(&hosts, format!("127.0.0.1 localhost\n127.0.0.2 {NAME}\n127.0.0.1 {NAME}\n")).unwrap();
    let mut command = Command::new("unshare");
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        command.arg("--map-root-user");
    }
    command.args(["--mount", "sh", "-c", r#"mount --bind "$1" /etc/hosts && exec "$2" --exact "$3""#, "sh"]);
    command.arg(&hosts).arg(std::env::current_exe().unwrap()).arg(name);
    let output = command
        .env(INSIDE, "1")
        .env("ORM_PG_TEST_URL", url())
        .env_remove("ORM_PG_TEST_SERVER")
        .stdin(Stdio::null())
        .output()
        .expect("`unshare` of util-linux");
    fs::remove_file(hosts).unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    false
}

/// Listens at `address`, counts who comes and says nothing.
async fn silent(address: SocketAddr) -> Arc<AtomicU32> {
    let listener = TcpListener::bind(address).await.unwrap();
    let came = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&came);
    drop(tokio::spawn(async move {
        let mut kept = vec![];
        loop {
            kept.push(listener.accept().await.unwrap());
            count.fetch_add(1, Ordering::AcqRel);
        }
    }));
    came
}

/// The two addresses of the name, in the order in which they are tried, with a port that is free at both.
async fn addresses() -> [SocketAddr; 2] {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let found: Vec<_> = lookup_host((NAME, free)).await.unwrap().collect();
    found.try_into().expect("two addresses")
}

fn at(port: u16) -> DatabaseBuilder {
    let limit = Duration::from_secs(1);
    builder(&unique("addresses")).url(&format!("host={NAME} port={port} sslmode=disable")).connect_timeout(limit)
}

#[test]
fn each_address_of_a_name_has_its_own_limit_and_the_good_one_is_remembered() {
    if !inside("addresses::each_address_of_a_name_has_its_own_limit_and_the_good_one_is_remembered") {
        return;
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let [first, second] = addresses().await;
        let came = silent(first).await;
        proxy(TcpListener::bind(second).await.unwrap());
        let db: Database = at(first.port()).max_connections(4).connect().await.unwrap();
        assert_eq!(came.load(Ordering::Acquire), 1);
        let all = join_all((0..4).map(|_| db.connection())).await;
        for connection in all {
            assert_eq!(one::<i32>(&connection.unwrap(), "SELECT 1").await, 1);
        }
        assert_eq!(db.status().connections, 4);
        assert_eq!(came.load(Ordering::Acquire), 1, "the address that answered comes first");
    });
}

#[test]
fn each_address_of_a_name_says_why_it_cannot_be_used() {
    if !inside("addresses::each_address_of_a_name_says_why_it_cannot_be_used") {
        return;
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let [first, second] = addresses().await;
        let came = silent(first).await;
        let error = at(first.port()).connect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert_eq!(came.load(Ordering::Acquire), 1);
        let text = error.to_string();
        let named = |it: SocketAddr| format!("cannot connect to {NAME}:{} ({})", it.port(), it.ip());
        assert!(text.contains(&format!("{}: no answer within 1s", named(first))), "{text}");
        assert!(text.contains(&named(second)), "{text}");
    });
}
