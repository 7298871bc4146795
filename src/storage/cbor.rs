//! The binary form of what rows keep whole, feuilles and evaluations: CBOR arrays of numbers and short strings, after a
//! byte that is the version of the form.
//!
//! A struct is the array of its fields, without those at its end that say nothing. A field is added at the end with a
//! new place; a place is never used again.

mod suite;

use std::convert::Infallible;
use std::fmt::Display;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use minicbor::data::Type;
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use uuid::Uuid;

pub(super) use self::suite::{after, encode_after};
use crate::domain::adressage::NatureAdressage;
use crate::domain::calendar::Periode;
use crate::domain::declaration::{MoyenSignature, RoleSignataire};
use crate::domain::evaluation::{
    Appartenance, Avertissement, Classe2013, CodeDetermine, CodeRegle, CouvertureConnue, Naissance,
    RelationMt, Theme,
};
use crate::domain::feuille_de_soins::{
    Complementaire, Convention, DeclarationMt, Exoneration, ModeSecurisation, MotifExclusion,
    NatureAssurance, Nomenclature, OptionTarifaire, OriginePrescription, QualificatifDepense,
    RegimeLocal, SituationParticuliere, Support, TypeLieu,
};
use crate::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, IndicateurParcours, NumAm, Organisme,
    QualiteBeneficiaire, RangGemellaire, Rpps, Specialite,
};
use crate::domain::ids::{DeclarationId, DesignationId, FeuilleId, PatientId};
use crate::domain::money::{Centimes, Taux};
use crate::domain::vie::sommeil::StatutPatient;
use crate::domain::vocabulary::Vocabulaire;

pub(super) type To = Encoder<Vec<u8>>;
pub(super) type Written = Result<(), minicbor::encode::Error<Infallible>>;
pub(super) type Read<T> = Result<T, Error>;

/// What has a binary form.
pub(super) trait Cbor: Sized {
    /// How many places of an array it takes.
    const PLACES: u64 = 1;

    fn write(&self, to: &mut To) -> Written;

    fn read(from: &mut Decoder<'_>) -> Read<Self>;

    /// Whether it says nothing.
    fn is_nothing(&self) -> bool {
        false
    }

    /// What is read where nothing was said.
    fn nothing() -> Option<Self> {
        None
    }
}

/// Bytes that a value takes, more or less.
const ROOM: usize = 160;

/// Writes under a version.
pub(super) fn encode(version: u8, write: impl FnOnce(&mut To) -> Written) -> Vec<u8> {
    encode_after(Vec::with_capacity(ROOM), version, write)
}

/// Reads what was written under a version.
pub(super) fn decode<T>(
    version: u8,
    bytes: &[u8],
    read: impl FnOnce(&mut Decoder<'_>) -> Read<T>,
) -> Read<T> {
    match bytes.split_first() {
        Some((own, rest)) if *own == version => read(&mut Decoder::new(rest)),
        Some((other, _)) => Err(Error::message(format!("version {other}"))),
        None => Err(Error::message("nothing")),
    }
}

/// A value that its type does not know. Says where, never what.
pub(super) fn unknown(name: impl Display) -> Error {
    Error::message(format!("no {name}"))
}

pub(super) const fn places<T: Cbor>(_: &T) -> u64 {
    T::PLACES
}

/// The places of an array that are not read yet.
pub(super) struct Places(u64);

impl Places {
    pub(super) fn of(from: &mut Decoder<'_>) -> Read<Self> {
        from.array()?.map(Self).ok_or_else(|| unknown("length"))
    }

    pub(super) fn next<T: Cbor>(&mut self, from: &mut Decoder<'_>) -> Read<T> {
        match self.0.checked_sub(T::PLACES) {
            Some(left) => {
                self.0 = left;
                T::read(from)
            }
            None => T::nothing().ok_or_else(|| unknown("place left")),
        }
    }

    /// Passes over what a later form added.
    pub(super) fn end(self, from: &mut Decoder<'_>) -> Read<()> {
        (0..self.0).try_for_each(|_| from.skip())
    }
}

/// Structs, by their fields in the order of their places.
macro_rules! array {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {$(
        impl $crate::storage::cbor::Cbor for $name {
            fn write(&self, to: &mut $crate::storage::cbor::To) -> $crate::storage::cbor::Written {
                let (mut place, mut filled) = (0, 0);
                $(
                    place += $crate::storage::cbor::places(&self.$field);
                    if !$crate::storage::cbor::Cbor::is_nothing(&self.$field) {
                        filled = place;
                    }
                )+
                to.array(filled)?;
                place = 0;
                $(
                    place += $crate::storage::cbor::places(&self.$field);
                    if place <= filled {
                        $crate::storage::cbor::Cbor::write(&self.$field, to)?;
                    }
                )+
                Ok(())
            }

            fn read(from: &mut minicbor::Decoder<'_>) -> $crate::storage::cbor::Read<Self> {
                let mut places = $crate::storage::cbor::Places::of(from)?;
                let own = Self { $($field: places.next(from)?),+ };
                places.end(from)?;
                Ok(own)
            }
        }
    )+};
}
pub(super) use array;

/// Types that are written as another: how to read it from that one, how to write it as that one.
macro_rules! written_as {
    ($($name:ty as $form:ty: $read:expr, |$own:ident| $write:expr;)+) => {$(
        impl $crate::storage::cbor::Cbor for $name {
            fn write(&self, to: &mut $crate::storage::cbor::To) -> $crate::storage::cbor::Written {
                let $own = self;
                <$form as $crate::storage::cbor::Cbor>::write(&$write, to)
            }

            fn read(from: &mut minicbor::Decoder<'_>) -> $crate::storage::cbor::Read<Self> {
                let form = <$form as $crate::storage::cbor::Cbor>::read(from)?;
                $read(form).ok_or_else(|| $crate::storage::cbor::unknown(stringify!($name)))
            }
        }
    )+};
}
pub(super) use written_as;

macro_rules! native {
    ($($name:ty),+) => {$(
        impl Cbor for $name {
            fn write(&self, to: &mut To) -> Written {
                to.encode(self)?.ok()
            }

            fn read(from: &mut Decoder<'_>) -> Read<Self> {
                from.decode()
            }
        }
    )+};
}

macro_rules! members {
    ($($name:ident),+) => {
        written_as! { $($name as u8: $name::du_code, |member| member.code();)+ }
    };
}

macro_rules! texts {
    ($($name:ident),+) => {$(
        impl Cbor for $name {
            fn write(&self, to: &mut To) -> Written {
                to.str(self.as_str())?.ok()
            }

            fn read(from: &mut Decoder<'_>) -> Read<Self> {
                Self::parse(from.str()?).map_err(|_invalid| unknown(stringify!($name)))
            }
        }
    )+};
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl Cbor for $name {
            fn write(&self, to: &mut To) -> Written {
                to.bytes(self.uuid().as_bytes())?.ok()
            }

            fn read(from: &mut Decoder<'_>) -> Read<Self> {
                let id = Uuid::from_slice(from.bytes()?);
                id.map(Self::from_uuid).map_err(|_length| unknown(stringify!($name)))
            }
        }
    )+};
}

native!(bool, u8, u16, u32, i32, i64, String);

members! {
    Appartenance, Avertissement, Classe2013, CodeDetermine, Complementaire, Convention,
    CouvertureConnue, DeclarationMt, ModeSecurisation, MotifExclusion, MoyenSignature,
    NatureAdressage, NatureAssurance, Nomenclature, OptionTarifaire, OriginePrescription,
    QualificatifDepense, RegimeLocal, RelationMt, RoleSignataire, SituationParticuliere,
    StatutPatient, Support, TypeLieu
}

texts!(CommuneExercice, Finess, IndicateurParcours, NumAm, Rpps);

ids!(DeclarationId, DesignationId, FeuilleId, PatientId);

written_as! {
    Centimes as i64: |cents| Some(Centimes::new(cents)), |montant| montant.get();
    Taux as u16: |taux| Taux::new(i64::from(taux)), |taux| taux.get();
    // Days since 1 January 1970.
    NaiveDate as i32: date, |date| days(*date);
    DateTime<Utc> as i64: DateTime::from_timestamp_micros, |instant| instant.timestamp_micros();
    Periode as (NaiveDate, Option<NaiveDate>):
        |(du, au)| Periode::new(du, au).ok(), |periode| (periode.du(), periode.au());
    RangGemellaire as u8: |rang| RangGemellaire::new(i64::from(rang)).ok(), |rang| rang.get();
    QualiteBeneficiaire as u8: |code: u8| QualiteBeneficiaire::parse(digits::<1>(code.into(), &mut [0])?).ok(), |qualite| qualite.get();
    Exoneration as u8: Exoneration::from_code, |exoneration| exoneration.get();
    Specialite as u8: |code: u8| Specialite::parse(digits::<2>(code.into(), &mut [0; 2])?).ok(), |specialite| specialite.get();
    // Digits kept as a number take half the bytes of their text.
    Organisme as u32: |code| Organisme::parse(digits::<9>(code, &mut [0; 9])?).ok(), |organisme| number(organisme.as_str());
    DateNaissanceAmo as u32: birth, |date| number(date.as_str());
    Naissance as u32: naissance, |naissance| match naissance {
        Naissance::Date(date) => number(date.as_str()),
        Naissance::Age(age) => u32::from(*age),
    };
    // Topic × 1000 + number.
    CodeRegle as u16: rule, |regle| u16::from(regle.theme.code()) * 1000 + regle.numero;
}

fn days(date: NaiveDate) -> i32 {
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).unwrap_or_default()
}

fn date(days: i32) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(TimeDelta::try_days(i64::from(days))?)
}

fn number(text: &str) -> u32 {
    let digits = text.bytes().filter(u8::is_ascii_digit).map(|byte| u32::from(byte & 0x0f));
    digits.fold(0_u32, |all, digit| all.wrapping_mul(10).wrapping_add(digit))
}

/// A number as so many digits, written where it is told; nothing when it has more.
fn digits<const N: usize>(mut value: u32, place: &mut [u8; N]) -> Option<&str> {
    for digit in place.iter_mut().rev() {
        *digit = u8::try_from(value % 10).ok()?.checked_add(b'0')?;
        value /= 10;
    }
    (value == 0).then(|| std::str::from_utf8(place).ok()).flatten()
}

fn birth(value: u32) -> Option<DateNaissanceAmo> {
    let mut place = [0; 8];
    digits(value, &mut place)?;
    let [y1, y2, y3, y4, m1, m2, d1, d2] = place;
    let text = [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2];
    DateNaissanceAmo::parse(std::str::from_utf8(&text).ok()?).ok()
}

fn naissance(value: u32) -> Option<Naissance> {
    // Years of birth have four digits: what fits in a byte is an age.
    match u8::try_from(value) {
        Ok(age) => Some(Naissance::Age(age)),
        Err(_too_large) => birth(value).map(Naissance::Date),
    }
}

fn rule(number: u16) -> Option<CodeRegle> {
    let theme = u8::try_from(number / 1000).ok().and_then(Theme::du_code)?;
    Some(CodeRegle::new(theme, number % 1000))
}

impl<T: Cbor> Cbor for Option<T> {
    fn write(&self, to: &mut To) -> Written {
        match self {
            Some(value) => value.write(to),
            None => to.null()?.ok(),
        }
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        if from.datatype()? == Type::Null {
            return from.skip().map(|()| None);
        }
        T::read(from).map(Some)
    }

    fn is_nothing(&self) -> bool {
        self.is_none()
    }

    fn nothing() -> Option<Self> {
        Some(None)
    }
}

impl<T: Cbor> Cbor for Vec<T> {
    fn write(&self, to: &mut To) -> Written {
        to.array(u64::try_from(self.len()).unwrap_or_default())?;
        self.iter().try_for_each(|one| one.write(to))
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let mut places = Places::of(from)?;
        // Nobody is believed about a great length before it is read.
        let mut all = Self::with_capacity(usize::try_from(places.0).unwrap_or(usize::MAX).min(4));
        while places.0 > 0 {
            all.push(places.next(from)?);
        }
        Ok(all)
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }

    fn nothing() -> Option<Self> {
        Some(Self::new())
    }
}

/// A pair says both of its members, be they nothing.
impl<A: Cbor, B: Cbor> Cbor for (A, B) {
    fn write(&self, to: &mut To) -> Written {
        to.array(A::PLACES + B::PLACES)?;
        self.0.write(to)?;
        self.1.write(to)
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let mut places = Places::of(from)?;
        let pair = (places.next(from)?, places.next(from)?);
        places.end(from)?;
        Ok(pair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written, read back, and how many bytes it took.
    fn through<T: Cbor>(value: &T) -> (T, usize) {
        let bytes = encode(7, |to| value.write(to));
        assert!(decode(6, &bytes, T::read).is_err());
        (decode(7, &bytes, T::read).unwrap(), bytes.len() - 1)
    }

    #[test]
    fn digits_are_read_back_as_they_were_written_and_take_five_bytes() {
        for text in ["1950-00-00", "2016-02-29", "1850-99-31"] {
            let date = DateNaissanceAmo::parse(text).unwrap();
            assert_eq!(through(&date), (date, 5));
            assert_eq!(through(&Naissance::Date(date)), (Naissance::Date(date), 5));
        }
        for text in ["010110000", "029150000", "960010000"] {
            let organisme = Organisme::parse(text).unwrap();
            assert_eq!(through(&organisme), (organisme, 5));
        }
        assert!([0, 15, 255].map(Naissance::Age).iter().all(|age| through(age).0 == *age));
        let neither = encode(7, |to| 1_500_u32.write(to));
        assert!(decode(7, &neither, Naissance::read).is_err());
    }

    #[test]
    fn a_pair_is_whole_and_what_is_missing_at_the_end_of_an_array_is_nothing() {
        assert_eq!(through(&(true, None::<u8>)), ((true, None), 3));
        let short = encode(7, |to| to.array(1)?.bool(true)?.ok());
        assert_eq!(decode(7, &short, <(bool, Option<u8>)>::read).unwrap(), (true, None));
        assert!(decode(7, &short, <(bool, u8)>::read).is_err());
    }
}
