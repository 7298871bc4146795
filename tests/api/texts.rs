//! Free text: what must not be kept with it is refused.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, feuille, paper};

fn fields(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect()
}

const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ0cmFpdGFudCJ9.c2lnbmF0dXJl";

#[tokio::test]
async fn a_number_of_a_person_or_a_token_is_refused_in_free_text() {
    let app = TestApp::new().await;
    let mut body = feuille("ALICE", "1", "2025-06-16", json!("O"));
    body["reference_externe"] = json!("dossier 1 72 08 01 001 995 57");
    body["parcours"]["orienteur"] = json!({ "nom": "ESSAI 1720801001995", "prenom": "CAMILLE" });
    body["parcours"]["urgence_precisions"] = json!("vue le 172080100199557");
    body["assurance"]["numero_at_mp"] = json!("172080100199557");
    let reply = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await;
    assert_eq!(
        reply.wrong_fields(),
        fields(&[
            ("/reference_externe", "numero_de_personne"),
            ("/parcours/orienteur/nom", "numero_de_personne"),
            ("/parcours/urgence_precisions", "numero_de_personne"),
            ("/assurance/numero_at_mp", "numero_de_personne"),
        ])
    );
    assert!(!String::from_utf8(reply.body).unwrap().contains("99557"));
    let mut body = choix("ALICE", MARTIN);
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let mut signed = paper("assure", "2025-06-16", digest);
    signed["preuve"]["temoin"] = json!("agent 250052A00199269");
    signed["preuve"]["identifiant_jeton"] = json!(TOKEN);
    signed["preuve"]["emetteur"] = json!(format!("Bearer {TOKEN}"));
    body["signatures"] = json!([signed]);
    let reply = app.caisse("011310000").post("/v1/declarations", body).await;
    assert_eq!(
        reply.wrong_fields(),
        fields(&[
            ("/signatures/0/preuve/emetteur", "jeton"),
            ("/signatures/0/preuve/identifiant_jeton", "jeton"),
            ("/signatures/0/preuve/temoin", "numero_de_personne"),
        ])
    );
}

#[tokio::test]
async fn a_name_has_letters_and_nothing_that_nobody_sees() {
    let app = TestApp::new().await;
    let caisse = app.caisse("011310000");
    let patient = |nom: &str| {
        json!({
            "identifiant": { "type": "nir", "valeur": "186022B03399191" },
            "nom": nom, "prenom": nom, "date_naissance": "1986-02-11",
            "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
            "affilie_du": "2012-09-01",
        })
    };
    let both = fields(&[("/nom", "format_invalide"), ("/prenom", "format_invalide")]);
    for wrong in ["12345", "---", "ESSAI\u{202e}LECA", "ES\u{200b}SAI", "\u{ad}ESSAI", "A\u{2066}B"]
    {
        let reply = caisse.post("/v1/patients", patient(wrong)).await;
        assert_eq!(reply.wrong_fields(), both, "{wrong:?}");
    }
    let reply = caisse.post("/v1/medecins", doctor("99900008014", "2 \u{2066}")).await;
    assert_eq!(
        reply.wrong_fields(),
        fields(&[
            ("/nom", "format_invalide"),
            ("/prenom", "format_invalide"),
            ("/exercices/0/lieu/nom", "format_invalide"),
        ])
    );
    for right in ["D'ESSAI-LECA", "Œdipe Éloïse", "ESSAI 3"] {
        let key = app.key();
        let headers = [("idempotency-key", key.as_str())];
        // The same person twice is another refusal, which proves that the name was read.
        let reply = caisse.request("POST", "/v1/patients", &headers, Some(&patient(right))).await;
        assert!(matches!(reply.status.as_u16(), 201 | 409), "{right}");
    }
}

fn doctor(rpps: &str, nom: &str) -> Value {
    json!({
        "rpps": rpps, "nom": nom, "prenom": nom, "specialite": "01",
        "exercices": [{
            "du": "2015-09-01", "mode": "liberal", "principal": true, "convention": "secteur_1",
            "lieu": { "nature": "cabinet", "nom": nom, "commune": "01004", "adresse": "1 rue" },
        }],
    })
}

#[tokio::test]
async fn all_wrong_fields_are_counted_and_the_first_hundred_listed() {
    let app = TestApp::new().await;
    let with = async |count: usize| {
        let mut body = json!({});
        for index in 0..count {
            body[format!("champ_{index}")] = json!(1);
        }
        // Six members are missing besides: those that a simulation requires.
        app.anonymous().post("/v1/simulations", body).await
    };
    let required = with(0).await.wrong_fields().len();
    let hundred = with(100 - required).await;
    assert_eq!(hundred.wrong_fields().len(), 100);
    assert_eq!(hundred.expect(422)["detail"], "100 champs sont invalides.");
    let more = with(101 - required).await;
    assert_eq!(more.wrong_fields().len(), 100);
    assert_eq!(
        more.expect(422)["detail"],
        "101 champs sont invalides ; seuls les 100 premiers sont listés."
    );
}

#[tokio::test]
async fn lengths_are_said_in_words() {
    let app = TestApp::new().await;
    let mut body = choix("ALICE", MARTIN);
    body["medecins"] = json!([]);
    let reply = app.medecin(PONS).post("/v1/declarations/apercu", body).await;
    let message = reply.expect(422)["erreurs"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "attendu : une liste de 1 à 20 éléments ; reçu : 0");
}
