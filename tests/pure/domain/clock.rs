//! The legal day, and a clock that does not move by itself.

use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use traitant::domain::clock::{Clock as _, FixedClock, HorlogeAccordee, paris_day};

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

#[test]
fn a_clock_that_was_put_right_goes_on_by_the_stopwatch() {
    let noon: DateTime<Utc> = "2025-06-16T10:00:00Z".parse().unwrap();
    let clock = HorlogeAccordee::at(noon);
    let moment = Instant::now();
    clock.accorder(noon, moment);
    let later = |seconds| moment.checked_add(Duration::from_secs(seconds)).unwrap();
    assert_eq!(clock.au(later(90)), noon + TimeDelta::seconds(90));
    // It was an hour early; what was before is not known any more.
    clock.accorder(noon + TimeDelta::hours(1), later(90));
    assert_eq!(clock.au(later(91)), noon + TimeDelta::seconds(3_601));
    assert_eq!(clock.au(moment), noon + TimeDelta::hours(1));
    let (first, second) = (clock.now(), clock.now());
    assert!(first <= second);
}
