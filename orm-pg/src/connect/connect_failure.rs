//! [`ConnectFailure`]: why a connection could not be opened, and whether it makes sense to try again.

use std::{borrow::Cow, io, sync::Arc, time::Duration};

use orm_core::error::{Error, ErrorKind, ServerError};

use crate::{
    connect::{auth::Refused, config::Target, tls::TlsFailure},
    error::{Shared, server_error},
};

/// Why a connection could not be opened. It is kept so that each caller who waits for a connection gets an error of its
/// own.
#[derive(Clone)]
pub(crate) struct ConnectFailure {
    kind: ErrorKind,
    text: Cow<'static, str>,
    server: Option<ServerError>,
    cause: Option<Shared<dyn std::error::Error + Send + Sync>>,
    /// Whether the text already includes the cause.
    explained: bool,
    for_good: bool,
    tls: Option<Stage>,
}

/// The stage of TLS at which the attempt failed.
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

    /// The runtime lacks what connections need.
    pub(crate) fn runtime(error: &Error) -> Self {
        let text = error.to_string().into();
        let (server, cause, tls) = (None, None, None);
        Self { kind: error.kind(), text, server, cause, explained: false, for_good: true, tls }
    }

    /// The driver failed to log in.
    pub(crate) fn driver(target: &Target, error: tokio_postgres::Error) -> Self {
        if let Some(server) = error.as_db_error() {
            // PgBouncer's message. It accepts only the parameters that it tracks.
            if server.message().starts_with("unsupported startup parameter") {
                let text = "the connection goes through a pooler that does not accept the start-up parameter \
                            `options`, which carries `options` and `statement_timeout`: set them on the role (`ALTER \
                            ROLE .. SET ..`), or in `on_connect` if the pooler is in session mode";
                return Self { server: Some(server_error(server)), for_good: true, ..Self::new(target, text) };
            }
            return Self { server: Some(server_error(server)), ..Self::new(target, "") };
        }
        match explain(&error) {
            Some(text) => Self { for_good: true, ..Self::new(target, &text) },
            None => Self { cause: Some(Shared(Arc::new(error))), ..Self::new(target, "") },
        }
    }

    /// The SQL of `on_connect` failed. If the error says that the SQL is wrong or an object is missing, another attempt
    /// would fail too.
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

    /// The server was reached but does not match `target_session_attrs`.
    pub(crate) fn unfit(target: &Target, text: &str) -> Self {
        Self::new(target, &format!("{text}, which does not match `target_session_attrs`"))
    }

    /// The same failure, with the text of the attempt `before` in front of its own.
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

    /// Whether the server may accept a connection with encryption where this attempt had none, or the reverse.
    pub(crate) fn allows_another_link(&self) -> bool {
        // 28000: no line of pg_hba.conf accepts such a connection.
        self.tls.is_some() || self.server.as_ref().is_some_and(|it| it.code == "28000")
    }

    pub(crate) fn tls_not_offered(&self) -> bool {
        self.tls == Some(Stage::NotOffered)
    }
}

/// Explains errors that another attempt would meet again. The driver does not expose the kinds of its errors, only
/// these texts.
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
            Some("the server asks for a password, but none was given".into())
        }
        ("authentication error", "server did not use channel binding") => {
            Some("the server did not use channel binding, which `channel_binding=require` demands".into())
        }
        ("authentication error", _) => Some(format!("authentication failed: {cause}")),
        _ => None,
    }
}
