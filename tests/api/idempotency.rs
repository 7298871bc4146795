//! A retry gets the first answer, and never a second effect.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, Caller, MARTIN, PONS, Reply, choix, feuille, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, organisme, version};

#[tokio::test]
async fn the_same_request_under_the_same_key_gets_the_same_answer() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    let headers = [("idempotency-key", "0192f0c4-7a0e-7c55-9d0f-3a1b2c4d5e6f")];
    let first = martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body)).await;
    first.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    app.advance(TimeDelta::hours(30));
    let martin = app.medecin(MARTIN);
    let again = martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body)).await;
    assert_eq!(again.expect(201), first.expect(201));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("location"), first.header("location"));
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused_and_keys_belong_to_their_caller() {
    let app = TestApp::new().await;
    let headers = [("idempotency-key", "une-cle-partagee")];
    let send = async |rpps: &str, prenom: &str| {
        let body = choix(prenom, rpps);
        app.medecin(rpps).request("POST", "/v1/declarations", &headers, Some(&body)).await
    };
    send(MARTIN, "ALICE").await.expect(201);
    assert_eq!(send(MARTIN, "HUGO").await.problem(422), "cle_idempotence_reutilisee");
    send(PONS, "HUGO").await.expect(201);
}

#[tokio::test]
async fn a_creation_without_key_or_with_a_strange_one_is_refused() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let body = choix("ALICE", MARTIN);
    let without = martin.request("POST", "/v1/declarations", &[], Some(&body)).await;
    assert_eq!(without.problem(400), "cle_idempotence_absente");
    for key in [
        "court",
        "avec espace dedans",
        &"x".repeat(129),
        "172080100199557",
        "cle-1-72-08-01-001-995",
    ] {
        let headers = [("idempotency-key", key)];
        let strange = martin.request("POST", "/v1/declarations", &headers, Some(&body)).await;
        assert_eq!(strange.problem(400), "parametre_invalide", "{key}");
    }
}

/// Milliseconds of the clock have the form of a NIR without its key: the key is taken, and not kept as it came.
#[tokio::test]
async fn a_key_made_from_a_clock_is_a_key_and_is_kept_as_a_digest() {
    let app = TestApp::new().await;
    for (place, key) in
        ["key-1720801001995", "1795942993123", "1764403200000000"].iter().enumerate()
    {
        let mut body = feuille("BERNARD", &place.to_string(), "2025-06-16", json!("T"));
        body["reference_externe"] = json!(format!("cab-{}", 1_720_801_001_995 + place));
        let headers = [("idempotency-key", *key)];
        let martin = app.medecin(MARTIN);
        let send = || martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body));
        let made = send().await.expect(201);
        assert_eq!(made["reference_externe"], body["reference_externe"]);
        assert_eq!(send().await.header("idempotency-replayed"), "true");
    }
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("SELECT cle FROM idempotence")
        .fetch_all(&app.database.pool(1).await)
        .await
        .unwrap();
    assert!(kept.len() >= 3 && kept.iter().all(|cle| cle.len() == 16), "{kept:?}");
}

#[tokio::test]
async fn a_refused_creation_keeps_nothing_and_may_be_tried_again() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let headers = [("idempotency-key", "cle-a-reprendre")];
    let mut body = feuille("BERNARD", "1", "2005-12-31", json!("T"));
    let refused = martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body)).await;
    assert_eq!(refused.problem(422), "hors_couverture");
    body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body)).await.expect(201);
}

#[tokio::test]
async fn a_client_that_changes_its_key_meets_the_feuille_already_received() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    let first = martin.post("/v1/feuilles-de-soins", body.clone()).await.expect(201);
    let again = martin.post("/v1/feuilles-de-soins", body).await;
    assert_eq!(again.problem(409), "feuille_existante");
    let id = first["id"].as_str().unwrap();
    assert_eq!(again.resources(409), [format!("/v1/feuilles-de-soins/{id}")]);
    let other = feuille("BERNARD", "2", "2025-06-16", json!("T"));
    martin.post("/v1/feuilles-de-soins", other).await.expect(201);
}

#[tokio::test]
async fn keys_are_forgotten_after_two_days() {
    let app = TestApp::new().await;
    let headers = [("idempotency-key", "cle-a-oublier")];
    let body = choix("ALICE", MARTIN);
    let send = async || {
        app.medecin(MARTIN).request("POST", "/v1/declarations", &headers, Some(&body)).await
    };
    let first = send().await.expect(201);
    app.advance(TimeDelta::hours(47));
    app.run_jobs().await;
    assert_eq!(send().await.expect(201)["id"], first["id"]);
    app.advance(TimeDelta::hours(2));
    app.run_jobs().await;
    assert_ne!(send().await.expect(201)["id"], first["id"]);
}

/// A request that is sent again as it was.
struct Demande {
    path: String,
    key: String,
    seen: String,
    body: Value,
}

impl Demande {
    fn new(app: &TestApp, path: String, seen: i64, body: Value) -> Self {
        Self { path, key: app.key(), seen: format!("\"{seen}\""), body }
    }

    async fn send(&self, caller: &Caller<'_>) -> Reply {
        let headers = [("idempotency-key", self.key.as_str()), ("if-match", &self.seen)];
        caller.request("POST", &self.path, &headers, Some(&self.body)).await
    }
}

async fn declarations(app: &TestApp, prenom: &str) -> usize {
    let path = format!("/v1/patients/{}/declarations", patient_id(prenom));
    let all = app.patient(prenom).get(&path).await.expect(200);
    all["donnees"].as_array().unwrap().len()
}

/// A judge ended the link: what the parent did is no longer shown to them, and is not done twice.
#[tokio::test]
async fn a_parent_whose_link_ended_is_answered_as_a_stranger_is() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let person = format!("/v1/patients/{}", patient_id("GABRIEL"));
    let headers = [("idempotency-key", "une-cle-de-parent")];
    let choice = choix("GABRIEL", PONS);
    let send = async || {
        app.patient("ALICE").request("POST", "/v1/declarations", &headers, Some(&choice)).await
    };
    let made = send().await.expect(201);
    assert_eq!(send().await.expect(201), made);
    let known = declarations(&app, "GABRIEL").await;
    let links = caisse.get(&format!("{person}/representations")).await.expect(200);
    let link = &links["donnees"][0];
    let end = format!("/v1/representations/{}/fin", link["id"].as_str().unwrap());
    let judged = json!({ "motif": "decision_de_justice", "jour": "2025-06-16" });
    caisse.post_on(&end, link["version"].as_i64().unwrap(), judged).await.expect(200);
    assert_eq!(app.patient("ALICE").get(&person).await.problem(404), "introuvable");
    assert_eq!(send().await.problem(404), "introuvable");
    assert_eq!(declarations(&app, "GABRIEL").await, known);
    // The trace of the refused one is no reading.
    let read = app.patient("GABRIEL").get("/v1/moi/acces?limite=100").await.expect(200);
    let own = |one: &&Value| one["operation"] == "declaration.ecrire" && one["role"] == "patient";
    assert_eq!(read["donnees"].as_array().unwrap().iter().filter(own).count(), 2);
    // Whoever exercises it again gets the answer again.
    let again = json!({
        "representant": { "patient_id": patient_id("ALICE").to_string() },
        "nature": "titulaire_autorite_parentale", "preuve": "decision_de_justice",
        "effet_du": "2025-06-16",
    });
    caisse.post(&format!("{person}/representations"), again).await.expect(201);
    assert_eq!(send().await.expect(201), made);
}

/// A caisse gets the answer of what it did to the person as long as it is their caisse; that of the change by which they left it,
/// as long as it may read them at all.
#[tokio::test]
async fn a_caisse_that_the_person_left_is_answered_what_a_reading_answers() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    let person = format!("/v1/patients/{alice}");
    let (old, new) = (app.caisse(BOUCHES_DU_RHONE), app.caisse(AIN));
    let address = json!({ "voie": "9 rue du Présent", "code_postal": "13001", "localite": "Marseille",
                          "effet_du": "2025-06-10" });
    let seen = version(&old, &alice).await;
    let moved = Demande::new(&app, format!("{person}/changements-d-adresse"), seen, address);
    let first = moved.send(&old).await.expect(200);
    assert_eq!(moved.send(&old).await.expect(200), first);
    let seen = version(&old, &alice).await;
    let body = json!({ "organisme": organisme(AIN), "effet_du": "2025-06-16" });
    let left = Demande::new(&app, format!("{person}/changements-d-organisme"), seen, body);
    let given = left.send(&old).await.expect(200);
    // The change ended its right to the person, and shows its answer; what it did before, it did as their caisse.
    assert_eq!(left.send(&old).await.expect(200), given);
    assert_eq!(moved.send(&old).await.problem(403), "role_interdit");
    act(&new, &alice, "limitations", json!({ "motif": "exactitude_contestee" })).await.expect(200);
    assert_eq!(old.get(&person).await.problem(409), "traitement_limite");
    for asked in [&left, &moved] {
        assert_eq!(asked.send(&old).await.problem(409), "traitement_limite");
    }
    let told = json!({ "personne_informee_le": "2025-06-16" });
    act(&new, &alice, "limitations/levee", told).await.expect(200);
    assert_eq!(left.send(&old).await.expect(200), given);
}

/// The new caisse undoes the change, and is nothing to the person by that act; then by another one.
#[tokio::test]
async fn a_caisse_is_answered_what_ended_its_own_right_until_something_else_is_known() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    let (old, new) = (app.caisse(BOUCHES_DU_RHONE), app.caisse(AIN));
    let body = json!({ "organisme": organisme(AIN), "effet_du": "2025-06-10" });
    act(&old, &alice, "changements-d-organisme", body).await.expect(200);
    let seen = version(&new, &alice).await;
    let path = format!("/v1/patients/{alice}/changements-d-organisme/annulation");
    let undone = Demande::new(&app, path, seen, json!({ "motif": "erreur_de_saisie" }));
    let given = undone.send(&new).await.expect(200);
    assert_eq!(new.get(&format!("/v1/patients/{alice}")).await.problem(404), "introuvable");
    assert_eq!(undone.send(&new).await.expect(200), given);
    let address = json!({ "voie": "9 rue du Présent", "code_postal": "13001", "localite": "Marseille",
                          "effet_du": "2025-06-10" });
    act(&old, &alice, "changements-d-adresse", address).await.expect(200);
    assert_eq!(undone.send(&new).await.problem(404), "introuvable");
}

/// A doctor who withdrew is named for ever; one who closed a colleague's referral as the médecin traitant is that no more.
#[tokio::test]
async fn a_doctor_is_answered_what_names_him_and_not_what_he_was() {
    let app = TestApp::new().await;
    let bernard = format!("/v1/patients/{}", patient_id("BERNARD"));
    let known = app.medecin(MARTIN).get(&format!("{bernard}/declarations")).await.expect(200);
    let one = known["donnees"][0].clone();
    let path = format!("/v1/declarations/{}/retrait", one["id"].as_str().unwrap());
    let withdrawn = Demande::new(&app, path, one["version"].as_i64().unwrap(), json!({}));
    let given = withdrawn.send(&app.medecin(MARTIN)).await.expect(200);
    app.advance(TimeDelta::hours(30));
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    assert_eq!(app.medecin(MARTIN).get(&bernard).await.problem(404), "introuvable");
    assert_eq!(withdrawn.send(&app.medecin(MARTIN)).await.expect(200), given);

    let hugo = format!("/v1/patients/{}/adressages", patient_id("HUGO"));
    let referral =
        json!({ "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }] });
    let made = app.medecin(PONS).post(&hugo, referral).await.expect(201);
    let path = format!("/v1/adressages/{}", made["id"].as_str().unwrap());
    app.medecin(MARTIN).declare("HUGO", MARTIN).await.expect(201);
    let end = json!({ "motif": "patient" });
    let closed = Demande::new(&app, format!("{path}/cloture"), 1, end);
    let given = closed.send(&app.medecin(MARTIN)).await.expect(200);
    assert_eq!(closed.send(&app.medecin(MARTIN)).await.expect(200), given);
    app.advance(TimeDelta::hours(30));
    app.medecin(PONS).declare("HUGO", PONS).await.expect(201);
    assert_eq!(app.medecin(MARTIN).get(&path).await.problem(404), "introuvable");
    assert_eq!(closed.send(&app.medecin(MARTIN)).await.problem(404), "introuvable");
}
