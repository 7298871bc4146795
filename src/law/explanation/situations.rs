//! What happened and what to do, in the words of somebody who never read the code.

use super::recit::Recit;
use crate::domain::adressage::NatureAdressage;
use crate::domain::evaluation::{Avertissement, CodeDetermine as C, CouvertureConnue, RelationMt};
use crate::domain::feuille_de_soins::SituationParticuliere;
use crate::domain::identifiers::IndicateurParcours;
use crate::law::parameters::Parametre;
use crate::law::situation::Situation;
use crate::law::valeurs::Valeurs;

pub(super) fn ans(valeurs: &Valeurs<'_>, parametre: Parametre, unknown: &str) -> String {
    valeurs
        .ans(parametre)
        .map_or_else(|_unknown| unknown.to_owned(), |age| format!("{age}\u{a0}ans"))
}

/// The months without majoration after the médecin traitant left.
pub(super) fn delai(valeurs: &Valeurs<'_>) -> String {
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
        C::Remplacant if situation.relation_mt == RelationMt::Remplace => {
            "vous avez consulté le remplaçant de votre médecin traitant, qui n'était pas là".into()
        }
        // Said by the feuille, and by nothing else.
        C::Remplacant => "d'après la feuille, ce médecin vous a reçu parce que votre médecin traitant \
                          n'était pas là"
            .into(),
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
        C::IndicateurAbsent | C::Tolerance | C::NonRespect if situation.mt_sans_exercice => {
            "vous avez consulté un autre médecin que votre médecin traitant, qui n'exerçait pas ce jour-là"
                .into()
        }
        C::SpecialiteHorsAccesDirect if situation.mt_sans_exercice => {
            "vous avez consulté un spécialiste sans lettre de votre médecin traitant, qui n'exerçait pas \
             ce jour-là"
                .into()
        }
        C::ActeHorsAccesDirect if situation.mt_sans_exercice => {
            "vous avez consulté un spécialiste pour des soins qui demandent une lettre de votre médecin \
             traitant, qui n'exerçait pas ce jour-là"
                .into()
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
            "les soins ont eu lieu avant l'âge de {}\u{a0}: jusque-là, le remboursement est le même quel que soit le \
             médecin",
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
pub(super) fn inconnue(situation: &Situation) -> (bool, &'static str) {
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
pub(super) const fn completer(by_doctor: bool) -> &'static str {
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
