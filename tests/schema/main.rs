//! Introspection: what it reads is what the server has.

mod attributes;
mod cases;
mod chain;
mod cli;
mod definition;
mod diagram;
mod doctor;
mod enums;
mod expand;
mod gate;
mod generate;
mod lint;
mod live;
mod load;
mod locks;
mod migrated;
mod migrations;
mod normal;
mod offline;
mod pairs;
mod peers;
mod plans;
mod random;
mod renames;

use orm_pg::{
    DatabaseBuilder,
    prelude::*,
    schema::{
        catalog::{Catalog, Name, Privilege},
        introspect,
    },
};
use orm_tests::facts;

mod snapshot;
mod verify;

async fn load(db: &Database, sql: &str) {
    let connection = db.connection().await.expect("a connection");
    connection.client().batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}"));
}

/// What introspection has read, which must be all that the server tells.
async fn judged(db: &Database) -> Catalog {
    let catalog = introspect(db).await.expect("a catalog");
    let (told, read) = (facts::of_database(db).await.expect("facts"), facts::of_catalog(&catalog));
    let missing: Vec<_> = told.difference(&read).collect();
    let invented: Vec<_> = read.difference(&told).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing: {missing:#?}\ninvented: {invented:#?}");
    catalog
}

async fn name(db: &Database) -> String {
    sql!("SELECT current_database()::text").one(db).await.expect("a name")
}

/// For further connections to the same database.
pub(crate) async fn again(db: &Database) -> DatabaseBuilder {
    let url = orm_pg::testing::database_url().await.expect("a server");
    Database::builder().url(&url).url(&format!("dbname={}", name(db).await))
}

#[orm_pg::test]
async fn an_empty_database_has_the_schema_public(db: Database) {
    let catalog = judged(&db).await;
    let names: Vec<_> = catalog.schemas.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["public"]);
    assert!(catalog.tables.is_empty() && catalog.unmanaged.is_empty(), "{catalog:?}");
    assert!(catalog.server_version >= 130_000, "{}", catalog.server_version);
}

#[orm_pg::test]
async fn one_of_everything(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    let catalog = judged(&db).await;
    let unmanaged: Vec<_> = catalog.unmanaged.iter().map(|it| format!("{}: {}", it.kind, it.identity)).collect();
    assert_eq!(
        unmanaged,
        [
            "comment on index: app.users_email_key",
            "privileges of column: app.lines.extra",
            "privileges of table: app.users",
        ]
    );
}

#[orm_pg::test]
async fn what_a_key_of_an_index_says(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    let catalog = introspect(&db).await.expect("a catalog");
    let users = catalog.table(&Name::new("app", "users")).expect("the table");
    let by_name = users.indexes.iter().find(|it| it.name == "by_name").expect("the index");
    let key = &by_name.keys[0];
    assert_eq!((key.column.as_deref(), key.expression.as_deref()), (None, Some("lower(\"Full Name\")")));
    assert_eq!((key.collation.as_deref(), key.operator_class.as_deref()), (None, Some("text_pattern_ops")));
    assert!(key.descending && !key.nulls_first);
    assert_eq!(by_name.keys[1].column.as_deref(), Some("born"));
    assert!(by_name.keys[1].descending && by_name.keys[1].nulls_first);
    assert!(!by_name.keys[2].descending && by_name.keys[2].nulls_first);
    let by_seen = users.indexes.iter().find(|it| it.name == "by_seen").expect("the index");
    let class = by_seen.keys[0].operator_class.as_deref();
    assert_eq!(class, Some("timestamptz_minmax_multi_ops (values_per_range='16')"));
}

#[orm_pg::test]
async fn comments_owners_and_what_depends_on_what(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    let catalog = introspect(&db).await.expect("a catalog");
    let app = catalog.schemas.iter().find(|it| it.name == "app").expect("the schema");
    assert_eq!(app.comment.as_deref(), Some("the application"));
    let users = catalog.table(&Name::new("app", "users")).expect("the table");
    assert_eq!(users.constraint("kind").expect("the check").comment.as_deref(), Some("which"));
    let by_tags = users.indexes.iter().find(|it| it.name == "by_tags").expect("the index");
    assert_eq!(by_tags.comment.as_deref(), Some("for tags"));
    let key = users.constraint("users_email_key").expect("the key");
    assert_eq!(
        (key.include.as_slice(), key.storage.as_slice()),
        (&["id".to_owned()][..], &["fillfactor=70".to_owned()][..])
    );
    let edges: Vec<_> =
        catalog.dependencies.iter().map(|it| (it.object.identity.as_str(), it.on.identity.as_str())).collect();
    for edge in [
        ("app.grown", "app.plus(integer,integer)"),
        ("app.grown", "app.users.old"),
        ("app.sums", "app.users.score"),
        ("touch on app.users", "app.touch()"),
        ("own on app.users", "app.users.old"),
        ("app.users.old", "app.shared"),
        ("app.users.twice", "app.users.old"),
        ("app.users.mood", "app.mood"),
        ("app.address.mood", "app.mood[]"),
        ("kind on app.users", "app.mood"),
        ("app.by_name", "app.users.born"),
    ] {
        assert!(edges.contains(&edge), "{edge:?} in {edges:#?}");
    }
    let of = |object: &str| edges.iter().filter(|it| it.0 == object).count();
    assert_eq!((of("app.by_tags"), of("app.users_email_key")), (0, 0), "the keys of these say what they need");
}

#[orm_pg::test]
async fn owners_and_privileges_of_what_is_created_again(db: Database) {
    let role = name(&db).await;
    load(
        &db,
        &format!(
            r#"CREATE ROLE "{role}";
            CREATE VIEW v AS SELECT 1 AS a, 2 AS b;
            GRANT SELECT ON v TO public;
            GRANT UPDATE (b) ON v TO "{role}" WITH GRANT OPTION;
            CREATE MATERIALIZED VIEW plain AS SELECT 1 AS a;
            CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1;
            REVOKE EXECUTE ON FUNCTION f() FROM public;
            ALTER FUNCTION f() OWNER TO "{role}""#
        ),
    )
    .await;
    let catalog = judged(&db).await;
    let held = |privileges: &Option<Vec<Privilege>>, owner: &str| {
        let all = privileges.iter().flatten().filter(|it| it.grantee != owner);
        let all = all.map(|it| (it.grantee.clone(), it.privilege.clone(), it.column.clone(), it.grantable));
        all.collect::<Vec<_>>()
    };
    let [plain, v] = &catalog.views[..] else { panic!("{:?}", catalog.views) };
    assert!(plain.privileges.is_none() && plain.owner == v.owner && v.owner != role, "{plain:?}");
    let mut expected = [
        (role.clone(), "UPDATE".to_owned(), Some("b".to_owned()), true),
        ("public".to_owned(), "SELECT".to_owned(), None, false),
    ];
    expected.sort();
    assert_eq!(held(&v.privileges, &v.owner), expected);
    let f = &catalog.functions[0];
    assert_eq!((f.owner.as_str(), held(&f.privileges, &role)), (role.as_str(), Vec::new()));
    assert!(f.privileges.is_some());
    load(&db, &format!(r#"DROP OWNED BY "{role}"; DROP ROLE "{role}""#)).await;
}

#[orm_pg::test]
async fn extensions_are_named_and_what_they_bring_is_not(db: Database) {
    load(&db, "CREATE SCHEMA things; CREATE EXTENSION citext SCHEMA things; CREATE TABLE t (a things.citext)").await;
    let catalog = judged(&db).await;
    let extensions: Vec<_> = catalog.extensions.iter().map(|it| (it.name.as_str(), it.schema.as_str())).collect();
    assert_eq!(extensions, [("citext", "things")]);
    assert!(catalog.functions.is_empty() && catalog.unmanaged.is_empty(), "{:?}", catalog.unmanaged);
    assert_eq!(catalog.tables[0].columns[0].ty, "things.citext");
}

#[orm_pg::test]
async fn the_search_path_of_the_session_means_nothing(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    let before = introspect(&db).await.expect("a catalog");
    let name = name(&db).await;
    load(&db, &format!("ALTER DATABASE \"{name}\" SET search_path = app, \"My Schema\"")).await;
    let other = again(&db).await.connect().await.expect("a connection");
    assert_eq!(sql!("SELECT current_schema()::text").one::<String>(&other).await.expect("a schema"), "app");
    assert_eq!(introspect(&other).await.expect("a catalog"), before);
    // Nor does introspection change it.
    assert_eq!(sql!("SELECT current_schema()::text").one::<String>(&other).await.expect("a schema"), "app");
}

#[orm_pg::test]
async fn a_catalog_is_plain_data(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    let catalog = introspect(&db).await.expect("a catalog");
    let text = serde_json::to_string(&catalog).expect("JSON");
    assert_eq!(serde_json::from_str::<Catalog>(&text).expect("a catalog"), catalog);
}

#[orm_pg::test]
async fn a_role_without_privileges_reads_the_same(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    let catalog = introspect(&db).await.expect("a catalog");
    let role = name(&db).await;
    load(&db, &format!("CREATE ROLE \"{role}\"")).await;
    let other = again(&db).await.on_connect(format!("SET ROLE \"{role}\"")).connect().await.expect("a connection");
    assert_eq!(sql!("SELECT current_user::text").one::<String>(&other).await.expect("a role"), role);
    assert_eq!(introspect(&other).await.expect("a catalog"), catalog);
    other.close().await;
    load(&db, &format!("DROP ROLE \"{role}\"")).await;
}

#[orm_pg::test]
async fn names_that_stand_in_two_schemas_are_kept_apart(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    let catalog = introspect(&db).await.expect("a catalog");
    let kind = |schema: &str| {
        let table = catalog.table(&Name::new(schema, "users")).expect("the table");
        table.constraint("kind").and_then(|it| it.expression.clone()).expect("the check")
    };
    assert_eq!(kind("My Schema"), "(old <> ''::text)");
    assert!(kind("app").contains("app.mood"), "{}", kind("app"));
    let order = catalog.table(&Name::new("app", "lines")).and_then(|it| it.constraint("of_order")).expect("the key");
    let to = order.reference.as_ref().expect("a reference");
    assert_eq!((order.columns.join(","), to.columns.join(",")), ("order_c,order_a".to_owned(), "c,a".to_owned()));
    assert_eq!(to.table, Name::new("My Schema", "Order"));
}

#[orm_pg::test]
async fn the_columns_of_a_view_have_types(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    load(&db, "CREATE VIEW app.seen AS SELECT id, seen, mood, ARRAY[mood] AS moods FROM app.users").await;
    let catalog = introspect(&db).await.expect("a catalog");
    let view = catalog.views.iter().find(|it| it.name.name == "seen").expect("the view");
    assert_eq!(view.types, ["bigint", "timestamp(3) with time zone", "app.mood", "app.mood[]"]);
}
