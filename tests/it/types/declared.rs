//! Columns of a type that the model names in SQL, domains, and extensions.

use std::error::Error as _;

use orm_pg::{
    prelude::*,
    types::{Oid, PgChar},
};

#[derive(Debug, Clone, PartialEq, Eq, Scalar)]
#[orm(sql_type = "app.email")]
struct Email(String);

/// `varchar` cuts nothing, `citext` compares without case, `ltree` takes no text without a cast.
#[derive(Debug, Clone, PartialEq, Model)]
struct Declared {
    #[orm(key, identity)]
    id: i64,
    #[orm(sql_type = "citext", unique)]
    name: String,
    #[orm(sql_type = "varchar(5)")]
    short: String,
    #[orm(sql_type = "char(3)")]
    code: String,
    #[orm(sql_type = "numeric(10, 2)")]
    amount: Decimal,
    #[orm(sql_type = "timestamptz(0)")]
    at: Timestamp,
    #[orm(sql_type = "bit(3)")]
    bits: BitVec,
    #[orm(sql_type = "ltree")]
    path: String,
    email: Email,
    former: Vec<Email>,
    #[orm(sql_type = "citext[]")]
    aliases: Vec<String>,
    tags: Hstore,
}

/// The same without arrays, so that rows travel as such.
#[derive(Debug, Clone, PartialEq, Model)]
struct Plain {
    #[orm(key)]
    id: i32,
    #[orm(sql_type = "citext")]
    name: String,
    #[orm(sql_type = "varchar(5)")]
    short: String,
    #[orm(sql_type = "char(3)")]
    code: String,
    #[orm(sql_type = "numeric(10, 2)")]
    amount: Decimal,
    #[orm(sql_type = "bit(3)")]
    bits: BitVec,
    #[orm(sql_type = "ltree")]
    path: String,
    email: Option<Email>,
    tags: Option<Hstore>,
}

async fn setup(db: Database) -> Result<()> {
    for extension in ["citext", "hstore", "ltree"] {
        let sql = format!("CREATE EXTENSION {extension}");
        db.connection().await?.client().batch_execute(&sql).await.expect("an extension of PostgreSQL's own");
    }
    sql!("CREATE SCHEMA app").execute(&db).await?;
    sql!("CREATE DOMAIN app.email AS text CHECK (VALUE LIKE '%@%')").execute(&db).await?;
    db.create_tables(models![Declared, Plain]).await
}

fn tags() -> Hstore {
    [("a \"b\" => 'c'", Some("ünï")), ("", Some("")), ("gone", None)].into_iter().collect()
}

fn bits(text: &str) -> BitVec {
    text.chars().map(|it| it == '1').collect()
}

fn declared(name: &str) -> NewDeclared {
    NewDeclared {
        name: name.into(),
        short: "hello".into(),
        code: "abc".into(),
        amount: Decimal::new(12_345, 2),
        at: "2024-01-02T03:04:05Z".parse().expect("a moment"),
        bits: bits("101"),
        path: "top.science".into(),
        email: Email("a@b".into()),
        former: vec![Email("c@d".into()), Email("e@f".into())],
        aliases: vec!["Annie".into()],
        tags: tags(),
    }
}

fn plain(id: i32) -> NewPlain {
    let NewDeclared { name, short, code, amount, bits, path, email, tags, .. } = declared("Ann");
    let (email, tags) = (Some(email).filter(|_| id != 2), Some(tags).filter(|_| id != 2));
    NewPlain { id, name, short, code, amount, bits, path, email, tags }
}

#[orm_pg::test(setup = setup)]
async fn columns_have_the_type_that_the_model_names(db: Database) -> Result<()> {
    let types = sql!(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute \
         WHERE attrelid = 'declared'::regclass AND attnum > 0 ORDER BY attnum"
    );
    let expected = [
        "bigint",
        "citext",
        "character varying(5)",
        "character(3)",
        "numeric(10,2)",
        "timestamp(0) with time zone",
        "bit(3)",
        "ltree",
        "app.email",
        "app.email[]",
        "citext[]",
        "hstore",
    ];
    assert_eq!(types.all::<String>(&db).await?, expected);
    Ok(())
}

#[orm_pg::test(setup = setup)]
async fn values_of_declared_types_there_and_back(db: Database) -> Result<()> {
    let row = Declared::insert(declared("Ann")).one(&db).await?;
    let new = declared("Ann");
    assert_eq!((&row.name, &row.short, &row.code, row.amount), (&new.name, &new.short, &new.code, new.amount));
    assert_eq!((row.at, &row.bits, &row.path), (new.at, &new.bits, &new.path));
    assert_eq!((&row.email, &row.former, &row.aliases, &row.tags), (&new.email, &new.former, &new.aliases, &new.tags));
    let found = Declared::query()
        .filter(|d| d.name.eq("ANN").and(d.name.in_(["x", "aNN"])).and(d.code.eq("abc")).and(d.bits.eq(bits("101"))))
        .filter(|d| d.email.eq(Email("a@b".into())).and(d.email.in_([Email("a@b".into())])).and(d.tags.eq(tags())))
        .filter(|d| d.former.eq(vec![Email("c@d".into()), Email("e@f".into())]).and(d.aliases.eq(["ANNIE".to_owned()])))
        .filter(|d| d.path.eq("top.science"));
    assert_eq!(found.count(&db).await?, 1);
    let again = Declared::insert(declared("aNn")).execute(&db).await.expect_err("taken");
    assert!(again.violates(Declared::NAME_KEY), "{again}");
    let changed = row.update(|d| (d.tags.set(Hstore::default()), d.name.set("Bo"), d.path.set("a.b"))).one(&db).await?;
    assert_eq!((changed.tags.len(), changed.name.as_str(), changed.path.as_str()), (0, "Bo", "a.b"));
    Ok(())
}

#[orm_pg::test(setup = setup)]
async fn many_rows_of_declared_types_travel_as_arrays(db: Database) -> Result<()> {
    let rows: Vec<_> = (0..4).map(plain).collect();
    let insert = Plain::insert_many(rows.clone());
    assert!(insert.to_string().contains(r#"SELECT array_agg("path") FROM "plain""#), "{insert}");
    let stored = insert.all(&db).await?;
    for (row, new) in stored.iter().zip(&rows) {
        // The order of an `Hstore` is that of a hash map.
        assert_eq!((&row.tags, &row.email), (&new.tags, &new.email));
        assert_eq!((&row.name, &row.path, &row.bits, row.amount), (&new.name, &new.path, &new.bits, new.amount));
    }
    Ok(())
}

/// Nothing is cut on the way into a column that is too short.
#[orm_pg::test(setup = setup)]
async fn what_is_too_long_is_refused_and_not_cut(db: Database) -> Result<()> {
    let long = |row: fn(&mut NewPlain)| {
        let mut rows = [plain(7), plain(8)];
        row(&mut rows[1]);
        rows
    };
    for rows in [
        long(|it| it.short = "too long".into()),
        long(|it| it.code = "four".into()),
        long(|it| it.bits = bits("1011")),
        long(|it| it.amount = Decimal::new(i64::MAX, 2)),
        long(|it| it.email = Some(Email("nobody".into()))),
    ] {
        let many = Plain::insert_many(rows.clone()).execute(&db).await;
        assert!(many.is_err(), "{:?}", rows[1]);
        let one = Plain::insert(rows[1].clone()).execute(&db).await;
        assert_eq!(
            many.err().and_then(|it| it.sql_state().map(str::to_owned)),
            one.err().and_then(|it| it.sql_state().map(str::to_owned))
        );
    }
    assert_eq!(Plain::query().count(&db).await?, 0);
    let nul = [("a\0", Some("b"))].into_iter().collect::<Hstore>();
    let error = Plain::insert(NewPlain { tags: Some(nul), ..plain(9) }).execute(&db).await.expect_err("NUL");
    assert!(error.to_string().contains("NUL"), "{error}");
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Page {
    #[orm(key)]
    id: i32,
    #[orm(sql_type = "xml")]
    body: Option<String>,
}

/// A server may be built without XML; then it says so, to one row as to many.
#[orm_pg::test(models(Page))]
async fn xml_is_text(db: Database) -> Result<()> {
    let page = |id, body: Option<&str>| NewPage { id, body: body.map(Into::into) };
    let many = Page::insert_many([page(1, Some("<a>1 &lt; 2</a>")), page(2, None)]).all(&db).await;
    let one = Page::insert(page(3, Some("<b/>"))).one(&db).await;
    match (many, one) {
        (Ok(many), Ok(one)) => {
            assert_eq!((many[0].body.as_deref(), many[1].body.as_deref()), (Some("<a>1 &lt; 2</a>"), None));
            assert_eq!(one.body.as_deref(), Some("<b/>"));
        }
        (Err(many), Err(one)) => assert_eq!([many.sql_state(), one.sql_state()], [Some("0A000"); 2], "{many}"),
        (many, one) => panic!("{many:?} {one:?}"),
    }
    Ok(())
}

#[orm_pg::test]
async fn the_catalogs_are_readable(db: Database) -> Result<()> {
    let rows = sql!("SELECT oid, relkind, relname, reltuples FROM pg_class WHERE relname = 'pg_class'");
    let (oid, kind, name, _) = rows.one::<(Oid, PgChar, String, f32)>(&db).await?;
    assert_eq!((kind, name.as_str()), (PgChar(b'r'), "pg_class"));
    let found = sql!("SELECT relname FROM pg_class WHERE oid = {oid} AND relkind = {kind}");
    assert_eq!(found.one::<String>(&db).await?, "pg_class");
    Ok(())
}

#[orm_pg::test]
async fn an_enum_reads_as_text_where_no_rust_enum_is_at_hand(db: Database) -> Result<()> {
    sql!("CREATE TYPE mood AS ENUM ('fine', 'so-so')").execute(&db).await?;
    assert_eq!(sql!("SELECT 'so-so'::mood").one::<String>(&db).await?, "so-so");
    let error = sql!("SELECT 'fine'::mood AS mood").one::<i32>(&db).await.expect_err("no number");
    assert!(error.to_string().ends_with("read it into an enum with `#[derive(PgEnum)]` of that name, or `String`"));
    assert!(error.source().is_none());
    Ok(())
}

/// A column of `infinity` in a model, compared and sorted.
#[derive(Debug, Clone, PartialEq, Model)]
struct Offer {
    #[orm(key)]
    id: i32,
    #[orm(default = "'infinity'")]
    until: OrInfinity<NaiveDate>,
}

#[orm_pg::test(models(Offer))]
async fn infinity_sorts_after_all_days(db: Database) -> Result<()> {
    let day = NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day");
    let until = [Auto, Defaulted::Set(OrInfinity::NegInfinity), Defaulted::Set(day.into())];
    for (id, until) in (0..).zip(until) {
        Offer::insert(NewOffer { id, until }).execute(&db).await?;
    }
    let sorted = Offer::query().order_by(|o| o.until.desc()).select(|o| o.until).all(&db).await?;
    assert_eq!(sorted, [OrInfinity::Infinity, OrInfinity::Value(day), OrInfinity::NegInfinity]);
    let open = Offer::query().filter(|o| o.until.eq(OrInfinity::Infinity)).one(&db).await?;
    assert_eq!((open.id, open.until.finite()), (0, None));
    let today = current_date().cast::<OrInfinity<NaiveDate>>();
    assert_eq!(Offer::query().filter(|o| o.until.gt(today.clone())).count(&db).await?, 1);
    assert_eq!(Offer::query().select(|o| o.until.max()).one(&db).await?, Some(OrInfinity::Infinity));
    Ok(())
}
