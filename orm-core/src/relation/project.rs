//! Projections: structs whose fields say what is read of a model and its relations.

mod field;
mod field_check;
mod projection;
mod recursive_field;

pub use self::{
    field::{
        Cell, ColumnOf, Computed, Flattened, JsonOf, MaybeJsonOf, Of, Part, PartField, Place, Reads, part_finish,
        part_layout, part_made, part_read, part_select, part_take,
    },
    field_check::{
        NoMember, NoReading, NoType, ProbeMember, ProbeReads, ProbeType, check_column, check_member, check_part,
        check_relation,
    },
    projection::{Member, Project, Projected, Projection, select_computed},
    recursive_field::{Along, Ancestors, Counting, Descendants, Way},
};
