//! Client certificates.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use orm_pg::{DatabaseBuilder, Error, ErrorKind, prelude::*};

use crate::{
    authentication::is_encrypted,
    certificates::{Pair, authorities},
    server::{Server, shared},
    trust::refused,
};

fn showing(server: &Server, role: &str, pair: &Pair) -> DatabaseBuilder {
    server.trusting(role, "").ssl_client_cert_from_pem(&pair.certificate).ssl_client_key_from_pem(&pair.key)
}

fn signed(name: &str) -> Pair {
    authorities().clients.sign(name, &[])
}

#[tokio::test]
async fn a_certificate_lets_in_whom_it_names() {
    let (server, _guard) = shared().await;
    for role in ["certified", "certificate_only"] {
        let db = showing(server, role, &signed(role)).connect().await.unwrap();
        assert!(is_encrypted(&db).await);
        let name = sql!("SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
        assert_eq!(name.one::<String>(&db).await.unwrap(), format!("/CN={role}"));
        let error = showing(server, role, &signed("mallory")).connect().await.unwrap_err();
        assert!(matches!(error.sql_state(), Some("28000" | "28P01")), "{error:?}");
        let error = server.trusting(role, "").connect().await.unwrap_err();
        assert_eq!(error.sql_state(), Some("28000"), "{error:?}");
        assert!(error.is_refused_for_good());
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused_by_the_server() {
    let (server, _guard) = shared().await;
    let error = showing(server, "certified", &authorities().sha384.sign("certified", &[])).connect().await.unwrap_err();
    refused(&error, "the server does not accept the certificate of `sslcert` (UnknownCA)");
}

/// Reads files as a user names them in a URL.
async fn by_file(server: &Server, certificate: &str, key: &str, mode: u32) -> Result<Database, Error> {
    let unique = format!("{}-{mode:o}", key.len());
    let (certificate_path, key_path) =
        (server.dir.join(format!("client-{unique}.crt")), server.dir.join(format!("client-{unique}.key")));
    fs::write(&certificate_path, certificate).unwrap();
    fs::write(&key_path, key).unwrap();
    fs::set_permissions(&key_path, fs::Permissions::from_mode(mode)).unwrap();
    let options = format!("sslcert={} sslkey={}", certificate_path.display(), key_path.display());
    server.trusting("certified", &options).connect().await
}

#[tokio::test]
async fn keys_of_every_usual_form_are_read() {
    let (server, _guard) = shared().await;
    let pair = signed("certified");
    let openssl = |args: &[&str], input: &str| {
        let path = server.write(&format!("openssl-{}", args.len()), input);
        let output = Command::new("openssl").args(args).arg("-in").arg(&path).output().expect("openssl is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let sec1 = openssl(&["ec"], &pair.key);
    assert!(sec1.contains("BEGIN EC PRIVATE KEY"));
    for key in [&pair.key, &sec1] {
        by_file(server, &pair.certificate, key, 0o600).await.unwrap();
    }
    let rsa = server.write("rsa.key", "");
    let made = Command::new("openssl").args(["genrsa", "-traditional", "-out"]).arg(&rsa).arg("2048").output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let pkcs1 = fs::read_to_string(&rsa).unwrap();
    assert!(pkcs1.contains("BEGIN RSA PRIVATE KEY"));
    // A certificate for that key, signed by the clients' authority.
    let pkcs8 = openssl(&["pkcs8", "-topk8", "-nocrypt"], &pkcs1);
    let certificate = authorities().clients.sign_key("certified", &pkcs8);
    for key in [&pkcs1, &pkcs8] {
        by_file(server, &certificate, key, 0o600).await.unwrap();
    }
    let encrypted = openssl(&["pkcs8", "-topk8", "-passout", "pass:hunter2"], &pkcs1);
    let error = by_file(server, &certificate, &encrypted, 0o600).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let text = "is encrypted, which is not supported: decrypt it with `openssl pkey`";
    assert!(error.to_string().ends_with(text), "{error}");
}

#[tokio::test]
async fn a_key_that_others_can_read_is_refused() {
    let (server, _guard) = shared().await;
    let pair = signed("certified");
    let error = by_file(server, &pair.certificate, &pair.key, 0o644).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains(" can be read by other users: run `chmod 06"), "{error}");
    by_file(server, &pair.certificate, &pair.key, 0o600).await.unwrap();
}

#[tokio::test]
async fn a_key_of_another_certificate_is_refused() {
    let (server, _guard) = shared().await;
    let pair = Pair { key: signed("certified").key, ..signed("certified") };
    let error = showing(server, "certified", &pair).connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(error.to_string(), "option `sslkey`: the key does not belong to the certificate of `sslcert`");
}
