//! Encryption of what designates a person, and the keyed hash by which a number is found.
//!
//! XChaCha20-Poly1305 with a random nonce; each ciphertext is bound to its table, column and row,
//! so that it cannot be moved. Numbers are found by the first 16 bytes of an HMAC-SHA256: a plain
//! hash of a NIR would be reversed by trying all of them.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::RngExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use uuid::Uuid;

use super::StorageError;
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne};

/// Version of the keys, first byte of every ciphertext.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Why encrypted data stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoffreError {
    /// The key does not fit, or the data was changed or moved.
    #[error("the data does not open with this key, at this place")]
    Closed,
    /// Written under keys that this program does not have.
    #[error("keys of version {0} are unknown")]
    UnknownVersion(u8),
    /// Encryption itself failed.
    #[error("encryption failed")]
    Failed,
}

/// Keys derived from one master key, which the database never sees.
pub struct Coffre {
    chiffrement: XChaCha20Poly1305,
    /// Keyed already: each digest begins with a copy of it.
    recherche: Hmac<Sha256>,
    sceau: Hmac<Sha256>,
}

impl fmt::Debug for Coffre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coffre(…)")
    }
}

/// Where a ciphertext belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) colonne: &'static str,
    pub(super) ligne: Uuid,
}

impl Place {
    fn bound(self) -> Vec<u8> {
        [self.colonne.as_bytes(), self.ligne.as_bytes()].concat()
    }

    /// What was opened there is not what the model expects.
    pub(super) fn wrong(self, what: impl fmt::Display) -> StorageError {
        let (table, column) = self.colonne.split_once('.').unwrap_or((self.colonne, ""));
        StorageError::inconsistent(table, column, what)
    }
}

impl Coffre {
    /// Derives the keys.
    pub fn new(maitre: &[u8; 32]) -> Self {
        let derive = |label: &str| mac(keyed(maitre), &[label.as_bytes()]);
        Self {
            chiffrement: XChaCha20Poly1305::new(&derive("traitant.chiffrement.v1").into()),
            recherche: keyed(&derive("traitant.recherche.v1")),
            sceau: keyed(&derive("traitant.sceau.v1")),
        }
    }

    pub(super) fn seal(&self, place: Place, clear: &[u8]) -> Result<Vec<u8>, CoffreError> {
        let nonce = rand::rng().random::<[u8; NONCE]>();
        let sealed = self
            .chiffrement
            .encrypt(&XNonce::from(nonce), Payload { msg: clear, aad: &place.bound() })
            .map_err(|_opaque| CoffreError::Failed)?;
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn open(&self, place: Place, data: &[u8]) -> Result<Vec<u8>, CoffreError> {
        let (version, rest) = data.split_first().ok_or(CoffreError::Closed)?;
        if *version != VERSION {
            return Err(CoffreError::UnknownVersion(*version));
        }
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(CoffreError::Closed)?;
        self.chiffrement
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &place.bound() })
            .map_err(|_opaque| CoffreError::Closed)
    }

    /// Seals what is kept as JSON.
    pub(super) fn seal_json(
        &self,
        place: Place,
        clear: &impl Serialize,
    ) -> Result<Vec<u8>, StorageError> {
        let clear = serde_json::to_vec(clear).map_err(|error| place.wrong(error))?;
        Ok(self.seal(place, &clear)?)
    }

    /// Opens what is kept as JSON.
    pub(super) fn open_json<T: DeserializeOwned>(
        &self,
        place: Place,
        data: &[u8],
    ) -> Result<T, StorageError> {
        serde_json::from_slice(&self.open(place, data)?).map_err(|error| place.wrong(error))
    }

    /// The hash by which a number is found: what a register that is loaded at once writes beside it.
    pub fn empreinte(&self, numero: &IdentifiantPersonne) -> [u8; 16] {
        // A NIA becomes the NIR of the same person and shares its form: one space for both.
        let space = match numero {
            IdentifiantPersonne::Nir(_) | IdentifiantPersonne::Nia(_) => "nir",
            IdentifiantPersonne::Nnp(_) => "nnp",
            IdentifiantPersonne::Mig(_) => "mig",
        };
        self.empreinte_de(space, numero.expose())
    }

    /// The hash under which tries with a birth date are counted.
    pub fn empreinte_naissance(&self, naissance: &DateNaissanceAmo) -> [u8; 16] {
        self.empreinte_de("naissance", naissance.as_str())
    }

    /// What proves that this service wrote a text of one kind: whoever does not have its key writes another.
    pub fn sceau(&self, space: &str, text: &str) -> [u8; 16] {
        self.empreinte_de(&format!("sceau.{space}"), text)
    }

    /// The keyed hash that binds what was written to what was written before.
    pub(super) fn scelle(&self, text: &[u8]) -> [u8; 32] {
        mac(self.sceau.clone(), &[text])
    }

    /// The keyed hash of a text, among those of one kind.
    pub(super) fn empreinte_de(&self, space: &str, text: &str) -> [u8; 16] {
        let full = mac(self.recherche.clone(), &[space.as_bytes(), b"|", text.as_bytes()]);
        let mut short = [0; 16];
        for (byte, own) in short.iter_mut().zip(full) {
            *byte = own;
        }
        short
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn mac(mut mac: Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { colonne: "patient.nom", ligne: Uuid::nil() };

    #[test]
    fn what_is_sealed_opens_at_its_place_and_nowhere_else() {
        let coffre = Coffre::new(&[7; 32]);
        let sealed = coffre.seal(PLACE, "LOVELACE".as_bytes()).unwrap();
        assert_eq!(coffre.open(PLACE, &sealed).unwrap(), b"LOVELACE");
        let elsewhere = Place { ligne: Uuid::max(), ..PLACE };
        assert_eq!(coffre.open(elsewhere, &sealed), Err(CoffreError::Closed));
        let column = Place { colonne: "patient.prenom", ..PLACE };
        assert_eq!(coffre.open(column, &sealed), Err(CoffreError::Closed));
        assert_eq!(Coffre::new(&[8; 32]).open(PLACE, &sealed), Err(CoffreError::Closed));
        assert_eq!(coffre.open(PLACE, &[]), Err(CoffreError::Closed));
        assert_eq!(coffre.open(PLACE, &[9, 1, 2]), Err(CoffreError::UnknownVersion(9)));
        assert_ne!(coffre.seal(PLACE, b"A").unwrap(), coffre.seal(PLACE, b"A").unwrap());
    }

    #[test]
    fn a_number_is_found_by_a_hash_that_depends_on_the_key() {
        let numero = IdentifiantPersonne::parse("nir", "185010100199188").unwrap();
        let same_as_nia = IdentifiantPersonne::parse("nia", "185010100199188").unwrap();
        let coffre = Coffre::new(&[7; 32]);
        assert_eq!(coffre.empreinte(&numero), coffre.empreinte(&same_as_nia));
        assert_ne!(coffre.empreinte(&numero), Coffre::new(&[8; 32]).empreinte(&numero));
    }
}
