//! Identifiers of a seed, and the month in that of a feuille.

use std::sync::Arc;

use chrono::NaiveDate;
use traitant::domain::clock::FixedClock;
use traitant::domain::ids::IdSource;
use uuid::Variant;

fn source(seed: u64) -> IdSource {
    IdSource::seeded(Arc::new(FixedClock::at("2025-03-10T08:00:00Z".parse().unwrap())), seed)
}

#[test]
fn the_same_seed_and_clock_give_the_same_ids() {
    assert_eq!(source(7).uuid(), source(7).uuid());
    assert_ne!(source(7).uuid(), source(8).uuid());
    assert_eq!(source(7).uuid().get_version_num(), 7);
}

#[test]
fn a_feuille_id_carries_its_month_of_care_and_stays_a_version_7_uuid() {
    let ids = source(1);
    for (year, month) in [(2005, 1), (2006, 12), (2024, 2), (2026, 11), (2099, 12)] {
        let day = NaiveDate::from_ymd_opt(year, month, 28).unwrap();
        let id = ids.feuille(day);
        assert_eq!(id.month_of_care(), NaiveDate::from_ymd_opt(year, month, 1));
        assert_eq!(id.uuid().get_version_num(), 7);
        assert_eq!(id.uuid().get_variant(), Variant::RFC4122);
    }
}
