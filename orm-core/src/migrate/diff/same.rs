//! Whether two parts of one name are the same, and else how one becomes the other.

use crate::{
    catalog::{
        Column, CompositeType, Constraint, ConstraintKind, Domain, EnumType, Function, Index, Policy, Sequence, Table,
        Trigger, View,
    },
    migrate::part::Part,
};

/// What turns a part into another one of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// They are the same.
    None,
    /// Statements change it in place.
    Alter,
    /// A column gets another type in place.
    Retype,
    /// A type is replaced, and columns of it get the new one.
    Replace,
    /// It is dropped and created.
    Remake,
}

fn alter_if(differs: bool) -> Change {
    if differs { Change::Alter } else { Change::None }
}

pub(super) fn compare(old: &Part<'_>, new: &Part<'_>, version: u32) -> Change {
    match (old, new) {
        (Part::Schema(old), Part::Schema(new)) => alter_if(old != new),
        (Part::Extension(old), Part::Extension(new)) => alter_if(old != new),
        (Part::Enum(old), Part::Enum(new)) => of_enum(old, new),
        (Part::Domain(old), Part::Domain(new)) => of_domain(old, new),
        (Part::Composite(old), Part::Composite(new)) => of_composite(old, new),
        (Part::Sequence(old), Part::Sequence(new)) => of_sequence(old, new),
        (Part::Function(old), Part::Function(new)) => of_function(old, new),
        (Part::Table(old), Part::Table(new)) => of_table(old, new),
        (Part::Column(old_table, old), Part::Column(new_table, new)) => {
            let names = (old_table.not_null_constraint(old), new_table.not_null_constraint(new));
            let named = matches!(names, (Some(old), Some(new)) if old.name != new.name || old.comment != new.comment);
            let checked = old_table.has_checks() || new_table.has_checks();
            match of_column(old, new, version) {
                Change::None if named => Change::Alter,
                // The server would have to check the rows again, which it cannot do yet.
                Change::Alter if checked && computes_otherwise(old, new) => Change::Remake,
                change => change,
            }
        }
        (Part::Default(_, old), Part::Default(_, new)) => alter_if(old.default != new.default),
        (Part::Constraint(_, old), Part::Constraint(_, new)) => of_constraint(old, new),
        (Part::Index(_, old), Part::Index(_, new)) => of_index(old, new),
        (Part::Attach(_, old), Part::Attach(_, new)) => {
            if old == new {
                Change::None
            } else {
                Change::Remake
            }
        }
        (Part::Replica(_, old), Part::Replica(_, new)) | (Part::Cluster(_, old), Part::Cluster(_, new)) => {
            alter_if(old != new)
        }
        (Part::Inherit(..), Part::Inherit(..)) => Change::None,
        (Part::Owner(old), Part::Owner(new)) => alter_if(old.owner != new.owner),
        (Part::Definition(old), Part::Definition(new)) if old.create == new.create => {
            alter_if(old.comment != new.comment)
        }
        (Part::Definition(_), Part::Definition(_)) => Change::Remake,
        (Part::View(old), Part::View(new)) => of_view(old, new),
        (Part::Trigger(_, old), Part::Trigger(_, new)) => of_trigger(old, new),
        (Part::Policy(_, old), Part::Policy(_, new)) => of_policy(old, new),
        // An enum that becomes a domain, for instance.
        _ => Change::Replace,
    }
}

fn of_enum(old: &EnumType, new: &EnumType) -> Change {
    if old.labels == new.labels {
        return alter_if(old.comment != new.comment);
    }
    // Labels are only added if those that stay are in the same order.
    let mut rest = new.labels.iter();
    if old.labels.iter().all(|it| rest.any(|label| label == it)) { Change::Alter } else { Change::Replace }
}

fn of_domain(old: &Domain, new: &Domain) -> Change {
    if old.base != new.base || old.collation != new.collation {
        return Change::Replace;
    }
    alter_if(old != new)
}

fn of_composite(old: &CompositeType, new: &CompositeType) -> Change {
    // Attributes are only appended by a statement: another order is another type.
    let stay = |it: &&crate::catalog::TypeAttribute| new.attributes.iter().any(|other| other.name == it.name);
    let old_names: Vec<_> = old.attributes.iter().filter(stay).map(|it| &it.name).collect();
    let new_names: Vec<_> = new.attributes.iter().map(|it| &it.name).take(old_names.len()).collect();
    let retyped = old.attributes.iter().any(|it| {
        let other = new.attributes.iter().find(|other| other.name == it.name);
        other.is_some_and(|other| (&other.ty, &other.collation) != (&it.ty, &it.collation))
    });
    // The type of an attribute cannot change while columns have the composite type.
    if old_names != new_names || retyped { Change::Replace } else { alter_if(old != new) }
}

fn of_sequence(old: &Sequence, new: &Sequence) -> Change {
    let (mut old, mut new) = (old.clone(), new.clone());
    (old.owner, new.owner) = (None, None);
    alter_if(old != new)
}

fn of_function(old: &Function, new: &Function) -> Change {
    if old.definition == new.definition && old.procedure == new.procedure {
        return alter_if(old.comment != new.comment);
    }
    // The statement replaces the function, unless its result or the names of its arguments change.
    let head = |it: &Function| it.definition.split_once("\n LANGUAGE ").map(|(head, _)| head.to_owned());
    if old.procedure == new.procedure && head(old) == head(new) { Change::Alter } else { Change::Remake }
}

fn of_table(old: &Table, new: &Table) -> Change {
    let of_itself = |it: &Table| Table {
        partition_of: None,
        replica_identity: None,
        cluster_on: None,
        inherits: Vec::new(),
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        triggers: Vec::new(),
        policies: Vec::new(),
        ..it.clone()
    };
    alter_if(of_itself(old) != of_itself(new))
}

fn of_column(old: &Column, new: &Column, version: u32) -> Change {
    match (&old.generated, &new.generated) {
        (None, Some(_)) => return Change::Remake,
        (Some(old), None) if !old.stored => return Change::Remake,
        (Some(one), Some(other)) if one.stored != other.stored => return Change::Remake,
        (Some(one), Some(other)) if one != other && (version < 170_000 || old.ty != new.ty) => return Change::Remake,
        _ => {}
    }
    if (&old.ty, &old.collation) != (&new.ty, &new.collation) {
        return Change::Retype;
    }
    let of_itself = |it: &Column| Column {
        default: None,
        // A column that the table declares beside inheriting it is the same column.
        inherited: false,
        local: true,
        ..it.clone()
    };
    alter_if(of_itself(old) != of_itself(new))
}

/// Whether a column that is computed when it is read gets another expression.
fn computes_otherwise(old: &Column, new: &Column) -> bool {
    matches!((&old.generated, &new.generated), (Some(old), Some(new)) if !old.stored && old != new)
}

fn of_constraint(old: &Constraint, new: &Constraint) -> Change {
    let same_text = |old: &Constraint, new: &Constraint| old.named() == new.named() && old.reference == new.reference;
    if same_text(old, new) {
        return alter_if(old.comment != new.comment);
    }
    let mut valid = old.clone();
    valid.validated = true;
    if !old.validated && same_text(&valid, new) {
        return Change::Alter;
    }
    if old.kind == ConstraintKind::ForeignKey {
        let mut deferred = old.clone();
        (deferred.deferrable, deferred.initially_deferred) = (new.deferrable, new.initially_deferred);
        if same_text(&deferred, new) {
            return Change::Alter;
        }
    }
    Change::Remake
}

fn of_index(old: &Index, new: &Index) -> Change {
    if !old.valid && new.valid {
        return Change::Remake;
    }
    let (mut plain, mut wanted) = (old.clone(), new.clone());
    for it in [&mut plain, &mut wanted] {
        (it.comment, it.valid, it.partitioned) = (None, true, false);
        it.storage.clear();
        it.keys.iter_mut().for_each(|it| it.statistics = None);
    }
    // The server changes the parameters of none that has partitions.
    let fixed = old.partitioned && old.storage != new.storage;
    if plain == wanted && !fixed {
        alter_if(Index { valid: true, ..old.clone() } != Index { valid: true, ..new.clone() })
    } else {
        Change::Remake
    }
}

fn of_view(old: &View, new: &View) -> Change {
    let differs = old.materialized != new.materialized
        || old.columns != new.columns
        || old.definition != new.definition
        || old.options != new.options;
    if differs {
        return Change::Remake;
    }
    let details = |it: &View| (it.comment.clone(), it.column_comments.clone(), it.column_defaults.clone());
    alter_if(details(old) != details(new))
}

fn of_trigger(old: &Trigger, new: &Trigger) -> Change {
    if old.definition != new.definition {
        return Change::Remake;
    }
    alter_if(old.enabled != new.enabled || old.comment != new.comment)
}

fn of_policy(old: &Policy, new: &Policy) -> Change {
    let (mut old, comment) = (old.clone(), &new.comment);
    let differs = old.comment != *comment;
    old.comment = comment.clone();
    if old == *new { alter_if(differs) } else { Change::Remake }
}
