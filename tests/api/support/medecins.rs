//! Doctors whom tests register beside those of the sandbox, and the feuilles that they bill.

use serde_json::{Value, json};

use super::app::{TestApp, feuille};

/// RPPS that nobody of the sandbox has.
pub const NOUVEAU: &str = "99900008022";
pub const AUTRE: &str = "99900008030";

/// A practice from a day on, in a commune, under a number when there is one.
pub fn exercice(du: &str, mode: &str, commune: &str, numero: Option<&str>) -> Value {
    let mut all = json!({
        "du": du, "mode": mode, "principal": false,
        "convention": if mode == "salarie" { "salarie" } else { "secteur_1" },
        "lieu": {
            "nature": "cabinet", "nom": format!("Cabinet du {du}"), "commune": commune,
            "adresse": "1 rue de l'Essai",
        },
    });
    if let Some(numero) = numero {
        all["numero_facturation"] = json!({ "type": "num_am", "valeur": numero });
    }
    all
}

/// Registers a doctor. The first practice is the principal one.
pub async fn inscrire(app: &TestApp, rpps: &str, specialite: &str, mut exercices: Value) {
    exercices[0]["principal"] = json!(true);
    let body = json!({
        "rpps": rpps, "nom": "ESSAI-NOUVEAU", "prenom": "DOMINIQUE", "specialite": specialite,
        "exercices": exercices,
    });
    app.referentiel("agent-1").post("/v1/medecins", body).await.expect(201);
}

/// A consultation billed by a doctor under a number, for a sandbox patient.
pub fn facturee(
    (prenom, numero, jour): (&str, &str, &str),
    (rpps, num_am, specialite): (&str, &str, &str),
    indicateur: impl Into<Value>,
) -> Value {
    let mut body = feuille(prenom, numero, jour, indicateur);
    body["executant"] = json!({
        "rpps": rpps, "numero_facturation": { "type": "num_am", "valeur": num_am },
        "specialite": specialite, "convention": "secteur_1",
    });
    body
}

/// The codes of the warnings of the last evaluation of a feuille.
pub fn avertissements(feuille: &Value) -> Vec<&str> {
    let evaluations = feuille["evaluations"].as_array().unwrap();
    let all = evaluations.last().unwrap()["avertissements"].as_array().unwrap();
    all.iter().map(|warning| warning["code"].as_str().unwrap()).collect()
}
