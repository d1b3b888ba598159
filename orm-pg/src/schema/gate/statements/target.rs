//! What a row is read into, as far as the source says so surely.

use orm_core::{
    error::Result,
    row::{FromRow, Layout},
    value::Scalar,
};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Field, Fields, GenericArgument, ItemStruct, PathArguments, Type, ext::IdentExt};

/// The options of a field that do not change from which column it is read.
const NEUTRAL: [&str; 12] = [
    "key",
    "identity",
    "unique",
    "default",
    "references",
    "index",
    "version",
    "sql_type",
    "generated",
    "on_update",
    "comment",
    "renamed_from",
];

/// A type of rows.
#[derive(Clone)]
pub(super) enum Target {
    /// One column, of a type that is known here.
    Column(Known),
    /// One column of another type.
    Other,
    /// The columns of the parts.
    Tuple(Vec<Self>),
    /// A struct with this name.
    Struct(String),
}

/// How the library reads a column of a known type.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) by_position: fn(&mut Layout<'_>) -> Result<()>,
    pub(super) by_name: fn(&mut Layout<'_>, &str, &str) -> Result<()>,
}

impl Known {
    fn new<T: Scalar>() -> Self {
        Self { by_position: <T as FromRow>::layout, by_name: |layout, owner, name| layout.field::<T>(owner, name) }
    }
}

/// A struct that rows are read into by the names of their columns.
pub(super) struct Struct {
    pub(super) name: String,
    /// The fields whose columns are known: all if they have no options.
    pub(super) fields: Vec<(String, Option<Known>)>,
}

impl Target {
    /// Reads a type; none if it is not known how many columns it has.
    pub(super) fn of(tokens: TokenStream) -> Option<Self> {
        Self::of_type(&syn::parse2(tokens).ok()?)
    }

    fn of_type(ty: &Type) -> Option<Self> {
        match ty {
            Type::Tuple(it) if !it.elems.is_empty() => {
                it.elems.iter().map(Self::of_type).collect::<Option<Vec<_>>>().map(Self::Tuple)
            }
            Type::Paren(it) => Self::of_type(&it.elem),
            Type::Path(_) => match (known(ty), named(ty)?) {
                (Some(known), _) => Some(Self::Column(known)),
                (None, (name, Some(part))) if name == "Option" => Self::of_type(part),
                (None, (name, _)) if OTHERS.contains(&name.as_str()) => Some(Self::Other),
                (None, (name, None)) => Some(Self::Struct(name)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the number of its columns is known without a struct.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Self::Column(_) | Self::Other => true,
            Self::Tuple(parts) => parts.iter().all(Self::is_known),
            Self::Struct(_) => false,
        }
    }
}

/// Types of one column whose crates are not known here.
const OTHERS: [&str; 14] = [
    "Uuid",
    "Decimal",
    "Json",
    "DateTime",
    "NaiveDate",
    "NaiveTime",
    "NaiveDateTime",
    "OffsetDateTime",
    "PrimitiveDateTime",
    "Timestamp",
    "Interval",
    "PgRange",
    "IpAddr",
    "Hstore",
];

/// The name of a type without a path, and its only parameter.
fn named(ty: &Type) -> Option<(String, Option<&Type>)> {
    let Type::Path(path) = ty else { return None };
    let mut segments = path.path.segments.iter();
    let segment = segments.next().filter(|_| path.qself.is_none())?;
    if segments.next().is_some() {
        return None;
    }
    let part = match &segment.arguments {
        PathArguments::None => None,
        PathArguments::AngleBracketed(arguments) => match arguments.args.iter().collect::<Vec<_>>()[..] {
            [GenericArgument::Type(part)] => Some(part),
            _ => return None,
        },
        PathArguments::Parenthesized(_) => return None,
    };
    Some((segment.ident.unraw().to_string(), part))
}

/// The types of the standard library that hold a column.
fn known(ty: &Type) -> Option<Known> {
    let (name, part) = named(ty)?;
    match (name.as_str(), part) {
        ("bool", None) => Some(Known::new::<bool>()),
        ("i16", None) => Some(Known::new::<i16>()),
        ("i32", None) => Some(Known::new::<i32>()),
        ("i64", None) => Some(Known::new::<i64>()),
        ("f32", None) => Some(Known::new::<f32>()),
        ("f64", None) => Some(Known::new::<f64>()),
        ("String", None) => Some(Known::new::<String>()),
        ("Option", Some(part)) => known(part),
        ("Vec", Some(part)) => match named(part)?.0.as_str() {
            "u8" => Some(Known::new::<Vec<u8>>()),
            "bool" => Some(Known::new::<Vec<bool>>()),
            "i16" => Some(Known::new::<Vec<i16>>()),
            "i32" => Some(Known::new::<Vec<i32>>()),
            "i64" => Some(Known::new::<Vec<i64>>()),
            "f32" => Some(Known::new::<Vec<f32>>()),
            "f64" => Some(Known::new::<Vec<f64>>()),
            "String" => Some(Known::new::<Vec<String>>()),
            _ => None,
        },
        _ => None,
    }
}

impl Struct {
    /// Takes in a struct whose fields have the names of their columns.
    pub(super) fn of(item: &ItemStruct) -> Option<Self> {
        let Fields::Named(fields) = &item.fields else { return None };
        let plain = item.generics.params.is_empty() && !options(&item.attrs).any(|it| it.contains("rename_all"));
        let parts = fields.named.iter().map(|field| options(&field.attrs).any(|it| it.contains("flatten")));
        if !plain || parts.into_iter().any(|it| it) {
            return None;
        }
        let fields = fields.named.iter().filter(|it| is_neutral(it));
        let fields = fields.filter_map(|it| Some((it.ident.as_ref()?.unraw().to_string(), known(&it.ty))));
        Some(Self { name: item.ident.unraw().to_string(), fields: fields.collect() })
    }
}

/// The texts in `#[orm(..)]`.
fn options(attributes: &[Attribute]) -> impl Iterator<Item = String> {
    let of_orm = attributes.iter().filter(|it| !it.path().is_ident("doc"));
    of_orm.map(|it| it.meta.to_token_stream().to_string())
}

/// Whether the options of a field do not change its column.
fn is_neutral(field: &Field) -> bool {
    let orm = field.attrs.iter().filter(|it| it.path().is_ident("orm"));
    let mut texts = orm.map(|it| it.meta.to_token_stream().to_string());
    texts.all(|text| {
        let inside = text.trim_start_matches("orm").trim().trim_start_matches('(').trim_end_matches(')').to_owned();
        inside.split(',').all(|it| NEUTRAL.iter().any(|word| it.trim().starts_with(word)))
    })
}
