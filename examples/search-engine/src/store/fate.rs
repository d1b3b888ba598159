//! The state of an address after a visit.

use std::collections::BTreeMap;

use orm_pg::prelude::*;

use super::{Retries, Stored};
use crate::frontier::Taken;
use crate::model::{Address, State};
use crate::visit::Visit;

/// The reason for an address whose page the database refused.
const REFUSED: &str = "refused by the database";

/// The new state of an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    Done,
    Redirected,
    Failed(String),
    /// To be visited again after this many milliseconds.
    Retry(String, i64),
    /// Failed, but it is not known whether the page is gone.
    GivenUp(String),
}

impl Fate {
    pub(super) fn of(address: &Taken, visit: &Visit, retries: &Retries) -> Self {
        let failure = match &visit.outcome {
            Ok(found) if found.url == address.url => return Self::Done,
            Ok(_) => return Self::Redirected,
            Err(failure) => failure,
        };
        let reason = failure.reason().into_owned();
        if !failure.is_temporary() {
            return Self::Failed(reason);
        }
        if address.tries + 1 >= retries.tries {
            return Self::GivenUp(reason);
        }
        let pause = retries.pause.saturating_mul(1 << address.tries.clamp(0, 16));
        Self::Retry(reason, i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))
    }

    /// Whether the stored data of the address is outdated.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Redirected | Self::Failed(_))
    }

    pub(super) fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::GivenUp(_))
    }
}

/// Writes the states of addresses. One round trip for each different state.
pub(super) async fn write(tx: &Transaction<'_>, fates: Vec<(i64, Fate)>) -> Result<()> {
    let mut alike: BTreeMap<Fate, Vec<i64>> = BTreeMap::new();
    for (id, fate) in fates {
        alike.entry(fate).or_default().push(id);
    }
    for (fate, ids) in alike {
        let (state, reason, pause) = match fate {
            Fate::Done => (State::Done, None, None),
            Fate::Redirected => (State::Redirected, None, None),
            Fate::Failed(reason) | Fate::GivenUp(reason) => (State::Failed, Some(reason), None),
            Fate::Retry(reason, pause) => (State::Queued, Some(reason), Some(pause)),
        };
        let update = Address::query().filter(|a| a.id.in_(ids)).update(|a| {
            let due = pause.map(|pause| {
                let due = sql!("now() + {pause} * interval '1 millisecond'").expr::<DateTime<Utc>>();
                (a.due_at.set(due), a.tries.set(a.tries + 1))
            });
            (a.state.set(state), a.reason.set(reason), a.taken_by.set(None), due)
        });
        update.execute(tx).await?;
    }
    Ok(())
}

/// Records that the database refused the data of an address.
pub(super) async fn refused(db: &Database, id: i64) -> Result<Stored> {
    let fate = Fate::Failed(REFUSED.to_owned());
    db.transaction(async |tx| write(tx, vec![(id, fate)]).await).await?;
    Ok(Stored { visits: 1, failed: 1, ..Stored::default() })
}
