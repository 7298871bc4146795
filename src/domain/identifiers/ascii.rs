//! Short fixed-length ASCII strings, copied like integers.

/// Exactly `N` ASCII bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    /// A constant of this crate, known to be ASCII.
    pub(super) const fn literal(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// `None` when `text` is not made of exactly `N` ASCII bytes.
    pub(super) fn new(text: &str) -> Option<Self> {
        let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
        bytes.is_ascii().then_some(Self(bytes))
    }

    /// The characters.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The bytes.
    pub(super) const fn bytes(&self) -> &[u8; N] {
        &self.0
    }
}
