//! The law of one day: every value in force, and the rules to be considered.

use chrono::NaiveDate;

use super::explanation::Gabarit;
use super::parameters::{NB_PARAMETRES, Parametre};
use super::rule::{Juge, Regle};
use crate::domain::calendar::Periode;
use crate::domain::evaluation::{CodeRegle, Constat, Constats, Issue};
use crate::domain::money::{Centimes, Taux};
use crate::domain::vocabulary::Vocabulaire;

/// A day of care. Its own type, so that today's date is never passed by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateDesSoins(NaiveDate);

impl DateDesSoins {
    /// Says that this day is the day of care that chooses the law.
    pub const fn new(jour: NaiveDate) -> Self {
        Self(jour)
    }

    /// The day.
    pub const fn jour(self) -> NaiveDate {
        self.0
    }
}

/// A question needed a value that the sources leave unknown on the day, or that begins later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("parameter {} is unknown during {periode:?}", .parametre.mot())]
pub struct ParametreInconnu {
    /// Which one.
    pub parametre: Parametre,
    /// The days of care during which the law has this hole.
    pub periode: Periode,
}

/// Values and rules in force during a period without any change.
#[derive(Debug, Clone)]
pub struct Bareme {
    pub(super) periode: Periode,
    pub(super) valeurs: [Option<i64>; NB_PARAMETRES],
    pub(super) regles: Vec<&'static Regle>,
    /// Those of them that explain amounts, after the calculation.
    pub(super) de_montant: Vec<&'static Regle>,
    /// All of them with what the period knows, in the order in which an evaluation asks them: those of
    /// amounts come last.
    entrees: Vec<Entree>,
}

/// A rule of a period.
#[derive(Debug, Clone)]
struct Entree {
    regle: &'static Regle,
    /// What it rests on during the period: its texts, then those of the values that it reads.
    fondement: Box<[&'static str]>,
    /// Its sentence, as far as the period writes it.
    gabarit: Gabarit,
}

/// A rule of a period, with what the period knows of it.
#[derive(Debug, Clone, Copy)]
pub struct RegleDuJour<'a> {
    /// The rule.
    pub regle: &'static Regle,
    /// What it rests on.
    pub fondement: &'a [&'static str],
    pub(super) gabarit: &'a Gabarit,
}

impl Entree {
    fn du_jour(&self) -> RegleDuJour<'_> {
        RegleDuJour { regle: self.regle, fondement: &self.fondement, gabarit: &self.gabarit }
    }
}

impl Bareme {
    /// Values and rules of a period, each with what it rests on.
    pub(super) fn new(
        periode: Periode,
        valeurs: &[Option<i64>; NB_PARAMETRES],
        regles: Vec<(&'static Regle, Vec<&'static str>)>,
    ) -> Self {
        let explains = |regle: &Regle| matches!(regle.juge, Juge::Montants(_));
        let bare = Self {
            periode,
            valeurs: *valeurs,
            regles: regles.iter().map(|(regle, _)| *regle).collect(),
            de_montant: regles.iter().map(|(regle, _)| *regle).filter(|r| explains(r)).collect(),
            entrees: Vec::new(),
        };
        let (last, first): (Vec<_>, Vec<_>) =
            regles.into_iter().partition(|(regle, _)| explains(regle));
        let entree = |(regle, fondement): (&'static Regle, Vec<_>)| Entree {
            regle,
            fondement: fondement.into_boxed_slice(),
            gabarit: Gabarit::new(regle.fiche.phrase, &bare),
        };
        let entrees = first.into_iter().chain(last).map(entree).collect();
        Self { entrees, ..bare }
    }

    /// The days during which nothing of this changes.
    pub const fn periode(&self) -> Periode {
        self.periode
    }

    /// The rules to be considered, in the order of the registry.
    pub fn regles(&self) -> &[&'static Regle] {
        &self.regles
    }

    /// Those that explain amounts, after the calculation.
    pub(super) fn regles_de_montant(&self) -> &[&'static Regle] {
        &self.de_montant
    }

    /// A rule of the day, and what it rests on.
    pub fn regle(&self, code: CodeRegle) -> Option<RegleDuJour<'_>> {
        self.entrees.iter().find(|entree| entree.regle.fiche.code == code).map(Entree::du_jour)
    }

    /// The rules that an evaluation considered, with what became of each.
    pub fn considerees<'a, 'c>(
        &'a self,
        constats: &'c Constats,
    ) -> impl Iterator<Item = (&'c Constat, RegleDuJour<'a>)> {
        let all = constats.iter().enumerate();
        all.filter_map(|(index, constat)| Some((constat, self.regle_de(index, *constat)?)))
    }

    /// Those that it kept: they decided their topic or explain an amount.
    pub fn retenues<'a, 'c>(
        &'a self,
        constats: &'c Constats,
    ) -> impl Iterator<Item = (&'c Constat, RegleDuJour<'a>)> {
        let kept = constats.iter().enumerate().filter(|(_, one)| one.issue == Issue::Retenue);
        kept.filter_map(|(index, constat)| Some((constat, self.regle_de(index, *constat)?)))
    }

    /// The rule at a place of an evaluation. One of this period has its rules in the order of the period:
    /// then nothing is searched.
    fn regle_de(&self, index: usize, constat: Constat) -> Option<RegleDuJour<'_>> {
        match self.entrees.get(index) {
            Some(known) if known.regle.fiche.code == constat.regle => Some(known.du_jour()),
            _ => self.regle(constat.regle),
        }
    }

    fn inconnu(&self, parametre: Parametre) -> ParametreInconnu {
        ParametreInconnu { parametre, periode: self.periode }
    }

    /// The bare value of a parameter.
    pub fn valeur(&self, parametre: Parametre) -> Result<i64, ParametreInconnu> {
        self.valeurs
            .get(usize::from(parametre.code()))
            .copied()
            .flatten()
            .ok_or(self.inconnu(parametre))
    }

    /// An amount.
    pub fn centimes(&self, parametre: Parametre) -> Result<Centimes, ParametreInconnu> {
        self.valeur(parametre).map(Centimes::new)
    }

    /// A rate.
    pub fn taux(&self, parametre: Parametre) -> Result<Taux, ParametreInconnu> {
        Taux::new(self.valeur(parametre)?).ok_or(self.inconnu(parametre))
    }

    /// An age in years.
    pub fn ans(&self, parametre: Parametre) -> Result<u8, ParametreInconnu> {
        u8::try_from(self.valeur(parametre)?).map_err(|_too_old| self.inconnu(parametre))
    }

    /// A yes or a no.
    pub fn oui(&self, parametre: Parametre) -> Result<bool, ParametreInconnu> {
        self.valeur(parametre).map(|value| value != 0)
    }
}
