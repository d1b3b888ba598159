//! The options of a builder for TLS and authentication.

use std::path::PathBuf;

use orm_core::error::{Error, ErrorKind};

use super::DatabaseBuilder;
use crate::connect::{
    auth::Methods,
    tls::{ChannelBinding, Pem, Roots, SslMode, SslNegotiation},
};

/// # TLS
/// Each method is also an option of URLs and an environment variable, with libpq's names. Certificates and keys are
/// read once, when the handle is made: after replacing them, make a new handle.
///
/// ```no_run
/// # use blog::*; async fn run() -> Result<()> {
/// let db = Database::builder()
///     .url("postgres://app@db.example.org/app") // verify-full, since it is another machine
///     .ssl_root_cert("/etc/ssl/company.pem")
///     .ssl_client_cert("/run/secrets/app.crt")
///     .ssl_client_key("/run/secrets/app.key")
///     .connect()
///     .await?;
/// # Ok(()) }
/// ```
impl DatabaseBuilder {
    /// Sets whether connections are encrypted and how the server's certificate is checked: `sslmode`, `PGSSLMODE`.
    ///
    /// Default: [`SslMode::VerifyFull`] for servers on other machines and whenever another TLS option is set,
    /// [`SslMode::Disable`] for loopback addresses. Unix sockets are never encrypted.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use orm_pg::SslMode;
    /// let db = Database::builder().url("postgres://db.example.org/app").ssl_mode(SslMode::VerifyCa).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn ssl_mode(mut self, mode: SslMode) -> Self {
        self.settings.tls.mode = Some(mode);
        self
    }

    /// Trusts only the authorities in a PEM file: `sslrootcert`, `PGSSLROOTCERT`. Their value `system`, the default,
    /// stands for the authorities that the machine trusts.
    ///
    /// With [`SslMode::Require`], the server's certificate is then checked as with [`SslMode::VerifyCa`].
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let at = Database::builder().url("postgres://db.example.org/app");
    /// let db = at.ssl_root_cert("/etc/ssl/company.pem").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn ssl_root_cert(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.tls.roots = Some(Roots::Given(Pem::File(path.into())));
        self
    }

    /// Trusts only the authorities in this PEM text. See [`ssl_root_cert`](Self::ssl_root_cert).
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let pem = std::env::var("DATABASE_CA").unwrap_or_default();
    /// let db = Database::builder().url("postgres://db.example.org/app").ssl_root_cert_from_pem(pem).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn ssl_root_cert_from_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.settings.tls.roots = Some(Roots::Given(Pem::Bytes(pem.as_ref().into())));
        self
    }

    /// Sends the certificate in a PEM file to servers that ask for one: `sslcert`, `PGSSLCERT`. The certificates of the
    /// chain up to its authority follow it in the file. Needs [`ssl_client_key`](Self::ssl_client_key).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let at = Database::builder().url("postgres://app@db.example.org/app");
    /// let db = at.ssl_client_cert("/run/secrets/app.crt").ssl_client_key("/run/secrets/app.key").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn ssl_client_cert(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.tls.certificate = Some(Pem::File(path.into()));
        self
    }

    /// Sends the certificate in this PEM text. See [`ssl_client_cert`](Self::ssl_client_cert).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let (certificate, key) = (std::env::var("APP_CERT").unwrap_or_default(), std::env::var("APP_KEY").unwrap_or_default());
    /// let at = Database::builder().url("postgres://app@db.example.org/app");
    /// let db = at.ssl_client_cert_from_pem(certificate).ssl_client_key_from_pem(key).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn ssl_client_cert_from_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.settings.tls.certificate = Some(Pem::Bytes(pem.as_ref().into()));
        self
    }

    /// Sets the PEM file with the key of the client certificate (PKCS#8, PKCS#1 or SEC1, not encrypted): `sslkey`,
    /// `PGSSLKEY`. Only its owner may have access to it; if that is root, a group may read it.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let at = Database::builder().url("postgres://app@db.example.org/app");
    /// let db = at.ssl_client_cert("/run/secrets/app.crt").ssl_client_key("/run/secrets/app.key").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn ssl_client_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.tls.key = Some(Pem::File(path.into()));
        self
    }

    /// Sets the key of the client certificate from this PEM text. No message and no `Debug` output shows it.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let key = std::env::var("APP_KEY").unwrap_or_default();
    /// let at = Database::builder().url("postgres://app@db.example.org/app");
    /// let db = at.ssl_client_cert("/etc/app.crt").ssl_client_key_from_pem(key).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn ssl_client_key_from_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.settings.tls.key = Some(Pem::Bytes(pem.as_ref().into()));
        self
    }

    /// Sets how TLS is started: `sslnegotiation`, `PGSSLNEGOTIATION`. Default: the server is asked first.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// use orm_pg::SslNegotiation;
    /// let at = Database::builder().url("postgres://db.example.org/app");
    /// let db = at.ssl_negotiation(SslNegotiation::Direct).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn ssl_negotiation(mut self, negotiation: SslNegotiation) -> Self {
        self.settings.tls.negotiation = negotiation;
        self
    }

    /// Sets whether authentication is bound to the TLS connection: `channel_binding`, `PGCHANNELBINDING`. Default: if
    /// both sides support it.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// use orm_pg::ChannelBinding;
    /// let at = Database::builder().url("postgres://app@db.example.org/app");
    /// let db = at.channel_binding(ChannelBinding::Require).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn channel_binding(mut self, binding: ChannelBinding) -> Self {
        self.settings.tls.channel_binding = binding;
        self
    }

    /// Sets which authentication methods a server may ask for: `require_auth`, `PGREQUIREAUTH`.
    ///
    /// A list of `scram-sha-256`, `md5`, `password` (the password itself) and `none` (the server asks for nothing:
    /// `trust`, `peer`, a client certificate). With a `!` before each of them, all other methods.
    ///
    /// Default: `scram-sha-256,none`, on every kind of connection. SCRAM reveals the password to nobody, not even to
    /// the server; the other methods give it to anyone who can pose as the server. Allow `password` if a token is sent
    /// as the password (as for IAM log-ins of cloud providers, with `verify-full`), and `md5` if a server or pooler
    /// still stores such hashes.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// // A token that travels as the password, to a server that has proven who it is.
    /// let token = std::env::var("DATABASE_TOKEN").unwrap_or_default();
    /// let at = Database::builder().url("postgres://app@db.example.org/app");
    /// let db = at.password(token).require_auth("password").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn require_auth(mut self, methods: &str) -> Self {
        match Methods::from_list(methods) {
            Some(methods) => self.settings.require_auth = methods,
            None => self.blame(Error::new(
                ErrorKind::Config,
                "`require_auth`: expected some of password, md5, scram-sha-256 and none, separated by commas, or each \
                 with a `!` to exclude it",
            )),
        }
        self
    }
}
