//! `FromRow`: for models, and for structs with `#[derive(FromRow)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Member, spanned::Spanned};

use super::{
    generics::ModelTokens,
    tokens::{from_json, unraw},
};
use crate::ast::{FieldKind, Model, RowField, RowSource};

/// The struct whose fields are read.
pub(super) struct RowReader<'a> {
    /// The struct's name, for messages.
    pub(super) owner: String,
    /// The type that stands for the fields.
    pub(super) marker: TokenStream,
    pub(super) fields: &'a [RowField],
    /// Whether one more column, the marker, tells a missing row from one that consists of NULLs.
    pub(super) with_marker: bool,
    /// Whether the fields declare columns, so that rustc does not warn about one that the program never reads.
    pub(super) declares: bool,
}

/// The methods of `FromRow`; `before` comes before the layout of the fields.
pub(super) fn methods(reader: &RowReader<'_>, before: Option<&TokenStream>, private: &TokenStream) -> TokenStream {
    let RowReader { owner, marker, fields, with_marker, declares } = reader;
    let mut count = 0_usize;
    let (mut layouts, mut reads, mut flattened) = (Vec::new(), Vec::new(), Vec::new());
    for field in *fields {
        let RowField { member, ty, .. } = field;
        let value = match &field.source {
            RowSource::Default => quote_spanned!(ty.span()=> <#ty as ::core::default::Default>::default()),
            RowSource::Invalid => quote!(::core::unreachable!()),
            RowSource::Flatten => {
                let part = flattened.len();
                flattened.push(part);
                layouts.push(quote!(#private::model::layout_flattened::<#marker, #part>(__orm_layout)?;));
                quote!(#private::model::read_flattened::<#marker, #part>(__orm_row)?)
            }
            column => {
                layouts.push(match column {
                    RowSource::Column(name) => {
                        quote!(#private::model::layout_field::<#marker, #count>(__orm_layout, #owner, #name)?;)
                    }
                    _ => quote!(#private::model::layout_next::<#marker, #count>(__orm_layout)?;),
                });
                let value = quote!(#private::model::read_field::<#marker, #count>(__orm_row)?);
                count += 1;
                if field.json { from_json(private, ty, &value) } else { value }
            }
        };
        reads.push(quote!(#member: #value));
    }
    let layout_marker = with_marker.then(|| quote!(#private::row::Layout::<'_>::marker(__orm_layout)?;));
    let skip_marker = with_marker.then(|| quote!(#private::row::Cursor::<'_>::skip(__orm_row, 1);));
    let width = quote!(#count #(+ #private::model::flattened_columns::<#marker, #flattened>().len())*);
    // NULL only where the row is missing: the marker, the first column that cannot be NULL, or all columns together.
    let missing = if *with_marker {
        quote!(#private::row::Cursor::<'_>::is_null(__orm_row, #count)?)
    } else {
        let numbers = 0..count;
        let first = if flattened.is_empty() {
            quote!(#private::model::first_required(&[#(#private::model::field_nullable::<#marker, #numbers>()),*]))
        } else {
            quote!(#private::model::first_required_column(<Self as #private::model::Model>::TABLE.columns))
        };
        quote! {{
            let __orm_first = const { #first };
            if __orm_first < #width {
                #private::row::Cursor::<'_>::is_null(__orm_row, __orm_first)?
            } else {
                #private::model::all_null(__orm_row, #width)?
            }
        }}
    };
    let skipped = if *with_marker { quote!(#width + 1) } else { width };
    // For rustc's lint `dead_code`, which would warn about a column that only queries name.
    let declared =
        fields.iter().filter(|it| *declares && !matches!(it.source, RowSource::Default)).map(|it| &it.member);
    quote! {
        fn layout(__orm_layout: &mut #private::row::Layout<'_>) -> #private::error::Result<()> {
            #before
            #(#layouts)*
            #layout_marker
            ::core::result::Result::Ok(())
        }

        fn from_row(__orm_row: &mut #private::row::Cursor<'_>) -> #private::error::Result<Self> {
            let __orm_value = Self { #(#reads),* };
            #(let _ = &__orm_value.#declared;)*
            #skip_marker
            ::core::result::Result::Ok(__orm_value)
        }

        fn from_row_nullable(
            __orm_row: &mut #private::row::Cursor<'_>,
        ) -> #private::error::Result<::core::option::Option<Self>> {
            if #missing {
                #private::row::Cursor::<'_>::skip(__orm_row, #skipped);
                return ::core::result::Result::Ok(::core::option::Option::None);
            }
            <Self as #private::row::FromRow>::from_row(__orm_row).map(::core::option::Option::Some)
        }
    }
}

/// `impl FromRow` for a model.
pub(super) fn impl_from_row(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> TokenStream {
    let ModelTokens { model: ty, marker, params, bounds, .. } = tokens;
    let fields = model.fields.iter().map(|field| RowField {
        member: Member::Named(field.ident.clone()),
        ty: field.ty.clone(),
        source: match &field.kind {
            FieldKind::Column(column) => RowSource::Column(column.name.clone()),
            FieldKind::Skip => RowSource::Default,
            FieldKind::Flatten => RowSource::Flatten,
            FieldKind::Invalid => RowSource::Invalid,
        },
        json: field.column().is_some_and(|it| it.json.is_some()),
    });
    let reader = RowReader {
        owner: unraw(&model.ident),
        marker: quote!(#marker),
        fields: &fields.collect::<Vec<_>>(),
        with_marker: model.needs_marker(),
        declares: true,
    };
    let methods = methods(&reader, None, private);
    quote! {
        #[automatically_derived]
        impl #params #private::row::FromRow for #ty #bounds {
            #methods
        }
    }
}
