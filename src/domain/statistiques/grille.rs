//! A table of counts by class and by column, with what is hidden of it; and the figures that are made of it.

use std::collections::BTreeMap;

use super::{Axe, Indicateur, Mesures, Part, masquer};

/// What a figure says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Valeur {
    Nombre(i64),
    /// An amount, in cents.
    Centimes(i64),
    /// A share, in ten-thousandths.
    Taux(i64),
    /// A number of days.
    Jours(i64),
    /// Too small to be told, or told by others that are.
    Secret,
    /// A share of nothing.
    SansObjet,
}

impl Valeur {
    /// The number that is told, in its unit.
    pub const fn nombre(self) -> Option<i64> {
        match self {
            Self::Nombre(own) | Self::Centimes(own) | Self::Taux(own) | Self::Jours(own) => {
                Some(own)
            }
            Self::Secret | Self::SansObjet => None,
        }
    }
}

/// A figure, and what it is made of when that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chiffre {
    pub indicateur: Indicateur,
    pub valeur: Valeur,
    pub numerateur: Option<i64>,
    pub denominateur: Option<i64>,
}

impl Chiffre {
    /// One that is made of nothing else.
    pub const fn seul(indicateur: Indicateur, valeur: Valeur) -> Self {
        Self { indicateur, valeur, numerateur: None, denominateur: None }
    }

    /// A share of something, rounded to the ten-thousandth, half up.
    pub fn part(indicateur: Indicateur, parts: (Option<i64>, Option<i64>)) -> Self {
        let (Some(numerateur), Some(denominateur)) = parts else {
            return Self::seul(indicateur, Valeur::Secret);
        };
        let valeur = rapport(numerateur, denominateur).map_or(Valeur::SansObjet, Valeur::Taux);
        let (numerateur, denominateur) = (Some(numerateur), Some(denominateur));
        Self { indicateur, valeur, numerateur, denominateur }
    }
}

/// Ten thousand times a ratio, rounded half up; nothing when there is nothing to divide by.
fn rapport(numerateur: i64, denominateur: i64) -> Option<i64> {
    let (num, den) = (i128::from(numerateur), i128::from(denominateur));
    let twice = num.checked_mul(20_000)?.checked_add(den)?;
    i64::try_from(twice.checked_div(den.checked_mul(2)?)?).ok()
}

/// The figures of a class, or of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ligne {
    /// By what the table is broken down, and the code of the class; none for the total.
    pub classe: Option<(Axe, String)>,
    pub chiffres: Vec<Chiffre>,
}

/// Counts by class and column, the last row that of the totals.
#[derive(Debug)]
pub(super) struct Grille {
    pub(super) classes: Vec<Option<String>>,
    lignes: Vec<Vec<Mesures>>,
    masque: Vec<Vec<bool>>,
}

impl Grille {
    /// Gathers counts; without any class there is one row, that of the totals.
    pub(super) fn new(
        colonnes: usize,
        comptes: impl Iterator<Item = (Option<String>, usize, Mesures)>,
    ) -> Self {
        let mut classes: BTreeMap<String, Vec<Mesures>> = BTreeMap::new();
        let mut total = vec![Mesures::default(); colonnes];
        for (classe, colonne, mesures) in comptes {
            let row = classe.map(|one| {
                classes.entry(one).or_insert_with(|| vec![Mesures::default(); colonnes])
            });
            for row in row.into_iter().chain([&mut total]) {
                if let Some(place) = row.get_mut(colonne) {
                    place.add(&mesures);
                }
            }
        }
        let broken_down = !classes.is_empty();
        let (names, mut lignes): (Vec<_>, Vec<_>) =
            classes.into_iter().map(|(name, row)| (Some(name), row)).unzip();
        let counts = |row: &Vec<Mesures>| row.iter().map(|one| one.get(Part::Nombre)).collect();
        let body: Vec<Vec<i64>> =
            if broken_down { lignes.iter().map(counts).collect() } else { vec![counts(&total)] };
        let mut masque = masquer(&body);
        if !broken_down {
            // The one row is its own total.
            masque.truncate(1);
        }
        lignes.push(total);
        Self { classes: names.into_iter().chain([None]).collect(), lignes, masque }
    }

    fn est_visible(&self, ligne: usize, colonne: usize) -> bool {
        self.masque.get(ligne).and_then(|row| row.get(colonne)).is_some_and(|hidden| !hidden)
    }

    fn colonnes(&self) -> usize {
        self.lignes.first().map_or(0, Vec::len)
    }

    /// Whether what some columns of a row add up to is told: each of them is, or the total and all the others are.
    fn est_dite(&self, ligne: usize, colonnes: &[usize]) -> bool {
        let others = || (0..self.colonnes()).filter(|one| !colonnes.contains(one));
        colonnes.iter().all(|one| self.est_visible(ligne, *one))
            || self.est_visible(ligne, self.colonnes())
                && others().all(|one| self.est_visible(ligne, one))
    }

    /// What some columns of a row add up to.
    fn brut(&self, ligne: usize, colonnes: &[usize], part: Part) -> i64 {
        let row = self.lignes.get(ligne);
        let own = |one: &usize| row.and_then(|row| row.get(*one)).map(|found| found.get(part));
        colonnes.iter().filter_map(own).fold(0, i64::saturating_add)
    }

    /// The same, when it is told. An amount to which some of the columns only contribute is one of these: where acts have a price, it
    /// gives back how many they are.
    pub(super) fn somme(&self, ligne: usize, colonnes: &[usize], part: Part) -> Option<i64> {
        let gives = |one: &usize| part == Part::Nombre || self.brut(ligne, &[*one], part) != 0;
        let given: Vec<usize> = colonnes.iter().copied().filter(gives).collect();
        let told = self.est_dite(ligne, colonnes) && self.est_dite(ligne, &given);
        told.then(|| self.brut(ligne, colonnes, part))
    }
}
