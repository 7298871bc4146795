//! The values in force during a period of the law.

use std::cell::Cell;

use super::parameters::{Ensemble, NB_NUMEROS, Parametre};
use crate::domain::calendar::Periode;
use crate::domain::money::{Centimes, Taux};
use crate::domain::vocabulary::Vocabulaire;

/// A question needed a value that the sources leave unknown on the day, or that begins later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("parameter {} is unknown during {periode:?}", .parametre.mot())]
pub struct ParametreInconnu {
    pub parametre: Parametre,
    /// The days of care during which the law has this hole.
    pub periode: Periode,
}

/// The value of every parameter during a period without any change.
#[derive(Debug)]
pub(super) struct Table {
    periode: Periode,
    /// Side by side: a number that is not among the known ones means nothing.
    nombres: [i64; NB_NUMEROS],
    connus: Ensemble,
    /// Those that nobody verified for days as late as these.
    a_verifier: Ensemble,
    /// Those on which the sources disagree on these days.
    discutees: Ensemble,
}

impl Table {
    /// The values of a period that are known; those to be verified, and those on which the sources disagree.
    pub(super) fn new(
        periode: Periode,
        known: impl Iterator<Item = (Parametre, i64)>,
        [a_verifier, discutees]: [Ensemble; 2],
    ) -> Self {
        let (mut nombres, mut connus) = ([0; NB_NUMEROS], Ensemble::default());
        for (parametre, nombre) in known {
            if let Some(slot) = nombres.get_mut(usize::from(parametre.code())) {
                *slot = nombre;
                connus.insert(parametre);
            }
        }
        Self { periode, nombres, connus, a_verifier, discutees }
    }

    /// The days during which nothing of this changes.
    pub(super) const fn periode(&self) -> Periode {
        self.periode
    }

    /// For whoever need not know afterwards what was read.
    #[inline]
    pub(super) const fn valeurs(&self) -> Valeurs<'_> {
        Valeurs { table: self, lues: None }
    }

    /// For one evaluation: they remember what it reads, unless all of them are verified and agreed on, for then
    /// there is nothing to remember.
    #[inline]
    pub(super) fn suivies(&self) -> Valeurs<'_> {
        let doubt = !self.a_verifier.est_vide() || !self.discutees.est_vide();
        Valeurs { table: self, lues: doubt.then(Lectures::default) }
    }
}

/// The values of a period, as one reader sees them.
#[derive(Debug)]
pub struct Valeurs<'l> {
    table: &'l Table,
    lues: Option<Lectures>,
}

/// Parameters that were read.
#[derive(Debug, Default)]
struct Lectures([Cell<u64>; NB_NUMEROS.div_ceil(64)]);

impl Lectures {
    fn note(&self, parametre: Parametre) {
        let (mot, bit) = Ensemble::place(parametre);
        if let Some(mot) = self.0.get(mot) {
            mot.set(mot.get() | bit);
        }
    }

    fn ensemble(&self) -> Ensemble {
        Ensemble::of(self.0.each_ref().map(Cell::get))
    }
}

impl Valeurs<'_> {
    /// The days during which nothing of this changes.
    pub(super) const fn periode(&self) -> Periode {
        self.table.periode
    }

    /// What was read of those that nobody verified.
    pub(super) fn lues_a_verifier(&self) -> Ensemble {
        self.lues
            .as_ref()
            .map_or_else(Ensemble::default, |lues| lues.ensemble().et(&self.table.a_verifier))
    }

    /// Whether something was read on which the sources disagree.
    pub(super) fn lit_une_valeur_discutee(&self) -> bool {
        let disputed = |lues: &Lectures| !lues.ensemble().et(&self.table.discutees).est_vide();
        self.lues.as_ref().is_some_and(disputed)
    }

    fn inconnu(&self, parametre: Parametre) -> ParametreInconnu {
        ParametreInconnu { parametre, periode: self.table.periode }
    }

    /// The bare value of a parameter.
    #[inline]
    pub fn valeur(&self, parametre: Parametre) -> Result<i64, ParametreInconnu> {
        if let Some(lues) = &self.lues {
            lues.note(parametre);
        }
        match self.table.nombres.get(usize::from(parametre.code())) {
            Some(nombre) if self.table.connus.contient(parametre) => Ok(*nombre),
            _ => Err(self.inconnu(parametre)),
        }
    }

    /// An amount.
    pub fn centimes(&self, parametre: Parametre) -> Result<Centimes, ParametreInconnu> {
        self.valeur(parametre).map(Centimes::new)
    }

    /// A rate.
    pub fn taux(&self, parametre: Parametre) -> Result<Taux, ParametreInconnu> {
        Taux::new(self.valeur(parametre)?).ok_or(self.inconnu(parametre))
    }

    /// A share of a base that may be more than the whole, in ten-thousandths.
    pub fn pour_cent(&self, parametre: Parametre) -> Result<u32, ParametreInconnu> {
        let hundredths = u32::try_from(self.valeur(parametre)?).ok();
        hundredths.and_then(|share| share.checked_mul(100)).ok_or(self.inconnu(parametre))
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
