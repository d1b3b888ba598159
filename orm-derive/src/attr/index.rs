//! `index(..)`, `unique_index(..)`, `unique(..)` and `exclude(..)`, of a struct or of a field.

use std::slice;

use syn::{Ident, ext::IdentExt, spanned::Spanned};

use super::{
    constraint::field_path,
    item::{Item, Value, Word},
    value::{collation, db_name, ident, set, sql, take, word},
};
use crate::{
    ast::{Deferrable, FieldPath, Index, IndexKey, IndexKind, IndexOptions, KeyPart},
    ctxt::{Ctxt, Located},
    name::did_you_mean,
};

impl IndexKind {
    /// Its name in messages.
    fn noun(self) -> &'static str {
        match self {
            Self::Plain => "an index",
            Self::UniqueIndex => "a unique index",
            Self::Unique => "a unique constraint",
            Self::Exclusion => "an exclusion constraint",
            Self::PrimaryKey => "a primary key",
        }
    }

    /// The options that are pairs.
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Plain => &["name", "method", "using", "where", "with"],
            Self::UniqueIndex => &["name", "constant", "method", "using", "where", "with", "nulls"],
            Self::Unique => &["name", "constant", "method", "using", "where", "with", "nulls", "deferrable"],
            Self::Exclusion => &["name", "constant", "method", "using", "where", "with", "deferrable"],
            Self::PrimaryKey => &["name", "constant", "with", "deferrable"],
        }
    }
}

/// The attribute of that name.
pub(super) fn kind(name: &str) -> Option<IndexKind> {
    Some(match name {
        "index" => IndexKind::Plain,
        "unique_index" => IndexKind::UniqueIndex,
        "unique" => IndexKind::Unique,
        "exclude" => IndexKind::Exclusion,
        "primary_key" => IndexKind::PrimaryKey,
        _ => return None,
    })
}

/// Reads the items of a struct's `index(author_id, created desc, where = "..")`.
pub(super) fn of_struct(ctxt: &mut Ctxt, kind: IndexKind, key: &Ident, items: &[Item]) -> Option<Index> {
    let mut reader = Reader::new(kind, key);
    let mut broken = false;
    for item in items {
        let (named, words) = match item {
            Item::Words(item, words) => (&**item, words.as_slice()),
            item => (item, &[] as &[Word]),
        };
        let part = match named {
            Item::Text(text) if !text.value().trim().is_empty() => Some(KeyPart::Expression(text.value())),
            named => field_path(named).map(KeyPart::Column),
        };
        match (part, item) {
            (Some(part), _) => {
                let read = self::key(ctxt, kind, IndexKey::new(named.span(), part), words);
                broken |= read.is_none();
                reader.index.keys.extend(read);
            }
            (None, Item::Words(_, words)) => {
                broken = true;
                ctxt.error(words.first().map_or(key.span(), Word::span), "expected `,`");
            }
            (None, item) => {
                broken |= matches!(item, Item::List(key, _) if key != "include");
                reader.option(ctxt, item);
            }
        }
    }
    if broken {
        return None;
    }
    if reader.index.keys.is_empty() {
        let message = match kind {
            IndexKind::PrimaryKey => return Some(reader.finish()),
            IndexKind::Plain => "name the fields of the index: `index(author_id, created_at)`",
            IndexKind::UniqueIndex => "name the fields that are unique together: `unique_index(tenant_id, email)`",
            IndexKind::Unique => "name the fields that are unique together: `unique(tenant_id, email)`",
            IndexKind::Exclusion => {
                "name the fields and how they are compared: `exclude(room with \"=\", span with \"&&\")`"
            }
        };
        ctxt.error(key.span(), message);
        return None;
    }
    if kind == IndexKind::Exclusion && reader.index.options.method.is_none() {
        ctxt.error(key.span(), "an exclusion constraint names the method of its index: `using = \"gist\"`");
    }
    Some(reader.finish())
}

/// Reads the items of a field's `index`, `index(method = "gin")`.
pub(super) fn of_field(ctxt: &mut Ctxt, kind: IndexKind, field: &Ident, key: &Ident, items: &[Item]) -> Index {
    let mut reader = Reader::new(kind, key);
    let (mut class, mut collate) = (None, None);
    for item in items {
        match item {
            Item::Pair(it, value) if it == "opclass" => take(ctxt, &mut class, it, value, sql),
            Item::Pair(it, value) if it == "collate" => take(ctxt, &mut collate, it, value, collation),
            Item::Path(_) | Item::Dotted(..) | Item::Text(_) | Item::Words(..) => {
                let message = format!(
                    "this `{key}` is over the field that it is written on: name others, expressions and orders on the \
                     struct, as in `{key}(a, b desc)`"
                );
                ctxt.error(item.span(), message);
            }
            item => reader.option(ctxt, item),
        }
    }
    let own = IndexKey::column(key.span(), FieldPath { field: field.clone(), inner: None });
    reader.index.keys.push(IndexKey { operator_class: class, collation: collate, ..own });
    reader.finish()
}

struct Reader {
    index: Index,
    include: Option<Located<Vec<FieldPath>>>,
}

impl Reader {
    fn new(kind: IndexKind, key: &Ident) -> Self {
        let (name, constant, keys, options) = (None, None, Vec::new(), IndexOptions::default());
        let index = Index { span: key.span(), kind, name, constant, keys, options };
        Self { index, include: None }
    }

    fn finish(mut self) -> Index {
        self.index.options.include = self.include.map(|it| it.value).unwrap_or_default();
        self.index
    }

    /// Reads an item that is not a key.
    fn option(&mut self, ctxt: &mut Ctxt, item: &Item) {
        let Index { kind, name, constant, options, .. } = &mut self.index;
        let noun = kind.noun();
        match item {
            Item::List(key, items) if key == "include" => {
                let fields = items.iter().filter_map(|item| {
                    let path = field_path(item);
                    if path.is_none() {
                        ctxt.error(item.span(), "`include(..)` takes names of fields");
                    }
                    path
                });
                let fields: Vec<_> = fields.collect();
                set(ctxt, &mut self.include, key, fields);
            }
            Item::Pair(key, value) => {
                let option = key.unraw().to_string();
                match option.as_str() {
                    _ if !kind.options().contains(&option.as_str()) => {
                        ctxt.error(key.span(), unknown(*kind, &option));
                    }
                    "name" => take(ctxt, name, key, value, db_name),
                    "constant" => take(ctxt, constant, key, value, ident),
                    "method" | "using" => take(ctxt, &mut options.method, key, value, method),
                    "where" => take(ctxt, &mut options.condition, key, value, sql),
                    "with" => take(ctxt, &mut options.storage, key, value, sql),
                    "nulls" => take(ctxt, &mut options.nulls_not_distinct, key, value, nulls),
                    _ => take(ctxt, &mut options.deferrable, key, value, deferrable),
                }
            }
            Item::List(key, _) => {
                let message =
                    format!("{noun} has no option `{key}(..)`; an expression is SQL in quotes: `\"{key}(..)\"`");
                ctxt.error(key.span(), message);
            }
            item => {
                let message = format!(
                    "{noun} takes fields, SQL expressions in quotes, and options such as `name = \"..\"` and \
                     `where = \"sql\"`"
                );
                ctxt.error(item.span(), message);
            }
        }
    }
}

/// The message about an option that the index does not have.
fn unknown(kind: IndexKind, option: &str) -> String {
    let noun = kind.noun();
    match option {
        "deferrable" => format!("{noun} cannot be deferred, as only constraints can: declare it by `unique(..)`"),
        "nulls" => format!("{noun} that is not unique compares no NULLs: remove `nulls`"),
        "opclass" | "collate" => format!("write `{option}` behind the key that it is for: `name {option} \"..\"`"),
        _ => format!("{noun} has no option `{option}`{}", did_you_mean(option, kind.options().iter().copied())),
    }
}

/// Reads the words behind a key: `desc nulls last`, `collate "C"`.
fn key(ctxt: &mut Ctxt, kind: IndexKind, mut key: IndexKey<FieldPath>, words: &[Word]) -> Option<IndexKey<FieldPath>> {
    let exclusion = kind == IndexKind::Exclusion;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Word::Name(name) = word else {
            ctxt.error(word.span(), format!("expected `,`{}", if exclusion { " or `with`" } else { "" }));
            return None;
        };
        match name.unraw().to_string().to_lowercase().as_str() {
            "asc" => set(ctxt, &mut key.descending, name, false),
            "desc" => set(ctxt, &mut key.descending, name, true),
            "nulls" => {
                let first = match words.next() {
                    Some(Word::Name(it)) if it.to_string().eq_ignore_ascii_case("first") => true,
                    Some(Word::Name(it)) if it.to_string().eq_ignore_ascii_case("last") => false,
                    _ => {
                        ctxt.error(name.span(), "write `nulls first` or `nulls last`");
                        return None;
                    }
                };
                set(ctxt, &mut key.nulls_first, name, first);
            }
            "collate" => {
                let it = text(ctxt, name, &mut words, collation)?;
                set(ctxt, &mut key.collation, name, it);
            }
            "opclass" => {
                let it = text(ctxt, name, &mut words, sql)?;
                set(ctxt, &mut key.operator_class, name, it);
            }
            "with" if exclusion => {
                let it = text(ctxt, name, &mut words, operator)?;
                set(ctxt, &mut key.operator, name, it);
            }
            "with" => {
                ctxt.error(name.span(), "only the keys of `exclude(..)` have an operator: remove `with`");
                return None;
            }
            other => {
                let near = match other {
                    "descending" => "; did you mean `desc`?".to_owned(),
                    "ascending" => "; did you mean `asc`?".to_owned(),
                    _ => did_you_mean(other, ["asc", "desc", "nulls", "collate", "opclass"]),
                };
                let message = format!(
                    "a key has no option `{other}`{near}; it has `asc`, `desc`, `nulls first`, `nulls last`, \
                     `collate \"C\"` and `opclass \"..\"`; another key comes after a comma"
                );
                ctxt.error(name.span(), message);
                return None;
            }
        }
    }
    if exclusion && key.operator.is_none() {
        let message = "an exclusion constraint says how each key is compared: `room with \"=\"`, `span with \"&&\"`";
        ctxt.error(key.span, message);
        return None;
    }
    Some(key)
}

/// Reads the text behind a word.
fn text<T>(
    ctxt: &mut Ctxt,
    name: &Ident,
    words: &mut slice::Iter<'_, Word>,
    read: impl FnOnce(&mut Ctxt, &Ident, &Value) -> Option<T>,
) -> Option<T> {
    match words.next() {
        Some(Word::Text(text)) => read(ctxt, name, &Value::Text(text.clone())),
        _ => {
            let form = if name == "with" { "&&" } else { ".." };
            ctxt.error(name.span(), format!("write a string behind it: `{name} \"{form}\"`"));
            None
        }
    }
}

/// Reads the operator of an exclusion constraint: `&&`, `OPERATOR(app.===)`.
fn operator(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    let text = sql(ctxt, key, value)?.trim().to_owned();
    let symbols = text.chars().all(|it| "+-*/<>=~!@#%^&|`?".contains(it));
    let qualified = text.get(..8).is_some_and(|it| it.eq_ignore_ascii_case("operator")) && text.ends_with(')');
    if !symbols && !qualified {
        ctxt.error(value.span(), "`with` takes an operator, such as \"=\", \"&&\" or \"OPERATOR(app.===)\"");
        return None;
    }
    Some(text)
}

/// Reads `not_distinct`.
fn nulls(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<()> {
    word(ctxt, key, value, &[("not_distinct", ())])
}

/// Reads when a constraint is checked.
pub(super) fn deferrable(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Deferrable> {
    let words = [
        ("initially_immediate", Deferrable::InitiallyImmediate),
        ("initially_deferred", Deferrable::InitiallyDeferred),
    ];
    word(ctxt, key, value, &words)
}

/// Reads the method of an index.
fn method(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    let (name, span) = match value {
        Value::Text(text) => (text.value(), text.span()),
        Value::Path(path) => (path.get_ident()?.to_string(), path.span()),
        Value::Number(span, _) => (String::new(), *span),
    };
    if name.is_empty() || !name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
        ctxt.error(span, format!("`{key}` takes the name of an index method, such as \"gin\" or \"brin\""));
        return None;
    }
    Some(name)
}
