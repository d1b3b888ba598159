//! Enums, domains, composite types and sequences.

use super::{Choices, Statements, ident, literal};

/// What the tables can use.
#[derive(Debug, Default)]
pub struct Types {
    /// Names of enums, each with its labels.
    pub enums: Vec<(String, Vec<String>)>,
    /// Names of domains over text.
    pub domains: Vec<String>,
    /// Names of composite types.
    pub composites: Vec<String>,
    /// Names of sequences, each with its path.
    pub sequences: Vec<(String, String)>,
}

impl Choices {
    pub(super) fn types(&self, schemas: &[String], all: &mut Statements) -> Types {
        let mut types = Types::default();
        for i in 0..3 {
            self.enum_type(&format!("e{i}"), schemas, &mut types, all);
        }
        for i in 0..3 {
            self.domain(&format!("d{i}"), schemas, &mut types, all);
        }
        for i in 0..2 {
            self.composite(&format!("k{i}"), schemas, &mut types, all);
        }
        for i in 0..3 {
            self.sequence(&format!("s{i}"), schemas, &mut types, all);
        }
        types
    }

    fn enum_type(&self, path: &str, schemas: &[String], types: &mut Types, all: &mut Statements) {
        const LABELS: [&str; 6] = ["alpha", "Beta two", "it's", "delta,", "e\"psilon", "ζ"];
        let Some(name) = self.object(path, 90, schemas) else { return };
        let mut labels: Vec<_> = (0..6).filter(|i| *i == 0 || self.chance(format!("{path}.label{i}"), 60)).collect();
        match self.below(format!("{path}.order"), 8) {
            0 => labels.reverse(),
            1 => labels.rotate_left(1),
            _ => {}
        }
        let labels: Vec<_> = labels.iter().map(|i| LABELS[*i].to_owned()).collect();
        let list: Vec<_> = labels.iter().map(|it| literal(it)).collect();
        all.push(format!("CREATE TYPE {name} AS ENUM ({})", list.join(", ")));
        self.comment(all, &format!("TYPE {name}"), path);
        types.enums.push((name, labels));
    }

    fn domain(&self, path: &str, schemas: &[String], types: &mut Types, all: &mut Statements) {
        let Some(name) = self.object(path, 90, schemas) else { return };
        let base = self.one(format!("{path}.base"), &["text", "text", "text", "varchar(40)", "text COLLATE \"C\""]);
        let mut sql = format!("CREATE DOMAIN {name} AS {base}");
        if self.chance(format!("{path}.default"), 40) {
            sql +=
                &format!(" DEFAULT {}", self.one(format!("{path}.default text"), &["'none'", "'it''s'", "lower('X')"]));
        }
        if self.chance(format!("{path}.not null"), 15) {
            sql += " NOT NULL";
        }
        const CHECKS: [&str; 4] = [
            "VALUE <> ''",
            "length(VALUE) < 30",
            "VALUE ~ '^[a-z]+$' OR VALUE IS NULL",
            "VALUE IN ('none', 'it''s', 'x')",
        ];
        if self.chance(format!("{path}.check"), 50) {
            let named = if self.chance(format!("{path}.named"), 50) { "CONSTRAINT \"a check\" " } else { "" };
            sql += &format!(" {named}CHECK ({})", self.one(format!("{path}.check text"), &CHECKS));
        }
        all.push(sql);
        if self.chance(format!("{path}.later"), 20) {
            let check = self.one(format!("{path}.later text"), &CHECKS);
            let valid = if self.chance(format!("{path}.later valid"), 50) { " NOT VALID" } else { "" };
            all.push(format!("ALTER DOMAIN {name} ADD CONSTRAINT later CHECK ({check}){valid}"));
        }
        self.comment(all, &format!("DOMAIN {name}"), path);
        types.domains.push(name);
    }

    fn composite(&self, path: &str, schemas: &[String], types: &mut Types, all: &mut Statements) {
        let Some(name) = self.object(path, 85, schemas) else { return };
        let mut attributes = vec!["first integer".to_owned()];
        for i in 0..4 {
            let path = format!("{path}.a{i}");
            if self.chance(format!("{path}.exists"), 60) {
                let mut choices = vec!["text", "varchar(10)", "numeric(8,3)", "text COLLATE \"C\"", "date[]"];
                choices.extend(types.enums.first().map(|it| it.0.as_str()));
                choices.extend(types.domains.first().map(String::as_str));
                attributes.push(format!("{} {}", ident(&self.name(&path)), self.one(format!("{path}.type"), &choices)));
            }
        }
        all.push(format!("CREATE TYPE {name} AS ({})", attributes.join(", ")));
        self.comment(all, &format!("TYPE {name}"), path);
        types.composites.push(name);
    }

    fn sequence(&self, path: &str, schemas: &[String], types: &mut Types, all: &mut Statements) {
        let Some(name) = self.object(path, 80, schemas) else { return };
        let ty = self.one(format!("{path}.type"), &["bigint", "bigint", "integer", "smallint"]);
        let options = self.sequence_options(path);
        all.push(format!("CREATE SEQUENCE {name} AS {ty}{options}"));
        self.comment(all, &format!("SEQUENCE {name}"), path);
        types.sequences.push((path.to_owned(), name));
    }

    pub(super) fn sequence_options(&self, path: &str) -> String {
        let mut out = String::new();
        for (percent, options) in [
            (30, [" START 5", " START 100"]),
            (30, [" INCREMENT 2", " INCREMENT 10"]),
            (20, [" MINVALUE -5", " MINVALUE 0"]),
            (20, [" MAXVALUE 1000", " MAXVALUE 30000"]),
            (20, [" CACHE 5", " CACHE 20"]),
            (20, [" CYCLE", " NO CYCLE"]),
        ] {
            if self.chance(format!("{path}{}.given", options[0]), percent) {
                out += self.one(format!("{path}{}.value", options[0]), &options);
            }
        }
        out
    }
}
