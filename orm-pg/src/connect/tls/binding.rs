//! The hash of a server's certificate for SCRAM channel binding: `tls-server-end-point` of RFC 5929.

use ring::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use tokio_postgres::tls::ChannelBinding;
use tokio_rustls::client::TlsStream;

/// The signature algorithms of certificates, as DER object identifiers, and the hash that the RFC demands for each:
/// SHA-256 replaces MD5 and SHA-1.
const SIGNATURES: [(&[u8], &Algorithm); 9] = [
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4], &SHA256), // md5WithRSAEncryption
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5], &SHA256), // sha1WithRSAEncryption
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11], &SHA256), // sha256WithRSAEncryption
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12], &SHA384), // sha384WithRSAEncryption
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13], &SHA512), // sha512WithRSAEncryption
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1], &SHA256),          // ecdsa-with-SHA1
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2], &SHA256),       // ecdsa-with-SHA256
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3], &SHA384),       // ecdsa-with-SHA384
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4], &SHA512),       // ecdsa-with-SHA512
];

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;

/// Returns the channel binding of `stream`: a hash of the server's certificate.
pub(crate) fn channel_binding<S>(stream: &TlsStream<S>) -> ChannelBinding {
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates().and_then(<[_]>::first);
    match certificate.and_then(|it| server_end_point(it)) {
        Some(hash) => ChannelBinding::tls_server_end_point(hash),
        None => ChannelBinding::none(),
    }
}

/// Returns the hash, or `None` for algorithms that do not name a hash (Ed25519, RSA-PSS).
fn server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let signature = signature_algorithm(certificate)?;
    let (_, hash) = SIGNATURES.iter().find(|it| it.0 == signature)?;
    Some(digest(hash, certificate).as_ref().to_vec())
}

/// Finds the algorithm in `SEQUENCE { signed part, SEQUENCE { algorithm, … }, signature }`.
fn signature_algorithm(certificate: &[u8]) -> Option<&[u8]> {
    let (parts, _) = element(certificate, SEQUENCE)?;
    let (_, rest) = element(parts, SEQUENCE)?;
    let (algorithm, _) = element(rest, SEQUENCE)?;
    element(algorithm, OBJECT_IDENTIFIER).map(|it| it.0)
}

/// Splits DER into the content of its first element, which must have this `tag`, and the rest.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..0x80 => (usize::from(short), rest),
        long => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            // Four length bytes are more than any certificate needs.
            let length = (1..=4)
                .contains(&bytes.len())
                .then(|| bytes.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte)))?;
            (length, rest)
        }
    };
    (*found == tag).then(|| rest.split_at_checked(length)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_has_no_hash() {
        let long = [0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30];
        for bytes in [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 0x05, 0], &long, &[0x31, 0], &[0x30, 2, 0x30, 0]] {
            assert_eq!(server_end_point(bytes), None, "{bytes:x?}");
        }
    }

    #[test]
    fn the_algorithm_is_the_second_part() {
        let der = [0x30, 11, 0x30, 1, 9, 0x30, 4, 6, 2, 0x2a, 0x03, 3, 0];
        assert_eq!(signature_algorithm(&der), Some(&[0x2a, 0x03][..]));
    }
}
