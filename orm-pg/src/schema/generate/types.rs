//! The types that the application has defined, and the identifiers of those that become Rust types.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::catalog::{Catalog, Domain, Name};

/// The types of a catalog.
#[derive(Debug, Default)]
pub(super) struct Types {
    /// The enums and composite types that have a Rust type.
    pub(super) idents: BTreeMap<Name, String>,
    domains: BTreeMap<Name, Domain>,
    empty_enums: BTreeSet<Name>,
    /// The schemas that extensions have their objects in.
    of_extensions: BTreeSet<String>,
}

impl Types {
    /// The types of `catalog`, none of which has an identifier yet.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let empty = catalog.enums.iter().filter(|it| it.labels.is_empty()).map(|it| it.name.clone());
        Self {
            idents: BTreeMap::new(),
            domains: catalog.domains.iter().map(|it| (it.name.clone(), it.clone())).collect(),
            empty_enums: empty.collect(),
            of_extensions: catalog.extensions.iter().map(|it| it.schema.clone()).collect(),
        }
    }

    /// The Rust type of an enum or composite type.
    pub(super) fn ident(&self, name: &Name) -> Option<&str> {
        self.idents.get(name).map(String::as_str)
    }

    pub(super) fn domain(&self, name: &Name) -> Option<&Domain> {
        self.domains.get(name)
    }

    /// Whether it is an enum without labels, which has no counterpart in Rust.
    pub(super) fn is_empty_enum(&self, name: &Name) -> bool {
        self.empty_enums.contains(name)
    }

    /// Whether an extension may have brought it.
    pub(super) fn is_of_extension(&self, name: &Name) -> bool {
        self.of_extensions.contains(&name.schema)
    }
}
