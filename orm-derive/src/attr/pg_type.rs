//! The options of a struct or enum that stands for a type of PostgreSQL.

use syn::{DeriveInput, Path, ext::IdentExt};

use super::{Item, Value, items};
use crate::{
    ctxt::Ctxt,
    name::{self, Rename, did_you_mean},
};

/// How the type is called, and what is in it.
#[derive(Default)]
pub(crate) struct TypeAttrs {
    name: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) rename: Rename,
    pub(crate) krate: Option<Path>,
}

impl TypeAttrs {
    /// The name of the type: as given, or that of the Rust type in snake case.
    pub(crate) fn name(&self, input: &DeriveInput) -> String {
        self.name.clone().unwrap_or_else(|| Rename::Snake.apply(&input.ident))
    }
}

/// Reads the options.
pub(crate) fn pg_type(ctxt: &mut Ctxt, input: &DeriveInput) -> TypeAttrs {
    let mut all = TypeAttrs::default();
    for item in items(ctxt, &input.attrs) {
        let key = item.key().map(|it| it.unraw().to_string()).unwrap_or_default();
        match (&item, key.as_str()) {
            (Item::Pair(_, Value::Text(text)), "name" | "schema" | "rename_all") => {
                let given = text.value();
                let refused = match key.as_str() {
                    "rename_all" => Rename::parse(&given).map(|it| all.rename = it).err(),
                    key => {
                        let refused = name::refuse(&given);
                        let slot = if key == "name" { &mut all.name } else { &mut all.schema };
                        *slot = Some(given);
                        refused
                    }
                };
                if let Some(message) = refused {
                    ctxt.error(text.span(), message);
                }
            }
            (Item::Pair(_, Value::Path(path)), "crate") => all.krate = Some(path.clone()),
            (Item::Pair(_, Value::Text(text)), "crate") => all.krate = ctxt.ok(text.parse()),
            _ => {
                let near = did_you_mean(&key, ["name", "schema", "rename_all", "crate"]);
                let expected =
                    "expected `name = \"..\"`, `schema = \"..\"`, `rename_all = \"..\"` or `crate = \"path\"`";
                ctxt.error(item.span(), format!("{expected}{near}"));
            }
        }
    }
    all
}
