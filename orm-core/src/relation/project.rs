//! Projections: structs whose fields say what is read of a model and its relations.

mod field;
mod field_check;
mod projection;
mod tree_field;

pub use self::{
    field::{
        ColumnOf, Computed, FieldCell, FieldSource, Flattened, JsonOf, MaybeJsonOf, MemberField, ProjectionField,
        Reads, SourceRef, field_finish, field_layout, field_made, field_read, field_select, field_take,
    },
    field_check::{
        NoMember, NoReading, NoType, ProbeMember, ProbeReads, ProbeType, check_column, check_member, check_part,
        check_relation,
    },
    projection::{Member, Project, Projected, Projection, select_computed},
    tree_field::{Ancestors, CountDepth, Descendants, TreeDirection, TreeField},
};
