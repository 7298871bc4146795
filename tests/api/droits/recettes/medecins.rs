//! Doctors, their patients, what happens to them, and the service itself.

use serde_json::json;
use traitant::domain::acteur::Acteur;
use traitant::domain::droits::{Demarche, Relation};

use super::super::fabrique::{generaliste, suspension};
use super::super::monde::{ACTUELLE, ANCIENNE, AUTRE_CAISSE, INCONNU, Jour};
use super::{Porte, Question, Recette};
use crate::conjointes::rpps;
use crate::support::app::{MARTIN, PONS};
use crate::support::cessation::simple;

/// The id of nothing.
const PERSONNE: &str = "0192f0c4-0000-7000-8000-00000000dead";

pub(super) fn recette(demarche: Demarche, question: Question<'_>) -> Option<Recette> {
    use Demarche as D;
    let Question { cible, jour, .. } = question;
    let role = || Recette::de(Porte::Role);
    // What happens to a doctor is of the caisses whose patients it ends, or of the one of his territory.
    let (acte, caisses): (_, &[&str]) = match jour {
        Jour::Dedans => (simple(MARTIN, "retraite", "2025-07-01"), &[ACTUELLE, AUTRE_CAISSE]),
        Jour::Dehors => (suspension(PONS), &[ANCIENNE]),
    };
    let asked = || Recette::de(concerne(question, caisses));
    let operation = || {
        let told = if jour == Jour::Dedans { ANCIENNE } else { ACTUELLE };
        Recette::sur(concerne(question, &[told]), &cible.choses(jour).operation)
    };
    Some(match demarche {
        D::EtatVivant | D::EtatPret => role(),
        D::EnregistrerMedecin => {
            let (commune, caisse) = match jour {
                Jour::Dedans => ("13055", ANCIENNE),
                Jour::Dehors => ("01004", ACTUELLE),
            };
            let porte = concerne(question, &[caisse]);
            Recette::de(porte).corps(generaliste(&rpps(80), commune))
        }
        D::CorrigerMedecin => {
            let porte = concerne(question, &[ACTUELLE]);
            let body =
                json!({ "nature": "rectification", "jour": "2025-06-16", "prenom": "AUTRE" });
            Recette::de(porte).et("rpps", MARTIN).corps(body)
        }
        D::LireMedecin => role().et("rpps", MARTIN),
        D::RechercherMedecins | D::ListerOperations => role(),
        D::DeclarerAccueil => {
            let known = question.rpps().filter(|rpps| rpps != INCONNU);
            let own = known.map(|_| Relation::LeMedecin).into_iter().collect();
            Recette::de(Porte::Chose(own)).corps(json!({ "accepte": true }))
        }
        D::LireRemunerations => {
            let mut own = question.si(MARTIN, Relation::LeMedecin);
            own.extend(question.si_caisse(ACTUELLE, Relation::CaisseConcernee));
            Recette::de(Porte::Chose(own)).et("rpps", MARTIN).requete("annee=2025")
        }
        D::ListerMesPatients | D::SuivreMesPatients | D::LireEvenements | D::LireAFaire => role(),
        D::CreerAbonnement => {
            // No host is allowed here: only who has the right learns it.
            role().corps(json!({ "adresse": "https://si.example/x" })).ou(&["champs_invalides"])
        }
        D::ListerAbonnements => role(),
        D::SupprimerAbonnement | D::ListerEchecs => Recette::sur(Porte::Rien, PERSONNE),
        D::RenouvelerSecret | D::RejouerEchecs => {
            Recette::sur(Porte::Rien, PERSONNE).corps(json!({}))
        }
        D::ApercuOperation | D::EnregistrerOperation => asked().corps(acte),
        D::ImporterOperations | D::ApercuImportOperations => asked().lignes(&[acte]),
        D::DefinirStatistiques => Recette::de(Porte::Role),
        D::LireStatistiques => Recette::de(Porte::Role).et("tableau", "designation"),
        D::SimulerReformeSurRegistre => role()
            .corps(json!({
                "du": "2025-01-01", "au": "2025-05-31",
                "reforme": [{ "code": "PF_MONTANT", "valeur": 300, "du": "2025-01-01" }],
            }))
            .ou(&["transition_interdite"]),
        D::LireSimulationReforme => Recette::sur(Porte::Rien, PERSONNE),
        D::LireTableauReforme => Recette::sur(Porte::Rien, PERSONNE).et("tableau", "depenses"),
        D::DeposerReprise => role().requete("nature=choix").lignes(&[]),
        D::LireReprise
        | D::ListerLignesReprise
        | D::TelechargerRapportReprise
        | D::ExecuterReprise
        | D::AbandonnerReprise => Recette::sur(concerne(question, &[ACTUELLE]), &cible.reprise),
        D::DemanderExport => role().corps(json!({ "nature": "designations", "format": "ndjson" })),
        D::LireExport | D::TelechargerExport => {
            Recette::sur(concerne(question, &[ACTUELLE]), &cible.export)
        }
        D::DemanderCourriers => {
            let body = json!({ "nature": "seize_ans", "du": "2025-06-01", "au": "2025-06-02" });
            role().corps(body)
        }
        D::LireCourriers => Recette::sur(concerne(question, &[ACTUELLE]), &cible.courriers),
        D::LireLotCourriers => {
            let own = Recette::sur(concerne(question, &[ACTUELLE]), &cible.courriers);
            own.et("rang", "1")
        }
        D::LireOperation => operation(),
        D::AnnulerOperation => operation().corps(json!({})),
        D::ConfirmerOperation => Recette::sur(concerne(question, &[]), &cible.acte),
        _ => return None,
    })
}

/// What concerns some caisses, and the national register.
fn concerne(question: Question<'_>, caisses: &[&str]) -> Porte {
    let own = caisses.iter().flat_map(|code| question.si_caisse(code, Relation::CaisseConcernee));
    let mut found: Vec<Relation> = own.collect();
    if question.qui.acteur == Acteur::Referentiel {
        found.push(Relation::Referentiel);
    }
    Porte::Chose(found)
}
