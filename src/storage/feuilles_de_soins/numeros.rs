//! Numbers of a feuille as integers: half the bytes of their digits, in the row and in the index.

use super::super::StorageError;
use crate::domain::identifiers::{NumeroFacturation, Rpps};

/// Characters of a number that bills: digits and, in Corsica, letters.
const RADIX: u32 = 36;
/// One more than the largest of nine characters: the digit that tells a FINESS from a NUM AM.
const FINESS: i64 = 101_559_956_668_416;
/// What tells the feuille of the holder of a number from the one that somebody else sent under it first.
const TITULAIRE: i64 = 2 * FINESS;
const LENGTH: usize = 9;

fn wrong(column: &'static str, what: impl std::fmt::Display) -> StorageError {
    StorageError::inconsistent("feuille_de_soins", column, what)
}

/// A number that bills, its kind included.
pub(in crate::storage) fn facturation(numero: &NumeroFacturation) -> Result<i64, StorageError> {
    let kind = match numero {
        NumeroFacturation::NumAm(_) => 0,
        NumeroFacturation::Finess(_) => FINESS,
    };
    let text = numero.as_str();
    let value = (text.len() == LENGTH).then(|| i64::from_str_radix(text, RADIX).ok()).flatten();
    value.map(|value| value + kind).ok_or_else(|| wrong("facturation", "not nine characters"))
}

/// The same number, of the feuille of its holder where somebody else used it first.
pub(super) const fn du_titulaire(value: i64) -> i64 {
    if value < TITULAIRE { value.saturating_add(TITULAIRE) } else { value }
}

/// The number that an integer stands for.
pub(in crate::storage) fn to_facturation(value: i64) -> Result<NumeroFacturation, StorageError> {
    let value = if value >= TITULAIRE { value - TITULAIRE } else { value };
    let (kind, mut rest) =
        if value >= FINESS { ("finess", value - FINESS) } else { ("num_am", value) };
    let radix = i64::from(RADIX);
    let mut characters = [char::default(); LENGTH];
    for place in characters.iter_mut().rev() {
        let digit = u32::try_from(rest % radix).ok().and_then(|d| char::from_digit(d, RADIX));
        *place = digit.unwrap_or_default().to_ascii_uppercase();
        rest /= radix;
    }
    let text: String = characters.iter().collect();
    NumeroFacturation::parse(kind, &text).map_err(|error| wrong("facturation", error))
}

/// The digits of an invoice after a 1, which keeps their zeros: nine digits at most.
pub(super) fn facture(numero: &str) -> Result<i32, StorageError> {
    let digits = (1..=LENGTH).contains(&numero.len()) && numero.bytes().all(|b| b.is_ascii_digit());
    let one = u32::try_from(numero.len()).ok().and_then(|length| 10_i32.checked_pow(length));
    let value = numero.parse::<i32>().ok().zip(one).and_then(|(value, one)| value.checked_add(one));
    value.filter(|_| digits).ok_or_else(|| wrong("numero_facture", "not one to nine digits"))
}

/// The digits that an integer stands for.
pub(super) fn to_facture(value: i32) -> Result<String, StorageError> {
    let text = value.to_string();
    let digits = text.strip_prefix('1').filter(|digits| !digits.is_empty());
    digits.map(str::to_owned).ok_or_else(|| wrong("numero_facture", "no leading 1"))
}

/// The eleven digits of an RPPS.
pub(in crate::storage) fn rpps(rpps: &Rpps) -> Result<i64, StorageError> {
    rpps.as_str().parse().map_err(|error| wrong("executant_rpps", error))
}

/// The RPPS that an integer stands for.
pub(in crate::storage) fn to_rpps(value: i64) -> Result<Rpps, StorageError> {
    let mut digits = [0; 11];
    let mut rest = value;
    for digit in digits.iter_mut().rev() {
        *digit = b'0'.saturating_add(u8::try_from(rest % 10).unwrap_or(u8::MAX));
        rest /= 10;
    }
    let text = std::str::from_utf8(&digits).ok().filter(|_| rest == 0).unwrap_or_default();
    Rpps::parse(text).map_err(|error| wrong("executant_rpps", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were_written() {
        for (kind, text) in
            [("num_am", "991999905"), ("finess", "990789018"), ("finess", "010780005")]
        {
            let numero = NumeroFacturation::parse(kind, text).unwrap();
            let written = facturation(&numero).unwrap();
            for value in [written, du_titulaire(written), du_titulaire(du_titulaire(written))] {
                assert_eq!(to_facturation(value).unwrap(), numero);
            }
            assert_ne!(du_titulaire(written), written);
        }
        for text in ["1", "0", "000000101", "999999999", "01"] {
            assert_eq!(to_facture(facture(text).unwrap()).unwrap(), text);
        }
        for text in ["", "1234567890", "1a"] {
            assert!(facture(text).is_err(), "{text}");
        }
        let doctor = Rpps::parse("99900001233").unwrap();
        assert_eq!(to_rpps(rpps(&doctor).unwrap()).unwrap(), doctor);
    }

    #[test]
    fn letters_of_corsica_and_kinds_are_kept_apart() {
        assert_eq!(i64::from_str_radix("zzzzzzzzz", 36).unwrap() + 1, FINESS);
        let numbers: [NumeroFacturation; 2] = ["2A0000014", "2B0000020"]
            .map(|text| NumeroFacturation::parse("finess", text).unwrap());
        for numero in numbers {
            assert_eq!(to_facturation(facturation(&numero).unwrap()).unwrap(), numero);
        }
    }
}
