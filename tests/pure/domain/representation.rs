//! Until when somebody is represented.

use chrono::NaiveDate;
use traitant::domain::calendar::Periode;
use traitant::domain::representation::{FinRepresentation, NatureRepresentation, bounded};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn parental_authority_ends_on_the_day_of_majority_and_protection_does_not() {
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
    assert_eq!(bounded(NatureRepresentation::Tutelle, birth, 18, ever), Some((ever, None)));
}
