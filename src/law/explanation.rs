//! Reasons in French, rendered from the sheets of the rules, the facts and the amounts.

pub mod patient;
mod situations;

use std::borrow::Cow;
use std::sync::Arc;

use arrayvec::ArrayVec;

pub use super::avertissements::message;
use super::bareme::Bareme;
use super::parameters::Parametre;
use super::rule::Rang;
use super::situation::Situation;
use crate::domain::evaluation::{ActeEvalue, CodeRegle, Issue, MAX_CONSTATS, Montants, Theme};
use crate::domain::money::Centimes;

/// A reason: the rule that decided, its sentence, and the texts that say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motif {
    /// Code of the rule.
    pub code: CodeRegle,
    /// Title of the rule.
    pub titre: &'static str,
    /// Sentence for the patient.
    pub texte: Cow<'static, str>,
    /// Texts, as cited to a person.
    pub fondement: Arc<[&'static str]>,
}

/// The reasons of an act, topic by topic: where it stands, the rate, the majoration, the
/// participation, the complementary share, the overrun.
///
/// A sentence about an amount that is zero is left out: a patient is not told of a participation
/// of 0,00 €.
pub fn motifs(acte: &ActeEvalue, situation: &Situation, bareme: &Bareme) -> Vec<Motif> {
    retenues(acte)
        .into_iter()
        .filter_map(|code| bareme.regle(code))
        .filter_map(|(regle, fondement)| {
            Some(Motif {
                code: regle.fiche.code,
                titre: regle.fiche.titre,
                texte: sentence(regle.fiche.phrase, acte, situation, bareme)?,
                fondement: Arc::clone(fondement),
            })
        })
        .collect()
}

/// The rules that decided an act, topic by topic.
fn retenues(acte: &ActeEvalue) -> ArrayVec<CodeRegle, MAX_CONSTATS> {
    let mut retained: ArrayVec<CodeRegle, MAX_CONSTATS> = acte
        .constats
        .iter()
        .filter(|constat| constat.issue == Issue::Retenue)
        .map(|constat| constat.regle)
        .collect();
    retained.sort_unstable();
    retained
}

/// Texts on which the rules that decided an act rest, in the order of its reasons.
fn fondements<'a>(
    acte: &ActeEvalue,
    bareme: &'a Bareme,
) -> impl Iterator<Item = &'static str> + use<'a> {
    retenues(acte)
        .into_iter()
        .filter_map(|code| bareme.regle(code))
        .flat_map(|(_, fondement)| fondement.iter().copied())
}

/// Why the rate of an act is not the ordinary one. The flat sum of heavy acts keeps the full rate and
/// is told with the amounts.
fn exceptions_du_taux(acte: &ActeEvalue, situation: &Situation, bareme: &Bareme) -> Option<String> {
    let retained = acte
        .constats
        .iter()
        .find(|constat| constat.issue == Issue::Retenue && constat.regle.theme == Theme::Taux)?;
    let (regle, _) = bareme.regle(retained.regle)?;
    let exception = matches!(regle.fiche.rang, Rang::Exception { .. });
    let phrase = exception.then_some(regle.fiche.phrase)?;
    sentence(phrase, acte, situation, bareme).map(Cow::into_owned)
}

/// Names that a sentence may contain between braces.
pub const PLACEHOLDERS: [&str; 14] = [
    "age",
    "age_parcours",
    "age_participation",
    "depassement",
    "exclusions",
    "forfait",
    "installation",
    "majoration",
    "neutralisation",
    "part_amc",
    "participation",
    "plafond_an",
    "plafond_majoration",
    "taux",
];

/// Replaces the names between braces; `None` when one of them is an amount of zero.
fn sentence(
    phrase: &'static str,
    acte: &ActeEvalue,
    situation: &Situation,
    bareme: &Bareme,
) -> Option<Cow<'static, str>> {
    if !phrase.contains('{') {
        return Some(Cow::Borrowed(phrase));
    }
    let mut text = String::with_capacity(phrase.len());
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(&value(name, acte, situation, bareme)?);
        rest = tail;
    }
    text.push_str(rest);
    Some(Cow::Owned(text))
}

fn value(name: &str, acte: &ActeEvalue, situation: &Situation, bareme: &Bareme) -> Option<String> {
    let positive = |montant: Centimes| (montant > Centimes::ZERO).then(|| montant.in_words());
    let years = |age: u8| match age {
        0 => "moins d'un an".to_owned(),
        1 => "1\u{a0}an".to_owned(),
        _ => format!("{age}\u{a0}ans"),
    };
    match name {
        "age" => Some(years(situation.age)),
        "age_parcours" => bareme.ans(Parametre::ParcoursAgeMinimum).ok().map(years),
        "age_participation" => bareme.ans(Parametre::PfAgeExoneration).ok().map(years),
        "taux" => Some(acte.taux.in_words()),
        "majoration" => positive(acte.montants.majoration),
        "participation" => positive(acte.montants.participation),
        "part_amc" => positive(acte.montants.part_amc),
        "depassement" => positive(acte.montants.depassement),
        "exclusions" => exclusions(&acte.montants),
        "forfait" => bareme.centimes(Parametre::ForfaitActeLourd).ok().and_then(positive),
        "installation" => bareme.ans(Parametre::GeneralisteRecentDuree).ok().map(years),
        "neutralisation" => bareme
            .valeur(Parametre::NeutralisationDepartMt)
            .ok()
            .map(|months| format!("{months}\u{a0}mois")),
        "plafond_majoration" => bareme.centimes(Parametre::MtmPlafondActe).ok().and_then(positive),
        "plafond_an" => bareme.centimes(Parametre::PfPlafondAn).ok().and_then(positive),
        _ => None,
    }
}

/// What a responsible contract may not pay, among what is due.
fn exclusions(montants: &Montants) -> Option<String> {
    let named = [
        (montants.majoration, "la majoration hors parcours"),
        (montants.participation, "la participation forfaitaire"),
    ];
    let due: Vec<&str> =
        named.iter().filter(|(due, _)| *due > Centimes::ZERO).map(|(_, name)| *name).collect();
    (!due.is_empty()).then(|| due.join(" ni "))
}

/// Who pays what, in one sentence: the last one that a patient reads.
pub fn bilan(totaux: &Montants) -> String {
    let mut parts =
        vec![format!("l'Assurance maladie rembourse {}", totaux.rembourse_amo.in_words())];
    if totaux.part_amc > Centimes::ZERO {
        parts.push(format!("votre complémentaire {}", totaux.part_amc.in_words()));
    }
    let rest = if totaux.reste_a_charge > Centimes::ZERO {
        format!("{} restent à votre charge", totaux.reste_a_charge.in_words())
    } else {
        "rien ne reste à votre charge".to_owned()
    };
    format!("Sur {} d'honoraires, {} et {rest}.", totaux.honoraires.in_words(), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sentence_says_who_pays_what() {
        let euros = |value: i64| Centimes::new(value * 100);
        let totaux = Montants {
            honoraires: euros(30),
            rembourse_amo: euros(19),
            part_amc: euros(9),
            reste_a_charge: euros(2),
            ..Montants::default()
        };
        let expected = "Sur 30,00\u{a0}€ d'honoraires, l'Assurance maladie rembourse 19,00\u{a0}€, \
                        votre complémentaire 9,00\u{a0}€ et 2,00\u{a0}€ restent à votre charge.";
        assert_eq!(bilan(&totaux), expected);
        let covered =
            Montants { honoraires: euros(30), rembourse_amo: euros(30), ..Montants::default() };
        let expected = "Sur 30,00\u{a0}€ d'honoraires, l'Assurance maladie rembourse 30,00\u{a0}€ \
                        et rien ne reste à votre charge.";
        assert_eq!(bilan(&covered), expected);
    }
}
