//! Values one after the other in the same bytes.

use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};

use super::{Read, To, Written};

/// Writes under a version, after what is there.
pub(in crate::storage) fn encode_after(
    mut bytes: Vec<u8>,
    version: u8,
    write: impl FnOnce(&mut To) -> Written,
) -> Vec<u8> {
    bytes.push(version);
    let mut to = Encoder::new(bytes);
    // Writing to memory cannot fail.
    if write(&mut to).is_err() { Vec::new() } else { to.into_writer() }
}

/// What comes after a value that was written under a version.
pub(in crate::storage) fn after(bytes: &[u8]) -> Read<&[u8]> {
    let (_version, rest) = bytes.split_first().ok_or_else(|| Error::message("nothing"))?;
    let mut from = Decoder::new(rest);
    from.skip()?;
    rest.get(from.position()..).ok_or_else(|| Error::message("nothing"))
}
