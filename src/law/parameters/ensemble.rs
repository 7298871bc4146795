//! Sets of parameters, small enough to be kept beside the values of each period.

use super::{NB_NUMEROS, Parametre};
use crate::domain::vocabulary::Vocabulaire;

/// Words that hold a bit for each parameter.
const MOTS: usize = NB_NUMEROS.div_ceil(64);

/// A set of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ensemble([u64; MOTS]);

impl Ensemble {
    /// The word and the bit of a parameter.
    pub(in crate::law) fn place(parametre: Parametre) -> (usize, u64) {
        let code = parametre.code();
        (usize::from(code >> 6), 1 << (code & 63))
    }

    pub(in crate::law) const fn of(mots: [u64; MOTS]) -> Self {
        Self(mots)
    }

    /// Adds a parameter.
    pub fn insert(&mut self, parametre: Parametre) {
        let (mot, bit) = Self::place(parametre);
        if let Some(mot) = self.0.get_mut(mot) {
            *mot |= bit;
        }
    }

    /// Whether it holds a parameter.
    pub fn contient(&self, parametre: Parametre) -> bool {
        let (mot, bit) = Self::place(parametre);
        self.0.get(mot).is_some_and(|mot| mot & bit != 0)
    }

    /// Whether it holds nothing.
    pub fn est_vide(&self) -> bool {
        self.0.iter().all(|mot| *mot == 0)
    }

    /// What is in both.
    #[must_use]
    pub fn et(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(one, other)| *one &= other);
        self
    }

    /// What is in one or the other.
    #[must_use]
    pub fn ou(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(one, other)| *one |= other);
        self
    }

    /// What it holds, in the order of [`Parametre`].
    pub fn iter(&self) -> impl Iterator<Item = Parametre> {
        Parametre::TOUS.iter().copied().filter(|parametre| self.contient(*parametre))
    }
}
