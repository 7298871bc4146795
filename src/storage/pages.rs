//! Cursors of pages: what a caller gives back to read on, and cannot read, change or make.

use super::StorageError;
use super::coffre::{Coffre, Place};

fn place() -> Place {
    Place::of("page.curseur", &[])
}

/// Seals where a page ends.
pub fn seal(coffre: &Coffre, clear: &[u8]) -> Result<Vec<u8>, StorageError> {
    Ok(coffre.seal_curseur(place(), clear)?)
}

/// What a cursor holds, if it was sealed here and nobody changed it.
pub fn open(coffre: &Coffre, sealed: &[u8]) -> Option<Vec<u8>> {
    coffre.open_curseur(place(), sealed).ok()
}
