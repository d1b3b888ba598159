//! CREATE SEQUENCE and the options of a sequence.

use super::quoted;
use crate::catalog::{Sequence, SequenceOwner};

impl Sequence {
    /// Returns the statement that creates the sequence: `CREATE SEQUENCE "app"."numbers" AS integer INCREMENT BY 2`.
    /// Options that have their defaults are not written.
    #[must_use]
    pub fn create(&self) -> String {
        let unlogged = if self.unlogged { "UNLOGGED " } else { "" };
        let mut out = format!("CREATE {unlogged}SEQUENCE {}", self.name);
        if self.ty != "bigint" {
            out.push_str(&format!(" AS {}", self.ty));
        }
        let options = self.options();
        if !options.is_empty() {
            out.push_str(&format!(" {}", options.join(" ")));
        }
        out
    }

    /// The options that differ from their defaults, such as `START WITH 10`.
    pub(crate) fn options(&self) -> Vec<String> {
        let (least, most) = self.bounds();
        let (min, max) = if self.increment < 0 { (least, -1) } else { (1, most) };
        let start = if self.increment < 0 { self.max } else { self.min };
        let given = [
            (self.start != start, format!("START WITH {}", self.start)),
            (self.increment != 1, format!("INCREMENT BY {}", self.increment)),
            (self.min != min, format!("MINVALUE {}", self.min)),
            (self.max != max, format!("MAXVALUE {}", self.max)),
            (self.cache != 1, format!("CACHE {}", self.cache)),
            (self.cycle, "CYCLE".to_owned()),
        ];
        given.into_iter().filter(|(differs, _)| *differs).map(|(_, option)| option).collect()
    }

    /// The least and the greatest number of its type.
    fn bounds(&self) -> (i64, i64) {
        match self.ty.as_str() {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        }
    }

    /// `ALTER SEQUENCE "app"."numbers" AS integer START WITH …`: all options that are not those of `from`; `None` if none.
    pub(crate) fn alter(&self, from: &Self) -> Option<String> {
        let given = [
            (self.ty != from.ty, format!("AS {}", self.ty)),
            (self.increment != from.increment, format!("INCREMENT BY {}", self.increment)),
            (self.min != from.min || self.ty != from.ty, format!("MINVALUE {}", self.min)),
            (self.max != from.max || self.ty != from.ty, format!("MAXVALUE {}", self.max)),
            (self.start != from.start, format!("START WITH {}", self.start)),
            (self.cache != from.cache, format!("CACHE {}", self.cache)),
            (self.cycle != from.cycle, if self.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned()),
        ];
        let options: Vec<_> = given.into_iter().filter(|(differs, _)| *differs).map(|(_, option)| option).collect();
        (!options.is_empty()).then(|| format!("ALTER SEQUENCE {} {}", self.name, options.join(" ")))
    }

    /// `ALTER SEQUENCE "app"."users_id_seq" OWNED BY "app"."users"."id"`.
    pub(crate) fn owned_by(&self, owner: Option<&SequenceOwner>) -> String {
        let column = owner.map_or_else(|| "NONE".to_owned(), |it| format!("{}.{}", it.table, quoted(&it.column)));
        format!("ALTER SEQUENCE {} OWNED BY {column}", self.name)
    }
}
