//! The hosts that addresses belong to.

use std::collections::BTreeSet;

use orm_pg::prelude::*;

use crate::model::{Host, NewAddress, NewHost};

/// Enters the hosts of addresses that are about to be entered. One round trip; none for no addresses.
///
/// # Errors
/// What the server answers.
pub async fn enter<'a>(db: &impl Executor, addresses: impl IntoIterator<Item = &'a NewAddress>) -> Result<()> {
    // Each once and in order: two crawlers that enter the same ones wait for each other once, not crosswise.
    let origins: BTreeSet<&str> = addresses.into_iter().map(|new| new.origin.as_str()).collect();
    let hosts = Host::insert_many(origins.into_iter().map(NewHost::new));
    hosts.on_conflict(|h| h.origin).do_nothing().execute(db).await.map(drop)
}
