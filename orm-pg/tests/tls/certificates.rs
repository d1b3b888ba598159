//! The certificates of the tests, created for each run.

use std::sync::OnceLock;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SignatureAlgorithm, date_time_ymd,
};

/// A certificate and its key, in PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Pair {
    fn new(certificate: &Certificate, key: &KeyPair) -> Self {
        Self { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// An authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str, algorithm: &'static SignatureAlgorithm) -> Self {
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate_for(algorithm).unwrap()).unwrap())
    }

    /// Its certificate, in PEM.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Signs a certificate for these hosts.
    pub(crate) fn sign(&self, name: &str, hosts: &[&str]) -> Pair {
        self.sign_params(&named(name, hosts))
    }

    /// Signs a certificate that has expired long ago.
    pub(crate) fn sign_expired(&self, hosts: &[&str]) -> Pair {
        let mut params = named("expired", hosts);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.sign_params(&params)
    }

    /// Signs a certificate for a key in PKCS#8.
    pub(crate) fn sign_key(&self, name: &str, key: &str) -> String {
        let key = KeyPair::from_pem(key).unwrap();
        named(name, &[]).signed_by(&key, &self.0).unwrap().pem()
    }

    fn sign_params(&self, params: &CertificateParams) -> Pair {
        let key = KeyPair::generate().unwrap();
        Pair::new(&params.signed_by(&key, &self.0).unwrap(), &key)
    }
}

/// A certificate that is its own authority.
pub(crate) fn self_signed(host: &str) -> Pair {
    let mut params = named("self-signed", &[host]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    Pair::new(&params.self_signed(&key).unwrap(), &key)
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(hosts.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// The authorities that sign for servers, each with another algorithm, and the one that signs for clients.
pub(crate) struct Authorities {
    pub(crate) sha256: Authority,
    pub(crate) sha384: Authority,
    pub(crate) ed25519: Authority,
    pub(crate) clients: Authority,
}

pub(crate) fn authorities() -> &'static Authorities {
    static ALL: OnceLock<Authorities> = OnceLock::new();
    ALL.get_or_init(|| Authorities {
        sha256: Authority::new("sha256", &PKCS_ECDSA_P256_SHA256),
        sha384: Authority::new("sha384", &PKCS_ECDSA_P384_SHA384),
        ed25519: Authority::new("ed25519", &PKCS_ED25519),
        clients: Authority::new("clients", &PKCS_ECDSA_P256_SHA256),
    })
}
