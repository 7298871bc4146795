//! Referrals: the médecin traitant sends a patient to a correspondent, who reports back.

use chrono::NaiveDate;
use serde_json::{Value, json};
use traitant::domain::identifiers::{Rpps, Specialite};
use traitant::storage::{Coffre, adressages};

use crate::conciliations::moves;
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, Reply, choix, cle, patient_id};
use crate::support::database::KEY;

mod transitions;

const LOCUM: &str = "99900005044";
const DERMATOLOGUE: &str = "99900006059";

fn path(prenom: &str) -> String {
    format!("/v1/patients/{}/adressages", patient_id(prenom))
}

/// A plan of care of six months, every three months, by the cardiologist.
fn plan() -> Value {
    json!({
        "nature": "plan_de_soins", "effet_au": "2025-12-16",
        "correspondants": [{ "rpps": CARDIOLOGUE }],
        "actes": [{ "nomenclature": "ngap", "code": "CS" }],
        "periodicite": { "tous_les": 3, "unite": "mois" },
    })
}

fn avis() -> Value {
    json!({ "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }] })
}

/// The correspondent's part of a plan, as a correction.
fn correction(au: &str) -> Value {
    let mut body = plan();
    body.as_object_mut().unwrap().remove("nature");
    body["effet_au"] = json!(au);
    body
}

async fn establish(app: &TestApp, body: Value) -> (String, Value) {
    let created = app.medecin(MARTIN).post(&path("BERNARD"), body).await.expect(201);
    (format!("/v1/adressages/{}", created["id"].as_str().unwrap()), created)
}

fn fields(reply: &Reply) -> Vec<(String, String)> {
    assert_eq!(reply.problem(422), "champs_invalides");
    reply.wrong_fields()
}

fn field(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

fn ids(list: &Value) -> Vec<&str> {
    list["donnees"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

/// What the evaluation of an act will ask.
async fn covers(app: &TestApp, jour: &str, rpps: &str, specialite: Option<&str>) -> bool {
    let jour: NaiveDate = jour.parse().unwrap();
    let pool = app.database.pool(1).await;
    let mut conn = pool.acquire().await.unwrap();
    let coffre = Coffre::new(&KEY);
    let found = adressages::en_vigueur(&mut conn, &coffre, patient_id("BERNARD"), jour, None);
    let found = found.await.unwrap();
    let rpps = Rpps::parse(rpps).unwrap();
    let specialite = specialite.map(|code| Specialite::parse(code).unwrap());
    found.iter().any(|one| one.couvre(jour, &rpps, specialite))
}

#[tokio::test]
async fn the_medecin_traitant_establishes_each_kind_for_its_period() {
    let app = TestApp::new().await;
    let reply = app.medecin(MARTIN).post(&path("BERNARD"), plan()).await;
    let created = reply.expect(201);
    assert_eq!(reply.header("etag"), "\"1\"");
    assert_eq!(
        reply.header("location"),
        format!("/v1/adressages/{}", created["id"].as_str().unwrap())
    );
    assert_eq!(created["auteur"], MARTIN);
    assert_eq!(created["etat"], "actif");
    assert_eq!(created["effet_du"], "2025-06-16");
    assert_eq!(created["effet_au"], "2025-12-16");
    assert_eq!(created["en_vigueur"], true);
    assert_eq!(created["actes"], json!([{ "nomenclature": "ngap", "code": "CS" }]));
    assert_eq!(created["periodicite"], json!({ "tous_les": 3, "unite": "mois" }));
    assert_eq!(created["actions"], json!(["rectifier", "clore", "annuler"]));
    // Four months around one opinion, by themselves.
    let (_, one) = establish(&app, avis()).await;
    assert_eq!(one["effet_au"], "2025-10-16");
    let several = json!({
        "nature": "sequence", "effet_du": "2025-07-01", "effet_au": "2026-01-01",
        "correspondants": [{ "specialite": "03" }, { "rpps": DERMATOLOGUE }],
    });
    let (_, sequence) = establish(&app, several).await;
    assert_eq!(sequence["en_vigueur"], false);
    assert_eq!(sequence["correspondants"][0]["libelle_specialite"], "cardiologie");
    let protocol = json!({
        "nature": "protocole_ald", "effet_au": "2035-06-16",
        "correspondants": [{ "specialite": "03" }],
    });
    establish(&app, protocol).await;
    assert_eq!(app.events().await.iter().filter(|one| *one == "adressage.etabli").count(), 4);
}

#[tokio::test]
async fn only_who_is_the_medecin_traitant_on_that_day_refers() {
    let app = TestApp::new().await;
    // Neither another doctor, nor the correspondent, nor who replaces the médecin traitant.
    for rpps in [PONS, CARDIOLOGUE, LOCUM] {
        let refused = app.medecin(rpps).post(&path("BERNARD"), plan()).await;
        assert_eq!(refused.problem(404), "introuvable", "{rpps}");
    }
    for caller in [app.patient("BERNARD"), app.caisse("010110000")] {
        let refused = caller.post(&path("BERNARD"), plan()).await;
        assert_eq!(refused.problem(403), "role_interdit");
    }
    // The doctor of before keeps his days: HUGO changed on 15 November 2023.
    let on = |day: &str| {
        let mut body = plan();
        body["etabli_le"] = json!(day);
        body
    };
    let hugo = path("HUGO");
    for (rpps, day, status) in [
        (MARTIN, "2023-11-14", 201),
        (MARTIN, "2023-11-15", 403),
        (PONS, "2023-11-14", 403),
        (PONS, "2023-11-15", 201),
        (MARTIN, "2025-06-16", 403),
    ] {
        let reply = app.medecin(rpps).post(&hugo, on(day)).await;
        assert_eq!(reply.status.as_u16(), status, "{rpps} {day}");
        if status == 403 {
            assert_eq!(reply.problem(403), "role_interdit");
        }
    }
    let tomorrow = app.medecin(PONS).post(&hugo, on("2025-06-17")).await;
    assert_eq!(fields(&tomorrow), [field("/etabli_le", "date_future")]);
    // Waiting for a signature is not being the médecin traitant.
    app.patient("ALICE").post("/v1/declarations", choix("ALICE", MARTIN)).await.expect(201);
    let waiting = app.medecin(MARTIN).post(&path("ALICE"), plan()).await;
    assert_eq!(waiting.problem(403), "role_interdit");
}

#[tokio::test]
async fn everything_wrong_with_a_referral_is_said_at_once() {
    let app = TestApp::new().await;
    let refused =
        async |body: Value| fields(&app.medecin(MARTIN).post(&path("BERNARD"), body).await);
    let bad = json!({
        "nature": "plan_de_soins", "etabli_le": "2025-06-16", "effet_du": "2025-06-15",
        "correspondants": [{ "rpps": CARDIOLOGUE }, { "rpps": CARDIOLOGUE }, { "rpps": MARTIN }],
    });
    assert_eq!(
        refused(bad).await,
        [
            field("/effet_du", "avant_etablissement"),
            field("/effet_au", "champ_requis"),
            field("/correspondants", "taille_invalide"),
            field("/correspondants/1", "valeur_en_double"),
            field("/correspondants/2", "medecin_traitant"),
            field("/actes", "champ_requis"),
            field("/periodicite", "champ_requis"),
        ]
    );
    let unreadable = json!({
        "nature": "consultation", "correspondants": [], "actes": [{ "nomenclature": "ngap" }],
        "periodicite": { "tous_les": 0, "unite": "mois" }, "diagnostic": "?",
    });
    assert_eq!(
        refused(unreadable).await,
        [
            field("/nature", "valeur_inconnue"),
            field("/correspondants", "taille_invalide"),
            field("/actes/0/code", "champ_requis"),
            field("/periodicite/tous_les", "hors_bornes"),
            field("/diagnostic", "champ_inconnu"),
        ]
    );
    let both = json!({
        "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE, "specialite": "03" }],
        "actes": [{ "nomenclature": "ccam", "code": "CS" }],
    });
    assert_eq!(
        refused(both).await,
        [field("/correspondants/0", "un_seul_des_deux"), field("/actes/0/code", "format_invalide")]
    );
    let nobody = json!({
        "nature": "sequence", "effet_au": "2026-06-16",
        "correspondants": [{ "rpps": "99900008014" }, { "specialite": "24" }],
    });
    assert_eq!(
        refused(nobody).await,
        [
            field("/correspondants/0/rpps", "medecin_inconnu"),
            field("/correspondants/1/specialite", "profession_non_medecin"),
        ]
    );
    let long = |nature: &str, au: &str| json!({ "nature": nature, "effet_au": au, "correspondants": [{ "rpps": CARDIOLOGUE }] });
    let too_long = [field("/effet_au", "duree_excessive")];
    assert_eq!(refused(long("avis_ponctuel", "2025-10-17")).await, too_long);
    assert_eq!(refused(long("protocole_ald", "2035-06-17")).await, too_long);
    let empty = [field("/effet_au", "avant_debut")];
    assert_eq!(refused(long("sequence", "2025-06-16")).await, empty);
    let mut often = avis();
    often["periodicite"] = json!({ "tous_les": 1, "unite": "annee" });
    assert_eq!(refused(often).await, [field("/periodicite", "non_applicable")]);
    assert_eq!(app.events().await.iter().filter(|one| one.starts_with("adressage")).count(), 0);
}

/// The delay was six months until the amendment of 25 October 2012.
#[tokio::test]
async fn the_day_of_the_opinion_chooses_its_delay() {
    let app = TestApp::new().await;
    let lisa = path("LISA");
    for (day, end) in [("2012-10-24", "2013-04-24"), ("2012-10-25", "2013-02-25")] {
        let mut body = avis();
        body["etabli_le"] = json!(day);
        let created = app.medecin(MARTIN).post(&lisa, body).await.expect(201);
        assert_eq!(created["effet_au"], end);
    }
}

#[tokio::test]
async fn each_caller_reads_what_is_theirs() {
    let app = TestApp::new().await;
    let (by_name, first) = establish(&app, plan()).await;
    let to_specialty = json!({
        "nature": "sequence", "effet_au": "2026-06-16", "correspondants": [{ "specialite": "03" }],
    });
    let (by_specialty, second) = establish(&app, to_specialty).await;
    let both = [first["id"].as_str().unwrap(), second["id"].as_str().unwrap()];
    let list = path("BERNARD");
    for caller in [app.patient("BERNARD"), app.caisse("010110000"), app.medecin(MARTIN)] {
        assert_eq!(ids(&caller.get(&list).await.expect(200)), both);
        assert_eq!(caller.get(&by_name).await.status, 200);
    }
    // The correspondent finds the referral that names him, and reads the other one by its letter.
    let cardiologist = app.medecin(CARDIOLOGUE);
    assert_eq!(ids(&cardiologist.get(&list).await.expect(200)), [both[0]]);
    let letter = cardiologist.get(&by_specialty).await;
    assert_eq!(letter.header("etag"), "\"1\"");
    assert_eq!(letter.expect(200)["actions"], json!(["rendre_compte"]));
    for outside in [
        app.medecin(PONS),
        app.medecin(DERMATOLOGUE),
        app.medecin(LOCUM),
        app.patient("ALICE"),
        app.caisse("011310000"),
    ] {
        for path in [&list, &by_name, &by_specialty] {
            assert_eq!(outside.get(path).await.problem(404), "introuvable", "{path}");
        }
    }
    let known = cardiologist.request("GET", &by_name, &[("if-none-match", "\"1\"")], None).await;
    assert_eq!(known.status, 304);
    let reader = app.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    let operations: Vec<&str> = reader["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["operation"].as_str().unwrap())
        .collect();
    assert!(operations.contains(&"adressage.lire") && operations.contains(&"adressage.lister"));
}

#[tokio::test]
async fn who_becomes_medecin_traitant_reads_and_closes_and_who_was_keeps_his_own() {
    let app = TestApp::new().await;
    let (path_of, _) = establish(&app, plan()).await;
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    let pons = app.medecin(PONS);
    assert_eq!(pons.get(&path_of).await.expect(200)["actions"], json!(["clore"]));
    let martin = app.medecin(MARTIN).get(&path_of).await.expect(200);
    assert_eq!(martin["actions"], json!(["rectifier", "clore", "annuler"]));
    // The referral goes on: the patient was referred by the médecin traitant of that day.
    assert!(covers(&app, "2025-06-17", CARDIOLOGUE, None).await);
    let rectifications = format!("{path_of}/rectifications");
    let corrected = pons.post_on(&rectifications, 1, correction("2026-01-01")).await;
    assert_eq!(corrected.problem(403), "role_interdit");
    let body = json!({ "motif": "autre_adressage" });
    let closed = pons.post_on(&format!("{path_of}/cloture"), 1, body).await.expect(200);
    assert_eq!((&closed["etat"], &closed["effet_au"]), (&json!("clos"), &json!("2025-06-17")));
    // The doctor of before no longer sees what the next one establishes.
    let next = pons.post(&path("BERNARD"), plan()).await.expect(201);
    let mine = app.medecin(MARTIN).get(&path("BERNARD")).await.expect(200);
    assert!(!ids(&mine).contains(&next["id"].as_str().unwrap()));
}

#[tokio::test]
async fn a_caisse_of_before_reads_the_referrals_of_its_time() {
    let app = TestApp::new().await;
    let (before, first) = establish(&app, plan()).await;
    moves(&app, "BERNARD", ("010110000", "011310000")).await;
    app.on("2025-07-01");
    let (after, second) = establish(&app, plan()).await;
    let (old, new) = (app.caisse("010110000"), app.caisse("011310000"));
    assert_eq!(ids(&old.get(&path("BERNARD")).await.expect(200)), [first["id"].as_str().unwrap()]);
    assert_eq!(old.get(&before).await.status, 200);
    assert_eq!(old.get(&after).await.problem(404), "introuvable");
    let both = [first["id"].as_str().unwrap(), second["id"].as_str().unwrap()];
    assert_eq!(ids(&new.get(&path("BERNARD")).await.expect(200)), both);
}

/// What a doctor can find by the card of a patient gives no right to refer.
#[tokio::test]
async fn finding_a_patient_is_not_caring_for_one() {
    let app = TestApp::new().await;
    let found = app.medecin(PONS).post("/v1/patients/recherche", cle("BERNARD")).await.expect(200);
    assert_eq!(found["patient_id"], patient_id("BERNARD").to_string());
    assert_eq!(app.medecin(PONS).get(&path("BERNARD")).await.status, 404);
    assert_eq!(app.medecin(PONS).post(&path("BERNARD"), plan()).await.status, 404);
}
