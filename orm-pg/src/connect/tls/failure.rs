//! Turns errors of TLS into messages that name the fix.

use std::io;

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

use super::TlsFailure;

fn for_good(text: impl Into<String>) -> TlsFailure {
    TlsFailure { text: text.into(), cause: None, for_good: true, not_offered: false }
}

pub(super) fn not_offered() -> TlsFailure {
    let text = "the server does not offer TLS, or something between has removed its offer";
    TlsFailure { not_offered: true, ..for_good(text) }
}

/// The connection broke before the server said whether it supports TLS.
pub(super) fn unanswered(cause: io::Error) -> TlsFailure {
    let text = "the server did not say whether it supports TLS".into();
    TlsFailure { text, cause: Some(cause), for_good: false, not_offered: false }
}

pub(super) fn no_postgres() -> TlsFailure {
    for_good("the server is not a PostgreSQL server")
}

pub(super) fn other_protocol() -> TlsFailure {
    for_good("the server does not speak PostgreSQL's protocol over TLS")
}

/// Explains why a handshake failed.
pub(super) fn handshake(error: io::Error, direct: bool) -> TlsFailure {
    let told = error.get_ref().and_then(|it| it.downcast_ref::<Error>()).map(explain);
    let cause = Some(error);
    match told {
        Some(text) => TlsFailure { cause, ..for_good(text) },
        None if direct => TlsFailure {
            text: "the server closed a connection that started with TLS: `sslnegotiation=direct` needs PostgreSQL 17"
                .into(),
            cause,
            for_good: true,
            not_offered: false,
        },
        None => TlsFailure {
            text: "the connection broke during the TLS handshake".into(),
            cause,
            for_good: false,
            not_offered: false,
        },
    }
}

/// Explains an alert that came after the handshake: in TLS 1.3 the server checks the client's certificate late.
pub(crate) fn late(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(error @ Error::AlertReceived(_)) = held.and_then(|it| it.downcast_ref::<Error>()) {
            return Some(explain(error));
        }
        next = error.source();
    }
    None
}

fn explain(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(error) => certificate(error),
        Error::AlertReceived(alert) => alert_text(*alert),
        _ => "the TLS handshake failed".into(),
    }
}

fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet: is this machine's clock right?".into()
        }
        CertificateError::UnknownIssuer => {
            "the server's certificate is not signed by a trusted authority: set `sslrootcert` to the authority's \
             certificate"
                .into()
        }
        CertificateError::NotValidForNameContext { expected, presented } if presented.is_empty() => {
            let name = expected.to_str();
            format!(
                "the server's certificate has no subjectAltName, so it is not valid for `{name}`: create a new \
                     one with subjectAltName"
            )
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let name = expected.to_str();
            let presented: Vec<_> =
                presented.iter().take(5).map(|it| it.chars().take(80).collect::<String>()).collect();
            format!("the server's certificate is not valid for `{name}`, only for {}", presented.join(", "))
        }
        CertificateError::NotValidForName => "the server's certificate is not valid for this host".into(),
        CertificateError::Other(error) => {
            // The error has a type of a crate that is not a dependency of this one.
            let name = format!("{error:?}");
            if name.contains("CaUsedAsEndEntity") {
                "the server's certificate is the certificate of an authority, as self-signed ones often are: give \
                 the server a certificate that is signed by the authority"
                    .into()
            } else if name.contains("UnsupportedCertVersion") {
                "the server's certificate has an old version of X.509: create a new one with subjectAltName".into()
            } else {
                "the server's certificate cannot be used".into()
            }
        }
        _ => "the server's certificate cannot be used".into(),
    }
}

fn alert_text(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired => {
            "the server requires a client certificate: set `sslcert` and `sslkey`".into()
        }
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::DecryptError => {
            format!("the server does not accept the certificate of `sslcert` ({alert:?})")
        }
        _ => format!("the server ended the TLS handshake ({alert:?})"),
    }
}
