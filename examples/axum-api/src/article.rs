//! Articles: the model, its JSON input and output, and the handlers.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use orm_pg::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::ApiError,
    extract::{Body, Params, Tx},
};

/// The maximum number of articles on a page.
const LARGEST_PAGE: u64 = 100;

/// An article. The same struct is a table and is serialized as JSON.
#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[orm(table = "api_articles", check("length(title) > 0", name = "api_articles_title_check"))]
pub struct Article {
    /// Assigned by the database.
    #[orm(key, identity)]
    pub id: i64,
    /// The part of the URL that names it.
    #[orm(unique)]
    pub slug: String,
    /// The title.
    pub title: String,
    /// The text, once it is written.
    pub text: Option<String>,
    /// Whether everybody can read it.
    #[orm(default = "false")]
    pub published: bool,
    /// When it was created.
    #[orm(default = "now()")]
    pub created_at: DateTime<Utc>,
}

/// The request body for a new article. The server sets the other fields.
#[derive(Debug, Deserialize, Insert)]
#[orm(of = Article)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The part of the URL that names it.
    pub slug: String,
    /// The title.
    pub title: String,
    /// The text.
    pub text: Option<String>,
}

/// The request body to change an article: omitted fields stay unchanged, `"text": null` removes the text.
#[derive(Debug, Default, PartialEq, Eq, Deserialize, Changes)]
#[orm(of = Article)]
#[serde(default, deny_unknown_fields)]
pub struct Patch {
    /// The new title.
    pub title: Option<String>,
    /// The new text.
    #[serde(deserialize_with = "present")]
    pub text: Option<Option<String>>,
}

/// Deserializes a field that is present, even if it is null.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(value).map(Some)
}

/// The query parameters of the list.
#[derive(Debug, Deserialize)]
pub struct PageOf {
    /// The number of articles, at most 100.
    #[serde(default = "usual_page")]
    pub limit: u64,
    /// The last article of the previous page.
    #[serde(default)]
    pub after: i64,
}

fn usual_page() -> u64 {
    20
}

/// A page of the list.
#[derive(Debug, Serialize)]
pub struct Page {
    /// The articles, oldest first.
    pub articles: Vec<Article>,
    /// The value of `after` for the next page; none on the last page.
    pub next: Option<i64>,
}

/// The routes.
pub fn routes() -> Router<Database> {
    Router::new()
        .route("/articles", get(list).post(create))
        .route("/articles/{id}", get(read).patch(change).delete(remove))
        .route("/articles/{id}/publish", post(publish))
}

type Answer<T> = Result<T, ApiError>;

async fn list(State(db): State<Database>, Params(page): Params<PageOf>) -> Answer<Json<Page>> {
    let limit = page.limit.clamp(1, LARGEST_PAGE);
    let query = Article::query().filter(|a| a.id.gt(page.after)).order_by(|a| a.id.asc());
    // Fetch one more row than requested, to find out whether there is a next page.
    let mut articles = query.limit(limit + 1).all(&db).await?;
    let more = articles.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        articles.pop();
    }
    let next = articles.last().filter(|_| more).map(|it| it.id);
    Ok(Json(Page { articles, next }))
}

async fn create(State(db): State<Database>, Body(draft): Body<Draft>) -> Answer<impl IntoResponse> {
    let article = Article::insert(draft).one(&db).await?;
    let place: [(HeaderName, String); 1] = [(header::LOCATION, format!("/articles/{}", article.id))];
    Ok((StatusCode::CREATED, place, Json(article)))
}

async fn read(State(db): State<Database>, Path(id): Path<i64>) -> Answer<Json<Article>> {
    Ok(Json(Article::get(id).one(&db).await?))
}

async fn change(State(db): State<Database>, Path(id): Path<i64>, Body(patch): Body<Patch>) -> Answer<Json<Article>> {
    let article = Article::get(id).one(&db).await?;
    // orm-pg refuses an update that sets nothing, since it is usually a mistake. Here it is allowed.
    let article = if patch == Patch::default() { article } else { article.update(|_| patch).one(&db).await? };
    Ok(Json(article))
}

async fn remove(State(db): State<Database>, Path(id): Path<i64>) -> Answer<StatusCode> {
    let article = Article::get(id).one(&db).await?;
    article.delete().execute(&db).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads and writes in one transaction; an early return rolls back.
async fn publish(Tx(tx): Tx, Path(id): Path<i64>) -> Answer<Json<Article>> {
    let article = Article::get(id).for_update().one(&tx).await?;
    if article.text.is_none() {
        return Err(ApiError::new(StatusCode::CONFLICT, "an article without a text cannot be published"));
    }
    let article = article.update(|a| a.published.set(true)).one(&tx).await?;
    tx.commit().await?;
    Ok(Json(article))
}
