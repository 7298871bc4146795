//! The legal day, and a clock that does not move by itself.

use chrono::{NaiveDate, TimeDelta};
use traitant::domain::clock::{Clock as _, FixedClock, paris_day};

#[test]
fn the_legal_day_is_the_day_in_paris() {
    let late_summer_evening = "2025-07-31T22:30:00Z".parse().unwrap();
    assert_eq!(paris_day(late_summer_evening), NaiveDate::from_ymd_opt(2025, 8, 1).unwrap());
    let winter_evening = "2025-01-31T22:30:00Z".parse().unwrap();
    assert_eq!(paris_day(winter_evening), NaiveDate::from_ymd_opt(2025, 1, 31).unwrap());
}

#[test]
fn a_fixed_clock_moves_only_when_told() {
    let clock = FixedClock::at("2025-03-10T08:00:00Z".parse().unwrap());
    assert_eq!(clock.now(), clock.now());
    clock.advance(TimeDelta::days(1));
    assert_eq!(clock.today(), NaiveDate::from_ymd_opt(2025, 3, 11).unwrap());
}
