//! Acts and situations that article D162-1-6 takes out of the parcours.
//!
//! # Base légale
//!
//! Article D162-1-6 du Code de la sécurité sociale, 5° à 10° : permanence des soins, consultations
//! hospitalières d'addictologie, militaires adressés par le service de santé des armées, génétique,
//! médecine préventive universitaire, examens obligatoires de l'enfant ; article L162-5-3, 3° et 4° :
//! structures humanitaires, centres de planification, interruption de grossesse ; dépistage organisé du
//! cancer du sein ; personnes détenues.
//!
//! # Our reading
//!
//! Code 8 (A), assimilated to the parcours, with or without a médecin traitant. The items 1° to 4° need
//! one: they are read by the rules of the referral and of the replacement. When no item is given and a
//! médecin traitant is declared, every item leads inside: the missing one changes nothing.

use super::shared::dans_parcours;
use crate::domain::evaluation::{
    Appartenance, Classe2013, CodeDetermine, CodeRegle, Fait, Qualification, Theme,
};
use crate::domain::feuille_de_soins::MotifExclusion;
use crate::law::circonstances::Circonstances;
use crate::law::nomenclature::est_interruption_de_grossesse;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-051.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 51),
        titre: "Soins que le code met hors du parcours",
        bases: &["CSS-D162-1-6", "CSS-L162-5-3"],
        rang: Rang::Exception { priorite: 85 },
        faits: &[
            Fait::Indicateur,
            Fait::Acte,
            Fait::MotifExclusion,
            Fait::SituationParticuliere,
            Fait::MedecinTraitant,
        ],
        phrase: "Ces soins sont de ceux pour lesquels le passage par le médecin traitant n'est pas demandé.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(
        Circonstances::INDICATEUR_A
            .ou(Circonstances::DETENTION)
            .ou(Circonstances::EXAMEN_OBLIGATOIRE)
            .ou(Circonstances::INTERRUPTION_GROSSESSE),
        Fait::Indicateur,
    ),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    use MotifExclusion as M;
    let detained = Qualification {
        appartenance: Appartenance::NonConcerne,
        classe_2013: Classe2013::Exclues,
        ..dans_parcours(CodeDetermine::ArticleD16216)
    };
    if situation.est_detenu() {
        return Jugement::Applique(Effet::Parcours(detained));
    }
    if situation.est_examen_obligatoire() || est_interruption_de_grossesse(&situation.code) {
        let listed = dans_parcours(CodeDetermine::ArticleD16216);
        return Jugement::Applique(Effet::Parcours(listed));
    }
    match situation.motif_exclusion {
        Some(
            M::PermanenceDesSoins
            | M::Addictologie
            | M::Militaire
            | M::Genetique
            | M::MedecinePreventiveUniversitaire
            | M::ExamenObligatoireEnfant
            | M::StructureParticuliere
            | M::DepistageOrganise,
        ) => Jugement::Applique(Effet::Parcours(dans_parcours(CodeDetermine::ArticleD16216))),
        None if situation.relation_mt.declare() => {
            Jugement::Applique(Effet::Parcours(dans_parcours(CodeDetermine::ArticleD16216)))
        }
        Some(
            M::Detenu
            | M::PlanDeSoins
            | M::SequenceConcertee
            | M::ProtocoleAld
            | M::MtIndisponible
            | M::ResidentEtablissement,
        )
        | None => Jugement::Ecarte(Fait::MotifExclusion),
    }
}
