//! A new fact among those that are known.

use chrono::{DateTime, Datelike, NaiveDate};
use traitant::domain::calendar::Periode;
use traitant::domain::fait_date::FaitDate;
use traitant::domain::ids::FaitId;
use traitant::domain::vie::histoire::{Pose, poser, terminer};
use uuid::Uuid;

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
