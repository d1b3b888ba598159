//! `timeout`: how long a verb of several statements may take.

use super::{Link, NestedInsert, Related, With, WithDepth};
use crate::query::timeouts;

timeouts! {
    /// // All levels together.
    /// let users = User::query().with(User::posts()).timeout(Duration::from_millis(500)).all(&db).await?;
    [M, L, Row, S] With<M, L, Row, S> => query.ast.timeout;
    /// // The statement of this relation alone.
    /// let users = User::query().with(User::posts().timeout(Duration::from_millis(200))).all(&db).await?;
    [P, C, K, Out, L] Related<P, C, K, Out, L> => query.ast.timeout;
    /// let root = Category::get(1).one(&db).await?;
    /// let below = Category::children().descendants().with_depth().timeout(Duration::from_secs(1));
    /// let rows = below.of(&root).all(&db).await?;
    [P, Out] WithDepth<P, Out> => query.ast.timeout;
    /// // All levels together.
    /// let ann = User::insert(NewUser::new("ann@example.org", "Ann")).with(User::posts(), |ann| [NewPost::new(ann.id, "Hi")]);
    /// let (ann, posts) = ann.timeout(Duration::from_secs(1)).one(&db).await?;
    [M, L, N] NestedInsert<M, L, N> => insert.ast.timeout;
    /// let (post, tags) = (Post::get(1).one(&db).await?, Tag::query().all(&db).await?);
    /// Post::tags().set_links(&post, &tags).timeout(Duration::from_secs(1)).execute(&db).await?;
    [] Link => timeout;
}
