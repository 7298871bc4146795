//! Dated facts: what is true from a day to a day, and known from an instant to an instant.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Periode;
use super::ids::FaitId;

/// A fact with its two times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaitDate<T> {
    /// This version of the fact.
    pub id: FaitId,
    pub valeur: T,
    pub effet: Periode,
    /// Since when the register knows it.
    pub enregistre_le: DateTime<Utc>,
    /// Since when another version replaced it, if one did.
    pub remplace_le: Option<DateTime<Utc>>,
}

impl<T> FaitDate<T> {
    /// The same version, about something else.
    pub fn avec<U>(self, valeur: U) -> FaitDate<U> {
        let Self { id, effet, enregistre_le, remplace_le, .. } = self;
        FaitDate { id, valeur, effet, enregistre_le, remplace_le }
    }
}

/// The fact in force on a day among versions known together.
pub fn en_vigueur<T>(faits: &[FaitDate<T>], jour: NaiveDate) -> Option<&T> {
    faits.iter().find(|fait| fait.effet.contient(jour)).map(|fait| &fait.valeur)
}
