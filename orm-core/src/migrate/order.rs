//! Putting things in order, so that what others need comes first.

use std::collections::{BTreeMap, BTreeSet};

/// Returns `keys` with everything that a key needs before it, otherwise in their own order. A cycle is cut at the key that
/// comes last.
pub(super) fn ordered<K: Ord + Clone>(keys: &BTreeSet<K>, needs: &BTreeMap<K, BTreeSet<K>>) -> Vec<K> {
    let mut done = BTreeSet::new();
    let mut out = Vec::with_capacity(keys.len());
    for key in keys {
        visit(key, keys, needs, &mut done, &mut out);
    }
    out
}

/// Appends what `first` needs, then `first`, without recursion: schemas have chains of thousands.
fn visit<K: Ord + Clone>(
    first: &K,
    keys: &BTreeSet<K>,
    needs: &BTreeMap<K, BTreeSet<K>>,
    done: &mut BTreeSet<K>,
    out: &mut Vec<K>,
) {
    if !done.insert(first.clone()) {
        return;
    }
    let none = BTreeSet::new();
    let mut stack = vec![(first, needs.get(first).unwrap_or(&none).iter())];
    while let Some((key, waiting)) = stack.last_mut() {
        match waiting.next() {
            Some(next) if keys.contains(next) && done.insert(next.clone()) => {
                stack.push((next, needs.get(next).unwrap_or(&none).iter()));
            }
            Some(_) => {}
            None => {
                out.push((*key).clone());
                stack.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(u8, u8)]) -> BTreeMap<u8, BTreeSet<u8>> {
        let mut needs = BTreeMap::<_, BTreeSet<_>>::new();
        for (key, needed) in edges {
            needs.entry(*key).or_default().insert(*needed);
        }
        needs
    }

    #[test]
    fn what_is_needed_comes_first() {
        let keys = BTreeSet::from([1, 2, 3, 4]);
        assert_eq!(ordered(&keys, &graph(&[(1, 3), (3, 4)])), [4, 3, 1, 2]);
        assert_eq!(ordered(&keys, &graph(&[(1, 9)])), [1, 2, 3, 4]);
        assert_eq!(ordered(&keys, &graph(&[(1, 2), (2, 1)])), [2, 1, 3, 4]);
    }
}
