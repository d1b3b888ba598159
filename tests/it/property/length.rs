//! Types with a length, a precision or a check, some of them behind a domain: every way of writing a value stores the
//! same, or returns the same error.

use orm_pg::{ast::Assignment, executor::Executor, prelude::*};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestCaseResult};

use super::{check, failed};

/// A column of each type; a case sets one.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "fits", has_many(parts: Fit))]
struct Fit {
    #[orm(key, identity)]
    id: i64,
    #[orm(unique)]
    number: i32,
    #[orm(references(Fit, relation = whole))]
    whole_id: Option<i64>,
    #[orm(sql_type = "varchar(3)")]
    varying: Option<String>,
    #[orm(sql_type = "char(3)")]
    fixed: Option<String>,
    #[orm(sql_type = "char")]
    letter: Option<String>,
    #[orm(sql_type = "name")]
    name: Option<String>,
    #[orm(sql_type = "short")]
    short: Option<String>,
    #[orm(sql_type = "shorter")]
    shorter: Option<String>,
    #[orm(sql_type = "padded")]
    padded: Option<String>,
    #[orm(sql_type = "any_case")]
    any_case: Option<String>,
    #[orm(sql_type = "mood")]
    mood: Option<String>,
    #[orm(sql_type = "good_mood")]
    good_mood: Option<String>,
    #[orm(sql_type = "bit(3)")]
    bits: Option<BitVec>,
    #[orm(sql_type = "bit")]
    one_bit: Option<BitVec>,
    #[orm(sql_type = "varbit(3)")]
    varbits: Option<BitVec>,
    #[orm(sql_type = "flags")]
    flags: Option<BitVec>,
    #[orm(sql_type = "numeric(4, 1)")]
    numeric: Option<Decimal>,
    #[orm(sql_type = "price")]
    price: Option<Decimal>,
    #[orm(sql_type = "timestamp(1)")]
    local: Option<NaiveDateTime>,
    #[orm(sql_type = "whole_second")]
    at: Option<DateTime<Utc>>,
    #[orm(sql_type = "time(1)")]
    time: Option<NaiveTime>,
    #[orm(sql_type = "interval(1)")]
    interval: Option<Interval>,
    #[orm(sql_type = "interval day")]
    days: Option<Interval>,
    #[orm(sql_type = "json")]
    json: Option<Json>,
    #[orm(sql_type = "small_json")]
    small_json: Option<Json>,
    newtype: Option<Short>,
}

#[derive(Debug, Clone, PartialEq, Scalar)]
#[orm(sql_type = "short")]
struct Short(String);

/// Arrays, which keep rows from travelling as such.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "fit_lists", has_many(parts: FitList))]
struct FitList {
    #[orm(key, identity)]
    id: i64,
    #[orm(unique)]
    number: i32,
    #[orm(references(FitList, relation = whole))]
    whole_id: Option<i64>,
    #[orm(sql_type = "varchar(3)[]")]
    varying: Option<Vec<String>>,
    #[orm(sql_type = "char(3)[]")]
    fixed: Option<Vec<String>>,
    #[orm(sql_type = "short[]")]
    short: Option<Vec<String>>,
    #[orm(sql_type = "few")]
    few: Option<Vec<String>>,
    #[orm(sql_type = "mood[]")]
    mood: Option<Vec<String>>,
    #[orm(sql_type = "bit(3)[]")]
    bits: Option<Vec<BitVec>>,
    #[orm(sql_type = "numeric(4, 1)[]")]
    numeric: Option<Vec<Decimal>>,
    newtype: Option<Vec<Short>>,
}

const TYPES: &str = "CREATE EXTENSION citext; \
    CREATE DOMAIN short AS varchar(3); CREATE DOMAIN shorter AS short CHECK (length(VALUE) < 3); \
    CREATE DOMAIN padded AS char(3); CREATE DOMAIN any_case AS citext CHECK (VALUE <> 'ab'); \
    CREATE TYPE mood AS ENUM ('a', 'ab', 'b'); CREATE DOMAIN good_mood AS mood CHECK (VALUE <> 'b'); \
    CREATE DOMAIN flags AS bit(3); CREATE DOMAIN price AS numeric(4, 1) CHECK (VALUE > 0); \
    CREATE DOMAIN whole_second AS timestamptz(0); CREATE DOMAIN small_json AS json CHECK (length(VALUE::text) < 12); \
    CREATE DOMAIN few AS varchar(3)[] CHECK (cardinality(VALUE) < 3)";

async fn setup(db: Database) -> Result<()> {
    db.connection().await?.client().batch_execute(TYPES).await.expect("types");
    db.create_tables(models![Fit, FitList]).await
}

/// What a value has come to: the row as the server shows it, or the state of the error.
type Outcome = Result<String, String>;

fn state<T>(result: Result<T>) -> Result<T, String> {
    result.map_err(|it| it.sql_state().map_or_else(|| it.to_string(), str::to_owned))
}

async fn shown(db: &impl Executor, table: &str, id: i64) -> Result<String> {
    let row = match table {
        "fits" => sql!(
            "SELECT concat(to_jsonb(f) - '{{id,whole_id,number}}'::text[], f.json, f.small_json) FROM fits f WHERE id = {id}"
        ),
        _ => sql!("SELECT (to_jsonb(f) - '{{id,whole_id,number}}'::text[])::text FROM fit_lists f WHERE id = {id}"),
    };
    row.one(db).await
}

/// All ways in, each in a transaction that is rolled back. The first is that of a single insert.
macro_rules! ways {
    ($db:ident, $model:ident, $new:ident, $row:expr, [$($field:ident)+]) => {{
        let row: $new = $row;
        let blank = |number| $new { number, whole_id: None, $($field: None),+ };
        let numbered = |number| $new { number, ..row.clone() };
        let table = $model::TABLE.name;
        let mut outcomes: Vec<(&str, Outcome)> = vec![];
        for way in
            ["insert", "insert_many", "after another", "upsert", "upsert of many", "nested", "update", "update by query"]
        {
            let tx = $db.begin().await.map_err(failed)?;
            let there = $model::insert(blank(1)).one(&tx).await.map_err(failed)?;
            // The columns that the case sets.
            macro_rules! set {
                ($columns:ident) => {{
                    let mut set: Vec<Assignment> = vec![];
                    $(if let Some(value) = &row.$field { set.push($columns.$field.set(value.clone())); })+
                    set
                }};
            }
            let id = match way {
                "insert" => $model::insert(numbered(2)).one(&tx).await.map(|it| it.id),
                "insert_many" => $model::insert_many([numbered(2)]).one(&tx).await.map(|it| it.id),
                "after another" => {
                    let rows = $model::insert_many([blank(2), numbered(3)]).all(&tx).await;
                    rows.map(|it| it.last().map_or(0, |it| it.id))
                }
                "upsert" => {
                    let upsert = $model::insert(numbered(1)).on_conflict(|f| f.number);
                    upsert.do_update(|f, n| vec![$(f.$field.set(n.$field)),+]).one(&tx).await.map(|it| it.id)
                }
                "upsert of many" => {
                    let upsert = $model::insert_many([numbered(1)]).on_conflict(|f| f.number);
                    upsert.do_update(|f, n| vec![$(f.$field.set(n.$field)),+]).one(&tx).await.map(|it| it.id)
                }
                "nested" => {
                    let part = |whole: &$model| [$new { whole_id: Some(whole.id), ..numbered(3) }];
                    let stored = $model::insert(blank(2)).with($model::parts(), part).one(&tx).await;
                    stored.map(|(_, parts)| parts.last().map_or(0, |it| it.id))
                }
                "update" => there.update(|f| set!(f)).one(&tx).await.map(|it| it.id),
                _ => {
                    let query = $model::query().filter(|f| f.number.eq(1));
                    query.update(|f| set!(f)).all(&tx).await.map(|it| it.last().map_or(0, |it| it.id))
                }
            };
            let outcome = match state(id) {
                Ok(id) => Ok(shown(&tx, table, id).await.map_err(failed)?),
                Err(state) => Err(state),
            };
            outcomes.push((way, outcome));
            tx.rollback().await.map_err(failed)?;
        }
        outcomes
    }};
}

fn agree(outcomes: &[(&str, Outcome)]) -> TestCaseResult {
    for (way, outcome) in outcomes {
        prop_assert_eq!(outcome, &outcomes[0].1, "{}", way);
    }
    Ok(())
}

/// A value for any column: as text, as bits, as a number.
#[derive(Debug, Clone)]
struct Any {
    text: String,
    bits: Vec<bool>,
    number: i64,
    column: usize,
}

fn values() -> impl Strategy<Value = Any> {
    let text = prop_oneof!["[aAb é]{0,5}", "x{60,66}", select(vec!["a", "ab", "b"]).prop_map(str::to_owned)];
    let number = prop_oneof![-20_000..20_000_i64, any::<i32>().prop_map(i64::from)];
    (text, vec(any::<bool>(), 0..5), number, 0..25_usize).prop_map(|(text, bits, number, column)| Any {
        text,
        bits,
        number,
        column,
    })
}

impl Any {
    fn bits(&self) -> BitVec {
        self.bits.iter().copied().collect()
    }

    fn decimal(&self) -> Decimal {
        Decimal::new(self.number, 2)
    }

    fn at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.number * 1_234_567).expect("a moment")
    }

    fn fit(&self) -> NewFit {
        let text = || Some(self.text.clone());
        let json = || Some(Json(serde_json::json!({ self.text.clone(): self.number, "a": 1 })));
        let mut new = NewFit::new(2);
        match self.column {
            0 | 23 => new.varying = text(),
            1 | 24 => new.fixed = text(),
            2 => new.letter = text(),
            3 => new.name = text(),
            4 => new.short = text(),
            5 => new.shorter = text(),
            6 => new.padded = text(),
            7 => new.any_case = text(),
            8 => new.mood = text(),
            9 => new.good_mood = text(),
            10 => new.bits = Some(self.bits()),
            11 => new.one_bit = Some(self.bits()),
            12 => new.varbits = Some(self.bits()),
            13 => new.flags = Some(self.bits()),
            14 => new.numeric = Some(self.decimal()),
            15 => new.price = Some(self.decimal()),
            16 => new.local = Some(self.at().naive_utc()),
            17 => new.at = Some(self.at()),
            18 => new.time = Some(self.at().time()),
            19 => new.interval = Some(Interval { months: 1, days: 2, microseconds: self.number * 1_234_567 }),
            20 => new.days = Some(Interval { months: 1, days: 2, microseconds: self.number * 1_234_567 }),
            21 => new.json = json(),
            _ if self.number % 2 == 0 => new.small_json = json(),
            _ => new.newtype = Some(Short(self.text.clone())),
        }
        new
    }

    fn list(&self) -> NewFitList {
        let texts = || Some(vec!["a".to_owned(), self.text.clone()]);
        let mut new = NewFitList::new(2);
        match self.column % 8 {
            0 => new.varying = texts(),
            1 => new.fixed = texts(),
            2 => new.short = texts(),
            3 => new.few = Some(vec![self.text.clone(); self.bits.len()]),
            4 => new.mood = texts(),
            5 => new.bits = Some(vec![self.bits()]),
            6 => new.numeric = Some(vec![self.decimal()]),
            _ => new.newtype = Some(vec![Short(self.text.clone())]),
        }
        new
    }
}

#[orm_pg::test(setup = setup)]
async fn no_way_into_a_column_cuts_what_another_refuses(db: Database) -> Result<()> {
    check(150, values, async move |any| {
        let outcomes = ways!(db, Fit, NewFit, any.fit(), [
            varying fixed letter name short shorter padded any_case mood good_mood bits one_bit varbits flags numeric price
            local at time interval days json small_json newtype
        ]);
        agree(&outcomes)?;
        let outcomes =
            ways!(db, FitList, NewFitList, any.list(), [varying fixed short few mood bits numeric newtype]);
        agree(&outcomes)
    })
    .await;
    Ok(())
}

/// The same by name: a domain over a short type refuses what is too long, on every way.
#[orm_pg::test(setup = setup)]
async fn a_length_behind_a_name_is_an_error_in_many_rows_as_in_one(db: Database) -> Result<()> {
    let long = || NewFit { short: Some("abcdefgh".into()), ..NewFit::new(1) };
    let state = |it: Result<u64>| it.expect_err("too long").sql_state().map(str::to_owned);
    let one = Fit::insert(long()).execute(&db).await;
    let many = Fit::insert_many([long()]).execute(&db).await;
    assert_eq!([state(one), state(many)], [Some("22001".to_owned()), Some("22001".to_owned())]);
    Ok(())
}
