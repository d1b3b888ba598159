//! The schema after the last migration as files, so that differences are found without a server and git shows them.
//!
//! Each object has a file of its own, with one line for each fact, sorted: `public.users.toml`. Two branches that change
//! different tables never conflict in git, and two that change the same line do. What is as PostgreSQL has it by default is not
//! written.
//!
//! ```toml
//! [[tables]]
//! name = { schema = "public", name = "users" }
//! columns = [
//!     { name = "id", type = "bigint", identity = "by_default" },
//!     { name = "email", type = "text" },
//! ]
//! constraints = [
//!     { name = "users_pkey", kind = "primary_key", columns = ["id"] },
//! ]
//! ```

mod path;
mod print;
mod read;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use crate::{
    catalog::{Catalog, Definition, Name},
    error::{Error, ErrorKind, Result},
};

/// The file that names the server's version, and what belongs to no other file.
pub const CATALOG_FILE: &str = "catalog.toml";

/// Returns the files of a catalog: each path, relative to the directory of the snapshot, with its text.
///
/// An object of a schema is in `<schema>.<name>.toml` if it is a table, otherwise in `<schema>.<name>.<kind>.toml`; functions of
/// one name share a file, and a sequence that belongs to a column is in the file of the table. The names hold only
/// `a` to `z`, digits and `_`, all else as `%` and two hexadecimal digits for each byte: a file system that ignores case keeps
/// them apart. The roles that own views and functions are left out, since they differ from server to server.
///
/// # Errors
/// [`ErrorKind::Encode`] if the catalog cannot be written as text, which no catalog from a server causes.
///
/// ```
/// use orm_pg::schema::{catalog::Catalog, migrate::snapshot};
///
/// let files = snapshot::to_files(&Catalog::default())?;
/// assert_eq!(files["catalog.toml"], "server_version = 0\n");
/// assert_eq!(snapshot::from_files(&files)?, Catalog::default());
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn to_files(catalog: &Catalog) -> Result<BTreeMap<String, String>> {
    let mut sorted = catalog.clone();
    sorted.sort();
    sorted.views.iter_mut().for_each(|it| it.owner.clear());
    sorted.functions.iter_mut().for_each(|it| it.owner.clear());
    let mut parts = Parts::default();
    let homes = homes(&sorted);
    distribute(sorted, &homes, &mut parts);
    let mut files = BTreeMap::new();
    for (path, part) in parts.0 {
        let text = print::print(&part, path == CATALOG_FILE)?;
        files.insert(path, text);
    }
    Ok(files)
}

/// Returns the catalog that the files describe, the reverse of [`to_files`], with empty names of owners. No files at all are an empty catalog.
///
/// # Errors
/// [`ErrorKind::Migration`], with the file and the line, for a text that is not a part of a snapshot, a key that no object has,
/// and the marks of a merge that git could not finish; and if `catalog.toml` is missing, or two files describe the same object.
pub fn from_files(files: &BTreeMap<String, String>) -> Result<Catalog> {
    let mut whole = Catalog::default();
    if files.is_empty() {
        return Ok(whole);
    }
    if !files.contains_key(CATALOG_FILE) {
        return Err(broken(format!("{CATALOG_FILE} is missing in the snapshot: restore it from version control")));
    }
    let mut seen = HashMap::new();
    for (path, text) in files {
        let part = read::read(path, text)?;
        for object in names(&part) {
            if let Some(other) = seen.insert(object.clone(), path) {
                let (kind, name) = object;
                return Err(broken(format!(
                    "the {kind} {name} is described twice, in {other} and in {path}: remove one"
                )));
            }
        }
        append(&mut whole, part);
    }
    whole.sort();
    Ok(whole)
}

fn broken(text: String) -> Error {
    Error::new(ErrorKind::Migration, text)
}

/// Where the objects are, by their names without quotes: what depends on them or is not managed is written there, too.
fn homes(catalog: &Catalog) -> HashMap<String, String> {
    let mut homes = HashMap::new();
    let mut add = |identity: String, path: String| {
        homes.entry(identity.replace('"', "")).or_insert(path);
    };
    let dotted = |name: &Name| format!("{}.{}", name.schema, name.name);
    catalog.tables.iter().for_each(|it| add(dotted(&it.name), path::table(&it.name)));
    catalog.views.iter().for_each(|it| add(dotted(&it.name), path::of(&it.name, "view")));
    catalog.enums.iter().for_each(|it| add(dotted(&it.name), path::of(&it.name, "enum")));
    catalog.domains.iter().for_each(|it| add(dotted(&it.name), path::of(&it.name, "domain")));
    catalog.composites.iter().for_each(|it| add(dotted(&it.name), path::of(&it.name, "composite")));
    catalog.functions.iter().for_each(|it| add(dotted(&it.name), path::of(&it.name, "function")));
    catalog.sequences.iter().for_each(|it| add(dotted(&it.name), path::of(&it.name, "sequence")));
    for it in catalog.definitions.iter().filter(|it| it.of.is_none() && it.part_of.is_none()) {
        let path = match &it.name {
            Some(name) => path::definition(name, &it.object.kind),
            None => path::nameless(&it.object.kind, &it.object.identity),
        };
        add(it.object.identity.clone(), path);
    }
    catalog.schemas.iter().for_each(|it| add(it.name.clone(), path::schema(&it.name)));
    homes
}

/// The file for what is said about `identity`: `touch on app.users` and `app.users.email` belong to the table.
fn home<'a>(homes: &'a HashMap<String, String>, identity: &str) -> &'a str {
    let identity = identity.replace('"', "");
    let target = identity.rsplit_once(" on ").map(|it| it.1);
    for start in target.into_iter().chain([identity.as_str()]) {
        let mut rest = start;
        loop {
            if let Some(path) = homes.get(rest) {
                return path;
            }
            let Some(cut) = rest.rfind(['.', '(']).and_then(|it| rest.get(..it)) else { break };
            rest = cut;
        }
    }
    CATALOG_FILE
}

/// The file of a definition: that of the table or the object it belongs to, otherwise one of its own.
fn of_definition(homes: &HashMap<String, String>, it: &Definition) -> String {
    match (&it.of, &it.part_of, &it.name) {
        (Some(of), ..) => home(homes, &format!("{}.{}", of.schema, of.name)).to_owned(),
        (None, Some(whole), _) => home(homes, &whole.identity).to_owned(),
        (None, None, Some(name)) => path::definition(name, &it.object.kind),
        (None, None, None) => path::nameless(&it.object.kind, &it.object.identity),
    }
}

/// The part of the catalog that each file holds.
#[derive(Default)]
struct Parts(BTreeMap<String, Catalog>);

impl Parts {
    fn at(&mut self, path: impl Into<String>) -> &mut Catalog {
        self.0.entry(path.into()).or_default()
    }
}

/// Puts each object into the part that is its file.
fn distribute(catalog: Catalog, homes: &HashMap<String, String>, parts: &mut Parts) {
    let Catalog {
        server_version,
        schemas,
        extensions,
        enums,
        domains,
        composites,
        sequences,
        tables,
        views,
        functions,
        definitions,
        dependencies,
        unmanaged,
    } = catalog;
    parts.at(CATALOG_FILE).server_version = server_version;
    schemas.into_iter().for_each(|it| parts.at(path::schema(&it.name)).schemas.push(it));
    extensions.into_iter().for_each(|it| parts.at(path::extension(&it.name)).extensions.push(it));
    enums.into_iter().for_each(|it| parts.at(path::of(&it.name, "enum")).enums.push(it));
    domains.into_iter().for_each(|it| parts.at(path::of(&it.name, "domain")).domains.push(it));
    composites.into_iter().for_each(|it| parts.at(path::of(&it.name, "composite")).composites.push(it));
    for it in sequences {
        let owner = it.owner.as_ref().map(|owner| path::table(&owner.table));
        parts.at(owner.unwrap_or_else(|| path::of(&it.name, "sequence"))).sequences.push(it);
    }
    tables.into_iter().for_each(|it| parts.at(path::table(&it.name)).tables.push(it));
    views.into_iter().for_each(|it| parts.at(path::of(&it.name, "view")).views.push(it));
    functions.into_iter().for_each(|it| parts.at(path::of(&it.name, "function")).functions.push(it));
    for it in definitions {
        let path = of_definition(homes, &it);
        parts.at(path).definitions.push(it);
    }
    for it in dependencies {
        parts.at(home(homes, &it.object.identity)).dependencies.push(it);
    }
    for it in unmanaged {
        parts.at(home(homes, &it.identity)).unmanaged.push(it);
    }
}

/// The objects of a file, each of which only one file may describe.
fn names(part: &Catalog) -> impl Iterator<Item = (&'static str, String)> {
    let dotted = |name: &Name| format!("{}.{}", name.schema, name.name);
    let mut all = Vec::new();
    all.extend(part.schemas.iter().map(|it| ("schema", it.name.clone())));
    all.extend(part.extensions.iter().map(|it| ("extension", it.name.clone())));
    all.extend(part.enums.iter().map(|it| ("enum type", dotted(&it.name))));
    all.extend(part.domains.iter().map(|it| ("domain", dotted(&it.name))));
    all.extend(part.composites.iter().map(|it| ("composite type", dotted(&it.name))));
    all.extend(part.sequences.iter().map(|it| ("sequence", dotted(&it.name))));
    all.extend(part.tables.iter().map(|it| ("table", dotted(&it.name))));
    all.extend(part.views.iter().map(|it| ("view", dotted(&it.name))));
    all.extend(part.functions.iter().map(|it| ("function", format!("{}({})", dotted(&it.name), it.arguments))));
    all.extend(part.definitions.iter().map(|it| ("object", format!("{} {}", it.object.kind, it.object.identity))));
    all.into_iter()
}

fn append(whole: &mut Catalog, part: Catalog) {
    whole.server_version = whole.server_version.max(part.server_version);
    whole.schemas.extend(part.schemas);
    whole.extensions.extend(part.extensions);
    whole.enums.extend(part.enums);
    whole.domains.extend(part.domains);
    whole.composites.extend(part.composites);
    whole.sequences.extend(part.sequences);
    whole.tables.extend(part.tables);
    whole.views.extend(part.views);
    whole.functions.extend(part.functions);
    whole.definitions.extend(part.definitions);
    whole.dependencies.extend(part.dependencies);
    whole.unmanaged.extend(part.unmanaged);
}
