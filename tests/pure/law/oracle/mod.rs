//! An independent oracle: the law, written a second time from the published texts, asked thousands of random feuilles.
//!
//! It shares with the law the types of a feuille and nothing else: its dated values ([`tables`]), its procedure
//! ([`parcours`]) and its money ([`argent`], [`taux`], [`complementaire`]) are its own. Every difference is a failure,
//! unless a reading that [`ADMIS`] lists with its reason makes exactly that difference; those are counted.
//!
//! # Where no text was found
//!
//! There the oracle answers as the law does, and proves nothing but that it does so everywhere:
//! - the majoration, the participation and what a contract pays are spread over the lines of an act from the first;
//!   the flat sum of heavy acts is borne by the principal line, up to its base; a letter of no nomenclature goes with
//!   the act beside it;
//! - the nature *prévention* is not concerned and bears no participation; rights to verify leave the act undetermined;
//! - codes 23, 26 and 28 are told apart by the specialty alone; a departed médecin traitant gives code 27, outside
//!   without majoration; a declaration that waits counts under T and N; A without its item is inside when a médecin
//!   traitant is declared, undetermined otherwise;
//! - a teleconsultation without médecin traitant is not concerned whatever the indicator, and one in direct access when
//!   it is blank;
//! - an act in coefficients is heavy by its coefficient alone; the exemptions by the act (1, C, 51, 91) count for what
//!   may be heavy; a clinical act under maternity insurance is one of its compulsory examinations;
//! - no authorised overrun under a blank indicator nor with a permanent right to exceed; no coordination under the C2S
//!   with a blank indicator;
//! - a responsible contract limits no overrun of sector 1, and one that keeps no rule pays whatever is left.
//!
//! `TRAITANT_ORACLE_GRAINE` asks other questions than the usual ones, `TRAITANT_ORACLE_QUESTIONS` more of them.

mod admis;
mod argent;
mod bornes;
mod cas;
mod compare;
mod complementaire;
mod hasard;
mod parcours;
mod tables;
mod taux;
mod vue;

use std::collections::BTreeMap;

use self::admis::ADMIS;
use self::compare::{Verdict, comparer};
use self::hasard::Hasard;
use super::support::LAW;

/// Questions asked at every run.
const QUESTIONS: u64 = 20_000;
/// Seed of the usual questions.
const SEED: u64 = 2026;
/// Classes of disagreements shown when there are some, and situations of each.
const SHOWN: (usize, usize) = (20, 3);

/// A number that the environment gives, or the usual one.
#[expect(clippy::disallowed_methods, reason = "a longer or another run is asked for from outside")]
pub fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn the_law_answers_what_the_oracle_answers() {
    let seed = setting("TRAITANT_ORACLE_GRAINE", SEED);
    println!("TRAITANT_ORACLE_GRAINE={seed}");
    let mut hasard = Hasard::new(seed);
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for _ in 0..setting("TRAITANT_ORACLE_QUESTIONS", QUESTIONS) {
        let asked = cas::tirer(&mut hasard);
        let counted = match comparer(&LAW, &asked) {
            Verdict::Accord => "agreements".to_owned(),
            Verdict::Refus => "refusals of what is unknown".to_owned(),
            Verdict::Lecture => "one of two disputed values".to_owned(),
            Verdict::Admis(Some(point)) => format!("admitted: {point:?}"),
            Verdict::Admis(None) => "admitted: several points".to_owned(),
            Verdict::Desaccord { classe, detail } => {
                let said = format!("    {}\n    {detail}", cas::dire(&asked));
                wrong.entry(classe).or_default().push(said);
                continue;
            }
        };
        *counts.entry(counted).or_default() += 1;
    }
    println!("{counts:#?}");
    for (point, reason) in ADMIS {
        println!("{point:?}: {reason}");
    }
    let mut found: Vec<_> = wrong.iter().collect();
    found.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
    let shown: Vec<String> = found
        .iter()
        .take(SHOWN.0)
        .map(|(classe, cases)| {
            let some: Vec<_> = cases.iter().take(SHOWN.1).map(String::as_str).collect();
            format!("{} × {classe}\n{}", cases.len(), some.join("\n"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "TRAITANT_ORACLE_GRAINE={seed}: {} classes of disagreement\n{}",
        wrong.len(),
        shown.join("\n")
    );
}
