//! Objects that are kept as the text that the server gives: views, functions, triggers, policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Index, Name};

/// A view or materialized view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct View {
    /// Its name.
    pub name: Name,
    /// Whether its rows are stored.
    pub materialized: bool,
    /// The names of its columns in their order.
    pub columns: Vec<String>,
    /// The types of its columns with their modifiers.
    #[serde(default)]
    pub types: Vec<String>,
    /// The query, as `pg_get_viewdef` gives it.
    pub definition: String,
    /// Its options, such as `security_barrier=true`.
    pub options: Vec<String>,
    /// Its comment.
    pub comment: Option<String>,
    /// The comments of its columns, by their names.
    #[serde(default)]
    pub column_comments: BTreeMap<String, String>,
    /// The defaults of its columns for INSERT, by their names.
    #[serde(default)]
    pub column_defaults: BTreeMap<String, String>,
    /// Its indexes, if it is materialized.
    #[serde(default)]
    pub indexes: Vec<Index>,
    /// Its triggers: INSTEAD OF.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    /// The role that owns it. Not compared: needed when the view is created again.
    #[serde(default)]
    pub owner: String,
    /// Who may do what with it, if that was ever changed. Not compared: needed when the view is created again.
    #[serde(default)]
    pub privileges: Option<Vec<Privilege>>,
}

/// A function or procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// The types of its arguments, which with the name identify it: `a integer, b text`.
    pub arguments: String,
    /// Whether it is a procedure.
    pub procedure: bool,
    /// The whole statement that creates it, as `pg_get_functiondef` gives it.
    pub definition: String,
    /// Its comment.
    pub comment: Option<String>,
    /// The role that owns it. Not compared: needed when the function is created again.
    #[serde(default)]
    pub owner: String,
    /// Who may do what with it, if that was ever changed. Not compared: needed when the function is created again.
    #[serde(default)]
    pub privileges: Option<Vec<Privilege>>,
}

/// A privilege that a role has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Privilege {
    /// The role; `public` is all of them.
    pub grantee: String,
    /// What it may do: `SELECT`, `EXECUTE`.
    pub privilege: String,
    /// The column that it is restricted to.
    pub column: Option<String>,
    /// Whether the role may grant it to others.
    pub grantable: bool,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The whole statement that creates it, as `pg_get_triggerdef` gives it.
    pub definition: String,
    /// When it fires, by the letter of `pg_trigger.tgenabled`: `O` unless it was changed.
    pub enabled: char,
    /// Whether it was made with that of the partitioned table.
    pub inherited: bool,
    /// Its comment.
    pub comment: Option<String>,
}

/// A row security policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Whether one permissive policy that holds is enough, or else all must hold.
    pub permissive: bool,
    /// The command that it is for: `ALL`, `SELECT`, `INSERT`, `UPDATE` or `DELETE`.
    pub command: String,
    /// The roles that it is for; `public` is all of them.
    pub roles: Vec<String>,
    /// The rows that can be seen.
    pub using: Option<String>,
    /// The rows that can be written.
    pub check: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
}
