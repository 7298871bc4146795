//! What is derived from a version of the master key, and what it does.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::RngExt;
use sha2::Sha256;

use super::{CoffreError, Place};

const NONCE: usize = 24;

/// Keys derived from one version of the master key.
pub(super) struct Cles {
    pub(super) version: u8,
    pub(super) chiffrement: XChaCha20Poly1305,
    /// Keyed already: each digest begins with a copy of it.
    pub(super) recherche: Hmac<Sha256>,
    pub(super) conserve: Conserve,
}

/// Keys that open nothing of a person. They outlive their version: seals of its time are verified, and what was given out under
/// it (cursors, keys of idempotence) is recognised, once the master key itself is gone.
pub(super) struct Conserve {
    pub(super) version: u8,
    pub(super) secret: [u8; 32],
    pub(super) sceau: Hmac<Sha256>,
    pub(super) passage: Hmac<Sha256>,
    pub(super) curseur: XChaCha20Poly1305,
    /// From what is sealed to its nonce: the same cursor twice is the same text.
    pub(super) nonce: Hmac<Sha256>,
}

impl Cles {
    pub(super) fn new(version: u8, maitre: &[u8; 32]) -> Self {
        let derive = |label: &str| mac(keyed(maitre), &[label.as_bytes()]);
        Self {
            version,
            chiffrement: XChaCha20Poly1305::new(&derive("traitant.chiffrement.v1").into()),
            recherche: keyed(&derive("traitant.recherche.v1")),
            conserve: Conserve::new(version, derive("traitant.conserve.v1")),
        }
    }
}

impl Conserve {
    pub(super) fn new(version: u8, secret: [u8; 32]) -> Self {
        let derive = |label: &str| mac(keyed(&secret), &[label.as_bytes()]);
        Self {
            version,
            secret,
            sceau: keyed(&derive("sceau")),
            passage: keyed(&derive("passage")),
            curseur: XChaCha20Poly1305::new(&derive("curseur").into()),
            nonce: keyed(&derive("curseur.nonce")),
        }
    }
}

pub(super) fn seal(
    version: u8,
    cipher: &XChaCha20Poly1305,
    place: Place,
    clear: &[u8],
) -> Result<Vec<u8>, CoffreError> {
    seal_avec(version, cipher, rand::rng().random::<[u8; NONCE]>(), (place, clear))
}

/// Seals a cursor, always in the same way: what shows it again shows the same.
pub(super) fn seal_curseur(
    conserve: &Conserve,
    place: Place,
    clear: &[u8],
) -> Result<Vec<u8>, CoffreError> {
    let whole = mac(conserve.nonce.clone(), &[&place.bound(), clear]);
    let nonce = *whole.first_chunk().ok_or(CoffreError::Failed)?;
    seal_avec(conserve.version, &conserve.curseur, nonce, (place, clear))
}

fn seal_avec(
    version: u8,
    cipher: &XChaCha20Poly1305,
    nonce: [u8; NONCE],
    (place, clear): (Place, &[u8]),
) -> Result<Vec<u8>, CoffreError> {
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: clear, aad: &place.bound() })
        .map_err(|_opaque| CoffreError::Failed)?;
    Ok([&[version], nonce.as_slice(), &sealed].concat())
}

pub(super) fn open(
    cipher: &XChaCha20Poly1305,
    place: Place,
    data: &[u8],
) -> Result<Vec<u8>, CoffreError> {
    let (_version, rest) = data.split_first().ok_or(CoffreError::Closed)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(CoffreError::Closed)?;
    cipher
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &place.bound() })
        .map_err(|_opaque| CoffreError::Closed)
}

pub(super) fn digest(key: &Hmac<Sha256>, space: &str, text: &str) -> [u8; 16] {
    let full = mac(key.clone(), &[space.as_bytes(), b"|", text.as_bytes()]);
    let mut short = [0; 16];
    for (byte, own) in short.iter_mut().zip(full) {
        *byte = own;
    }
    short
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

pub(super) fn mac(mut mac: Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
