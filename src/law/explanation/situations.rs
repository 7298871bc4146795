//! What happened and what to do, in the words of somebody who never read the code.

use super::recit::Recit;
use crate::domain::adressage::NatureAdressage;
use crate::domain::evaluation::{Avertissement, CodeDetermine as C, CouvertureConnue, RelationMt};
use crate::domain::feuille_de_soins::SituationParticuliere;
use crate::domain::identifiers::IndicateurParcours;
use crate::law::parameters::Parametre;
use crate::law::situation::Situation;
use crate::law::valeurs::Valeurs;

fn ans(valeurs: &Valeurs<'_>, parametre: Parametre, unknown: &str) -> String {
    valeurs
        .ans(parametre)
        .map_or_else(|_unknown| unknown.to_owned(), |age| format!("{age}\u{a0}ans"))
}

/// The months without majoration after the médecin traitant left.
fn delai(valeurs: &Valeurs<'_>) -> String {
    let months = valeurs.valeur(Parametre::NeutralisationDepartMt);
    months.map_or_else(|_unknown| "12\u{a0}mois".to_owned(), |months| format!("{months}\u{a0}mois"))
}

/// What happened, without the day, in the middle of a sentence: a table, long because there are as many
/// sentences as situations.
pub(super) fn fait(recit: &Recit<'_>) -> String {
    let situation = &recit.situation;
    match recit.code {
        C::MedecinTraitant | C::CabinetSecondaire => {
            "vous avez consulté votre médecin traitant".into()
        }
        C::NouveauMedecinTraitant => {
            "vous avez consulté le médecin que vous venez de choisir comme médecin traitant".into()
        }
        C::Oriente => oriente(recit).to_owned(),
        C::AccesDirect => "vous avez consulté un spécialiste que l'on peut voir directement, \
                           dès lors que l'on a un médecin traitant"
            .into(),
        C::Urgence | C::UrgenceSansMedecinTraitant => {
            "le médecin a déclaré une urgence, et vous n'aviez pas à passer d'abord par un médecin \
             traitant"
                .into()
        }
        C::HorsResidence => "vous étiez loin de chez vous quand vous avez consulté ce médecin, et \
                             vous n'aviez donc pas à passer par un médecin traitant"
            .into(),
        C::Remplacant => {
            "vous avez consulté un médecin à la place de votre médecin traitant, qui n'était pas là"
                .into()
        }
        C::ArticleD16216 => "vous avez reçu des soins pour lesquels il n'est pas demandé de passer \
                             d'abord par un médecin traitant"
            .into(),
        C::ZoneSousMedicalisee => "vous avez consulté un généraliste installé depuis peu là où les \
                                   médecins manquent\u{a0}: la loi permet de le voir directement"
            .into(),
        C::GeneralisteRecent => format!(
            "vous avez consulté un généraliste installé depuis moins de {}\u{a0}: la loi permet de le \
             voir directement",
            ans(&recit.valeurs(), Parametre::GeneralisteRecentDuree, "quelques années")
        ),
        C::ExclusionTemporaire | C::ExclusionTemporaireSansMt => {
            format!(
                "vous n'aviez plus de médecin traitant, parce que le vôtre était parti depuis moins \
                 de {}\u{a0}: vous n'avez rien de plus à payer pour cela",
                delai(&recit.valeurs())
            )
        }
        C::IndicateurAbsent | C::Tolerance => "vous avez consulté un autre médecin que votre \
                                               médecin traitant, sans que la feuille dise pourquoi"
            .into(),
        C::NonRespect => "vous avez consulté un autre médecin que votre médecin traitant, sans \
                          lettre de sa part"
            .into(),
        C::SpecialiteHorsAccesDirect => {
            "vous avez consulté un spécialiste sans lettre de votre médecin traitant".into()
        }
        C::ActeHorsAccesDirect => "vous avez consulté un spécialiste pour des soins qui demandent \
                                   une lettre de votre médecin traitant"
            .into(),
        C::SansMedecinTraitant => {
            "vous avez consulté sans avoir de médecin traitant déclaré à votre caisse".into()
        }
        C::Exclusion => exclusion(situation),
        C::Mayotte => "vous dépendiez de la caisse de Mayotte, où rien n'est retenu quand on ne \
                       passe pas par un médecin traitant"
            .into(),
        C::MoinsDe16Ans | C::MoinsDe16AnsSansMt => format!(
            "votre enfant avait moins de {}\u{a0}: à cet âge, le remboursement est le même quel que \
             soit le médecin",
            ans(&recit.valeurs(), Parametre::ParcoursAgeMinimum, "16\u{a0}ans")
        ),
        C::SansObjet if sans_objet_a_distance(situation) => {
            "vous avez consulté un médecin à distance, sans avoir de médecin traitant\u{a0}: vous n'avez \
             rien de plus à payer pour cela"
                .into()
        }
        C::SansObjet => "vous avez reçu des soins que la règle du médecin traitant ne concerne \
                         pas"
            .into(),
        C::Inconnu => inconnue(situation).1.to_owned(),
    }
}

/// Whether a doctor was seen from afar by somebody who is known to have no médecin traitant.
fn sans_objet_a_distance(situation: &Situation) -> bool {
    let relation = situation.relation_mt;
    situation.teleconsultation
        && situation.executant_medecin()
        && !situation.specialite.est_biologie()
        && !relation.declare()
        && relation != RelationMt::Inconnu
}

/// What nobody told, and that would decide: whether the doctor alone can tell it, and how it is said.
fn inconnue(situation: &Situation) -> (bool, &'static str) {
    use IndicateurParcours as I;
    let rights = matches!(
        situation.couverture,
        Some(CouvertureConnue::SansDroits | CouvertureConnue::HorsDeFrance)
    );
    match situation.indicateur {
        _ if !rights && situation.relation_mt == RelationMt::Inconnu => {
            (false, "on ne sait pas encore si vous aviez un médecin traitant")
        }
        Some(I::A) if !rights && situation.motif_exclusion.is_none() => {
            (true, "le médecin a signalé un cas particulier, sans écrire lequel")
        }
        Some(I::J | I::B) if !rights && situation.date_installation.is_none() => {
            (true, "le médecin a écrit qu'il était installé depuis peu, sans donner la date")
        }
        _ => (false, "on ne sait pas encore si vos droits à l'Assurance maladie étaient ouverts"),
    }
}

/// Who can complete what is missing.
const fn completer(by_doctor: bool) -> &'static str {
    if by_doctor {
        "Demandez à ce médecin de compléter la feuille\u{a0}: en attendant, vous ne payez rien de plus."
    } else {
        "Votre caisse peut le vérifier avec vous\u{a0}: en attendant, vous ne payez rien de plus."
    }
}

fn exclusion(situation: &Situation) -> String {
    let known = situation.couverture;
    if situation.est_ame() {
        "vous aviez l'aide médicale de l'État\u{a0}: la règle du médecin traitant ne vous concerne pas"
    } else if situation.particuliere == SituationParticuliere::PassageCoordonne
        || known == Some(CouvertureConnue::Passage)
    {
        "vous étiez de passage en France\u{a0}: la règle du médecin traitant ne vous concerne pas"
    } else {
        "vous dépendiez d'une caisse où la règle du médecin traitant ne s'applique pas"
    }
    .to_owned()
}

/// Whether the sentence of the situation may end with a word on the reimbursement.
pub(super) const fn rembourse_normalement(code: C) -> bool {
    matches!(
        code,
        C::MedecinTraitant
            | C::CabinetSecondaire
            | C::NouveauMedecinTraitant
            | C::Oriente
            | C::AccesDirect
            | C::Urgence
            | C::UrgenceSansMedecinTraitant
            | C::HorsResidence
            | C::Remplacant
            | C::ArticleD16216
    )
}

const CHOISIR: &str = "Pour la suite, vous pouvez choisir un médecin traitant\u{a0}: le médecin de votre \
                       choix et vous signez ensemble une déclaration, sans frais";
const ACCORD: &str = ", avec l'accord d'un de vos parents";
pub(super) const RIEN: &str = "Vous n'avez aucune démarche à faire.";
const A_SIGNER: &str = "Votre déclaration de médecin traitant n'était pas terminée\u{a0}: vérifiez que vous et le \
                        médecin l'avez bien signée.";
const LETTRE: &str = "La prochaine fois, demandez d'abord une lettre à votre médecin traitant.";

/// What the patient can do now: a table too.
pub(super) fn demarche(recit: &Recit<'_>) -> String {
    let situation = &recit.situation;
    let declared = situation.relation_mt.declare();
    match recit.code {
        C::SansMedecinTraitant if situation.relation_mt == RelationMt::EnAttente => {
            A_SIGNER.to_owned()
        }
        C::SansMedecinTraitant => choisir(recit),
        C::NouveauMedecinTraitant => {
            "Vérifiez simplement que vous et ce médecin avez bien signé la \
                                      déclaration de médecin traitant."
                .to_owned()
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
        C::ExclusionTemporaire | C::ExclusionTemporaireSansMt => {
            format!(
                "Vous avez {} à partir de son départ pour choisir un nouveau médecin traitant\u{a0}: \
                 ensuite, le remboursement baissera.",
                delai(&recit.valeurs())
            )
        }
        C::MoinsDe16AnsSansMt => format!(
            "Un parent peut déjà choisir un médecin traitant pour l'enfant\u{a0}: il en faudra un à \
             partir de {} pour garder ce remboursement.",
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
                RelationMt::EnAttente => A_SIGNER.to_owned(),
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

fn choisir(recit: &Recit<'_>) -> String {
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
        C::SansMedecinTraitant => Some(
            "Si aucun médecin ne peut vous prendre, ou si vous n'êtes pas d'accord, le conciliateur \
             de votre caisse est là pour vous aider.",
        ),
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

fn oriente(recit: &Recit<'_>) -> &'static str {
    let situation = &recit.situation;
    match situation.indicateur {
        _ if situation.adressage.is_none() && recit.signale(Avertissement::OrienteurContredit) => {
            "vous avez consulté un médecin à qui, d'après la feuille, un autre médecin que votre \
             médecin traitant vous a adressé"
        }
        _ if situation.adressage == Some(NatureAdressage::AvisPonctuel) => {
            "votre médecin traitant vous a adressé à ce médecin pour avoir son avis"
        }
        _ if situation.adressage.is_some() => {
            "vous avez consulté un médecin à qui votre médecin traitant vous a adressé"
        }
        Some(IndicateurParcours::O) => {
            "vous avez consulté un médecin à qui votre médecin traitant vous a adressé"
        }
        Some(IndicateurParcours::M) => {
            "vous avez consulté un médecin à qui un autre médecin vous a adressé"
        }
        _ => "vous avez reçu des soins prévus avec votre médecin traitant",
    }
}
