//! Random schemas as DDL, and changed ones that share most of their names.
//!
//! Each decision has a path, such as `t1.c2.type`, and is made by a hash of the path and the seed. The changed schema makes
//! some of its decisions by another seed, so it differs in these and in what follows from them.

mod column;
mod expression;
mod routine;
mod table;
mod types;
mod view;

use std::fmt::Display;

pub use self::types::Types;

/// A schema, as decisions.
#[derive(Debug, Clone, Copy)]
pub struct Choices {
    seed: u64,
    /// How many of a hundred decisions are made by another seed.
    changed: u64,
    /// What the server knows, such as 18.
    version: u32,
}

/// The statements that create a random schema.
pub fn schema(seed: u64, version: u32) -> String {
    Choices { seed, changed: 0, version }.ddl()
}

/// The statements that create a schema like that of the seed with changes.
pub fn changed(seed: u64, version: u32) -> String {
    let changed = [2, 5, 10, 25][usize::try_from(seed % 4).expect("a small number")];
    Choices { seed, changed, version }.ddl()
}

fn hash(seed: u64, path: &str) -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def0;
    for byte in path.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

impl Choices {
    fn number(&self, path: &str) -> u64 {
        let changed = hash(self.seed ^ 0xc0ffee, path) % 100 < self.changed;
        hash(if changed { self.seed ^ 0xdead_beef } else { self.seed }, path)
    }

    /// A number less than `n`.
    fn below(&self, path: impl Display, n: usize) -> usize {
        usize::try_from(self.number(&path.to_string()) % n as u64).expect("a small number")
    }

    /// True in this many of a hundred cases.
    fn chance(&self, path: impl Display, percent: u64) -> bool {
        self.number(&path.to_string()) % 100 < percent
    }

    /// Words of a newer version, or none.
    fn since<'a>(&self, version: u32, path: &str, percent: u64, words: &'a str) -> &'a str {
        if self.version >= version && self.chance(path, percent) { words } else { "" }
    }

    fn one<T: Clone>(&self, path: impl Display, of: &[T]) -> T {
        of[self.below(path, of.len())].clone()
    }

    /// A decision that the changed schema makes in the same way.
    fn fixed<T: Clone>(&self, path: impl Display, of: &[T]) -> T {
        let number = hash(self.seed, &path.to_string()) % of.len() as u64;
        of[usize::try_from(number).expect("a small number")].clone()
    }

    /// The name of what has this path: sometimes an odd one, always the same.
    fn name(&self, path: &str) -> String {
        const ODD: [&str; 12] = [
            "order {}",
            "we\"ird{}",
            "dot.ted{}",
            "Ünïcode{}",
            "CamelCase{}",
            "user,{}",
            "it's{}",
            "back\\slash{}",
            "$1 %s {}",
            "(paren{}",
            "a-name-of-sixty-three-bytes-that-is-as-long-as-any-name-can-be{}",
            "select{}",
        ];
        let plain = path.replace('.', "_");
        if hash(self.seed, &format!("{path}.odd")) % 100 >= 20 {
            return plain;
        }
        let mut name = self.fixed(format!("{path}.name"), &ODD).replace("{}", &plain);
        if name.len() > 63 {
            name = format!("{}{plain}", &name[..63 - plain.len()]);
        }
        name
    }

    fn ddl(&self) -> String {
        let mut all = Statements::default();
        let mut schemas = vec!["public".to_owned()];
        for (name, percent) in [("app", 85), ("Odd.\"Schema", 60)] {
            if self.chance(format!("schema {name}"), percent) {
                all.push(format!("CREATE SCHEMA {}", ident(name)));
                self.comment(&mut all, &format!("SCHEMA {}", ident(name)), name);
                schemas.push(name.to_owned());
            }
        }
        let types = self.types(&schemas, &mut all);
        let functions = self.pure_functions(&schemas, &types, &mut all);
        let tables = self.tables(&schemas, &types, &functions, &mut all);
        self.foreign_keys(&tables, &mut all);
        self.table_functions(&schemas, &tables, &mut all);
        let views = self.views(&schemas, &tables, &functions, &mut all);
        self.triggers(&schemas, &tables, &views, &mut all);
        self.policies(&tables, &functions, &mut all);
        all.text()
    }

    /// The schema in which the object of this path lies, if it is there.
    fn place(&self, path: &str, schemas: &[String]) -> Option<String> {
        let all = ["public", "app", "app", "Odd.\"Schema"];
        let name = self.fixed(format!("{path}.schema"), &all);
        schemas.iter().any(|it| it == name).then(|| name.to_owned())
    }

    /// The qualified name of the object of this path, if its schema is there and it is, too.
    fn object(&self, path: &str, percent: u64, schemas: &[String]) -> Option<String> {
        let schema = self.place(path, schemas)?;
        let name = format!("{}.{}", ident(&schema), ident(&self.name(path)));
        self.chance(format!("{path}.exists"), percent).then_some(name)
    }

    fn comment(&self, all: &mut Statements, object: &str, path: &str) {
        if self.chance(format!("{path}.comment"), 20) {
            let text =
                self.one(format!("{path}.comment text"), &["a note", "it's \"quoted\"", "two\nlines", "ümlaut \\ $x$"]);
            all.push(format!("COMMENT ON {object} IS {}", literal(text)));
        }
    }
}

/// Statements in their order.
#[derive(Default)]
pub struct Statements(Vec<String>);

impl Statements {
    fn push(&mut self, statement: impl Into<String>) {
        self.0.push(statement.into());
    }

    fn text(&self) -> String {
        self.0.iter().flat_map(|it| [it.as_str(), ";\n"]).collect()
    }
}

fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    let escape = if text.contains('\\') { "E" } else { "" };
    format!("{escape}'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
