//! Groups by expressions with values in them: the same value is the same, whatever its type.

use orm_pg::{prelude::*, value::RangeItem};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PgEnum)]
#[orm(name = "group_mood")]
enum Mood {
    Sad,
    Fine,
}

#[derive(Debug, Clone, PartialEq, PgComposite)]
#[orm(name = "group_place")]
struct Place {
    street: String,
    code: Option<Email>,
    mood: Mood,
}

#[derive(Debug, Clone, PartialEq, Scalar)]
#[orm(sql_type = "email")]
struct Email(String);

#[derive(Debug, Clone, Copy, PartialEq, Scalar)]
struct Points(i32);

/// Of a range type of the user's.
#[derive(Debug, Clone, Copy, PartialEq, Scalar)]
struct Ratio(f64);

impl RangeItem for Ratio {
    const RANGE: orm_pg::value::PgType = orm_pg::value::PgType::sql("ratios");
    const MULTIRANGE: orm_pg::value::PgType = orm_pg::value::PgType::sql("ratios_multi");
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "sorts")]
struct Sort {
    #[orm(key)]
    id: i32,
    mood: Option<Mood>,
    moods: Option<Vec<Mood>>,
    place: Option<Place>,
    places: Option<Vec<Place>>,
    email: Option<Email>,
    points: Option<Points>,
    ratios: Option<PgRange<Ratio>>,
    days: Option<PgRange<i32>>,
    doc: Option<Json>,
    names: Option<Vec<String>>,
    text: Option<String>,
    until: Option<OrInfinity<NaiveDate>>,
}

const TYPES: &str =
    "CREATE DOMAIN email AS text; CREATE TYPE ratios AS RANGE (subtype = float8, multirange_type_name = ratios_multi)";

async fn tables(db: &Database) -> Result<()> {
    db.connection().await?.client().batch_execute(TYPES).await.expect("types");
    db.create_tables(models![Sort]).await?;
    for id in 1..=2 {
        Sort::insert(NewSort::new(id)).execute(db).await?;
    }
    Ok(())
}

fn place() -> Place {
    Place { street: "Elm".to_owned(), code: Some(Email("e".to_owned())), mood: Mood::Sad }
}

/// Asks for one group of the two rows, by each of the clauses that compare expressions.
macro_rules! one_group {
    ($db:expr, |$s:ident| $key:expr) => {{
        let db = $db;
        let query = Sort::query().group_by(|$s| $key).having(|$s| $key.is_not_null()).order_by(|$s| $key.desc());
        let groups = query.select(|$s| ($key, count_all())).all(db).await.map_err(|error| error.to_string());
        assert_eq!(
            groups.map(|it| it.iter().map(|(_, count)| *count).collect::<Vec<_>>()),
            Ok(vec![2]),
            "{}",
            stringify!($key)
        );
        let distinct = Sort::query().select(|$s| $key).distinct().order_by(|$s| $key.asc());
        let distinct = distinct.all(db).await.map_err(|error| error.to_string());
        assert_eq!(distinct.map(|it| it.len()), Ok(1), "{}", stringify!($key));
        let first = Sort::query().distinct_on(|$s| $key).order_by(|$s| ($key.asc(), $s.id.desc()));
        let first = first.all(db).await.map_err(|error| error.to_string());
        assert_eq!(first.map(|it| it.iter().map(|it| it.id).collect::<Vec<_>>()), Ok(vec![2]), "{}", stringify!($key));
    }};
}

#[orm_pg::test]
async fn equal_values_are_the_same_whatever_their_type(db: Database) -> Result<()> {
    tables(&db).await?;
    let db = &db;
    one_group!(db, |s| s.mood.coalesce(Mood::Fine));
    one_group!(db, |s| s.moods.coalesce([Mood::Fine, Mood::Sad]));
    one_group!(db, |s| s.place.coalesce(place()));
    one_group!(db, |s| s.places.coalesce([place()]));
    one_group!(db, |s| s.email.coalesce(Email("ann".to_owned())));
    one_group!(db, |s| s.points.coalesce(Points(7)));
    one_group!(db, |s| s.ratios.coalesce(PgRange::from(Ratio(0.5)..Ratio(1.5))));
    one_group!(db, |s| s.days.coalesce(PgRange::from(1..5)));
    one_group!(db, |s| s.doc.coalesce(Json(serde_json::json!({"a": 1, "b": [true]}))));
    one_group!(db, |s| s.names.coalesce(["a", "b"]));
    one_group!(db, |s| s.text.coalesce("a"));
    one_group!(db, |s| s.until.coalesce(OrInfinity::Infinity));
    one_group!(db, |s| case().when(s.mood.eq(Mood::Sad), Mood::Sad).otherwise(Mood::Fine));
    // One value that is cloned, and one that may be missing.
    let (kept, none) = (bind(Mood::Fine), bind(None::<Mood>));
    one_group!(db, |s| s.mood.coalesce(&kept));
    let key = |s: SortColumns| sql!("coalesce({s.mood}, {none}, {kept})").expr::<Mood>();
    let groups = Sort::query().group_by(key).select(|s| (key(s), count_all())).all(db).await?;
    assert_eq!(groups, [(Mood::Fine, 2)]);
    Ok(())
}

#[orm_pg::test]
async fn other_values_and_other_types_are_not_the_same(db: Database) -> Result<()> {
    tables(&db).await?;
    let refused = async |query: orm_pg::query::Select<Sort, Mood>| {
        let error = query.all(&db).await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{error}");
        assert!(error.to_string().contains("add it to `group_by`"), "{error}");
    };
    let query = || Sort::query().group_by(|s| s.mood.coalesce(Mood::Fine));
    refused(query().select(|s| s.mood.coalesce(Mood::Sad))).await;
    let query = || Sort::query().group_by(|s| s.place.coalesce(place()));
    refused(query().select(|s| s.place.coalesce(Place { code: None, ..place() }).attributes().mood)).await;
    // A value that cannot be sent is like no other, not like itself.
    let nul = Sort::query().group_by(|s| s.text.coalesce("a\0")).select(|s| s.text.coalesce("a\0"));
    assert_eq!(nul.all(&db).await.expect_err("refused").kind(), ErrorKind::InvalidStatement);
    Ok(())
}
