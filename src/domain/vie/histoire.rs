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
/// one begins: what is already known about later days stays. `None` when nothing would change.
pub fn poser<T: Clone + PartialEq>(
    connus: &[FaitDate<T>],
    valeur: T,
    du: NaiveDate,
) -> Option<Pose<T>> {
    let cut = connus.iter().find(|fait| fait.effet.contient(du));
    if cut.is_some_and(|fait| fait.valeur == valeur) {
        return None;
    }
    let next = connus.iter().map(|fait| fait.effet.du()).filter(|first| *first > du).min();
    let au = cut.map_or(next, |fait| fait.effet.au());
    let mut ouverts = Vec::new();
    if let Some(fait) = cut
        && let Some(before) = fait.effet.jusqu_au(du)
    {
        ouverts.push((fait.valeur.clone(), before));
    }
    ouverts.push((valeur, Periode::new(du, au).ok()?));
    Some(Pose { remplaces: cut.map(|fait| fait.id).into_iter().collect(), ouverts })
}

/// The fact in force on a day ends there; nothing takes its place. `None` when nothing is in force.
pub fn terminer<T: Clone>(connus: &[FaitDate<T>], du: NaiveDate) -> Option<Pose<T>> {
    let fait = connus.iter().find(|fait| fait.effet.contient(du))?;
    let before = fait.effet.jusqu_au(du).map(|before| (fait.valeur.clone(), before));
    Some(Pose { remplaces: vec![fait.id], ouverts: before.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 3, number).unwrap()
    }

    fn fait(number: u8, valeur: char, du: u32, au: Option<u32>) -> FaitDate<char> {
        FaitDate {
            id: FaitId::from_uuid(Uuid::from_u128(u128::from(number))),
            valeur,
            effet: Periode::new(day(du), au.map(day)).unwrap(),
            enregistre_le: DateTime::UNIX_EPOCH,
            remplace_le: None,
        }
    }

    fn periods(pose: &Pose<char>) -> Vec<(char, u32, Option<u32>)> {
        use chrono::Datelike;
        let shape = |(valeur, effet): &(char, Periode)| {
            (*valeur, effet.du().day(), effet.au().map(|au| au.day()))
        };
        pose.ouverts.iter().map(shape).collect()
    }

    #[test]
    fn the_fact_in_force_ends_where_the_new_one_begins() {
        let known = [fait(1, 'a', 1, None)];
        let pose = poser(&known, 'b', day(10)).unwrap();
        assert_eq!(pose.remplaces, [known[0].id]);
        assert_eq!(periods(&pose), [('a', 1, Some(10)), ('b', 10, None)]);
        // On its first day, nothing is left of the fact before.
        assert_eq!(periods(&poser(&known, 'b', day(1)).unwrap()), [('b', 1, None)]);
        assert_eq!(poser(&known, 'a', day(10)), None);
    }

    #[test]
    fn a_fact_known_late_stops_where_a_later_one_begins() {
        let known = [fait(1, 'a', 1, Some(10)), fait(2, 'c', 10, None)];
        let pose = poser(&known, 'b', day(5)).unwrap();
        assert_eq!(periods(&pose), [('a', 1, Some(5)), ('b', 5, Some(10))]);
        let gap = [fait(1, 'a', 1, Some(5)), fait(2, 'c', 10, None)];
        let pose = poser(&gap, 'b', day(7)).unwrap();
        assert_eq!((pose.remplaces.len(), periods(&pose)), (0, vec![('b', 7, Some(10))]));
        assert_eq!(periods(&poser(&gap, 'b', day(5)).unwrap()), [('b', 5, Some(10))]);
        assert_eq!(periods(&poser(&gap, 'b', day(4)).unwrap())[1], ('b', 4, Some(5)));
    }

    #[test]
    fn a_fact_can_end_without_another() {
        let known = [fait(1, 'a', 1, None)];
        assert_eq!(periods(&terminer(&known, day(9)).unwrap()), [('a', 1, Some(9))]);
        assert_eq!(periods(&terminer(&known, day(1)).unwrap()), []);
        assert_eq!(terminer(&[fait(1, 'a', 1, Some(9))], day(9)), None);
    }
}
