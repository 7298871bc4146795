//! Situations of the parcours that need the register: a locum, a declaration under way, a series.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, choix, feuille, paper, signature};

const LOCUM: &str = "99900005044";

fn letter(feuille: &Value) -> &str {
    feuille["evaluations"][0]["code_determine"].as_str().unwrap()
}

#[tokio::test]
async fn a_locum_is_inside_for_the_patients_of_the_doctor_he_replaces() {
    let app = TestApp::new().await;
    let by_locum = |prenom: &str, numero: &str, replaced: Value| {
        let mut body = feuille(prenom, numero, "2025-03-10", Value::Null);
        body["executant"]["rpps"] = json!(LOCUM);
        body["executant"]["remplacant_de"] = replaced;
        body
    };
    let locum = app.medecin(LOCUM);
    let path = "/v1/feuilles-de-soins";
    let inside =
        locum.post(path, by_locum("BERNARD", "1", json!({ "rpps": MARTIN }))).await.expect(201);
    assert_eq!(letter(&inside), "R");
    assert_eq!(inside["evaluations"][0]["totaux"]["majoration_centimes"], 0);
    // Hugo's médecin traitant is another one since 2023.
    let outside =
        locum.post(path, by_locum("HUGO", "2", json!({ "rpps": MARTIN }))).await.expect(201);
    assert_eq!(letter(&outside), "I");
    let alone = locum.post(path, by_locum("BERNARD", "3", Value::Null)).await.expect(201);
    assert_eq!(letter(&alone), "I");
}

#[tokio::test]
async fn a_declaration_under_way_makes_the_new_medecin_traitant() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let today = "2025-06-16";
    let path = "/v1/feuilles-de-soins";
    let before = martin.post(path, feuille("ALICE", "1", today, json!("N"))).await.expect(201);
    assert_eq!(letter(&before), "S", "nothing is under way");
    let mut choix = choix("ALICE", MARTIN);
    let digest = martin.digest_of(&choix).await;
    choix["signatures"] = json!([signature("medecin", "cps", &digest)]);
    martin.post("/v1/declarations", choix).await.expect(201);
    let new = martin.post(path, feuille("ALICE", "2", today, json!("N"))).await.expect(201);
    assert_eq!(letter(&new), "N");
    let eve = martin.post(path, feuille("ALICE", "3", "2025-06-15", json!("N"))).await.expect(201);
    assert_eq!(letter(&eve), "S", "the day before the signature");
}

/// A choice that succeeds is no worse for the patient than one that still waits.
#[tokio::test]
async fn what_was_under_way_on_a_day_stays_so_once_the_last_signature_came() {
    let app = TestApp::new().await;
    let (caisse, martin) = (app.caisse(crate::support::vie::BOUCHES_DU_RHONE), app.medecin(MARTIN));
    let mut choix = choix("ALICE", MARTIN);
    let digest = caisse.digest_of(&choix).await;
    choix["signatures"] = json!([paper("assure", "2025-06-10", &digest)]);
    let waiting = caisse.post("/v1/declarations", choix).await.expect(201);
    let path = "/v1/feuilles-de-soins";
    let received = martin.post(path, feuille("ALICE", "1", "2025-06-12", json!("N"))).await;
    let received = received.expect(201);
    assert_eq!(letter(&received), "N");
    let id = waiting["id"].as_str().unwrap();
    let last = paper("medecin", "2025-06-14", &digest);
    let path_of = format!("/v1/declarations/{id}/signatures");
    let signed = caisse.post_on(&path_of, 1, last).await.expect(200);
    assert_eq!(signed["etat"], "active");
    for (numero, day, expected) in [
        ("2", "2025-06-09", "S"),
        ("3", "2025-06-10", "N"),
        ("4", "2025-06-13", "N"),
        ("5", "2025-06-14", "T"),
    ] {
        let after = martin.post(path, feuille("ALICE", numero, day, json!("N"))).await.expect(201);
        assert_eq!(letter(&after), expected, "{day}");
    }
    let other = feuille("ALICE", "6", "2025-06-12", json!("S"));
    let other = martin.post(path, other).await.expect(201);
    assert_eq!(letter(&other), "S", "nobody says that he is being chosen");
}

#[tokio::test]
async fn the_participations_of_a_series_belong_to_the_days_of_the_acts() {
    let app = TestApp::new().await;
    let mut kept = Vec::new();
    for number in 1..=6 {
        let day = format!("2025-04-1{number}");
        let mut body = feuille("BERNARD", &number.to_string(), &day, json!("T"));
        body["actes"][0]["serie"] = json!({ "date_prescription": "2025-04-01" });
        let stored = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await.expect(201);
        kept.push(stored["evaluations"][0]["totaux"]["participation_forfaitaire_centimes"].clone());
    }
    assert_eq!(kept, [200; 6]);
}

#[tokio::test]
async fn days_and_doctors_of_a_referral_must_hold_together() {
    let app = TestApp::new().await;
    let mut body = feuille("CHARLES", "1", "2025-06-08", json!("O"));
    body["executant"] = json!({
        "rpps": CARDIOLOGUE, "numero_facturation": { "type": "num_am", "valeur": "991999913" },
        "specialite": "03", "convention": "secteur_1",
    });
    body["parcours"]["orienteur"] =
        json!({ "rpps": CARDIOLOGUE, "nom": "ESSAI-DUVAL", "prenom": "NOÉ" });
    body["parcours"]["date_orientation"] = json!("2025-06-09");
    body["actes"][0]["serie"] = json!({ "date_prescription": "2025-06-09" });
    let refused = app.medecin(CARDIOLOGUE).post("/v1/feuilles-de-soins", body.clone()).await;
    refused.expect(422);
    let wrong: Vec<String> = refused.wrong_fields().into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        wrong,
        [
            "/actes/0/serie/date_prescription",
            "/parcours/date_orientation",
            "/parcours/orienteur/rpps"
        ]
    );
    body["parcours"]["orienteur"]["rpps"] = json!(MARTIN);
    body["parcours"]["date_orientation"] = json!("2025-06-08");
    body["actes"][0]["serie"] = json!({ "date_prescription": "2025-06-08" });
    let same_day = app.medecin(CARDIOLOGUE).post("/v1/feuilles-de-soins", body).await.expect(201);
    assert_eq!(letter(&same_day), "O");
}

#[tokio::test]
async fn with_several_acts_each_sentence_says_of_which_line_it_speaks() {
    let app = TestApp::new().await;
    let act = |base: i64| json!({ "code": "G", "honoraires_centimes": base, "base_remboursement_centimes": base });
    let body = json!({
        "date_soins": "2025-06-16",
        "patient": { "age": 45 },
        "medecin_traitant": "aucun",
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "actes": [act(3000), act(2300)],
    });
    let answer = app.anonymous().post("/v1/simulations", body).await.expect(200);
    let sentences: Vec<&str> =
        answer["explication"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let about = |line: &str, amount: &str| {
        sentences.iter().any(|s| s.starts_with(line) && s.contains(amount))
    };
    assert!(about("Ligne 1 : ", "10,60") && about("Ligne 2 : ", "9,20"), "{sentences:#?}");
    let shared = "Vous n'aviez pas de médecin traitant déclaré le jour des soins.";
    assert_eq!(sentences.iter().filter(|s| s.ends_with(shared)).count(), 1, "{sentences:#?}");
}
