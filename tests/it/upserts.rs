//! Upserts: the chosen index, columns that every update sets, and clauses in any order.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PgEnum)]
enum Mood {
    Sad,
    Fine,
}

#[derive(Debug, Clone, PartialEq, Scalar)]
#[orm(sql_type = "code")]
struct Code(String);

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "slots")]
struct Slot {
    #[orm(key, identity)]
    id: i64,
    #[orm(default = "0")]
    n: i32,
    small: Option<i16>,
    medium: Option<i32>,
    large: Option<i64>,
    single: Option<f32>,
    double: Option<f64>,
    amount: Option<Decimal>,
    flag: Option<bool>,
    name: Option<String>,
    #[orm(sql_type = "varchar(20)")]
    short: Option<String>,
    code: Option<Code>,
    mood: Option<Mood>,
    owner: Option<Uuid>,
    day: Option<NaiveDate>,
    local: Option<NaiveDateTime>,
    at: Option<DateTime<Utc>>,
    until: Option<OrInfinity<DateTime<Utc>>>,
    bytes: Option<Vec<u8>>,
    doc: Option<Json>,
    tags: Option<Vec<String>>,
}

/// Upserts a row of nothing as often as it takes the server to think of a plan for any values. The row's own `n` is
/// part of no index, so it counts the upserts that found the row.
macro_rules! upsert_over {
    ($connection:expr, $index:literal, |$slot:ident| $target:expr) => {{
        let connection = $connection;
        let index = concat!("CREATE UNIQUE INDEX slot_index ON slots (", $index, ")");
        connection.client().batch_execute(index).await.expect("an index");
        for time in 0..8 {
            let upsert = Slot::insert(NewSlot::new()).on_conflict(|$slot| $target).do_update(|s, _| s.n.set(s.n + 1));
            let n = upsert.returning(|s| s.n).one(connection).await.map_err(|error| error.to_string());
            assert_eq!(n, Ok(time), "{}", $index);
        }
        connection.client().batch_execute("DROP INDEX slot_index; DELETE FROM slots").await.expect("gone");
    }};
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

#[orm_pg::test]
async fn an_index_over_expressions_is_found_each_time(db: Database) -> Result<()> {
    sql!("CREATE DOMAIN code AS text").execute(&db).await?;
    db.create_tables(models![Slot]).await?;
    let it = &db.connection().await?;
    upsert_over!(it, "coalesce(small, (-1)::smallint)", |s| s.small.coalesce(-1));
    upsert_over!(it, "(name IS NULL), coalesce(medium, 0)", |s| (s.name.is_null(), s.medium.coalesce(0)));
    upsert_over!(it, "coalesce(large, 0)", |s| s.large.coalesce(0));
    upsert_over!(it, "coalesce(large, 9223372036854775807)", |s| s.large.coalesce(i64::MAX));
    upsert_over!(it, "coalesce(single, 0.5::real)", |s| s.single.coalesce(0.5));
    upsert_over!(it, "coalesce(double, 'NaN')", |s| s.double.coalesce(f64::NAN));
    upsert_over!(it, "coalesce(double, 1e300)", |s| s.double.coalesce(1e300));
    upsert_over!(it, "coalesce(amount, 0)", |s| s.amount.coalesce(Decimal::ZERO));
    upsert_over!(it, "coalesce(amount, -1234567.50)", |s| s.amount.coalesce(Decimal::new(-123_456_750, 2)));
    upsert_over!(it, "coalesce(amount, 0.000012)", |s| s.amount.coalesce(Decimal::new(12, 6)));
    upsert_over!(it, "coalesce(flag, false)", |s| s.flag.coalesce(false));
    upsert_over!(it, "coalesce(name, '')", |s| s.name.coalesce(""));
    upsert_over!(it, "lower(coalesce(name, 'it''s \\ \"here\"'))", |s| s.name.coalesce(r#"it's \ "here""#).lower());
    upsert_over!(it, "coalesce(short, '-')", |s| s.short.coalesce("-"));
    upsert_over!(it, "coalesce(mood, 'sad')", |s| s.mood.coalesce(Mood::Sad));
    upsert_over!(it, "coalesce(owner, '00000000-0000-0000-0000-0000000000ff')", |s| s
        .owner
        .coalesce(Uuid::from_u128(255)));
    upsert_over!(it, "coalesce(day, '0044-03-15 BC')", |s| s
        .day
        .coalesce(NaiveDate::from_ymd_opt(-43, 3, 15).expect("a day")));
    upsert_over!(it, "coalesce(local, '1999-12-31 23:59:59.999999')", |s| {
        s.local.coalesce(moment("1999-12-31T23:59:59.999999Z").naive_utc())
    });
    upsert_over!(it, "coalesce(at, '2024-02-29 12:00:00+00')", |s| s.at.coalesce(moment("2024-02-29T12:00:00Z")));
    upsert_over!(it, "coalesce(until, 'infinity')", |s| s.until.coalesce(OrInfinity::Infinity));
    upsert_over!(it, "coalesce(bytes, '\\x00ff')", |s| s.bytes.coalesce(vec![0, 255]));
    upsert_over!(it, "coalesce(doc, '{\"a\": [1]}')", |s| s.doc.coalesce(Json(serde_json::json!({"a": [1]}))));
    upsert_over!(it, "coalesce(code, 'none')", |s| s.code.coalesce(Code("none".to_owned())));
    upsert_over!(it, "(case when medium > 7 then 1 else -1 end), (medium IS NULL)", |s| {
        (case().when(s.medium.gt(7), 1).otherwise(-1), s.medium.is_null())
    });
    let zero = 0;
    upsert_over!(it, "coalesce(medium, 0)", |s| sql!("coalesce({s.medium}, {zero})").expr::<i32>());
    Ok(())
}

#[orm_pg::test]
async fn a_value_without_a_constant_is_refused_from_the_first_time(db: Database) -> Result<()> {
    let upsert = |tags: Vec<String>| {
        Slot::insert(NewSlot::new()).on_conflict(move |s| s.tags.coalesce(tags)).do_update(|s, _| s.n.set(1))
    };
    let error = upsert(vec![]).execute(&db).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::InvalidStatement);
    let text = "insert into slots: a `Vec<String>` cannot be written as the constant that `on_conflict` needs to find \
                an index: write the expression as SQL, `sql!(\"..\").expr::<_>()`";
    assert_eq!(error.to_string(), text);
    let nul = Slot::insert(NewSlot::new()).on_conflict(|s| s.name.coalesce("a\0")).do_nothing();
    let error = nul.execute(&db).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(!format!("{error} {error:?}").contains("a\0"), "{error:?}");
    Ok(())
}

/// `on_update` of every kind: of a column by name, in quotes, with the name of a function, of a type, of the table.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "kept")]
struct Kept {
    #[orm(key)]
    id: i32,
    n: i32,
    #[orm(default = "'2000-01-01Z'", on_update = "greatest(now(), changed_at)")]
    changed_at: DateTime<Utc>,
    #[orm(default = "0", on_update = "kept + n")]
    kept: i32,
    #[orm(column = "times Seen", default = "0", on_update = "\"times Seen\" + 1 -- each time")]
    seen: i32,
    #[orm(default = "0", on_update = "coalesce(kept.now, 0) + 1")]
    now: i32,
    #[orm(column = "regclass", default = "0", on_update = "nextval('kept_steps'::regclass)")]
    step: i64,
    #[orm(default = "''", on_update = "(SELECT string_agg(x, ',') FROM unnest(ARRAY[id, n]::text[]) AS x)")]
    both: String,
    #[orm(default = "0", on_update = "DEFAULT")]
    reset: i32,
    #[orm(version, default = "1")]
    version: i32,
}

#[orm_pg::test]
async fn names_in_on_update_are_columns_of_the_row(db: Database) -> Result<()> {
    sql!("CREATE SEQUENCE kept_steps").execute(&db).await?;
    db.create_tables(models![Kept]).await?;
    let rows = |n: i32| (1..=3).map(move |id| NewKept::new(id, n));
    Kept::insert_many(rows(1)).execute(&db).await?;
    let start = Kept::get(1).one(&db).await?;
    assert_eq!((start.seen, start.kept, start.step, start.version), (0, 0, 0, 1));

    // By an upsert, where the proposed row has columns of the same names.
    let upsert = Kept::insert_many(rows(10)).on_conflict(|k| k.id).do_update(|k, new| (k.n.set(new.n), k.reset.set(7)));
    let stored = upsert.filter(|k, new| k.n.ne(new.n)).all(&db).await?;
    let told = |rows: &[Kept]| {
        rows.iter().map(|it| (it.n, it.kept, it.seen, it.now, it.reset, it.version)).collect::<Vec<_>>()
    };
    // The expressions see the row as it was.
    assert_eq!(told(&stored), vec![(10, 1, 1, 1, 7, 2); 3]);
    assert!(stored.iter().all(|it| it.changed_at > start.changed_at));
    assert_eq!(stored.iter().map(|it| it.both.as_str()).collect::<Vec<_>>(), ["1,1", "2,1", "3,1"]);
    // What names no column, but has a word that is one, is computed for each row.
    let mut steps: Vec<_> = stored.iter().map(|it| it.step).collect();
    steps.sort_unstable();
    assert_eq!(steps, [1, 2, 3]);

    // By a query, by an instance, by `Changes` the same.
    let mut stored = Kept::query().filter(|k| k.id.le(2)).update(|k| k.n.set(20)).all(&db).await?;
    stored.sort_by_key(|it| it.id);
    assert_eq!(told(&stored), vec![(20, 11, 2, 2, 0, 3); 2]);
    assert_eq!(stored.iter().map(|it| it.step).collect::<Vec<_>>(), [4, 5]);
    let first = stored[0].update(|k| k.n.set(30)).one(&db).await?;
    assert_eq!(told(&[first]), vec![(30, 31, 3, 3, 0, 4)]);
    // A moment to come is not taken back.
    let later = moment("2300-01-01T00:00:00Z");
    Kept::query().filter(|k| k.id.eq(3)).update(|k| k.changed_at.set(later)).execute(&db).await?;
    let upsert = Kept::insert(NewKept::new(3, 4)).on_conflict(|k| k.id).do_update(|k, new| k.n.set(new.n));
    assert_eq!(upsert.one(&db).await?.changed_at, later);
    Ok(())
}

/// A table with the name that its rows have in our statements, and a column with that of the table.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "t0")]
struct Named {
    #[orm(key)]
    id: i32,
    #[orm(default = "0", on_update = "t0.t0 + t0 + 1")]
    t0: i32,
    excluded: i32,
}

#[orm_pg::test(models(Named))]
async fn a_column_may_have_the_name_of_its_table(db: Database) -> Result<()> {
    Named::insert(NewNamed::new(1, 5)).execute(&db).await?;
    let upsert = || Named::insert(NewNamed::new(1, 6)).on_conflict(|n| n.id);
    assert_eq!(upsert().do_update(|n, new| n.excluded.set(new.excluded)).one(&db).await?.t0, 1);
    assert_eq!(upsert().do_update(|n, new| n.excluded.set(new.excluded)).one(&db).await?.t0, 3);
    assert_eq!(Named::get(1).one(&db).await?.update(|n| n.excluded.set(7)).one(&db).await?.t0, 7);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "guarded")]
struct Guarded {
    #[orm(key)]
    id: i32,
    locked: bool,
    v: i32,
}

#[orm_pg::test(models(Guarded))]
async fn a_filter_is_applied_or_refused_whatever_follows_it(db: Database) -> Result<()> {
    Guarded::insert(NewGuarded::new(1, true, 1)).execute(&db).await?;
    let insert = || Guarded::insert(NewGuarded::new(1, false, 99));
    // In its place, before and after RETURNING.
    let upsert = || insert().on_conflict(|g| g.id).do_update(|g, new| g.v.set(new.v));
    assert_eq!(upsert().filter(|g, _| !g.locked).returning(|g| g.v).all(&db).await?, Vec::<i32>::new());
    assert_eq!(upsert().returning(|g| g.v).filter(|g, _| !g.locked).all(&db).await?, Vec::<i32>::new());
    // Out of its place, and whatever is said after it.
    let early = || insert().filter(|g, _| !g.locked);
    let by_key = || early().on_conflict(|g| g.id).do_update(|g, new| g.v.set(new.v));
    let both = || insert().on_conflict(|g| g.id).do_nothing().on_conflict(|g| g.id);
    let faulty = [
        early().execute(&db).await,
        early().returning(|g| g.v).execute(&db).await,
        by_key().execute(&db).await,
        by_key().returning(|g| g.v).execute(&db).await,
        by_key().returning(|g| g.v).returning(|g| g.id).execute(&db).await,
        by_key().returning(|g| g.v).filter(|g, _| !g.locked).execute(&db).await,
        early().returning(|g| g.v).on_conflict(|g| g.id).do_update(|g, new| g.v.set(new.v)).execute(&db).await,
        early().on_constraint(Guarded::PKEY).do_update(|g, new| g.v.set(new.v)).returning(|g| g.v).execute(&db).await,
        early().on_conflict(|g| g.id).do_nothing().returning(|g| g.v).execute(&db).await,
        early().on_any_conflict_do_nothing().returning(|g| g.v).execute(&db).await,
        insert().on_conflict(|g| g.id).do_nothing().filter(|g, _| !g.locked).returning(|g| g.v).execute(&db).await,
        // A second ON CONFLICT would take the place of the first, filter and all.
        upsert().filter(|g, _| !g.locked).on_conflict(|g| g.id).do_update(|g, new| g.v.set(new.v)).execute(&db).await,
        both().do_update(|g, new| g.v.set(new.v)).returning(|g| g.v).execute(&db).await,
        upsert().on_any_conflict_do_nothing().execute(&db).await,
        // Without rows as well.
        Guarded::insert_many::<NewGuarded>([]).filter(|g, _| !g.locked).returning(|g| g.v).execute(&db).await,
        Guarded::insert_many::<NewGuarded>([]).filter(|g, _| !g.locked).all(&db).await.map(|_| 0),
    ];
    for (index, result) in faulty.into_iter().enumerate() {
        let error = result.err().unwrap_or_else(|| panic!("number {index} ran"));
        assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{index}: {error}");
        let told = error.to_string();
        assert!(told.contains("comes after `do_update`") || told.contains("one `ON CONFLICT`"), "{index}: {told}");
    }
    assert_eq!(Guarded::get(1).one(&db).await?.v, 1);
    Ok(())
}
