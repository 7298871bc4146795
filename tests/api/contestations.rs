//! A choice made in the patient's name: who contests it, who decides, what counts meanwhile.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, feuille, patient_id};
use crate::support::vie::timeline;

const CAISSE: &str = "011310000";
const AUTRE: &str = "013310000";

/// Alice's choice of Martin: its path and its version.
async fn chosen(app: &TestApp) -> (String, i64) {
    let declared = app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let path = format!("/v1/declarations/{}", declared["id"].as_str().unwrap());
    (path, declared["version"].as_i64().unwrap())
}

fn words() -> Value {
    json!({ "motif": "Je n’ai jamais vu ce médecin." })
}

/// What a feuille evaluated now says: its relation to the parcours, and the codes of its warnings.
async fn evaluated(app: &TestApp, numero: &str) -> (Value, Vec<String>) {
    let jour = "2025-06-20";
    let sheet = feuille("ALICE", numero, jour, "T");
    let stored = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    let evaluation = &stored["evaluations"][0];
    let warnings = evaluation["avertissements"].as_array().unwrap();
    let codes = warnings.iter().map(|one| one["code"].as_str().unwrap().to_owned());
    (evaluation["appartenance"].clone(), codes.collect())
}

#[tokio::test]
async fn a_contested_choice_counts_until_the_caisse_has_decided() {
    let app = TestApp::new().await;
    let (path, version) = chosen(&app).await;
    app.on("2025-06-20");
    let (alice, caisse, martin) = (app.patient("ALICE"), app.caisse(CAISSE), app.medecin(MARTIN));
    let before = evaluated(&app, "1").await;
    assert!(!before.1.contains(&"designation_contestee".to_owned()));
    let contested = alice.post_on(&format!("{path}/contestation"), version, words()).await;
    let contested = contested.expect(200);
    assert_eq!(
        (&contested["etat"], &contested["contestation"]),
        (&json!("active"), &json!("ouverte"))
    );
    assert_eq!(contested["motif"], words()["motif"]);
    assert_eq!(contested["version"], version + 1);

    let (appartenance, codes) = evaluated(&app, "2").await;
    assert_eq!(appartenance, before.0);
    assert!(codes.contains(&"designation_contestee".to_owned()), "{codes:?}");
    // The caisse sees it among what is to be looked at; the doctor reads that, not the patient's words.
    let list = caisse.get("/v1/feuilles-de-soins/a-revoir?limite=100").await.expect(200);
    assert!(list.to_string().contains("designation_contestee"), "{list}");
    let seen = martin.get(&path).await.expect(200);
    assert_eq!((&seen["contestation"], &seen["motif"]), (&json!("ouverte"), &Value::Null));
    assert_eq!(seen["actions"], json!(["retirer"]));
    assert_eq!(
        caisse.get(&path).await.expect(200)["actions"],
        json!(["rectifier", "retirer", "trancher"])
    );

    let rejected = json!({ "retenue": false, "motif": "La carte a été lue au cabinet." });
    let decision = format!("{path}/contestation/decision");
    let decided = caisse.post_on(&decision, version + 1, rejected.clone()).await.expect(200);
    assert_eq!((&decided["etat"], &decided["contestation"]), (&json!("active"), &json!("rejetee")));
    let (_, codes) = evaluated(&app, "3").await;
    assert!(!codes.contains(&"designation_contestee".to_owned()), "{codes:?}");
    // Contested once, decided once.
    let again = alice.post_on(&format!("{path}/contestation"), version + 2, words()).await;
    assert_eq!(again.problem(409), "transition_interdite");
    let again = caisse.post_on(&decision, version + 2, rejected).await;
    assert_eq!(again.problem(409), "transition_interdite");
    let kinds = app.events().await;
    let kinds: Vec<&str> =
        kinds.iter().map(String::as_str).filter(|kind| kind.contains("contest")).collect();
    assert_eq!(kinds, ["declaration.contestee", "declaration.contestation_rejetee"]);
}

#[tokio::test]
async fn upheld_the_choice_never_counted_and_what_was_known_stays_readable() {
    let app = TestApp::new().await;
    let (path, version) = chosen(&app).await;
    let person = patient_id("ALICE").to_string();
    assert_eq!(timeline(&app.caisse(CAISSE), &person).await.len(), 1);
    app.advance(TimeDelta::days(4));
    let contested =
        app.patient("ALICE").post_on(&format!("{path}/contestation"), version, words()).await;
    contested.expect(200);
    let known = app.clock();
    app.advance(TimeDelta::days(1));
    let (alice, caisse) = (app.patient("ALICE"), app.caisse(CAISSE));
    let upheld = json!({ "retenue": true, "motif": "La carte était déclarée perdue." });
    let decision = format!("{path}/contestation/decision");
    let decided = caisse.post_on(&decision, version + 1, upheld).await.expect(200);
    assert_eq!(
        (&decided["etat"], &decided["contestation"]),
        (&json!("rectifiee"), &json!("retenue"))
    );
    assert_eq!(decided["actions"], json!([]));
    assert_eq!(timeline(&caisse, &person).await, []);
    let then =
        format!("/v1/patients/{person}/medecin-traitant?en_vigueur_le=2025-06-18&connu_le={known}");
    assert!(alice.get(&then).await.expect(200)["designation"].is_object());
    // A feuille of those days is out of the parcours, and the choice may be made again.
    let (appartenance, _) = evaluated(&app, "1").await;
    assert_eq!(appartenance, "hors_parcours");
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
}

#[tokio::test]
async fn nobody_contests_for_somebody_else_and_no_other_caisse_decides() {
    let app = TestApp::new().await;
    let (path, version) = chosen(&app).await;
    let contest = format!("{path}/contestation");
    let decide = format!("{path}/contestation/decision");
    let decision = json!({ "retenue": true, "motif": "essai" });
    for doctor in [app.medecin(MARTIN), app.caisse(CAISSE)] {
        let reply = doctor.post_on(&contest, version, words()).await;
        assert_eq!(reply.problem(403), "role_interdit");
    }
    for stranger in [app.medecin(PONS), app.patient("BERNARD"), app.caisse(AUTRE)] {
        let status = stranger.post_on(&contest, version, words()).await.status.as_u16();
        assert!(matches!(status, 403 | 404), "{status}");
        let status = stranger.post_on(&decide, version, decision.clone()).await.status.as_u16();
        assert!(matches!(status, 403 | 404), "{status}");
    }
    let early = app.caisse(CAISSE).post_on(&decide, version, decision).await;
    assert_eq!(early.problem(409), "transition_interdite", "nothing is contested");
    let wordless = app.patient("ALICE").post_on(&contest, version, json!({})).await;
    assert_eq!(wordless.wrong_fields(), [("/motif".to_owned(), "champ_requis".to_owned())]);
    let (one, other) = (app.patient("ALICE"), app.patient("ALICE"));
    let (first, second) = tokio::join!(
        one.post_on(&contest, version, words()),
        other.post_on(&contest, version, words())
    );
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}
