//! Until when somebody is represented.

use chrono::NaiveDate;
use traitant::domain::calendar::Periode;
use traitant::domain::representation::{FinRepresentation, NatureRepresentation, bounded};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn parental_authority_ends_on_the_day_of_majority_and_the_protection_of_an_adult_does_not() {
    let birth = day("2008-02-29");
    let ever = Periode::depuis(birth);
    let parent = NatureRepresentation::TitulaireAutoriteParentale;
    let (effet, motif) = bounded(parent, birth, 18, ever).unwrap();
    assert_eq!(effet.au(), Some(day("2026-03-01")));
    assert_eq!(motif, Some(FinRepresentation::Majorite));
    assert!(effet.contient(day("2026-02-28")));
    // An end before majority stays, whoever gave it.
    let short = Periode::new(birth, Some(day("2026-03-01"))).unwrap();
    assert_eq!(bounded(parent, birth, 18, short), Some((short, None)));
    assert_eq!(bounded(parent, birth, 18, Periode::depuis(day("2026-03-01"))), None);
    // The tutelle of a minor ends with it (Code civil, 393); that of an adult has no such end.
    let tutelle = NatureRepresentation::Tutelle;
    assert_eq!(bounded(tutelle, birth, 18, ever), bounded(parent, birth, 18, ever));
    let adult = Periode::depuis(day("2026-03-01"));
    assert_eq!(bounded(tutelle, birth, 18, adult), Some((adult, None)));
    let curatelle = NatureRepresentation::Curatelle;
    assert_eq!(bounded(curatelle, birth, 18, ever), Some((ever, None)));
}
