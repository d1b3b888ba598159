//! A crate that knows `orm-pg` only by another name: generated code must not depend on `::orm_pg`.

#[cfg(test)]
mod tests {
    use database::prelude::*;

    #[derive(Debug, Clone, PartialEq, Model)]
    #[orm(table = "tags", crate = "database")]
    struct Tag {
        #[orm(key, identity)]
        id: i64,
        name: String,
    }

    database::sql_function! {
        /// How long a text is.
        fn char_length(text: String) -> i32;
    }

    #[database::test(models(Tag), crate = "database")]
    async fn macros_find_a_renamed_crate(db: Database) -> Result<()> {
        Tag::insert(NewTag::new("rust")).execute(&db).await?;
        let least = 3;
        let names = sql!("SELECT name FROM tags WHERE length(name) > {least}").all::<String>(&db).await?;
        assert_eq!(names, ["rust"]);
        let query = Tag::query().filter(|t| sql!("{t.name} ~ 'u'")).filter(|t| char_length(t.name).eq(4));
        assert_eq!(query.select(|t| sql!("{t.id} * 2").expr::<i64>()).one(&db).await?, 2);
        Ok(())
    }
}
