//! Types that an application has defined.

use serde::{Deserialize, Serialize};

use super::Name;

/// An enum type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EnumType {
    /// Its name.
    pub name: Name,
    /// Its labels in the order in which they compare.
    pub labels: Vec<String>,
    /// Its comment.
    pub comment: Option<String>,
}

/// A domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Domain {
    /// Its name.
    pub name: Name,
    /// The type that it is based on, with its modifiers: `character varying(20)`.
    pub base: String,
    /// Its collation, if that is not the base type's.
    pub collation: Option<Name>,
    /// Whether NULL is refused.
    pub not_null: bool,
    /// Its default expression.
    pub default: Option<String>,
    /// Its CHECK constraints.
    pub checks: Vec<DomainCheck>,
    /// Its comment.
    pub comment: Option<String>,
}

/// A CHECK constraint of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DomainCheck {
    /// Its name.
    pub name: String,
    /// The condition, which calls the value `VALUE`.
    pub expression: String,
    /// Whether it is known to hold for all stored values.
    pub validated: bool,
    /// Its comment.
    #[serde(default)]
    pub comment: Option<String>,
}

/// A composite type that is not the row type of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompositeType {
    /// Its name.
    pub name: Name,
    /// Its attributes in their order.
    pub attributes: Vec<TypeAttribute>,
    /// Its comment.
    pub comment: Option<String>,
}

/// An attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TypeAttribute {
    /// Its name.
    pub name: String,
    /// Its type with its modifiers.
    #[serde(rename = "type")]
    pub ty: String,
    /// Its collation, if that is not the type's.
    pub collation: Option<Name>,
    /// Its comment.
    #[serde(default)]
    pub comment: Option<String>,
}
