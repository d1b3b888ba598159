//! Names of relations: each is a function of the model.

use syn::{Ident, ext::IdentExt};

use crate::{
    ast::{Constraint, ForeignKey, Relation},
    ctxt::Ctxt,
};

/// What users call on a model, and which trait has it: a relation of that name would hide it.
const HIDDEN: [(&str, &str); 8] = [
    ("query", "Model"),
    ("get", "Model"),
    ("insert", "Model"),
    ("insert_many", "Model"),
    ("update", "Model"),
    ("delete", "Model"),
    ("default", "Default"),
    ("clone", "Clone"),
];

/// Where the name of a relation comes from, and so how it gets another.
#[derive(Clone, Copy)]
enum Origin {
    ForeignKey,
    Declared { many: bool },
}

/// Refuses relations whose name means something already, and leaves them out.
pub(super) fn names(
    ctxt: &mut Ctxt,
    foreign_keys: &mut [ForeignKey],
    relations: &mut Vec<Relation>,
    constraints: &[Constraint],
) {
    let mut seen: Vec<Ident> = Vec::new();
    relations.retain(|it| {
        let origin = Origin::Declared { many: it.many };
        is_free(ctxt, &mut seen, constraints, &it.name, &it.target, origin)
    });
    for ForeignKey { reference, .. } in foreign_keys {
        let target = &reference.target;
        reference.relation = reference
            .relation
            .take()
            .filter(|name| is_free(ctxt, &mut seen, constraints, name, target, Origin::ForeignKey));
    }
}

fn is_free(
    ctxt: &mut Ctxt,
    seen: &mut Vec<Ident>,
    constraints: &[Constraint],
    ident: &Ident,
    target: &syn::Path,
    origin: Origin,
) -> bool {
    let name = ident.unraw().to_string();
    let target = target.segments.last().map(|it| it.ident.unraw().to_string()).unwrap_or_default();
    let constant = constraints.iter().find(|it| it.constant.as_ref().is_some_and(|it| *it == name));
    let taken = if let Some((_, owner)) = HIDDEN.iter().find(|(hidden, _)| *hidden == name) {
        format!("a relation `{name}` would hide `{owner}::{name}`")
    } else if seen.iter().any(|it| it.unraw() == name) {
        format!("there are two relations `{name}`")
    } else if let Some(constraint) = constant {
        format!("`{name}` is the constant of the constraint `{}` already", constraint.name)
    } else {
        seen.push(ident.clone());
        return true;
    };
    let cure = match origin {
        Origin::ForeignKey => format!("`references({target}, relation = other_name)`, or `relation = none`"),
        Origin::Declared { many: true } => format!("`has_many(other_name: {target})`"),
        Origin::Declared { many: false } => format!("`has_one(other_name: {target})`"),
    };
    ctxt.error(ident.span(), format!("{taken}: give it another name, {cure}"));
    false
}

#[cfg(test)]
mod tests {
    use super::HIDDEN;

    #[test]
    fn all_verbs_of_models_are_kept() {
        let text = include_str!("../../../orm-core/src/model.rs");
        let model = text.split("pub trait Model").nth(1).and_then(|it| it.split("\n}\n").next()).unwrap();
        let verbs =
            model.lines().filter_map(|it| it.strip_prefix("    fn ")).map(|it| it.split(['(', '<']).next().unwrap());
        // What generated code alone calls is called by its whole path.
        let mut verbs: Vec<&str> = verbs.filter(|it| *it != "columns").collect();
        let mut kept: Vec<&str> = HIDDEN.iter().filter(|(_, owner)| *owner == "Model").map(|(name, _)| *name).collect();
        verbs.sort_unstable();
        kept.sort_unstable();
        assert_eq!(verbs, kept);
    }
}
