//! The extension `hstore`.

use std::collections::HashMap;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::types::{hstore_from_sql, hstore_to_sql};
use postgres_types::Type;

use super::{CodecError, Element, NulCharacter, PgType, Scalar, scalar::base_type};

/// Keys with values, each of which may be NULL: the type `hstore` of the extension of that name.
///
/// ```
/// # use blog::*;
/// let mut tags = Hstore::default();
/// tags.insert("colour".into(), Some("red".into()));
/// assert_eq!(tags.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hstore(pub HashMap<String, Option<String>>);

impl std::ops::Deref for Hstore {
    type Target = HashMap<String, Option<String>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::DerefMut for Hstore {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, Option<V>)> for Hstore {
    fn from_iter<I: IntoIterator<Item = (K, Option<V>)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key.into(), value.map(Into::into))).collect())
    }
}

impl Scalar for Hstore {
    const TYPE: PgType = PgType::sql("hstore");

    fn accepts(ty: &Type) -> bool {
        base_type(ty).name() == "hstore"
    }

    fn encode(&self, _: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        let texts = self.0.iter().flat_map(|(key, value)| [Some(key), value.as_ref()]).flatten();
        if texts.into_iter().any(|it| it.as_bytes().contains(&0)) {
            return Err(Box::new(NulCharacter));
        }
        // Sorted, so that equal maps have equal bytes.
        let mut entries: Vec<_> = self.0.iter().map(|(key, value)| (key.as_str(), value.as_deref())).collect();
        entries.sort_unstable();
        hstore_to_sql(entries, out)
    }

    fn decode(_: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        // One by one: the count in a broken value must not make us allocate memory.
        let (mut entries, mut map) = (hstore_from_sql(raw)?, HashMap::new());
        while let Some((key, value)) = entries.next()? {
            map.insert(key.to_owned(), value.map(str::to_owned));
        }
        Ok(Self(map))
    }
}

impl Element for Hstore {}
