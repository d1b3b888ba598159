//! A projection: a struct that selects columns, relations and computed values of a model.

use syn::{Expr, Ident, Path, Type};

/// A struct with `#[derive(Projection)]`, its rules checked.
pub(crate) struct Projection {
    pub(crate) ident: Ident,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// The model that it is read from.
    pub(crate) model: Path,
    pub(crate) fields: Vec<ProjectedField>,
}

/// A field of a projection.
pub(crate) struct ProjectedField {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) source: ProjectionSource,
}

/// Where the value of a field comes from.
pub(crate) enum ProjectionSource {
    /// The column or relation of that name, and the clauses of the relation.
    Member { name: Ident, traversal: Option<Traversal>, clauses: Vec<Clause> },
    /// The result of a function of the columns.
    Computed(Expr),
    /// Another projection of the same row.
    Flatten,
}

/// How a relation of a model to itself is followed through all levels of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Traversal {
    /// Whether it leads to the ancestors, and not to the descendants.
    pub(crate) ancestors: bool,
    /// Whether the closures of the clauses get the depth.
    pub(crate) with_depth: bool,
}

/// A clause of a relation, `filter = |p| ..`: the method of that name is called with the value.
pub(crate) struct Clause {
    pub(crate) method: Ident,
    pub(crate) value: Expr,
}
