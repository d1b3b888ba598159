//! Reads certificates and keys in PEM, from files or from memory.

use std::{borrow::Cow, fs, path::Path};

use orm_core::error::{Error, ErrorKind, Result};
use tokio_rustls::rustls::{
    self,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
};

use super::Pem;

pub(super) fn config(text: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, text)
}

/// Reads the client certificate, with the chain up to its authority, and its key.
///
/// # Errors
/// [`ErrorKind::Config`] when one is missing or cannot be read, or others may read the key.
pub(super) fn read(
    certificate: Option<&Pem>,
    key: Option<&Pem>,
) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>> {
    match (certificate, key) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(config("option `sslcert` needs the certificate's key as `sslkey`")),
        (None, Some(_)) => Err(config("option `sslkey` needs the key's certificate as `sslcert`")),
        (Some(chain), Some(key)) => Ok(Some((certificates("sslcert", chain)?, private_key(key)?))),
    }
}

/// Reads one or more certificates.
///
/// # Errors
/// [`ErrorKind::Config`] when there is none.
pub(super) fn certificates(option: &str, pem: &Pem) -> Result<Vec<CertificateDer<'static>>> {
    let text = text(option, pem)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|cause| config(format!("{} is not PEM", naming(option, pem))).with_source(cause))?;
    if found.is_empty() {
        return Err(config(format!("{} holds no certificate in PEM", naming(option, pem))));
    }
    Ok(found)
}

/// The error for a certificate and key that were read but cannot be used.
pub(super) fn unusable(cause: rustls::Error) -> Error {
    let text = match cause {
        rustls::Error::InconsistentKeys(_) => {
            "option `sslkey`: the key does not belong to the certificate of \
                                               `sslcert`"
        }
        rustls::Error::InvalidCertificate(_) => "option `sslcert`: the certificate cannot be used",
        _ => return config("option `sslkey`: the key cannot be used").with_source(cause),
    };
    config(text).explaining(cause)
}

fn private_key(pem: &Pem) -> Result<PrivateKeyDer<'static>> {
    const OPTION: &str = "sslkey";
    if let Pem::File(path) = pem {
        refuse_open(path)?;
    }
    let text = text(OPTION, pem)?;
    // Only the kind of the error is reported: no part of a key may appear in a message.
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
        let encrypted = [&b"ENCRYPTED PRIVATE KEY"[..], b"Proc-Type: 4,ENCRYPTED"];
        let what = match error {
            _ if encrypted.iter().any(|it| text.windows(it.len()).any(|at| at == *it)) => {
                "is encrypted, which is not supported: decrypt it with `openssl pkey`"
            }
            pem::Error::NoItemsFound => "holds no private key in PEM",
            _ => "is not PEM",
        };
        config(format!("{} {what}", naming(OPTION, pem)))
    })
}

/// Refuses a key that other users can read. As in libpq, a key that belongs to root may be readable by its group.
fn refuse_open(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let facts = fs::metadata(path).map_err(|cause| {
            config(format!("option `sslkey`: {} cannot be read", path.display())).with_source(cause)
        })?;
        let (forbidden, fix) = if facts.uid() == 0 { (0o037, "0640") } else { (0o077, "0600") };
        if facts.permissions().mode() & forbidden != 0 {
            let path = path.display();
            return Err(config(format!("option `sslkey`: {path} can be read by other users: run `chmod {fix}` on it")));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn text<'a>(option: &str, pem: &'a Pem) -> Result<Cow<'a, [u8]>> {
    match pem {
        Pem::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
        Pem::File(path) => match fs::read(path) {
            Ok(bytes) => Ok(Cow::Owned(bytes)),
            Err(cause) => Err(config(format!("{} cannot be read", naming(option, pem))).with_source(cause)),
        },
    }
}

fn naming(option: &str, pem: &Pem) -> String {
    match pem {
        Pem::File(path) => format!("option `{option}`: {}", path.display()),
        Pem::Bytes(_) => format!("option `{option}`: the given text"),
    }
}
