//! Expressions over columns: conditions, values, keys.

use super::{
    Choices,
    column::{Column, Family},
};

/// What expressions can call: functions of an integer.
pub type Functions = Vec<String>;

impl Choices {
    /// A condition over some column. `immutable` if it is for an index.
    pub(super) fn condition(&self, path: &str, columns: &[Column], functions: &Functions, immutable: bool) -> String {
        let simple: Vec<_> = columns.iter().filter(|it| !it.generated).collect();
        let column = self.one(format!("{path}.column"), &simple);
        let mut out = self.about(&format!("{path}.first"), column, functions, immutable);
        if self.chance(format!("{path}.second"), 30) {
            let other = self.one(format!("{path}.other"), &simple);
            let second = self.about(&format!("{path}.other"), other, functions, immutable);
            out = format!("{out} {} {second}", self.one(format!("{path}.word"), &["AND", "OR"]));
        }
        out
    }

    fn about(&self, path: &str, column: &Column, functions: &Functions, immutable: bool) -> String {
        let mut choices: Vec<&str> = vec!["{} IS NOT NULL"];
        match column.family {
            Family::Number | Family::Id => {
                choices.extend([
                    "{} > 0",
                    "{} BETWEEN 1 AND 100",
                    "{} IN (1, 2, 3)",
                    "{} <> ALL (ARRAY[5, 6])",
                    "NOT {} = -1",
                    "-{} < 5",
                    "{} != 7",
                    "{} > '12'",
                    "(CASE WHEN {} > 3 THEN 'big' ELSE 'small' END) <> 'none'",
                ]);
            }
            Family::Text => {
                choices.extend([
                    "{} <> ''",
                    "length({}) < 50",
                    "{} ~ '^[a-z]'",
                    "{} IN ('a', 'b''c')",
                    "{} NOT IN ('x')",
                    "{} LIKE 'x%'",
                    "lower({}) = {}",
                    "{} IS DISTINCT FROM 'z'",
                    "coalesce({}, '') <> 'q'",
                    "{} SIMILAR TO '(a|b)%'",
                    "position('@' in {}) > 1",
                ]);
            }
            Family::Time => choices.extend(["{} > '2020-01-01'", "{} BETWEEN '2020-01-01' AND '2030-01-01'"]),
            Family::Enum => choices.extend(["{} <> 'alpha'", "{} IN ('alpha')", "{} = ANY ('{alpha}')"]),
            Family::Flag => choices.extend(["{}", "NOT {}", "{} IS TRUE", "{} = 't'"]),
            Family::Array => choices.extend(["cardinality({}) > 0", "{}[1] IS NOT NULL"]),
            Family::Range => choices.extend(["NOT isempty({})", "lower({}) IS NOT NULL"]),
            Family::Json | Family::Domain | Family::Composite | Family::Other => {}
        }
        if column.family == Family::Time && !immutable {
            choices.push("{} < now() + interval '1 day'");
        }
        let mut texts: Vec<_> = choices.iter().map(|it| it.replace("{}", &column.sql())).collect();
        if column.family == Family::Id {
            texts.extend(functions.iter().map(|it| format!("{it}({}::int) > 0", column.sql())));
        }
        self.one(format!("{path}.condition {:?}", column.family), &texts).clone()
    }

    /// The expression of a generated column.
    pub(super) fn computed(
        &self,
        path: &str,
        columns: &[Column],
        functions: &Functions,
    ) -> Option<(&'static str, String)> {
        let simple: Vec<_> = columns.iter().filter(|it| !it.generated).collect();
        let of: Vec<_> = simple.iter().filter(|it| matches!(it.family, Family::Id | Family::Text)).collect();
        let column = **of.get(self.below(format!("{path}.of"), of.len().max(1)))?;
        if column.family == Family::Text {
            let texts = ["lower({})", "coalesce({}, '') || 'x'", "upper({}) || ' ' || {}", "left({}, 3)"];
            return Some(("text", self.one(format!("{path}.text"), &texts).replace("{}", &column.sql())));
        }
        let mut texts: Vec<_> = ["{} * 2", "{} + 1", "- {}", "CASE WHEN {} > 0 THEN 1 ELSE 0 END"]
            .map(|it| it.replace("{}", &column.sql()))
            .into();
        texts.extend(functions.iter().map(|it| format!("{it}({}::int)", column.sql())));
        Some(("bigint", self.one(format!("{path}.number"), &texts).clone()))
    }

    /// The keys of an index over some columns, and its method.
    pub(super) fn keys(&self, path: &str, columns: &[Column], functions: &Functions) -> (String, String) {
        // An index cannot have a column that is computed when it is read.
        let stored: Vec<_> = columns.iter().filter(|it| !it.definition.ends_with(" VIRTUAL")).cloned().collect();
        let columns = &stored;
        let column = self.one(format!("{path}.column"), columns);
        let sql = column.sql();
        match column.family {
            Family::Array if self.chance(format!("{path}.gin"), 70) => return ("gin".into(), sql),
            Family::Range if self.chance(format!("{path}.gist"), 70) => return ("gist".into(), sql),
            Family::Json | Family::Composite | Family::Other => {
                return ("btree".into(), format!("({sql} IS NULL)"));
            }
            Family::Time if self.chance(format!("{path}.brin"), 30) => return ("brin".into(), sql),
            _ => {}
        }
        let mut choices = vec![sql.clone()];
        if column.family == Family::Text {
            choices.extend([
                format!("lower({sql})"),
                format!("({sql} || 'x')"),
                format!("{sql} COLLATE \"C\""),
                format!("lower({sql}) COLLATE \"POSIX\" text_pattern_ops"),
                format!("coalesce({sql}, 'it''s')"),
            ]);
        }
        if column.family == Family::Id {
            choices.extend([format!("({sql} % 10)"), format!("abs({sql})")]);
            choices.extend(functions.iter().map(|it| format!("{it}({sql}::int)")));
        }
        if self.chance(format!("{path}.hash"), 8) {
            return ("hash".into(), sql);
        }
        let mut key = self.one(format!("{path}.key {:?}", column.family), &choices).clone();
        key += self.one(
            format!("{path}.order"),
            &["", "", " ASC", " DESC", " DESC NULLS LAST", " NULLS FIRST", " ASC NULLS LAST"],
        );
        if self.chance(format!("{path}.more"), 40) {
            let other = self.one(format!("{path}.second"), columns);
            if matches!(other.family, Family::Id | Family::Number | Family::Text | Family::Time | Family::Enum) {
                key += &format!(", {}{}", other.sql(), self.one(format!("{path}.order 2"), &["", " DESC"]));
            }
        }
        ("btree".into(), key)
    }
}
