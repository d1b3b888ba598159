//! The facts of `more_facts.sql` about definitions, from their statements.

use orm_pg::schema::catalog::{Catalog, Definition};

use super::label;

pub(super) fn of_catalog(catalog: &Catalog, facts: &mut Vec<String>) {
    for it in &catalog.definitions {
        one(it, facts);
        if let Some(comment) = &it.comment {
            facts.push(format!("comment on {} {} {comment}", it.object.kind, it.object.identity));
        }
    }
}

/// What lies between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before:?} in {text}"));
    rest.split_once(after).unwrap_or_else(|| panic!("{after:?} in {rest}")).0
}

fn one(it: &Definition, facts: &mut Vec<String>) {
    let (kind, identity, create) = (it.object.kind.as_str(), it.object.identity.as_str(), it.create.as_str());
    let name = it.name.as_ref().map(|it| format!("{} {}", it.schema, it.name)).unwrap_or_default();
    let of = it.of.as_ref().map(label).unwrap_or_default();
    match kind {
        "aggregate" | "operator" | "type" => {
            let options = items(last_parentheses(create));
            facts.extend(options.iter().map(|it| format!("option {kind} {identity} {}", it.replacen(" =", "", 1))));
            let flags = ["HASHES", "MERGES", "HYPOTHETICAL", "FINALFUNC_EXTRA", "MFINALFUNC_EXTRA"];
            for fact in facts.iter_mut().filter(|fact| flags.iter().any(|it| fact.ends_with(&format!(" {it}")))) {
                fact.push(' ');
            }
        }
        "collation" => collation(identity, create, facts),
        "operator family" => {}
        "operator class" => {
            let family = between(create, "FAMILY ", " AS ").split_once('.').expect("a family");
            for item in items(create.split_once(" AS ").expect("a list").1) {
                facts.extend(member(&format!("{} {}", family.1, family.0), item));
            }
        }
        "operator of access method" | "function of access method" => {
            let family = between(create, "FAMILY ", " USING").split_once('.').expect("a family");
            let item = create.split_once(" ADD ").expect("a member").1;
            facts.extend(member(&format!("{} {}", family.1, family.0), item));
        }
        "cast" => {
            let (from, to) = between(create, "CAST (", ") WITH").split_once(" AS ").expect("two types");
            let how = if create.ends_with(" AS IMPLICIT") {
                'i'
            } else if create.ends_with(" AS ASSIGNMENT") {
                'a'
            } else {
                'e'
            };
            let rest = create.split_once(") WITH").expect("a method").1;
            match rest.strip_prefix(" FUNCTION ") {
                Some(rest) => {
                    facts.push(format!("cast {from} {to} {} {how} f", rest.split(" AS ").next().unwrap_or_default()));
                }
                None => {
                    facts.push(format!("cast {from} {to} {how} {}", if rest.contains("INOUT") { 'i' } else { 'b' }))
                }
            }
        }
        "conversion" => {
            let (from, to) = (between(create, "FOR '", "'"), between(create, "TO '", "'"));
            let function = create.rsplit(' ').next().unwrap_or_default();
            let default = if create.contains("DEFAULT CONVERSION") { 't' } else { 'f' };
            facts.push(format!("conversion {name} {from} {to} {function} {default}"));
        }
        "statistics object" => {
            let columns = between(create, " ON ", " FROM ");
            let plain = columns.split(", ").filter(|it| !it.contains('(')).count();
            if plain < 2 {
                return;
            }
            // The server leaves out the kinds if they are all.
            let kinds = match create.contains(&format!("{} (", identity)) {
                true => between(create, " (", ") ON ")
                    .split(", ")
                    .map(|it| match it {
                        "dependencies" => "f",
                        other => &other[..1],
                    })
                    .collect::<Vec<_>>(),
                false => vec!["d", "f", "m"],
            };
            let mut kinds = kinds.iter().map(|it| if *it == "n" { "d" } else { it }).collect::<Vec<_>>();
            kinds.sort_unstable();
            facts.push(format!("statistics {name} {of} {plain} {}", kinds.join(" ")));
        }
        "statistics object target" => {
            let target = create.rsplit(' ').next().unwrap_or_default();
            facts.push(format!("sampled statistics {} {target}", identity.replacen('.', " ", 1)));
        }
        "rule" | "rule state" => rule(it, &of, facts),
        "text search dictionary" => {
            let (template, options) = between(create, "TEMPLATE = pg_catalog.", ")")
                .split_once(", ")
                .unwrap_or_else(|| (between(create, "TEMPLATE = pg_catalog.", ")"), ""));
            facts.push(format!("dictionary {name} {template} {options}").trim_end().to_owned());
        }
        "text search configuration" => {}
        "text search configuration mapping" => {
            let (token, configuration) = identity.split_once(" of ").expect("two names");
            let dictionaries = create.split_once(" WITH ").expect("dictionaries").1;
            let dictionaries = dictionaries.replace("pg_catalog.", "").replace(", ", " ");
            facts.push(format!("maps {} {token} {dictionaries}", configuration.replacen('.', " ", 1)));
        }
        "event trigger" | "event trigger state" => event(it, facts),
        "publication" => {
            let (all, on) = (create.contains(" FOR ALL TABLES"), |what: &str| create.contains(what));
            let flags =
                [all, on("insert"), on("update"), on("delete"), on("truncate"), on("via_partition_root = true")];
            let mut line = format!("publishes {identity}");
            flags.iter().for_each(|it| line += if *it { " t" } else { " f" });
            facts.push(line + if create.contains("generated") { " s" } else { "" });
        }
        "publication relation" => {
            let (table, publication) = identity.split_once(" in publication ").expect("two names");
            let columns = create.split(" WHERE ").next().unwrap_or_default().matches(", ").count();
            let filter = if create.contains(" WHERE ") { 't' } else { 'f' };
            let columns =
                if create.contains(&format!("{table} (")) { format!(" {}", columns + 1) } else { String::new() };
            facts.push(format!("published {publication} {table}{columns} {filter}"));
        }
        "publication namespace" => facts.push(format!("published {identity}")),
        "foreign-data wrapper" => {}
        "server" => server(it, facts),
        "foreign table" => foreign_table(it, facts),
        "foreign table comment" => {
            let (column, table) = identity.split_once(" of ").expect("two names");
            let text = create.split_once(" IS '").expect("a text").1.trim_end_matches('\'');
            facts.push(format!("foreign comment {table}.{column} {text}"));
        }
        "foreign table partition" => {
            let bound = create.split_once(&format!("PARTITION {identity} ")).expect("a bound").1;
            facts.push(format!("foreign partition {identity} {bound}"));
        }
        "trigger" => {
            let table = identity.rsplit_once(" on ").expect("a table").1;
            facts.push(format!("trigger {table} {create} O"));
        }
        other => panic!("no facts of a {other}: {create}"),
    }
}

/// The options `a 'x', b 'y'` as the catalog has them: `a=x b=y`.
fn options(text: &str) -> String {
    let option = |it: &&str| {
        let (name, value) = it.split_once(' ').expect("an option");
        format!(" {name}={}", value.trim_matches('\'').replace("''", "'"))
    };
    items(text).iter().map(option).collect()
}

fn server(it: &Definition, facts: &mut Vec<String>) {
    let (head, rest) = it.create.split_once(" FOREIGN DATA WRAPPER ").expect("a wrapper");
    let words: Vec<_> = head.split(' ').skip(3).filter(|it| !matches!(*it, "TYPE" | "VERSION")).collect();
    let words = words.iter().map(|it| format!(" {}", it.trim_matches('\''))).collect::<String>();
    let wrapper = rest.split(" OPTIONS ").next().unwrap_or_default();
    let options = if rest.contains(" OPTIONS ") { options(last_parentheses(rest)) } else { String::new() };
    facts.push(format!("server {}{words} {wrapper}{options}", it.object.identity));
}

fn foreign_table(it: &Definition, facts: &mut Vec<String>) {
    let name = &it.object.identity;
    let (columns, rest) = it.create.rsplit_once(") SERVER ").expect("a server");
    let columns = columns.split(") INHERITS (").next().unwrap_or_default();
    let (server, with) = rest.split_once(" OPTIONS (").unwrap_or((rest, ")"));
    let with = with.trim_end_matches(')');
    let with = if with.is_empty() { String::new() } else { options(with) };
    facts.push(format!("foreign {name} {server}{with}"));
    for item in items(columns.split_once('(').expect("a list").1) {
        if let Some(constraint) = item.strip_prefix("CONSTRAINT ") {
            facts.push(format!("constraint {name} {constraint}"));
            continue;
        }
        let (column, rest) = item.split_once(' ').expect("a type");
        let ends = [" OPTIONS ", " COLLATE ", " NOT NULL", " DEFAULT ", " GENERATED "];
        let end = ends.iter().filter_map(|it| rest.find(it)).min().unwrap_or(rest.len());
        let with = rest.strip_prefix(&rest[..end]).and_then(|it| it.strip_prefix(" OPTIONS ("));
        let with = with.map(|it| options(it.split(')').next().unwrap_or_default())).unwrap_or_default();
        facts.push(format!("foreign column {name}.{column} {}{with}", &rest[..end]));
    }
}

fn collation(identity: &str, create: &str, facts: &mut Vec<String>) {
    let options = last_parentheses(create);
    let libc = options.contains("provider = libc");
    for item in items(options) {
        let (key, value) = item.split_once(" = ").expect("an option");
        let keys: &[_] = match key {
            "locale" if libc => &["collate", "ctype"],
            "lc_collate" => &["collate"],
            "lc_ctype" => &["ctype"],
            other => &[other],
        };
        facts.extend(keys.iter().map(|key| format!("option collation {identity} {key} {value}")));
    }
}

fn member(family: &str, item: &str) -> Option<String> {
    let item = item.split(" FOR ORDER BY ").next().unwrap_or_default();
    let (kind, rest) = item.split_once(' ')?;
    let (number, rest) = rest.split_once(' ')?;
    let types = |text: &str| text.trim_matches(['(', ')']).replace(", ", " ");
    match kind {
        "OPERATOR" => {
            let (operator, of) = rest.split_once(' ')?;
            let compact = of.replace(", ", ",");
            let operator = operator.trim_start_matches("pg_catalog.");
            Some(format!("member {family} {number} {} {operator}{compact}", types(of)))
        }
        "FUNCTION" => {
            let (of, function) = rest.split_once(") ")?;
            Some(format!("support {family} {number} {} {function}", types(of)))
        }
        _ => None,
    }
}

fn rule(it: &Definition, of: &str, facts: &mut Vec<String>) {
    let name = it.object.identity.rsplit_once(" on ").expect("a name and a table").0;
    if it.object.kind == "rule state" {
        // The fact of the rule itself, which says that it is enabled, comes before.
        let letter = if it.create.contains(" DISABLE ") {
            'D'
        } else if it.create.contains(" REPLICA ") {
            'R'
        } else {
            'A'
        };
        let start = format!("rule {of} {name} ");
        for fact in facts.iter_mut().filter(|it| it.starts_with(&start)) {
            fact.pop();
            fact.push(letter);
        }
        return;
    }
    let event = match between(&it.create, "ON ", " ") {
        "UPDATE" => '2',
        "INSERT" => '3',
        _ => '4',
    };
    let instead = if it.create.contains(" DO INSTEAD ") { 't' } else { 'f' };
    facts.push(format!("rule {of} {name} {instead} {event} O"));
}

fn event(it: &Definition, facts: &mut Vec<String>) {
    let identity = &it.object.identity;
    let start = format!("event {identity} ");
    if it.object.kind == "event trigger state" {
        let letter = if it.create.ends_with("DISABLE") {
            'D'
        } else if it.create.ends_with("REPLICA") {
            'R'
        } else {
            'A'
        };
        for fact in facts.iter_mut().filter(|it| it.starts_with(&start)) {
            *fact = fact.replacen(" O", &format!(" {letter}"), 1);
        }
        return;
    }
    let event = it.create.split_once(" ON ").expect("an event").1.split(' ').next().unwrap_or_default();
    let function = between(&it.create, "EXECUTE FUNCTION ", "()");
    let tags = match it.create.contains(" WHEN TAG IN (") {
        true => format!(" {}", between(&it.create, " WHEN TAG IN (", ") EXECUTE").replace(", ", " ").replace('\'', "")),
        false => String::new(),
    };
    facts.push(format!("{start}{event} {function} O{tags}"));
}

/// What the parentheses hold that end the text.
fn last_parentheses(text: &str) -> &str {
    let inner = text.strip_suffix(')').expect("parentheses at the end");
    let mut depth = 0;
    for (at, c) in inner.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' if depth == 0 => return &inner[at + 1..],
            '(' => depth -= 1,
            _ => {}
        }
    }
    panic!("no parentheses in {text}")
}

/// The parts between commas outside of quotes and parentheses.
fn items(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}
