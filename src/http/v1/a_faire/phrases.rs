//! What the inbox of a person says of what was recorded about them, and of what comes.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::domain::calendar::{en_toutes_lettres, veille};
use crate::domain::evenement::NatureEvenement as N;
use crate::services::a_faire::Affaire;

/// What was recorded about a person, and what to make of it: whoever reads is the person, or who acts for them.
const ENREGISTRE: [(N, &str); 17] = [
    (N::PatientRectificationRepondue, "La caisse a répondu à une demande de rectification."),
    (
        N::PatientRectificationDemandee,
        "Une rectification du dossier a été demandée : la caisse répond dans le mois.",
    ),
    (
        N::PatientIdentifiantRemplace,
        "Le numéro de sécurité sociale du dossier a changé : si ce n'était pas attendu, demandez une rectification.",
    ),
    (
        N::PatientOrganismeChange,
        "La caisse du dossier a changé : si c'est une erreur, demandez une rectification.",
    ),
    (
        N::PatientStatutChange,
        "La couverture du dossier a changé : si c'est une erreur, demandez une rectification.",
    ),
    (
        N::PatientAdresseChange,
        "L'adresse du dossier a changé : si elle n'est pas exacte, demandez une rectification.",
    ),
    (
        N::PatientIdentiteChangee,
        "L'identité du dossier a changé : si elle n'est pas exacte, demandez une rectification.",
    ),
    (
        N::PatientNaissanceRectifiee,
        "La date de naissance du dossier a été rectifiée : si elle n'est pas exacte, demandez une rectification.",
    ),
    (
        N::PatientDecede,
        "Un décès a été enregistré : s'il est faux, dites-le tout de suite à la caisse.",
    ),
    (
        N::PatientDecesRectifie,
        "Un décès enregistré a été rectifié : si c'est une erreur, dites-le à la caisse.",
    ),
    (
        N::PatientFusionne,
        "Deux dossiers ont été réunis, comme étant d'une même personne : si c'est une erreur, dites-le à la caisse.",
    ),
    (
        N::PatientFusionAnnulee,
        "Deux dossiers qui avaient été réunis ont été séparés : vérifiez ce que celui-ci contient.",
    ),
    (
        N::PatientScinde,
        "Le dossier a été séparé en deux, comme étant de deux personnes : vérifiez ce qu'il contient.",
    ),
    (
        N::PatientLimite,
        "L'usage des données du dossier est limité, le temps que la caisse vérifie ce qui est contesté.",
    ),
    (
        N::PatientLimitationLevee,
        "L'usage des données du dossier n'est plus limité : la caisse a fini de vérifier.",
    ),
    (
        N::RepresentationEnregistree,
        "Un parent, un tuteur ou un curateur a été enregistré au dossier : si c'est une erreur, dites-le à la caisse.",
    ),
    (
        N::RepresentationTerminee,
        "Un parent, un tuteur ou un curateur n'est plus enregistré au dossier : si c'est une erreur, dites-le à la caisse.",
    ),
];

/// The sentence of a kind.
pub(super) fn enregistre(nature: N) -> &'static str {
    let known = ENREGISTRE.iter().find(|(known, _)| *known == nature);
    known.map_or(
        "Quelque chose a été enregistré au dossier : vérifiez que c'est exact.",
        |(_, said)| *said,
    )
}

/// What comes that nobody recorded about the person, and what to do.
pub(super) fn a_savoir(affaire: &Affaire) -> Cow<'static, str> {
    let since = affaire.effet_du.map_or_else(
        || "à présent".to_owned(),
        |du| format!("à partir du {}", en_toutes_lettres(du)),
    );
    let span = |du, au| {
        let last = veille(au).unwrap_or(au);
        format!("du {} au {} inclus", en_toutes_lettres(du), en_toutes_lettres(last))
    };
    match affaire.nature {
        Some(N::DesignationMedecinSuspendu) => {
            let days = affaire.effet_du.zip(affaire.effet_au);
            let when = days.map_or_else(|| since.clone(), |(du, au)| span(du, au));
            format!(
                "Le médecin traitant n'exerce pas {when}. Il reste médecin traitant, sauf autre choix. D'ici là, voyez un \
                 médecin qui le remplace, s'il y en a un, ou choisissez-en un autre : ailleurs, sauf urgence, le \
                 remboursement baisse."
            )
            .into()
        }
        Some(N::DesignationSpecialiteChangee) => format!(
            "Le médecin traitant change de spécialité {since}. Il reste médecin traitant, sauf autre choix."
        )
        .into(),
        Some(N::DesignationLieuChange) => format!(
            "Le médecin traitant exerce ailleurs {since}. Il reste médecin traitant, sauf autre choix."
        )
        .into(),
        Some(N::NeutralisationFinProche) => {
            let end = affaire.effet_au.or(affaire.effet_du);
            let day = |day: NaiveDate| en_toutes_lettres(day);
            let last = end.and_then(veille).map(day).unwrap_or_default();
            let end = end.map(day).unwrap_or_default();
            format!(
                "Depuis le départ du médecin traitant, ne pas en avoir ne coûte rien de plus, jusqu'au {last} inclus : \
                 choisissez-en un autre avant le {end}, pour que rien ne change."
            )
            .into()
        }
        Some(N::DeclarationContestationRetenue) => {
            "La caisse a répondu à la contestation d'un choix de médecin traitant : elle vous donne raison. Ce choix n'a \
             jamais compté ; les remboursements qui en dépendent peuvent être calculés de nouveau."
                .into()
        }
        Some(N::DeclarationContestationRejetee) => {
            "La caisse a répondu à la contestation d'un choix de médecin traitant : elle la rejette, et ce choix compte \
             toujours. La déclaration dit pourquoi."
                .into()
        }
        _ => {
            let day = affaire.effet_du.map(|day| format!(", le {},", en_toutes_lettres(day)));
            let day = day.unwrap_or_else(|| ",".to_owned());
            format!(
                "À seize ans{day} on choisit soi-même son médecin traitant, avec l'accord d'un parent jusqu'à dix-huit ans, et \
                 qui n'en a pas est moins bien remboursé. Le médecin traitant déjà choisi le reste, sauf autre choix."
            )
            .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::droits::Relation;
    use crate::domain::vocabulary::Vocabulaire;

    #[test]
    fn every_kind_that_a_person_reads_has_its_own_sentence() {
        let read = |one: &N| {
            ["patient", "representation"].contains(&one.theme())
                && one.est_dite_a(Relation::SoiMeme)
                && *one != N::PatientMajorite16Ans
        };
        let general = enregistre(N::FeuilleEvaluee);
        for nature in N::TOUS.iter().copied().filter(read) {
            let said = enregistre(nature);
            assert!(said != general && said.ends_with('.'), "{nature:?}: {said}");
        }
    }
}
