//! Why the rate is not the ordinary one: a long-term condition, a pregnancy, a work accident…

use super::recit::{ActeRaconte, Recit, en_lettres};
use crate::domain::evaluation::{CodeRegle, Theme};
use crate::domain::money::Centimes;
use crate::law::rule::Rang;

/// The rule of the flat sum of heavy acts, which is told with the amounts.
const SOMME_FIXE: CodeRegle = CodeRegle::new(Theme::Taux, 30);
/// The act beside it, that does not bear the sum.
const SANS_SOMME: CodeRegle = CodeRegle::new(Theme::Taux, 31);

/// The rate of an act and what gives it, when it is not the ordinary one: `100 % pour votre affection de
/// longue durée`.
fn cause(acte: &ActeRaconte<'_>) -> Option<String> {
    let known = acte.regle_du_taux()?;
    let mut text = acte.evalue.taux.in_words();
    text.push(' ');
    let start = text.len();
    let exception = matches!(known.regle.fiche.rang, Rang::Exception { .. });
    let written = exception && known.cause.write(acte.evalue, &acte.situation, &mut text);
    (written && text.len() > start).then_some(text)
}

/// The same for the acts whose reimbursement is lowered outside the parcours, when it is that of all.
pub(super) fn cause_des_majores(recit: &Recit<'_>) -> Option<String> {
    let mut majored =
        recit.actes.iter().filter(|acte| acte.evalue.montants.majoration > Centimes::ZERO);
    let first = cause(majored.next()?)?;
    majored.all(|acte| cause(acte).as_ref() == Some(&first)).then_some(first)
}

/// Whether all that is reimbursed is at the ordinary rate.
pub(super) fn tout_est_ordinaire(recit: &Recit<'_>) -> bool {
    recit.rembourses().all(|acte| {
        acte.regle_du_taux().is_some_and(|known| known.regle.fiche.rang == Rang::Principe)
    })
}

/// The sentence about the rate; none when it is the ordinary one for all, or a flat sum that was told.
pub(super) fn taux(recit: &Recit<'_>, sum_told: bool) -> Option<String> {
    let told_elsewhere = |acte: &ActeRaconte<'_>| {
        let heavy = acte.retient(SOMME_FIXE) || acte.retient(SANS_SOMME);
        // A tariff below the flat sum is all the patient's: no sum is what the law says.
        heavy && (sum_told || acte.evalue.montants.part_amo_brute == Centimes::ZERO)
    };
    let first = recit.rembourses().find(|acte| cause(acte).is_some() && !told_elsewhere(acte))?;
    let why = cause(first)?;
    let known = first.regle_du_taux()?;
    let same = |acte: &&ActeRaconte<'_>| cause(acte).as_ref() == Some(&why);
    let concerned = recit.rembourses().filter(same).count();
    if concerned == recit.actes.len() {
        let mut text = String::new();
        if known.phrase.write(first.evalue, &first.situation, &mut text) {
            return Some(liee(&text));
        }
    }
    let (rate, cause) = why.split_once("% ")?;
    Some(if concerned == recit.actes.len() {
        format!("Ces soins sont pris en charge à {rate}% du tarif de base, {cause}.")
    } else if concerned == 1 {
        format!("L'un de ces actes est pris en charge à {rate}% du tarif de base, {cause}.")
    } else {
        let count = majuscule(&en_lettres(concerned));
        format!("{count} de ces actes sont pris en charge à {rate}% du tarif de base, {cause}.")
    })
}

/// The sentence of a rule as the page writes it: a sign never begins a line, whole euros have no cents.
fn liee(phrase: &str) -> String {
    let signs = [
        ("« ", "«\u{a0}"),
        (" :", "\u{a0}:"),
        (" ;", "\u{a0};"),
        (" »", "\u{a0}»"),
        (",00\u{a0}€", "\u{a0}€"),
    ];
    signs.iter().fold(phrase.to_owned(), |text, (sign, bound)| text.replace(sign, bound))
}

fn majuscule(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
