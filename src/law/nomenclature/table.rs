//! The table of the letters: `ngap.csv`, embedded at build and read once.
//!
//! One row is one price: of a letter, for some doctors, in a sector, at some ages, from a day to a day. A row
//! without a price is a letter that the sources know without saying what it is worth.

use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::domain::digest::Empreinte;
use crate::domain::feuille_de_soins::{CodeActe, Nomenclature};
use crate::domain::identifiers::Specialite;
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::law::references::reference;

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

const NATURES: [Nature; 6] = [
    Nature::Acte,
    Nature::Supplement,
    Nature::Deplacement,
    Nature::Forfait,
    Nature::Cle,
    Nature::Plafond,
];
const SECTEURS: [Secteur; 3] = [Secteur::Tous, Secteur::Opposable, Secteur::Libre];

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
    LazyLock::new(|| read(include_str!("ngap.csv")));
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

/// Specialties behind a word of the column `qui`.
fn specialites(mot: &str) -> Option<u128> {
    const GENERALISTES: [u8; 3] = [1, 22, 23];
    let of = |codes: &[u8]| codes.iter().fold(0, |mask, code| mask | bit(*code));
    let doctors =
        || (1..128).filter(|code| est_medecin(*code)).fold(0, |mask, code| mask | bit(code));
    Some(match mot {
        "tous" => doctors(),
        "generaliste" => of(&GENERALISTES),
        "specialiste" => doctors() & !of(&GENERALISTES),
        "cardiologie" => of(&[3]),
        "dermatologie" => of(&[5]),
        "gynecologie" => of(&[7, 70, 77, 79]),
        "gastro_enterologie" => of(&[8]),
        "medecine_interne" => of(&[9]),
        "pediatrie" => of(&[12]),
        "rhumatologie" => of(&[14]),
        "ophtalmologie" => of(&[15]),
        "psychiatrie" => of(&[17, 33, 75]),
        "sage_femme" => of(&[21]),
        "infirmier" => of(&[24, 86]),
        "readaptation" => of(&[31]),
        "neurologie" => of(&[32]),
        "geriatrie" => of(&[34]),
        "nephrologie" => of(&[35]),
        "endocrinologie" => of(&[42]),
        _ => return None,
    })
}

fn est_medecin(code: u8) -> bool {
    Specialite::parse(&format!("{code:02}")).is_ok_and(Specialite::est_medecin)
}

/// Reads the whole file, or says everything that is wrong with it.
fn read(text: &'static str) -> Result<Table, Vec<String>> {
    let mut table = Table::default();
    let mut errors = Vec::new();
    for (index, line) in text.lines().enumerate().skip(1) {
        match ligne(line) {
            Ok(ligne) => table.lignes.push(ligne),
            Err(column) => {
                errors.push(format!("ngap.csv, line {}: {column}", index.saturating_add(1)));
            }
        }
    }
    if !table.lignes.is_sorted_by_key(|ligne| packed(ligne.code)) {
        errors.push("ngap.csv: rows must be sorted by letter".to_owned());
    }
    for (index, ligne) in table.lignes.iter().enumerate() {
        let letters = packed(ligne.code);
        if table.lettres.last().is_none_or(|last| *last != letters) {
            table.lettres.push(letters);
            let own = |row: &Ligne| row.marques.inclus && row.avec_lettres.contains(&letters);
            let rows = table.lignes.iter().enumerate();
            let included = rows.filter(|(_, row)| own(row)).map(|(index, _)| index);
            table.rangees.push((index, included.collect()));
        }
    }
    for (initiale, start) in (b'A'..).zip(&mut table.initiales) {
        let before = packed(char::from(initiale).encode_utf8(&mut [0; 4]));
        *start = table.lettres.partition_point(|lettre| *lettre < before);
    }
    if errors.is_empty() { Ok(table) } else { Err(errors) }
}

/// One row, or the name of the column that is wrong.
fn ligne(line: &'static str) -> Result<Ligne, &'static str> {
    let mut cells = line.split(';');
    let mut next = |name: &'static str| cells.next().ok_or(name);
    let code = next("code")?;
    CodeActe::parse(Nomenclature::Ngap, code).map_err(|_malformed| "code")?;
    let nature = next("nature")?;
    let nature = NATURES.into_iter().find(|known| known.mot() == nature).ok_or("nature")?;
    let libelle = next("libelle")?;
    let qui = next("qui")?;
    let mut words = qui.split_ascii_whitespace().map(specialites);
    let masks: Option<u128> = words.try_fold(0, |all, one| Some(all | one?));
    let secteur = next("secteur")?;
    let secteur = SECTEURS.into_iter().find(|known| known.mot() == secteur).ok_or("secteur")?;
    let centimes = optional::<i64>(next("centimes")?).map_err(|()| "centimes")?;
    let du = optional(next("du")?).map_err(|()| "du")?;
    let dernier = optional(next("au")?).map_err(|()| "au")?;
    let first = optional(next("age_min")?).map_err(|()| "age_min")?.unwrap_or(u8::MIN);
    let last = optional(next("age_max")?).map_err(|()| "age_max")?.unwrap_or(u8::MAX);
    let avec = next("avec")?;
    let avec_lettres = avec.split_ascii_whitespace().map(packed).collect();
    let marques = marques(next("marques")?).ok_or("marques")?;
    let named = next("parametre")?;
    let parametre = Parametre::du_mot(named);
    let keys = next("bases")?.split_ascii_whitespace();
    let bases: Option<Vec<_>> =
        keys.map(|key| reference(key).map(|known| known.cle.as_ref())).collect();
    let bases = bases.ok_or("bases")?;
    let (source1, source2) = (next("source1")?, next("source2")?);
    let verifie_le = optional(next("verifie_le")?).map_err(|()| "verifie_le")?;
    let note = next("note")?;
    if parametre.is_some() == named.is_empty() || parametre.is_some() == bases.is_empty() {
        return Err("parametre");
    }
    if source1.is_empty() {
        return Err("source1");
    }
    if du.zip(dernier).is_some_and(|(du, last): (NaiveDate, NaiveDate)| last < du) {
        return Err("au");
    }
    let specialites = masks.filter(|mask| *mask != 0).ok_or("qui")?;
    Ok(Ligne {
        code,
        nature,
        libelle,
        qui,
        specialites,
        etendue: specialites.count_ones(),
        secteur,
        centimes: centimes.map(Centimes::new),
        du,
        dernier,
        ages: (first, last),
        avec,
        avec_lettres,
        marques,
        parametre,
        bases,
        source1,
        source2,
        verifie_le: verifie_le.ok_or("verifie_le")?,
        note,
    })
}

fn optional<T: std::str::FromStr>(cell: &str) -> Result<Option<T>, ()> {
    if cell.is_empty() { Ok(None) } else { cell.parse().map(Some).map_err(|_malformed| ()) }
}

fn marques(words: &str) -> Option<Marques> {
    let mut marques = Marques::default();
    for word in words.split_ascii_whitespace() {
        match word {
            "inclus" => marques.inclus = true,
            "reserve" => marques.reserve = true,
            "ages" => marques.ages = true,
            "exclusif" => marques.exclusif = true,
            "unite" => marques.unite = true,
            _ => return None,
        }
    }
    Some(marques)
}
