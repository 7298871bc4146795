//! Care: feuilles, what is claimed of them, what is evaluated again, what would be evaluated.

use serde_json::{Value, json};
use traitant::domain::droits::{Demarche, Relation};

use super::super::fabrique::soins;
use super::super::monde::{Cible, EXECUTANT};
use super::{Porte, Question, Recette, exemple};

pub(super) fn recette(demarche: Demarche, question: Question<'_>) -> Option<Recette> {
    use Demarche as D;
    let Question { cible, jour, .. } = question;
    let choses = cible.choses(jour);
    let performed = || Porte::Chose(question.si(EXECUTANT, Relation::Executant));
    let feuille = |porte| Recette::sur(porte, &choses.feuille).du_jour();
    let reevaluation = || Recette::sur(Porte::Personne, &cible.reevaluation);
    Some(match demarche {
        D::EnregistrerFeuilleDeSoins => nouvelle(question).corps(sheet(question)),
        D::EnregistrerLot => nouvelle(question).lignes(&[sheet(question)]),
        D::SimulerContreRegistre => simulee(question).corps(json!({ "feuille": sheet(question) })),
        D::SimulerReformeSurLot => {
            let reform = json!({ "reforme": [
                { "code": "PF_MONTANT", "valeur": 300, "du": "2025-01-01" }
            ] });
            simulee(question).lignes(&[reform, json!({ "feuille": sheet(question) })])
        }
        D::Simuler => Recette::de(Porte::Role).corps(exemple("SimulationDemande")),
        D::ListerFeuillesDeSoins => Recette::sur(performed(), &cible.id),
        D::LireFeuilleDeSoins => feuille(performed()),
        D::LireInstruction => feuille(Porte::Personne).et("numero", "1"),
        D::ListerFeuillesARevoir => Recette::de(Porte::Role),
        D::ListerCreances => Recette::sur(Porte::Personne, &cible.id),
        D::EnregistrerRecouvrement => feuille(Porte::Personne).corps(json!({
            "numero_ligne": 1, "nature": "participation_forfaitaire", "montant_centimes": 1,
            "mode": "paiement",
        })),
        D::LireRecouvrement => {
            // A child owes nothing.
            let none = choses.recouvrement == Cible::personne().dehors.recouvrement;
            let porte = if none { Porte::Rien } else { Porte::Personne };
            feuille(porte).et("recouvrement_id", &choses.recouvrement)
        }
        D::AnnulerRecouvrement => feuille(Porte::Personne)
            .et("recouvrement_id", &choses.recouvrement)
            .corps(json!({ "motif": "erreur_de_saisie" })),
        D::EssayerReevaluation => Recette::de(Porte::Personne).corps(json!({
            "motif": "fait_tardif", "patient_id": cible.id, "du": "2024-01-01",
        })),
        D::LireReevaluation | D::ListerFeuillesReevaluees | D::AppliquerReevaluation => {
            reevaluation()
        }
        D::LireLoi => Recette::de(Porte::Role),
        D::ComparerLoi => Recette::de(Porte::Role).requete("du=2024-01-01&au=2025-01-01"),
        _ => return None,
    })
}

/// A feuille of the day, sent by whoever asks: a doctor sends his own.
fn nouvelle(question: Question<'_>) -> Recette {
    let own = question.rpps().map(|_| Relation::Executant);
    Recette::de(Porte::Chose(own.into_iter().collect())).du_jour()
}

/// The same, of the holder of a card.
fn simulee(question: Question<'_>) -> Recette {
    let own = question.rpps().map(|_| Relation::Executant);
    Recette::de(Porte::Carte(own.into_iter().collect())).du_jour()
}

fn sheet(question: Question<'_>) -> Value {
    let rpps = question.rpps().unwrap_or_else(|| EXECUTANT.to_owned());
    let mut sheet = soins(question.cible, EXECUTANT, question.jour.date(), "2");
    sheet["executant"]["rpps"] = json!(rpps);
    sheet
}
