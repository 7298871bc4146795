//! The law of one day: every value in force, and the rules to be considered.

use std::sync::Arc;

use chrono::NaiveDate;

use super::parameters::{NB_PARAMETRES, Parametre};
use super::rule::Regle;
use crate::domain::calendar::Periode;
use crate::domain::evaluation::CodeRegle;
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
    /// What each of these rules rests on that day: its texts, then those of the values that it reads.
    pub(super) fondements: Vec<Arc<[&'static str]>>,
}

impl Bareme {
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
    pub fn regle(&self, code: CodeRegle) -> Option<(&'static Regle, &Arc<[&'static str]>)> {
        let place = self.regles.iter().position(|regle| regle.fiche.code == code)?;
        Some((self.regles.get(place)?, self.fondements.get(place)?))
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
