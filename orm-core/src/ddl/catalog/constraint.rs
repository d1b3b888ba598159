//! Constraints as they are written in CREATE TABLE and ALTER TABLE.

use super::{index::with, list, quoted};
use crate::catalog::{Action, Constraint, ConstraintKind, MatchType};

impl Constraint {
    /// `CONSTRAINT "users_pkey" PRIMARY KEY ("id")`.
    pub(crate) fn named(&self) -> String {
        format!("CONSTRAINT {} {}", quoted(&self.name), self.written(true))
    }

    /// Returns the constraint as it is written in CREATE TABLE or after ADD, without its name:
    /// `FOREIGN KEY ("author_id") REFERENCES "app"."users"("id") ON DELETE CASCADE DEFERRABLE NOT VALID`.
    #[must_use]
    pub fn definition(&self) -> String {
        // As the server does: only an exclusion constraint has the storage parameters there.
        self.written(self.kind == ConstraintKind::Exclusion)
    }

    /// The definition, and if asked for with the storage parameters of its index.
    fn written(&self, storage: bool) -> String {
        let mut out = match self.kind {
            ConstraintKind::PrimaryKey => format!("PRIMARY KEY ({})", self.keys("WITHOUT OVERLAPS")),
            ConstraintKind::Unique => {
                let nulls = if self.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
                format!("UNIQUE{nulls} ({})", self.keys("WITHOUT OVERLAPS"))
            }
            ConstraintKind::ForeignKey => self.foreign_key(),
            ConstraintKind::Check => format!("CHECK ({})", self.expression.as_deref().unwrap_or_default()),
            ConstraintKind::Exclusion => self.exclusion(storage),
            ConstraintKind::NotNull => format!("NOT NULL {}", list(&self.columns)),
        };
        if self.kind != ConstraintKind::Exclusion && !self.include.is_empty() {
            out.push_str(&format!(" INCLUDE ({})", list(&self.include)));
        }
        if storage && self.kind != ConstraintKind::Exclusion {
            out.push_str(&with(&self.storage));
        }
        let ends = [
            (self.no_inherit && matches!(self.kind, ConstraintKind::Check | ConstraintKind::NotNull), " NO INHERIT"),
            (self.deferrable, " DEFERRABLE"),
            (self.initially_deferred, " INITIALLY DEFERRED"),
            (!self.enforced, " NOT ENFORCED"),
            (self.enforced && !self.validated, " NOT VALID"),
        ];
        for (holds, words) in ends {
            if holds {
                out.push_str(words);
            }
        }
        out
    }

    /// The columns, the last one of them with `words` if it is a period.
    fn keys(&self, words: &str) -> String {
        let mut out = list(&self.columns);
        if self.period {
            out.push(' ');
            out.push_str(words);
        }
        out
    }

    fn foreign_key(&self) -> String {
        let columns = |names: &[String]| match names.split_last() {
            Some((last, [])) if self.period => format!("PERIOD {}", quoted(last)),
            Some((last, others)) if self.period => format!("{}, PERIOD {}", list(others), quoted(last)),
            _ => list(names),
        };
        let mut out = format!("FOREIGN KEY ({})", columns(&self.columns));
        let Some(to) = &self.reference else { return out };
        out.push_str(&format!(" REFERENCES {}({})", to.table, columns(&to.columns)));
        if to.match_type == MatchType::Full {
            out.push_str(" MATCH FULL");
        }
        for (event, action) in [("UPDATE", to.on_update), ("DELETE", to.on_delete)] {
            if action != Action::NoAction {
                out.push_str(&format!(" ON {event} {}", action.to_sql()));
            }
        }
        if !to.set_columns.is_empty() {
            out.push_str(&format!(" ({})", list(&to.set_columns)));
        }
        out
    }

    fn exclusion(&self, storage: bool) -> String {
        let Some(it) = &self.elements else { return String::new() };
        let keys = it.keys.iter().zip(&it.operators);
        let keys: Vec<_> = keys.map(|(key, operator)| format!("{} WITH {operator}", key.to_sql())).collect();
        let mut out = format!("EXCLUDE USING {} ({})", quoted(&it.method), keys.join(", "));
        if !self.include.is_empty() {
            out.push_str(&format!(" INCLUDE ({})", list(&self.include)));
        }
        if storage {
            out.push_str(&with(&self.storage));
        }
        if let Some(predicate) = &it.predicate {
            out.push_str(&format!(" WHERE ({predicate})"));
        }
        out
    }
}

impl Action {
    fn to_sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}
