//! Changes of columns.

use super::{Diff, step};
use crate::{
    catalog::{Column, ConstraintKind, Name, Table},
    ddl::catalog::{automatic_name, identity_sql, quoted},
    migrate::{
        Phase, mention,
        part::{Key, Part, short},
    },
};

impl Diff<'_> {
    pub(super) fn alter_column(&mut self, key: &Key) {
        let (Some(Part::Column(old_table, old)), Some(Part::Column(table, new))) =
            (self.old.get(key).copied(), self.new.get(key).copied())
        else {
            return;
        };
        let alter = |rest: &str| format!("ALTER TABLE {} ALTER COLUMN {} {rest}", table.name, quoted(&new.name));
        let follows = |same: &dyn Fn(&Column, &Column) -> bool| self.column_follows(&table.name, &new.name, same);
        let not_null_follows = follows(&|old, new| old.nullable != new.nullable);
        let identity_follows = table.partition_of.is_some() && follows(&|old, new| old.identity != new.identity);
        let generated_follows = follows(&|old, new| old.generated != new.generated);
        match (&old.generated, &new.generated) {
            (Some(one), Some(other)) if one.expression != other.expression && !generated_follows => {
                self.push(step(key, alter(&format!("SET EXPRESSION AS ({})", other.expression))));
            }
            _ => {}
        }
        if self.retyped.contains(key) {
            self.alter_column_type(key, table, old, new);
        }
        if old.nullable != new.nullable && not_null_follows {
            // The server does it with that of the parent.
        } else if old.nullable && !new.nullable {
            self.set_not_null(key, table, new);
        } else if !old.nullable && new.nullable {
            self.push(step(key, alter("DROP NOT NULL")));
        } else if let (Some(was), Some(is)) = (old_table.not_null_constraint(old), table.not_null_constraint(new)) {
            if was.name != is.name && is.local {
                let (from, to) = (quoted(&was.name), quoted(&is.name));
                self.push(step(key, format!("ALTER TABLE {} RENAME CONSTRAINT {from} TO {to}", table.name)));
            }
            let what = format!("CONSTRAINT {} ON {}", quoted(&is.name), table.name);
            self.comment(key, &what, &was.comment, &is.comment);
        }
        if !identity_follows {
            self.alter_identity(key, table, old, new);
        }
        if old.local != new.local && !new.inherited {
            self.plan.notes.push(format!("{}.{} is no longer inherited", short(&table.name), new.name));
        }
        let what = format!("COLUMN {}.{}", table.name, quoted(&new.name));
        self.comment(key, &what, &old.comment, &new.comment);
        self.column_details(key, &table.name, Some(old), new);
    }

    /// Drops the identity of columns that stay, before something else can want the name of its sequence.
    pub(super) fn drop_identities(&mut self) {
        for key in self.altered.clone() {
            let (Some(Part::Column(_, old)), Some(Part::Column(table, new))) =
                (self.old.get(&key).copied(), self.new.get(&key).copied())
            else {
                continue;
            };
            let loses = |old: &Column, new: &Column| old.identity.is_some() && new.identity.is_none();
            let follows = table.partition_of.is_some() && self.column_follows(&table.name, &new.name, loses);
            if loses(old, new) && !follows {
                let sql = format!("ALTER TABLE {} ALTER COLUMN {} DROP IDENTITY", table.name, quoted(&new.name));
                self.push(step(&key, sql));
            }
        }
    }

    /// `ALTER TABLE … ALTER COLUMN … DROP EXPRESSION`, before the types of the columns that it reads change.
    pub(super) fn drop_expressions(&mut self) {
        for key in self.altered.clone() {
            let Some(Part::Column(table, column)) = self.new.get(&key).copied() else { continue };
            let loses = |old: &Column, new: &Column| old.generated.is_some() && new.generated.is_none();
            if self.loses_expression(&key) && !self.column_follows(&table.name, &column.name, loses) {
                let sql = format!("ALTER TABLE {} ALTER COLUMN {} DROP EXPRESSION", table.name, quoted(&column.name));
                self.push(step(&key, sql));
            }
        }
    }

    /// `ALTER TABLE … ALTER COLUMN … TYPE … USING …`. The default is set again afterwards if the cast could not convert it.
    fn alter_column_type(&mut self, key: &Key, table: &Table, old: &Column, new: &Column) {
        let alter = |rest: &str| format!("ALTER TABLE {} ALTER COLUMN {} {rest}", table.name, quoted(&new.name));
        let column = |it: &Name| Key::Column(it.clone(), new.name.clone());
        if self.with_parent(&table.name, |it| self.retyped.contains(it), column) {
            // The server has changed it with that of the parent, for which its default was dropped.
            return self.default_again(key, table, old, new);
        }
        if old.default.is_some() {
            self.push(step(key, alter("DROP DEFAULT")));
        }
        for child in self.kept_children(&table.name) {
            let default = Key::Default(child.name.clone(), new.name.clone());
            if self.old.contains_key(&default) && !self.gone.contains(&default) {
                let drop = format!("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT", child.name, quoted(&new.name));
                self.push(step(key, drop));
            }
        }
        let collation = new.collation.as_ref().map(|it| format!(" COLLATE {it}")).unwrap_or_default();
        let cast = self.cast(&quoted(&new.name), old, new);
        let using = cast.map(|it| format!(" USING {it}")).unwrap_or_default();
        let mut change = step(key, alter(&format!("TYPE {}{collation}{using}", new.ty)));
        if self.loses(&old.ty, &new.ty) {
            change = change.if_allowed("change_type");
        }
        self.push(change);
        self.validate_again(table, new);
        self.default_again(key, table, old, new);
    }

    /// `ALTER TABLE … VALIDATE CONSTRAINT …`, for checks of children: with the type of a column the server writes the checks of the
    /// table anew, and those of its children are no more valid than they are.
    fn validate_again(&mut self, table: &Table, column: &Column) {
        for child in self.kept_children(&table.name) {
            for it in child.constraints.iter().filter(|it| it.kind == ConstraintKind::Check && it.inherited) {
                let key = Key::Constraint(child.name.clone(), it.name.clone());
                let stays = !self.made.contains(&key) && !self.altered.contains(&key);
                if stays && it.validated && it.columns.contains(&column.name) && self.has_unvalidated_parent(child, it)
                {
                    let name = quoted(&it.name);
                    self.push(step(&key, format!("ALTER TABLE {} VALIDATE CONSTRAINT {name}", child.name)));
                }
            }
        }
    }

    /// Sets the default that was dropped for a change of the type.
    fn default_again(&mut self, key: &Key, table: &Table, old: &Column, new: &Column) {
        if let Some(default) = new.default.as_ref().filter(|_| old.default.is_some()) {
            let (only, name, column) = (self.only(&table.name), &table.name, quoted(&new.name));
            self.push(step(key, format!("ALTER TABLE {only}{name} ALTER COLUMN {column} SET DEFAULT {default}")));
        }
    }

    /// The expression that converts the column, if the server does not by itself.
    fn cast(&self, column: &str, old: &Column, new: &Column) -> Option<String> {
        let (from, to) = (self.base(&old.ty, true), self.base(&new.ty, false));
        let array = new.ty.ends_with("[]");
        let replaced = self.is_replaced(&new.ty);
        let text = if array && old.ty.ends_with("[]") { "text[]" } else { "text" };
        if replaced {
            return Some(format!("{column}::{text}::{}", new.ty));
        }
        match (family(&from), family(&to)) {
            _ if from == to => None,
            (_, Family::Text) => None,
            (Family::Number, Family::Number)
            | (Family::Time, Family::Time)
            | (Family::Json, Family::Json)
            | (Family::Network, Family::Network)
            | (Family::Bits, Family::Bits) => None,
            (Family::Other, Family::Other) => Some(format!("{column}::{text}::{}", new.ty)),
            _ => Some(format!("{column}::{}", new.ty)),
        }
    }

    pub(super) fn is_replaced(&self, ty: &str) -> bool {
        mention::names(ty).into_iter().any(|it| self.replaced.contains(&Key::Type(it)))
    }

    /// The built-in type below domains, without modifiers.
    fn base(&self, ty: &str, old: bool) -> String {
        let parts = if old { &self.old } else { &self.new };
        let mut ty = ty.to_owned();
        for _ in 0..32 {
            let Some(Part::Domain(domain)) = mention::names(&ty)
                .into_iter()
                .find_map(|it| parts.get(&Key::Type(it)))
                .filter(|_| !ty.ends_with("[]"))
            else {
                break;
            };
            ty = domain.base.clone();
        }
        without_modifiers(&ty)
    }

    /// Whether the conversion can change values or fail on some.
    fn loses(&self, from: &str, to: &str) -> bool {
        if self.is_replaced(to) {
            return false;
        }
        let (one, other) = (self.base(from, true), self.base(to, false));
        let grows = matches!(
            (one.as_str(), other.as_str()),
            ("smallint", "integer" | "bigint" | "numeric")
                | ("integer", "bigint" | "numeric" | "double precision")
                | ("bigint", "numeric")
                | ("real", "double precision")
                | ("character varying", "text")
                | ("cidr", "inet")
                | ("json", "jsonb")
                | ("date", "timestamp without time zone")
        );
        if grows && modifiers(to).is_empty() {
            return false;
        }
        if one != other {
            // Each value has a text, but not each text is a value.
            return other != "text";
        }
        match (modifiers(from).as_slice(), modifiers(to).as_slice()) {
            (_, []) => false,
            ([], _) => true,
            ([from], [to]) => from > to,
            ([precision, scale], [new_precision, new_scale]) => {
                scale > new_scale || precision - scale > new_precision - new_scale
            }
            _ => true,
        }
    }

    fn alter_identity(&mut self, key: &Key, table: &Table, old: &Column, new: &Column) {
        let alter = |rest: &str| format!("ALTER TABLE {} ALTER COLUMN {} {rest}", table.name, quoted(&new.name));
        let is_of = |owner: &crate::catalog::SequenceOwner, table: &Name, column: &str| {
            owner.identity && owner.table == *table && owner.column == column
        };
        let of = |list: &[crate::catalog::Sequence]| {
            list.iter().find(|it| it.owner.as_ref().is_some_and(|it| is_of(it, &table.name, &new.name))).cloned()
        };
        let (was, is) = (of(&self.from.sequences), of(&self.to.sequences));
        match (old.identity, new.identity) {
            (None, Some(identity)) => {
                let sql = identity_sql(identity, &table.name, &new.name, is.as_ref());
                self.push(step(key, alter(&format!("ADD {sql}"))));
                return;
            }
            (Some(one), Some(other)) if one != other => {
                let kind = if other == crate::catalog::Identity::Always { "ALWAYS" } else { "BY DEFAULT" };
                self.push(step(key, alter(&format!("SET GENERATED {kind}"))));
            }
            _ => {}
        }
        if let (Some(mut was), Some(is)) = (was, is) {
            if old.ty != new.ty {
                // The sequence has followed the type of its column.
                was.ty.clone_from(&is.ty);
            }
            self.alter_sequence(key, &was, &is);
        }
    }

    /// The NOT NULL of a column: in use, it is checked as a constraint first, so that SET NOT NULL need not scan the table.
    pub(super) fn set_not_null(&mut self, key: &Key, table: &Table, column: &Column) {
        let alter = |rest: String| format!("ALTER TABLE {} {rest}", table.name);
        let (name, quoted_column) = (&table.name.name, quoted(&column.name));
        let set = alter(format!("ALTER COLUMN {quoted_column} SET NOT NULL"));
        let named = table.not_null(column);
        if self.to.server_version >= 180_000 && (self.options.online || named.is_some()) {
            let automatic = automatic_name(name, &column.name, "not_null");
            let constraint = quoted(table.not_null_constraint(column).map_or(&automatic, |it| &it.name));
            let end = if self.options.online { " NOT VALID" } else { "" };
            self.push(step(key, alter(format!("ADD CONSTRAINT {constraint} NOT NULL {quoted_column}{end}"))));
            if self.options.online {
                self.push(step(key, alter(format!("VALIDATE CONSTRAINT {constraint}"))).alone());
            }
            return;
        }
        if !self.options.online {
            return self.push(step(key, set));
        }
        let check = quoted(&automatic_name(name, &column.name, "not_null_check"));
        self.push(step(key, alter(format!("ADD CONSTRAINT {check} CHECK ({quoted_column} IS NOT NULL) NOT VALID"))));
        self.push(step(key, alter(format!("VALIDATE CONSTRAINT {check}"))).alone());
        self.push(step(key, set));
        self.push(step(key, alter(format!("DROP CONSTRAINT {check}"))));
    }

    /// The NOT NULL of columns that were added to tables in use, after the application has filled them.
    pub(super) fn require_filled(&mut self) {
        for key in std::mem::take(&mut self.required_later) {
            let Some(Part::Column(table, column)) = self.new.get(&key).copied() else { continue };
            let from = self.plan.steps.len();
            self.set_not_null(&key, table, column);
            self.plan.steps.iter_mut().skip(from).for_each(|it| it.phase = Phase::Contract);
            let text = format!(
                "fill {}.{} before the contract phase: it becomes NOT NULL then",
                short(&table.name),
                column.name
            );
            self.plan.notes.push(text);
        }
    }

    /// A column that is dropped only after the new version of the application runs must accept rows without it.
    pub(super) fn loosen(&mut self, late: &[Key]) {
        if !self.options.online {
            return;
        }
        for key in late {
            let (Key::Column(name, _), Some(Part::Column(table, column))) = (key, self.old.get(key).copied()) else {
                continue;
            };
            let in_key = table
                .constraints
                .iter()
                .any(|it| it.kind == ConstraintKind::PrimaryKey && it.columns.contains(&column.name));
            let required = !column.nullable && column.default.is_none() && column.identity.is_none();
            if required && column.generated.is_none() && !in_key && self.stays(name) {
                let sql = format!("ALTER TABLE {name} ALTER COLUMN {} DROP NOT NULL", quoted(&column.name));
                self.push(step(key, sql));
            }
        }
    }
}

/// Types between which the server converts in an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Text,
    Number,
    Time,
    Json,
    Network,
    Bits,
    Other,
}

fn family(ty: &str) -> Family {
    match ty {
        "text" | "character varying" | "character" | "name" => Family::Text,
        it if it.ends_with("citext") => Family::Text,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => Family::Number,
        "date" | "timestamp without time zone" | "timestamp with time zone" => Family::Time,
        "json" | "jsonb" => Family::Json,
        "inet" | "cidr" => Family::Network,
        "bit" | "bit varying" => Family::Bits,
        _ => Family::Other,
    }
}

/// `numeric` of `numeric(10,2)`, `timestamp without time zone` of `timestamp(3) without time zone`.
fn without_modifiers(ty: &str) -> String {
    match (ty.split_once('('), ty.split_once(')')) {
        (Some((before, _)), Some((_, after))) if !ty.contains('"') => format!("{before}{after}"),
        _ => ty.to_owned(),
    }
}

fn modifiers(ty: &str) -> Vec<i64> {
    let inside = ty.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inside, _)| inside);
    inside.into_iter().flat_map(|it| it.split(',')).filter_map(|it| it.trim().parse().ok()).collect()
}
