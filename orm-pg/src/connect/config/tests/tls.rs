use super::*;
use crate::connect::tls::Link::{self, Plain, Tls};

#[track_caller]
fn links(url: &str, expected: &[Link]) {
    let target = targets(url).unwrap().remove(0);
    assert_eq!(target.links, expected, "{url}");
    assert_eq!(target.connector.is_some(), expected.contains(&Tls), "{url}");
}

#[test]
fn this_machine_is_talked_to_in_the_clear() {
    for local in ["localhost", "127.0.0.1", "[::1]", "127.8.8.8", "[::ffff:127.0.0.1]", "%2Fsock"] {
        links(&format!("postgres://{local}/app"), &[Plain]);
        links(&format!("postgres://{local}/app?hostaddr=127.0.0.1"), &[Plain]);
    }
}

#[test]
fn unix_sockets_are_never_encrypted() {
    for mode in ["disable", "prefer", "require", "verify-full"] {
        links(&format!("postgres://%2Fsock/app?sslmode={mode}&sslrootcert=/no/such/file"), &[Plain]);
    }
    let text = "`channel_binding=require` needs TLS, but the connection to `/sock` does not use it";
    refused("postgres://%2Fsock/app?channel_binding=require", text);
}

#[cfg(feature = "tls-rustls")]
mod built_in {
    use super::*;

    #[test]
    fn other_machines_are_talked_to_by_tls() {
        links("postgres://db.example/app", &[Tls]);
        links("postgres://10.0.0.1/app", &[Tls]);
        // A name is given to be checked, whatever the address.
        links("host=db.example hostaddr=127.0.0.1", &[Tls]);
        links("postgres://db.example/app?sslmode=disable", &[Plain]);
        links("postgres://db.example/app?sslmode=prefer", &[Tls, Plain]);
        links("postgres://db.example/app?sslmode=allow", &[Plain, Tls]);
        links("postgres://db.example/app?sslmode=require", &[Tls]);
        links("postgres://db.example/app?ssl=true", &[Tls]);
    }

    #[test]
    fn an_option_of_tls_means_tls_on_this_machine_too() {
        links("postgres://localhost/app?sslrootcert=system", &[Tls]);
        links("postgres://localhost/app?sslnegotiation=direct", &[Tls]);
        links("postgres://localhost/app?channel_binding=require", &[Tls]);
        links("postgres://localhost/app?channel_binding=require&sslmode=prefer", &[Tls]);
        links("postgres://localhost/app?channel_binding=prefer", &[Plain]);
    }

    #[test]
    fn contradictions_are_named() {
        refused(
            "postgres://db.example/app?sslmode=require&sslrootcert=system",
            "`sslmode=require` is too weak for `sslrootcert=system`: set `sslmode=verify-full`",
        );
        refused(
            "postgres://db.example/app?sslmode=prefer&sslnegotiation=direct",
            "`sslmode=prefer` is too weak for `sslnegotiation=direct`: set `sslmode=verify-full`, `verify-ca` or `require`",
        );
        refused(
            "postgres://db.example/app?sslmode=disable&channel_binding=require",
            "`channel_binding=require` needs TLS, but the connection to `db.example` does not use it",
        );
        refused(
            "postgres://bad..name/app",
            "`bad..name` is not a host name that a certificate can have: invalid dns name",
        );
    }

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let text = "option `sslrootcert`: /no/file cannot be read: No such file or directory (os error 2)";
        refused("postgres://db.example/app?sslrootcert=/no/file", text);
        refused("postgres://h/a?sslcert=/no/file", "option `sslcert` needs the certificate's key as `sslkey`");
        refused("postgres://h/a?sslkey=/no/file", "option `sslkey` needs the key's certificate as `sslcert`");
    }

    #[test]
    fn a_key_given_as_text_is_never_shown() {
        let key = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n";
        let builder = DatabaseBuilder::new().url("postgres://u@h/a").ssl_client_cert_from_pem("x");
        let builder = builder.ssl_client_key_from_pem(key);
        assert!(!format!("{builder:?}").contains("hunter2"));
        let error = builder.ssl_client_cert_from_pem(CERTIFICATE).check().unwrap_err();
        assert!(error.to_string().starts_with("option `sslkey`: the key cannot be used: "), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    /// Not a certificate; that is seen later than the key.
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
}

#[cfg(not(feature = "tls-rustls"))]
#[test]
fn what_needs_tls_names_the_feature() {
    let fix = "needs TLS, which is not built in: enable the feature `tls-rustls` of orm-pg, or set `sslmode=disable` if \
               passwords and data may be sent unencrypted";
    let machine = "`db.example` is on another machine or has TLS options, so the connection";
    refused("postgres://db.example/app", &format!("{machine} {fix}"));
    for mode in ["require", "verify-ca", "verify-full"] {
        refused(&format!("postgres://localhost/app?sslmode={mode}"), &format!("`sslmode={mode}` {fix}"));
    }
    refused("postgres://db.example/app?sslmode=prefer", &format!("`sslmode=prefer` {fix}"));
    links("postgres://db.example/app?sslmode=disable", &[Plain]);
    links("postgres://localhost/app?sslmode=prefer", &[Plain]);
}

#[test]
fn words_that_mean_nothing_are_refused() {
    refused("host=/s channel_binding=yes", "option `channel_binding`: expected disable, prefer or require");
    refused("host=/s sslnegotiation=now", "option `sslnegotiation`: expected postgres or direct");
    let text = "option `require_auth`: expected some of password, md5, scram-sha-256 and none, separated by commas, or \
                each with a `!` to exclude it";
    refused("host=/s require_auth=scram", text);
    let error = DatabaseBuilder::new().url("host=/s").require_auth("password,!md5").check().unwrap_err();
    assert!(error.to_string().starts_with("`require_auth`: expected some of password"), "{error}");
}
