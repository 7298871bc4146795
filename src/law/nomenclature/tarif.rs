//! The published price of a letter, and of a letter with its supplements, for whoever has no statement to read it from.

use chrono::NaiveDate;

use super::table::{Ligne, Nature, Secteur, table};
use crate::domain::feuille_de_soins::{CodeActe, Nomenclature};
use crate::domain::identifiers::Specialite;
use crate::domain::money::Centimes;

/// The price of a letter for a doctor of a specialty, on a day, for a patient of an age: that of the rows which fewest
/// specialties share. `libre` asks for that of sector 2 without a contract. Nothing when the sources know none.
pub fn tarif_publie(
    code: &str,
    specialite: Specialite,
    age: u8,
    jour: NaiveDate,
    libre: bool,
) -> Option<Centimes> {
    let code = CodeActe::parse(Nomenclature::Ngap, code).ok()?;
    let own = if libre { Secteur::Libre } else { Secteur::Opposable };
    let rows = table().lettre(&code).iter().filter(|row| {
        (row.secteur == own || row.secteur == Secteur::Tous)
            && row.en_vigueur(jour)
            && row.est_pour(specialite)
            && row.est_de_l_age(age)
    });
    rows.min_by_key(|row| row.etendue()).and_then(|row| row.centimes)
}

/// Whom and when a price is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consultation {
    pub specialite: Specialite,
    pub age: u8,
    pub jour: NaiveDate,
}

/// A line of a price: a letter, and what it is worth.
pub type Composante = (&'static str, Centimes);

impl Consultation {
    /// The opposable prices that the rows of a letter give, those which fewest specialties share.
    fn tarifs<'a>(self, rows: impl Iterator<Item = &'a Ligne> + Clone) -> Vec<Composante> {
        let own = rows.filter(move |row| {
            matches!(row.secteur, Secteur::Opposable | Secteur::Tous)
                && row.en_vigueur(self.jour)
                && row.est_pour(self.specialite)
                && row.est_de_l_age(self.age)
        });
        let narrow = own.clone().map(Ligne::etendue).min();
        let mut prices: Vec<Composante> = own
            .filter(|row| Some(row.etendue()) == narrow)
            .filter_map(|row| Some((row.code, row.centimes?)))
            .collect();
        prices.dedup();
        prices
    }

    /// The letters that may be billed beside an act and that are what `retenu` asks, each with its prices.
    fn supplements(self, code: &str, retenu: fn(&Ligne) -> bool) -> Vec<Vec<Composante>> {
        let rows = || table().lignes.iter().filter(|row| retenu(row) && row.est_avec(code));
        let mut letters: Vec<&str> = rows().map(|row| row.code).collect();
        letters.dedup();
        let prices = |letter: &str| {
            let own: Vec<&Ligne> = rows().filter(|row| row.code == letter).collect();
            self.tarifs(own.iter().copied())
        };
        letters.into_iter().map(prices).collect()
    }
}

/// What is billed with an act without a circumstance that nobody asks about: supplements that published prices include,
/// and the way to the patient.
fn est_courant(row: &Ligne) -> bool {
    match row.nature {
        Nature::Supplement => row.marques.inclus,
        Nature::Deplacement => !row.marques.unite,
        Nature::Acte | Nature::Forfait | Nature::Cle | Nature::Plafond => false,
    }
}

/// What needs a circumstance: a night, an emergency, a given illness…
fn est_de_circonstance(row: &Ligne) -> bool {
    row.nature == Nature::Supplement && !row.marques.inclus && !row.marques.unite
}

/// The lines of published prices that add up to this one: a letter, and supplements that are billed with it. The fewest
/// lines first; a supplement of coordination after what is as short without.
pub fn compositions(code: &str, qui: Consultation, prix: Centimes) -> Vec<Vec<Composante>> {
    let Ok(letter) = CodeActe::parse(Nomenclature::Ngap, code) else { return Vec::new() };
    let supplements = qui.supplements(code, est_courant);
    let mut found = Vec::new();
    for act in qui.tarifs(table().lettre(&letter).iter()) {
        ajouter(&supplements, prix, vec![act], &mut found);
    }
    let coordinated =
        |lines: &[Composante]| lines.iter().any(|(code, _)| matches!(*code, "MCS" | "MCG" | "MCC"));
    found.sort_by_key(|lines| (lines.len(), coordinated(lines)));
    found
}

/// Whether a supplement that needs a circumstance would explain a price.
pub fn explicable(code: &str, qui: Consultation, prix: Centimes) -> bool {
    let others = qui.supplements(code, est_de_circonstance);
    others.iter().flatten().any(|(_, supplement)| {
        prix > *supplement && !compositions(code, qui, prix.minus_or_zero(*supplement)).is_empty()
    })
}

/// Completes lines with some of the supplements, until they are worth the price.
fn ajouter(
    supplements: &[Vec<Composante>],
    prix: Centimes,
    lines: Vec<Composante>,
    found: &mut Vec<Vec<Composante>>,
) {
    let worth = lines.iter().try_fold(Centimes::ZERO, |sum, (_, price)| sum.plus(*price));
    match (worth, supplements.split_first()) {
        (Ok(worth), _) if worth == prix => found.push(lines),
        (Ok(worth), Some((first, rest))) if worth < prix => {
            for line in first {
                let mut with = lines.clone();
                with.push(*line);
                ajouter(rest, prix, with, found);
            }
            ajouter(rest, prix, lines, found);
        }
        _ => {}
    }
}
