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

/// How near two names are, out of a hundred: the letters that need no change.
fn proximite(one: &str, other: &str) -> u32 {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let longest = one.len().max(other.len());
    if longest == 0 {
        return 0;
    }
    let kept = longest.saturating_sub(ecart(&one, &other));
    u32::try_from(kept.saturating_mul(100) / longest).unwrap_or_default()
}

/// Letters to add, to take out, to change or to swap with the next one (optimal string alignment).
fn ecart(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, b) in other.iter().enumerate() {
            let at = |cells: &[usize], place: usize| cells.get(place).copied().unwrap_or(usize::MAX);
            let next = j.saturating_add(1);
            let changed = at(&last, j).saturating_add(usize::from(a != b));
            let mut best =
                changed.min(at(&last, next).saturating_add(1)).min(at(&row, j).saturating_add(1));
            let pair = i.checked_sub(1).zip(j.checked_sub(1));
            let swapped =
                pair.filter(|(k, l)| one.get(*k) == Some(b) && other.get(*l) == Some(a));
            if let Some((_, l)) = swapped {
                best = best.min(at(&before, l).saturating_add(1));
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}
