//! Inside the parcours: the register holds a referral that covers this act.
//!
//! # Base légale
//!
//! Article L162-5-3 du Code de la sécurité sociale : le médecin traitant adresse le patient à un autre
//! médecin, pour un avis ponctuel ou pour des soins suivis ; article D162-1-6, 1° à 3° : plan de soins,
//! séquence de soins, protocole de soins d'une affection de longue durée.
//!
//! # Our reading
//!
//! Code 3 (O), whatever the indicator on the feuille: what the médecin traitant wrote in the register wins
//! in the patient's favour. The supplements of coordination go with repeated care; after a single opinion
//! only a general practitioner may bill one.

use super::shared::dans_parcours;
use crate::domain::adressage::NatureAdressage;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Qualification, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-024.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 24),
        titre: "Adressage enregistré par le médecin traitant",
        bases: &["CSS-L162-5-3", "CSS-D162-1-6"],
        rang: Rang::Exception { priorite: 52 },
        faits: &[Fait::Adressage, Fait::MedecinTraitant],
        phrase: "Votre médecin traitant vous a adressé à ce médecin : l'adressage est enregistré.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::ADRESSAGE, Fait::Adressage),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    let Some(nature) = situation.adressage else {
        return Jugement::Ecarte(Fait::Adressage);
    };
    if !situation.relation_mt.declare() {
        return Jugement::Ecarte(Fait::MedecinTraitant);
    }
    let followed =
        nature != NatureAdressage::AvisPonctuel || situation.specialite.est_generaliste();
    Jugement::Applique(Effet::Parcours(Qualification {
        coordination_possible: followed && !situation.avis_ponctuel,
        ..dans_parcours(CodeDetermine::Oriente)
    }))
}
