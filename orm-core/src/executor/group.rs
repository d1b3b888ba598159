//! Groups of statements of one verb: on one snapshot, or all or none.

use std::{
    fmt,
    future::{Future, ready},
};

use super::{BoxFuture, Erased, Executor};
use crate::error::{Error, ErrorKind, Result};

/// What several statements of one verb must guarantee together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Consistency {
    /// They read, and all see one snapshot: a transaction of isolation REPEATABLE READ or above.
    OneSnapshot,
    /// They write, and all or none of them take effect.
    AllOrNone,
}

impl Consistency {
    /// The error of an executor that cannot guarantee it.
    pub(super) fn refused(self) -> Error {
        let text = match self {
            Self::OneSnapshot => "this executor cannot read several statements' rows from one snapshot",
            Self::AllOrNone => "this executor cannot run several statements that take effect together",
        };
        let text = format!("{text}: hand the verb a `Database`, a `Connection` or a transaction");
        Error::new(ErrorKind::InvalidStatement, text)
    }
}

/// An executor that ends with [`commit`](Self::commit). If it is dropped without it, its writes can no longer be committed.
pub trait Commit: Executor {
    /// Ends it and keeps its writes.
    fn commit(self) -> impl Future<Output = Result<()>> + Send;

    /// Undoes all its statements and begins again. Returns `false` if that is impossible, because it is part of a
    /// transaction that continues after it; this is the default.
    fn begin_anew(&self) -> impl Future<Output = Result<bool>> + Send {
        ready(Ok(false))
    }
}

/// The executor for a group of statements of one verb: the result of [`Executor::together`].
pub struct StatementGroup<'e>(pub(super) Box<dyn ErasedCommit + 'e>);

impl<'e> StatementGroup<'e> {
    /// Erases the type of `executor`.
    #[must_use]
    pub fn new<C: Commit + 'e>(executor: C) -> Self {
        Self(Box::new(executor))
    }

    /// Ends the group and keeps its writes.
    ///
    /// # Errors
    /// As for the commit of a transaction.
    pub async fn commit(self) -> Result<()> {
        self.0.commit().await
    }

    /// Undoes all its statements and begins again. Returns `false` if that is impossible.
    pub(crate) async fn begin_anew(&self) -> Result<bool> {
        self.0.begin_anew().await
    }
}

impl fmt::Debug for StatementGroup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatementGroup")
    }
}

pub(super) trait ErasedCommit: Erased {
    fn commit<'a>(self: Box<Self>) -> BoxFuture<'a, ()>
    where
        Self: 'a;
    fn begin_anew(&self) -> BoxFuture<'_, bool>;
}

impl<C: Commit> ErasedCommit for C {
    fn commit<'a>(self: Box<Self>) -> BoxFuture<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(Commit::commit(*self))
    }

    fn begin_anew(&self) -> BoxFuture<'_, bool> {
        Box::pin(Commit::begin_anew(self))
    }
}
