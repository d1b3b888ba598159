//! What is dangerous about a step, and its safe form, on the schema of `locks.sql`.

use orm_pg::{
    prelude::*,
    schema::{
        catalog::{Catalog, Name},
        introspect, lint, measure,
        migrate::{Allow, Finding, Kind, Level, LintOptions, Measured, Mode, Stated, Step, file, lint as judge},
    },
};

use super::locks::{example, extensions, run};

async fn findings(db: &Database, sql: &str, options: &LintOptions) -> Vec<Finding> {
    let script = file::parse("1_a.up.sql", sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    lint(db, &script, options).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// The steps as a file in which each has its own transaction.
fn text(steps: &[Step]) -> String {
    let mut text = "-- orm: transaction = none\n".to_owned();
    for (i, step) in steps.iter().enumerate() {
        text.push_str(match (i, step.mode) {
            (_, Mode::Repeat) => "\n-- orm: step = repeat\n",
            (0, _) => "\n",
            _ => "\n-- orm: step\n",
        });
        text.push_str(&step.sql);
        text.push_str(";\n");
    }
    text
}

async fn after(db: &Database) -> Vec<String> {
    plain(introspect(db).await.expect("a catalog"))
}

/// A migration, the rule that finds it dangerous, how dangerous, and the number of steps of its safe form.
const CASES: &[(&str, &str, Level, usize)] = &[
    ("CREATE INDEX i ON posts (title)", "require-concurrent-index-creation", Level::Error, 1),
    (
        "CREATE UNIQUE INDEX i ON posts (lower(title)) WHERE number > 0",
        "require-concurrent-index-creation",
        Level::Error,
        1,
    ),
    ("DROP INDEX posts_code", "require-concurrent-index-deletion", Level::Warning, 1),
    ("REINDEX INDEX posts_code", "require-concurrent-reindex", Level::Error, 1),
    ("REINDEX TABLE drafts", "require-concurrent-reindex", Level::Error, 1),
    ("ALTER TABLE events DETACH PARTITION events_1", "require-concurrent-partition-detach", Level::Error, 1),
    (
        "CREATE INDEX CONCURRENTLY i ON posts (title); CREATE INDEX CONCURRENTLY j ON posts (number)",
        "ban-concurrent-index-creation-in-transaction",
        Level::Error,
        0,
    ),
    ("ALTER TABLE posts ADD CONSTRAINT k CHECK (number > 0)", "constraint-missing-not-valid", Level::Error, 2),
    (
        "ALTER TABLE posts ADD FOREIGN KEY (author_id) REFERENCES users",
        "adding-foreign-key-constraint",
        Level::Error,
        2,
    ),
    ("ALTER TABLE posts ADD FOREIGN KEY (author_id) REFERENCES users", "add-reference", Level::Warning, 1),
    ("ALTER TABLE posts ADD COLUMN x uuid DEFAULT gen_random_uuid()", "adding-field-with-default", Level::Error, 3),
    (
        "ALTER TABLE posts ADD COLUMN x uuid NOT NULL DEFAULT gen_random_uuid()",
        "adding-field-with-default",
        Level::Error,
        7,
    ),
    ("ALTER TABLE posts ALTER COLUMN number SET NOT NULL", "adding-not-nullable-field", Level::Error, 4),
    ("ALTER TABLE posts ADD COLUMN x text NOT NULL", "adding-required-field", Level::Error, 5),
    ("ALTER TABLE drafts ADD CONSTRAINT k PRIMARY KEY (old_id)", "adding-serial-primary-key-field", Level::Error, 6),
    (
        "ALTER TABLE drafts ADD CONSTRAINT k PRIMARY KEY USING INDEX drafts_old",
        "adding-not-nullable-field",
        Level::Error,
        4,
    ),
    (
        "ALTER TABLE posts ADD CONSTRAINT k UNIQUE (number) INCLUDE (title)",
        "disallowed-unique-constraint",
        Level::Error,
        2,
    ),
    ("ALTER TABLE posts ALTER COLUMN number TYPE bigint", "changing-column-type", Level::Error, 0),
    ("ALTER TABLE posts ALTER COLUMN code TYPE text", "changing-column-type", Level::Note, 0),
    ("ALTER TABLE letters ALTER COLUMN subject TYPE varchar(20)", "changing-column-type", Level::Error, 0),
    ("ALTER TABLE posts ALTER COLUMN label TYPE text", "change-column-constraint", Level::Error, 4),
    (
        "ALTER TABLE posts ADD COLUMN x text CONSTRAINT c CHECK (x <> '')",
        "constraint-missing-not-valid",
        Level::Error,
        3,
    ),
    ("ALTER TABLE posts RENAME COLUMN title TO headline", "renaming-column", Level::Error, 0),
    ("ALTER TABLE posts RENAME TO articles", "renaming-table", Level::Error, 3),
    ("ALTER TABLE drafts SET SCHEMA ext", "rename-schema", Level::Error, 3),
    ("ALTER TABLE posts DROP COLUMN title", "ban-drop-column", Level::Error, 0),
    ("DROP TABLE drafts", "ban-drop-table", Level::Error, 0),
    ("DROP TABLE users CASCADE", "ban-drop-table", Level::Error, 0),
    ("TRUNCATE drafts", "prefer-repack", Level::Error, 0),
    ("CLUSTER posts USING posts_pkey", "prefer-repack", Level::Error, 0),
    ("-- orm: transaction = none\nVACUUM FULL drafts", "prefer-repack", Level::Error, 0),
    ("ALTER TABLE posts ALTER COLUMN rank DROP NOT NULL", "ban-drop-not-null", Level::Note, 0),
    ("CREATE DOMAIN tiny AS integer CHECK (VALUE < 10)", "ban-create-domain-with-constraint", Level::Note, 0),
    (
        "ALTER DOMAIN email ADD CONSTRAINT k CHECK (VALUE <> '')",
        "ban-alter-domain-with-add-constraint",
        Level::Error,
        1,
    ),
    ("ALTER DOMAIN email SET NOT NULL", "ban-alter-domain-with-add-constraint", Level::Error, 1),
    ("CREATE TABLE t (id integer PRIMARY KEY)", "prefer-bigint-over-int", Level::Note, 0),
    ("ALTER TABLE posts ADD COLUMN x smallint", "prefer-bigint-over-smallint", Level::Note, 0),
    ("CREATE TABLE t (id bigserial)", "prefer-identity", Level::Note, 0),
    ("CREATE TABLE t (a varchar(9))", "prefer-text-field", Level::Note, 0),
    ("CREATE TABLE t (a timestamp)", "prefer-timestamptz", Level::Note, 0),
    ("CREATE TABLE t (a char(9))", "ban-char-field", Level::Warning, 0),
    ("ALTER TABLE posts ADD COLUMN x json", "add-column-json", Level::Warning, 0),
    (
        "ALTER TABLE posts ADD COLUMN x bigint GENERATED BY DEFAULT AS IDENTITY",
        "add-column-auto-incrementing",
        Level::Error,
        8,
    ),
    ("ALTER TABLE posts ADD COLUMN x bigserial", "add-column-auto-incrementing", Level::Error, 8),
    (
        "ALTER TABLE posts ADD COLUMN x int GENERATED ALWAYS AS (number + 1) STORED",
        "add-column-generated-stored",
        Level::Error,
        0,
    ),
    ("ALTER TABLE posts ADD COLUMN x level", "add-column-constrained-domain", Level::Error, 3),
    (
        "ALTER TABLE posts ADD CONSTRAINT k EXCLUDE USING gist (span WITH &&)",
        "add-exclusion-constraint",
        Level::Error,
        0,
    ),
    ("ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", "rename-enum-value", Level::Error, 0),
    ("CREATE INDEX i ON posts (number, rank, code, price)", "add-index-columns", Level::Note, 0),
    (
        "ALTER TABLE posts ADD CONSTRAINT k CHECK (number > 0) NOT VALID; ALTER TABLE posts VALIDATE CONSTRAINT k",
        "validate-check-constraint",
        Level::Error,
        1,
    ),
    (
        "ALTER TABLE posts ADD CONSTRAINT k FOREIGN KEY (author_id) REFERENCES users NOT VALID;\n\
         -- orm: step\nALTER TABLE posts VALIDATE CONSTRAINT k",
        "validate-foreign-key",
        Level::Error,
        1,
    ),
    ("ALTER TABLE drafts ADD COLUMN x text; UPDATE drafts SET x = body", "backfill-in-transaction", Level::Error, 0),
    (
        "ALTER TABLE posts ALTER COLUMN number SET DEFAULT 1; CREATE MATERIALIZED VIEW m AS SELECT id FROM users",
        "long-work-under-lock",
        Level::Error,
        0,
    ),
    ("ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES IN (2)", "attach-partition-scan", Level::Error, 3),
    ("ALTER TABLE posts DROP CONSTRAINT editor", "drop-foreign-key", Level::Note, 0),
    ("REFRESH MATERIALIZED VIEW post_count", "long-lock", Level::Error, 0),
    ("ALTER TABLE posts ENABLE ROW LEVEL SECURITY", "short-lock", Level::Note, 0),
    (
        "DO $$ BEGIN EXECUTE 'CREATE INDEX i ON posts (' || 'title)'; END $$",
        "require-concurrent-index-creation",
        Level::Error,
        1,
    ),
];

#[orm_pg::test]
async fn each_rule_has_a_case_and_each_safe_form_makes_the_same_schema(db: Database) {
    extensions(&db).await;
    let new = introspect(&db).await.expect("a catalog").server_version >= 180_000;
    let mut wrong = Vec::new();
    let (mut shown, mut compared) = (String::new(), 0);
    for (sql, rule, level, steps) in CASES {
        example(&db).await;
        let found = findings(&db, sql, &LintOptions::default()).await;
        let Some(finding) = found.iter().find(|it| it.rule == *rule) else {
            wrong.push(format!("{sql}: {rule} is not among {found:#?}"));
            continue;
        };
        // From 18 on NOT NULL takes two steps fewer, and a computed column may be virtual.
        let not_null = finding.recipe.iter().filter(|it| it.sql.contains(" NOT NULL ")).count();
        let steps = match *rule {
            "add-column-generated-stored" if new => 1,
            _ if new && not_null > 0 && *rule != "attach-partition-scan" => steps - 2,
            _ => *steps,
        };
        let plain = sql.replace("-- orm: step\n", "").replace("; ", ";\n");
        shown.push_str(&format!("\n**{rule}** ({level})\n\n```text\n{plain};\n```\n"));
        let safe: Vec<_> = finding.recipe.iter().map(|it| format!("{};\n", it.sql)).collect();
        if !safe.is_empty() {
            shown.push_str(&format!("\nsafe form:\n\n```text\n{}```\n", safe.concat()));
        }
        if finding.level != *level || finding.recipe.len() != steps {
            wrong.push(format!("{sql}: {finding:#?}"));
        }
        // VALIDATE needs the constraint.
        if !finding.recipe.is_empty() && !rule.starts_with("validate-") {
            let naive = after(&db).await;
            example(&db).await;
            let text = text(&finding.recipe);
            let again = findings(&db, &text, &LintOptions::default()).await;
            let again: Vec<_> =
                again.iter().filter(|it| it.level == Level::Error && it.rule != "renaming-table").collect();
            let safe = after(&db).await;
            let both = safe.iter().filter(|it| !naive.contains(it)).chain(naive.iter().filter(|it| !safe.contains(it)));
            let differences: Vec<_> = both.collect();
            if !differs(sql, rule) {
                compared += 1;
                if !differences.is_empty() {
                    wrong.push(format!("{sql}: its safe form makes another schema: {differences:#?}"));
                }
            }
            let expected_again = matches!(*rule, "renaming-table" | "rename-schema");
            if !again.is_empty() && !expected_again {
                wrong.push(format!("{sql}: its safe form\n{text}\nis found dangerous: {again:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(compared >= 14, "{compared}");
    if !new {
        guide("rules", &shown);
    }
}

/// The schema as a diff would compare it.
pub(crate) fn plain(mut catalog: Catalog) -> Vec<String> {
    // Names of NOT NULL constraints and of sequences are automatic.
    catalog.sequences.clear();
    let mut lines = Vec::new();
    for table in &catalog.tables {
        lines.extend(table.columns.iter().map(|it| format!("{} {it:?}", table.name)));
        let named = table.constraints.iter().filter(|it| format!("{:?}", it.kind) != "NotNull");
        lines.extend(named.map(|it| format!("{} {it:?}", table.name)));
        lines.extend(table.indexes.iter().map(|it| format!("{} {it:?}", table.name)));
    }
    lines
}

/// Whether the safe form leaves out what the naive form has (an identity, a domain, a name), or adds something to it, so that the
/// schemas differ. DETACH CONCURRENTLY leaves a check of the bound.
fn differs(sql: &str, rule: &str) -> bool {
    let other = [
        "require-concurrent-partition-detach",
        "add-column-auto-incrementing",
        "add-column-constrained-domain",
        "renaming-table",
        "rename-schema",
        "add-reference",
        "validate-check-constraint",
        "validate-foreign-key",
        "attach-partition-scan",
        "add-column-generated-stored",
    ];
    other.contains(&rule) || sql.contains("old_id)") || sql.contains("drafts_old") || sql.starts_with("ALTER DOMAIN")
}

#[orm_pg::test]
async fn new_tables_small_tables_and_what_is_allowed(db: Database) {
    extensions(&db).await;
    example(&db).await;
    let new = "CREATE TABLE t (id bigint, a text); CREATE INDEX i ON t (a); ALTER TABLE t ADD PRIMARY KEY (id); \
               ALTER TABLE t ALTER COLUMN a SET NOT NULL; UPDATE t SET a = ''; ALTER TABLE t DROP COLUMN a; DROP TABLE t";
    assert_eq!(findings(&db, new, &LintOptions::default()).await, []);
    let mut options = LintOptions::default();
    options.rows.insert(Name::new("public", "posts"), 100);
    options.small = 1000;
    let index = "CREATE INDEX by_title ON posts (title); CREATE INDEX by_body ON drafts (body)";
    let found = findings(&db, index, &options).await;
    let tables: Vec<_> = found.iter().map(|it| it.table.clone().expect("a table").name).collect();
    assert_eq!(tables, ["drafts"]);
    options.allow.push(Allow::new("drop_column", "posts.made"));
    options.small = 0;
    let drop = findings(&db, "ALTER TABLE posts DROP COLUMN made; ALTER TABLE posts DROP COLUMN seen", &options).await;
    let rules: Vec<_> = drop.iter().map(|it| (it.rule, it.message.contains("\"seen\""))).collect();
    assert_eq!(rules, [("ban-drop-column", true)]);
    // The header of a file says the same, by the word for the loss, or by the rule.
    let allowed = "-- orm: allow = drop_column(posts.title)\n-- orm: allow = require-concurrent-index-creation(posts)\n
        ALTER TABLE posts DROP COLUMN title;\nCREATE INDEX i ON posts (number);\nCREATE INDEX j ON drafts (body);";
    let found = findings(&db, allowed, &LintOptions::default()).await;
    let found: Vec<_> = found.iter().map(|it| (it.line, it.allow.to_string())).collect();
    assert_eq!(found, [(Some(6), "require-concurrent-index-creation(drafts)".to_owned())]);
}

#[orm_pg::test]
async fn a_database_is_not_dropped_to_see_what_happens(db: Database) {
    for sql in ["DROP DATABASE postgres", "SELECT 1; ALTER SYSTEM SET work_mem = 1", "create database a"] {
        let error = measure(&db, sql).await.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Migration, "{sql}");
    }
}

#[orm_pg::test]
async fn the_step_of_a_finding_is_that_of_the_file(db: Database) {
    extensions(&db).await;
    example(&db).await;
    let file = "SELECT 1; ALTER TABLE posts ADD COLUMN x int;\n-- orm: step\nCREATE INDEX i ON drafts (body);";
    let found = findings(&db, file, &LintOptions::default()).await;
    let found: Vec<_> = found.iter().map(|it| (it.step, it.rule)).collect();
    assert_eq!(found, [(0, "short-lock"), (1, "require-concurrent-index-creation")]);
    run(&db, "DROP INDEX i").await;
}

/// A server with the fault cannot be had, and an index that is left INVALID comes with an error.
#[orm_pg::test]
async fn an_old_server_and_an_index_that_failed(db: Database) {
    extensions(&db).await;
    example(&db).await;
    let before = introspect(&db).await.expect("a catalog");
    let effects = measure(&db, "CREATE INDEX CONCURRENTLY i ON posts (title)").await.expect("effects");
    let mut after = introspect(&db).await.expect("a catalog");
    let rules = |after: &Catalog| {
        let step = Measured { before: &before, after, effects: &effects, transaction: 0 };
        judge(&[step], &LintOptions::default()).iter().map(|it| it.rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(&after), [""; 0]);
    after.server_version = 140_002;
    let posts = after.tables.iter_mut().find(|it| it.name.name == "posts").expect("the table");
    posts.indexes.iter_mut().filter(|it| it.name == "i").for_each(|it| it.valid = false);
    assert_eq!(rules(&after), ["add-index-corruption", "invalid-index"]);
}

/// Writes a part of the guide, or checks that it is what the library does.
fn guide(part: &str, text: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guide/locks.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (start, end) = (format!("<!-- {part} -->\n"), format!("<!-- end of {part} -->"));
    let (before, rest) = page.split_once(&start).expect("the start of the part");
    let (found, after) = rest.split_once(&end).expect("the end of the part");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, format!("{before}{start}{text}{end}{after}")).expect("written");
    } else {
        assert!(found == text, "the page docs/guide/locks.md is out of date: run with UPDATE_EXPECT=1");
    }
}

#[test]
fn the_guide_shows_what_is_stated() {
    let mut text = "\n| what | lock, and what is done under it | example |\n|---|---|---|\n".to_owned();
    for kind in Kind::ALL {
        let one = |(table, it): &(&str, Stated)| {
            let notes = [
                (it.rewritten, "rewritten"),
                (it.scanned && !it.rewritten, "all rows read"),
                (it.built, "index built"),
            ];
            let notes: Vec<_> = notes.iter().filter(|it| it.0).map(|it| it.1).collect();
            let notes = if notes.is_empty() { String::new() } else { format!(", **{}**", notes.join(", ")) };
            format!("{table}: {}{notes}", it.lock)
        };
        let mut effects: Vec<_> = kind.relations.iter().map(one).collect();
        if effects.is_empty() {
            effects.push("none".to_owned());
        }
        let alone = if kind.alone { "; not in a transaction" } else { "" };
        let since = if kind.since > 0 { format!(" (PostgreSQL {} or later)", kind.since) } else { String::new() };
        let example = kind.example.replace('|', "\\|");
        text.push_str(&format!("| {}{since} | {}{alone} | `{example}` |\n", kind.name, effects.join("; ")));
    }
    guide("kinds", &text);
}
