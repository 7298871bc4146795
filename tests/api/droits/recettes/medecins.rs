//! Doctors, their patients, what happens to them, and the service itself.

use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;
use traitant::domain::droits::{Demarche, Relation};

use super::super::monde::ACTUELLE;
use super::{Porte, Question, Recette, exemple};
use crate::conjointes::rpps;
use crate::support::app::MARTIN;

pub(super) fn recette(demarche: Demarche, question: Question<'_>) -> Option<Recette> {
    use Demarche as D;
    let Question { qui, cible, .. } = question;
    let role = || Recette::de(Porte::Role);
    let asked = match &qui.acteur {
        Acteur::Caisse(caisse) if caisse.organisme().to_string() == ACTUELLE => {
            vec![Relation::CaisseConcernee]
        }
        Acteur::Referentiel => vec![Relation::Referentiel],
        Acteur::Medecin(_) | Acteur::Patient(_) | Acteur::Caisse(_) => Vec::new(),
    };
    let operation = || Recette::sur(Porte::Chose(asked.clone()), &cible.operation);
    Some(match demarche {
        D::EtatVivant | D::EtatPret => role(),
        D::EnregistrerMedecin => {
            let mut body = exemple("MedecinDemande");
            body["rpps"] = json!(rpps(80));
            role().corps(body)
        }
        D::LireMedecin => role().et("rpps", MARTIN),
        D::ListerMesPatients | D::SuivreMesPatients => role(),
        D::ApercuOperation | D::EnregistrerOperation => role().corps(depart()),
        D::ImporterOperations | D::ApercuImportOperations => role().lignes(&[depart()]),
        D::LireOperation => operation(),
        D::AnnulerOperation => operation().corps(json!({})),
        _ => return None,
    })
}

/// A retirement to come.
fn depart() -> Value {
    json!({ "rpps": MARTIN, "nature": "retraite", "effet_du": "2025-07-01" })
}
