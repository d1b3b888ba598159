//! Extractors: JSON and query strings, whose errors are reported as JSON, and a transaction.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::request::Parts,
};
use orm_pg::{Database, Transaction};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The body, from JSON. Input of the wrong shape is 422, invalid JSON is 400.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(fault) => Err(ApiError::new(fault.status(), fault.body_text())),
        }
    }
}

/// The query string.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(fault) => Err(ApiError::new(fault.status(), fault.body_text())),
        }
    }
}

/// A transaction for one handler. Without `commit` it is rolled back, also if the client disconnects half way.
#[derive(Debug)]
pub struct Tx(pub Transaction<'static>);

impl FromRequestParts<Database> for Tx {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, db: &Database) -> Result<Self, ApiError> {
        Ok(Self(db.begin().await?))
    }
}
