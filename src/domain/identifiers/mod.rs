//! Identifiers of French health insurance, checked when they are built.
//!
//! Two levels block here, *form* and *key*; the third, *existence*, belongs to referentials. All
//! identifiers are compact upper-case ASCII strings, never integers: leading zeros, `2A` and `2B`
//! and keys such as `07` are significant. Whoever writes one may put blanks between its groups, in every kind of
//! number alike (`saisie.rs`). A refusal names a stable code and says what is
//! expected; it repeats neither the value nor the expected key, which would turn the check into
//! an oracle that completes numbers.

mod ascii;
mod beneficiaire;
mod indicateur;
mod lieu;
mod organisme;
mod personne;
mod professionnel;
mod saisie;
mod specialite;
mod structure;
pub mod texte_libre;

use self::ascii::Ascii;
use self::saisie::compact;
pub use beneficiaire::{DateNaissanceAmo, QualiteBeneficiaire, RangGemellaire};
pub use indicateur::IndicateurParcours;
pub use lieu::CommuneExercice;
pub use organisme::Organisme;
pub use personne::{IdentifiantPersonne, Ins, InsDomaine, Mig, Nia, Nir, Nnp};
pub use professionnel::{Idnps, NumAm, NumeroFacturation, Rpps};
pub use specialite::{Profession, Specialite};
pub use structure::Finess;

/// Why a value is not the identifier it claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {attendu}")]
pub struct Invalide {
    /// Stable code that programs match, such as `cle_incorrecte`.
    pub code: &'static str,
    /// What is expected, in French, without the value and without the key.
    pub attendu: &'static str,
}

impl Invalide {
    const fn new(code: &'static str, attendu: &'static str) -> Self {
        Self { code, attendu }
    }
}

/// Luhn's check over ASCII digits, from the right.
fn luhn(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    let sum = digits.rev().enumerate().fold(0_u32, |sum, (index, digit)| {
        let value = u32::from(digit.saturating_sub(b'0'));
        let value = if index % 2 == 1 { value.saturating_mul(2) } else { value };
        let value = if value > 9 { value.saturating_sub(9) } else { value };
        sum.saturating_add(value)
    });
    sum.is_multiple_of(10)
}

/// For the keys of FINESS and billing numbers the letters of Corsica count as digits: A→1, B→2.
/// (The NIR replaces the whole department instead: 2A→19, 2B→18.)
const fn corsican_digit(byte: u8) -> u8 {
    match byte {
        b'A' => b'1',
        b'B' => b'2',
        other => other,
    }
}

/// Nine characters, digits except perhaps a second `A` or `B` after a `2`.
fn corsican_layout(bytes: &[u8; 9]) -> bool {
    let [d1, d2, rest @ ..] = bytes;
    let corsica = *d1 == b'2' && matches!(*d2, b'A' | b'B');
    d1.is_ascii_digit() && (d2.is_ascii_digit() || corsica) && all_digits(rest)
}

/// The nine characters of a FINESS or of a billing number; the key is looked at apart.
fn corsican_number(text: &str, expected: &'static str) -> Result<Ascii<9>, Invalide> {
    let Some(value) = Ascii::<9>::new(&compact(text)) else {
        return Err(Invalide::new("longueur_invalide", expected));
    };
    if !corsican_layout(value.bytes()) {
        return Err(Invalide::new("format_invalide", expected));
    }
    if all_zero(value.bytes()) {
        return Err(Invalide::new("valeur_interdite", expected));
    }
    Ok(value)
}

/// Whether the last of nine characters is the key of the others.
fn corsican_key(value: &Ascii<9>) -> bool {
    luhn(value.bytes().iter().map(|byte| corsican_digit(*byte)))
}

fn all_digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

fn all_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == b'0')
}

/// The number written by a few ASCII digits; zero when one of them is not a digit.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0_u64, |value, byte| {
        value.saturating_mul(10).saturating_add(u64::from(byte.saturating_sub(b'0')))
    })
}

/// Gives, prints and serialises an identifier of a professional or of a structure, which are public.
macro_rules! public_identifier {
    ($($name:ty),+) => {$(
        impl $name {
            /// Its characters.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )+};
}
use public_identifier;
