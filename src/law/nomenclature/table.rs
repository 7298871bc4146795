//! The table of the letters: `ngap.csv`, embedded at build and read once.
//!
//! One row is one price: of a letter, for some doctors, in a sector, at some ages, from a day to a day. A row
//! without a price is a letter that the sources know without saying what it is worth.

mod lecture;

use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::domain::digest::Empreinte;
use crate::domain::feuille_de_soins::{CodeActe, Nomenclature};
use crate::domain::identifiers::Specialite;
use crate::domain::money::Centimes;
use crate::law::parameters::Parametre;

/// What a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    Acte,
    /// Billed with an act, and a part of it.
    Supplement,
    /// The same, for the way to the patient.
    Deplacement,
    /// A sum by patient or by period.
    Forfait,
    /// A letter whose acts have coefficients.
    Cle,
    /// No letter: the highest fees of an act with an authorised overrun.
    Plafond,
}

impl Nature {
    /// Its word in the table.
    pub const fn mot(self) -> &'static str {
        match self {
            Self::Acte => "acte",
            Self::Supplement => "supplement",
            Self::Deplacement => "deplacement",
            Self::Forfait => "forfait",
            Self::Cle => "cle",
            Self::Plafond => "plafond",
        }
    }
}

impl Secteur {
    /// Its word in the table.
    pub const fn mot(self) -> &'static str {
        match self {
            Self::Tous => "tous",
            Self::Opposable => "opposable",
            Self::Libre => "libre",
        }
    }
}

/// Whose price a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secteur {
    Tous,
    /// Sector 1, employed doctors, and sector 2 with a contract that limits overruns.
    Opposable,
    /// Sector 2 without such a contract.
    Libre,
}

/// What the sources say of a letter beyond its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own in the table")]
pub struct Marques {
    /// Published prices of the act include this supplement.
    pub inclus: bool,
    /// No other specialty may bill it.
    pub reserve: bool,
    /// Only the médecin traitant of the patient bills it, or whoever stands in for him.
    pub traitant: bool,
    /// It is for no other age.
    pub ages: bool,
    /// It is billed with none but the acts named.
    pub exclusif: bool,
    /// The price is that of one unit of many.
    pub unite: bool,
}

/// One price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ligne {
    pub code: &'static str,
    pub nature: Nature,
    pub libelle: &'static str,
    /// Who bills it, as the table writes it.
    pub qui: &'static str,
    specialites: u128,
    /// How many those are.
    etendue: u32,
    pub secteur: Secteur,
    pub centimes: Option<Centimes>,
    pub du: Option<NaiveDate>,
    /// Last day, included.
    pub dernier: Option<NaiveDate>,
    /// First and last age, in completed years.
    pub ages: (u8, u8),
    /// Letters with which it is billed, as far as the sources name them.
    pub avec: &'static str,
    /// The same, as numbers.
    avec_lettres: Vec<u64>,
    pub marques: Marques,
    /// The parameter that holds this price, for a reform to change it.
    pub parametre: Option<Parametre>,
    pub bases: Vec<&'static str>,
    pub source1: &'static str,
    /// Empty when a single source was found.
    pub source2: &'static str,
    pub verifie_le: NaiveDate,
    pub note: &'static str,
    /// Whether its days are only those for which a source tells it: nobody knows when it began or ended.
    pub attestee: bool,
}

impl Ligne {
    /// Whether the row holds on a day.
    pub fn en_vigueur(&self, jour: NaiveDate) -> bool {
        self.du.is_none_or(|du| du <= jour) && self.dernier.is_none_or(|last| jour <= last)
    }

    /// Whether a doctor of this specialty bills it.
    pub fn est_pour(&self, specialite: Specialite) -> bool {
        bit(specialite.get()) & self.specialites != 0
    }

    /// Whether a patient of this age is concerned.
    pub const fn est_de_l_age(&self, age: u8) -> bool {
        self.ages.0 <= age && age <= self.ages.1
    }

    /// How many specialties bill it: the fewer, the more the price is their own.
    pub(in crate::law) const fn etendue(&self) -> u32 {
        self.etendue
    }

    /// Whether the sources bill it with this letter.
    pub fn est_avec(&self, code: &str) -> bool {
        self.avec_lettres.contains(&packed(code))
    }
}

/// The whole table.
#[derive(Debug, Default)]
pub struct Table {
    /// By letter, in the order of [`packed`].
    pub lignes: Vec<Ligne>,
    /// Letters as numbers, compared in one instruction each.
    lettres: Vec<u64>,
    /// Where the letters that begin with each character begin among them: A to Z, then their end.
    initiales: [usize; 27],
    /// Where the rows of each begin, and those that the published prices of each include.
    rangees: Vec<(usize, Vec<usize>)>,
}

impl Table {
    /// The rows of a letter; none when it is unknown.
    pub fn lettre(&self, code: &CodeActe) -> &[Ligne] {
        if code.nomenclature() == Nomenclature::Ccam { &[] } else { self.rows(code.as_str()) }
    }

    pub(super) fn rows(&self, code: &str) -> &[Ligne] {
        let Some(place) = self.place(code) else { return &[] };
        let start = self.rangees.get(place).map_or(0, |(start, _)| *start);
        let next = place.checked_add(1).and_then(|next| self.rangees.get(next));
        let end = next.map_or(self.lignes.len(), |(start, _)| *start);
        self.lignes.get(start..end).unwrap_or(&[])
    }

    /// The place of a letter: few begin with the same character.
    fn place(&self, code: &str) -> Option<usize> {
        let initiale = usize::from(code.bytes().next()?.checked_sub(b'A')?);
        let start = *self.initiales.get(initiale)?;
        let end = *self.initiales.get(initiale.checked_add(1)?)?;
        let known = self.lettres.get(start..end)?;
        let place = known.iter().position(|lettre| *lettre == packed(code))?;
        start.checked_add(place)
    }

    /// Number of letters.
    pub const fn nombre(&self) -> usize {
        self.lettres.len()
    }

    /// Supplements that the published price of an act may include, at any time and for anybody.
    pub(in crate::law) fn inclus(&self, code: &str) -> impl Iterator<Item = &Ligne> {
        let rangee = self.place(code).and_then(|place| self.rangees.get(place));
        let rows = rangee.map_or(&[][..], |(_, included)| included);
        rows.iter().filter_map(|index| self.lignes.get(*index))
    }

    /// Digest of what decides: sources and notes do not count.
    pub fn empreinte(&self) -> Empreinte {
        let decides = |ligne: &Ligne| {
            format!(
                "{} {:?} {} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?}",
                ligne.code,
                ligne.nature,
                ligne.qui,
                ligne.secteur,
                ligne.centimes,
                ligne.du,
                ligne.dernier,
                ligne.ages,
                ligne.avec,
                ligne.marques,
                ligne.parametre
            )
        };
        Empreinte::of(self.lignes.iter().map(decides).collect::<Vec<_>>().join("\n"))
    }
}

/// The table, or what is wrong with its file.
static TABLE: LazyLock<Result<Table, Vec<String>>> =
    LazyLock::new(|| lecture::read(include_str!("ngap.csv")));
static EMPTY: Table =
    Table { lignes: Vec::new(), lettres: Vec::new(), initiales: [0; 27], rangees: Vec::new() };

/// The embedded table. The law does not load when its file is wrong: see [`verifier`].
pub fn table() -> &'static Table {
    TABLE.as_ref().unwrap_or(&EMPTY)
}

/// What is wrong with the embedded file, one line each.
pub(in crate::law) fn verifier() -> Result<(), Vec<String>> {
    TABLE.as_ref().map(|_| ()).map_err(Clone::clone)
}

/// The characters of a code as a number, in the same order.
pub(super) fn packed(text: &str) -> u64 {
    let mut bytes = [0_u8; 8];
    for (slot, byte) in bytes.iter_mut().zip(text.bytes()) {
        *slot = byte;
    }
    u64::from_be_bytes(bytes)
}

fn bit(specialite: u8) -> u128 {
    1_u128.checked_shl(u32::from(specialite)).unwrap_or(0)
}
