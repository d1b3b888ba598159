//! Authentication of both sides.

use std::{os::unix::fs::PermissionsExt, process::Command};

use orm_pg::{ChannelBinding, Error, prelude::*};

use crate::{
    certificates::authorities,
    proxy::{Answer, Proxy},
    server::{Server, exclusive, shared},
    trust::refused,
};

/// Whether the server says so of the connection.
pub(crate) async fn is_encrypted(db: &Database) -> bool {
    sql!("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").one::<bool>(db).await.unwrap()
}

const MD5: &str = "the server asks for an MD5 hash of the password, which is only sent with `require_auth=md5`; it is \
                   safer to have the server store passwords as scram-sha-256";
const PASSWORD: &str = "the server asks for the password itself, which is only sent with `require_auth=password`";

#[tokio::test]
async fn passwords_are_bound_to_certificates_of_any_hash() {
    let (server, _guard) = exclusive().await;
    let all = authorities();
    for authority in [&all.sha256, &all.sha384] {
        server.show(&authority.sign("server", &["localhost"])).await;
        let builder = server.at("localhost", "encrypted", "").ssl_root_cert_from_pem(authority.pem());
        let db = builder.channel_binding(ChannelBinding::Require).connect().await.unwrap();
        assert!(is_encrypted(&db).await);
    }
    // This algorithm names no hash, so nothing can be bound.
    server.show(&all.ed25519.sign("server", &["localhost"])).await;
    let at = || server.at("localhost", "encrypted", "").ssl_root_cert_from_pem(all.ed25519.pem());
    assert!(is_encrypted(&at().connect().await.unwrap()).await);
    let error = at().channel_binding(ChannelBinding::Require).connect().await.unwrap_err();
    refused(&error, "the server did not use channel binding, which `channel_binding=require` demands");
}

#[tokio::test]
async fn a_server_that_does_not_know_the_password_cannot_be_required_to_bind_it() {
    let (server, _guard) = shared().await;
    for role in ["trusted", "md5"] {
        let builder = server.trusting(role, "require_auth=none,md5").channel_binding(ChannelBinding::Require);
        let text = "the server did not use channel binding, which `channel_binding=require` demands";
        refused(&builder.connect().await.unwrap_err(), text);
    }
}

async fn error_of(server: &Server, role: &str, require_auth: &str) -> Error {
    server.at("localhost", role, require_auth).connect().await.unwrap_err()
}

#[tokio::test]
async fn passwords_are_not_given_away_unasked() {
    let (server, _guard) = shared().await;
    refused(&error_of(server, "md5", "").await, MD5);
    refused(&error_of(server, "cleartext", "").await, PASSWORD);
    // Nor over TLS: the server would learn the password, even if it is an attacker's.
    refused(&server.trusting("md5", "").connect().await.unwrap_err(), MD5);
    refused(&server.trusting("cleartext", "").connect().await.unwrap_err(), PASSWORD);
}

#[tokio::test]
async fn not_a_byte_of_the_password_leaves_when_the_question_is_refused() {
    let (server, _guard) = shared().await;
    let proxy = Proxy::before(server, Answer::Servers).await;
    // The pool would go on to try for as long as a statement waits.
    let db = server.at("localhost", "cleartext", "").port(proxy.port).connect_lazy().unwrap();
    refused(&sql!("SELECT 1").one::<i32>(&db).await.unwrap_err(), PASSWORD);
    let [sent] = &proxy.sent()[..] else { panic!("one attempt is enough") };
    assert!(!sent.is_empty() && !sent.windows(7).any(|it| it == b"hunter2"), "{sent:?}");

    let proxy = Proxy::before(server, Answer::Servers).await;
    let db = server.at("localhost", "cleartext", "require_auth=password").port(proxy.port).connect().await.unwrap();
    assert!(proxy.sent()[0].windows(7).any(|it| it == b"hunter2"));
    assert!(!is_encrypted(&db).await);
}

#[tokio::test]
async fn what_is_allowed_is_answered_and_nothing_else() {
    let (server, _guard) = shared().await;
    for (role, list) in
        [("md5", "md5"), ("md5", "!password"), ("cleartext", "password,none"), ("trusted", ""), ("trusted", "none")]
    {
        let list = if list.is_empty() { String::new() } else { format!("require_auth={list}") };
        server.at("localhost", role, &list).connect().await.unwrap_or_else(|error| panic!("{role} {list}: {error:?}"));
    }
    refused(
        &error_of(server, "trusted", "require_auth=scram-sha-256").await,
        "the server asks for no authentication, which `require_auth` excludes",
    );
    let text = "the server asks for SCRAM, which `require_auth` excludes";
    refused(&error_of(server, "scram", "require_auth=md5").await, text);
}

#[tokio::test]
async fn a_missing_password_is_told_at_once() {
    let (server, _guard) = shared().await;
    let url = format!("host=127.0.0.1 port={} user=scram dbname=postgres", server.port);
    let nothing = server.dir.join("no_such_file");
    let db = Database::builder().url(&url).passfile(nothing).connect_lazy().unwrap();
    let error = sql!("SELECT 1").one::<i32>(&db).await.unwrap_err();
    refused(&error, "the server asks for a password, but none was given");
}

#[tokio::test]
async fn what_the_environment_says_fills_in() {
    const CHILD: &str = "ORM_PG_TLS_TEST_URL";
    // This test is its own child, which has another environment.
    if let Ok(url) = std::env::var(CHILD) {
        let db = Database::connect(&url).await.unwrap();
        let role = sql!("SELECT session_user::text").one::<String>(&db).await.unwrap();
        assert_eq!(Some(role), std::env::var("EXPECTED_ROLE").ok());
        return;
    }
    let (server, _guard) = shared().await;
    let passfile = server.dir.join("pgpass");
    std::fs::write(&passfile, format!("*:{}:*:scram:hunter2\n", server.port)).unwrap();
    std::fs::set_permissions(&passfile, std::fs::Permissions::from_mode(0o600)).unwrap();
    let whoami = Command::new("id").arg("-un").output().unwrap();
    let whoami = String::from_utf8_lossy(&whoami.stdout).trim().to_owned();
    if whoami != "postgres" {
        server.sql(&format!("CREATE ROLE \"{whoami}\" LOGIN")).await;
    }
    let socket = format!("host={} port={} dbname=postgres", server.dir.display(), server.port);
    let tcp = format!("host=127.0.0.1 port={} dbname=postgres user=scram", server.port);
    for (url, role) in [(socket, &*whoami), (tcp, "scram")] {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "authentication::what_the_environment_says_fills_in"]).env(CHILD, url);
        child.env_remove("USER").env_remove("LOGNAME").env("PGPASSFILE", &passfile).env("EXPECTED_ROLE", role);
        let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.contains("1 passed"), "{output}");
    }
}
