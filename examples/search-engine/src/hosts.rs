//! The hosts that addresses belong to.

use std::collections::BTreeSet;

use orm_pg::prelude::*;

use crate::model::{Host, NewAddress, NewHost};

/// Inserts the hosts of addresses that are about to be inserted. One round trip; none for no addresses.
///
/// # Errors
/// Any error from the server.
pub async fn enter<'a>(db: &impl Executor, addresses: impl IntoIterator<Item = &'a NewAddress>) -> Result<()> {
    // Without duplicates and sorted: two crawlers that insert the same ones wait for each other once, without a
    // deadlock.
    let origins: BTreeSet<&str> = addresses.into_iter().map(|new| new.origin.as_str()).collect();
    let hosts = Host::insert_many(origins.into_iter().map(NewHost::new));
    hosts.on_conflict(|h| h.origin).do_nothing().execute(db).await.map(drop)
}
