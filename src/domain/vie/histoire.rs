//! Putting a fact at its place among those already known.

use chrono::NaiveDate;

use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::ids::FaitId;

/// What to write so that a value counts from a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pose<T> {
    pub remplaces: Vec<FaitId>,
    /// Versions to record: what is left of the one before, then the new one.
    pub ouverts: Vec<(T, Periode)>,
}

/// A value that counts from a day, among facts known together without overlap.
///
/// The fact in force that day ends there. The new one ends where that fact ended, or where the next
/// one begins: what is already known about later days stays. One that begins there with the same value begins sooner, and is
/// one with the new one. `None` when nothing would change.
pub fn poser<T: Clone + PartialEq>(
    connus: &[FaitDate<T>],
    valeur: T,
    du: NaiveDate,
) -> Option<Pose<T>> {
    let cut = connus.iter().find(|fait| fait.effet.contient(du));
    if cut.is_some_and(|fait| fait.valeur == valeur) {
        return None;
    }
    let next = connus.iter().filter(|fait| fait.effet.du() > du).min_by_key(|fait| fait.effet.du());
    let begins = next.map(|fait| fait.effet.du());
    let au = cut.map_or(begins, |fait| fait.effet.au());
    let same = next.filter(|fait| au == begins && fait.valeur == valeur);
    let au = same.map_or(au, |fait| fait.effet.au());
    let mut ouverts = Vec::new();
    if let Some(fait) = cut
        && let Some(before) = fait.effet.jusqu_au(du)
    {
        ouverts.push((fait.valeur.clone(), before));
    }
    ouverts.push((valeur, Periode::new(du, au).ok()?));
    Some(Pose { remplaces: cut.into_iter().chain(same).map(|fait| fait.id).collect(), ouverts })
}

/// The fact in force on a day ends there; nothing takes its place. `None` when nothing is in force.
pub fn terminer<T: Clone>(connus: &[FaitDate<T>], du: NaiveDate) -> Option<Pose<T>> {
    let fait = connus.iter().find(|fait| fait.effet.contient(du))?;
    let before = fait.effet.jusqu_au(du).map(|before| (fait.valeur.clone(), before));
    Some(Pose { remplaces: vec![fait.id], ouverts: before.into_iter().collect() })
}
