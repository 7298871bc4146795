//! What is not on every feuille: a doctor outside any convention, a ceiling that is reached, what should be checked, a franchise that is not counted here.

use super::recit::Recit;
use crate::domain::evaluation::{Avertissement, CodeRegle, Theme};
use crate::domain::feuille_de_soins::Convention;
use crate::domain::money::Centimes;
use crate::law::parameters::Parametre;

/// The rule that explains the ceiling of the day.
const PLAFOND_JOUR: CodeRegle = CodeRegle::new(Theme::Participation, 20);
/// The rule that explains the ceiling of the year.
const PLAFOND_AN: CodeRegle = CodeRegle::new(Theme::Participation, 21);

/// Why so little is reimbursed of a doctor outside any convention.
pub(super) fn hors_convention(recit: &Recit<'_>) -> Option<String> {
    let totaux = &recit.evaluation.totaux;
    if recit.situation.convention != Convention::NonConventionne || totaux.base == Centimes::ZERO {
        return None;
    }
    let who = if recit.situation.executant_medecin() { "médecin" } else { "professionnel" };
    let small = totaux.base.times(4).is_ok_and(|four| four <= totaux.honoraires);
    let tariff = if small { "un tarif très petit" } else { "un tarif à part" };
    Some(format!(
        "Ce {who} n'a pas de convention avec l'Assurance maladie\u{a0}: elle calcule son remboursement sur \
         {tariff}, ici {}.",
        totaux.base.in_euros()
    ))
}

/// The ceiling of participations that is reached.
pub(super) fn plafond(recit: &Recit<'_>) -> Option<String> {
    let reached = |code| recit.rembourses().any(|acte| acte.retient(code));
    if reached(PLAFOND_AN) {
        let ceiling = recit.valeurs().centimes(Parametre::PfPlafondAn).ok()?;
        return Some(format!(
            "Vous avez atteint le maximum de {} de participations forfaitaires pour l'année\u{a0}: au-delà, \
             rien n'est retenu.",
            ceiling.in_euros()
        ));
    }
    reached(PLAFOND_JOUR).then(|| {
        "Vous avez atteint le maximum de participations forfaitaires pour une même journée avec ce \
         professionnel\u{a0}: au-delà, rien n'est retenu."
            .to_owned()
    })
}

/// What the patient can have checked, the most useful first.
const A_VERIFIER: [(Avertissement, &str); 10] = [
    (
        Avertissement::FeuilleTardive,
        "Cette feuille est arrivée plus de deux ans après les soins\u{a0}: votre caisse peut refuser de la payer.",
    ),
    (
        Avertissement::DesignationContestee,
        "Vous contestez le choix de médecin traitant qui compte ce jour-là\u{a0}: votre caisse n'a pas encore \
         répondu, et ce calcul peut changer.",
    ),
    (
        Avertissement::DesignationEnConflit,
        "Deux choix de médecin traitant sont connus pour ce jour-là\u{a0}: votre caisse n'a pas encore dit lequel \
         compte, et ce calcul peut changer.",
    ),
    (
        Avertissement::CouvertureContredite,
        "Votre caisse vous connaît une couverture que la feuille n'indique pas\u{a0}: demandez-lui de vérifier \
         ce calcul.",
    ),
    (
        Avertissement::OrganismeContredit,
        "La feuille nomme une autre caisse que la vôtre ce jour-là\u{a0}: pensez à mettre à jour votre carte \
         Vitale.",
    ),
    (
        Avertissement::MaterniteHorsPeriode,
        "La date de grossesse ou de naissance écrite sur la feuille ne va pas avec ces soins\u{a0}: demandez à \
         votre caisse de vérifier.",
    ),
    (
        Avertissement::ExonerationSansEffet,
        "La feuille annonce une prise en charge particulière que ce calcul ne connaît pas\u{a0}: votre caisse \
         peut vous dire si vous y avez droit.",
    ),
    (
        Avertissement::BaseContredite,
        "Le tarif de base écrit sur la feuille n'est pas celui que nous connaissons pour ce jour\u{a0}: votre \
         caisse peut le vérifier.",
    ),
    (
        Avertissement::ActeInconnu,
        "Ce calcul ne connaît pas le code d'un des actes de la feuille\u{a0}: votre caisse peut vérifier ces \
         montants.",
    ),
    (
        Avertissement::CoordinationInterdite,
        "Un supplément de la feuille ne semble pas permis ici\u{a0}: votre caisse peut le vérifier.",
    ),
];

/// What is told instead of what waited for the caisse, once it has decided.
const DECIDEES: [(Avertissement, &str); 2] = [
    (
        Avertissement::DesignationContestee,
        "Vous avez contesté le choix de médecin traitant qui compte dans ce calcul\u{a0}: votre caisse a répondu depuis, \
         et vous pouvez lui demander de le refaire.",
    ),
    (
        Avertissement::DesignationEnConflit,
        "Deux choix de médecin traitant étaient connus pour ce jour-là\u{a0}: votre caisse a dit depuis lequel compte, \
         et vous pouvez lui demander de refaire ce calcul.",
    ),
];

/// Tells of a decision of the caisse that it is made, where a sentence says that it is waited for.
pub(super) fn decidee(code: Avertissement, phrase: &mut String) {
    let of = |all: &[(Avertissement, &'static str)]| {
        all.iter().find(|(known, _)| *known == code).map(|(_, said)| *said)
    };
    if let (Some(waits), Some(done)) = (of(&A_VERIFIER), of(&DECIDEES))
        && phrase == waits
    {
        done.clone_into(phrase);
    }
}

/// What should be checked: a warning that concerns the patient.
pub(super) fn a_verifier(recit: &Recit<'_>) -> Option<&'static str> {
    // The letters of other professions are on no list here, and change no amount.
    let concerns = |code: Avertissement| {
        recit.signale(code)
            && (code != Avertissement::ActeInconnu || recit.situation.executant_medecin())
    };
    A_VERIFIER.iter().find(|(code, _)| concerns(*code)).map(|(_, phrase)| *phrase)
}

/// What this service does not count and the caisse may keep.
pub(super) fn franchise(recit: &Recit<'_>) -> Option<&'static str> {
    recit.signale(Avertissement::FranchiseNonComptee).then_some(
        "Votre caisse peut encore retenir une petite somme, la «\u{a0}franchise médicale\u{a0}», que ce calcul ne \
         compte pas.",
    )
}
