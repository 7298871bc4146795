//! A patient finds no médecin traitant: the caisse helps, and counts how long people wait.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, choix, patient_id};
use crate::support::database::TestDatabase;

mod attente;

const LOCUM: &str = "99900005044";
/// The caisse of ALICE, GABRIEL and HUGO, and that of BERNARD.
const CAISSE: &str = "011310000";
const AUTRE: &str = "010110000";

fn path(prenom: &str) -> String {
    format!("/v1/patients/{}/conciliations", patient_id(prenom))
}

fn field(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

/// A person changes of caisse on 1 July 2025.
pub(crate) async fn moves(app: &TestApp, prenom: &str, (from, to): (&str, &str)) {
    let pool = app.database.pool(1).await;
    let patient = patient_id(prenom).uuid();
    sqlx::query("UPDATE affiliation SET remplace_le = '2025-06-30' WHERE patient_id = $1")
        .bind(patient)
        .execute(&pool)
        .await
        .unwrap();
    let both = [(1_u128, from, "[1900-01-01,2025-07-01)"), (2, to, "[2025-07-01,)")];
    for (number, organisme, effet) in both {
        sqlx::query(
            "INSERT INTO affiliation VALUES ($1, $2, $3, $4::daterange, '2025-06-30', NULL)",
        )
        .bind(patient)
        .bind(uuid::Uuid::from_u128(number))
        .bind(organisme)
        .bind(effet)
        .execute(&pool)
        .await
        .unwrap();
    }
}

async fn open(app: &TestApp, prenom: &str) -> String {
    // A parent for the child.
    let speaks = if prenom == "GABRIEL" { "ALICE" } else { prenom };
    let body = json!({ "commune": "13055" });
    let created = app.patient(speaks).post(&path(prenom), body).await.expect(201);
    format!("/v1/conciliations/{}", created["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_patient_asks_doctors_are_contacted_and_one_agrees() {
    let app = TestApp::new().await;
    let alice = app.patient("ALICE");
    let reply = alice.post(&path("ALICE"), json!({ "commune": "13055" })).await;
    let created = reply.expect(201);
    let file = format!("/v1/conciliations/{}", created["id"].as_str().unwrap());
    assert_eq!((reply.header("location"), reply.header("etag")), (file.as_str(), "\"1\""));
    assert_eq!(created["etat"], "ouverte");
    assert_eq!(created["demandee_par"], "patient");
    assert_eq!(created["organisme"], json!({ "regime": "01", "caisse": "131", "centre": "0000" }));
    assert_eq!(created["actions"], json!(["contacter", "trouver", "abandonner"]));
    app.on("2025-06-20");
    let (alice, caisse) = (app.patient("ALICE"), app.caisse(CAISSE));
    let asked = caisse
        .post_on(
            &format!("{file}/contacts"),
            1,
            json!({ "rpps": MARTIN, "contacte_le": "2025-06-18" }),
        )
        .await
        .expect(200);
    assert_eq!(
        (&asked["version"], &asked["contacts"][0]["reponse"]),
        (&json!(2), &json!("attendue"))
    );
    assert_eq!(asked["contacts"][0]["par"], "caisse");
    assert_eq!(
        asked["actions"],
        json!(["contacter", "repondre", "trouver", "abandonner", "clore"])
    );
    let silent = json!({
        "contact_id": asked["contacts"][0]["id"], "reponse": "sans_reponse", "repondu_le": "2025-06-19",
    });
    caisse.post_on(&format!("{file}/reponses"), 2, silent).await.expect(200);
    let late = json!({ "contact_id": asked["contacts"][0]["id"], "reponse": "refus" });
    let answered = alice.post_on(&format!("{file}/reponses"), 3, late.clone()).await.expect(200);
    assert_eq!(answered["contacts"][0]["reponse"], "refus");
    assert_eq!(answered["contacts"][0]["repondu_le"], "2025-06-20");
    let twice = alice.post_on(&format!("{file}/reponses"), 4, late).await;
    assert_eq!(twice.problem(409), "transition_interdite");
    app.on("2025-07-01");
    let found = app
        .caisse(CAISSE)
        .post_on(&format!("{file}/medecin-trouve"), 4, json!({ "rpps": PONS }))
        .await
        .expect(200);
    assert_eq!((&found["etat"], &found["medecin"]), (&json!("medecin_trouve"), &json!(PONS)));
    assert_eq!(
        (&found["terminee_le"], &found["jours_d_attente"]),
        (&json!("2025-07-01"), &json!(15))
    );
    assert_eq!(found["actions"], json!([]));
    app.on("2025-08-01");
    let later = app.patient("ALICE").get(&file).await.expect(200);
    assert_eq!(later["jours_d_attente"], 15);
    let events = app.events().await;
    let own: Vec<&str> =
        events.iter().filter_map(|one| one.strip_prefix("conciliation.")).collect();
    assert_eq!(own, ["ouverte", "contact", "reponse", "reponse", "medecin_trouve"]);
}

/// Who refused is not whom the search found, until he says so himself.
#[tokio::test]
async fn a_doctor_who_refused_is_not_found() {
    let app = TestApp::new().await;
    let file = open(&app, "ALICE").await;
    let caisse = app.caisse(CAISSE);
    let found = json!({ "rpps": MARTIN });
    let contact = |answer: &str| json!({ "rpps": MARTIN, "reponse": answer });
    let contacts = format!("{file}/contacts");
    caisse.post_on(&contacts, 1, contact("refus")).await.expect(200);
    let refused = caisse.post_on(&format!("{file}/medecin-trouve"), 2, found.clone()).await;
    refused.expect(422);
    assert_eq!(refused.wrong_fields(), field("/rpps", "medecin_refuse"));
    caisse.post_on(&contacts, 2, contact("accord")).await.expect(200);
    let ended = caisse.post_on(&format!("{file}/medecin-trouve"), 3, found).await.expect(200);
    assert_eq!(ended["medecin"], MARTIN);
}

#[tokio::test]
async fn one_search_at_a_time_and_another_one_afterwards() {
    let app = TestApp::new().await;
    let file = open(&app, "ALICE").await;
    let body = json!({ "commune": "13055" });
    for caller in [app.patient("ALICE"), app.caisse(CAISSE)] {
        let second = caller.post(&path("ALICE"), body.clone()).await;
        assert_eq!(second.problem(409), "conciliation_ouverte");
    }
    let gone = app.patient("ALICE").post_on(&format!("{file}/abandon"), 1, json!({})).await;
    assert_eq!(gone.expect(200)["etat"], "abandonnee");
    app.on("2025-06-17");
    let next = open(&app, "ALICE").await;
    let list = app.patient("ALICE").get(&path("ALICE")).await.expect(200);
    let addresses: Vec<String> = list["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("/v1/conciliations/{}", one["id"].as_str().unwrap()))
        .collect();
    assert_eq!(addresses, [next, file]);
}

/// Of sixteen requests at the same moment, one opens the search.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_requests_open_one_search() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let opening: Vec<_> = (0..16)
        .map(|number| {
            let app = std::sync::Arc::clone(&app);
            tokio::spawn(async move {
                let caller =
                    if number % 2 == 0 { app.patient("ALICE") } else { app.caisse(CAISSE) };
                let body = json!({ "commune": "13055" });
                caller.post(&path("ALICE"), body).await.status.as_u16()
            })
        })
        .collect();
    let mut opened = 0;
    for one in opening {
        match one.await.unwrap() {
            201 => opened += 1,
            other => assert_eq!(other, 409),
        }
    }
    assert_eq!(opened, 1);
}

/// The database itself refuses a second open search, whatever the program does.
#[tokio::test]
async fn the_database_refuses_two_open_searches() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(1).await;
    let mut refused = None;
    for number in 1..=2 {
        let id = uuid::Uuid::from_u128(number);
        sqlx::query(
            "INSERT INTO conciliation VALUES ($1, $2, '011310000', '13055', 'patient', '2025-06-16',
             '2025-06-16')",
        )
        .bind(patient_id("ALICE").uuid())
        .bind(id)
        .execute(&pool)
        .await
        .unwrap();
        refused = sqlx::query(
            "INSERT INTO etat_conciliation VALUES ($1, $2, 1, 'ouverte', NULL, NULL, '2025-06-16', NULL)",
        )
        .bind(patient_id("ALICE").uuid())
        .bind(id)
        .execute(&pool)
        .await
        .err();
    }
    let error = refused.unwrap();
    let constraint = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    assert_eq!(constraint, Some("etat_conciliation_ouverte"));
}

#[tokio::test]
async fn it_is_between_the_patient_and_the_present_caisse() {
    let app = TestApp::new().await;
    let file = open(&app, "ALICE").await;
    for path in [&file, &path("ALICE")] {
        for inside in [app.patient("ALICE"), app.caisse(CAISSE)] {
            assert_eq!(inside.get(path).await.status, 200, "{path}");
        }
        for outside in [app.patient("BERNARD"), app.caisse(AUTRE)] {
            assert_eq!(outside.get(path).await.problem(404), "introuvable", "{path}");
        }
        // A doctor, contacted or not, has no part in it.
        assert_eq!(app.medecin(MARTIN).get(path).await.problem(403), "role_interdit");
    }
    let body = json!({ "commune": "13055" });
    assert_eq!(app.medecin(MARTIN).post(&path("ALICE"), body.clone()).await.status, 403);
    assert_eq!(app.caisse(AUTRE).post(&path("ALICE"), body.clone()).await.status, 404);
    assert_eq!(app.patient("BERNARD").post(&path("ALICE"), body).await.status, 404);
    // The patient gives up; only the caisse says that it looked in vain.
    let vain = app.patient("ALICE").post_on(&format!("{file}/cloture"), 1, json!({})).await;
    assert_eq!(vain.problem(403), "role_interdit");
    let closed = app.caisse(CAISSE).post_on(&format!("{file}/cloture"), 1, json!({})).await;
    assert_eq!(closed.expect(200)["etat"], "close");
    let read = app.patient("ALICE").get(&file).await;
    assert_eq!(read.version_lue(), "2");
    let etag = [("if-none-match", read.header("etag"))];
    let known = app.patient("ALICE").request("GET", &file, &etag, None).await;
    assert_eq!(known.status, 304);
    let read = app.patient("ALICE").get("/v1/moi/acces").await.expect(200).to_string();
    assert!(read.contains("conciliation.lire") && read.contains("conciliation.lister"));
}

#[tokio::test]
async fn a_caisse_of_before_reads_the_search_of_its_time_and_acts_no_more() {
    let app = TestApp::new().await;
    let file = open(&app, "ALICE").await;
    moves(&app, "ALICE", (CAISSE, AUTRE)).await;
    app.on("2025-07-02");
    let (before, now) = (app.caisse(CAISSE), app.caisse(AUTRE));
    assert_eq!(before.get(&file).await.expect(200)["actions"], json!([]));
    let contact = json!({ "rpps": MARTIN });
    let late = before.post_on(&format!("{file}/contacts"), 1, contact.clone()).await;
    assert_eq!(late.problem(403), "role_interdit");
    now.post_on(&format!("{file}/contacts"), 1, contact).await.expect(200);
    now.post_on(&format!("{file}/abandon"), 2, json!({})).await.expect(200);
    let body = json!({ "commune": "01004" });
    let next = now.post(&path("ALICE"), body).await.expect(201);
    let next = format!("/v1/conciliations/{}", next["id"].as_str().unwrap());
    assert_eq!(before.get(&next).await.problem(404), "introuvable");
    let list = before.get(&path("ALICE")).await.expect(200);
    assert_eq!(list["donnees"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn dates_and_doctors_are_checked() {
    let app = TestApp::new().await;
    let patient = app.patient("ALICE");
    let own = json!({ "commune": "13055", "demandee_le": "2025-06-01" });
    let dated = patient.post(&path("ALICE"), own.clone()).await;
    assert_eq!(dated.wrong_fields(), field("/demandee_le", "non_applicable"));
    let caisse = app.caisse(CAISSE);
    let future = json!({ "commune": "13055", "demandee_le": "2025-06-17" });
    let refused = caisse.post(&path("ALICE"), future).await;
    assert_eq!(refused.wrong_fields(), field("/demandee_le", "date_future"));
    let created = caisse.post(&path("ALICE"), own).await.expect(201);
    assert_eq!(
        (&created["demandee_par"], &created["jours_d_attente"]),
        (&json!("caisse"), &json!(15))
    );
    let file = format!("/v1/conciliations/{}", created["id"].as_str().unwrap());
    let cases = [
        (json!({ "rpps": "99900008014" }), "/rpps", "medecin_inconnu"),
        (json!({ "rpps": MARTIN, "contacte_le": "2025-06-17" }), "/contacte_le", "date_future"),
        (
            json!({ "rpps": MARTIN, "reponse": "refus", "repondu_le": "2025-06-17" }),
            "/repondu_le",
            "date_future",
        ),
        (
            json!({ "rpps": MARTIN, "contacte_le": "2025-06-10", "reponse": "refus",
                    "repondu_le": "2025-06-09" }),
            "/repondu_le",
            "avant_contact",
        ),
        (json!({ "rpps": MARTIN, "repondu_le": "2025-06-16" }), "/repondu_le", "non_applicable"),
        (
            json!({ "rpps": MARTIN, "declaration_id": "0192f0c4-0000-7000-8000-000000000001" }),
            "/declaration_id",
            "declaration_non_refusee",
        ),
    ];
    for (body, pointer, code) in cases {
        let reply = caisse.post_on(&format!("{file}/contacts"), 1, body.clone()).await;
        assert_eq!(reply.wrong_fields(), field(pointer, code), "{body}");
    }
    let unknown = json!({
        "contact_id": "0192f0c4-0000-7000-8000-000000000001", "reponse": "refus",
    });
    let reply = caisse.post_on(&format!("{file}/reponses"), 1, unknown).await;
    assert_eq!(reply.wrong_fields(), field("/contact_id", "contact_inconnu"));
    // Who agreed must be somebody whom the patient can declare.
    let locum =
        caisse.post_on(&format!("{file}/medecin-trouve"), 1, json!({ "rpps": LOCUM })).await;
    assert_eq!(locum.wrong_fields(), field("/rpps", "medecin_non_designable"));
    let blind = caisse.post(&format!("{file}/abandon"), json!({})).await;
    assert_eq!(blind.problem(428), "version_absente");
    let stale = caisse.post_on(&format!("{file}/abandon"), 2, json!({})).await;
    assert_eq!(stale.problem(412), "version_perimee");
    caisse.post_on(&format!("{file}/cloture"), 1, json!({})).await.expect(200);
    for (transition, body) in [
        ("contacts", json!({ "rpps": MARTIN })),
        ("medecin-trouve", json!({ "rpps": MARTIN })),
        ("abandon", json!({})),
        ("cloture", json!({})),
    ] {
        let late = caisse.post_on(&format!("{file}/{transition}"), 2, body).await;
        assert_eq!(late.problem(409), "transition_interdite", "{transition}");
    }
}

#[tokio::test]
async fn a_refused_declaration_is_an_answer_by_itself() {
    let app = TestApp::new().await;
    let file = open(&app, "ALICE").await;
    let alice = app.patient("ALICE");
    let declare = async |rpps: &str| {
        let mut body = choix("ALICE", rpps);
        body["patient"] = json!({ "id": patient_id("ALICE").to_string() });
        alice.post("/v1/declarations", body).await.expect(201)["id"].clone()
    };
    let (refused, pending) = (declare(MARTIN).await, declare(PONS).await);
    app.on("2025-06-19");
    let refusal = format!("/v1/declarations/{}/refus", refused.as_str().unwrap());
    app.medecin(MARTIN).post_on(&refusal, 1, json!({})).await.expect(200);
    app.on("2025-06-25");
    let alice = app.patient("ALICE");
    let contacts = format!("{file}/contacts");
    let cite = |rpps: &str, id: &Value| json!({ "rpps": rpps, "declaration_id": id });
    for body in [cite(PONS, &pending), cite(CARDIOLOGUE, &refused)] {
        let reply = alice.post_on(&contacts, 1, body).await;
        assert_eq!(reply.wrong_fields(), field("/declaration_id", "declaration_non_refusee"));
    }
    let mut contrary = cite(MARTIN, &refused);
    contrary["reponse"] = json!("accord");
    let reply = alice.post_on(&contacts, 1, contrary).await;
    assert_eq!(reply.wrong_fields(), field("/reponse", "contradictoire"));
    let cited = alice.post_on(&contacts, 1, cite(MARTIN, &refused)).await.expect(200);
    let contact = &cited["contacts"][0];
    assert_eq!(
        (&contact["contacte_le"], &contact["repondu_le"]),
        (&json!("2025-06-16"), &json!("2025-06-19"))
    );
    assert_eq!((&contact["reponse"], &contact["declaration_id"]), (&json!("refus"), &refused));
    // The refusal is written in the file of the search, and nowhere in the parcours.
    let timeline = format!("/v1/patients/{}/designations", patient_id("ALICE"));
    assert_eq!(alice.get(&timeline).await.expect(200)["donnees"], json!([]));
}
