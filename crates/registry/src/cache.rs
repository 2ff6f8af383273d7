//! A bounded cache that can never serve what was read before a change and stored after it.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use bonded_model::ids::ChannelId;
use quick_cache::{Equivalent, Weighter, sync::Cache};

/// How many independent change counters there are. Two subjects that share one only cost each other a reload.
const SLOTS: usize = 1 << 16;

/// A cache bounded by the weight of its values. Every value belongs to a *subject*, such as a project: a change of
/// the subject makes all values that were loaded before it invisible, at the cost of one addition.
pub(crate) struct VersionedCache<K, V, W> {
    entries: Cache<K, Entry<V>, ByValue<W>>,
    versions: Vec<AtomicU64>,
    hasher: RandomState,
}

/// The state of a subject before a value of it was loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    slot: usize,
    count: u64,
}

#[derive(Clone)]
struct Entry<V> {
    value: V,
    version: Version,
}

/// Weighs an entry by its value.
#[derive(Clone)]
struct ByValue<W>(W);

impl<K, V, W: Weighter<K, V>> Weighter<K, Entry<V>> for ByValue<W> {
    fn weight(&self, key: &K, entry: &Entry<V>) -> u64 {
        self.0.weight(key, &entry.value)
    }
}

impl<K: Eq + Hash, V: Clone, W: Weighter<K, V> + Clone> VersionedCache<K, V, W> {
    /// A cache whose values weigh at most `capacity` together; around `expected` of them.
    pub(crate) fn new(expected: usize, capacity: u64, weighter: W) -> Self {
        Self {
            entries: Cache::with_weighter(expected, capacity, ByValue(weighter)),
            versions: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    /// The value, unless its subject changed since it was loaded.
    pub(crate) fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<V> {
        let entry = self.entries.get(key)?;
        (self.count(entry.version.slot) == entry.version.count).then_some(entry.value)
    }

    /// To be asked *before* a value of the subject is loaded.
    pub(crate) fn version(&self, subject: &impl Hash) -> Version {
        let slot = self.slot(subject);
        Version { slot, count: self.count(slot) }
    }

    /// Keeps a value that was loaded after `version` was asked for.
    pub(crate) fn insert(&self, key: K, value: V, version: Version) {
        self.entries.insert(key, Entry { value, version });
    }

    /// Makes every value of the subject invisible, also those that are being loaded.
    pub(crate) fn change(&self, subject: &impl Hash) {
        self.versions[self.slot(subject)].fetch_add(1, Ordering::SeqCst);
    }

    /// Makes everything invisible.
    pub(crate) fn clear(&self) {
        for version in &self.versions {
            version.fetch_add(1, Ordering::SeqCst);
        }
        self.entries.clear();
    }

    fn count(&self, slot: usize) -> u64 {
        self.versions[slot].load(Ordering::SeqCst)
    }

    fn slot(&self, subject: &impl Hash) -> usize {
        usize::try_from(self.hasher.hash_one(subject) % SLOTS as u64).unwrap_or_default()
    }
}

/// Looks up a key of channel and name without allocating.
#[derive(Hash)]
pub(crate) struct Named<'a>(pub(crate) ChannelId, pub(crate) &'a str);

impl Equivalent<(ChannelId, Box<str>)> for Named<'_> {
    fn equivalent(&self, key: &(ChannelId, Box<str>)) -> bool {
        self.0 == key.0 && *self.1 == *key.1
    }
}

/// Counts values instead of weighing them.
#[derive(Clone)]
pub(crate) struct One;

impl<K, V> Weighter<K, V> for One {
    fn weight(&self, _: &K, _: &V) -> u64 {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Length;

    impl Weighter<u32, String> for Length {
        fn weight(&self, _: &u32, value: &String) -> u64 {
            value.len() as u64
        }
    }

    fn cache() -> VersionedCache<u32, String, Length> {
        VersionedCache::new(10, 1_000, Length)
    }

    #[test]
    fn a_change_hides_what_was_loaded_before_it() {
        let cache = cache();
        cache.insert(1, "old".into(), cache.version(&"acme"));
        assert_eq!(cache.get(&1).as_deref(), Some("old"));
        cache.change(&"acme");
        assert_eq!(cache.get(&1), None);
    }

    #[test]
    fn a_value_that_was_loaded_while_its_subject_changed_is_never_seen() {
        let cache = cache();
        let before = cache.version(&"acme");
        cache.change(&"acme");
        cache.insert(1, "stale".into(), before);
        assert_eq!(cache.get(&1), None);
    }

    #[test]
    fn clearing_spoils_what_is_being_loaded() {
        let cache = cache();
        let before = cache.version(&"acme");
        cache.clear();
        cache.insert(1, "stale".into(), before);
        assert_eq!(cache.get(&1), None);
    }
}
