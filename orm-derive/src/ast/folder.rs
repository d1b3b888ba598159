//! The files of `migrate!`.

use syn::Path;

/// A folder, its files found.
pub(crate) struct Folder {
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// The path of the folder.
    pub(crate) path: String,
    /// The files, each with its name and its path.
    pub(crate) files: Vec<(String, String)>,
}
