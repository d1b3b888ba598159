//! The inputs of the macros as structs, once they are read and checked: plain data, and what can be asked of it.

mod column;
mod constraint;
mod folder;
mod generics;
mod model;
mod pg_type;
mod projection;
mod reference;
mod relation;
mod row;
mod shape;
mod sql;
mod stub;
mod test;
mod ty;

pub(crate) use self::{
    column::{Column, Numbering},
    constraint::{
        Check, Constraint, ConstraintColumn, ConstraintKind, Deferrable, FieldPath, Index, IndexKey, IndexKind,
        IndexOptions, KeyPart,
    },
    folder::Folder,
    generics::{is_generic, mentions, param},
    model::{Field, FieldKind, Model, TableProperties},
    pg_type::{CompositeAttribute, PgComposite, PgEnum, Scalar},
    projection::{Clause, ProjectedField, Projection, ProjectionSource, Traversal},
    reference::{Action, ForeignKey, Reference, StructReference},
    relation::Relation,
    row::{Changes, ChangesField, FromRow, Insert, InsertField, RowField, RowSource},
    shape::{fields, named_fields, shape},
    sql::{Context, Sql, SqlPart, TextPart},
    stub::Stub,
    test::{Test, TestMigrations},
    ty::{inner, is_named, is_option},
};
