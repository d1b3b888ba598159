//! The rows of a query as a stream.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use crate::{
    error::{Error, ErrorKind, Result},
    executor::BoxRowStream,
    row::{Decoder, FromRow, Matching, Row, RowSink},
};

/// The rows of a query as they arrive: a `Stream` of `Result<T>`. The prelude has `try_next`.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// let mut titles = Post::query().select(|p| p.title).stream(&db).await?;
/// while let Some(title) = titles.try_next().await? {
///     println!("{title}");
/// }
/// # Ok(()) }
/// ```
#[must_use = "a stream does nothing until it is read"]
pub struct Rows<'e, T> {
    stream: Option<BoxRowStream<'e>>,
    decoder: Decoder<T>,
}

impl<'e, T: FromRow> Rows<'e, T> {
    pub(super) fn new(stream: BoxRowStream<'e>, matching: Matching) -> Self {
        Self { stream: Some(stream), decoder: Decoder::new(matching) }
    }
}

impl<T> fmt::Debug for Rows<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("ended", &self.stream.is_none()).finish_non_exhaustive()
    }
}

/// Decodes one row of a stream.
struct Next<'a, T> {
    decoder: &'a mut Decoder<T>,
    row: Option<T>,
}

impl<T: FromRow> RowSink for Next<'_, T> {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        self.row = Some(self.decoder.decode(row)?);
        Ok(())
    }

    fn restart(&mut self) {
        self.row = None;
    }
}

impl<T: FromRow> Stream for Rows<'_, T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        let Self { stream, decoder } = self.get_mut();
        let Some(open) = stream else { return Poll::Ready(None) };
        let mut next = Next { decoder, row: None };
        match open.as_mut().poll_row(cx, &mut next) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(Ok(()))) => match next.row {
                Some(row) => Poll::Ready(Some(Ok(row))),
                None => {
                    *stream = None;
                    let text = "the executor's stream returned without a row";
                    Poll::Ready(Some(Err(Error::new(ErrorKind::Decode, text))))
                }
            },
            Poll::Ready(end) => {
                // Nothing follows an error. The connection is given back now, not when the stream is dropped.
                *stream = None;
                Poll::Ready(end.map(|it| Err(it.err().unwrap_or_else(|| Error::new(ErrorKind::Closed, "ended")))))
            }
        }
    }
}
