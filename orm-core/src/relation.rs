//! Relations between models: loaded when a query says so, never otherwise.
//!
//! The derive writes a function for each: `User::posts()`, `Post::author()`. Its value says what to load along with the
//! rows of a query (`with`), what to ask of them (`any`), or is a query itself (`of`). What is not loaded is not in the
//! type of a row, so it cannot be read by mistake.
//!
//! One statement loads one relation for any number of rows: their keys travel as arrays, and the server says for each
//! row which of them it belongs to. So keys are compared as the column compares them, whatever Rust thinks of their
//! equality. Integers are equal to both, so they are paired here.

#[macro_use]
mod load;

mod condition;
mod junction;
mod kind;
mod path;
mod project;
mod reference;
mod related;
mod renamed;
mod restriction;
mod timeout;
mod tree;
mod write;

pub use self::{
    junction::JunctionModel,
    kind::{AtMostOne, Downward, Kind, Many, MaybeOne, One, Recursive, StoredAfter, ToMany, Upward},
    load::{AddRelation, Counted, Exists, Loads, With, load},
    path::{Path, RefersTo},
    project::{Project, Projected, Projection},
    related::{BelongsTo, HasMany, HasOne, ManyToMany, MayBelongTo, Related, Relation},
    tree::{Depth, SameModel, Tree, WithDepth},
    write::{Children, Link, Linked, Links, NestedInsert, NestedRelations, NewChildren, children, linked},
};

#[expect(deprecated, reason = "the old names keep working until 0.2")]
pub use self::renamed::{Between, Branches, Deep, Found, Graph, Itself, Push, Several};

#[doc(hidden)]
pub use self::{
    load::both,
    project::{
        Ancestors, ColumnOf, Computed, CountDepth, Descendants, FieldCell, FieldSource, Flattened, JsonOf, MaybeJsonOf,
        Member, MemberField, NoMember, NoReading, NoType, ProbeMember, ProbeReads, ProbeType, ProjectionField, Reads,
        SourceRef, TreeDirection, TreeField, check_column, check_member, check_part, check_relation, field_finish,
        field_layout, field_made, field_read, field_select, field_take, select_computed,
    },
    reference::{NoUnique, ProbeUnique, ReadValue, ReferencedColumns, UniqueField},
    related::{belongs_to, has_many, has_one, through},
    write::{InsertNested, LevelRows, NestedOf, NestedRelation},
};
