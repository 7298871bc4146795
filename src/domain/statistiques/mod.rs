//! Statistics of the parcours: what a person and a feuille add to the counts, the tables made of these counts, and the
//! small numbers that no table gives away. Pure: whose counts they are, and as known when, is asked of the register.

mod classes;
mod definitions;
mod exemple;
mod feuille;
mod grille;
mod personne;
mod plan;
mod reforme;
mod secret;
mod tableaux;

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;

pub use self::classes::{
    Axe, ClasseAge, Famille, FormatStatistiques, MedecinDesigne, Methode, Nature, Part,
    indicateur_du_rang, rang_de_l_indicateur,
};
pub use self::definitions::{
    Definition, Indicateur, Manque, NON_TENUS, Tableau, Unite, UnknownTableau,
};
pub use self::exemple::exemple;
pub use self::feuille::{FeuilleComptee, de_la_feuille};
pub use self::grille::{Chiffre, Ligne, Valeur};
pub use self::personne::{Suivi, Vie};
pub use self::reforme::{
    Avancement, ChiffreConfronte, Confrontes, EtatSimulation, LigneConfrontee, Simulation,
    confronter,
};
pub use self::secret::{SEUIL, masquer};
pub use self::tableaux::{Conciliees, Matiere, chiffres};
use super::calendar::debut_de_mois;
use super::identifiers::Organisme;
use super::vocabulary::Vocabulaire;

/// Régime and caisse as one number: five digits, or zero when a feuille says none and the register knew none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CodeCaisse(i32);

impl CodeCaisse {
    /// Those of an organisme.
    pub fn of(organisme: &Organisme) -> Self {
        Self::parse(&[organisme.regime(), organisme.caisse()].concat()).unwrap_or_default()
    }

    /// Reads five digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).map(Self)
    }

    /// A stored number.
    pub const fn du_nombre(nombre: i32) -> Self {
        Self(nombre)
    }

    /// The number that is stored.
    pub const fn nombre(self) -> i32 {
        self.0
    }

    /// The régime, two digits.
    pub fn regime(self) -> String {
        format!("{:02}", self.0 / 1000)
    }
}

impl fmt::Display for CodeCaisse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05}", self.0)
    }
}

/// Where something is counted: in which month, under which caisse, at which age, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cellule {
    pub nature: Nature,
    /// First day of the month.
    pub mois: NaiveDate,
    pub caisse: CodeCaisse,
    pub age: ClasseAge,
    /// Codes whose meaning is that of the nature: see [`Nature`].
    pub codes: [i16; 3],
}

impl Cellule {
    fn new(
        nature: Nature,
        jour: NaiveDate,
        (caisse, age): (CodeCaisse, ClasseAge),
        codes: [i16; 3],
    ) -> Self {
        Self { nature, mois: debut_de_mois(jour), caisse, age, codes }
    }
}

/// How many places [`Mesures`] has.
pub const MESURES: usize = 10;

/// A count, and the amounts that go with it, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mesures(pub [i64; MESURES]);

impl Mesures {
    /// So many, without any amount.
    pub fn nombre(nombre: i64) -> Self {
        Self::default().avec(Part::Nombre, nombre)
    }

    /// One of them.
    pub fn get(&self, part: Part) -> i64 {
        self.0.get(usize::from(part.code())).copied().unwrap_or_default()
    }

    /// The same, with this one.
    #[must_use]
    pub fn avec(mut self, part: Part, valeur: i64) -> Self {
        if let Some(place) = self.0.get_mut(usize::from(part.code())) {
            *place = valeur;
        }
        self
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        for (own, more) in self.0.iter_mut().zip(other.0) {
            *own = own.saturating_add(more);
        }
    }

    /// The opposite.
    #[must_use]
    pub fn oppose(&self) -> Self {
        Self(self.0.map(i64::saturating_neg))
    }

    /// Whether nothing is counted.
    pub fn est_nul(&self) -> bool {
        self.0.iter().all(|one| *one == 0)
    }
}

/// What something adds to the counts, cell by cell: never a cell with nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comptes(BTreeMap<Cellule, Mesures>);

impl Comptes {
    /// Adds to a cell.
    pub fn add(&mut self, cellule: Cellule, mesures: &Mesures) {
        let place = self.0.entry(cellule).or_default();
        place.add(mesures);
        if place.est_nul() {
            self.0.remove(&cellule);
        }
    }

    /// Adds everything of others.
    pub fn plus(&mut self, others: &Self) {
        others.iter().for_each(|(cellule, mesures)| self.add(*cellule, mesures));
    }

    /// Takes everything of others away.
    pub fn moins(&mut self, others: &Self) {
        others.iter().for_each(|(cellule, mesures)| self.add(*cellule, &mesures.oppose()));
    }

    /// What is counted in a cell.
    pub fn get(&self, cellule: &Cellule) -> Option<&Mesures> {
        self.0.get(cellule)
    }

    /// Every cell.
    pub fn iter(&self) -> impl Iterator<Item = (&Cellule, &Mesures)> {
        self.0.iter()
    }

    /// Whether nothing is counted.
    pub fn est_vide(&self) -> bool {
        self.0.is_empty()
    }

    /// How many cells.
    pub fn nombre(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<(Cellule, Mesures)> for Comptes {
    fn from_iter<I: IntoIterator<Item = (Cellule, Mesures)>>(all: I) -> Self {
        let mut comptes = Self::default();
        for (cellule, mesures) in all {
            comptes.add(cellule, &mesures);
        }
        comptes
    }
}
