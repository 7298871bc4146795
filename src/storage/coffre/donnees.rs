//! Keys of data, and what they seal: many short values, each bound to its row, at seventeen bytes a value.
//!
//! A key of data is drawn at random with each version of the master key and kept in the database, sealed under the version in
//! use: replacing the master key seals the keys again, and leaves the values as they are. AES-256-GCM-SIV takes its nonce from the id
//! of the row: nothing random has to be kept, and a row that is written twice, whose first writing was undone, says only whether
//! both said the same (`docs/decisions/0047-feuilles-scellees.md`).

use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use uuid::Uuid;

use super::{Coffre, CoffreError, Place};
use crate::storage::StorageError;

/// Versions that a byte counts.
const VERSIONS: usize = 256;
/// What binds a value: its kind, the id of its row, a number.
const LIEN: usize = 1 + 16 + 2;

/// What a value says, and of which rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::storage) enum Genre {
    Feuille,
    Evaluation,
    /// What the row of a person holds.
    Etat,
    /// The proof of a signature.
    Signature,
    /// Where the proof of a link is kept.
    Representation,
    /// Where the proof of a choice of before is kept.
    Declaration,
    /// Where the letter of a correspondent is kept.
    Retour,
}

/// The row to which a value is bound.
#[derive(Debug, Clone, Copy)]
pub(in crate::storage) struct Attache {
    pub(in crate::storage) genre: Genre,
    pub(in crate::storage) ligne: Uuid,
    /// Of the rows of one id, which.
    pub(in crate::storage) numero: i16,
}

impl Attache {
    /// The only row of an id.
    pub(in crate::storage) const fn seule(genre: Genre, ligne: Uuid) -> Self {
        Self { genre, ligne, numero: 0 }
    }

    const fn table(self) -> &'static str {
        match self.genre {
            Genre::Feuille => "feuille_de_soins",
            Genre::Evaluation => "evaluation",
            Genre::Etat => "patient",
            Genre::Signature => "signature",
            Genre::Representation => "representation",
            Genre::Declaration => "declaration",
            Genre::Retour => "retour_adressage",
        }
    }

    fn lien(self) -> [u8; LIEN] {
        let genre = match self.genre {
            Genre::Feuille => b'f',
            Genre::Evaluation => b'e',
            Genre::Etat => b'p',
            Genre::Signature => b's',
            Genre::Representation => b'r',
            Genre::Declaration => b'd',
            Genre::Retour => b'l',
        };
        let mut lien = [genre; LIEN];
        let numero = self.numero.to_be_bytes();
        let parts = self.ligne.as_bytes().iter().chain(&numero);
        for (byte, own) in lien.iter_mut().skip(1).zip(parts) {
            *byte = *own;
        }
        lien
    }

    /// The end of the id, which is its random part, and the number over its beginning.
    fn nonce(self) -> Nonce {
        let [_, _, _, _, end @ ..] = *self.ligne.as_bytes();
        let mut nonce: [u8; NONCE_LEN] = end;
        for (byte, own) in nonce.iter_mut().zip(self.numero.to_be_bytes()) {
            *byte ^= own;
        }
        Nonce::assume_unique_for_key(nonce)
    }
}

impl fmt::Display for Attache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} n° {}", self.table(), self.ligne, self.numero)
    }
}

/// The keys of data that are here, by version. One that is there never changes.
pub(super) struct Donnees(Vec<OnceLock<LessSafeKey>>);

impl Donnees {
    pub(super) fn new() -> Self {
        Self((0..VERSIONS).map(|_| OnceLock::new()).collect())
    }

    fn key(&self, version: u8) -> Option<&LessSafeKey> {
        self.0.get(usize::from(version))?.get()
    }

    pub(super) fn has(&self, version: u8) -> bool {
        self.key(version).is_some()
    }

    /// Takes a key.
    pub(super) fn take(&self, version: u8, secret: &[u8]) -> Result<(), CoffreError> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, secret).map_err(|_long| CoffreError::Closed)?;
        if let Some(place) = self.0.get(usize::from(version)) {
            place.get_or_init(|| LessSafeKey::new(key));
        }
        Ok(())
    }

    /// Seals what was written after a first byte, where it is.
    pub(super) fn seal(
        &self,
        version: u8,
        place: Attache,
        mut octets: Vec<u8>,
    ) -> Result<Vec<u8>, CoffreError> {
        let key = self.key(version).ok_or(CoffreError::UnknownVersion(version))?;
        let (first, clear) = octets.split_first_mut().ok_or(CoffreError::Failed)?;
        *first = version;
        let tag = key
            .seal_in_place_separate_tag(place.nonce(), Aad::from(place.lien()), clear)
            .map_err(|_opaque| CoffreError::Failed)?;
        octets.extend_from_slice(tag.as_ref());
        Ok(octets)
    }

    /// Opens a value where it is.
    pub(super) fn open(&self, place: Attache, mut octets: Vec<u8>) -> Result<Clair, CoffreError> {
        let (version, sealed) = octets.split_first_mut().ok_or(CoffreError::Closed)?;
        let key = self.key(*version).ok_or(CoffreError::UnknownVersion(*version))?;
        let clear = key
            .open_in_place(place.nonce(), Aad::from(place.lien()), sealed)
            .map_err(|_opaque| CoffreError::Closed)?
            .len();
        octets.truncate(clear.saturating_add(1));
        Ok(Clair(octets))
    }
}

impl Coffre {
    /// Whether the key of data of a version is here; an empty vault needs none.
    pub(in crate::storage) fn a_la_cle_de_donnees(&self, version: u8) -> bool {
        version == 0 || self.donnees.has(version)
    }

    /// Takes the key of data of a version, as it is kept.
    pub(in crate::storage) fn garder_donnees(
        &self,
        version: u8,
        place: Place,
        data: &[u8],
    ) -> Result<(), CoffreError> {
        self.donnees.take(version, &self.open(place, data)?)
    }

    /// Seals what was written after a first byte, under the key of data of the version in use.
    pub(in crate::storage) fn sceller_donnee(
        &self,
        place: Attache,
        octets: Vec<u8>,
    ) -> Result<Vec<u8>, CoffreError> {
        self.donnees.seal(self.version(), place, octets)
    }

    /// Opens a value. Whoever reads what other instances wrote asks for their keys first
    /// ([`cles::connaitre`](crate::storage::cles::connaitre)).
    pub(in crate::storage) fn ouvrir_donnee(
        &self,
        place: Attache,
        octets: Vec<u8>,
    ) -> Result<Clair, StorageError> {
        let opened = self.donnees.open(place, octets);
        opened.map_err(|wrong| StorageError::Sealed { place: place.to_string(), wrong })
    }
}

impl Coffre {
    /// Seals a text that is written once.
    pub(in crate::storage) fn sceller_texte(
        &self,
        place: Attache,
        texte: &str,
    ) -> Result<Vec<u8>, CoffreError> {
        self.sceller_donnee(place, [&[0], texte.as_bytes()].concat())
    }

    /// Opens a text.
    pub(in crate::storage) fn ouvrir_texte(
        &self,
        place: Attache,
        octets: Vec<u8>,
    ) -> Result<String, StorageError> {
        let clair = self.ouvrir_donnee(place, octets)?;
        String::from_utf8(clair.octets().to_vec())
            .map_err(|error| StorageError::inconsistent(place.table(), "texte", error))
    }
}

/// A value that was opened.
pub(in crate::storage) struct Clair(Vec<u8>);

impl Clair {
    /// What it says.
    pub(in crate::storage) fn octets(&self) -> &[u8] {
        self.0.split_first().map_or(&[], |(_version, clear)| clear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Attache = Attache { genre: Genre::Feuille, ligne: Uuid::from_u128(77), numero: 1 };

    fn donnees() -> Donnees {
        let donnees = Donnees::new();
        donnees.take(1, &[7; 32]).unwrap();
        donnees
    }

    #[test]
    fn a_value_takes_seventeen_bytes_more_and_opens_in_its_row_alone() {
        let donnees = donnees();
        let sealed = donnees.seal(1, PLACE, b"_ce que dit une feuille".to_vec()).unwrap();
        assert_eq!(sealed.len(), b"ce que dit une feuille".len() + 17);
        let opened = donnees.open(PLACE, sealed.clone()).unwrap();
        assert_eq!(opened.octets(), b"ce que dit une feuille");
        for elsewhere in [
            Attache { genre: Genre::Evaluation, ..PLACE },
            Attache { ligne: Uuid::from_u128(78), ..PLACE },
            // Beyond the bytes of the nonce too.
            Attache { ligne: Uuid::from_u128(77 + (1 << 120)), ..PLACE },
            Attache { numero: 2, ..PLACE },
        ] {
            assert_eq!(donnees.open(elsewhere, sealed.clone()).err(), Some(CoffreError::Closed));
        }
        for place in 1..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(donnees.open(PLACE, changed).err(), Some(CoffreError::Closed));
            let cut = donnees.open(PLACE, sealed[..place].to_vec());
            assert_eq!(cut.err(), Some(CoffreError::Closed));
        }
        assert_eq!(donnees.open(PLACE, Vec::new()).err(), Some(CoffreError::Closed));
        let mut other = sealed;
        other[0] = 2;
        assert_eq!(donnees.open(PLACE, other.clone()).err(), Some(CoffreError::UnknownVersion(2)));
        donnees.take(2, &[8; 32]).unwrap();
        assert_eq!(donnees.open(PLACE, other).err(), Some(CoffreError::Closed));
    }

    /// The first writing of a row may have been undone, and its bytes may still lie somewhere.
    #[test]
    fn two_values_of_one_row_share_no_key_stream() {
        let (donnees, long) =
            (donnees(), |last: u8| [b"_", [b'a'; 40].as_slice(), &[last]].concat());
        let sealed = |clear: Vec<u8>| donnees.seal(1, PLACE, clear).unwrap();
        let (one, other) = (sealed(long(1)), sealed(long(2)));
        let same = one.iter().zip(&other).skip(1).filter(|(one, other)| one == other).count();
        assert!(same < 8, "{same} of {} bytes", one.len());
        assert_eq!(one, sealed(long(1)));
    }
}
