//! Giving back what the register holds: a file that is made for a caisse of its persons' designations, of their
//! evaluations or of what was told of them, as of one instant.

use std::borrow::Cow;
use std::fmt::Write;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use super::acteur::Caisse;
use super::digest::Empreinte;
use super::identifiers::Organisme;
use super::ids::{ExportId, RequestId};
use super::reprise::FormatFichier;
use super::tableur::{self, MARQUE};
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// What the rows of a file are.
    NatureExport ("nature_export") {
        /// A doctor of a designation, with their days.
        Designations = 1 "designations",
        /// A line of a feuille, with what its last evaluation decided.
        Evaluations = 2 "evaluations",
        /// An event that says whose patient somebody became, or no longer is.
        Mouvements = 3 "mouvements",
    }

    /// Under which names.
    ColonnesExport ("colonnes_export") {
        /// Those of this service.
        Registre = 1 "registre",
        /// Those of the national system of health data (SNDS).
        Snds = 2 "snds",
    }

    /// How far a file is.
    EtatExport ("etat_export") {
        EnPreparation = 1 "en_preparation",
        /// It can be downloaded.
        Pret = 2 "pret",
        /// It is no longer kept, or was never made.
        Perime = 3 "perime",
    }
);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemandeExport {
    pub nature: NatureExport,
    pub format: FormatFichier,
    pub colonnes: ColonnesExport,
    /// First and last day of care, of evaluations.
    pub soins: Option<(NaiveDate, NaiveDate)>,
}

/// What is said of a file that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manifeste {
    /// Pieces in which it is kept.
    pub blocs: i32,
    /// Of the compressed file, as it is downloaded.
    pub octets: u64,
    pub sha256: Empreinte,
    /// Of what it holds.
    pub octets_contenu: u64,
    pub sha256_contenu: Empreinte,
    /// The instant of which it is.
    pub etabli_le: DateTime<Utc>,
    /// The last place of the feed whose effects are in it.
    pub position: i64,
}

/// A file, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub id: ExportId,
    /// That of the caisse that asked for it.
    pub organisme: Organisme,
    pub demande: DemandeExport,
    pub etat: EtatExport,
    /// Grows with every transition.
    pub version: i32,
    /// Persons, or events, that there are.
    pub prevues: u64,
    /// Those of them that were looked at.
    pub traitees: u64,
    /// Rows, the heading left out.
    pub lignes: u64,
    /// Once it is whole.
    pub manifeste: Option<Manifeste>,
    /// The request that asked for it.
    pub requete_id: RequestId,
    pub enregistre_le: DateTime<Utc>,
}

impl Export {
    /// Whose it is.
    pub const fn caisse(&self) -> Caisse {
        Caisse::of(self.organisme)
    }

    /// How the file is called where it is downloaded.
    pub fn nom(&self, jour: NaiveDate) -> String {
        let DemandeExport { nature, format, .. } = self.demande;
        format!("{}-{jour}.{}.gz", nature.mot(), format.mot())
    }
}

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cellule {
    Vide,
    Texte(Cow<'static, str>),
    Nombre(i64),
    /// So many hundredths: euros, or a rate in percent.
    Centiemes(i64),
    Jour(NaiveDate),
    Instant(DateTime<Utc>),
}

impl Cellule {
    /// A text.
    pub fn texte(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Texte(text.into())
    }

    /// What is unknown is an empty cell.
    pub fn ou_vide<T>(known: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        known.map_or(Self::Vide, cell)
    }

    fn brut(&self) -> Cow<'_, str> {
        match self {
            Self::Vide => Cow::Borrowed(""),
            Self::Texte(text) => Cow::Borrowed(text),
            Self::Nombre(number) => Cow::Owned(number.to_string()),
            Self::Centiemes(hundredths) => {
                let (sign, value) =
                    (if *hundredths < 0 { "-" } else { "" }, hundredths.unsigned_abs());
                Cow::Owned(format!("{sign}{}.{:02}", value / 100, value % 100))
            }
            Self::Jour(day) => Cow::Owned(day.to_string()),
            Self::Instant(instant) => {
                Cow::Owned(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
        }
    }
}

/// What a file begins with: the line of the names of its columns, where it has one.
pub fn entete(format: FormatFichier, colonnes: &[&str]) -> String {
    let mut text = String::new();
    if format == FormatFichier::Csv {
        text.push_str(MARQUE);
        tableur::ligne(&mut text, colonnes.iter().copied());
    }
    text
}

/// Adds a row.
pub fn ligne(out: &mut String, format: FormatFichier, colonnes: &[&str], cellules: &[Cellule]) {
    match format {
        FormatFichier::Csv => {
            let texts: Vec<Cow<'_, str>> = cellules.iter().map(Cellule::brut).collect();
            tableur::ligne(out, texts.iter().map(AsRef::as_ref));
        }
        FormatFichier::Ndjson => {
            for (place, (name, cell)) in colonnes.iter().zip(cellules).enumerate() {
                out.push(if place == 0 { '{' } else { ',' });
                // Writing to memory cannot fail.
                write!(out, "\"{name}\":").unwrap_or_default();
                match cell {
                    Cellule::Vide => out.push_str("null"),
                    Cellule::Nombre(_) | Cellule::Centiemes(_) => out.push_str(&cell.brut()),
                    Cellule::Texte(_) | Cellule::Jour(_) | Cellule::Instant(_) => {
                        out.push_str(&serde_json::Value::from(cell.brut().as_ref()).to_string());
                    }
                }
            }
            out.push_str("}\n");
        }
    }
}
