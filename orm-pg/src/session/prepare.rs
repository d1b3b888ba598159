//! Preparing a statement on a connection.

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
    /// The task that prepared it is gone: the runtime shuts down.
    Gone(orm_core::error::Error),
}

impl Session {
    /// Returns the prepared statement for `sql`, preparing it if need be. One round trip then, none otherwise.
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
                // Nobody may wait any more; the statement then stays for the next one, or is closed.
                sender.send_replace(Some(prepared.map_err(|it| Shared(Arc::new(it)))));
            };
            let mut preparing = preparing.boxed();
            // The first poll sends it: in its order, and not after a rollback that a dropped caller causes.
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
