//! The life of a declaration of an adult with one doctor.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, choix, paper, patient_id, signature};

/// The periods of a timeline: doctor, first day, end, motive.
fn periods(timeline: &Value) -> Vec<(String, String, Option<String>, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    timeline["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            (
                text(&d["medecins"][0]["rpps"]).unwrap(),
                text(&d["effet_du"]).unwrap(),
                text(&d["effet_au"]),
                text(&d["motif_fin_snds"]),
            )
        })
        .collect()
}

fn period(
    rpps: &str,
    du: &str,
    au: Option<&str>,
    motif: Option<&str>,
) -> (String, String, Option<String>, Option<String>) {
    (rpps.to_owned(), du.to_owned(), au.map(str::to_owned), motif.map(str::to_owned))
}

#[tokio::test]
async fn both_signatures_at_once_take_effect_on_the_day() {
    let app = TestApp::new().await;
    let reply = app.medecin(MARTIN).declare("ALICE", MARTIN).await;
    let declaration = reply.expect(201);
    assert_eq!(
        reply.header("location"),
        format!("/v1/declarations/{}", declaration["id"].as_str().unwrap())
    );
    assert_eq!(reply.header("etag"), "\"1\"");
    assert_eq!(declaration["etat"], "active");
    assert_eq!(declaration["canal"], "teleservice");
    assert_eq!(declaration["signatures_manquantes"], json!([]));
    assert_eq!(declaration["actions"], json!(["retirer"]));
    assert_eq!(declaration["expire_le"], Value::Null);
    assert!(declaration["numero"].as_str().unwrap().starts_with("MT-"));
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("ALICE"));
    let current = app.patient("ALICE").get(&path).await.expect(200);
    assert_eq!(current["declare"], true);
    assert_eq!(current["designation"]["medecins"][0]["rpps"], MARTIN);
    let eve =
        app.patient("ALICE").get(&format!("{path}?en_vigueur_le=2025-06-15")).await.expect(200);
    assert_eq!(eve["declare"], false);
}

#[tokio::test]
async fn in_two_steps_each_party_signs_the_same_digest_in_either_order() {
    let app = TestApp::new().await;
    for (first, second) in [("medecin", "assure"), ("assure", "medecin")] {
        let app = if first == "medecin" { &app } else { &TestApp::new().await };
        let created = app.medecin(MARTIN).post("/v1/declarations", choix("ALICE", MARTIN)).await;
        let created = created.expect(201);
        assert_eq!(created["etat"], "en_attente");
        assert_eq!(
            created["signatures_manquantes"],
            json!([{ "role": "assure", "rpps": null }, { "role": "medecin", "rpps": MARTIN }])
        );
        assert_eq!(created["actions"], json!(["signer", "refuser", "annuler"]));
        let path = format!("/v1/declarations/{}", created["id"].as_str().unwrap());
        let digest = created["contenu_sha256"].as_str().unwrap();
        let sign = async |role: &str, version: i64| {
            let (caller, means) = match role {
                "medecin" => (app.medecin(MARTIN), "pro_sante_connect"),
                _ => (app.patient("ALICE"), "franceconnect"),
            };
            let body = signature(role, means, digest);
            caller.post_on(&format!("{path}/signatures"), version, body).await
        };
        let half = sign(first, 1).await.expect(200);
        assert_eq!(half["etat"], "en_attente");
        assert_eq!(half["signatures_manquantes"].as_array().unwrap().len(), 1);
        let read = app.patient("ALICE").get(&path).await.expect(200);
        assert_eq!(read["signatures_manquantes"][0]["role"], second);
        app.advance(TimeDelta::days(3));
        let active = sign(second, 2).await;
        assert_eq!(active.header("etag"), "\"3\"");
        let active = active.expect(200);
        assert_eq!(active["etat"], "active");
        // The effect is the day of the later signature.
        assert_eq!(active["designation"]["effet_du"], "2025-06-19");
    }
}

#[tokio::test]
async fn a_new_declaration_replaces_the_one_before_on_its_day_and_history_stays() {
    let app = TestApp::new().await;
    let before = app.clock();
    app.advance(TimeDelta::seconds(1));
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    let path = format!("/v1/patients/{}/designations", patient_id("BERNARD"));
    let timeline = app.patient("BERNARD").get(&path).await.expect(200);
    assert_eq!(
        periods(&timeline),
        [
            period(MARTIN, "2019-03-04", Some("2025-06-16"), Some("FIS")),
            period(PONS, "2025-06-16", None, None),
        ]
    );
    // As it was known a moment before.
    let known = app.patient("BERNARD").get(&format!("{path}?connu_le={before}")).await.expect(200);
    assert_eq!(periods(&known), [period(MARTIN, "2019-03-04", None, None)]);
    let today = format!("/v1/patients/{}/medecin-traitant", patient_id("BERNARD"));
    let then = app.patient("BERNARD").get(&format!("{today}?connu_le={before}")).await.expect(200);
    assert_eq!(then["designation"]["medecins"][0]["rpps"], MARTIN);
    let yesterday = format!("{today}?en_vigueur_le=2025-06-15");
    let yesterday = app.patient("BERNARD").get(&yesterday).await.expect(200);
    assert_eq!(yesterday["designation"]["medecins"][0]["rpps"], MARTIN);
    assert_eq!(yesterday["designation"]["effet_au"], "2025-06-16");
}

#[tokio::test]
async fn late_paper_is_inserted_into_history_and_knowledge_keeps_both_versions() {
    let app = TestApp::new().await;
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    app.advance(TimeDelta::days(10));
    let before = app.clock();
    app.advance(TimeDelta::seconds(1));
    // Signed on 1 May, received on 26 June.
    let caisse = app.caisse("010110000");
    let mut choix = choix("BERNARD", CARDIOLOGUE);
    let digest = caisse.digest_of(&choix).await;
    choix["signatures"] =
        json!([paper("assure", "2025-05-01", &digest), paper("medecin", "2025-04-28", &digest)]);
    let late = caisse.post("/v1/declarations", choix).await.expect(201);
    assert_eq!(late["canal"], "papier");
    assert_eq!(late["designation"]["effet_du"], "2025-05-01");
    let path = format!("/v1/patients/{}/designations", patient_id("BERNARD"));
    assert_eq!(
        periods(&caisse.get(&path).await.expect(200)),
        [
            period(MARTIN, "2019-03-04", Some("2025-05-01"), Some("FIS")),
            period(CARDIOLOGUE, "2025-05-01", Some("2025-06-16"), Some("FIS")),
            period(PONS, "2025-06-16", None, None),
        ]
    );
    assert_eq!(
        periods(&caisse.get(&format!("{path}?connu_le={before}")).await.expect(200)),
        [
            period(MARTIN, "2019-03-04", Some("2025-06-16"), Some("FIS")),
            period(PONS, "2025-06-16", None, None),
        ]
    );
}

#[tokio::test]
async fn the_same_doctor_again_confirms_and_changes_nothing() {
    let app = TestApp::new().await;
    let again = app.medecin(MARTIN).declare("BERNARD", MARTIN).await.expect(201);
    assert_eq!(again["etat"], "active");
    assert_eq!(again["designation"], Value::Null);
    assert!(again["confirme_designation"].is_string());
    let path = format!("/v1/patients/{}/designations", patient_id("BERNARD"));
    let timeline = app.patient("BERNARD").get(&path).await.expect(200);
    assert_eq!(periods(&timeline), [period(MARTIN, "2019-03-04", None, None)]);
}

#[tokio::test]
async fn the_doctor_may_refuse_and_either_side_may_cancel_before_the_effect() {
    let app = TestApp::new().await;
    for (who, transition, state, event) in [
        ("medecin", "refus", "refusee", "declaration.refusee"),
        ("medecin", "annulation", "annulee", "declaration.annulee"),
        ("patient", "annulation", "annulee", "declaration.annulee"),
    ] {
        let created = app.medecin(MARTIN).post("/v1/declarations", choix("ALICE", MARTIN)).await;
        let created = created.expect(201);
        let path = format!("/v1/declarations/{}", created["id"].as_str().unwrap());
        let caller = if who == "medecin" { app.medecin(MARTIN) } else { app.patient("ALICE") };
        let body = json!({ "motif": "plus de place" });
        let ended = caller.post_on(&format!("{path}/{transition}"), 1, body).await.expect(200);
        assert_eq!(ended["etat"], state);
        assert_eq!(ended["motif"], "plus de place");
        assert_eq!(ended["actions"], json!([]));
        let signed = signature("medecin", "cps", ended["contenu_sha256"].as_str().unwrap());
        let refused = app.medecin(MARTIN).post_on(&format!("{path}/signatures"), 2, signed).await;
        assert_eq!(refused.problem(409), "transition_interdite");
        assert!(app.events().await.contains(&event.to_owned()));
    }
    let refused_by_patient = {
        let created = app.patient("ALICE").post("/v1/declarations", choix_by_id(MARTIN)).await;
        let id = created.expect(201)["id"].as_str().unwrap().to_owned();
        app.patient("ALICE").post_on(&format!("/v1/declarations/{id}/refus"), 1, json!({})).await
    };
    assert_eq!(refused_by_patient.problem(403), "role_interdit");
}

fn choix_by_id(rpps: &str) -> Value {
    json!({ "patient": { "id": patient_id("ALICE").to_string() }, "medecins": [{ "rpps": rpps }] })
}

#[tokio::test]
async fn a_patient_starts_from_the_portal_and_the_doctor_signs_afterwards() {
    let app = TestApp::new().await;
    let alice = app.patient("ALICE");
    let mut choix = choix_by_id(MARTIN);
    let digest = alice.digest_of(&choix).await;
    choix["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
    let created = alice.post("/v1/declarations", choix).await.expect(201);
    assert_eq!(created["canal"], "portail");
    assert_eq!(created["actions"], json!(["annuler"]));
    let path = format!("/v1/declarations/{}/signatures", created["id"].as_str().unwrap());
    let signed = app
        .medecin(MARTIN)
        .post_on(&path, 1, signature("medecin", "e_cps", &digest))
        .await
        .expect(200);
    assert_eq!(signed["etat"], "active");
}

#[tokio::test]
async fn signatures_are_refused_for_the_reason_that_fails() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let created = martin.post("/v1/declarations", choix("ALICE", MARTIN)).await.expect(201);
    let path = format!("/v1/declarations/{}/signatures", created["id"].as_str().unwrap());
    let digest = created["contenu_sha256"].as_str().unwrap();
    let with = |mut body: Value, member: &str, value: Value| {
        body[member] = value;
        body
    };
    let other = "0".repeat(64);
    let cases = [
        (signature("medecin", "cps", &other), 409, "contenu_different", "/contenu_sha256"),
        (signature("medecin", "carte_vitale", digest), 422, "moyen_inadapte", "/moyen"),
        (signature("assure", "cps", digest), 422, "moyen_inadapte", "/moyen"),
        (signature("assure", "franceconnect", digest), 403, "transmission_interdite", "/moyen"),
        (paper("assure", "2025-06-01", digest), 403, "transmission_interdite", "/moyen"),
        (signature("tuteur", "carte_vitale", digest), 422, "signataire_non_partie", "/role"),
        (
            with(signature("medecin", "cps", digest), "rpps", json!(PONS)),
            422,
            "signataire_non_partie",
            "/rpps",
        ),
        (
            with(signature("medecin", "cps", digest), "signe_a", json!("2025-06-16T10:01:01Z")),
            422,
            "signature_future",
            "",
        ),
        (
            with(
                signature("assure", "carte_vitale", digest),
                "signe_a",
                json!("1972-08-08T10:00:00Z"),
            ),
            422,
            "signature_avant_naissance",
            "",
        ),
    ];
    let refused = |field: String| vec![(field, "signature_refusee".to_owned())];
    for (body, status, code, field) in cases {
        let reply = martin.post_on(&path, 1, body.clone()).await;
        assert_eq!(reply.problem(status), code, "{body}");
        assert_eq!(reply.wrong_fields(), refused(field.to_owned()), "{body}");
        // The second of two, with a choice; its day would be that of the content.
        if body["signe_a"].is_string() {
            continue;
        }
        let mut both = choix("ALICE", MARTIN);
        let good = signature("assure", "carte_vitale", digest);
        let first =
            if body["role"] == "assure" { signature("medecin", "cps", digest) } else { good };
        both["signatures"] = json!([first, body]);
        let reply = martin.post("/v1/declarations", both).await;
        assert_eq!(reply.problem(status), code, "{body}");
        assert_eq!(reply.wrong_fields(), refused(format!("/signatures/1{field}")), "{body}");
    }
    let caisse = app.caisse("011310000");
    let bare = with(paper("assure", "2025-06-01", digest), "preuve", json!({ "emetteur": "scan" }));
    assert_eq!(caisse.post_on(&path, 1, bare).await.problem(422), "papier_sans_temoin");
    // Nothing of all that was written.
    let read = martin.get(path.trim_end_matches("/signatures")).await;
    assert_eq!(read.version_lue(), "1");
    assert_eq!(read.expect(200)["signatures"], json!([]));
    martin.post_on(&path, 1, signature("medecin", "cps", digest)).await.expect(200);
    let twice = martin.post_on(&path, 2, signature("medecin", "cps", digest)).await;
    assert_eq!(twice.problem(409), "deja_signee");
}

#[tokio::test]
async fn a_locum_an_unknown_doctor_or_a_doctor_before_his_practice_cannot_be_designated() {
    let app = TestApp::new().await;
    let caisse = app.caisse("011310000");
    let locum = caisse.post("/v1/declarations/apercu", choix("ALICE", "99900005044")).await;
    assert_eq!(locum.problem(422), "medecin_non_designable");
    let unknown = caisse.post("/v1/declarations/apercu", choix("ALICE", "99900008014")).await;
    assert_eq!(unknown.problem(422), "champs_invalides");
    assert_eq!(
        unknown.wrong_fields(),
        [("/medecins/0/rpps".to_owned(), "medecin_inconnu".to_owned())]
    );
    // The sandbox doctors practise from 3 January 2005.
    let sign_on = async |day: &str| {
        let mut choix = choix("LISA", PONS);
        let lisa = app.caisse("012010000");
        choix["signatures"] =
            json!([paper("assure", day, &"0".repeat(64)), paper("medecin", day, &"0".repeat(64))]);
        let digest = {
            let reply = lisa.post("/v1/declarations/apercu", choix.clone()).await;
            if reply.status != 200 {
                return reply;
            }
            reply.expect(200)["contenu_sha256"].as_str().unwrap().to_owned()
        };
        choix["signatures"] =
            json!([paper("assure", day, &digest), paper("medecin", day, &digest)]);
        lisa.post("/v1/declarations", choix).await
    };
    assert_eq!(sign_on("2005-01-02").await.problem(422), "medecin_non_designable");
    let first_day = sign_on("2005-01-03").await.expect(201);
    assert_eq!(first_day["designation"]["effet_du"], "2005-01-03");
    assert_eq!(first_day["designation"]["effet_au"], "2008-05-13");
}

#[tokio::test]
async fn a_declaration_that_waits_too_long_expires() {
    let app = TestApp::new().await;
    let created = app.medecin(MARTIN).post("/v1/declarations", choix("ALICE", MARTIN)).await;
    let created = created.expect(201);
    assert_eq!(created["expire_le"], "2025-09-14T10:00:00Z");
    let path = format!("/v1/declarations/{}", created["id"].as_str().unwrap());
    app.advance(TimeDelta::days(90) - TimeDelta::seconds(1));
    app.run_jobs().await;
    assert_eq!(app.patient("ALICE").get(&path).await.expect(200)["etat"], "en_attente");
    app.advance(TimeDelta::seconds(1));
    let digest = created["contenu_sha256"].as_str().unwrap();
    let late = app
        .medecin(MARTIN)
        .post_on(&format!("{path}/signatures"), 1, signature("medecin", "cps", digest))
        .await;
    assert_eq!(late.problem(409), "declaration_expiree");
    app.advance(TimeDelta::hours(1));
    app.run_jobs().await;
    let expired = app.patient("ALICE").get(&path).await.expect(200);
    assert_eq!(expired["etat"], "expiree");
    assert_eq!(expired["expire_le"], Value::Null);
    assert!(app.events().await.contains(&"declaration.expiree".to_owned()));
}

#[tokio::test]
async fn a_transition_needs_the_version_that_the_caller_saw() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let created = martin.post("/v1/declarations", choix("ALICE", MARTIN)).await.expect(201);
    let path = format!("/v1/declarations/{}", created["id"].as_str().unwrap());
    let digest = created["contenu_sha256"].as_str().unwrap();
    let body = signature("medecin", "cps", digest);
    let without = martin.post(&format!("{path}/signatures"), body.clone()).await;
    assert_eq!(without.problem(428), "version_absente");
    let stale = martin.post_on(&format!("{path}/signatures"), 7, body.clone()).await;
    assert_eq!(stale.problem(412), "version_perimee");
    martin.post_on(&format!("{path}/signatures"), 1, body).await.expect(200);
    let read = martin.get(&path).await;
    assert_eq!(read.version_lue(), "2");
    let etag = read.header("etag").to_owned();
    let known = martin.request("GET", &path, &[("if-none-match", &etag)], None).await;
    known.expect(304);
    assert_eq!(known.header("etag"), etag);
    let older = martin.request("GET", &path, &[("if-none-match", "\"1\"")], None).await;
    older.expect(200);
}

#[tokio::test]
async fn the_history_of_a_person_lists_every_declaration() {
    let app = TestApp::new().await;
    let path = format!("/v1/patients/{}/declarations", patient_id("HUGO"));
    let all = app.patient("HUGO").get(&path).await.expect(200);
    let doctors: Vec<&str> = all["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["medecins"][0]["rpps"].as_str().unwrap())
        .collect();
    assert_eq!(doctors, [PONS, MARTIN]);
    // The former doctor sees his own, not who replaced him.
    let seen = app.medecin(MARTIN).get(&path).await.expect(200);
    assert_eq!(seen["donnees"].as_array().unwrap().len(), 1);
    assert_eq!(seen["donnees"][0]["medecins"][0]["rpps"], MARTIN);
    let current = format!("/v1/patients/{}/medecin-traitant", patient_id("HUGO"));
    let hidden = app.medecin(MARTIN).get(&current).await.expect(200);
    assert_eq!((&hidden["declare"], &hidden["relation"]), (&json!(true), &json!("autre")));
    assert_eq!(hidden["designation"], Value::Null);
}
