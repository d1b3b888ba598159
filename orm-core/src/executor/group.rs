//! What the statements of one verb run in, where they must hold together.

use std::{
    fmt,
    future::{Future, ready},
};

use super::{BoxFuture, Erased, Executor};
use crate::error::{Error, ErrorKind, Result};

/// How several statements of one verb hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Consistency {
    /// They read, and all see what was committed at one moment: a transaction of isolation REPEATABLE READ or above.
    OneSnapshot,
    /// They write, and all of them take effect or none.
    AllOrNone,
}

impl Consistency {
    /// Says that an executor cannot do it.
    pub(super) fn refused(self) -> Error {
        let text = match self {
            Self::OneSnapshot => "this executor cannot read several statements' rows from one snapshot",
            Self::AllOrNone => "this executor cannot run several statements that take effect together",
        };
        let text = format!("{text}: hand the verb a `Database`, a `Connection` or a transaction");
        Error::new(ErrorKind::InvalidStatement, text)
    }
}

/// An executor that ends with [`commit`](Self::commit). Dropped without it, what was written through it cannot be
/// committed any more.
pub trait Commit: Executor {
    /// Ends it, so that what was written stays.
    fn commit(self) -> impl Future<Output = Result<()>> + Send;

    /// Undoes all that was run through it, and begins anew; `false` where it is part of a transaction that goes on after
    /// it, which cannot be. By default it cannot.
    fn begin_anew(&self) -> impl Future<Output = Result<bool>> + Send {
        ready(Ok(false))
    }
}

/// The executor for statements of one verb that hold together: what [`Executor::together`] returns.
pub struct StatementGroup<'e>(pub(super) Box<dyn ErasedCommit + 'e>);

impl<'e> StatementGroup<'e> {
    /// Forgets the type of `executor`.
    #[must_use]
    pub fn new<C: Commit + 'e>(executor: C) -> Self {
        Self(Box::new(executor))
    }

    /// Ends the group, so that what was written stays.
    ///
    /// # Errors
    /// As for the commit of a transaction.
    pub async fn commit(self) -> Result<()> {
        self.0.commit().await
    }

    /// Undoes all that was run through it, and begins anew; `false` where that cannot be.
    pub(crate) async fn begin_anew(&self) -> Result<bool> {
        self.0.begin_anew().await
    }
}

impl fmt::Debug for StatementGroup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Group")
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
