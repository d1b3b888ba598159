//! Reads `#[orm(..)]` and the arguments of `#[orm_pg::test]`: first the grammar, the same for all, then the meaning of
//! each key. The rules across options are those of `valid`.

mod constraint;
mod field;
mod folder;
mod index;
mod item;
mod keys;
mod model;
mod pg_type;
mod projection;
mod reference;
mod relation;
mod row;
mod scalar;
mod test;
mod value;

pub(crate) use self::{
    folder::{FolderInput, folder},
    model::{ModelInput, ModelOptions, model},
    pg_type::{AttributeInput, CompositeInput, EnumInput, VariantInput, pg_composite, pg_enum},
    projection::{ProjectionFieldOptions, ProjectionInput, projection},
    row::{RowFieldInput, RowInput, row},
    scalar::{ScalarOptions, scalar},
    test::{TestInput, test},
};
