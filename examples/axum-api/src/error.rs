//! Errors as HTTP statuses: all in one place, so that handlers can use `?`.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use orm_pg::{Error, ErrorKind};
use serde_json::json;

/// An error response: `{"error": "…"}`.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    text: String,
}

impl ApiError {
    /// An error with a text that the client may read.
    pub fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.text }))).into_response()
    }
}

impl From<Error> for ApiError {
    /// The client is told about its own mistakes; ours are logged.
    fn from(error: Error) -> Self {
        let constraint = error.constraint().unwrap_or("a rule of the table");
        if error.is_not_found() {
            return Self::new(StatusCode::NOT_FOUND, "there is no such thing");
        }
        if error.is_stale() {
            return Self::new(StatusCode::CONFLICT, "somebody else has changed it meanwhile");
        }
        if error.is_unique_violation() {
            return Self::new(StatusCode::CONFLICT, format!("there is one already ({constraint})"));
        }
        if error.is_check_violation() || error.is_foreign_key_violation() || error.is_not_null_violation() {
            return Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("the input violates {constraint}"));
        }
        // A deadlock, or a conflict of serializable transactions.
        if error.is_retryable() {
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, "somebody else was quicker: try again");
        }
        match error.kind() {
            // Such as a NUL character in a text, or a limit above `i64::MAX`.
            ErrorKind::Encode => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "the input cannot be stored"),
            // Such as a text that is too long for its column, or a number out of range.
            ErrorKind::Server if error.sql_state().is_some_and(|it| it.starts_with("22")) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "the input cannot be stored")
            }
            _ if error.is_timeout() && error.kind() != ErrorKind::PoolTimeout => {
                log(&error);
                Self::new(StatusCode::GATEWAY_TIMEOUT, "the database took too long")
            }
            ErrorKind::PoolTimeout | ErrorKind::Connect | ErrorKind::ConnectionLost | ErrorKind::Closed => {
                log(&error);
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "the database is busy or away: try again")
            }
            _ => {
                log(&error);
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong on our side")
            }
        }
    }
}

/// A real service has a `tracing` subscriber, which receives all of this from orm-pg automatically.
#[expect(clippy::print_stderr, reason = "an example logs to where it can be seen")]
fn log(error: &Error) {
    eprintln!("axum-api: {error}");
}
