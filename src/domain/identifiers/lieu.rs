//! Communes of the code officiel géographique: five characters. Codes that are left for places of birth
//! only, and postcodes, are none.

use super::ascii::Ascii;
use super::{Invalide, all_digits, compact, number, public_identifier};

/// Commune of a place of practice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommuneExercice(Ascii<5>);

impl CommuneExercice {
    /// Reads a COG code of today.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        cog(text).map(Self)
    }

    /// Whether it is overseas.
    pub fn est_outre_mer(&self) -> bool {
        self.as_str().starts_with("97") || self.as_str().starts_with("98")
    }

    /// Department: two characters, three overseas.
    pub fn departement(&self) -> &str {
        let text = self.as_str();
        let length = if self.est_outre_mer() { 3 } else { 2 };
        text.get(..length).unwrap_or_default()
    }
}

public_identifier!(CommuneExercice);

fn cog(text: &str) -> Result<Ascii<5>, Invalide> {
    let expected = "cinq caractères du code officiel géographique, par exemple 01004 ou 2A004";
    let Some(value) = Ascii::<5>::new(&compact(text)) else {
        return Err(Invalide::new("longueur_invalide", expected));
    };
    let [d1, d2, c1, c2, c3] = *value.bytes();
    let corsica = d1 == b'2' && matches!(d2, b'A' | b'B');
    if !corsica && d2.is_ascii_alphabetic() {
        return Err(Invalide::new("departement_inconnu", "un département de la liste officielle"));
    }
    if !d1.is_ascii_digit() || !(corsica || d2.is_ascii_digit()) || !all_digits(&[c1, c2, c3]) {
        return Err(Invalide::new("format_invalide", expected));
    }
    let overseas =
        |lowest: u8, highest: u8| (lowest..=highest).contains(&c1) && number(&[c2, c3]) > 0;
    let known = corsica
        || match number(&[d1, d2]) {
            1..=19 | 21..=95 => true,
            97 => overseas(b'1', b'8'),
            98 => overseas(b'4', b'8'),
            _ => false,
        };
    if !known {
        return Err(Invalide::new("departement_inconnu", "un département de la liste officielle"));
    }
    if number(&[c1, c2, c3]) == 0 {
        return Err(Invalide::new("code_postal", "un code commune, et non un code postal"));
    }
    Ok(value)
}
