//! Decoders with bytes that are not a value of their type: an error, never a panic, and no excessive memory.

use bytes_of::encoded;
use orm_pg::value::Scalar;
use proptest::{collection::vec, prelude::any, test_runner::TestRunner};

use super::random::{each_type, one, runner};

mod bytes_of {
    use orm_pg::{
        tokio_postgres::types::{Kind, Type},
        value::{PgType, Scalar},
    };

    /// The server's type of `ty`, made by hand where it is not built in.
    pub(super) fn server_type(ty: PgType) -> Type {
        if let Some(known) = Type::from_oid(ty.oid) {
            return known;
        }
        let item = |kind| Type::new(ty.name.to_owned(), 99_999, kind, "public".to_owned());
        let kind = if ty.labels.is_empty() {
            Kind::Simple
        } else {
            Kind::Enum(ty.labels.iter().map(|it| (*it).to_owned()).collect())
        };
        if ty.array { item(Kind::Array(item(kind))) } else { item(kind) }
    }

    pub(super) fn encoded<T: Scalar>(value: &T) -> (Type, Vec<u8>) {
        let ty = server_type(T::TYPE);
        assert!(T::accepts(&ty), "{ty} {:?}", T::TYPE);
        let mut out = Default::default();
        value.encode(&ty, &mut out).expect("a value that can be sent");
        (ty, out.to_vec())
    }
}

/// What is done with each type.
pub(super) trait Visitor {
    fn visit<T: Scalar>(&mut self, value: &T);
}

struct Break {
    runner: TestRunner,
    refused: usize,
}

impl Visitor for Break {
    fn visit<T: Scalar>(&mut self, value: &T) {
        let (ty, good) = encoded(value);
        assert!(T::decode(&ty, &good).is_ok(), "{ty}");
        let mut tries: Vec<Vec<u8>> = (0..good.len()).map(|length| good[..length].to_vec()).collect();
        tries.extend((0..20).map(|_| one(&mut self.runner, vec(any::<u8>(), 0..64))));
        for index in 0..good.len().min(40) {
            for with in [0, 1, 0x7f, 0x80, 0xff] {
                let mut broken = good.clone();
                broken[index] = with;
                tries.push(broken);
            }
        }
        tries.push([good.as_slice(), &[0]].concat());
        // Lengths and counts as large as can be.
        let head = |words: &[i32]| words.iter().flat_map(|it| it.to_be_bytes()).collect::<Vec<u8>>();
        tries.extend([head(&[i32::MAX]), head(&[1, 0, 23, i32::MAX, 1]), head(&[i32::MAX, i32::MAX]), head(&[-1, -1])]);
        self.refused += tries.iter().filter(|it| T::decode(&ty, it).is_err()).count();
    }
}

#[test]
fn broken_bytes_are_errors_for_every_type() {
    let (mut values, mut visitor) = (runner(), Break { runner: runner(), refused: 0 });
    for _ in 0..3 {
        each_type(&mut values, &mut visitor);
    }
    assert!(visitor.refused > 10_000, "{}", visitor.refused);
}
