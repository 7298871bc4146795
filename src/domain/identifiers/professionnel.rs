//! Numbers of health professionals.

use serde::Serialize;
use serde::ser::SerializeStruct as _;

use super::ascii::Ascii;
use super::{
    Finess, Invalide, all_digits, all_zero, compact, corsican_key, corsican_number, luhn, number,
    public_identifier,
};

/// Répertoire partagé des professionnels de santé: eleven digits, the last one a Luhn key. One per
/// professional, for life, whatever the places of practice. The first digit means nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rpps(Ascii<11>);

impl Rpps {
    /// Reads an RPPS: eleven digits, Luhn, not all zero.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let expected = "onze chiffres, le dernier étant la clé";
        let text = compact(text);
        if !all_digits(text.as_bytes()) {
            return Err(Invalide::new("format_invalide", expected));
        }
        let Some(value) = Ascii::<11>::new(&text) else {
            return Err(Invalide::new("longueur_invalide", expected));
        };
        if all_zero(value.bytes()) {
            return Err(Invalide::new("valeur_interdite", expected));
        }
        if !luhn(value.bytes().iter().copied()) {
            return Err(Invalide::new(
                "luhn",
                "un dernier chiffre conforme aux dix premiers (clé de Luhn)",
            ));
        }
        Ok(Self(value))
    }

    /// The last nine digits: nearly one a professional, in four bytes.
    pub fn fin(&self) -> i32 {
        let digits = self.0.bytes().iter().skip(2).map(|digit| i32::from(digit & 0xf));
        digits.fold(0, |all: i32, digit| all.saturating_mul(10).saturating_add(digit))
    }
}

impl std::str::FromStr for Rpps {
    type Err = Invalide;

    fn from_str(text: &str) -> Result<Self, Invalide> {
        Self::parse(text)
    }
}

/// Identifiant national de professionnel de santé: a prefix and an identifier, `8` and an RPPS or
/// `0` and an ADELI. Pro Santé Connect calls it `SubjectNameID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idnps {
    /// `8` and an RPPS.
    Rpps(Rpps),
    /// `0` and an ADELI number of nine characters.
    Adeli(NumAm),
}

impl Idnps {
    /// Reads an IDNPS.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let text = &*compact(text);
        let incoherent = |_: Invalide| {
            Invalide::new("prefixe_incoherent", "le préfixe 8 et un RPPS, ou 0 et un numéro ADELI")
        };
        match (text.split_at_checked(1), text.len()) {
            (Some(("8", rest)), _) => Rpps::parse(rest).map(Self::Rpps).map_err(incoherent),
            (Some(("0", rest)), _) => NumAm::parse(rest).map(Self::Adeli).map_err(incoherent),
            (_, 11) if Rpps::parse(text).is_ok() => {
                Err(Invalide::new("prefixe_absent", "le préfixe 8 devant le RPPS"))
            }
            _ => Err(Invalide::new("prefixe_inconnu", "le préfixe 8 (RPPS) ou 0 (ADELI)")),
        }
    }
}

/// Numéro de facturation of a professional or a billing establishment (n° AM, formerly ADELI):
/// department 2, category 1, order 5, Luhn key 1. One per place and activity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumAm(Ascii<9>);

impl NumAm {
    /// Reads a billing number. The key is not enforced overseas (97, 98), where the layout of real
    /// numbers could not be confirmed: see [`NumAm::cle_verifiee`].
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let expected = "neuf caractères : département, catégorie, ordre et clé";
        let number_am = Self(corsican_number(text, expected)?);
        if !number_am.cle_verifiee() && !number_am.outre_mer() {
            return Err(Invalide::new(
                "luhn",
                "un dernier chiffre conforme aux huit premiers (clé de Luhn)",
            ));
        }
        Ok(number_am)
    }

    /// Whether the key is right. Always true in metropolitan France.
    pub fn cle_verifiee(&self) -> bool {
        corsican_key(&self.0)
    }

    fn outre_mer(self) -> bool {
        let [d1, d2, ..] = *self.0.bytes();
        matches!(number(&[d1, d2]), 97 | 98)
    }
}

/// The number under which a feuille is billed. A FINESS and a n° AM have the same length and are
/// never told apart by their digits: the sender says which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumeroFacturation {
    /// A professional's own number.
    NumAm(NumAm),
    /// A health centre's or a hospital's.
    Finess(Finess),
}

impl NumeroFacturation {
    /// The accepted types, as written in JSON.
    pub const TYPES: [&'static str; 2] = ["num_am", "finess"];

    /// Reads a number of the declared type.
    pub fn parse(kind: &str, value: &str) -> Result<Self, Invalide> {
        match kind {
            "num_am" => NumAm::parse(value).map(Self::NumAm),
            "finess" => Finess::parse(value).map(Self::Finess),
            _ => Err(Invalide::new("type_inadapte", "un type parmi num_am et finess")),
        }
    }

    /// The type, as written in JSON.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NumAm(_) => "num_am",
            Self::Finess(_) => "finess",
        }
    }

    /// The nine characters.
    pub fn as_str(&self) -> &str {
        match self {
            Self::NumAm(number) => number.as_str(),
            Self::Finess(number) => number.as_str(),
        }
    }
}

impl Serialize for NumeroFacturation {
    /// Its type and its value, as it is read.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("NumeroFacturation", 2)?;
        object.serialize_field("type", self.kind())?;
        object.serialize_field("valeur", self.as_str())?;
        object.end()
    }
}

public_identifier!(Rpps, NumAm);
