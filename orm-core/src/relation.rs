//! Relations between models: loaded when a query asks for them, never otherwise.
//!
//! The derive writes a function for each: `User::posts()`, `Post::author()`. It returns a [`Related`], a plain value
//! that can be loaded with the rows of a query (`with`), asked about in a condition (`any`), or turned into a query
//! (`of`). Relations you did not load are absent from the row type, so you cannot read them by accident.
//!
//! | module | what a user does there |
//! |---|---|
//! | `load` | loads relations: `query.with(User::posts())`, `load(&users, User::posts(), &db)` |
//! | `write` | links rows, and inserts rows with the rows that belong to them |
//! | `project` | reads rows and their relations into structs of their choice |
//! | `tree` | follows a relation of a model to itself to the end: descendants and ancestors |
//!
//! On top are the files that all of them use: `related` (the value), `kind` (how many rows), `path` (by which columns),
//! `restriction` (which rows belong to which), `condition` (EXISTS and aggregates), `junction` (many to many).

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
