//! Sets of bytes.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct ByteSet([u64; 4]);

impl ByteSet {
    /// All bytes that a component may contain: all but 0 and `/`.
    pub(crate) const COMPONENT: ByteSet = ByteSet([!(1 | 1 << b'/'), u64::MAX, u64::MAX, u64::MAX]);

    /// Just `/`.
    pub(crate) const SEPARATOR: ByteSet = ByteSet([1 << b'/', 0, 0, 0]);

    pub(crate) fn of(byte: u8) -> ByteSet {
        let mut set = ByteSet::default();
        set.insert(byte);
        set
    }

    pub(crate) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(crate) fn contains(self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0
    }

    pub(crate) fn intersection(self, other: ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|word| self.0[word] & other.0[word]))
    }

    pub(crate) fn union(self, other: ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    pub(crate) fn complement(self) -> ByteSet {
        ByteSet(self.0.map(|word| !word))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    pub(crate) fn len(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The members in ascending order.
    pub(crate) fn iter(self) -> impl Iterator<Item = u8> {
        (0..=3u8).flat_map(move |word| {
            let mut rest = self.0[usize::from(word)];
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
                (bit < 64).then(|| word * 64 + u8::try_from(bit).unwrap_or(0))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_operations() {
        let bytes = [0u8, 1, 63, 64, 127, 128, 254, 255];
        let mut set = ByteSet::default();
        for byte in bytes {
            set.insert(byte);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), bytes);
        assert_eq!(set.len(), 8);
        assert_eq!(set.complement().intersection(set), ByteSet::default());
        assert_eq!(set.union(set.complement()).len(), 256);
        assert_eq!(ByteSet::COMPONENT.len(), 254);
        assert!(!ByteSet::COMPONENT.contains(b'/') && !ByteSet::COMPONENT.contains(0));
        assert!(ByteSet::SEPARATOR.contains(b'/') && ByteSet::SEPARATOR.len() == 1);
    }
}
