//! The keys by which the rows of one level find those of the next: `$1` of the statement that loads them.

use std::collections::HashMap;

use bytes::BytesMut;

use crate::{
    error::Result,
    model::Model,
    relation::Path,
    row::Cursor,
    value::{Bind, Integer, PgType, RawValue},
};

/// The key of a parent, as the server sent it.
#[doc(hidden)]
#[derive(Debug)]
pub enum ParentKey {
    /// A part is NULL.
    Null,
    /// One integer.
    Integer(Integer),
    /// One value of another type, or several values.
    #[expect(clippy::box_collection, reason = "cells have the size of the largest")]
    Values(Box<Vec<RawValue>>),
}

impl ParentKey {
    /// Reads the key that comes next.
    pub(crate) fn read(row: &mut Cursor<'_>) -> Result<Self> {
        let parts = row.parts_of_key()?;
        if parts > 1 {
            let values = (0..parts).map(|_| row.nullable()).collect::<Result<Option<_>>>();
            return Ok(values?.map_or(Self::Null, |it| Self::Values(Box::new(it))));
        }
        Ok(match row.nullable()? {
            None => Self::Null,
            Some(RawValue::Integer(it)) => Self::Integer(it),
            Some(it) => Self::Values(Box::new(vec![it])),
        })
    }

    /// Returns the integer, or `None` within `Some` for NULL; `None` if it is another value.
    fn integer(&self) -> Option<Option<Integer>> {
        match self {
            Self::Null => Some(None),
            Self::Integer(it) => Some(Some(*it)),
            Self::Values(_) => None,
        }
    }

    fn into_binds(self, types: &[PgType]) -> Option<Vec<Bind>> {
        let values = match self {
            Self::Null => return None,
            Self::Integer(it) => vec![RawValue::Integer(it)],
            Self::Values(values) => *values,
        };
        Some(values.into_iter().zip(types).map(|(value, ty)| Bind::raw(value, *ty)).collect())
    }
}

/// The keys of the parents, one each; `None` if a part is NULL. Most are integers, which need no allocation each.
pub(crate) enum ParentKeys {
    Integers(PgType, Vec<Option<Integer>>),
    Binds(Vec<Option<Vec<Bind>>>),
}

/// The keys that a statement looks up.
pub(crate) enum LookupKeys {
    /// Each key once, and its position.
    Integers {
        ty: PgType,
        keys: Vec<Integer>,
        positions: HashMap<i64, usize>,
    },
    Binds(Vec<Vec<Bind>>),
}

impl ParentKeys {
    /// The keys of `rows`, which were read as models.
    pub(crate) fn of<P: Model>(path: &Path<P>, rows: &[P]) -> Self {
        let keys = rows.iter().map(|it| path.key(it));
        let [name] = path.columns() else { return Self::Binds(keys.collect()) };
        let ty = P::TABLE.column(name).map(|it| it.ty);
        let Some(ty) = ty.filter(|it| it.is_integer()) else { return Self::Binds(keys.collect()) };
        let integer = |key: Option<Vec<Bind>>| match key.as_deref() {
            None => Some(None),
            Some([part]) => part.integer().map(Some),
            Some(_) => None,
        };
        match keys.clone().map(integer).collect() {
            Some(integers) => Self::Integers(ty, integers),
            None => Self::Binds(keys.collect()),
        }
    }

    /// The keys of rows that were read as projections: the server sent them with the rows.
    pub(crate) fn read<P: Model>(path: &Path<P>, keys: Vec<ParentKey>) -> Self {
        let types: Option<Vec<PgType>> =
            path.columns().iter().map(|name| P::TABLE.column(name).map(|it| it.ty)).collect();
        let types = types.unwrap_or_default();
        if let [ty] = *types
            && ty.is_integer()
            && let Some(integers) = keys.iter().map(ParentKey::integer).collect()
        {
            return Self::Integers(ty, integers);
        }
        Self::Binds(keys.into_iter().map(|it| it.into_binds(&types)).collect())
    }

    /// Returns whether each row has a key, and the keys, one for each row that has one: each parent gets rows of its
    /// own.
    pub(crate) fn each(self) -> (Vec<bool>, LookupKeys) {
        match self {
            Self::Integers(ty, keys) => {
                let present = keys.iter().map(Option::is_some).collect();
                let keys: Vec<Integer> = keys.into_iter().flatten().collect();
                let positions: HashMap<i64, usize> = keys.iter().enumerate().map(|(at, it)| (it.get(), at)).collect();
                let unique = positions.len() == keys.len();
                let lookup = LookupKeys::Integers { ty, keys, positions };
                (present, if unique { lookup } else { LookupKeys::Binds(lookup.into_binds()) })
            }
            Self::Binds(keys) => {
                let present = keys.iter().map(Option::is_some).collect();
                (present, LookupKeys::Binds(keys.into_iter().flatten().collect()))
            }
        }
    }

    /// Returns the position of the key of each row, and the distinct keys: parents with the same key share their rows.
    pub(crate) fn distinct(self) -> (Vec<Option<usize>>, LookupKeys) {
        match self {
            Self::Integers(ty, all) => {
                let mut keys = Vec::new();
                let mut positions = HashMap::new();
                let position = |key: Option<Integer>| {
                    let key = key?;
                    let next = keys.len();
                    let position = *positions.entry(key.get()).or_insert(next);
                    if position == next {
                        keys.push(key);
                    }
                    Some(position)
                };
                let key_of_row = all.into_iter().map(position).collect();
                (key_of_row, LookupKeys::Integers { ty, keys, positions })
            }
            Self::Binds(all) => {
                let mut keys = Vec::new();
                let mut positions: HashMap<BytesMut, usize> = HashMap::new();
                let position = |key: Option<Vec<Bind>>| {
                    let key = key?;
                    let next = keys.len();
                    // Equal bytes are equal keys. Keys that only the server considers equal, as those of citext, get a
                    // position each, and the server finds the same row for both.
                    let position = bytes(&key).map_or(next, |bytes| *positions.entry(bytes).or_insert(next));
                    if position == next {
                        keys.push(key);
                    }
                    Some(position)
                };
                let key_of_row = all.into_iter().map(position).collect();
                (key_of_row, LookupKeys::Binds(keys))
            }
        }
    }
}

impl LookupKeys {
    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Integers { keys, .. } => keys.len(),
            Self::Binds(keys) => keys.len(),
        }
    }

    /// The keys as binds, each a list of its parts.
    pub(crate) fn into_binds(self) -> Vec<Vec<Bind>> {
        match self {
            Self::Integers { ty, keys, .. } => keys.into_iter().map(|it| vec![Bind::of_integer(it, ty)]).collect(),
            Self::Binds(keys) => keys,
        }
    }
}

/// The bytes of a key, each part with its length before it; `None` if a part has no binary form.
fn bytes(key: &[Bind]) -> Option<BytesMut> {
    let mut all = BytesMut::with_capacity(16);
    for part in key {
        let mut bytes = BytesMut::new();
        if !part.bytes(&mut bytes) {
            return None;
        }
        all.extend_from_slice(&bytes.len().to_be_bytes());
        all.extend_from_slice(&bytes);
    }
    Some(all)
}
