//! Finds the globs that may match a path, without trying all of them.

use std::collections::HashMap;

use super::Glob;
use crate::path::RepoPath;

/// Maps the literal prefixes of globs, and then of their last components, to keys. This way, a path
/// is only matched against globs that may match it.
#[derive(Debug)]
pub(crate) struct GlobIndex<K>(PrefixMap<PrefixMap<Vec<K>>>);

/// A map that is looked up by all prefixes of a key.
#[derive(Debug)]
pub(crate) struct PrefixMap<T> {
    values: HashMap<Vec<u8>, T>,
    /// The distinct lengths of the prefixes, ascending.
    lengths: Vec<usize>,
}

impl<T> Default for PrefixMap<T> {
    fn default() -> PrefixMap<T> {
        PrefixMap { values: HashMap::new(), lengths: Vec::new() }
    }
}

impl<T: Default> PrefixMap<T> {
    pub(crate) fn entry(&mut self, prefix: &[u8]) -> &mut T {
        if let Err(index) = self.lengths.binary_search(&prefix.len()) {
            self.lengths.insert(index, prefix.len());
        }
        self.values.entry(prefix.to_vec()).or_default()
    }

    /// The values of all prefixes of `bytes`.
    pub(crate) fn prefixes_of<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = &'a T> {
        let lengths = self.lengths.iter().take_while(|&&length| length <= bytes.len());
        lengths.filter_map(|&length| self.values.get(&bytes[..length]))
    }
}

impl<K> Default for GlobIndex<K> {
    fn default() -> GlobIndex<K> {
        GlobIndex(PrefixMap::default())
    }
}

impl<K: Copy + Ord> GlobIndex<K> {
    /// Adds a glob. Globs with equal keys have to be added one after another.
    pub(crate) fn insert(&mut self, glob: &Glob, key: K) {
        let literals = glob.literals();
        let keys = self.0.entry(literals.prefix).entry(literals.name);
        if keys.last() != Some(&key) {
            keys.push(key);
        }
    }

    /// The keys of the globs that may match a path, in ascending order.
    pub(crate) fn candidates(&self, path: &RepoPath) -> Vec<K> {
        let by_name = self.0.prefixes_of(path.as_bytes());
        let by_name = by_name.flat_map(|names| names.prefixes_of(path.name()));
        let mut keys: Vec<K> = by_name.flatten().copied().collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
