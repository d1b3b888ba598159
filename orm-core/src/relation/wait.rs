//! Waiting for several at the same time.

use std::{
    future::{Future, poll_fn},
    task::Poll,
};

use crate::error::Result;

/// Waits for all at the same time: on one connection they are pipelined. What comes back is `(a, (b, c))`, which
/// [`nest!`] takes apart.
macro_rules! all {
    ($first:expr) => { $first.await };
    ($first:expr, $($rest:expr),+) => { $crate::relation::both($first, async { all!($($rest),+) }).await };
}

/// `(a, (b, c))`
macro_rules! nest {
    ($first:ident) => { $first };
    ($first:ident $($rest:ident)+) => { ($first, nest!($($rest)+)) };
}

/// Waits for two at the same time.
///
/// Both on the heap, and no `async fn`: that would hold each of its arguments twice, so the future would double with
/// every sibling.
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
            a = Some(done?);
        }
        if b.is_none()
            && let Poll::Ready(done) = second.as_mut().poll(cx)
        {
            b = Some(done?);
        }
        match (a.take(), b.take()) {
            (Some(a), Some(b)) => Poll::Ready(Ok((a, b))),
            (one, two) => {
                (a, b) = (one, two);
                Poll::Pending
            }
        }
    })
}
