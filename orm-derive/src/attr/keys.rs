//! The keys of models and of their fields: each knows those of the other, for messages about an option in the wrong place.

/// The options of a model's struct.
pub(super) const OF_MODEL: [&str; 21] = [
    "table",
    "schema",
    "rename_all",
    "view",
    "insert",
    "columns",
    "crate",
    "unique",
    "unique_index",
    "index",
    "exclude",
    "check",
    "primary_key",
    "comment",
    "unlogged",
    "with",
    "partition_by",
    "renamed_from",
    "references",
    "has_many",
    "has_one",
];

/// The options of a model's field.
pub(super) const OF_FIELD: [&str; 19] = [
    "key",
    "identity",
    "column",
    "default",
    "generated",
    "unique",
    "unique_index",
    "index",
    "references",
    "json",
    "version",
    "on_update",
    "flatten",
    "skip",
    "renamed_from",
    "sql_type",
    "collation",
    "comment",
    "on_delete",
];
