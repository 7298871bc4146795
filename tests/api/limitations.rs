//! Limiting the processing of a person's data (RGPD, art. 18): what goes on, what waits, and who is told.

use serde_json::json;

use crate::droits::fil::follow;
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, choix, cle, feuille, patient_id, signature};
use crate::support::vie::{AIN, act, organisme, version};

#[tokio::test]
async fn a_limitation_leaves_the_person_their_care_and_their_rights_and_stops_the_rest() {
    let app = TestApp::new().await;
    let (caisse, martin, bernard) = (app.caisse(AIN), app.medecin(MARTIN), app.patient("BERNARD"));
    let id = patient_id("BERNARD").to_string();
    let path = |what: &str| format!("/v1/patients/{id}{what}");
    martin.get(&path("")).await.expect(200);
    let limited =
        act(&caisse, &id, "limitations", json!({ "motif": "exactitude_contestee" })).await;
    let limited = limited.expect(200);
    assert_eq!(limited["limitation"]["motif"], "exactitude_contestee");
    let actions = limited["actions"].as_array().unwrap();
    assert!(
        actions.contains(&json!("lever_limitation")) && !actions.contains(&json!("fusionner")),
        "{actions:?}"
    );

    // What waits: readings of those who do not answer for the file.
    for asked in ["", "/designations", "/declarations"] {
        assert_eq!(martin.get(&path(asked)).await.problem(409), "traitement_limite", "{asked}");
    }
    // What goes on: the card that the person holds out, their care, themselves, and their caisse, which verifies.
    app.medecin(PONS).post("/v1/medecins-traitants/consultation", cle("BERNARD")).await.expect(200);
    let care = feuille("BERNARD", "1", "2025-03-10", json!("T"));
    martin.post("/v1/feuilles-de-soins", care).await.expect(201);
    assert_eq!(bernard.get(&path("")).await.expect(200)["limitation"], limited["limitation"]);
    bernard.get(&path("/designations")).await.expect(200);
    let whole = bernard.get(&path("/dossier-complet")).await.expect(200);
    let kept =
        whole["rubriques"].as_array().unwrap().iter().find(|one| one["rubrique"] == "limitation");
    assert_eq!(kept.unwrap()["lignes"][0]["motif"], "exactitude_contestee");
    let right = json!({ "prenom": "BERNARD-ESSAI", "motif": "etat_civil" });
    act(&caisse, &id, "rectifications-d-identite", right).await.expect(200);
    let told = bernard.get("/v1/evenements?nature=patient.limite").await.expect(200);
    assert_eq!(told["donnees"].as_array().unwrap().len(), 1, "{told}");

    // Once only, and lifted once the person was told.
    let again = act(&caisse, &id, "limitations", json!({ "motif": "opposition" })).await;
    assert_eq!(again.problem(422), "champs_invalides");
    let tomorrow = json!({ "personne_informee_le": "2025-06-17" });
    let early = act(&caisse, &id, "limitations/levee", tomorrow).await;
    assert_eq!(early.problem(422), "champs_invalides");
    let today = || json!({ "personne_informee_le": "2025-06-16" });
    let lifted = act(&caisse, &id, "limitations/levee", today()).await.expect(200);
    assert!(lifted.get("limitation").is_none_or(serde_json::Value::is_null), "{lifted}");
    martin.get(&path("")).await.expect(200);
    let over = act(&caisse, &id, "limitations/levee", today()).await;
    assert_eq!(over.problem(409), "transition_interdite");
    assert!(version(&caisse, &id).await > 3);
}

#[tokio::test]
async fn what_waits_is_not_read_by_its_id_either() {
    let app = TestApp::new().await;
    let (martin, bernard) = (app.medecin(MARTIN), app.patient("BERNARD"));
    let id = patient_id("BERNARD").to_string();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let declarations =
        martin.get(&format!("/v1/patients/{id}/declarations")).await.expect(200)["donnees"].clone();
    let declaration = format!("/v1/declarations/{}", text(&declarations[0]["id"]));
    let sheet = martin.post("/v1/feuilles-de-soins", feuille("BERNARD", "1", "2025-03-10", "T"));
    let sheet = text(&sheet.await.expect(201)["id"]);
    let referral =
        json!({ "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }] });
    let referral =
        martin.post(&format!("/v1/patients/{id}/adressages"), referral).await.expect(201);
    let referral = format!("/v1/adressages/{}", text(&referral["id"]));
    // The person leaves their caisse, which keeps what was of its time.
    let leaves = json!({ "organisme": organisme("029150000"), "effet_du": "2025-06-16" });
    act(&app.caisse(AIN), &id, "changements-d-organisme", leaves).await.expect(200);
    let (former, present) = (app.caisse(AIN), app.caisse("029150000"));
    let things = [
        declaration.clone(),
        format!("{declaration}/formulaire.pdf"),
        format!("/v1/declarations/numeros/{}", text(&declarations[0]["numero"])),
        format!("/v1/feuilles-de-soins/{sheet}"),
        referral.clone(),
        format!("/fhir/r4/Claim/{sheet}"),
        format!("/fhir/r4/ClaimResponse/{sheet}"),
    ];
    for path in things.iter().filter(|path| **path != referral) {
        former.get(path).await;
        assert_eq!(former.get(path).await.status, 200, "{path}");
    }
    act(&present, &id, "limitations", json!({ "motif": "opposition" })).await.expect(200);
    for path in &things {
        assert_eq!(martin.get(path).await.status, 409, "{path}");
        assert_eq!(present.get(path).await.status, 200, "{path}");
        assert_eq!(bernard.get(path).await.status, 200, "{path}");
        if *path != referral {
            assert_eq!(former.get(path).await.status, 409, "{path}");
        }
    }
    assert_eq!(app.medecin(CARDIOLOGUE).get(&referral).await.problem(409), "traitement_limite");
    let told = format!("/v1/feuilles-de-soins/{sheet}/evaluations/1/instruction");
    assert_eq!(former.get(&told).await.problem(409), "traitement_limite");
    let asked = former.post("/v1/medecins-traitants/consultation", cle("BERNARD")).await;
    assert_eq!(asked.problem(409), "traitement_limite");

    // Whose signature the person waits for reads what he is to sign, and nobody else does.
    let made = bernard.post("/v1/declarations", choix("BERNARD", PONS)).await.expect(201);
    let waiting = format!("/v1/declarations/{}", text(&made["id"]));
    let signed = signature("assure", "franceconnect", &text(&made["contenu_sha256"]));
    bernard.post_on(&format!("{waiting}/signatures"), 1, signed).await.expect(200);
    let pons = app.medecin(PONS);
    let digest = text(&pons.get(&waiting).await.expect(200)["contenu_sha256"]);
    assert_eq!(martin.get(&waiting).await.status, 404);
    let signed = signature("medecin", "pro_sante_connect", &digest);
    assert_eq!(
        pons.post_on(&format!("{waiting}/signatures"), 2, signed).await.expect(200)["etat"],
        "active"
    );
    assert_eq!(pons.get(&waiting).await.problem(409), "traitement_limite");
}

/// The feed still says that something happened, and leads nowhere that a limitation keeps its reader from.
#[tokio::test]
async fn the_feed_of_a_doctor_leads_to_nothing_that_a_limitation_keeps_from_him() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let care = feuille("BERNARD", "1", "2025-03-10", json!("T"));
    app.medecin(MARTIN).post("/v1/feuilles-de-soins", care.clone()).await.expect(201);
    let mut other = care.clone();
    other["numero_facture"] = json!("2");
    app.medecin(MARTIN).send_ndjson("/v1/feuilles-de-soins/lots", &other.to_string()).await;
    let path = format!("/v1/evenements?limite=100&personne={id}");
    let read = async || {
        let page = app.medecin(MARTIN).get(&path).await.expect(200);
        let all = page["donnees"].as_array().unwrap().clone();
        let leads = all.iter().filter(|one| one["lien"].is_string());
        let leads = leads.filter(|one| one["lien"] != "/v1/moi/patients/mouvements").count();
        (all.len(), leads)
    };
    let (known, leads) = read().await;
    assert!(leads >= 3 && known > leads, "{known} {leads}");
    let motif = json!({ "motif": "exactitude_contestee" });
    act(&app.caisse(AIN), &id, "limitations", motif).await.expect(200);
    assert_eq!(read().await, (known, 0));
    let mut wrong = Vec::new();
    follow(&app.medecin(MARTIN), "Martin", &mut wrong).await;
    assert!(wrong.is_empty(), "{wrong:?}");
    let told = json!({ "personne_informee_le": "2025-06-16" });
    act(&app.caisse(AIN), &id, "limitations/levee", told).await.expect(200);
    assert_eq!(read().await, (known, leads));
}
