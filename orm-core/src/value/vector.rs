//! The types of the extension `vector` (pgvector).

use bytes::BytesMut;
use pgvector::{HalfVector, SparseVector, Vector};
use postgres_types::{FromSql, ToSql, Type};

use super::{CodecError, Element, PgType, Scalar, codec_error::codec_error, scalar::base_type};

/// A vector type of the extension.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a vector",
    label = "distances are between vectors",
    note = "the vectors of pgvector are `Vector`, `HalfVector` and `SparseVector`"
)]
pub trait VectorType: Scalar {}

/// The length of a value in bytes according to its header, which the crate's own codec does not verify.
fn dense(raw: &[u8], item: usize) -> Option<usize> {
    let head = raw.first_chunk::<2>()?;
    Some(4 + usize::from(u16::from_be_bytes(*head)) * item)
}

fn sparse(raw: &[u8]) -> Option<usize> {
    let (dimensions, rest) = raw.split_first_chunk::<4>()?;
    let filled = usize::try_from(i32::from_be_bytes(*rest.first_chunk::<4>()?)).ok()?;
    let dimensions = usize::try_from(i32::from_be_bytes(*dimensions)).ok()?;
    let indices = rest.get(8..)?.chunks_exact(4).take(filled);
    // Its other methods use the indices unchecked.
    let within = |it: &[u8]| {
        let index = it.first_chunk::<4>().and_then(|it| usize::try_from(i32::from_be_bytes(*it)).ok());
        index.is_some_and(|it| it < dimensions)
    };
    indices.clone().all(within).then(|| filled.checked_mul(8)?.checked_add(12)).flatten()
}

macro_rules! vectors {
    ($($ty:ident => $name:literal, $length:expr;)+) => { $(
        impl Scalar for $ty {
            const TYPE: PgType = PgType::sql($name);

            fn accepts(ty: &Type) -> bool {
                base_type(ty).name() == $name
            }

            fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
                ToSql::to_sql(self, base_type(ty), out).map(drop)
            }

            fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
                let length: fn(&[u8]) -> Option<usize> = $length;
                if length(raw) != Some(raw.len()) {
                    return Err(codec_error(concat!("not a value of the type ", $name)));
                }
                FromSql::from_sql(base_type(ty), raw)
            }
        }

        impl Element for $ty {}
        impl VectorType for $ty {}
    )+ };
}

vectors! {
    Vector => "vector", |raw| dense(raw, 4);
    HalfVector => "halfvec", |raw| dense(raw, 2);
    SparseVector => "sparsevec", sparse;
}
