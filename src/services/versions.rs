//! Which versions of a thing a caller takes for the present one.

use std::fmt;

use super::ServiceError;

/// The versions that a caller saw and would change: one nearly always, a few, or whichever is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionsVues(Option<[i32; Self::MAX]>);

impl VersionsVues {
    /// The most that are named at once.
    pub const MAX: usize = 8;
    /// Whichever is current.
    pub const TOUTES: Self = Self(None);

    /// One version.
    pub const fn une(version: i32) -> Self {
        Self(Some([version; Self::MAX]))
    }

    /// One of some; `None` when they are too many, or none.
    pub fn parmi(versions: &[i32]) -> Option<Self> {
        let mut kept = [*versions.first()?; Self::MAX];
        kept.get_mut(..versions.len())?.copy_from_slice(versions);
        Some(Self(Some(kept)))
    }

    /// Refuses a version that is none of them.
    pub(super) fn verify(self, actuelle: i32) -> Result<(), ServiceError> {
        match self.0 {
            Some(versions) if !versions.contains(&actuelle) => {
                Err(ServiceError::VersionPerimee { attendue: self, actuelle })
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl fmt::Display for VersionsVues {
    /// The numbers, without what fills the places that are left.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said: Vec<i32> = Vec::new();
        for version in self.0.iter().flatten() {
            if !said.contains(version) {
                let before = if said.is_empty() { "" } else { " ou " };
                write!(f, "{before}{version}")?;
                said.push(*version);
            }
        }
        Ok(())
    }
}
