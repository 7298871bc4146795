//! Civil days: periods, ages and delays. The only file that adds months to a date.

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

const MOIS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// A day as it is said: `1er mars 2025`.
pub fn en_toutes_lettres(date: NaiveDate) -> String {
    let month = usize::try_from(date.month0()).ok().and_then(|index| MOIS.get(index));
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{day}\u{a0}{} {}", month.copied().unwrap_or_default(), date.year())
}
