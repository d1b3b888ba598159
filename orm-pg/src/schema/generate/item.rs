//! The structs and enums of the file, as plain data.

use super::rust_type::RustType;

/// The constant that lists the models of a file.
pub(super) const LIST: &str = "MODELS";

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A table or view.
    Model,
    /// An enum type.
    Enum,
    /// A composite type.
    Composite,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Model, Self::Enum, Self::Composite];

    /// The derive that makes a Rust item one of this kind.
    pub(super) fn derive(self) -> &'static str {
        match self {
            Self::Model => "Model",
            Self::Enum => "PgEnum",
            Self::Composite => "PgComposite",
        }
    }

    /// The derives of a new item.
    pub(super) fn derives(self) -> &'static str {
        match self {
            Self::Model => "#[derive(Debug, Clone, Model)]",
            Self::Enum => "#[derive(Debug, Clone, Copy, PartialEq, Eq, PgEnum)]",
            Self::Composite => "#[derive(Debug, Clone, PgComposite)]",
        }
    }

    /// The option that has the name in the database.
    pub(super) fn name_option(self) -> &'static str {
        match self {
            Self::Model => "table",
            Self::Enum | Self::Composite => "name",
        }
    }
}

/// A struct or enum.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) schema: String,
    /// The name in the database.
    pub(super) name: String,
    /// The identifier without `r#`.
    pub(super) ident: String,
    /// The options in `#[orm(..)]`.
    pub(super) options: Vec<String>,
    pub(super) members: Vec<Member>,
    /// Whether it is a view, whose columns the database does not know to be NOT NULL.
    pub(super) view: bool,
}

/// A field or variant.
#[derive(Debug)]
pub(super) struct Member {
    /// The column, attribute or label.
    pub(super) name: String,
    /// The identifier without `r#`.
    pub(super) ident: String,
    /// The type of a field.
    pub(super) ty: Option<FieldType>,
    /// The options in `#[orm(..)]`.
    pub(super) options: Vec<String>,
    /// A line of documentation.
    pub(super) doc: Option<String>,
}

/// The type of a field.
#[derive(Debug)]
pub(super) struct FieldType {
    pub(super) rust: RustType,
    pub(super) nullable: bool,
}

impl FieldType {
    /// The whole type: `Option<Vec<Mood>>`.
    pub(super) fn text(&self) -> String {
        if self.nullable { format!("Option<{}>", self.rust.text) } else { self.rust.text.clone() }
    }
}
