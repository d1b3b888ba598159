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

mod belonging;
mod condition;
mod junction;
mod kind;
mod path;
mod project;
mod referred;
mod related;
mod timeout;
mod tree;
mod write;

pub use self::{
    junction::Between,
    kind::{AtMostOne, Deep, Downward, Kind, Many, MaybeOne, One, Several, StoredAfter, Upward},
    load::{Counted, Found, Loads, Push, With, load},
    path::{Path, RefersTo},
    project::{Project, Projected, Projection},
    related::{BelongsTo, HasMany, HasOne, ManyToMany, MayBelongTo, Related, Relation},
    tree::{Depth, Itself, Tree, WithDepth},
    write::{Branches, Children, Graph, Link, Linked, Links, NewChildren, children, linked},
};

#[doc(hidden)]
pub use self::{
    load::both,
    project::{
        Along, Ancestors, Cell, ColumnOf, Computed, Counting, Descendants, Flattened, JsonOf, MaybeJsonOf, Member,
        NoMember, NoReading, NoType, Of, Part, PartField, Place, ProbeMember, ProbeReads, ProbeType, Reads, Way,
        check_column, check_member, check_part, check_relation, part_finish, part_layout, part_made, part_read,
        part_select, part_take, select_computed,
    },
    referred::{NoUnique, ProbeUnique, Referred, UniqueField, Value},
    related::{belongs_to, has_many, has_one, through},
    write::{Branch, Grows, Level, Rest},
};
