//! Projections: structs whose fields choose the columns and relations of a model that are loaded.
//!
//! ```sql
//! -- struct Card { name: String, posts: Vec<Title> } of User; struct Title { title: String } of Post
//! SELECT t0.name, t0.id FROM users t0                                        -- the fields, and the key of the relation
//! SELECT t0.author_id, t0.title FROM posts t0 WHERE t0.author_id = ANY ($1)  -- one statement for each relation
//! ```
//!
//! `projection` has the traits and the queries, `field` how each field is selected, read and loaded, `tree_field` the
//! fields that follow a relation to the end, and `field_check` the messages of the compiler about fields that do not
//! fit.

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
