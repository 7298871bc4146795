//! What the insurance writes beside a beneficiary's number: quality, birth rank, birth date.

use chrono::NaiveDate;
use serde::Serialize;

use super::ascii::Ascii;
use super::{Invalide, all_digits, number, public_identifier};

/// Quality of the beneficiary towards the insured person: `0` the insured, `6` a child…
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualiteBeneficiaire(u8);

impl QualiteBeneficiaire {
    /// The insured person.
    pub const ASSURE: Self = Self(0);

    /// Reads the one digit of a quality.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        match text.as_bytes() {
            [digit @ b'0'..=b'9'] => Ok(Self(digit.saturating_sub(b'0'))),
            _ => Err(Invalide::new(
                "valeur_inconnue",
                "un seul chiffre de 0 (assuré) à 9 (autre ayant droit)",
            )),
        }
    }

    /// The digit.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Birth rank: 1, or 2, 3… for multiple births and for a dependant born the same day as the
/// insured person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RangGemellaire(u8);

impl RangGemellaire {
    /// The rank of nearly everybody.
    pub const ONE: Self = Self(1);

    /// A rank between 1 and 9.
    pub fn new(rank: i64) -> Result<Self, Invalide> {
        match u8::try_from(rank) {
            Ok(rank @ 1..=9) => Ok(Self(rank)),
            _ => Err(Invalide::new("valeur_interdite", "un rang entre 1 et 9")),
        }
    }

    /// The rank.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Birth date known to the insurance: a date of the calendar, or a *lunar* date whose month or day
/// is outside it (00, above 12, above 31). Transmitted as it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateNaissanceAmo(Ascii<10>);

impl DateNaissanceAmo {
    /// A lunar date for somebody whose age only is known, in a simulation.
    pub const UNKNOWN: Self = Self(Ascii::literal(*b"1900-00-00"));

    /// Reads `AAAA-MM-JJ`. A date is lunar only when its month is 00 or above 12 or its day is 00
    /// or above 31; 29 February of a common year or 31 April is a typing error.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let expected = "une date AAAA-MM-JJ, deux chiffres pour le mois et pour le jour";
        let malformed = Invalide::new("format_invalide", expected);
        let value = Ascii::<10>::new(text).ok_or(malformed)?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *value.bytes() else {
            return Err(malformed);
        };
        if !all_digits(&[y1, y2, y3, y4, m1, m2, d1, d2]) {
            return Err(malformed);
        }
        let date = Self(value);
        let (year, month, day) = date.parts();
        if !(1850..=2200).contains(&year) {
            return Err(Invalide::new(
                "hors_calendrier",
                "une année de naissance entre 1850 et 2200",
            ));
        }
        if !date.est_lunaire() && NaiveDate::from_ymd_opt(year, month, day).is_none() {
            return Err(Invalide::new("hors_calendrier", "une date qui existe dans le calendrier"));
        }
        Ok(date)
    }

    /// The civil date, or 1 January of the year for a lunar date: the day from which ages count.
    pub fn pour_calcul_age(&self) -> NaiveDate {
        let (year, month, day) = self.parts();
        NaiveDate::from_ymd_opt(year, month, day)
            .or_else(|| NaiveDate::from_ymd_opt(year, 1, 1))
            .unwrap_or_default()
    }

    /// Whether the month or the day is outside the calendar.
    pub fn est_lunaire(&self) -> bool {
        let (_, month, day) = self.parts();
        !(1..=12).contains(&month) || !(1..=31).contains(&day)
    }

    fn parts(self) -> (i32, u32, u32) {
        let [y1, y2, y3, y4, _, m1, m2, _, d1, d2] = *self.0.bytes();
        let small = |bytes: &[u8]| u32::try_from(number(bytes)).unwrap_or_default();
        (
            i32::try_from(number(&[y1, y2, y3, y4])).unwrap_or_default(),
            small(&[m1, m2]),
            small(&[d1, d2]),
        )
    }
}

public_identifier!(DateNaissanceAmo);
