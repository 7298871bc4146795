//! Away from the usual residence.
//!
//! # Base légale
//!
//! « en cas d'éloignement de sa résidence habituelle » (France Assos Santé) ; article R160-6 (ancien
//! R322-1-1) du Code de la sécurité sociale.
//!
//! # Our reading
//!
//! Code 6 (H), by the indicator or, when it is blank, by the statement that the patient was away. The distance is declared by the doctor, no text gives a threshold, and no médecin
//! traitant is required unless the parameter `EXIGE_MT_POUR_URGENCE_ELOIGNEMENT` says otherwise.

use crate::domain::evaluation::{
    Appartenance, Classe2013, CodeDetermine, CodeRegle, Fait, Qualification, Theme,
};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-040.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 40),
        titre: "Éloignement de la résidence habituelle",
        bases: &["CSS-R160-6", "FAS"],
        rang: Rang::Exception { priorite: 65 },
        faits: &[Fait::Indicateur, Fait::MedecinTraitant],
        parametres: &[Parametre::ExigeMtPourUrgenceEloignement],
        phrase: "Vous étiez loin de votre domicile habituel : vous pouviez consulter un médecin sur place.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::ELOIGNEMENT, Fait::Indicateur),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !situation.relation_mt.declare() && valeurs.oui(Parametre::ExigeMtPourUrgenceEloignement)? {
        return Ok(Jugement::Ecarte(Fait::MedecinTraitant));
    }
    Ok(Jugement::Applique(Effet::Parcours(Qualification {
        appartenance: Appartenance::DansParcours,
        code: CodeDetermine::HorsResidence,
        majoration: false,
        da_possible: false,
        coordination_possible: true,
        classe_2013: Classe2013::Exclues,
    })))
}
