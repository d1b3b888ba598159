//! Names of any characters: the server keeps them unchanged, or they are refused before any I/O.

use std::collections::BTreeSet;

use orm_pg::{
    ddl,
    prelude::*,
    schema::{Check, ColumnDef, Index, IndexKey, Table, Unique},
    value::{PgType, Scalar as Value},
};
use proptest::{collection::btree_set, prelude::*};

use super::{check, failed};

/// Names with quotes, blanks, line ends, reserved words, upper case, up to the longest that there may be, and beyond.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9 \"'\\\\.;$%{}\u{e9}\u{1f600}\n\t-]{1,12}",
        2 => "\\PC{1,10}",
        1 => prop::sample::select(vec!["select", "user", "Order", "table", "all", "t0", "excluded", "$1", "ctid2"])
            .prop_map(str::to_owned),
        1 => "[a-z]{62}[a-z\u{e9}]{0,2}",
        1 => "[a-z\x00]{0,3}",
    ]
}

/// Names that all differ.
fn names() -> impl Strategy<Value = Vec<String>> {
    btree_set(name(), 10).prop_map(|it| it.into_iter().collect::<Vec<_>>()).prop_shuffle()
}

fn leak<T>(it: T) -> &'static T {
    Box::leak(Box::new(it))
}

/// A table in which all is called by `names`.
fn table(names: &[String]) -> &'static Table {
    let names: Vec<&'static str> = names.iter().map(|it| leak(it.clone()).as_str()).collect();
    let [schema, table, column, other, kind, label, another, unique, index, constraint] = names[..] else {
        panic!("ten names")
    };
    let kind = PgType::enumeration(Some(schema), kind, leak([label, another]));
    let columns =
        leak([ColumnDef::new(column, "a", <i64 as Value>::TYPE, false), ColumnDef::new(other, "b", kind, true)]);
    let mut made = Table::new("Model", table);
    made.schema = Some(schema);
    made.columns = columns;
    made.key = leak([column]);
    made.uniques = leak([Unique::new(unique, leak([other]))]);
    made.indexes = leak([Index::new(index, leak([column, other].map(IndexKey::column)))]);
    made.checks = leak([Check::new(constraint, "true")]);
    leak(made)
}

#[orm_pg::test]
async fn names_of_any_characters_are_kept(db: Database) -> Result<()> {
    check(96, names, async move |names| {
        let table = table(&names);
        let good = |name: &String| !name.is_empty() && !name.contains('\0') && name.len() <= 63;
        let made = ddl::create_tables(&[table]);
        if !names.iter().all(good) {
            let error = made.err().ok_or_else(|| failed("taken"))?;
            prop_assert_eq!(error.kind(), ErrorKind::InvalidStatement);
            return Ok(());
        }
        db.create_tables(&[table]).await.map_err(failed)?;
        let schema = &names[0];
        let kept = sql!(
            "SELECT nspname::text FROM pg_namespace WHERE nspname = {schema}
             UNION ALL SELECT relname FROM pg_class WHERE relnamespace = quote_ident({schema})::regnamespace
             UNION ALL SELECT attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                 WHERE relnamespace = quote_ident({schema})::regnamespace AND relkind = 'r' AND attnum > 0
             UNION ALL SELECT typname FROM pg_type WHERE typnamespace = quote_ident({schema})::regnamespace
             UNION ALL SELECT enumlabel FROM pg_enum JOIN pg_type t ON t.oid = enumtypid
                 WHERE typnamespace = quote_ident({schema})::regnamespace
             UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = quote_ident({schema})::regnamespace"
        );
        let kept: BTreeSet<String> = kept.all(&db).await.map_err(failed)?.into_iter().collect();
        for name in &names {
            prop_assert!(kept.contains(name), "{:?} is not among {:?}", name, kept);
        }
        db.drop_tables(&[table]).await.map_err(failed)?;
        Ok(())
    })
    .await;
    Ok(())
}
