//! The models that a file already has, and where they stand in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use heck::{ToKebabCase, ToLowerCamelCase, ToShoutyKebabCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Fields, Item, Meta, Visibility, ext::IdentExt, spanned::Spanned};

use super::{
    item::Kind,
    option::{Parsed, split},
};
use crate::{Error, ErrorKind, Result};

/// What a file already has.
#[derive(Debug, Default)]
pub(super) struct Previous {
    pub(super) items: Vec<OldItem>,
    /// All names of types, and those that derives add.
    pub(super) idents: BTreeSet<String>,
    /// The columns of structs with `#[derive(Flatten)]`.
    flattened: BTreeMap<String, Vec<String>>,
    /// The elements of `models![..]` in the list of all models.
    pub(super) list: Option<OldList>,
}

/// A struct or enum.
#[derive(Debug)]
pub(super) struct OldItem {
    pub(super) kind: Kind,
    pub(super) schema: Option<String>,
    /// The name in the database.
    pub(super) name: String,
    /// The identifier without `r#`.
    pub(super) ident: String,
    pub(super) range: Range<usize>,
    /// Where an attribute can be inserted.
    pub(super) head: usize,
    pub(super) attributes: Vec<OldAttribute>,
    /// What stands in the braces.
    pub(super) body: Range<usize>,
    pub(super) members: Vec<OldMember>,
    /// Whether it is in a module of the file.
    pub(super) nested: bool,
}

/// A field or variant.
#[derive(Debug)]
pub(super) struct OldMember {
    /// The identifier without `r#`.
    pub(super) ident: String,
    /// The column, attribute or label; none for a field that is no column.
    pub(super) name: Option<String>,
    /// The columns of a flattened field, if its struct is in this file.
    pub(super) flattened: Option<Vec<String>>,
    pub(super) ty: Option<(Range<usize>, TokenStream)>,
    pub(super) range: Range<usize>,
    pub(super) head: usize,
    pub(super) attributes: Vec<OldAttribute>,
}

/// An attribute `#[orm(..)]`.
#[derive(Debug)]
pub(super) struct OldAttribute {
    pub(super) range: Range<usize>,
    /// Each option with its text.
    pub(super) options: Vec<(Parsed, String)>,
}

/// `pub const MODELS: &[&Table] = models![..];`
#[derive(Debug)]
pub(super) struct OldList {
    /// Where its documentation begins.
    pub(super) start: usize,
    /// What stands in the parentheses.
    pub(super) range: Range<usize>,
    pub(super) elements: Vec<String>,
}

/// The options of attributes.
pub(super) fn options(attributes: &[OldAttribute]) -> impl Iterator<Item = &Parsed> {
    attributes.iter().flat_map(|it| &it.options).map(|(it, _)| it)
}

impl Previous {
    /// Reads a file.
    pub(super) fn read(source: &str) -> Result<Self> {
        let file = syn::parse_file(source).map_err(|it| {
            let at = it.span().start();
            let text = format!("the previous models are not valid Rust, at line {}: {it}", at.line);
            Error::new(ErrorKind::Migration, text)
        })?;
        let mut previous = Self::default();
        previous.gather_flattened(&file.items);
        previous.gather(source, &file.items, false);
        Ok(previous)
    }

    /// The item of this kind for a name in the database.
    pub(super) fn item(&self, kind: Kind, schema: &str, name: &str) -> Option<&OldItem> {
        let same =
            |it: &&OldItem| it.kind == kind && it.name == name && it.schema.as_deref().unwrap_or("public") == schema;
        self.items.iter().find(same)
    }

    fn gather_flattened(&mut self, items: &[Item]) {
        for item in items {
            let Item::Struct(it) = item else { continue };
            if derives(&it.attrs, "Flatten") {
                let rename = rename_all(&it.attrs);
                let columns = it.fields.iter().filter_map(|field| {
                    let ident = field.ident.as_ref()?;
                    let options = attributes("", &field.attrs);
                    Some(renamed(&options, "column").unwrap_or_else(|| column(&ident.unraw().to_string(), &rename)))
                });
                self.flattened.insert(it.ident.unraw().to_string(), columns.collect());
            }
        }
    }

    fn gather(&mut self, source: &str, items: &[Item], nested: bool) {
        for item in items {
            let ident = match item {
                Item::Struct(it) => &it.ident,
                Item::Enum(it) => &it.ident,
                Item::Type(it) => &it.ident,
                Item::Trait(it) => &it.ident,
                Item::Union(it) => &it.ident,
                Item::Const(it) => {
                    if let Some(list) = list(it).filter(|_| !nested) {
                        self.list = Some(list);
                    }
                    continue;
                }
                Item::Mod(it) => {
                    let inside = it.content.as_ref().map(|(_, items)| items.as_slice());
                    self.gather(source, inside.unwrap_or_default(), true);
                    continue;
                }
                _ => continue,
            };
            let ident = ident.unraw().to_string();
            if !nested {
                self.idents.insert(ident);
            }
            self.items.extend(self.item_of(source, item, nested));
        }
    }

    fn item_of(&self, source: &str, item: &Item, nested: bool) -> Option<OldItem> {
        let (attrs, ident, vis, keyword) = match item {
            Item::Struct(it) => (&it.attrs, &it.ident, &it.vis, it.struct_token.span()),
            Item::Enum(it) => (&it.attrs, &it.ident, &it.vis, it.enum_token.span()),
            _ => return None,
        };
        let head = if matches!(vis, Visibility::Inherited) { keyword } else { vis.span() };
        let kind = Kind::ALL.into_iter().find(|it| derives(attrs, it.derive()))?;
        let own = attributes(source, attrs);
        let rename = rename_all(attrs);
        let (body, members) = match item {
            Item::Struct(it) => {
                let Fields::Named(fields) = &it.fields else { return None };
                let members = fields.named.iter().map(|field| self.field(source, field, &rename)).collect();
                (fields.brace_token.span, members)
            }
            Item::Enum(it) => {
                let members = it.variants.iter().map(|variant| {
                    let attributes = attributes(source, &variant.attrs);
                    let ident = variant.ident.unraw().to_string();
                    let label = renamed(&attributes, "rename").unwrap_or_else(|| apply(&ident, &rename));
                    OldMember {
                        ident,
                        name: Some(label),
                        flattened: None,
                        ty: None,
                        range: variant.span().byte_range(),
                        head: variant.ident.span().byte_range().start,
                        attributes,
                    }
                });
                (it.brace_token.span, members.collect())
            }
            _ => return None,
        };
        let (open, close) = (body.open().byte_range().end, body.close().byte_range().start);
        let ident = ident.unraw().to_string();
        let string = |key: &str| options(&own).find(|it| it.key == key).and_then(Parsed::string);
        let name = string(kind.name_option()).unwrap_or_else(|| ident.to_snake_case());
        Some(OldItem {
            kind,
            schema: string("schema"),
            name,
            ident,
            range: item.span().byte_range(),
            head: head.byte_range().start,
            attributes: own,
            body: open..close,
            members,
            nested,
        })
    }

    fn field(&self, source: &str, field: &syn::Field, rename: &str) -> OldMember {
        let attributes = attributes(source, &field.attrs);
        let ident = field.ident.as_ref().map(|it| it.unraw().to_string()).unwrap_or_default();
        let flag = |key: &str| options(&attributes).any(|it| it.key == key);
        let column = renamed(&attributes, "column").unwrap_or_else(|| column(&ident, rename));
        let flattened = flag("flatten").then(|| {
            let last = super::option::last_ident(field.ty.to_token_stream());
            self.flattened.get(&last).cloned()
        });
        let start = match &field.vis {
            Visibility::Inherited => field.ident.span(),
            vis => vis.span(),
        };
        OldMember {
            name: (!flag("skip") && !flag("flatten")).then_some(column),
            ident,
            flattened: flattened.flatten(),
            ty: Some((field.ty.span().byte_range(), field.ty.to_token_stream())),
            range: field.span().byte_range(),
            head: start.byte_range().start,
            attributes,
        }
    }
}

fn list(item: &syn::ItemConst) -> Option<OldList> {
    if item.ident != super::item::LIST {
        return None;
    }
    let syn::Expr::Macro(call) = item.expr.as_ref() else { return None };
    let inside = match &call.mac.delimiter {
        syn::MacroDelimiter::Paren(it) => it.span,
        syn::MacroDelimiter::Brace(it) => it.span,
        syn::MacroDelimiter::Bracket(it) => it.span,
    };
    let elements = split(call.mac.tokens.clone()).into_iter().map(|it| it.to_string().replace(' ', "")).collect();
    Some(OldList {
        start: item.span().byte_range().start,
        range: inside.open().byte_range().end..inside.close().byte_range().start,
        elements,
    })
}

fn derives(attrs: &[Attribute], name: &str) -> bool {
    let lists = attrs.iter().filter(|it| it.path().is_ident("derive")).filter_map(|it| match &it.meta {
        Meta::List(list) => Some(list.tokens.clone()),
        _ => None,
    });
    lists.flat_map(split).any(|it| super::option::last_ident(it) == name)
}

fn attributes(source: &str, attrs: &[Attribute]) -> Vec<OldAttribute> {
    let own = attrs.iter().filter(|it| it.path().is_ident("orm")).filter_map(|it| match &it.meta {
        Meta::List(list) => Some((it.span().byte_range(), list.tokens.clone())),
        _ => None,
    });
    let read = own.map(|(range, tokens)| {
        let options = split(tokens).into_iter().map(|it| {
            let from = it.clone().into_iter().next().map(|it| it.span().byte_range().start);
            let to = it.clone().into_iter().last().map(|it| it.span().byte_range().end);
            let text = from.zip(to).and_then(|(from, to)| source.get(from..to));
            let text = text.map_or_else(|| it.to_string(), str::to_owned);
            (Parsed::of(it), text)
        });
        OldAttribute { range, options: options.collect() }
    });
    read.collect()
}

fn renamed(attributes: &[OldAttribute], key: &str) -> Option<String> {
    options(attributes).find(|it| it.key == key).and_then(Parsed::string)
}

fn rename_all(attrs: &[Attribute]) -> String {
    renamed(&attributes("", attrs), "rename_all").unwrap_or_default()
}

fn column(ident: &str, rule: &str) -> String {
    if rule.is_empty() || rule == "snake_case" { ident.to_owned() } else { apply(ident, rule) }
}

fn apply(ident: &str, rule: &str) -> String {
    match rule {
        "camelCase" => ident.to_lower_camel_case(),
        "PascalCase" => ident.to_upper_camel_case(),
        "SCREAMING_SNAKE_CASE" => ident.to_shouty_snake_case(),
        "kebab-case" => ident.to_kebab_case(),
        "SCREAMING-KEBAB-CASE" => ident.to_shouty_kebab_case(),
        "lowercase" => ident.to_lowercase(),
        "UPPERCASE" => ident.to_uppercase(),
        _ => ident.to_snake_case(),
    }
}
