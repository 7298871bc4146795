//! Encryption of what designates a person, and the keyed hash by which a number is found.
//!
//! XChaCha20-Poly1305 with a random nonce; each ciphertext is bound to its table, column and row,
//! so that it cannot be moved. Numbers are found by the first 16 bytes of an HMAC-SHA256: a plain
//! hash of a NIR would be reversed by trying all of them.
//!
//! There may be several versions of the master key: everything is read under all of them and written under the one
//! that the database says is in use ([`cles`](super::cles)).

mod derivees;
mod donnees;

use std::fmt;
use std::iter::once;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use self::derivees::{Cles, Conserve, digest, mac, open, seal};
use self::donnees::Donnees;
pub(super) use self::donnees::{Attache, Genre};
use super::StorageError;
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne};

/// The version of a key of which nothing says otherwise.
const PREMIERE: u8 = 1;

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

/// The versions of a master key, which the database never sees.
pub struct Coffre {
    derniere: Cles,
    anterieures: Vec<Cles>,
    /// Kept of versions that were retired, once the database was asked.
    retirees: OnceLock<Vec<Conserve>>,
    /// Keys of data, once the database was asked.
    donnees: Donnees,
    /// The version under which is written, and the first that this database knew.
    active: AtomicU8,
    premiere: AtomicU8,
    /// Whether the database is written under a version that is not here.
    depasse: AtomicBool,
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
    /// That of a row without an id of its own: its key, digested, stands for one.
    pub(super) fn of(colonne: &'static str, cle: &[&str]) -> Self {
        let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, ..] =
            *Empreinte::of(cle.join("\n")).bytes();
        let row = [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15];
        Self { colonne, ligne: Uuid::from_bytes(row) }
    }

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
    /// A vault of one key.
    pub fn new(maitre: &[u8; 32]) -> Self {
        Self::of((PREMIERE, maitre), [])
    }

    /// A vault without a key, for whoever reads nothing that is encrypted.
    pub fn vide() -> Self {
        Self::of((0, &[0; 32]), [])
    }

    /// A vault of several versions, of which the highest.
    pub fn of<'a>(
        (version, derniere): (u8, &[u8; 32]),
        anterieures: impl IntoIterator<Item = (u8, &'a [u8; 32])>,
    ) -> Self {
        let anterieures = anterieures.into_iter().map(|(version, key)| Cles::new(version, key));
        Self {
            derniere: Cles::new(version, derniere),
            anterieures: anterieures.collect(),
            retirees: OnceLock::new(),
            donnees: Donnees::new(),
            active: AtomicU8::new(version),
            premiere: AtomicU8::new(0),
            depasse: AtomicBool::new(false),
        }
    }

    fn cles(&self) -> impl Iterator<Item = &Cles> {
        once(&self.derniere).chain(&self.anterieures)
    }

    fn active(&self) -> &Cles {
        let version = self.version();
        self.cles().find(|cles| cles.version == version).unwrap_or(&self.derniere)
    }

    /// The versions that are here, the highest first; none in an empty vault.
    pub(super) fn versions(&self) -> Vec<u8> {
        self.cles().map(|cles| cles.version).filter(|version| *version > 0).collect()
    }

    /// The version under which is written.
    pub fn version(&self) -> u8 {
        self.active.load(Ordering::Relaxed)
    }

    /// From now on writes under a version, which is here; what passes is digested under the first that the database knew.
    pub(super) fn activer(&self, premiere: u8, active: u8) {
        self.premiere.store(premiere, Ordering::Relaxed);
        self.active.store(active, Ordering::Relaxed);
        self.depasse.store(false, Ordering::Relaxed);
    }

    /// Reads and writes nothing more: the database goes on under a key that is not here.
    pub(super) fn depasser(&self) {
        self.depasse.store(true, Ordering::Relaxed);
    }

    /// Whether the database goes on under a key that is not here.
    pub(super) fn est_depasse(&self) -> bool {
        self.depasse.load(Ordering::Relaxed)
    }

    pub(super) fn seal(&self, place: Place, clear: &[u8]) -> Result<Vec<u8>, CoffreError> {
        let cles = self.active();
        seal(cles.version, &cles.chiffrement, place, clear)
    }

    /// Seals under a version that is here, whether it is in use or not yet.
    pub(super) fn seal_sous(
        &self,
        version: u8,
        place: Place,
        clear: &[u8],
    ) -> Result<Vec<u8>, CoffreError> {
        let cles = self.cles().find(|cles| cles.version == version);
        seal(version, &cles.ok_or(CoffreError::UnknownVersion(version))?.chiffrement, place, clear)
    }

    pub(super) fn open(&self, place: Place, data: &[u8]) -> Result<Vec<u8>, CoffreError> {
        let version = data.first().copied().ok_or(CoffreError::Closed)?;
        let cles = self.cles().find(|cles| cles.version == version);
        open(&cles.ok_or(CoffreError::UnknownVersion(version))?.chiffrement, place, data)
    }

    /// Seals what a caller keeps, and gives back whenever they like.
    pub(super) fn seal_curseur(&self, place: Place, clear: &[u8]) -> Result<Vec<u8>, CoffreError> {
        let conserve = &self.active().conserve;
        seal(conserve.version, &conserve.curseur, place, clear)
    }

    /// Opens what a caller kept, under whichever version it was given.
    pub(super) fn open_curseur(&self, place: Place, data: &[u8]) -> Result<Vec<u8>, CoffreError> {
        let version = data.first().copied().ok_or(CoffreError::Closed)?;
        let conserve = self.conserve(version).ok_or(CoffreError::UnknownVersion(version))?;
        open(&conserve.curseur, place, data)
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

    /// Opens what was kept as text.
    pub(super) fn open_texte(&self, place: Place, data: &[u8]) -> Result<String, StorageError> {
        String::from_utf8(self.open(place, data)?).map_err(|error| place.wrong(error))
    }

    /// The hash by which a number is found: what a register that is loaded at once writes beside it.
    pub fn empreinte(&self, numero: &IdentifiantPersonne) -> [u8; 16] {
        self.empreinte_de(space(numero), numero.expose())
    }

    /// The hashes under which a number may be, that of the version in use first.
    pub(super) fn empreintes(&self, numero: &IdentifiantPersonne) -> Vec<[u8; 16]> {
        self.empreintes_de(space(numero), numero.expose())
    }

    /// Those of the versions that are not in use.
    pub(super) fn anciennes_empreintes(
        &self,
        numero: &IdentifiantPersonne,
    ) -> impl Iterator<Item = [u8; 16]> {
        let (text, active) = (numero.expose(), self.active().version);
        let others = self.cles().filter(move |cles| cles.version != active);
        others.map(move |cles| digest(&cles.recherche, space(numero), text))
    }

    /// The hash under which tries with a birth date are counted.
    pub fn empreinte_naissance(&self, naissance: &DateNaissanceAmo) -> [u8; 16] {
        self.empreinte_de("naissance", naissance.as_str())
    }

    /// What proves that this service wrote a text of one kind: whoever does not have its key writes another.
    pub fn sceau(&self, space: &str, text: &str) -> [u8; 16] {
        self.empreinte_de(&format!("sceau.{space}"), text)
    }

    /// What proves it under each version that is here.
    pub fn sceaux(&self, space: &str, text: &str) -> Vec<[u8; 16]> {
        self.empreintes_de(&format!("sceau.{space}"), text)
    }

    /// The keyed hash that binds what was written to what was written before, and the version that made it.
    pub(super) fn scelle(&self, text: &[u8]) -> (u8, [u8; 32]) {
        let conserve = &self.active().conserve;
        (conserve.version, mac(conserve.sceau.clone(), &[text]))
    }

    /// The same under a version, whether it is in use, waits or was retired.
    pub(super) fn scelle_sous(&self, version: i16, text: &[u8]) -> Option<[u8; 32]> {
        let conserve = self.conserve(u8::try_from(version).ok()?)?;
        Some(mac(conserve.sceau.clone(), &[text]))
    }

    /// The keyed hash of a text, among those of one kind.
    pub(super) fn empreinte_de(&self, space: &str, text: &str) -> [u8; 16] {
        digest(&self.active().recherche, space, text)
    }

    /// The keyed hashes of a text, that of the version in use first.
    pub(super) fn empreintes_de(&self, space: &str, text: &str) -> Vec<[u8; 16]> {
        let active = self.active();
        let others = self.cles().filter(|cles| cles.version != active.version);
        once(active).chain(others).map(|cles| digest(&cles.recherche, space, text)).collect()
    }

    /// The keyed hash of what passes: of a day at most, it is never digested again. All instances have the same.
    pub(super) fn passage(&self, space: &str, text: &str) -> [u8; 16] {
        let premiere = self.conserve(self.premiere.load(Ordering::Relaxed));
        digest(&premiere.unwrap_or(&self.derniere.conserve).passage, space, text)
    }

    /// The keyed hash of a text under each version that is here, to say which they are.
    pub(super) fn temoins(&self, space: &str, text: &str) -> Vec<(u8, [u8; 16])> {
        self.cles().map(|cles| (cles.version, digest(&cles.recherche, space, text))).collect()
    }

    fn conserve(&self, version: u8) -> Option<&Conserve> {
        let here = self.cles().map(|cles| &cles.conserve);
        let mut all = here.chain(self.retirees.get().into_iter().flatten());
        all.find(|conserve| conserve.version == version)
    }

    /// What outlives a version, sealed under the one in use.
    pub(super) fn sceller_conserve(
        &self,
        version: u8,
        place: Place,
    ) -> Result<Vec<u8>, CoffreError> {
        let conserve = self.conserve(version).ok_or(CoffreError::UnknownVersion(version))?;
        self.seal(place, &conserve.secret)
    }

    /// Takes what outlived the versions that were retired; once.
    pub(super) fn garder(&self, retirees: Vec<(u8, [u8; 32])>) {
        let kept = retirees.into_iter().map(|(version, secret)| Conserve::new(version, secret));
        self.retirees.get_or_init(|| kept.collect());
    }

    /// A ciphertext again, under the version in use.
    pub(super) fn resceller(&self, place: Place, data: &[u8]) -> Result<Vec<u8>, CoffreError> {
        self.seal(place, &self.open(place, data)?)
    }
}

/// A NIA becomes the NIR of the same person and shares its form: one space for both.
const fn space(numero: &IdentifiantPersonne) -> &'static str {
    match numero {
        IdentifiantPersonne::Nir(_) | IdentifiantPersonne::Nia(_) => "nir",
        IdentifiantPersonne::Nnp(_) => "nnp",
        IdentifiantPersonne::Mig(_) => "mig",
    }
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

    #[test]
    fn a_version_is_read_as_long_as_it_is_there_and_what_outlives_it_longer() {
        let old = Coffre::new(&[7; 32]);
        let (sealed, cursor) =
            (old.seal(PLACE, b"A").unwrap(), old.seal_curseur(PLACE, b"B").unwrap());
        let both = Coffre::of((2, &[8; 32]), [(1, &[7; 32])]);
        assert_eq!(both.open(PLACE, &sealed).unwrap(), b"A");
        let again = both.resceller(PLACE, &sealed).unwrap();
        let kept = both.sceller_conserve(1, PLACE).unwrap();
        let new = Coffre::of((2, &[8; 32]), []);
        assert_eq!(new.open(PLACE, &again).unwrap(), b"A");
        assert_eq!(new.open(PLACE, &sealed), Err(CoffreError::UnknownVersion(1)));
        assert_eq!(new.open_curseur(PLACE, &cursor), Err(CoffreError::UnknownVersion(1)));
        assert_eq!(new.scelle_sous(1, b"C"), None);
        new.garder(vec![(1, new.open(PLACE, &kept).unwrap().try_into().unwrap())]);
        assert_eq!(new.open_curseur(PLACE, &cursor).unwrap(), b"B");
        assert_eq!(new.scelle_sous(1, b"C"), Some(old.scelle(b"C").1));
        assert_eq!(new.open(PLACE, &sealed), Err(CoffreError::UnknownVersion(1)));
        // Numbers are looked for under all the versions that are there, and nothing else.
        let numero = IdentifiantPersonne::parse("nir", "185010100199188").unwrap();
        assert_eq!(both.empreintes(&numero), [new.empreinte(&numero), old.empreinte(&numero)]);
        assert_eq!(new.empreintes(&numero), [new.empreinte(&numero)]);
    }
}
