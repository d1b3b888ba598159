//! The statements of nested inserts: one for each level, and one for each level of links.

use std::sync::Mutex;

use expect_test::expect;
use orm_pg::{
    executor::{BoxRowStream, Commit, Consistency, Executor, StatementGroup},
    prelude::*,
    row::RowSink,
    statement::Statement,
};

use crate::nested_inserts::{Comment, NewComment, NewPost, NewProfile, NewTag, NewUser, Post, Profile, Tag, User};

/// Keeps the texts of the statements that it hands on.
struct Recorder<'a, E> {
    inner: E,
    texts: &'a Mutex<Vec<String>>,
}

impl<E> Recorder<'_, E> {
    fn keep(&self, statement: &Statement) {
        let text = format!("{}\n{:?}", statement.sql.text, statement.sql.binds);
        self.texts.lock().expect("not poisoned").push(text);
    }
}

impl<E: Executor> Executor for Recorder<'_, E> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        self.keep(statement);
        self.inner.fetch(statement, rows).await
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.keep(statement);
        self.inner.execute(statement).await
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        statements.iter().for_each(|it| self.keep(it));
        self.inner.batch(statements, rows).await
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.keep(&statement);
        self.inner.stream(statement).await
    }

    async fn together(&self, how: Consistency) -> Result<StatementGroup<'_>> {
        Ok(StatementGroup::new(Recorder { inner: self.inner.together(how).await?, texts: self.texts }))
    }
}

impl Commit for Recorder<'_, StatementGroup<'_>> {
    async fn commit(self) -> Result<()> {
        self.inner.commit().await
    }
}

#[orm_pg::test(models(User, Profile, Post, Comment, Tag, crate::nested_inserts::PostTag))]
async fn one_statement_a_level(db: Database) -> Result<()> {
    let texts = Mutex::default();
    let recorder = Recorder { inner: &db, texts: &texts };
    let stored = User::insert_many(["Ann", "Bob"].map(NewUser::new))
        .with(User::profile(), |user| Some(NewProfile::new(user.id, "writes")))
        .with(User::posts(), |user| {
            children(["One", "Two"].map(|title| NewPost::new(user.id, title)))
                .with(Post::tags(), |post| [NewTag::new(format!("tag {}", post.id))])
                .with(Post::comments(), |post| [NewComment::new(post.id, "First!")])
        })
        .all(&recorder)
        .await?;
    assert_eq!(stored.len(), 2);
    let mut texts = texts.into_inner().expect("not poisoned");
    // The links follow the tags, but not the comments, which are stored at the same time.
    texts[4..].sort();
    let texts = texts.join("\n");
    expect![[r#"
        INSERT INTO "users" AS t0 ("name") SELECT * FROM unnest($1) RETURNING t0."id", t0."name"
        [text[]]
        INSERT INTO "profiles" AS t0 ("user_id", "bio") SELECT * FROM unnest($1, $2) RETURNING t0."user_id", t0."bio"
        [bigint[], text[]]
        INSERT INTO "posts" AS t0 ("author_id", "title") SELECT * FROM unnest($1, $2) RETURNING t0."id", t0."author_id", t0."title", t0."published"
        [bigint[], text[]]
        INSERT INTO "tags" AS t0 ("name") SELECT * FROM unnest($1) RETURNING t0."id", t0."name"
        [text[]]
        INSERT INTO "comments" AS t0 ("post_id", "body") SELECT * FROM unnest($1, $2) RETURNING t0."id", t0."post_id", t0."body"
        [bigint[], text[]]
        INSERT INTO "post_tags" ("post_id", "tag_id") SELECT k.k0, k.k1 FROM unnest($1, $2) AS k(k0, k1) ON CONFLICT ("post_id", "tag_id") DO NOTHING
        [bigint[], bigint[]]"#]].assert_eq(&texts);
    Ok(())
}
