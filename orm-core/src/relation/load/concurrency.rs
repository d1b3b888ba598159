//! Waiting for several statements at the same time: on one connection they are pipelined.

use std::{
    future::{Future, poll_fn},
    task::Poll,
};

use crate::error::{Error, Result};

/// Waits for all futures at the same time. Returns `(a, (b, c))`, which [`nest!`] takes apart.
macro_rules! all {
    ($first:expr) => { $first.await };
    ($first:expr, $($rest:expr),+) => { $crate::relation::both($first, async { all!($($rest),+) }).await };
}

/// `(a, (b, c))`
macro_rules! nest {
    ($first:ident) => { $first };
    ($first:ident $($rest:ident)+) => { ($first, nest!($($rest)+)) };
}

/// Puts the values of all relations next to their rows: a `Vec` of `(row, a, b)`.
macro_rules! zip_rows {
    ($rows:ident, $($value:ident)+) => {{
        $(let mut $value = $value.into_iter();)+
        let mut zipped = Vec::with_capacity($rows.len());
        for row in $rows {
            let ($(Some($value),)+) = ($($value.next(),)+) else { return Err(too_few_rows()) };
            zipped.push((row, $($value,)+));
        }
        Ok(zipped)
    }};
}

/// Returns whether the statement failed only because another one of its transaction had failed before (25P02).
fn follows_another(error: &Error) -> bool {
    error.sql_state() == Some("25P02")
}

/// Waits for two futures at the same time. If both fail in one transaction, returns the error of the one that failed
/// first: the other failed only because the transaction was aborted.
///
/// Both are on the heap, and this is not an `async fn`, which would hold each of its arguments twice: the size of the
/// future would double with every sibling.
#[doc(hidden)]
pub fn both<A, B>(
    first: impl Future<Output = Result<A>>,
    second: impl Future<Output = Result<B>>,
) -> impl Future<Output = Result<(A, B)>> {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    let (mut a, mut b) = (None, None);
    poll_fn(move |cx| {
        if a.is_none()
            && let Poll::Ready(done) = first.as_mut().poll(cx)
        {
            match done {
                Err(error) if !follows_another(&error) => return Poll::Ready(Err(error)),
                done => a = Some(done),
            }
        }
        if b.is_none()
            && let Poll::Ready(done) = second.as_mut().poll(cx)
        {
            match done {
                Err(error) if !follows_another(&error) => return Poll::Ready(Err(error)),
                done => b = Some(done),
            }
        }
        match (a.take(), b.take()) {
            (Some(a), Some(b)) => Poll::Ready(a.and_then(|a| Ok((a, b?)))),
            (one, two) => {
                (a, b) = (one, two);
                Poll::Pending
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::{
        future::{Future, poll_fn},
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::both;
    use crate::error::{Error, Result, ServerError};

    fn failed(code: &str) -> Result<()> {
        Err(Error::from_server(ServerError { code: code.to_owned(), ..ServerError::default() }))
    }

    /// Has an answer when it is asked for the time number `polls`, counted from zero.
    fn after(polls: usize, answer: Result<()>) -> impl Future<Output = Result<()>> {
        let (mut left, mut answer) = (polls, Some(answer));
        poll_fn(move |_| match left {
            0 => Poll::Ready(answer.take().unwrap()),
            _ => {
                left -= 1;
                Poll::Pending
            }
        })
    }

    /// The SQLSTATE that comes out, and after how many polls.
    fn outcome(
        one: impl Future<Output = Result<()>>,
        other: impl Future<Output = Result<()>>,
    ) -> (usize, Option<String>) {
        let mut both = pin!(both(one, other));
        for polls in 0..10 {
            if let Poll::Ready(done) = both.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return (polls, done.err().and_then(|it| it.sql_state().map(str::to_owned)));
            }
        }
        panic!("it does not end");
    }

    #[test]
    fn the_error_is_that_of_what_failed_first() {
        let (check, aborted) = (|| failed("23514"), || failed("25P02"));
        let told = |code: &str| Some(code.to_owned());
        // The answer to the second was seen before that to the first, and the other way round.
        assert_eq!(outcome(after(1, check()), after(0, aborted())), (1, told("23514")));
        assert_eq!(outcome(after(0, aborted()), after(2, check())), (2, told("23514")));
        assert_eq!(outcome(after(0, check()), after(5, Ok(()))), (0, told("23514")), "it waits for nobody");
        // What failed was a statement before these.
        assert_eq!(outcome(after(0, aborted()), after(3, aborted())), (3, told("25P02")));
        assert_eq!(outcome(after(0, Ok(())), after(1, aborted())), (1, told("25P02")));
        assert_eq!(outcome(after(2, Ok(())), after(1, Ok(()))), (2, None));
        // Of three.
        let later = async { both(after(0, aborted()), after(1, check())).await.map(drop) };
        assert_eq!(outcome(after(0, aborted()), later), (1, told("23514")));
    }
}
