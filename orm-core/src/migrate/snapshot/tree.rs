//! Any value as a tree whose maps keep the order of their keys.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, SeqAccess, Visitor},
};

use crate::error::{Error, ErrorKind, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Tree {
    /// The tree of a value, by way of its JSON.
    pub(super) fn of(value: &impl Serialize) -> Result<Self> {
        let failed = |error| Error::new(ErrorKind::Encode, "a catalog cannot be written as text").with_source(error);
        let text = serde_json::to_string(value).map_err(failed)?;
        serde_json::from_str(&text).map_err(failed)
    }

    /// Returns whether the value of this key need not be written: it is what a missing one is read as.
    pub(super) fn is_default(&self, key: &str) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(value) => *value == default_bool(key),
            Self::Int(value) => *value == 0 && default_number(key).is_some(),
            Self::Text(value) => default_text(key) == Some(value),
            // No privileges differ from those that were never changed.
            Self::List(items) => items.is_empty() && key != "privileges",
            Self::Map(entries) => entries.is_empty(),
        }
    }
}

/// Returns whether the keys of the map are names of columns and not fields.
pub(super) fn has_names(key: &str) -> bool {
    matches!(key, "column_comments" | "column_defaults")
}

/// What a missing `true` or `false` means: as PostgreSQL has it if nothing is said.
pub(super) fn default_bool(key: &str) -> bool {
    matches!(key, "validated" | "enforced" | "local" | "valid" | "permissive")
}

/// What a missing text means.
pub(super) fn default_text(key: &str) -> Option<&'static str> {
    match key {
        "method" => Some("btree"),
        "enabled" => Some("O"),
        "match_type" => Some("simple"),
        "on_update" | "on_delete" => Some("no_action"),
        "owner" => Some(""),
        _ => None,
    }
}

/// What a missing number means: only one file has the version of the server.
pub(super) fn default_number(key: &str) -> Option<u32> {
    (key == "server_version").then_some(0)
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(AnyTree)
    }
}

struct AnyTree;

impl<'de> Visitor<'de> for AnyTree {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a catalog")
    }

    fn visit_unit<E>(self) -> std::result::Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Tree, E> {
        Ok(Tree::Int(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> std::result::Result<Tree, E> {
        i64::try_from(value).map(Tree::Int).map_err(E::custom)
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Tree::Map(map))
    }
}
