//! Numbers of establishments and companies.

use serde::Serialize;

use super::ascii::Ascii;
use super::professionnel::{corsican_layout, public_identifier};
use super::{Invalide, all_digits, all_zero, corsican_digit, luhn};

/// Number of an establishment or of its legal entity: nine characters, Luhn with A→1 and B→2 for
/// Corsica. The two uses have the same form and are always two fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finess(Ascii<9>);

impl Finess {
    /// Reads a FINESS; letters are put in upper case.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let expected = "neuf caractères, chiffres ou 2A et 2B en tête pour la Corse";
        let Some(value) = Ascii::<9>::new(&text.to_ascii_uppercase()) else {
            return Err(Invalide::new("longueur_invalide", expected));
        };
        if !corsican_layout(value.bytes()) {
            return Err(Invalide::new("format_invalide", expected));
        }
        if all_zero(value.bytes()) {
            return Err(Invalide::new("valeur_interdite", expected));
        }
        if !luhn(value.bytes().iter().map(|byte| corsican_digit(*byte))) {
            return Err(Invalide::new(
                "luhn",
                "un dernier chiffre conforme aux autres (clé de Luhn)",
            ));
        }
        Ok(Self(value))
    }

    /// The nine characters.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Number of a company: nine digits, Luhn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Siren(Ascii<9>);

impl Siren {
    /// Reads a SIREN.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let value = digits::<9>(text, "neuf chiffres")?;
        if !luhn(value.bytes().iter().copied()) {
            return Err(Invalide::new(
                "luhn",
                "un dernier chiffre conforme aux autres (clé de Luhn)",
            ));
        }
        Ok(Self(value))
    }

    /// The nine digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Number of an establishment of a company: fourteen digits, Luhn, except at La Poste where the
/// sum of the digits is a multiple of five.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Siret(Ascii<14>);

impl Siret {
    /// Reads a SIRET.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let value = digits::<14>(text, "quatorze chiffres")?;
        let bytes = value.bytes();
        let sum = bytes
            .iter()
            .fold(0_u32, |sum, byte| sum.saturating_add(u32::from(byte.saturating_sub(b'0'))));
        let la_poste = value.as_str().starts_with("356000000") && sum.is_multiple_of(5);
        if !luhn(bytes.iter().copied()) && !la_poste {
            return Err(Invalide::new(
                "luhn",
                "un dernier chiffre conforme aux autres (clé de Luhn)",
            ));
        }
        Ok(Self(value))
    }

    /// The fourteen digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

public_identifier!(Finess, Siren, Siret);

/// Identifiant national de structure: a prefix and the number it announces. The OU attribute of a
/// structure's certificate holds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idnst {
    /// `1` and a FINESS.
    Finess(Finess),
    /// `2` and a SIREN.
    Siren(Siren),
    /// `3` and a SIRET.
    Siret(Siret),
}

impl Idnst {
    /// Reads an IDNST of a FINESS, SIREN or SIRET.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let incoherent = |_: Invalide| {
            Invalide::new(
                "prefixe_incoherent",
                "le numéro annoncé par le préfixe : 1 FINESS, 2 SIREN, 3 SIRET",
            )
        };
        match text.split_at_checked(1) {
            Some(("1", rest)) => Finess::parse(rest).map(Self::Finess).map_err(incoherent),
            Some(("2", rest)) => Siren::parse(rest).map(Self::Siren).map_err(incoherent),
            Some(("3", rest)) => Siret::parse(rest).map(Self::Siret).map_err(incoherent),
            Some(("8", _)) => Err(Invalide::new(
                "type_inadapte",
                "l'identifiant d'une structure ; un IDNPS désigne une personne",
            )),
            _ => Err(Invalide::new(
                "prefixe_inconnu",
                "le préfixe 1 (FINESS), 2 (SIREN) ou 3 (SIRET)",
            )),
        }
    }
}

fn digits<const N: usize>(text: &str, expected: &'static str) -> Result<Ascii<N>, Invalide> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Invalide::new("format_invalide", expected));
    }
    let Some(value) = Ascii::<N>::new(text) else {
        return Err(Invalide::new("longueur_invalide", expected));
    };
    if all_zero(value.bytes()) || !all_digits(value.bytes()) {
        return Err(Invalide::new("valeur_interdite", expected));
    }
    Ok(value)
}
