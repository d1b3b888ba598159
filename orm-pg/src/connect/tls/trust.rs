//! Which server certificates are accepted: libpq's modes as verifiers for rustls.

use std::sync::Arc;

use orm_core::error::Result;
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use super::{Roots, SslMode, identity};

/// Returns the verifier of server certificates for `mode`.
///
/// # Errors
/// [`ErrorKind::Config`](orm_core::error::ErrorKind::Config) when the authorities cannot be read.
pub(super) fn verifier(
    mode: SslMode,
    roots: Option<&Roots>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let lenient = |authority| Arc::new(Lenient { provider: Arc::clone(provider), authority });
    if roots.is_none() && !matches!(mode, SslMode::VerifyFull | SslMode::VerifyCa) {
        return Ok(lenient(None));
    }
    let store = match roots {
        None | Some(Roots::System) => system()?,
        Some(Roots::Given(pem)) => {
            let mut store = RootCertStore::empty();
            for certificate in identity::certificates("sslrootcert", pem)? {
                store.add(certificate).map_err(|cause| {
                    identity::config("option `sslrootcert`: a certificate cannot be used").with_source(cause)
                })?;
            }
            store
        }
    };
    let whole = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
        .build()
        .map_err(|cause| identity::config("the trusted certificates cannot be used").with_source(cause))?;
    Ok(if mode == SslMode::VerifyFull { whole } else { lenient(Some(whole)) })
}

/// The authorities that this machine trusts. Those that cannot be read are skipped, as other programs do.
fn system() -> Result<RootCertStore> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    let (used, _) = store.add_parsable_certificates(found.certs);
    if used > 0 {
        return Ok(store);
    }
    let error = identity::config(
        "this machine has no certificates of trusted authorities: install them (the package is often \
         `ca-certificates`), or set `sslrootcert` to the certificate of the server's authority",
    );
    Err(match found.errors.into_iter().next() {
        Some(cause) => error.with_source(cause),
        None => error,
    })
}

/// Checks less than rustls does by default. That the server has the certificate's key is always checked.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    /// Checks that a trusted authority signed the certificate, for any host name: `verify-ca`. `None` accepts any
    /// certificate: `require` and weaker modes.
    authority: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        match authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // rustls checks the name last, so everything else is valid.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
