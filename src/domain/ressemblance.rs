//! How much a person resembles what somebody knows of them: a name, a first name, a birth date, each perhaps mistaken.

use super::identifiers::DateNaissanceAmo;
use super::patient::{Identite, lettres};

/// What is known of somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Traits {
    pub nom: String,
    pub prenom: String,
    pub date_naissance: DateNaissanceAmo,
}

impl std::fmt::Debug for Traits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Traits(…)")
    }
}

/// What each of the three is worth, out of a hundred.
const NAISSANCE: u32 = 40;
const NOM: u32 = 35;
const PRENOM: u32 = 25;

impl Traits {
    /// How much somebody resembles them: 100 when all three are the same, letter by letter.
    pub fn score(&self, identite: &Identite) -> u8 {
        let (nom, prenom) = (lettres(&self.nom), lettres(&self.prenom));
        let (own_nom, own_prenom) = (lettres(&identite.nom), lettres(&identite.prenom));
        let names = |nom: &str, prenom: &str| {
            let whole = NOM.saturating_mul(proximite(nom, &own_nom));
            whole.saturating_add(PRENOM.saturating_mul(proximite(prenom, &own_prenom)))
        };
        // The name in the place of the first name costs a tenth of what both are worth.
        let swapped = names(&prenom, &nom).saturating_mul(9) / 10;
        let names = names(&nom, &prenom).max(swapped);
        let birth = naissance(self.date_naissance.as_str(), identite.date_naissance.as_str());
        let sum = names.saturating_add(NAISSANCE.saturating_mul(birth)) / 100;
        u8::try_from(sum).unwrap_or(100)
    }
}

/// How near two birth dates are, out of a hundred.
fn naissance(one: &str, other: &str) -> u32 {
    fn parts(text: &str) -> Option<(&str, &str, &str)> {
        Some((text.get(..4)?, text.get(5..7)?, text.get(8..)?))
    }
    let (Some(one_is), Some(other_is)) = (parts(one), parts(other)) else { return 0 };
    let ((year, month, day), (own_year, own_month, own_day)) = (one_is, other_is);
    let differ = one.bytes().zip(other.bytes()).filter(|(a, b)| a != b).count();
    if differ == 0 {
        100
    } else if year == own_year && month == own_day && day == own_month {
        80
    } else if differ == 1 {
        70
    } else if year == own_year && (month == own_month || day == own_day) {
        50
    } else if year == own_year {
        25
    } else {
        0
    }
}

/// How near two names are, out of a hundred: the letters that need not be added, taken out, changed or swapped.
fn proximite(one: &str, other: &str) -> u32 {
    let longest = one.chars().count().max(other.chars().count());
    let kept = longest.saturating_sub(strsim::osa_distance(one, other));
    let out_of_hundred = kept.saturating_mul(100).checked_div(longest).unwrap_or_default();
    u32::try_from(out_of_hundred).unwrap_or_default()
}
