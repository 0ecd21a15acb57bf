//! A bounded memory of what was last seen: when one half is full the older half is forgotten.
use std::collections::HashMap;

#[derive(Debug)]
pub struct Recent<V> {
    young: HashMap<String, V>,
    old: HashMap<String, V>,
    half: usize,
}

impl<V> Recent<V> {
    /// Remembers at least `half` and at most twice as many.
    #[must_use]
    pub fn new(half: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), half }
    }

    pub fn insert(&mut self, key: String, value: V) {
        if self.young.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_half_is_always_there() {
        let mut recent = Recent::new(2);
        for n in 0..5 {
            recent.insert(format!("k{n}"), n);
        }
        assert_eq!(recent.get("k4"), Some(&4));
        assert_eq!(recent.get("k3"), Some(&3));
        assert_eq!(recent.get("k0"), None);
    }
}
