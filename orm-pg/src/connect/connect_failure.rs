//! Why a connection could not be opened, and whether to try again.

use std::{borrow::Cow, io, sync::Arc, time::Duration};

use orm_core::error::{Error, ErrorKind, ServerError};

use crate::{
    connect::{auth::Refused, config::Target, tls::TlsFailure},
    error::{Shared, server_error},
};

/// Why a connection could not be opened; kept, so that everyone who waits can be told.
#[derive(Clone)]
pub(crate) struct ConnectFailure {
    kind: ErrorKind,
    text: Cow<'static, str>,
    server: Option<ServerError>,
    cause: Option<Shared<dyn std::error::Error + Send + Sync>>,
    /// Whether the text tells what the cause is.
    explained: bool,
    for_good: bool,
    tls: Option<Stage>,
}

/// What TLS has to do with a failure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    NotOffered,
    Handshake,
}

impl ConnectFailure {
    fn new(target: &Target, text: &str) -> Self {
        let colon = if text.is_empty() { "" } else { ": " };
        let text = format!("cannot connect to {}{colon}{text}", target.shown).into();
        Self { kind: ErrorKind::Connect, text, server: None, cause: None, explained: false, for_good: false, tls: None }
    }

    /// The runtime is not fit for connections to anywhere.
    pub(crate) fn runtime(error: &Error) -> Self {
        let text = error.to_string().into();
        let (server, cause, tls) = (None, None, None);
        Self { kind: error.kind(), text, server, cause, explained: false, for_good: true, tls }
    }

    /// What the driver says while it logs in.
    pub(crate) fn driver(target: &Target, error: tokio_postgres::Error) -> Self {
        if let Some(server) = error.as_db_error() {
            // PgBouncer's words. It takes no parameters but those that it can give back.
            if server.message().starts_with("unsupported startup parameter") {
                let text = "a pooler is in between and takes no start-up parameter `options`, as which `options` and \
                            `statement_timeout` are sent: set them at the role (`ALTER ROLE .. SET ..`), or by `on_connect` \
                            where it is in session mode";
                return Self { server: Some(server_error(server)), for_good: true, ..Self::new(target, text) };
            }
            return Self { server: Some(server_error(server)), ..Self::new(target, "") };
        }
        match explain(&error) {
            Some(text) => Self { for_good: true, ..Self::new(target, &text) },
            None => Self { cause: Some(Shared(Arc::new(error))), ..Self::new(target, "") },
        }
    }

    /// What is said to the SQL of `on_connect`. What it asks for is not there, more often than not, so that to try again is
    /// pointless.
    pub(crate) fn on_connect(target: &Target, error: tokio_postgres::Error) -> Self {
        let failure = Self::driver(target, error);
        let code = failure.server.as_ref().map(|it| it.code.as_str()).unwrap_or_default();
        let for_good = failure.for_good || ["0A", "22", "3F", "42"].iter().any(|it| code.starts_with(it));
        Self { for_good, text: format!("{}: the SQL of `on_connect` failed", failure.text).into(), ..failure }
    }

    pub(crate) fn io(target: &Target, error: io::Error) -> Self {
        Self { cause: Some(Shared(Arc::new(error))), ..Self::new(target, "") }
    }

    pub(crate) fn tls(target: &Target, failure: TlsFailure) -> Self {
        let cause = failure.cause.map(|it| Shared(Arc::new(it) as Arc<dyn std::error::Error + Send + Sync>));
        let stage = if failure.not_offered { Stage::NotOffered } else { Stage::Handshake };
        let (for_good, tls) = (failure.for_good, Some(stage));
        Self { cause, explained: for_good, for_good, tls, ..Self::new(target, &failure.text) }
    }

    pub(crate) fn late(target: &Target, limit: Duration) -> Self {
        Self::new(target, &format!("no answer within {limit:?}"))
    }

    /// The server is there, and not of the kind that is wanted.
    pub(crate) fn unfit(target: &Target, text: &str) -> Self {
        Self::new(target, &format!("{text}, which `target_session_attrs` wants otherwise"))
    }

    /// The same failure, its text after that of the attempt `before`.
    pub(crate) fn after(mut self, before: Option<&Self>) -> Self {
        if let Some(before) = before {
            self.text = format!("{}; {}", before.to_error(), self.text).into();
        }
        self
    }

    pub(crate) fn to_error(&self) -> Error {
        let mut error = Error::new(self.kind, self.text.clone());
        if let Some(server) = &self.server {
            error = error.with_server(server.clone());
        }
        if self.for_good {
            error = error.for_good();
        }
        match &self.cause {
            Some(cause) if self.explained => error.explaining(cause.clone()),
            Some(cause) => error.with_source(cause.clone()),
            None => error,
        }
    }

    pub(crate) fn is_for_good(&self) -> bool {
        self.to_error().is_refused_for_good()
    }

    /// Whether the server may take a connection that is encrypted where this one was not, or the other way round.
    pub(crate) fn allows_another_link(&self) -> bool {
        // 28000: the lines of pg_hba.conf take no such connection.
        self.tls.is_some() || self.server.as_ref().is_some_and(|it| it.code == "28000")
    }

    pub(crate) fn tls_not_offered(&self) -> bool {
        self.tls == Some(Stage::NotOffered)
    }
}

/// Finds what no further attempt can mend. The driver does not show the kinds of its errors, only these texts.
fn explain(error: &tokio_postgres::Error) -> Option<String> {
    if let Some(refused) = Refused::find(error) {
        return Some(refused.to_string());
    }
    #[cfg(feature = "tls-rustls")]
    if let Some(text) = crate::connect::tls::late_failure(error) {
        return Some(text);
    }
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match (error.to_string().as_str(), cause.as_str()) {
        ("invalid configuration", "password missing") => {
            Some("the server asks for a password, and none is given".into())
        }
        ("authentication error", "server did not use channel binding") => Some(
            "the server does not bind the password to the TLS connection, as `channel_binding=require` wants it".into(),
        ),
        ("authentication error", _) => Some(format!("authentication failed: {cause}")),
        _ => None,
    }
}
