//! Three levels at once: a projection on one side, `= ANY` and maps on the other.

use std::collections::HashMap;

use orm_pg::{Connection, prelude::*};
use tokio_postgres::{Client, Statement};

use crate::{Bench, Result};

/// The number of authors, of books for each, and of reviews for each book.
const SIZES: (i64, i64, i64) = (1000, 10, 3);

/// The maximum cost of a projection relative to pairing by hand.
const TARGET: Option<f64> = Some(1.1);

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "overhead_authors", has_many(books: Book))]
pub(crate) struct Author {
    #[orm(key)]
    pub(crate) id: i64,
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "overhead_books", has_many(reviews: Review))]
pub(crate) struct Book {
    #[orm(key)]
    pub(crate) id: i64,
    #[orm(references = Author, index)]
    pub(crate) author_id: i64,
    pub(crate) title: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "overhead_reviews")]
pub(crate) struct Review {
    #[orm(key)]
    pub(crate) id: i64,
    #[orm(references = Book, index)]
    pub(crate) book_id: i64,
    pub(crate) stars: i32,
    pub(crate) text: String,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Author)]
struct AuthorCard {
    id: i64,
    name: String,
    books: Vec<BookCard>,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Book)]
struct BookCard {
    id: i64,
    title: String,
    reviews: Vec<ReviewCard>,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Review)]
struct ReviewCard {
    id: i64,
    stars: i32,
    text: String,
}

/// Makes the rows.
pub(crate) async fn fill(client: &Client) -> std::result::Result<(), tokio_postgres::Error> {
    let (authors, books, reviews) = SIZES;
    let (books, reviews) = (authors * books, authors * books * reviews);
    client
        .batch_execute(&format!(
            "INSERT INTO overhead_authors SELECT i, 'author ' || i FROM generate_series(1, {authors}) i;
             INSERT INTO overhead_books SELECT i, i % {authors} + 1, 'title ' || i FROM generate_series(1, {books}) i;
             INSERT INTO overhead_reviews
               SELECT i, i % {books} + 1, i % 5 + 1, 'what somebody thinks ' || i FROM generate_series(1, {reviews}) i;
             ANALYZE overhead_authors, overhead_books, overhead_reviews"
        ))
        .await
}

/// The same without the ORM: a connection and its three statements.
pub(crate) struct ByHand {
    client: Client,
    authors: Statement,
    books: Statement,
    reviews: Statement,
}

impl ByHand {
    pub(crate) async fn new(client: Client) -> std::result::Result<Self, tokio_postgres::Error> {
        let authors = client.prepare("SELECT id, name FROM overhead_authors").await?;
        let books = client.prepare("SELECT author_id, id, title FROM overhead_books WHERE author_id = ANY($1)").await?;
        let reviews = "SELECT book_id, id, stars, text FROM overhead_reviews WHERE book_id = ANY($1)";
        let reviews = client.prepare(reviews).await?;
        Ok(Self { client, authors, books, reviews })
    }

    async fn cards(&self) -> Result<Vec<AuthorCard>> {
        let authors = self.client.query(&self.authors, &[]).await?;
        let ids: Vec<i64> = authors.iter().map(|it| it.get(0)).collect();
        let books = self.client.query(&self.books, &[&ids]).await?;
        let ids: Vec<i64> = books.iter().map(|it| it.get(1)).collect();
        let mut of_book: HashMap<i64, Vec<ReviewCard>> = HashMap::with_capacity(books.len());
        for row in self.client.query(&self.reviews, &[&ids]).await? {
            let card = ReviewCard { id: row.get(1), stars: row.get(2), text: row.get(3) };
            of_book.entry(row.get(0)).or_default().push(card);
        }
        let mut of_author: HashMap<i64, Vec<BookCard>> = HashMap::with_capacity(authors.len());
        for row in books {
            let id = row.get(1);
            let reviews = of_book.remove(&id).unwrap_or_default();
            of_author.entry(row.get(0)).or_default().push(BookCard { id, title: row.get(2), reviews });
        }
        let card = |row: &tokio_postgres::Row| {
            let id = row.get(0);
            AuthorCard { id, name: row.get(1), books: of_author.remove(&id).unwrap_or_default() }
        };
        Ok(authors.iter().map(card).collect())
    }
}

pub(crate) async fn run(bench: &mut Bench, conn: &Connection, by_hand: &ByHand) -> Result<()> {
    let name = "projection of three levels, 1,000 × 10 × 3 rows";
    if !bench.wants(name) {
        return Ok(());
    }
    let ours = sorted(AuthorCard::query().all(conn).await?);
    assert_eq!(ours, sorted(by_hand.cards().await?), "both sides return the same");
    assert_eq!(count(&ours), SIZES);

    let raw = async |_| {
        assert_eq!(by_hand.cards().await?.len(), ours.len());
        Ok(())
    };
    let projection = async |_| {
        assert_eq!(AuthorCard::query().all(conn).await?.len(), ours.len());
        Ok(())
    };
    bench.compare(name, TARGET, 1, async || Ok(()), raw, projection).await
}

/// Neither side asks for an order.
fn sorted(mut cards: Vec<AuthorCard>) -> Vec<AuthorCard> {
    cards.sort_by_key(|it| it.id);
    for author in &mut cards {
        author.books.sort_by_key(|it| it.id);
        author.books.iter_mut().for_each(|it| it.reviews.sort_by_key(|it| it.id));
    }
    cards
}

/// The authors, and the smallest number of books and reviews that one has.
fn count(cards: &[AuthorCard]) -> (i64, i64, i64) {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let books = cards.iter().map(|it| number(it.books.len())).min();
    let reviews = cards.iter().flat_map(|it| &it.books).map(|it| number(it.reviews.len())).min();
    (number(cards.len()), books.unwrap_or_default(), reviews.unwrap_or_default())
}
