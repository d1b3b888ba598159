//! Which server certificates are trusted.

use std::process::Command;

use orm_pg::{ChannelBinding, DatabaseBuilder, Error, ErrorKind, SslMode, prelude::*};

use crate::{
    authentication::is_encrypted,
    certificates::{Pair, authorities, self_signed},
    server::{exclusive, shared},
};

/// Whether `error` says `text`, once and for all, and nothing that is secret.
#[track_caller]
pub(crate) fn refused(error: &Error, text: &str) {
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(error.to_string().ends_with(&format!(": {text}")), "{error:?}");
    assert!(error.is_refused_for_good() && !error.is_retryable(), "{error:?}");
    assert!(!format!("{error:?}").contains("hunter2"));
}

const UNTRUSTED: &str = "the server's certificate is not signed by a trusted authority: set `sslrootcert` to the \
                         authority's certificate";

async fn error(builder: DatabaseBuilder) -> Error {
    builder.connect().await.unwrap_err()
}

#[tokio::test]
async fn the_right_certificate_is_taken() {
    let (server, _guard) = shared().await;
    for mode in [SslMode::Require, SslMode::VerifyCa, SslMode::VerifyFull] {
        let db = server.trusting("encrypted", "").ssl_mode(mode).connect().await.unwrap();
        assert!(is_encrypted(&db).await);
    }
    // By file and by address.
    let path = server.dir.join("root.pem");
    std::fs::write(&path, authorities().sha256.pem()).unwrap();
    let options = format!("sslrootcert={}", path.display());
    let db = server.at("127.0.0.1", "encrypted", &options).connect().await.unwrap();
    assert!(is_encrypted(&db).await);
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_by_verify_full_alone() {
    let (server, _guard) = shared().await;
    let at = || server.at("db.example", "encrypted", "").ssl_root_cert_from_pem(authorities().sha256.pem());
    let text = "the server's certificate is not valid for `db.example`, only for ";
    // The default, since the name is that of another machine.
    for builder in [at(), at().ssl_mode(SslMode::VerifyFull)] {
        let error = error(builder).await;
        assert!(error.to_string().contains(text) && error.to_string().contains("localhost"), "{error:?}");
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.is_refused_for_good() && !error.is_retryable());
    }
    for mode in [SslMode::VerifyCa, SslMode::Require] {
        assert!(is_encrypted(&at().ssl_mode(mode).connect().await.unwrap()).await);
    }
}

#[tokio::test]
async fn another_authority_is_refused_wherever_one_is_named() {
    let (server, _guard) = shared().await;
    let at = || server.at("localhost", "encrypted", "").ssl_root_cert_from_pem(authorities().sha384.pem());
    for mode in [SslMode::Require, SslMode::VerifyCa, SslMode::VerifyFull] {
        refused(&error(at().ssl_mode(mode)).await, UNTRUSTED);
    }
    // Without an authority, `require` takes anything.
    let unchecked = server.at("localhost", "encrypted", "").ssl_mode(SslMode::Require);
    assert!(is_encrypted(&unchecked.connect().await.unwrap()).await);
}

#[tokio::test]
async fn the_machines_authorities_are_those_of_default() {
    const CHILD: &str = "ORM_PG_TLS_TEST_PORT";
    let at = |port: u16| {
        let url = format!("postgres://encrypted:hunter2@localhost:{port}/postgres?hostaddr=127.0.0.1");
        Database::builder().url(&url).ssl_mode(SslMode::VerifyFull)
    };
    // This test is its own child, which sees another set of authorities.
    if let Ok(port) = std::env::var(CHILD) {
        assert!(is_encrypted(&at(port.parse().unwrap()).connect().await.unwrap()).await);
        return;
    }
    let (server, _guard) = shared().await;
    refused(&error(at(server.port)).await, UNTRUSTED);
    let path = server.dir.join("system.pem");
    std::fs::write(&path, authorities().sha256.pem()).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "trust::the_machines_authorities_are_those_of_default"]);
    child.env(CHILD, server.port.to_string()).env("SSL_CERT_FILE", &path);
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.contains("1 passed"), "{output}");
}

#[tokio::test]
async fn certificates_that_are_not_good_are_named() {
    let (server, _guard) = exclusive().await;
    let sha256 = &authorities().sha256;
    let own = self_signed("localhost");
    for (pair, text) in [
        (sha256.sign_expired(&["localhost"]), "the server's certificate has expired"),
        (
            sha256.sign("localhost", &[]),
            "the server's certificate has no subjectAltName, so it is not valid for `localhost`: create a new one with \
             subjectAltName",
        ),
    ] {
        server.show(&pair).await;
        refused(&error(server.trusting("encrypted", "")).await, text);
    }
    server.show(&own).await;
    refused(
        &error(server.at("localhost", "encrypted", "").ssl_root_cert_from_pem(&own.certificate)).await,
        "the server's certificate is the certificate of an authority, as self-signed ones often are: give the server a \
         certificate that is signed by the authority",
    );
    // Without a check none of that matters.
    let unchecked = server.at("localhost", "encrypted", "").ssl_mode(SslMode::Require);
    assert!(is_encrypted(&unchecked.connect().await.unwrap()).await);
}

#[tokio::test]
async fn certificates_made_as_the_guide_says_are_good() {
    let (server, _guard) = exclusive().await;
    let page = include_str!("../../../docs/guide/tls-and-deployment.md");
    let (_, recipe) = page.split_once("```sh\n").unwrap();
    let (recipe, _) = recipe.split_once("```").unwrap();
    let dir = server.dir.join("recipe");
    std::fs::create_dir(&dir).unwrap();
    server.give(&dir);
    let made = Command::new("sh").args(["-ec", recipe]).current_dir(&dir).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
    server.show(&Pair { certificate: read("server.crt"), key: read("server.key") }).await;
    let at = |host: &str| server.at(host, "encrypted", "").ssl_root_cert(dir.join("root.pem"));
    let db = at("db.example.org").channel_binding(ChannelBinding::Require).connect().await.unwrap();
    assert!(is_encrypted(&db).await);
    let error = error(at("other.example.org")).await;
    assert!(error.to_string().contains("is not valid for `other.example.org`, only for "), "{error}");
}
