//! What the patient can do now, and to whom to turn: tables too.

use super::recit::Recit;
use super::situations::{ans, completer, delai, inconnue};
use crate::domain::calendar::en_toutes_lettres;
use crate::domain::enumeration::enumere;
use crate::domain::evaluation::{CodeDetermine as C, RelationMt};
use crate::law::parameters::Parametre;
use crate::law::situation::Situation;

const CHOISIR: &str = "Pour la suite, vous pouvez choisir un médecin traitant\u{a0}: le médecin de votre \
                       choix et vous signez ensemble une déclaration, sans frais";
const ACCORD: &str = ", avec l'accord d'un de vos parents";
pub(super) const RIEN: &str = "Vous n'avez aucune démarche à faire.";
const A_SIGNER: &str = "Votre déclaration de médecin traitant n'était pas terminée\u{a0}: vérifiez que vous et le \
                        médecin l'avez bien signée.";
const SANS_EXERCICE: &str = "Quand votre médecin traitant n'exerce pas, voyez le médecin qui le remplace, s'il y en a un, \
                             ou choisissez un autre médecin traitant, sans frais.";
const LETTRE: &str = "La prochaine fois, demandez d'abord une lettre à votre médecin traitant.";

/// What the patient can do now: a table too.
pub(super) fn demarche(recit: &Recit<'_>) -> String {
    let situation = &recit.situation;
    let declared = situation.relation_mt.declare();
    match recit.code {
        C::SansMedecinTraitant if situation.relation_mt == RelationMt::EnAttente => {
            signatures(recit).unwrap_or_else(|| A_SIGNER.to_owned())
        }
        C::SansMedecinTraitant => choisir(recit),
        C::NouveauMedecinTraitant => signatures(recit).unwrap_or_else(|| {
            "Vérifiez simplement que vous et ce médecin avez bien signé la déclaration de médecin traitant."
                .to_owned()
        }),
        C::NonRespect
        | C::SpecialiteHorsAccesDirect
        | C::ActeHorsAccesDirect
        | C::IndicateurAbsent
        | C::Tolerance
            if situation.mt_sans_exercice =>
        {
            SANS_EXERCICE.to_owned()
        }
        C::NonRespect if situation.specialite.est_generaliste() => {
            "La prochaine fois, voyez d'abord votre médecin traitant\u{a0}; si vous préférez celui que \
             vous avez vu, vous pouvez le choisir à la place."
                .to_owned()
        }
        C::NonRespect | C::SpecialiteHorsAccesDirect | C::ActeHorsAccesDirect => LETTRE.to_owned(),
        C::IndicateurAbsent | C::Tolerance => {
            "S'il y avait une bonne raison, par exemple une lettre ou une urgence, demandez à ce \
             médecin de corriger la feuille."
                .to_owned()
        }
        C::ExclusionTemporaire | C::ExclusionTemporaireSansMt | C::MoinsDe16AnsSansMt
            if situation.mt_choisi_le.is_some() =>
        {
            choisir(recit)
        }
        C::ExclusionTemporaire | C::ExclusionTemporaireSansMt => {
            format!(
                "Vous avez {} à partir de son départ pour choisir un nouveau médecin traitant\u{a0}: \
                 ensuite, le remboursement baissera.",
                delai(&recit.valeurs())
            )
        }
        C::MoinsDe16AnsSansMt => format!(
            "Un parent peut déjà choisir un médecin traitant\u{a0}: il en faudra un à partir de {} pour garder ce \
             remboursement.",
            ans(&recit.valeurs(), Parametre::ParcoursAgeMinimum, "16\u{a0}ans")
        ),
        C::Exclusion | C::Mayotte => {
            "Pour le remboursement, vous n'avez pas besoin de choisir un médecin traitant."
                .to_owned()
        }
        C::Inconnu => completer(inconnue(situation).0).to_owned(),
        C::UrgenceSansMedecinTraitant
        | C::HorsResidence
        | C::ArticleD16216
        | C::ZoneSousMedicalisee
        | C::GeneralisteRecent
        | C::SansObjet
            if !declared && concerne(situation) =>
        {
            match situation.relation_mt {
                // Nobody says that there is none.
                RelationMt::Inconnu => RIEN.to_owned(),
                RelationMt::EnAttente => {
                    signatures(recit).unwrap_or_else(|| A_SIGNER.to_owned())
                }
                RelationMt::Aucun
                | RelationMt::Executant
                | RelationMt::Autre
                | RelationMt::Remplace
                | RelationMt::Parti
                | RelationMt::ExecutantCabinetSecondaire => choisir(recit),
            }
        }
        C::SansObjet
        | C::MedecinTraitant
        | C::Oriente
        | C::AccesDirect
        | C::Urgence
        | C::HorsResidence
        | C::Remplacant
        | C::ArticleD16216
        | C::ZoneSousMedicalisee
        | C::CabinetSecondaire
        | C::GeneralisteRecent
        | C::UrgenceSansMedecinTraitant
        | C::MoinsDe16Ans => RIEN.to_owned(),
    }
}

/// Whether a médecin traitant would be of use to somebody in this situation.
fn concerne(situation: &Situation) -> bool {
    situation.executant_medecin() && !situation.specialite.est_biologie() && !situation.est_detenu()
}

/// Whose signature is missing on the declaration under way, or that none is any more; nothing when the register was not asked.
fn signatures(recit: &Recit<'_>) -> Option<String> {
    let known = recit.situation.attente?;
    if let Some(jour) = known.complete_le {
        return Some(format!(
            "Votre déclaration de médecin traitant est signée par tous depuis le {}\u{a0}: vous n'avez aucune démarche à \
             faire.",
            en_toutes_lettres(jour)
        ));
    }
    let under =
        |parametre| recit.valeurs().ans(parametre).is_ok_and(|limit| recit.situation.age < limit);
    let (child, minor) =
        (under(Parametre::MtAgeMajoriteChoix), under(Parametre::MtAgeSansAccordParental));
    let signed = known.signees;
    // An adult under guardianship has signed by the guardian.
    let own = if minor { signed.assure } else { signed.assure || signed.representant };
    let missing: Vec<&str> = [
        (!child && !own, "la vôtre"),
        (child && !signed.representant, "celle d'un parent"),
        (minor && !child && !signed.representant, "celle d'un de vos parents"),
        (!signed.medecin, "celle de ce médecin"),
        (!signed.autres_medecins, "celle d'un autre médecin"),
    ]
    .into_iter()
    .filter_map(|(lacks, whose)| lacks.then_some(whose))
    .collect();
    if missing.is_empty() {
        return None;
    }
    let whose = enumere(&missing);
    let it =
        if missing.len() == 1 { "il manque une signature" } else { "il manque des signatures" };
    Some(format!("Sur votre déclaration de médecin traitant, {it}\u{a0}: {whose}."))
}

fn choisir(recit: &Recit<'_>) -> String {
    if let Some(jour) = recit.situation.mt_choisi_le {
        return format!(
            "Vous avez un médecin traitant depuis le {}\u{a0}: pour la suite, vous n'avez aucune démarche à faire.",
            en_toutes_lettres(jour)
        );
    }
    let age = recit.situation.age;
    let alone = recit
        .valeurs()
        .ans(Parametre::MtAgeSansAccordParental)
        .is_ok_and(|majority| age < majority);
    let accord = if alone { ACCORD } else { "" };
    format!("{CHOISIR}{accord}.")
}

/// To whom to turn when one disagrees, for what was counted outside the parcours.
pub(super) fn recours(recit: &Recit<'_>) -> Option<&'static str> {
    match recit.code {
        C::SansMedecinTraitant if recit.situation.relation_mt == RelationMt::EnAttente => Some(
            "Si vous l'aviez tous deux signée avant, dites-le à votre caisse\u{a0}: elle corrigera.",
        ),
        C::SansMedecinTraitant | C::ExclusionTemporaire | C::ExclusionTemporaireSansMt
            if recit.situation.mt_choisi_le.is_some() =>
        {
            (recit.code == C::SansMedecinTraitant).then_some(
                "Si vous n'êtes pas d'accord, vous pouvez écrire à votre caisse, ou demander l'aide de son \
                 conciliateur.",
            )
        }
        C::SansMedecinTraitant => Some(
            "Si aucun médecin ne peut vous prendre, ou si vous n'êtes pas d'accord, le conciliateur \
             de votre caisse est là pour vous aider.",
        ),
        C::NonRespect
        | C::SpecialiteHorsAccesDirect
        | C::ActeHorsAccesDirect
        | C::IndicateurAbsent
        | C::Tolerance
            if recit.situation.mt_sans_exercice =>
        {
            Some(
                "Si vous aviez une lettre, ou si ce médecin remplaçait le vôtre, dites-le à votre caisse\u{a0}: elle \
                 peut corriger ce calcul.",
            )
        }
        C::NonRespect | C::SpecialiteHorsAccesDirect | C::ActeHorsAccesDirect => Some(
            "Si vous aviez une lettre, ou si votre médecin traitant était absent, dites-le à votre \
             caisse\u{a0}: elle peut corriger ce calcul.",
        ),
        C::IndicateurAbsent | C::Tolerance => Some(
            "Si vous n'êtes pas d'accord, vous pouvez aussi écrire à votre caisse, ou demander l'aide \
             de son conciliateur.",
        ),
        C::ExclusionTemporaire | C::ExclusionTemporaireSansMt => Some(
            "Si aucun médecin ne peut vous prendre, le conciliateur de votre caisse vous aide à en \
             trouver un.",
        ),
        C::SansObjet
        | C::MedecinTraitant
        | C::NouveauMedecinTraitant
        | C::Oriente
        | C::AccesDirect
        | C::Urgence
        | C::HorsResidence
        | C::Remplacant
        | C::ArticleD16216
        | C::ZoneSousMedicalisee
        | C::CabinetSecondaire
        | C::GeneralisteRecent
        | C::UrgenceSansMedecinTraitant
        | C::Exclusion
        | C::Mayotte
        | C::MoinsDe16Ans
        | C::MoinsDe16AnsSansMt
        | C::Inconnu => None,
    }
}
