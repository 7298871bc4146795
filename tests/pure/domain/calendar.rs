//! Ages, months and periods.

use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;
use traitant::domain::calendar::{
    EmptyPeriode, Periode, age_revolu, anniversaire, lendemain, plus_mois, veille,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_sixteenth_birthday_is_reached_on_the_day_and_not_before() {
    let birth = day("2009-06-15");
    assert_eq!(age_revolu(birth, day("2025-06-14")), 15);
    assert_eq!(age_revolu(birth, day("2025-06-15")), 16);
    assert_eq!(age_revolu(birth, day("2025-06-16")), 16);
    assert_eq!(age_revolu(birth, day("2009-06-14")), 0);
}

#[test]
fn somebody_born_on_29_february_is_older_on_1_march_of_common_years() {
    let birth = day("2008-02-29");
    assert_eq!(age_revolu(birth, day("2024-02-28")), 15);
    assert_eq!(age_revolu(birth, day("2024-02-29")), 16);
    assert_eq!(age_revolu(birth, day("2026-02-28")), 17);
    assert_eq!(age_revolu(birth, day("2026-03-01")), 18);
    assert_eq!(anniversaire(birth, 16), Some(day("2024-02-29")));
    assert_eq!(anniversaire(birth, 18), Some(day("2026-03-01")));
}

#[test]
fn months_are_counted_from_day_to_day_and_stop_at_the_end_of_the_month() {
    assert_eq!(plus_mois(day("2025-01-31"), 1), Some(day("2025-02-28")));
    assert_eq!(plus_mois(day("2024-01-31"), 1), Some(day("2024-02-29")));
    assert_eq!(plus_mois(day("2025-08-31"), -6), Some(day("2025-02-28")));
    assert_eq!(plus_mois(day("2025-10-31"), 1), Some(day("2025-11-30")));
    assert_eq!(plus_mois(day("2025-03-15"), 12), Some(day("2026-03-15")));
    assert_eq!(plus_mois(day("2025-12-15"), 1), Some(day("2026-01-15")));
    assert_eq!(plus_mois(day("2025-01-15"), -1), Some(day("2024-12-15")));
}

#[test]
fn a_period_is_half_open() {
    let periode = Periode::new(day("2025-03-03"), Some(day("2025-03-10"))).unwrap();
    assert!(!periode.contient(day("2025-03-02")));
    assert!(periode.contient(day("2025-03-03")));
    assert!(periode.contient(day("2025-03-09")));
    assert!(!periode.contient(day("2025-03-10")));
    assert_eq!(Periode::new(day("2025-03-03"), Some(day("2025-03-03"))), Err(EmptyPeriode));
    assert!(!periode.chevauche(&Periode::depuis(day("2025-03-10"))));
    assert!(periode.chevauche(&Periode::depuis(day("2025-03-09"))));
}

prop_compose! {
    fn any_day()(offset in 0u64..60_000) -> NaiveDate {
        day("1900-01-01").checked_add_days(Days::new(offset)).unwrap()
    }
}

proptest! {
    #[test]
    fn an_age_changes_exactly_on_its_anniversary(birth in any_day(), age in 1u8..100) {
        let birthday = anniversaire(birth, age).unwrap();
        prop_assert_eq!(age_revolu(birth, birthday), age);
        prop_assert_eq!(age_revolu(birth, veille(birthday).unwrap()), age - 1);
    }

    #[test]
    fn adding_months_stays_in_the_month_that_was_asked(start in any_day(), months in -600i32..600) {
        let end = plus_mois(start, months).unwrap();
        let elapsed = (end.year() - start.year()) * 12
            + i32::try_from(end.month()).unwrap() - i32::try_from(start.month()).unwrap();
        prop_assert_eq!(elapsed, months);
        prop_assert!(end.day() <= start.day());
        prop_assert!(end.day() == start.day() || lendemain(end).unwrap().day() == 1);
    }
}
