use std::time::Duration;

use orm_core::error::{ErrorKind, Result};
use tokio_postgres::config::TargetSessionAttrs;

use super::*;

fn targets(url: &str) -> Result<Vec<Target>> {
    DatabaseBuilder::new().user("ann").url(url).check().map(|it| it.1)
}

#[track_caller]
fn refused(url: &str, expected: &str) {
    let error = targets(url).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(error.to_string(), expected);
}

#[test]
fn hosts_and_ports_pair() {
    let shown = |url| targets(url).unwrap().into_iter().map(|it| it.shown).collect::<Vec<_>>();
    assert_eq!(shown("postgres://localhost/app"), ["localhost:5432"]);
    assert_eq!(shown("postgres://localhost:1,127.0.0.1/app"), ["localhost:1", "127.0.0.1:5432"]);
    assert_eq!(shown("host=/sock,::1 port=7"), ["/sock:7", "::1:7"]);
    assert_eq!(shown("host=db.example hostaddr=127.0.0.1 sslmode=disable"), ["db.example:5432"]);
    refused("host=localhost,::1,/x port=1,2", "option `port` must name one port, or one for each host");
    refused("host=localhost,::1 hostaddr=::1", "options `host` and `hostaddr` must have the same number of entries");
}

#[test]
fn addresses_are_told_apart() {
    let address = |url| targets(url).unwrap().remove(0).address;
    assert_eq!(address("postgres:///db?host=/run/x"), Address::Socket("/run/x".into()));
    assert_eq!(address("postgres://%2Frun%2Fx/db"), Address::Socket("/run/x".into()));
    assert_eq!(address("postgres://[::1]/db"), Address::Ip("::1".parse().unwrap()));
    assert_eq!(address("postgres://localhost/db"), Address::Name("localhost".into()));
}

#[test]
fn options_reach_the_driver() {
    let url = "postgres://bob:hunter2@localhost/app?application_name=x&options=-c%20lock_timeout%3D1s&connect_timeout=3\
               &keepalives=0&tcp_user_timeout=500&target_session_attrs=read-only";
    let (settings, mut targets) = DatabaseBuilder::new().url(url).check().unwrap();
    let Target { driver, tcp, .. } = targets.remove(0);
    assert_eq!(settings.connect_timeout, Duration::from_secs(3));
    assert!(!tcp.keepalive);
    assert_eq!(tcp.user_timeout, Some(Duration::from_millis(500)));
    assert_eq!(driver.get_user(), Some("bob"));
    assert_eq!(driver.get_password(), Some("hunter2".as_bytes()));
    assert_eq!(driver.get_dbname(), Some("app"));
    assert_eq!(driver.get_application_name(), Some("x"));
    assert_eq!(driver.get_options(), Some("-c lock_timeout=1s"));
    assert_eq!(driver.get_target_session_attrs(), TargetSessionAttrs::ReadOnly);
}

#[test]
fn the_statement_timeout_joins_the_options() {
    let builder =
        DatabaseBuilder::new().url("host=/x user=u").options("-c a.b=1").statement_timeout(Duration::from_secs(2));
    let driver = builder.check().unwrap().1.remove(0).driver;
    assert_eq!(driver.get_options(), Some("-c a.b=1 -c statement_timeout=2000"));
}

#[test]
fn several_hosts_want_the_one_that_takes_writes() {
    let attrs = |url| targets(url).unwrap().remove(0).driver.get_target_session_attrs();
    assert_eq!(attrs("host=/a"), TargetSessionAttrs::Any);
    assert_eq!(attrs("host=/a,/b"), TargetSessionAttrs::ReadWrite);
    assert_eq!(attrs("host=/a,/b target_session_attrs=any"), TargetSessionAttrs::Any);
}

#[test]
fn mistakes_name_the_option_and_hide_the_value() {
    let case = |url: &str, expected: &str| refused(url, expected);
    case("postgres://localhost/a?sslcrl=x", "option `sslcrl`: not supported");
    case("postgres://u:hunter2@localhost:99999/a", "option `port`: expected a port from 1 to 65535");
    case("postgres://localhost:0/a", "option `port`: expected a port from 1 to 65535");
    case("postgres://u:hunter2", "option `port`: expected a port from 1 to 65535");
    case("host=localhost connect_timeout=soon", "option `connect_timeout`: expected a number of seconds");
    case("host=localhost keepalives=yes", "option `keepalives`: expected 0 or 1");
    case("host=localhost client_encoding=latin1", "option `client_encoding`: expected utf8: Rust's strings are UTF-8");
    case(
        "host=localhost sslmode=on",
        "option `sslmode`: expected disable, allow, prefer, require, verify-ca or verify-full",
    );
    case(
        "host=localhost target_session_attrs=best",
        "option `target_session_attrs`: expected any, read-write, read-only, primary or standby",
    );
}

#[test]
fn limits_are_checked() {
    let case = |builder: DatabaseBuilder, expected: &str| {
        assert_eq!(builder.url("host=/x user=u").check().unwrap_err().to_string(), expected);
    };
    case(DatabaseBuilder::new().max_connections(0), "`max_connections` must be at least 1");
    case(DatabaseBuilder::new().min_idle(11), "`min_idle` must not be more than `max_connections`");
    case(DatabaseBuilder::new().statement_cache(0), "`statement_cache` must be at least 1");
    case(DatabaseBuilder::new().statement_cache_bytes(0), "`statement_cache_bytes` must be at least 1");
    case(DatabaseBuilder::new().acquire_timeout(Duration::ZERO), "a limit of time must be more than zero");
}

#[test]
fn of_a_url_that_cannot_be_used_nothing_is_kept() {
    for url in ["postgres://u:hunter2", "postgres://u:p/hunter2", "postgres://hunter2:p/d", "host=hunter2 port=x"] {
        let builder = DatabaseBuilder::new().url(url);
        assert!(!format!("{builder:?}").contains("hunter2"), "{builder:?}");
        assert!(builder.check().is_err());
    }
}

#[test]
fn a_url_in_place_of_a_host_is_not_shown() {
    for host in ["postgres://u:hunter2@db/app", "u:hunter2@db", "host=db password=hunter2"] {
        let builder = DatabaseBuilder::new().user("u").host(host);
        assert!(!format!("{builder:?}").contains("hunter2"));
        let error = builder.check().unwrap_err();
        assert!(
            error.to_string().contains("pass a connection string to `url(..)`")
                && !error.to_string().contains("hunter2"),
            "{error}"
        );
    }
}

#[test]
fn debug_hides_the_password() {
    let builder = DatabaseBuilder::new().url("postgres://ann:hunter2@localhost/app").password("hunter2");
    assert!(!format!("{builder:?}").contains("hunter2"));
    let targets = builder.check().unwrap().1;
    assert!(!format!("{targets:?}").contains("hunter2"));
}

mod tls;
