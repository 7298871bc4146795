//! Dependants of one insured person: their cards differ by the birth date or by the rank, and each finds one person.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, Reply, cle, feuille, patient_id};
use crate::support::database::TestDatabase;
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, TROISIEME_NIR, act, merge, organisme, version};

const ANNA: &str = "220051305599182";
const EVA: &str = "220051305599281";
const IDA: &str = "120051305599333";

/// A child of Alice's, born on 5 May 2020.
fn child(nir: &str, prenom: &str, caisse: &str) -> Value {
    json!({
        "identifiant": { "type": "nir", "valeur": nir },
        "ouvrant_droit": cle("ALICE")["identifiant"],
        "nom": "ESSAI-FAURE", "prenom": prenom, "date_naissance": "2020-05-05",
        "organisme": organisme(caisse), "affilie_du": "2020-05-05",
    })
}

fn ranked(mut body: Value, rang: u8) -> Value {
    body["rang"] = json!(rang);
    body
}

/// The card of a child: the number of Alice.
fn card(rang: u8) -> Value {
    ranked(
        json!({ "identifiant": cle("ALICE")["identifiant"], "date_naissance": "2020-05-05" }),
        rang,
    )
}

async fn register(app: &TestApp, body: Value) -> Reply {
    let (regime, caisse) = (&body["organisme"]["regime"], &body["organisme"]["caisse"]);
    let centre = &body["organisme"]["centre"];
    let organisme = [regime, caisse, centre].map(|part| part.as_str().unwrap()).concat();
    app.caisse(&organisme).post("/v1/patients", body).await
}

async fn registered(app: &TestApp, body: Value) -> String {
    register(app, body).await.expect(201)["patient_id"].as_str().unwrap().to_owned()
}

/// Who is found by the card of a rank: by their caisse, and by a doctor.
async fn found(app: &TestApp, caisse: &str, rang: u8) -> Value {
    let search = "/v1/patients/recherche";
    let own = app.caisse(caisse).post(search, card(rang)).await.expect(200);
    let read = app.medecin(MARTIN).post(search, card(rang)).await.expect(200);
    assert_eq!(own, read);
    own["patient_id"].clone()
}

fn taken(pointer: &str) -> [(String, String); 1] {
    [(pointer.to_owned(), "rang_pris".to_owned())]
}

/// The feuille of the child of a rank.
fn sheet(rang: u8) -> Value {
    let mut sheet = feuille("GABRIEL", "1", "2025-06-12", json!("T"));
    sheet["beneficiaire"].as_object_mut().unwrap().remove("identifiant_individuel");
    sheet["beneficiaire"]["date_naissance"] = json!("2020-05-05");
    sheet["beneficiaire"]["rang"] = json!(rang);
    sheet
}

#[tokio::test]
async fn a_second_dependant_with_the_same_card_is_refused_by_name() {
    let app = TestApp::new().await;
    let anna = registered(&app, child(ANNA, "ANNA", BOUCHES_DU_RHONE)).await;
    let eva = registered(&app, ranked(child(EVA, "ÉVA", BOUCHES_DU_RHONE), 2)).await;
    // Without a rank, Ida would be found in the place of Anna.
    let refused = register(&app, child(IDA, "IDA", BOUCHES_DU_RHONE)).await;
    assert_eq!(refused.wrong_fields(), taken("/rang"));
    assert!(String::from_utf8_lossy(&refused.body).contains(&anna));
    assert_eq!(found(&app, BOUCHES_DU_RHONE, 1).await, anna);
    assert_eq!(found(&app, BOUCHES_DU_RHONE, 2).await, eva);
    app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet(1)).await.expect(201);
    let ida = registered(&app, ranked(child(IDA, "IDA", BOUCHES_DU_RHONE), 3)).await;
    assert_eq!(found(&app, BOUCHES_DU_RHONE, 3).await, ida);
}

#[tokio::test]
async fn a_dependant_born_on_the_day_of_the_insured_person_has_another_rank() {
    let app = TestApp::new().await;
    let mut body = child(ANNA, "ANNA", BOUCHES_DU_RHONE);
    body["date_naissance"] = cle("ALICE")["date_naissance"].clone();
    body["affilie_du"] = json!("2015-01-01");
    assert_eq!(register(&app, body.clone()).await.wrong_fields(), taken("/rang"));
    registered(&app, ranked(body, 2)).await;
    let alice = app.medecin(MARTIN).post("/v1/patients/recherche", cle("ALICE")).await.expect(200);
    assert_eq!(alice["patient_id"], patient_id("ALICE").to_string());
    // And the other way round: an insured person born on the day of the dependant whose number they take.
    let mut other = child(EVA, "ÉVA", BOUCHES_DU_RHONE);
    other["ouvrant_droit"] = json!({ "type": "nir", "valeur": TROISIEME_NIR });
    registered(&app, other).await;
    let mut insured = child(TROISIEME_NIR, "PARENT", BOUCHES_DU_RHONE);
    insured.as_object_mut().unwrap().remove("ouvrant_droit");
    assert_eq!(register(&app, insured).await.wrong_fields(), taken("/rang"));
}

#[tokio::test]
async fn another_number_does_not_make_two_cards_the_same() {
    let app = TestApp::new().await;
    registered(&app, child(ANNA, "ANNA", BOUCHES_DU_RHONE)).await;
    let mut other = child(EVA, "ÉVA", BOUCHES_DU_RHONE);
    other["ouvrant_droit"] = json!({ "type": "nir", "valeur": TROISIEME_NIR });
    let eva = registered(&app, other).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let number = cle("ALICE")["identifiant"].clone();
    let change =
        json!({ "usage": "ouvrant_droit", "identifiant": number, "effet_du": "2025-06-01" });
    let correct = json!({
        "usage": "ouvrant_droit", "identifiant": number, "motif": "erreur_de_saisie"
    });
    for (path, body) in
        [("changements-d-identifiant", change), ("rectifications-d-identifiant", correct)]
    {
        let refused = act(&caisse, &eva, path, body).await;
        assert_eq!(refused.wrong_fields(), taken("/identifiant"), "{path}");
    }
    assert_eq!(version(&caisse, &eva).await, 1);
    // One's own card is no obstacle.
    let ends = json!({ "usage": "ouvrant_droit", "effet_du": "2025-06-01" });
    act(&caisse, &eva, "changements-d-identifiant", ends).await.expect(200);
    let number = json!({ "type": "nir", "valeur": TROISIEME_NIR });
    let back = json!({ "usage": "ouvrant_droit", "identifiant": number, "effet_du": "2025-06-02" });
    act(&caisse, &eva, "changements-d-identifiant", back).await.expect(200);
}

#[tokio::test]
async fn a_record_that_is_split_gives_another_card() {
    let app = TestApp::new().await;
    let anna = registered(&app, child(ANNA, "ANNA", BOUCHES_DU_RHONE)).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let split = |patient: Value| json!({ "patient": patient, "declarations": [], "feuilles": [], "motif": "collision" });
    let eva = child(EVA, "ÉVA", BOUCHES_DU_RHONE);
    let refused = act(&caisse, &anna, "scissions", split(eva.clone())).await;
    assert_eq!(refused.wrong_fields(), taken("/patient/rang"));
    act(&caisse, &anna, "scissions", split(ranked(eva, 2))).await.expect(201);
    assert_eq!(found(&app, BOUCHES_DU_RHONE, 1).await, anna);
}

#[tokio::test]
async fn the_card_of_a_merged_record_stays_taken() {
    let app = TestApp::new().await;
    let anna = registered(&app, child(ANNA, "ANNA", BOUCHES_DU_RHONE)).await;
    let twin = registered(&app, ranked(child(EVA, "ANNA", BOUCHES_DU_RHONE), 2)).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    merge(&caisse, &anna, &twin).await;
    assert_eq!(found(&app, BOUCHES_DU_RHONE, 2).await, anna);
    let refused = register(&app, ranked(child(IDA, "IDA", BOUCHES_DU_RHONE), 2)).await;
    assert_eq!(refused.wrong_fields(), taken("/rang"));
}

/// Sixteen children of one card at the same moment: one has it, the others are refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_card_goes_to_one_person_even_at_the_same_moment() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let sending: Vec<_> = (1..=16_u64)
        .map(|order| {
            let app = Arc::clone(&app);
            let number = 2_200_513_055_700 + order;
            let nir = format!("{number}{:02}", 97 - number % 97);
            tokio::spawn(async move {
                let body = child(&nir, "ENFANT", BOUCHES_DU_RHONE);
                register(&app, body).await.status.as_u16()
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for sent in sending {
        statuses.push(sent.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (201, &[422; 15][..]));
    found(&app, BOUCHES_DU_RHONE, 1).await;
}

#[tokio::test]
async fn a_card_known_elsewhere_takes_nobody_s_place() {
    let app = TestApp::new().await;
    let anna = registered(&app, child(ANNA, "ANNA", BOUCHES_DU_RHONE)).await;
    // Nothing says that there is somebody.
    let ida = registered(&app, child(IDA, "IDA", AIN)).await;
    assert_eq!(found(&app, BOUCHES_DU_RHONE, 1).await, anna);
    let own = app.caisse(AIN).post("/v1/patients/recherche", card(1)).await.expect(200);
    assert_eq!(own["patient_id"], ida);
    let told: Value =
        sqlx::query_scalar("SELECT donnees FROM evenement WHERE nature = 'patient.numero_dispute'")
            .fetch_one(&app.database.pool(1).await)
            .await
            .unwrap();
    assert_eq!(told, json!({ "destinataire": "01131" }));
    let disputed = async |caisse: &str, id: &str| {
        let read = app.caisse(caisse).get(&format!("/v1/patients/{id}")).await.expect(200);
        !read["numero_dispute_depuis"].is_null()
    };
    assert!(disputed(BOUCHES_DU_RHONE, &anna).await);
    assert!(!disputed(AIN, &ida).await);
    // The number of the parent is disputed by nobody.
    assert!(!disputed(BOUCHES_DU_RHONE, &patient_id("ALICE").to_string()).await);
    assert!(!disputed(BOUCHES_DU_RHONE, &patient_id("GABRIEL").to_string()).await);
}

/// Anna, and Ida whom her caisse takes over with the same card.
async fn two_under_one_card(app: &TestApp) -> [String; 2] {
    let anna = registered(app, child(ANNA, "ANNA", BOUCHES_DU_RHONE)).await;
    let ida = registered(app, child(IDA, "IDA", AIN)).await;
    let mut body = child(IDA, "IDA", BOUCHES_DU_RHONE);
    body["affilie_du"] = json!("2025-06-01");
    app.caisse(BOUCHES_DU_RHONE).post("/v1/mutations", body).await.expect(201);
    let mut both = [anna, ida];
    both.sort();
    both
}

#[tokio::test]
async fn several_under_one_card_are_told_to_who_may_see_each() {
    let app = TestApp::new().await;
    let both = two_under_one_card(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let ambiguous = caisse.post("/v1/patients/recherche", card(1)).await;
    assert_eq!(ambiguous.problem(409), "patient_ambigu");
    let said = ambiguous.expect(409)["detail"].as_str().unwrap().to_owned();
    assert!(said.contains(&both.join(" et ")), "{said}");
    assert_eq!(ambiguous.resources(409), both.clone().map(|id| format!("/v1/patients/{id}")));
    let asked = caisse.post("/v1/medecins-traitants/consultation", card(1)).await;
    assert_eq!(asked.problem(409), "patient_ambigu");
    let wrong = |pointer: &str| [(pointer.to_owned(), "patient_ambigu".to_owned())];
    let choice = json!({ "patient": card(1), "medecins": [{ "rpps": MARTIN }] });
    let previewed = caisse.post("/v1/declarations/apercu", choice).await;
    assert_eq!(previewed.wrong_fields(), wrong("/patient"));
    let sent = caisse.post("/v1/feuilles-de-soins", sheet(1)).await;
    assert_eq!(sent.wrong_fields(), wrong("/beneficiaire"));
    // Each is found by their own number, and a doctor finds who had the card first.
    for nir in [ANNA, IDA] {
        let own = json!({ "identifiant": { "type": "nir", "valeur": nir }, "date_naissance": "2020-05-05" });
        app.medecin(MARTIN).post("/v1/patients/recherche", own).await.expect(200);
    }
    app.medecin(MARTIN).post("/v1/patients/recherche", card(1)).await.expect(200);
    // The caisse of before finds the one that was its own; another learns nothing.
    app.caisse(AIN).post("/v1/patients/recherche", card(1)).await.expect(200);
    let elsewhere = app.caisse("017510000").post("/v1/patients/recherche", card(1)).await;
    assert_eq!(elsewhere.problem(404), "introuvable");
}

#[tokio::test]
async fn an_ambiguity_of_before_is_told_to_a_doctor_too() {
    let app = TestApp::new().await;
    two_under_one_card(&app).await;
    // As it was written before cards were compared: not contested.
    let database = app.database.pool(1).await;
    sqlx::query(
        "INSERT INTO identifiant_patient
         SELECT patient_id, gen_random_uuid(), nature, 'individuel', empreinte, valeur_chiffree, false,
                daterange('1990-01-01', '1990-01-02'), enregistre_le, NULL
         FROM identifiant_patient WHERE usage = 'ouvrant_droit' AND conteste",
    )
    .execute(&database)
    .await
    .unwrap();
    let doctor = app.medecin(MARTIN);
    let found = doctor.post("/v1/patients/recherche", card(1)).await;
    assert_eq!(found.problem(409), "patient_ambigu");
    let sent = doctor.post("/v1/feuilles-de-soins", sheet(1)).await;
    assert_eq!(sent.wrong_fields(), [("/beneficiaire".to_owned(), "patient_ambigu".to_owned())]);
    assert_eq!(doctor.post("/v1/patients/recherche", card(2)).await.problem(404), "introuvable");
}
