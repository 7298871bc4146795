//! Digits kept as a number: half the bytes of their text.

use minicbor::data::Type;
use minicbor::decode::Error;
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::domain::evaluation::Naissance;
use crate::domain::identifiers::{DateNaissanceAmo, Organisme};

/// The digits of a text, read as one number. Rows written before they were kept so hold the text, which is
/// read too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chiffres(u32);

impl Chiffres {
    /// The number made of the digits of a text of at most nine.
    fn of(text: &str) -> Self {
        let digits = text.chars().filter_map(|digit| digit.to_digit(10));
        Self(digits.fold(0_u32, |all, digit| all.wrapping_mul(10).wrapping_add(digit)))
    }

    pub(super) fn of_date(date: &DateNaissanceAmo) -> Self {
        Self::of(date.as_str())
    }

    pub(super) fn of_organisme(organisme: &Organisme) -> Self {
        Self::of(organisme.as_str())
    }

    pub(super) fn of_naissance(naissance: &Naissance) -> Self {
        match naissance {
            Naissance::Date(date) => Self::of_date(date),
            Naissance::Age(age) => Self(u32::from(*age)),
        }
    }

    /// The birth date, `None` when it is none.
    pub(super) fn date(self) -> Option<DateNaissanceAmo> {
        let (year, month, day) = (self.0 / 10_000, self.0 / 100 % 100, self.0 % 100);
        DateNaissanceAmo::parse(&format!("{year:04}-{month:02}-{day:02}")).ok()
    }

    /// The organisme, `None` when it is none.
    pub(super) fn organisme(self) -> Option<Organisme> {
        Organisme::parse(&format!("{:09}", self.0)).ok()
    }

    /// The birth date or the age, `None` when it is neither.
    pub(super) fn naissance(self) -> Option<Naissance> {
        // Years of birth have four digits: what fits in a byte is an age.
        match u8::try_from(self.0) {
            Ok(age) => Some(Naissance::Age(age)),
            Err(_too_large) => self.date().map(Naissance::Date),
        }
    }
}

impl<C> Encode<C> for Chiffres {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u32(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Chiffres {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
        if d.datatype()? == Type::String {
            return d.str().map(Self::of);
        }
        d.u32().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Chiffres {
        minicbor::decode(bytes).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back_and_so_is_the_text_of_older_rows() {
        for text in ["1950-00-00", "2016-02-29", "1850-99-31"] {
            let date = DateNaissanceAmo::parse(text).unwrap();
            let bytes = minicbor::to_vec(Chiffres::of_date(&date)).unwrap();
            assert_eq!(bytes.len(), 5);
            assert_eq!(read(&bytes).date(), Some(date));
            assert_eq!(read(&minicbor::to_vec(text).unwrap()).date(), Some(date));
            assert_eq!(read(&bytes).naissance(), Some(Naissance::Date(date)));
        }
        for text in ["010110000", "029150000", "960010000"] {
            let organisme = Organisme::parse(text).unwrap();
            let bytes = minicbor::to_vec(Chiffres::of_organisme(&organisme)).unwrap();
            assert_eq!(read(&bytes).organisme(), Some(organisme));
            assert_eq!(read(&minicbor::to_vec(text).unwrap()).organisme(), Some(organisme));
        }
        for age in [0, 15, 255] {
            let bytes = minicbor::to_vec(Chiffres::of_naissance(&Naissance::Age(age))).unwrap();
            assert_eq!(read(&bytes).naissance(), Some(Naissance::Age(age)));
            let text = minicbor::to_vec(age.to_string()).unwrap();
            assert_eq!(read(&text).naissance(), Some(Naissance::Age(age)));
        }
        assert_eq!(read(&minicbor::to_vec(1_500_u32).unwrap()).naissance(), None);
    }
}
