//! The public file of the CCAM, as the Caisse nationale de l'Assurance maladie delivers it: the *norme d'échange*
//! `CODCAM`, structure 1401, records of 128 characters in ISO-8859-1.
//!
//! A header (000), tables (001 to 099), the acts in the order of their codes, a trailer (999) with counts. An act is
//! `101… 110… { 201 210… { 301 { 310 320… } 399 } 299 } 199`: conditions under dates of effect, then activities, then
//! phases with prices by tariff grid, again under dates of effect. What an evaluation does not need is passed over, and
//! counted. One act at a time is in memory.

mod acte;
mod champs;

use sha2::{Digest, Sha256};

use self::acte::EnCours;
use self::champs::{Champ, Enregistrement};
pub use self::champs::{ErreurNx, LONGUEUR};
use super::{ActeCcam, GrilleDatee, Grilles, Version};
use crate::domain::digest::Empreinte;
use crate::domain::feuille_de_soins::CodeActe;

/// The structure that this program reads.
const STRUCTURE: &[u8] = b"1401";

/// What a whole file holds beside its acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilanNx {
    pub version: Version,
    pub grilles: Grilles,
    /// SHA-256 of the records, each followed by a line feed, however the lines of the file end.
    pub empreinte: Empreinte,
    pub enregistrements: u64,
    pub actes: u32,
    pub activites: u32,
    pub phases: u32,
}

/// Reads a file, one record after the other.
#[derive(Debug, Default)]
pub struct LecteurNx {
    ligne: u64,
    version: Option<Version>,
    grilles: Vec<GrilleDatee>,
    actes: u32,
    activites: u32,
    phases: u32,
    acte: Option<EnCours>,
    last: Option<CodeActe>,
    closed: bool,
    hasher: Sha256,
}

impl LecteurNx {
    /// Reads a record, without its end of line; gives an act when this is its last one.
    pub fn lire(&mut self, octets: &[u8]) -> Result<Option<ActeCcam>, ErreurNx> {
        self.ligne = self.ligne.saturating_add(1);
        let acte = self.acte.as_ref().map(|acte| acte.code);
        let record = Enregistrement::new(octets, self.ligne, acte)?;
        self.hasher.update(octets);
        self.hasher.update(b"\n");
        let genre = record.genre()?;
        if self.closed {
            return Err(record.faux("fin du fichier", "aucun enregistrement après le 999"));
        }
        match (self.version.is_some(), genre) {
            (false, 0) => {
                self.version = Some(ouverture(&record)?);
                return Ok(None);
            }
            (false, _) => {
                let why = "l'enregistrement 000 du fichier NX de la CCAM (CACTOT)";
                return Err(record.faux("début du fichier", why));
            }
            (true, 0) => return Err(record.faux("type d'enregistrement", "un seul 000")),
            (true, _) => {}
        }
        match (self.acte.take(), genre) {
            (None, 1..=99) => self.table(&record, genre).map(|()| None),
            (None, 999) => self.cloture(&record).map(|()| None),
            (None, 101) => self.commence(&record).map(|()| None),
            (None, _) => {
                Err(record.faux("type d'enregistrement", "une table, le début d'un acte ou le 999"))
            }
            (Some(acte), 199) => {
                self.last = Some(acte.code);
                acte.termine(&record).map(Some)
            }
            (Some(mut acte), _) => {
                let counted = acte.lire(&record, genre)?;
                self.activites = self.activites.saturating_add(counted.0);
                self.phases = self.phases.saturating_add(counted.1);
                self.acte = Some(acte);
                Ok(None)
            }
        }
    }

    /// The version that the header says.
    pub const fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// Ends: the file must be whole.
    pub fn finir(self) -> Result<BilanNx, ErreurNx> {
        let Some(version) = self.version.filter(|_| self.closed) else {
            return Err(ErreurNx {
                ligne: self.ligne,
                enregistrement: String::new(),
                acte: self.acte.map(|acte| acte.code),
                champ: "fin du fichier",
                attendu: "l'enregistrement 999 : le fichier est vide ou tronqué".to_owned(),
            });
        };
        Ok(BilanNx {
            version,
            grilles: Grilles(self.grilles),
            empreinte: Empreinte::from_bytes(self.hasher.finalize().into()),
            enregistrements: self.ligne,
            actes: self.actes,
            activites: self.activites,
            phases: self.phases,
        })
    }

    /// A table: of all of them, only the one that says which grid is whose is kept.
    fn table(&mut self, record: &Enregistrement<'_>, genre: u16) -> Result<(), ErreurNx> {
        if genre != 22 {
            return Ok(());
        }
        for place in (7..).step_by(27).take(4) {
            let contexte: Champ = (place, 4, "contexte du professionnel");
            if matches!(record.brut(contexte), b"0000" | b"    ") {
                continue;
            }
            let grille = record.nombre((place.saturating_add(24), 3, "grille tarifaire"))?;
            self.grilles.push(GrilleDatee {
                contexte: petit(record.nombre(contexte)?),
                grille: petit(grille),
                du: record.jour((place.saturating_add(8), 8, "début de validité"))?,
                au: record.jour_ou_rien((place.saturating_add(16), 8, "fin de validité"))?,
            });
        }
        Ok(())
    }

    fn commence(&mut self, record: &Enregistrement<'_>) -> Result<(), ErreurNx> {
        if record.rubrique() != b"01" {
            return Err(record.faux("rubrique", "01 : le début d'un acte"));
        }
        let champ = (7, 13, "code de l'acte");
        let code = record.code(champ)?;
        if self.last.is_some_and(|last| last >= code) {
            return Err(
                record.refus(champ, "des actes dans l'ordre de leurs codes, chacun une fois")
            );
        }
        self.actes = self.actes.saturating_add(1);
        self.acte = Some(EnCours::new(record, code)?);
        Ok(())
    }

    /// Compares what was read with what the trailer counts.
    fn cloture(&mut self, record: &Enregistrement<'_>) -> Result<(), ErreurNx> {
        let champ = (52, 10, "nombre d'enregistrements");
        let text = std::str::from_utf8(record.brut(champ)).unwrap_or_default();
        if text.parse() != Ok(self.ligne) {
            return Err(record.refus(champ, &format!("{}", self.ligne)));
        }
        for (place, counted, name) in [
            (68, self.actes, "nombre d'actes"),
            (74, self.activites, "nombre d'activités"),
            (80, self.phases, "nombre de phases"),
        ] {
            compare(record, (place, 6, name), counted)?;
        }
        self.closed = true;
        Ok(())
    }
}

/// The header: a whole file in the structure that this program reads.
fn ouverture(record: &Enregistrement<'_>) -> Result<Version, ErreurNx> {
    for (champ, expected) in
        [((19, 6, "programme"), &b"CODCAM"[..]), ((90, 4, "version de structure"), STRUCTURE)]
    {
        if record.brut(champ) != expected {
            return Err(record.refus(champ, &String::from_utf8_lossy(expected)));
        }
    }
    let champ = (89, 1, "type de fichier");
    if record.brut(champ) != b"1" {
        return Err(record.refus(champ, "1 : un fichier complet, qui remplace le précédent"));
    }
    let champ = (94, 5, "version de la CCAM");
    let numero = record.nombre(champ)?;
    Ok(Version {
        numero: format!("{numero:05}"),
        cree_le: record.jour((52, 8, "date de création"))?,
        chronologique: record.nombre((84, 5, "numéro chronologique"))?,
    })
}

/// A number of at most four digits.
fn petit(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn compare(record: &Enregistrement<'_>, champ: Champ, counted: u32) -> Result<(), ErreurNx> {
    if record.nombre(champ)? == counted {
        return Ok(());
    }
    Err(record.refus(champ, &format!("{counted}, le nombre de ceux qui précèdent")))
}
