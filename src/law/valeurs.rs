//! The values in force during a period of the law.

use super::parameters::{NB_NUMEROS, Parametre};
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
#[derive(Debug, Clone)]
pub struct Valeurs {
    pub(super) periode: Periode,
    pub(super) nombres: [Option<i64>; NB_NUMEROS],
}

impl Valeurs {
    fn inconnu(&self, parametre: Parametre) -> ParametreInconnu {
        ParametreInconnu { parametre, periode: self.periode }
    }

    /// The bare value of a parameter.
    pub fn valeur(&self, parametre: Parametre) -> Result<i64, ParametreInconnu> {
        self.nombres
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
