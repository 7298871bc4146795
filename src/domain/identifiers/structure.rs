//! Numbers of establishments.

use super::ascii::Ascii;
use super::{Invalide, all_zero, corsican_digit, corsican_layout, luhn, public_identifier};

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

public_identifier!(Finess);
