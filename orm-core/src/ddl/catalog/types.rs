//! CREATE TYPE and CREATE DOMAIN.

use super::{literal, quoted};
use crate::catalog::{CompositeType, Domain, DomainCheck, EnumType, TypeAttribute};

impl EnumType {
    /// Returns the statement that creates the type: `CREATE TYPE "app"."mood" AS ENUM ('sad', 'ok')`.
    #[must_use]
    pub fn create(&self) -> String {
        let labels: Vec<_> = self.labels.iter().map(|it| literal(it)).collect();
        format!("CREATE TYPE {} AS ENUM ({})", self.name, labels.join(", "))
    }
}

impl Domain {
    /// Returns the statement that creates the domain with its checks that are validated:
    /// `CREATE DOMAIN "app"."email" AS text NOT NULL CONSTRAINT "shape" CHECK (…)`.
    #[must_use]
    pub fn create(&self) -> String {
        let mut out = format!("CREATE DOMAIN {} AS {}", self.name, self.base);
        if let Some(collation) = &self.collation {
            out.push_str(&format!(" COLLATE {collation}"));
        }
        if let Some(default) = &self.default {
            out.push_str(&format!(" DEFAULT {default}"));
        }
        if self.not_null {
            out.push_str(" NOT NULL");
        }
        for check in self.checks.iter().filter(|it| it.validated) {
            out.push(' ');
            out.push_str(&check.definition());
        }
        out
    }
}

impl DomainCheck {
    /// Returns the constraint as it is written after ADD: `CONSTRAINT "shape" CHECK (VALUE <> '')`.
    #[must_use]
    pub fn definition(&self) -> String {
        let valid = if self.validated { "" } else { " NOT VALID" };
        format!("CONSTRAINT {} CHECK ({}){valid}", quoted(&self.name), self.expression)
    }
}

impl CompositeType {
    /// Returns the statement that creates the type: `CREATE TYPE "app"."address" AS ("street" text, "zip" text)`.
    #[must_use]
    pub fn create(&self) -> String {
        let attributes: Vec<_> = self.attributes.iter().map(TypeAttribute::definition).collect();
        format!("CREATE TYPE {} AS ({})", self.name, attributes.join(", "))
    }
}

impl TypeAttribute {
    /// Returns the attribute as it is written in CREATE TYPE: `"street" text COLLATE "pg_catalog"."C"`.
    #[must_use]
    pub fn definition(&self) -> String {
        let collation = self.collation.as_ref().map(|it| format!(" COLLATE {it}")).unwrap_or_default();
        format!("{} {}{collation}", quoted(&self.name), self.ty)
    }
}
