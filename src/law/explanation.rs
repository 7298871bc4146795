//! Reasons in French, rendered from the sheets of the rules, the facts and the amounts.

pub mod patient;
mod situations;

use std::borrow::Cow;
use std::sync::Arc;

use arrayvec::ArrayVec;

use super::bareme::Bareme;
use super::parameters::Parametre;
use super::rule::Rang;
use super::situation::Situation;
use crate::domain::evaluation::{
    ActeEvalue, Avertissement, CodeRegle, Issue, MAX_CONSTATS, Montants, Theme,
};
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

/// A warning, in French.
pub const fn message(code: Avertissement) -> &'static str {
    match code {
        Avertissement::BaseLimiteeAuxHonoraires => {
            "La base de remboursement dépasse les honoraires : elle a été limitée aux honoraires."
        }
        Avertissement::PlafondJournalierDiscute => {
            "Au-delà de 4\u{a0}€ de participations forfaitaires le même jour, les sources divergent : ce service en retient quatre au plus."
        }
        Avertissement::ActeInconnu => {
            "Le code de cet acte n'est pas dans la nomenclature de ce service : il a été compté comme un acte à part entière."
        }
        Avertissement::DeclarationMtContredite => {
            "L'existence d'un médecin traitant, telle qu'elle est déclarée, est contredite par les faits retenus."
        }
        Avertissement::IndicateurContredit => {
            "La situation déterminée n'est pas celle que l'indicateur de la feuille annonce."
        }
        Avertissement::OrganismeContredit => {
            "L'organisme de la feuille n'est pas celui du registre le jour des soins."
        }
        Avertissement::ExecutantInconnu => {
            "Le registre ne connaît pas ce médecin : les faits de la feuille ont été retenus."
        }
        Avertissement::SpecialiteContredite => {
            "La spécialité de la feuille n'est pas celle du registre le jour des soins."
        }
        Avertissement::DepassementNonAutorise => {
            "Un dépassement autorisé (DA) n'est possible que hors du parcours, pour un spécialiste de secteur 1."
        }
        Avertissement::DepassementExcessif => {
            "Les honoraires dépassent le maximum d'une consultation avec dépassement autorisé."
        }
        Avertissement::CoordinationInterdite => {
            "Une majoration de coordination n'est possible que dans le parcours, hors avis ponctuel."
        }
        Avertissement::BaseContredite => {
            "La base de remboursement n'est pas le tarif de cet acte le jour des soins : elle a été retenue telle quelle."
        }
        Avertissement::AdressageInconnu => {
            "Le registre ne connaît aucun adressage du médecin traitant à ce médecin ce jour-là : la feuille a été crue."
        }
        Avertissement::AdressageNonDeclare => {
            "Le registre connaît un adressage du médecin traitant à ce médecin, que la feuille n'annonce pas : il a été retenu."
        }
        Avertissement::OrienteurContredit => {
            "Le médecin nommé comme orienteur n'est ni le médecin traitant ni l'auteur de l'adressage."
        }
        Avertissement::ActeHorsAdressage => {
            "L'adressage enregistré donne la liste de ses actes, et celui-ci n'y figure pas."
        }
        Avertissement::AvisPonctuelSansDemande => {
            "Un avis ponctuel de consultant suppose que le médecin traitant ait adressé le patient."
        }
        Avertissement::NatureAdressageContredite => {
            "Un avis ponctuel est facturé, alors que l'adressage enregistré prévoit des soins suivis."
        }
        Avertissement::AvisPonctuelPatientSuivi => {
            "Ce médecin a vu le patient trop près de cet avis ponctuel : un consultant ne suit pas le patient."
        }
        Avertissement::AvisPonctuelRompu => {
            "Ces soins suivent de trop près un avis ponctuel du même médecin, qui est à réexaminer."
        }
        Avertissement::MotifExclusionManquant => {
            "Il manque le motif de l'indicateur A : sans lui, la situation ne peut pas être déterminée."
        }
        Avertissement::DateInstallationManquante => {
            "Il manque la date d'installation du médecin : sans elle, la situation ne peut pas être déterminée."
        }
        Avertissement::MedecinTraitantInconnu => {
            "Il manque de savoir si un médecin traitant est déclaré : sans cela, la situation ne peut pas être déterminée."
        }
        Avertissement::DroitsAVerifier => {
            "D'après le registre, les droits du patient n'étaient pas ouverts en France le jour des soins : ils sont à vérifier."
        }
        Avertissement::PartSansDepassementInsuffisante => {
            "Cette année, les honoraires sans dépassement autorisé de ce médecin ne dépassent pas la part que la convention exige."
        }
        Avertissement::CouvertureAnachronique => {
            "La couverture complémentaire de la feuille n'existait pas sous ce nom le jour des soins."
        }
        Avertissement::OptionAnachronique => {
            "L'option tarifaire de la feuille n'existait pas encore le jour des soins."
        }
        Avertissement::CouvertureContredite => {
            "D'après le registre, le patient avait ce jour-là une couverture que la feuille n'indique pas."
        }
        Avertissement::MaterniteHorsPeriode => {
            "Les soins ne sont pas dans la période de l'assurance maternité que donne la date de la feuille."
        }
        Avertissement::ExigenceSurSupplement => {
            "Une exigence particulière du patient (DE) se facture sur l'acte principal seulement."
        }
        Avertissement::DepassementInterditC2s => {
            "Un bénéficiaire de la complémentaire santé solidaire ne paie pas de dépassement, sauf exigence particulière de sa part."
        }
        Avertissement::DepassementSansMotif => {
            "Un médecin de secteur 1 ne facture un dépassement que s'il est autorisé (DA) ou demandé par le patient (DE)."
        }
        Avertissement::ConventionContredite => {
            "La convention ou l'option tarifaire de la feuille n'est pas celle du registre le jour des soins."
        }
        Avertissement::UrgencePrevisible => {
            "La situation était prévue depuis trop longtemps pour être une urgence."
        }
    }
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
