//! Columns whose type is not the default of their Rust type: values that are compared with them, or with expressions
//! made of them, are compared by the column's type.

use orm_pg::{expr::IntoCond, prelude::*};

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "marks", has_many(notes: Note))]
struct Mark {
    #[orm(key)]
    id: i32,
    #[orm(sql_type = "citext")]
    name: Option<String>,
    #[orm(sql_type = "any_case")]
    alias: String,
    #[orm(sql_type = "mood")]
    mood: Option<String>,
    #[orm(sql_type = "char(6)")]
    code: String,
    #[orm(sql_type = "citext[]")]
    tags: Vec<String>,
    #[orm(sql_type = "json")]
    doc: Option<Json>,
    title: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "notes")]
struct Note {
    #[orm(key)]
    id: i32,
    #[orm(references = Mark)]
    mark_id: i32,
    #[orm(sql_type = "citext")]
    text: String,
}

orm_pg::sql_function! {
    fn strpos(text: String, part: String) -> Option<i32>;
    fn twice(text: String) -> String;
}

async fn setup(db: Database) -> Result<()> {
    let sql = "CREATE EXTENSION citext; CREATE DOMAIN any_case AS citext; CREATE TYPE mood AS ENUM ('sad', 'ok'); \
               CREATE FUNCTION twice(text) RETURNS citext LANGUAGE sql AS 'SELECT ($1 || $1)::citext'";
    db.connection().await?.client().batch_execute(sql).await.expect("types");
    db.create_tables(models![Mark, Note]).await?;
    let mark = |id, name: &str, mood: Option<&str>| NewMark {
        id,
        name: Some(name.into()),
        alias: name.into(),
        mood: mood.map(Into::into),
        code: "ab".into(),
        tags: vec![name.into()],
        doc: None,
        title: name.into(),
    };
    Mark::insert_many([mark(1, "mark", None), mark(2, "MARK", Some("ok"))]).execute(&db).await?;
    let note = |id, text: &str| NewNote { id, mark_id: 1, text: text.into() };
    Note::insert_many([note(1, "One"), note(2, "ONE")]).execute(&db).await?;
    Ok(())
}

/// A text beside what is made of a column has the column's type, as a literal of SQL would.
#[orm_pg::test(setup = setup)]
async fn a_text_beside_what_is_made_of_a_column_has_its_type(db: Database) -> Result<()> {
    let m = "Mark";
    let conds: Vec<(&str, Box<dyn Fn(MarkColumns) -> Cond>)> = vec![
        ("column", Box::new(move |f| f.name.eq(m))),
        ("domain", Box::new(move |f| f.alias.eq(m))),
        ("value first", Box::new(move |f| bind(m.to_owned()).eq(f.alias))),
        ("coalesce", Box::new(move |f| f.name.coalesce("").eq(m))),
        ("value in coalesce", Box::new(move |f| f.name.nullif("mArK").coalesce("x").eq("X"))),
        ("coalesce of coalesce", Box::new(move |f| f.name.nullif("").coalesce(f.alias).coalesce("").eq(m))),
        ("nullif", Box::new(move |f| f.name.nullif(m).is_null())),
        ("case", Box::new(move |f| case().when(f.id.gt(0), f.name).otherwise("").eq(m))),
        (
            "case, value first",
            Box::new(move |f| case().when(f.id.lt(0), "").when(f.id.lt(0), "").otherwise(f.alias).eq(m)),
        ),
        ("domain in case", Box::new(move |f| case().when(f.id.gt(0), f.alias).end().eq(m))),
        ("in a list", Box::new(move |f| f.name.coalesce("").in_([m, "x"]))),
        ("not in a list", Box::new(move |f| f.alias.nullif("").coalesce("y").not_in(["x"]))),
        ("between", Box::new(move |f| f.name.coalesce("").between("MARJ", "marl"))),
        ("between columns", Box::new(move |f| bind(m.to_owned()).between(f.alias, f.name.coalesce("")))),
        ("like", Box::new(move |f| f.name.coalesce("").like("mAr%"))),
        ("starts with", Box::new(move |f| f.name.coalesce("").starts_with("mA"))),
        ("distinct from", Box::new(move |f| f.name.coalesce("").is_not_distinct_from(m))),
        ("sub-query", Box::new(move |f| Mark::query().filter(|g| g.id.eq(f.id)).select(|g| g.name).scalar().eq(m))),
        ("maximum", Box::new(move |f| Mark::query().filter(|g| g.id.eq(f.id)).select(|g| g.name.max()).scalar().eq(m))),
        ("replace", Box::new(move |f| f.name.replace("MA", "x").eq("xrk").or(f.name.replace("MA", "x").eq("xRK")))),
        ("function", Box::new(move |f| strpos(f.name, "aR").eq(2))),
        ("function of the user's", Box::new(move |f| twice(f.title).eq("MARKmark"))),
        ("fragment", Box::new(move |f| IntoCond::into_cond(sql!("{f.name} = {m}")))),
        ("value of a fragment", Box::new(move |f| sql!("{f.name}").expr::<String>().eq(m))),
        (
            "list in a fragment",
            Box::new(move |f| {
                let list = [m, "x"].map(str::to_owned).to_vec();
                IntoCond::into_cond(sql!("{f.name} = ANY({list})"))
            }),
        ),
        ("array", Box::new(move |f| f.tags.contains_element(m))),
        ("array_position", Box::new(move |f| f.tags.contains_element(f.alias))),
        ("array_remove", Box::new(move |f| f.tags.remove("mARK").eq(Vec::<String>::new()))),
        ("array_append", Box::new(move |f| f.tags.append("x").is_superset_of(["X", "mark"]))),
    ];
    for (name, cond) in conds {
        assert_eq!(Mark::query().filter(cond).count(&db).await.map_err(|it| it.to_string()), Ok(2), "{name}");
    }
    // A fixed length: blanks at the end do not count.
    let padded = Mark::query().filter(|f| f.code.nullif("").coalesce("x").eq("ab  "));
    assert_eq!(padded.count(&db).await?, 2);
    Ok(())
}

/// The server's enum, which has no comparison with `text` at all.
#[orm_pg::test(setup = setup)]
async fn an_enum_that_is_held_as_text_stands_wherever_text_does(db: Database) -> Result<()> {
    let ok = Mark::query().filter(|f| f.mood.coalesce("sad").eq("ok"));
    assert_eq!(ok.select(|f| f.id).all(&db).await?, [2]);
    let sad = Mark::query().filter(|f| case().when(f.mood.is_null(), "sad").otherwise(f.mood).in_(["sad"]));
    assert_eq!(sad.select(|f| f.id).all(&db).await?, [1]);
    let (mood, moods) = ("ok", vec!["ok".to_owned()]);
    let ids = sql!(
        "SELECT id FROM marks WHERE mood = {mood} AND coalesce(mood, {mood}) = ANY({moods}) AND {mood} IS NOT NULL"
    );
    assert_eq!(ids.all::<i32>(&db).await?, [2]);
    sql!("UPDATE marks SET mood = CASE WHEN id = 1 THEN {mood} ELSE mood END").execute(&db).await?;
    assert_eq!(Mark::query().filter(|f| f.mood.eq("ok")).count(&db).await?, 2);
    let name = "new";
    let insert = sql!("INSERT INTO marks VALUES (3, {name}, {name}, {mood}, {name}, {moods}, NULL, {name})");
    insert.execute(&db).await?;
    let groups = Mark::query().group_by(|f| f.mood.coalesce("ok")).having(|f| f.mood.max().eq("ok"));
    assert_eq!(groups.select(|f| (f.mood.coalesce("ok"), count_all())).all(&db).await?, [("ok".to_owned(), 3)]);
    Ok(())
}

#[orm_pg::test(setup = setup)]
async fn groups_compare_as_their_columns_do(db: Database) -> Result<()> {
    let groups = Mark::query().group_by(|f| f.name.coalesce("x")).having(|f| f.name.coalesce("x").eq("MaRk"));
    assert_eq!(groups.select(|_| count_all()).all(&db).await?, [2]);
    let groups = Mark::query().group_by(|f| f.name).having(|f| f.alias.min().eq("mARk"));
    assert_eq!(groups.select(|_| count_all()).all(&db).await?, [2]);
    // The same value beside a column of another type has that one's.
    let groups = Mark::query().group_by(|f| (f.name.coalesce("mark"), f.title.nullif("mark")));
    let mut groups = groups.select(|f| (f.title.nullif("mark"), f.name.coalesce("mark").count())).all(&db).await?;
    groups.sort();
    assert_eq!(groups, [(None, 1), (Some("MARK".to_owned()), 1)]);
    let busy = Mark::query().filter(|f| Mark::notes().aggregate(f, |n| n.text.min()).eq("oNe"));
    assert_eq!(busy.count(&db).await?, 1);
    let busy = Mark::query().filter(|f| Mark::notes().any(f, |n| n.text.nullif("").eq("oNe")));
    assert_eq!(busy.count(&db).await?, 1);
    Ok(())
}

#[orm_pg::test(setup = setup)]
async fn texts_in_sql_of_the_user_are_compared_as_literals_are(db: Database) -> Result<()> {
    let (m, list) = ("Mark", vec!["Mark".to_owned(), "x".to_owned()]);
    let counts = [
        sql!("SELECT count(*) FROM marks WHERE name = {m}"),
        sql!("SELECT count(*) FROM marks WHERE {m} = name"),
        sql!("SELECT count(*) FROM marks WHERE name IN ({m}, {m})"),
        sql!("SELECT count(*) FROM marks WHERE name = ANY ({list})"),
        sql!("SELECT count(*) FROM marks WHERE name LIKE {m}"),
        sql!("SELECT count(*) FROM marks WHERE name BETWEEN {m} AND {m}"),
        sql!("SELECT count(*) FROM marks WHERE (alias, id > 0) = ({m}, true)"),
        sql!("SELECT count(*) FROM marks WHERE (name, alias) IN (({m}, {m}))"),
        sql!("SELECT count(*) FROM marks WHERE coalesce(name, {m}) = {m}"),
        sql!("SELECT count(*) FROM marks WHERE CASE WHEN id > 0 THEN name ELSE {m} END = {m}"),
        sql!("SELECT count(*) FROM marks WHERE CASE name WHEN {m} THEN 1 END = 1"),
        sql!("SELECT count(*) FROM marks WHERE strpos(name, {m}) = 1"),
        sql!("SELECT count(*) FROM marks WHERE name IS NOT DISTINCT FROM {m}"),
        sql!("SELECT count(*) FROM marks WHERE ({m} IS NULL OR name = {m})"),
        sql!("SELECT count(*) FROM marks WHERE tags && {list}"),
        sql!("SELECT count(*) FROM marks WHERE {m} = ANY(tags)"),
        sql!("SELECT count(*) FROM marks WHERE name = {m}::citext"),
        sql!("SELECT count(*) FROM marks WHERE name LIKE {m} || '%'"),
        // The type of the first is not that of the second.
        sql!("SELECT count(*) FROM marks WHERE lower(title) = lower({m}) AND name = {m}"),
        sql!("SELECT count(*) FROM marks WHERE title <> {m} AND name = {m}"),
    ];
    for sql in counts {
        assert_eq!(sql.clone().one::<i64>(&db).await.map_err(|it| it.to_string()), Ok(2), "{sql:?}");
    }
    assert_eq!(sql!("SELECT count(*) FROM marks WHERE title = {m}").one::<i64>(&db).await?, 0);
    Ok(())
}

/// Where the server would not know the type of a literal, or take another one, a text is `text`.
#[orm_pg::test]
async fn texts_in_sql_of_the_user_keep_their_type_elsewhere(db: Database) -> Result<()> {
    let (a, b, day, utc, list) = ("a", "b", "2024-02-29", "UTC", vec!["a".to_owned(), "b".to_owned()]);
    let (none, empty): (Option<String>, Vec<String>) = (None, vec![]);
    for (sql, expected) in [
        (sql!("SELECT {a}"), "a"),
        (sql!("SELECT {a} || {b}"), "ab"),
        (sql!("SELECT concat({a}, {b})"), "ab"),
        (sql!("SELECT format('%s-%s', {a}, {b})"), "a-b"),
        (sql!("SELECT ({a} IS NULL)::text"), "false"),
        (sql!("SELECT ({none} IS NULL)::text"), "true"),
        (sql!("SELECT ({day}::date + 1)::text"), "2024-03-01"),
        (sql!("SELECT (CAST({day} AS date) + 1)::text"), "2024-03-01"),
        (sql!("SELECT jsonb_build_object('k', {a})::text"), r#"{"k": "a"}"#),
        (sql!("SELECT to_jsonb({a})::text"), r#""a""#),
        (sql!("SELECT array_to_string({list}, {b})"), "abb"),
        (sql!("SELECT string_agg(x, {b}) FROM unnest({list}) AS u(x)"), "abb"),
        (sql!("SELECT array_length({list}, 1)::text"), "2"),
        (sql!("SELECT ({list})[2]"), "b"),
        (sql!("SELECT coalesce({none}, {b})"), "b"),
        (sql!("SELECT coalesce({none}, {none}, {b})"), "b"),
        (sql!("SELECT nullif({a}, {b})"), "a"),
        (sql!("SELECT array_to_string(coalesce({list}, {empty}), '')"), "ab"),
        (sql!("SELECT ({a} = {b})::text"), "false"),
        (sql!("SELECT ({a} = ANY({list}))::text"), "true"),
        (sql!("SELECT ({a} IN ({a}, {b}))::text"), "true"),
        (sql!("SELECT ({list} && {list})::text"), "true"),
        (sql!("SELECT ({list} = {list})::text"), "true"),
        (sql!("SELECT ({list} = '{{a,b}}')::text"), "true"),
        (sql!("SELECT array_to_string(array_append({list}, {a}), '')"), "aba"),
        (sql!("SELECT CASE WHEN {a} = {b} THEN {a} ELSE {b} END"), "b"),
        (sql!("SELECT array_to_string(CASE WHEN {a} = {b} THEN {empty} ELSE {list} END, '')"), "ab"),
        (sql!("SELECT x FROM (VALUES ({a})) AS v(x)"), "a"),
        (sql!("SELECT {a} UNION SELECT {a}"), "a"),
        (sql!("SELECT {a} FROM unnest({list}) GROUP BY {a}"), "a"),
        (sql!("WITH w AS (SELECT {a} AS x) SELECT x || 'b' FROM w"), "ab"),
        (sql!("SELECT max({a})"), "a"),
        (sql!("SELECT ('{{\"a\": \"x\"}}'::jsonb ->> {a})"), "x"),
        (sql!("SELECT ('{{\"a\": 1}}'::jsonb - {a})::text"), "{}"),
        (sql!("SELECT ('2024-01-01 00:00+00'::timestamptz AT TIME ZONE {utc})::text"), "2024-01-01 00:00:00"),
        (sql!("SELECT substring({a} FROM {a})"), "a"),
        (sql!("SELECT position({b} IN {b})::text"), "1"),
        (sql!("SELECT trim(BOTH {b} FROM {a})"), "a"),
        (sql!("SELECT {a} COLLATE \"C\" WHERE {a} < {b} COLLATE \"C\""), "a"),
        (sql!("SELECT replace({a}, {a}, {b})"), "b"),
        (sql!("SELECT regexp_replace({a}, {a}, {b})"), "b"),
    ] {
        assert_eq!(
            sql.clone().one::<String>(&db).await.map_err(|it| it.to_string()).as_deref(),
            Ok(expected),
            "{sql:?}"
        );
    }
    Ok(())
}

/// A name that stands twice in one expression is one bind, so that the server sees the same expression.
#[orm_pg::test(setup = setup)]
async fn the_same_expression_of_the_users_is_one_group(db: Database) -> Result<()> {
    let x = "x";
    let sql = sql!(
        "SELECT coalesce(name, {x}), count(*) FROM marks GROUP BY coalesce(name, {x}) HAVING coalesce(name, {x}) <> {x}"
    );
    assert_eq!(sql.to_sql().binds.len(), 2);
    let (_, count) = sql.one::<(String, i64)>(&db).await?;
    assert_eq!(count, 2);
    let x = "mark";
    let sql = sql!("SELECT name = {x}, count(*) FROM marks GROUP BY name = {x}");
    assert_eq!(sql.one::<(bool, i64)>(&db).await?, (true, 2));
    Ok(())
}
