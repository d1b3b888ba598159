//! What a builder can say of encryption and of proving who one is.

use std::path::PathBuf;

use orm_core::error::{Error, ErrorKind};

use super::DatabaseBuilder;
use crate::connect::{
    auth::Methods,
    tls::{ChannelBinding, Pem, Roots, SslMode, SslNegotiation},
};

/// # TLS
/// Each method is also an option of URLs and a variable of the environment, named as libpq names them. Certificates and
/// keys are read when the handle is made, and not again: who replaces them makes a new handle.
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
    /// Sets how far connections are encrypted and the server is checked: `sslmode`, `PGSSLMODE`.
    ///
    /// Default: [`SslMode::VerifyFull`] for servers on other machines and wherever another option of TLS is given,
    /// [`SslMode::Disable`] on loopback addresses and Unix sockets, which are never encrypted.
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

    /// Trusts the authorities in a PEM file, and no others: `sslrootcert`, `PGSSLROOTCERT`, where `system` stands for
    /// those that the machine trusts. Default: those.
    ///
    /// With [`SslMode::Require`], the server's certificate is then checked as with [`SslMode::VerifyCa`].
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://db.example.org/app").ssl_root_cert("/etc/ssl/company.pem").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn ssl_root_cert(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.tls.roots = Some(Roots::Given(Pem::File(path.into())));
        self
    }

    /// Trusts the authorities in this PEM text, and no others. See [`ssl_root_cert`](Self::ssl_root_cert).
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

    /// Shows the certificate in a PEM file to servers that ask for one: `sslcert`, `PGSSLCERT`. Those that lead to its
    /// authority follow it in the file. Needs [`ssl_client_key`](Self::ssl_client_key).
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

    /// Shows the certificate in this PEM text. See [`ssl_client_cert`](Self::ssl_client_cert).
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

    /// Takes the key of our certificate from a PEM file (PKCS#8, PKCS#1 or SEC1, not encrypted), which only its owner
    /// may be able to read, or root and a group: `sslkey`, `PGSSLKEY`.
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

    /// Takes the key of our certificate from this PEM text. No message and no `Debug` shows it.
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

    /// Sets who begins to speak TLS: `sslnegotiation`, `PGSSLNEGOTIATION`. Default: the server is asked first.
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

    /// Sets whether passwords are bound to the TLS connection: `channel_binding`, `PGCHANNELBINDING`.
    /// Default: if both sides can.
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

    /// Sets which ways of authentication a server may ask for: `require_auth`, `PGREQUIREAUTH`.
    ///
    /// A list of `scram-sha-256`, `md5`, `password` (the password itself) and `none` (the server asks nothing: `trust`,
    /// `peer`, a client certificate), or with a `!` before each, all others.
    ///
    /// Default: `scram-sha-256,none`, on every kind of connection. SCRAM shows the password to nobody, not even to the
    /// server; the others give it to whoever can pose as the server. So `password` has to be allowed where a token
    /// travels as the password (as the IAM log-ins of cloud providers have it, over `verify-full`), and `md5` where a
    /// server or pooler still keeps such hashes.
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
