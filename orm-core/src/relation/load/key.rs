//! The keys by which the rows of one level find those of the next.

use std::collections::HashMap;

use bytes::BytesMut;

use crate::{
    error::Result,
    model::Model,
    relation::Path,
    row::Cursor,
    value::{Bind, Integer, PgType, RawValue},
};

/// A key as the server sent it.
#[doc(hidden)]
#[derive(Debug)]
pub enum ParentKey {
    /// A part is NULL.
    Null,
    /// Of one part.
    Integer(Integer),
    /// Of one part or several.
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

    /// The integer that it is; nothing where it is something else.
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

/// The keys of some rows, one each; nothing where a part is NULL. Most are integers, which need no place of their own.
pub(crate) enum ParentKeys {
    Integers(PgType, Vec<Option<Integer>>),
    Binds(Vec<Option<Vec<Bind>>>),
}

/// Keys to be looked for.
pub(crate) enum LookupKeys {
    /// Each of them once, and where it is.
    Integers {
        ty: PgType,
        keys: Vec<Integer>,
        places: HashMap<i64, usize>,
    },
    Binds(Vec<Vec<Bind>>),
}

impl ParentKeys {
    /// The keys of `rows`.
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

    /// The keys that rows of the server had.
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

    /// Whether each row has one, and those that there are.
    pub(crate) fn each(self) -> (Vec<bool>, LookupKeys) {
        match self {
            Self::Integers(ty, keys) => {
                let there = keys.iter().map(Option::is_some).collect();
                let keys: Vec<Integer> = keys.into_iter().flatten().collect();
                let places: HashMap<i64, usize> = keys.iter().enumerate().map(|(at, it)| (it.get(), at)).collect();
                let once = places.len() == keys.len();
                let asked = LookupKeys::Integers { ty, keys, places };
                (there, if once { asked } else { LookupKeys::Binds(asked.into_binds()) })
            }
            Self::Binds(keys) => {
                let there = keys.iter().map(Option::is_some).collect();
                (there, LookupKeys::Binds(keys.into_iter().flatten().collect()))
            }
        }
    }

    /// Which key each row has, and the different ones that there are.
    pub(crate) fn distinct(self) -> (Vec<Option<usize>>, LookupKeys) {
        match self {
            Self::Integers(ty, all) => {
                let mut keys = Vec::new();
                let mut places = HashMap::new();
                let place = |key: Option<Integer>| {
                    let key = key?;
                    let next = keys.len();
                    let place = *places.entry(key.get()).or_insert(next);
                    if place == next {
                        keys.push(key);
                    }
                    Some(place)
                };
                let of_row = all.into_iter().map(place).collect();
                (of_row, LookupKeys::Integers { ty, keys, places })
            }
            Self::Binds(all) => {
                let mut keys = Vec::new();
                let mut places: HashMap<BytesMut, usize> = HashMap::new();
                let place = |key: Option<Vec<Bind>>| {
                    let key = key?;
                    let next = keys.len();
                    // Equal bytes are equal keys. Other equal keys, as of citext, get a number each, and the server finds
                    // the same row for both.
                    let place = bytes(&key).map_or(next, |bytes| *places.entry(bytes).or_insert(next));
                    if place == next {
                        keys.push(key);
                    }
                    Some(place)
                };
                let of_row = all.into_iter().map(place).collect();
                (of_row, LookupKeys::Binds(keys))
            }
        }
    }
}

impl LookupKeys {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Integers { keys, .. } => keys.len(),
            Self::Binds(keys) => keys.len(),
        }
    }

    /// The same, one by one.
    pub(crate) fn into_binds(self) -> Vec<Vec<Bind>> {
        match self {
            Self::Integers { ty, keys, .. } => keys.into_iter().map(|it| vec![Bind::of_integer(it, ty)]).collect(),
            Self::Binds(keys) => keys,
        }
    }
}

/// The bytes of a key, where each part has some.
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
