//! The dated values of the oracle, copied by hand from the published texts: never from the parameters of the law.
//!
//! A value holds from its day until the next one of its table.

use chrono::{Datelike as _, NaiveDate};

use super::super::support::day;

/// A value and its first day, `yyyymmdd`.
type Table<T> = [(u32, T)];

/// The value in force on a day; the first one before its day.
pub fn le<T: Copy>(table: &Table<T>, jour: NaiveDate) -> T {
    let number = jour.year().unsigned_abs() * 10_000 + jour.month() * 100 + jour.day();
    let place = table.partition_point(|(from, _)| *from <= number);
    table[place.saturating_sub(1)].1
}

/// The day of a line of [`CHANGEMENTS`].
pub fn jour(text: &str) -> NaiveDate {
    day(text)
}

/// Days around which questions are asked more often.
pub const CHANGEMENTS: [&str; 42] = [
    "2006-01-01",
    "2006-01-03",
    "2006-06-20",
    "2006-06-21",
    "2006-08-01",
    "2006-09-01",
    "2007-07-01",
    "2007-09-02",
    "2009-01-31",
    "2010-06-01",
    "2011-01-01",
    "2011-02-24",
    "2012-10-25",
    "2013-03-31",
    "2013-12-01",
    "2015-04-01",
    "2015-07-01",
    "2016-01-01",
    "2016-01-28",
    "2016-10-24",
    "2017-01-01",
    "2017-05-01",
    "2017-07-01",
    "2017-11-01",
    "2018-06-01",
    "2018-09-15",
    "2019-01-01",
    "2019-11-01",
    "2020-08-28",
    "2022-01-01",
    "2023-01-01",
    "2023-10-15",
    "2023-11-01",
    "2023-12-29",
    "2024-05-15",
    "2024-06-02",
    "2024-06-22",
    "2024-12-22",
    "2026-01-01",
    "2026-03-01",
    "2026-04-22",
    "2026-12-31",
];

/// Majoration in ten-thousandths of the base: Cour des comptes, rapport public 2013, table 3.
pub const MTM_TAUX: &Table<i64> = &[(20_060_101, 1_000), (20_070_902, 2_000), (20_090_131, 4_000)];

/// Its ceiling for an act: the rate of the price of a specialist's consultation (R160-6); DREES for 10.60.
pub const MTM_PLAFOND: &Table<i64> =
    &[(20_060_101, 250), (20_070_902, 500), (20_090_131, 1_000), (20_231_101, 1_060)];

/// Participation forfaitaire: R160-19, decision of the UNCAM for two euros.
pub const PF: &Table<i64> = &[(20_060_101, 100), (20_240_515, 200)];

/// Four participations a day, patient and performer (D160-8).
pub const PF_PAR_JOUR: i64 = 4;

/// Fifty euros a calendar year (D160-6).
pub const PF_AN: i64 = 5_000;

/// Two readings of the texts where they dispute a value: the answer is known when both give the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lecture {
    Une,
    Autre,
}

/// Flat sum of heavy acts (R160-16, R322-8 before): nothing before décret 2006-707. The press gives 20 June and
/// 1 September 2006, and 1 and 22 April 2026, as the first days of 18 and of 32 euros.
pub const SOMME: [&Table<i64>; 2] = [
    &[(20_060_101, 0), (20_060_621, 1_800), (20_190_101, 2_400), (20_260_401, 3_200)],
    &[(20_060_101, 0), (20_060_621, 1_800), (20_190_101, 2_400), (20_260_422, 3_200)],
];

/// Tariff from which an act is heavy: décret 2011-201.
pub const SEUIL: &Table<i64> = &[(20_060_101, 9_100), (20_110_224, 12_000)];

/// Coefficient of the NGAP from which an act is heavy, in hundredths.
pub const SEUIL_COEFFICIENT: &Table<u32> = &[(20_060_101, 5_000), (20_110_224, 6_000)];

/// Dental care: arrêté published on 14/10/2023.
pub const TAUX_DENTISTE: &Table<i64> = &[(20_060_101, 7_000), (20_231_015, 6_000)];
/// Doctors and midwives.
pub const TAUX_PRATICIEN: i64 = 7_000;
/// Auxiliaries (R160-5 4°) and biology (5°).
pub const TAUX_AUXILIAIRE: i64 = 6_000;
/// Auxiliaries and biology, for a holder of the ASPA (R160-9).
pub const TAUX_ASPA: i64 = 8_000;
/// Régime local d'Alsace-Moselle: D325-7, ten per cent are left.
pub const TAUX_REGIME_LOCAL: i64 = 9_000;

/// First day of the neutralisation of one year after the departure of the médecin traitant: loi 2023-1268.
pub const NEUTRALISATION: u32 = 20_231_229;
/// First day of the exception of recently installed practitioners: décret 2006-1.
pub const INSTALLATION: u32 = 20_060_103;
/// First day of the exemption of the former ACS, and first day without ACS.
pub const ACS: (u32, u32) = (20_150_701, 20_191_101);
/// First day of teleconsultation: avenant 6.
pub const TELECONSULTATION: u32 = 20_180_915;

/// First day of the ages below.
pub const CONTRACEPTION_DU: u32 = 20_160_701;
/// Ages of the first consultation of contraception paid in full (R160-17 5°), from one and below the other.
pub const CONTRACEPTION: &Table<(u8, u8)> =
    &[(CONTRACEPTION_DU, (15, 18)), (20_200_828, (0, 18)), (20_220_101, (0, 26))];
/// First day of the appointments of prevention, paid in full (R160-17 8°).
pub const BILAN: u32 = 20_240_602;

/// Whether a day is at or after the first day of something.
pub fn depuis(jour: NaiveDate, first: u32) -> bool {
    le(&[(0, false), (first, true)], jour)
}

/// Part of an overrun outside the parcours that a responsible contract leaves to the patient (R871-1 2°): the highest
/// authorised overrun, seven or eight euros before 2009 as one reads the notices or the first tariff.
pub const DA_EXCLU: [&Table<i64>; 2] = [
    &[(20_060_101, 800), (20_170_701, 1_000), (20_231_101, 1_050)],
    &[(20_060_101, 700), (20_090_101, 800), (20_170_701, 1_000), (20_231_101, 1_050)],
];

/// Ceiling of what a responsible contract pays of the overrun of a doctor without option tarifaire, in hundredths of
/// the base (R871-2): none before April 2015.
pub const PLAFOND_NON_OPTAM: &Table<Option<i64>> =
    &[(20_060_101, None), (20_150_401, Some(125)), (20_170_101, Some(100))];
