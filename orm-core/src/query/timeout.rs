//! How long a verb may take.

use super::{Delete, Insert, Select, Update};
use crate::expr::RawSql;

/// Writes `timeout` for a builder whose limit is at `$limit`.
macro_rules! timeouts {
    ($($(#[doc = $example:literal])+ [$($generics:tt)*] $builder:ty => $($limit:ident).+;)+) => { $(
        impl<$($generics)*> $builder {
            /// Limits how long the verb may take, from the moment that it is awaited: waiting for a connection, sending,
            /// the server's work and the rows. Of a stream it limits the wait for each row.
            ///
            /// Past the limit the statement is cancelled on the server, and the connection is given back clean or closed.
            /// The verb ends within two seconds more, even if the server never answers. `Duration::MAX` means no limit,
            /// even if the handle has one (`db.timeout(..)`). A sub-query has only the limit of its outer query.
            ///
            /// # Errors
            /// The verb answers [`is_timeout`](crate::Error::is_timeout): the statement has not run, or was cancelled. A
            /// write of which neither is known is [`is_outcome_unknown`](crate::Error::is_outcome_unknown).
            ///
            /// ```
            /// # use blog::*; async fn run(db: Database) -> Result<()> {
            /// use std::time::Duration;
            $(#[doc = $example])+
            /// # Ok(()) }
            /// ```
            pub fn timeout(mut self, limit: ::std::time::Duration) -> Self {
                self.$($limit).+ = Some(limit);
                self
            }
        }
    )+ };
}
pub(crate) use timeouts;

timeouts! {
    /// let users = User::query().filter(|u| u.active).timeout(Duration::from_millis(200)).all(&db).await?;
    [S, Out] Select<S, Out> => ast.timeout;
    /// let ann = User::insert(NewUser::new("ann@example.org", "Ann")).timeout(Duration::from_secs(1)).one(&db).await?;
    [M, Out, N] Insert<M, Out, N> => ast.timeout;
    /// let all = User::query().update(|u| u.active.set(true)).all_rows().timeout(Duration::from_secs(5));
    /// let touched = all.execute(&db).await?;
    [M, Out] Update<M, Out> => ast.timeout;
    /// let gone = Post::query().filter(|p| p.title.eq("")).delete().timeout(Duration::from_secs(5)).execute(&db).await?;
    [M, Out] Delete<M, Out> => ast.timeout;
    /// let posts = sql!("SELECT count(*) FROM posts").timeout(Duration::from_secs(5)).one::<i64>(&db).await?;
    [] RawSql => timeout;
}
