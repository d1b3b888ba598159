//! What went wrong with TLS, in words that name the fix.

use std::io;

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

use super::TlsFailure;

fn for_good(text: impl Into<String>) -> TlsFailure {
    TlsFailure { text: text.into(), cause: None, for_good: true, not_offered: false }
}

pub(super) fn not_offered() -> TlsFailure {
    let text = "the server offers no TLS, or something on the way has taken the offer away";
    TlsFailure { not_offered: true, ..for_good(text) }
}

/// The connection broke before the server said whether it speaks TLS.
pub(super) fn unanswered(cause: io::Error) -> TlsFailure {
    let text = "the server does not say whether it speaks TLS".into();
    TlsFailure { text, cause: Some(cause), for_good: false, not_offered: false }
}

pub(super) fn no_postgres() -> TlsFailure {
    for_good("what answers there is no PostgreSQL server")
}

pub(super) fn other_protocol() -> TlsFailure {
    for_good("what answers there does not speak PostgreSQL's protocol over TLS")
}

/// Says why a handshake failed.
pub(super) fn handshake(error: io::Error, direct: bool) -> TlsFailure {
    let told = error.get_ref().and_then(|it| it.downcast_ref::<Error>()).map(explain);
    let cause = Some(error);
    match told {
        Some(text) => TlsFailure { cause, ..for_good(text) },
        None if direct => TlsFailure {
            text: "the server ends a connection that begins with TLS: `sslnegotiation=direct` needs PostgreSQL 17"
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

/// Says what a server that ended TLS after the handshake did not like: in TLS 1.3 it looks at our certificate late.
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
            "the server's certificate is not signed by an authority that is trusted: name the authority's certificate \
             with `sslrootcert`"
                .into()
        }
        CertificateError::NotValidForNameContext { expected, presented } if presented.is_empty() => {
            let name = expected.to_str();
            format!("the server's certificate has no subjectAltName, so it is not for `{name}`: make it anew with one")
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let name = expected.to_str();
            let presented: Vec<_> =
                presented.iter().take(5).map(|it| it.chars().take(80).collect::<String>()).collect();
            format!("the server's certificate is not for `{name}` but for {}", presented.join(", "))
        }
        CertificateError::NotValidForName => "the server's certificate is for another host".into(),
        CertificateError::Other(error) => {
            // The library's own error is of a crate that we do not see.
            let name = format!("{error:?}");
            if name.contains("CaUsedAsEndEntity") {
                "the server's certificate is that of an authority, as self-signed ones often are: give the server one \
                 that the authority has signed"
                    .into()
            } else if name.contains("UnsupportedCertVersion") {
                "the server's certificate is of an old version of X.509: make it anew with a subjectAltName".into()
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
            "the server wants a certificate of ours: name it with `sslcert` and `sslkey`".into()
        }
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::DecryptError => {
            format!("the server does not take the certificate of `sslcert` ({alert:?})")
        }
        _ => format!("the server ended the TLS handshake ({alert:?})"),
    }
}
