//! Numbers of establishments.

use super::ascii::Ascii;
use super::{Invalide, corsican_key, corsican_number, public_identifier};

/// Number of an establishment or of its legal entity: nine characters, Luhn with A→1 and B→2 for
/// Corsica. The two uses have the same form and are always two fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finess(Ascii<9>);

impl Finess {
    /// Reads a FINESS.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let expected = "neuf caractères, chiffres ou 2A et 2B en tête pour la Corse";
        let value = corsican_number(text, expected)?;
        if !corsican_key(&value) {
            return Err(Invalide::new(
                "luhn",
                "un dernier chiffre conforme aux autres (clé de Luhn)",
            ));
        }
        Ok(Self(value))
    }
}

public_identifier!(Finess);
