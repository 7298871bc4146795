//! No majoration during the year that follows the departure of the médecin traitant.
//!
//! # Base légale
//!
//! Article L162-5-3, 5°, du Code de la sécurité sociale, depuis le 29 décembre 2023 : pas de majoration
//! pendant douze mois après la retraite du médecin traitant ou son départ du département.
//!
//! # Our reading
//!
//! The patient has no médecin traitant any more: code 27 (temporary exclusion, no médecin traitant), not
//! majored. That this code is the one of this case is an inference: no text explains it.

use super::shared::non_concerne;
use crate::domain::evaluation::{
    Appartenance, Classe2013, CodeDetermine, CodeRegle, Fait, Qualification, RelationMt, Theme,
};
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-006.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 6),
        titre: "Départ récent du médecin traitant",
        periode: (Some((2023, 12, 29)), None),
        bases: &["CSS-L162-5-3"],
        rang: Rang::Exception { priorite: 20 },
        faits: &[Fait::MedecinTraitant],
        parametres: &[Parametre::NeutralisationDepartMt],
        phrase: "Votre médecin traitant a cessé d'exercer près de chez vous il y a moins de {neutralisation} : aucune majoration n'est appliquée.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    valeurs.valeur(Parametre::NeutralisationDepartMt)?;
    if situation.relation_mt != RelationMt::Parti {
        return Ok(Jugement::Ecarte(Fait::MedecinTraitant));
    }
    Ok(Jugement::Applique(Effet::Parcours(Qualification {
        appartenance: Appartenance::HorsParcours,
        classe_2013: Classe2013::ParcoursEtAssimiles,
        ..non_concerne(CodeDetermine::ExclusionTemporaireSansMt)
    })))
}
