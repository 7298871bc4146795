//! Why the rate is not the ordinary one: a long-term condition, a pregnancy, a work accident…

use super::recit::{ActeRaconte, Recit, en_lettres};
use crate::domain::evaluation::{CodeRegle, Theme};
use crate::domain::money::Centimes;
use crate::law::consultation::Poids;
use crate::law::parameters::Parametre;
use crate::law::rule::Rang;

/// The rule of the flat sum of heavy acts, which is told with the amounts.
const SOMME_FIXE: CodeRegle = CodeRegle::new(Theme::Taux, 30);
/// The act beside it, that does not bear the sum.
const SANS_SOMME: CodeRegle = CodeRegle::new(Theme::Taux, 31);

/// A cause as it is said of one act among others, and of several: what names the act agrees with it. The other causes
/// name nothing of what was said before them.
const ACCORDS: [(&str, &str, &str); 6] = [
    (
        "comme tous les actes de cette profession",
        "le taux ordinaire de cette profession",
        "le taux ordinaire de cette profession",
    ),
    ("pour un acte coûteux", "car c'est un acte coûteux", "car ce sont des actes coûteux"),
    (
        "pour un acte d'imagerie de ce tarif",
        "car c'est un acte d'imagerie de ce tarif",
        "car ce sont des actes d'imagerie de ces tarifs",
    ),
    (
        "pour une consultation de contraception",
        "car c'est une consultation de contraception",
        "car ce sont des consultations de contraception",
    ),
    (
        "pour un rendez-vous de prévention",
        "car c'est un rendez-vous de prévention",
        "car ce sont des rendez-vous de prévention",
    ),
    (
        "pour un examen obligatoire de l'enfant",
        "car c'est un examen obligatoire de l'enfant",
        "car ce sont des examens obligatoires de l'enfant",
    ),
];

fn accorde(cause: &str, several: bool) -> &str {
    ACCORDS
        .iter()
        .find(|(known, ..)| *known == cause)
        .map_or(cause, |(_, one, many)| if several { many } else { one })
}

/// The rate of an act and what gives it, when it is not the ordinary one: `100 % pour votre affection de
/// longue durée`.
fn cause(acte: &ActeRaconte<'_>) -> Option<String> {
    let known = acte.regle_du_taux()?;
    let mut text = acte.evalue.taux.in_words();
    text.push(' ');
    let start = text.len();
    if acte.retient(SANS_SOMME) && !atteint_le_seuil(acte) {
        text.push_str(if acte.situation.consultation.poids == Poids::Exempte {
            "car la loi le prévoit pour ce genre de soins"
        } else {
            "d'après un code écrit sur la feuille"
        });
        return Some(text);
    }
    let exception = matches!(known.regle.fiche.rang, Rang::Exception { .. });
    let written = exception && known.cause.write(acte.evalue, &acte.situation, &mut text);
    (written && text.len() > start).then_some(text)
}

/// Whether the act is as dear as those on which the flat sum is asked: some are paid in full by what they are, or by
/// a code of the feuille.
fn atteint_le_seuil(acte: &ActeRaconte<'_>) -> bool {
    let (seen, valeurs) = (&acte.situation.consultation, acte.bareme.valeurs());
    match seen.poids {
        Poids::Cumulable | Poids::Isole => valeurs
            .centimes(Parametre::ForfaitActeLourdSeuil)
            .is_ok_and(|threshold| seen.tarifs >= threshold),
        Poids::Coefficient => valeurs
            .valeur(Parametre::ForfaitActeLourdCoefficient)
            .is_ok_and(|threshold| i64::from(seen.coefficients) >= threshold.saturating_mul(100)),
        Poids::Exempte | Poids::Imagerie | Poids::SansSeuil => false,
    }
}

/// The same for the acts whose reimbursement is lowered outside the parcours, when it is that of all. An act that bears
/// the flat sum is not reimbursed at the rate that it has.
pub(super) fn cause_des_majores(recit: &Recit<'_>) -> Option<String> {
    let mut majored =
        recit.actes.iter().filter(|acte| acte.evalue.montants.majoration > Centimes::ZERO);
    let told = |acte: &ActeRaconte<'_>| cause(acte).filter(|_| !acte.somme_fixe());
    let first = told(majored.next()?)?;
    majored.all(|acte| told(acte).as_ref() == Some(&first)).then_some(first)
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
    // An act that bears a flat sum is not reimbursed at its rate: the sum is told, for others of the same cause too.
    if let Some(bearer) = recit.rembourses().filter(same).find(|acte| acte.somme_fixe()) {
        return somme_fixe(recit, bearer, concerned == recit.actes.len());
    }
    // The rule speaks of one dear act.
    let spoken = !first.retient(SANS_SOMME) || (concerned == 1 && atteint_le_seuil(first));
    if concerned == recit.actes.len() && spoken {
        let mut text = String::new();
        if known.phrase.write(first.evalue, &first.situation, &mut text) {
            return Some(liee(&text));
        }
    }
    let (rate, cause) = why.split_once("% ")?;
    let cause = accorde(cause, concerned > 1);
    Some(if concerned == recit.actes.len() {
        format!("Ces soins sont pris en charge à {rate}% du tarif de base, {cause}.")
    } else if concerned == 1 {
        format!("L'un de ces actes est pris en charge à {rate}% du tarif de base, {cause}.")
    } else {
        let count = majuscule(&en_lettres(concerned));
        format!("{count} de ces actes sont pris en charge à {rate}% du tarif de base, {cause}.")
    })
}

/// The flat sum that takes the place of the ticket modérateur, of all the acts or of some of them.
fn somme_fixe(recit: &Recit<'_>, bearer: &ActeRaconte<'_>, all: bool) -> Option<String> {
    if all {
        let mut text = String::new();
        let known = bearer.regle_du_taux()?;
        let written = known.phrase.write(bearer.evalue, &bearer.situation, &mut text);
        return written.then(|| liee(&text));
    }
    let place = "remplace la part ordinaire du patient (le «\u{a0}ticket modérateur\u{a0}»)";
    Some(match recit.rembourses().filter(|acte| acte.somme_fixe()).count() {
        1 => format!(
            "Pour l'un de ces actes, qui est coûteux, une somme fixe de {} {place}.",
            bearer.evalue.montants.ticket_moderateur.in_euros()
        ),
        count => format!(
            "Pour {} de ces actes, qui sont coûteux, une somme fixe {place}.",
            en_lettres(count)
        ),
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
