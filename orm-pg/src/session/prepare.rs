//! Prepares statements on a connection, through its cache.

use std::sync::Arc;

use futures_util::FutureExt;
use orm_core::statement::Sql;

use super::{
    Session,
    bind::declared,
    cache::{Lookup, Plan},
};
use crate::error::{Shared, lost};

/// Why a statement could not be prepared.
pub(crate) enum PrepareError {
    /// The server refused it, or the connection was lost.
    Driver(Shared<tokio_postgres::Error>),
    /// The task that prepared it has ended: the runtime is shutting down.
    Gone(orm_core::error::Error),
}

impl Session {
    /// Returns the prepared statement for `sql`. No round trip, one if it has to be prepared.
    pub(super) async fn prepared(self: &Arc<Self>, sql: &Sql) -> Result<Plan, PrepareError> {
        let (mut slot, generation, prepare) = match self.cache.look_up(self.client(), sql) {
            Lookup::Ready(plan) => return plan.map_err(PrepareError::Driver),
            Lookup::Pending { slot, generation, prepare } => (slot, generation, prepare),
        };
        if let Some((key, sender)) = prepare {
            let (session, types, own) = (Arc::clone(self), declared(&sql.binds), slot.clone());
            let preparing = async move {
                let prepared = session.client().prepare_typed(&key.text, &types).await;
                session.cache.prepared(&key, &own, prepared.as_ref().ok());
                drop(own);
                // If nobody waits for it any more, the statement stays for the next caller, or is closed.
                sender.send_replace(Some(prepared.map_err(|it| Shared(Arc::new(it)))));
            };
            let mut preparing = preparing.boxed();
            // The first poll sends it, so it is sent in order, and not after the rollback of a dropped caller.
            if (&mut preparing).now_or_never().is_none() {
                drop(self.runtime.spawn(preparing));
            }
        }
        let plan = |statement| Plan { statement, known: false, generation };
        match slot.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(ready)) => ready.clone().map(plan).map_err(PrepareError::Driver),
            Ok(None) | Err(_) => Err(PrepareError::Gone(lost())),
        }
    }
}
