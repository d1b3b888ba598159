//! `has_many(posts: Post)` and `has_one(profile: Profile)` on a struct.

use syn::{Ident, spanned::Spanned};

use super::{
    item::Item,
    value::{ident, idents, path},
};
use crate::{ast::Relation, ctxt::Ctxt};

/// Reads the items of `has_many(..)` or `has_one(..)`.
pub(super) fn relation(ctxt: &mut Ctxt, kind: &Ident, many: bool, items: &[Item]) -> Option<Relation> {
    let example = if many { "has_many(posts: Post)" } else { "has_one(profile: Profile)" };
    let unnamed = format!("name the relation and its model: `{example}`");
    let mut relation: Option<Relation> = None;
    let (mut key, mut through, mut other_key) = (Vec::new(), None, Vec::new());
    let mut reported = false;
    for item in items {
        match item {
            Item::Typed(name, target) if relation.is_none() => {
                let (name, target) = (name.clone(), target.clone());
                relation = Some(Relation { name, many, target, key: vec![], through: None, other_key: vec![] });
            }
            Item::Typed(name, _) => {
                reported = true;
                ctxt.error(name.span(), format!("`{kind}(..)` declares one relation: write another `{kind}(..)`"));
            }
            Item::Pair(it, value) if it == "key" => key = ident(ctxt, it, value).into_iter().collect(),
            Item::List(it, names) if it == "key" => key = idents(ctxt, it, names),
            Item::Pair(it, value) if it == "other_key" => other_key = ident(ctxt, it, value).into_iter().collect(),
            Item::List(it, names) if it == "other_key" => other_key = idents(ctxt, it, names),
            Item::Pair(it, value) if it == "through" => through = path(ctxt, it, value),
            Item::Path(name) if name.get_ident().is_some() && relation.is_none() => {
                reported = true;
                ctxt.error(name.span(), &unnamed);
            }
            item => {
                reported = true;
                let message = format!(
                    "`{kind}(..)` takes `name: Model`, `key = field`, `through = Model` and `other_key = field`"
                );
                ctxt.error(item.span(), message);
            }
        }
    }
    if relation.is_none() && !reported {
        ctxt.error(kind.span(), &unnamed);
    }
    if let (Some(other), None) = (other_key.first(), &through) {
        let message = "`other_key` is a field of a junction table: name the model of that table, `through = Model`";
        ctxt.error(other.span(), message);
    }
    if let (Some(through), false) = (&through, many) {
        ctxt.error(through.span(), "a junction table can lead to several rows: write `has_many` for `has_one`");
    }
    relation.map(|it| Relation { key, through, other_key, ..it })
}
