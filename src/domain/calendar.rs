//! Civil days: periods, ages and delays. The only file that adds months to a date.

use std::ops::RangeInclusive;

use chrono::{Datelike, Days, NaiveDate};
use serde::Serialize;

/// A half-open period of civil days: from `du`, included, to `au`, excluded; open when `au` is
/// absent. French administrative wording ("jusqu'au … inclus") is converted at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Periode {
    du: NaiveDate,
    au: Option<NaiveDate>,
}

/// A period must contain at least one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period ends after it begins")]
pub struct EmptyPeriode;

impl Periode {
    /// A period from `du` until the day before `au`.
    pub fn new(du: NaiveDate, au: Option<NaiveDate>) -> Result<Self, EmptyPeriode> {
        if au.is_some_and(|au| au <= du) { Err(EmptyPeriode) } else { Ok(Self { du, au }) }
    }

    /// A period without end.
    pub const fn depuis(du: NaiveDate) -> Self {
        Self { du, au: None }
    }

    /// First day.
    pub const fn du(&self) -> NaiveDate {
        self.du
    }

    /// First day after the period, when it ends.
    pub const fn au(&self) -> Option<NaiveDate> {
        self.au
    }

    /// Whether the period contains a day.
    pub fn contient(&self, jour: NaiveDate) -> bool {
        self.du <= jour && self.au.is_none_or(|au| jour < au)
    }

    /// Whether two periods have a day in common.
    pub fn chevauche(&self, other: &Self) -> bool {
        self.intersection(other).is_some()
    }

    /// The days that two periods have in common.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let au = match (self.au, other.au) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self::new(self.du.max(other.du), au).ok()
    }

    /// The same period, ended at `au` at the latest; `None` when nothing is left of it.
    pub fn jusqu_au(&self, au: NaiveDate) -> Option<Self> {
        let au = self.au.map_or(au, |own| own.min(au));
        Self::new(self.du, Some(au)).ok()
    }
}

/// One day.
impl From<NaiveDate> for Periode {
    fn from(jour: NaiveDate) -> Self {
        Self { du: jour, au: lendemain(jour) }
    }
}

/// Age in completed years on a day. A person born on 29 February is a year older on 1 March in
/// common years. Before birth the age is zero.
pub fn age_revolu(naissance: NaiveDate, jour: NaiveDate) -> u8 {
    let had_birthday = (jour.month(), jour.day()) >= (naissance.month(), naissance.day());
    let years =
        jour.year().saturating_sub(naissance.year()).saturating_sub(i32::from(!had_birthday));
    u8::try_from(years.max(0)).unwrap_or(u8::MAX)
}

/// The day somebody reaches an age: their birthday, or 1 March for 29 February in a common year.
pub fn anniversaire(naissance: NaiveDate, age: u8) -> Option<NaiveDate> {
    let year = naissance.year().checked_add(i32::from(age))?;
    NaiveDate::from_ymd_opt(year, naissance.month(), naissance.day())
        .or_else(|| NaiveDate::from_ymd_opt(year, 3, 1))
}

/// The births whose [`anniversaire`] of an age falls from `du` to `au`, both included. Those born outside
/// the calendar, whose ages count from 1 January, are of the year whose 1 January is among them.
pub fn naissances(age: u8, du: NaiveDate, au: NaiveDate) -> Option<RangeInclusive<NaiveDate>> {
    let born = |jour: NaiveDate, (month, day): (u32, u32)| {
        let year = jour.year().checked_sub(i32::from(age))?;
        NaiveDate::from_ymd_opt(year, jour.month(), jour.day())
            .or_else(|| NaiveDate::from_ymd_opt(year, month, day))
    };
    let first = born(du, (3, 1))?;
    // On 1 March of a common year, those of 29 February reach their age too.
    let leap = veille(first).filter(|leap| anniversaire(*leap, age) == Some(du));
    Some(leap.unwrap_or(first)..=born(au, (2, 28))?)
}

/// The day `mois` months after `jour`, the same day of the month, or the last day of the month
/// when it has no such day (the counting of article 641 of the Code de procédure civile).
/// Negative counts go back.
pub fn plus_mois(jour: NaiveDate, mois: i32) -> Option<NaiveDate> {
    let months = jour
        .year()
        .checked_mul(12)?
        .checked_add(i32::try_from(jour.month0()).ok()?)?
        .checked_add(mois)?;
    let (year, month0) = (months.div_euclid(12), months.rem_euclid(12));
    let month = u32::try_from(month0).ok()?.checked_add(1)?;
    (28..=jour.day().max(28))
        .rev()
        .chain([jour.day()])
        .filter(|day| *day <= jour.day())
        .find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}

/// The day after.
pub fn lendemain(jour: NaiveDate) -> Option<NaiveDate> {
    jour.checked_add_days(Days::new(1))
}

/// The day before.
pub fn veille(jour: NaiveDate) -> Option<NaiveDate> {
    jour.checked_sub_days(Days::new(1))
}

/// First day of the month of a day.
pub fn debut_de_mois(jour: NaiveDate) -> NaiveDate {
    jour.with_day(1).unwrap_or(jour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn those_of_29_february_reach_their_age_on_1_march_of_a_common_year() {
        let births = |age, du, au| naissances(age, day(du), day(au)).unwrap();
        // Sixteen years after a leap year comes another: everybody has a day of their own.
        assert_eq!(births(16, "2024-02-28", "2024-02-28"), day("2008-02-28")..=day("2008-02-28"));
        assert_eq!(births(16, "2024-02-29", "2024-02-29"), day("2008-02-29")..=day("2008-02-29"));
        assert_eq!(births(16, "2024-03-01", "2024-03-01"), day("2008-03-01")..=day("2008-03-01"));
        assert_eq!(births(18, "2026-02-28", "2026-02-28"), day("2008-02-28")..=day("2008-02-28"));
        assert_eq!(births(18, "2026-03-01", "2026-03-01"), day("2008-02-29")..=day("2008-03-01"));
        // Nobody was born on 29 February of a common year.
        assert_eq!(births(16, "2025-03-01", "2025-03-01"), day("2009-03-01")..=day("2009-03-01"));
        assert!(births(17, "2024-02-29", "2024-02-29").is_empty());
        assert_eq!(births(17, "2024-02-28", "2024-03-01"), day("2007-02-28")..=day("2007-03-01"));
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
        fn births_are_those_whose_birthday_falls_in_the_window(
            birth in any_day(), age in 0u8..100, shift in -40i64..40, length in 0u64..400,
        ) {
            let birthday = anniversaire(birth, age).unwrap();
            let du = birthday + chrono::TimeDelta::days(shift);
            let au = du + Days::new(length);
            prop_assert_eq!(
                naissances(age, du, au).unwrap().contains(&birth),
                (du..=au).contains(&birthday)
            );
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
}
