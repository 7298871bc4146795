//! The public number of a declaration, the same on paper, on the telephone and on screens.

use std::fmt;

use super::super::identifiers::Invalide;

/// Crockford's alphabet: no I, L, O or U, which are misread or misheard.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `MT-XXXX-XXXX-XXXX`: eleven random characters and a check character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumeroDeclaration([u8; 12]);

impl NumeroDeclaration {
    /// Makes a number from 55 random bits.
    pub fn from_random(random: u64) -> Self {
        let mut values = [0; 12];
        for (index, value) in values.iter_mut().take(11).enumerate() {
            let shift = u32::try_from(index).unwrap_or_default().saturating_mul(5);
            *value = u8::try_from(random.checked_shr(shift).unwrap_or_default() & 31)
                .unwrap_or_default();
        }
        values[11] = check(&values);
        Self(values)
    }

    /// Reads a number as people type it: any case, with or without prefix, hyphens and spaces;
    /// `O` is read as zero, `I` and `L` as one.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let malformed = Invalide {
            code: "format_invalide",
            attendu: "un numéro de déclaration de la forme MT-XXXX-XXXX-XXXX",
        };
        let compact: Vec<u8> = text
            .bytes()
            .filter(|byte| !matches!(byte, b'-' | b' '))
            .map(|byte| match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            })
            .collect();
        let symbols = compact.strip_prefix(b"MT").filter(|rest| rest.len() == 12);
        let symbols = symbols.unwrap_or(&compact);
        let mut values = [0; 12];
        if symbols.len() != values.len() {
            return Err(malformed);
        }
        for (value, symbol) in values.iter_mut().zip(symbols) {
            let place = ALPHABET.iter().position(|known| known == symbol).ok_or(malformed)?;
            *value = u8::try_from(place).unwrap_or_default();
        }
        if values[11] != check(&values) {
            return Err(Invalide {
                code: "cle_incorrecte",
                attendu: "un numéro dont le dernier caractère contrôle les autres : l'un d'eux est mal recopié",
            });
        }
        Ok(Self(values))
    }
}

/// Luhn's check modulo 32 over the first eleven values.
fn check(values: &[u8; 12]) -> u8 {
    let sum = values.iter().take(11).rev().enumerate().fold(0_u32, |sum, (index, value)| {
        let doubled = u32::from(*value).saturating_mul(if index % 2 == 0 { 2 } else { 1 });
        sum.saturating_add(doubled / 32).saturating_add(doubled % 32)
    });
    u8::try_from((32_u32.saturating_sub(sum % 32)) % 32).unwrap_or_default()
}

impl std::str::FromStr for NumeroDeclaration {
    type Err = Invalide;

    fn from_str(text: &str) -> Result<Self, Invalide> {
        Self::parse(text)
    }
}

impl fmt::Display for NumeroDeclaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MT")?;
        for (index, value) in self.0.iter().enumerate() {
            if index % 4 == 0 {
                f.write_str("-")?;
            }
            let symbol = ALPHABET.get(usize::from(*value)).copied().unwrap_or(b'?');
            write!(f, "{}", char::from(symbol))?;
        }
        Ok(())
    }
}
