//! The names of relations, each of which becomes a function of the model.

use syn::{Ident, ext::IdentExt};

use crate::{
    ast::{self, Constraint, ForeignKey},
    ctxt::Ctxt,
};

/// The functions that users call on a model, and their traits: a relation of such a name would hide the function.
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

/// The declaration that a relation comes from, which is where it gets another name.
#[derive(Clone, Copy)]
enum Declaration {
    ForeignKey,
    Relation { many: bool },
}

/// Refuses relations whose name already has a meaning, and leaves them out.
pub(super) fn check_names(
    ctxt: &mut Ctxt,
    foreign_keys: &mut [ForeignKey],
    relations: &mut Vec<ast::Relation>,
    constraints: &[Constraint],
) {
    let mut seen: Vec<Ident> = Vec::new();
    relations.retain(|it| {
        let declaration = Declaration::Relation { many: it.many };
        is_free(ctxt, &mut seen, constraints, &it.name, &it.target, declaration)
    });
    for ForeignKey { reference, .. } in foreign_keys {
        let target = &reference.target;
        reference.relation = reference
            .relation
            .take()
            .filter(|name| is_free(ctxt, &mut seen, constraints, name, target, Declaration::ForeignKey));
    }
}

fn is_free(
    ctxt: &mut Ctxt,
    seen: &mut Vec<Ident>,
    constraints: &[Constraint],
    ident: &Ident,
    target: &syn::Path,
    declaration: Declaration,
) -> bool {
    let name = ident.unraw().to_string();
    let target = target.segments.last().map(|it| it.ident.unraw().to_string()).unwrap_or_default();
    let constant = constraints.iter().find(|it| it.constant.as_ref().is_some_and(|it| *it == name));
    let taken = if let Some((_, owner)) = HIDDEN.iter().find(|(hidden, _)| *hidden == name) {
        format!("a relation `{name}` would hide `{owner}::{name}`")
    } else if seen.iter().any(|it| it.unraw() == name) {
        format!("there are two relations `{name}`")
    } else if let Some(constraint) = constant {
        format!("`{name}` is already the constant of the constraint `{}`", constraint.name)
    } else {
        seen.push(ident.clone());
        return true;
    };
    let cure = match declaration {
        Declaration::ForeignKey => format!("`references({target}, relation = other_name)`, or `relation = none`"),
        Declaration::Relation { many: true } => format!("`has_many(other_name: {target})`"),
        Declaration::Relation { many: false } => format!("`has_one(other_name: {target})`"),
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
        // Only generated code calls `columns`, by its whole path.
        let mut verbs: Vec<&str> = verbs.filter(|it| *it != "columns").collect();
        let mut kept: Vec<&str> = HIDDEN.iter().filter(|(_, owner)| *owner == "Model").map(|(name, _)| *name).collect();
        verbs.sort_unstable();
        kept.sort_unstable();
        assert_eq!(verbs, kept);
    }
}
