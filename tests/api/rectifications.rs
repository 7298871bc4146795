//! What a person asks to be put right (RGPD, art. 12 and 16): asked, found by the caisse in its inbox, answered once, told.

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, merge, organisme, second_record};

const BOITE: &str = "/v1/moi/a-faire?rubrique=rectification_demandee";

fn asked() -> Value {
    json!({ "objet": "adresse", "demande": "J'habite au 4 et non au 14 rue des Lilas." })
}

fn place(prenom: &str) -> String {
    format!("/v1/patients/{}/demandes-de-rectification", patient_id(prenom))
}

fn own(made: &Value) -> String {
    format!("/v1/demandes-de-rectification/{}", made["id"].as_str().unwrap())
}

async fn inbox(caller: &Caller<'_>) -> Vec<Value> {
    caller.get(BOITE).await.expect(200)["donnees"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_person_asks_their_caisse_answers_once_and_they_are_told() {
    let app = TestApp::new().await;
    let (bernard, caisse) = (app.patient("BERNARD"), app.caisse(AIN));
    let reply = bernard.post(&place("BERNARD"), asked()).await;
    let made = reply.expect(201);
    assert_eq!(reply.header("location"), own(&made));
    assert_eq!((&made["version"], &made["reponse"]), (&json!(1), &Value::Null));
    assert_eq!(made["actions"], json!([]), "who asks does not answer");
    // One month from the day of the request, that day included.
    assert_eq!(made["repondre_au_plus_tard_le"], "2025-07-16");
    let waiting = inbox(&caisse).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["echeance"], "2025-07-16T22:00:00Z", "midnight in Paris");
    assert_eq!(waiting[0]["patient_id"], patient_id("BERNARD").to_string().as_str());
    let answer = waiting[0]["action"]["chemin"].as_str().unwrap().to_owned();
    assert_eq!(answer, format!("{}/reponse", own(&made)));
    let reply = caisse.get(&own(&made)).await;
    assert_eq!(reply.version_lue(), "1");
    let read = reply.expect(200);
    assert_eq!((&read["demande"], &read["actions"]), (&asked()["demande"], &json!(["repondre"])));

    // A refusal says why; the version is the one that was read; then it is over.
    let silent = caisse.post_on(&answer, 1, json!({ "issue": "refusee" })).await;
    assert_eq!(silent.wrong_fields(), [("/motif".to_owned(), "champ_requis".to_owned())]);
    let refusal =
        json!({ "issue": "refusee", "motif": "Un justificatif de domicile est attendu." });
    assert_eq!(caisse.post_on(&answer, 2, refusal.clone()).await.status, 412);
    app.advance(TimeDelta::hours(1));
    let caisse = app.caisse(AIN);
    let done = caisse.post_on(&answer, 1, refusal.clone()).await.expect(200);
    assert_eq!((&done["version"], &done["actions"]), (&json!(2), &json!([])));
    assert_eq!(
        done["reponse"],
        json!({ "issue": "refusee", "motif": refusal["motif"], "repondue_le": "2025-06-16T11:00:00Z" })
    );
    assert_eq!(caisse.post_on(&answer, 2, refusal).await.problem(409), "transition_interdite");
    assert_eq!(inbox(&caisse).await.len(), 0);

    // The person reads the answer and its day, in the list, among what was recorded and in the feed.
    let bernard = app.patient("BERNARD");
    let list = bernard.get(&place("BERNARD")).await.expect(200);
    assert_eq!(list["donnees"], json!([done]));
    let told = bernard.get("/v1/moi/a-faire?rubrique=enregistre").await.expect(200);
    let line = &told["donnees"][0];
    assert_eq!(line["nature"], "patient.rectification_repondue");
    assert_eq!(line["action"]["chemin"], place("BERNARD").as_str());
    for (kind, who) in [("demandee", &caisse), ("repondue", &bernard)] {
        let path = format!("/v1/evenements?nature=patient.rectification_{kind}");
        let feed = who.get(&path).await.expect(200);
        assert_eq!(feed["donnees"][0]["lien"], own(&made).as_str(), "{feed}");
    }
    // What is put right is told in the same way, without a word if there is none.
    let other = bernard.post(&place("BERNARD"), asked()).await.expect(201);
    let path = format!("{}/reponse", own(&other));
    let done = caisse.post_on(&path, 1, json!({ "issue": "faite" })).await.expect(200);
    assert_eq!(
        (&done["reponse"]["issue"], &done["reponse"]["motif"]),
        (&json!("faite"), &Value::Null)
    );
}

#[tokio::test]
async fn nobody_else_asks_reads_or_answers() {
    let app = TestApp::new().await;
    let made = app.patient("BERNARD").post(&place("BERNARD"), asked()).await.expect(201);
    let own = own(&made);
    let stranger = app.patient("ALICE");
    assert_eq!(stranger.post(&place("BERNARD"), asked()).await.problem(404), "introuvable");
    assert_eq!(stranger.get(&own).await.problem(404), "introuvable");
    let doctor = app.medecin(MARTIN);
    assert_eq!(doctor.get(&place("BERNARD")).await.problem(403), "role_interdit");
    let caisse = app.caisse(AIN);
    assert_eq!(caisse.post(&place("BERNARD"), asked()).await.problem(403), "role_interdit");
    let body = json!({ "issue": "faite" });
    let other = app.caisse(BOUCHES_DU_RHONE);
    let answer = format!("{own}/reponse");
    assert_eq!(other.post_on(&answer, 1, body.clone()).await.problem(404), "introuvable");
    assert_eq!(
        app.patient("BERNARD").post_on(&answer, 1, body.clone()).await.problem(403),
        "portee_insuffisante"
    );
    // A parent asks for a child, and the caisse of the child answers.
    let child = app.patient("ALICE").post(&place("GABRIEL"), asked()).await.expect(201);
    assert_eq!(inbox(&other).await.len(), 1);
    assert_eq!(inbox(&caisse).await.len(), 1);
    let path = format!("/v1/demandes-de-rectification/{}/reponse", child["id"].as_str().unwrap());
    other.post_on(&path, 1, body.clone()).await.expect(200);
    // Whoever takes the person over answers instead of the caisse that they leave.
    let id = patient_id("BERNARD").to_string();
    let moved = json!({ "organisme": organisme(BOUCHES_DU_RHONE), "effet_du": "2025-06-16" });
    act(&caisse, &id, "changements-d-organisme", moved).await.expect(200);
    assert_eq!((inbox(&caisse).await.len(), inbox(&other).await.len()), (0, 1));
    assert_eq!(caisse.post_on(&answer, 1, body.clone()).await.problem(404), "introuvable");
    other.post_on(&answer, 1, body).await.expect(200);
}

#[tokio::test]
async fn the_words_are_bounded_sealed_and_given_back_with_the_complete_record() {
    let app = TestApp::new().await;
    let bernard = app.patient("BERNARD");
    let path = place("BERNARD");
    for (length, status) in [(0, 422), (1, 201), (2_000, 201), (2_001, 422)] {
        let body = json!({ "objet": "autre", "demande": "x".repeat(length) });
        assert_eq!(bernard.post(&path, body).await.status, status, "{length}");
    }
    let made = bernard.post(&path, asked()).await.expect(201);
    let answer = json!({ "issue": "refusee", "motif": "Le justificatif dit le contraire." });
    let reply = format!("{}/reponse", own(&made));
    app.caisse(AIN).post_on(&reply, 1, answer.clone()).await.expect(200);
    let clear: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM demande_rectification WHERE position('Lilas'::bytea IN contenu_chiffre) > 0)
              + (SELECT count(*) FROM reponse_rectification WHERE position('justificatif'::bytea IN contenu_chiffre) > 0)
              + (SELECT count(*) FROM evenement WHERE donnees::text ~ 'Lilas|justificatif')",
    )
    .fetch_one(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!(clear, 0);
    let whole = format!("/v1/patients/{}/dossier-complet", patient_id("BERNARD"));
    let whole = bernard.get(&whole).await.expect(200);
    let lines = |table: &str| {
        let mut all = whole["rubriques"].as_array().unwrap().iter();
        all.find(|one| one["rubrique"] == table).unwrap()["lignes"].clone()
    };
    assert_eq!(lines("demande_rectification")[2]["contenu"], asked()["demande"]);
    assert_eq!(lines("reponse_rectification")[0]["contenu"], answer["motif"]);
}

#[tokio::test]
async fn a_request_follows_the_record_that_is_merged() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let alice = patient_id("ALICE").to_string();
    let double = second_record(&app, BOUCHES_DU_RHONE, "186021305599646", "1972-08-09").await;
    let asking = format!("/v1/patients/{double}/demandes-de-rectification");
    let person = Acteur::Patient(double.parse().unwrap());
    let token = app.emetteur.issue(&person, &*app.clock, &app.ids, 3600).unwrap();
    let made = app.porteur(&person, token).post(&asking, asked()).await.expect(201);
    merge(&caisse, &alice, &double).await.expect(201);
    let waiting = inbox(&caisse).await;
    assert_eq!(waiting[0]["patient_id"], alice.as_str());
    let reply = format!("{}/reponse", own(&made));
    let done = caisse.post_on(&reply, 1, json!({ "issue": "faite" })).await.expect(200);
    assert_eq!(done["patient_id"], alice.as_str());
    let list = app.patient("ALICE").get(&place("ALICE")).await.expect(200);
    assert_eq!(list["donnees"][0]["id"], made["id"]);
}

#[tokio::test]
async fn a_limitation_waits_in_the_inbox_until_it_is_lifted() {
    let app = TestApp::new().await;
    let (caisse, id) = (app.caisse(AIN), patient_id("BERNARD").to_string());
    let inbox = "/v1/moi/a-faire?rubrique=limitation_en_cours";
    assert_eq!(caisse.get(inbox).await.expect(200)["donnees"], json!([]));
    act(&caisse, &id, "limitations", json!({ "motif": "opposition" })).await.expect(200);
    let waiting = caisse.get(inbox).await.expect(200);
    let line = &waiting["donnees"][0];
    assert_eq!((&line["patient_id"], &line["echeance"]), (&json!(id), &Value::Null));
    assert_eq!(line["depuis"], "2025-06-16T10:00:00Z");
    assert_eq!(line["action"]["chemin"], format!("/v1/patients/{id}/limitations/levee").as_str());
    let other = app.caisse(BOUCHES_DU_RHONE).get(inbox).await.expect(200);
    assert_eq!(other["donnees"], json!([]));
    // The person asks that the rest be put right, and is answered, meanwhile.
    let made = app.patient("BERNARD").post(&place("BERNARD"), asked()).await.expect(201);
    let reply = format!("{}/reponse", own(&made));
    caisse.post_on(&reply, 1, json!({ "issue": "faite" })).await.expect(200);
    let told = json!({ "personne_informee_le": "2025-06-16" });
    act(&caisse, &id, "limitations/levee", told).await.expect(200);
    assert_eq!(caisse.get(inbox).await.expect(200)["donnees"], json!([]));
}
