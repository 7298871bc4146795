//! What the register knows of the persons of a caisse is given back as files: whole, as of one instant, traced.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use chrono::TimeDelta;
use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};
use traitant::domain::digest::Empreinte;
use traitant::domain::ids::TacheId;
use traitant::services::exports;
use traitant::services::taches::Tache;

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, patient_id};
use crate::support::database::TestDatabase;
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, organisme};

mod snds;

const EXPORTS: &str = "/v1/exports";

fn place(export: &Value) -> String {
    format!("{EXPORTS}/{}", export["id"].as_str().unwrap())
}

/// Asks for a file, and lets the service make it.
async fn made(app: &TestApp, caisse: &str, body: Value) -> Value {
    let caisse = app.caisse(caisse);
    let asked = caisse.post(EXPORTS, body).await;
    let location = asked.header("location").to_owned();
    let asked = asked.expect(202);
    assert_eq!(asked["etat"], "en_preparation");
    assert_eq!(location, place(&asked));
    app.run_jobs().await;
    let read = caisse.get(&location).await.expect(200);
    assert_eq!(read["etat"], "pret", "{read}");
    read
}

/// Downloads a file, holds it against its manifest, and opens it.
async fn content(caisse: &Caller<'_>, export: &Value) -> String {
    let headers = [("accept-encoding", "gzip, br")];
    let file = caisse.request("GET", export["contenu"].as_str().unwrap(), &headers, None).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "application/gzip");
    assert_eq!(file.header("content-encoding"), "", "it is not compressed twice");
    assert_eq!(file.header("content-length"), export["octets"].to_string());
    assert_eq!(file.body.len().to_string(), export["octets"].to_string());
    assert_eq!(export["sha256"], Empreinte::of(&file.body).to_string());
    let mut text = String::new();
    MultiGzDecoder::new(file.body.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text.len().to_string(), export["octets_contenu"].to_string());
    assert_eq!(export["sha256_contenu"], Empreinte::of(&text).to_string());
    text
}

/// The rows of a file of objects.
async fn rows(caisse: &Caller<'_>, export: &Value) -> Vec<Value> {
    let text = content(caisse, export).await;
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(export["lignes"], rows.len());
    rows
}

/// A person, first day, day after the last, doctor.
type Jours = BTreeSet<(String, String, String, String)>;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

/// What a file says of whose patient each person is.
fn loaded(rows: &[Value]) -> BTreeMap<String, Jours> {
    let mut register: BTreeMap<String, Jours> = BTreeMap::new();
    for row in rows {
        let [person, id, du, au, rpps] = [
            "patient_id",
            "designation_id",
            "medecin_effet_du",
            "medecin_effet_au",
            "medecin_rpps",
        ]
        .map(|name| text(&row[name]));
        register.entry(person).or_default().insert((id, du, au, rpps));
    }
    register
}

/// The same, as the register says it of one person.
async fn read(caisse: &Caller<'_>, person: &str) -> Jours {
    let all = caisse.get(&format!("/v1/patients/{person}/designations")).await.expect(200);
    let mut found = Jours::new();
    for one in all["donnees"].as_array().unwrap() {
        for doctor in one["medecins"].as_array().unwrap() {
            let [du, au, rpps] = ["effet_du", "effet_au", "rpps"].map(|name| text(&doctor[name]));
            found.insert((text(&one["id"]), du, au, rpps));
        }
    }
    found
}

/// Everything that is told after a cursor.
async fn told(caisse: &Caller<'_>, filters: &str, from: Option<&str>) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), from.map(str::to_owned));
    loop {
        let after = cursor.as_ref().map_or_else(String::new, |cursor| format!("&curseur={cursor}"));
        let page =
            caisse.get(&format!("/v1/evenements?limite=100{filters}{after}")).await.expect(200);
        found.extend(page["donnees"].as_array().unwrap().iter().cloned());
        if page["pagination"]["curseur_suivant"].is_null() {
            return found;
        }
        cursor = Some(text(&page["pagination"]["curseur_reprise"]));
    }
}

#[tokio::test]
async fn designations_are_those_of_the_persons_of_the_caisse_and_of_nobody_else() {
    let app = TestApp::new().await;
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let body = json!({ "nature": "designations", "format": "ndjson" });
    let export = made(&app, BOUCHES_DU_RHONE, body).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let register = loaded(&rows(&caisse, &export).await);
    let [alice, hugo] = ["ALICE", "HUGO"].map(|name| patient_id(name).to_string());
    assert_eq!(register.keys().collect::<BTreeSet<_>>(), BTreeSet::from([&alice, &hugo]));
    for person in [&alice, &hugo] {
        assert_eq!(register[person], read(&caisse, person).await);
    }
    // Gabriel has nobody, and was looked at.
    assert_eq!((&export["prevues"], &export["traitees"]), (&json!(3), &json!(3)));

    let body = json!({ "nature": "designations", "format": "csv" });
    let export = made(&app, BOUCHES_DU_RHONE, body).await;
    let csv = content(&caisse, &export).await;
    let mut lines = csv.split("\r\n");
    assert_eq!(
        lines.next().unwrap(),
        "\u{feff}patient_id;designation_id;declaration_id;version;effet_du;effet_au;motif_fin;medecin_rpps;\
         medecin_effet_du;medecin_effet_au;medecin_motif_depart;enregistree_le"
    );
    assert_eq!(lines.filter(|line| !line.is_empty()).count(), 3);
    assert_eq!(export["lignes"], 3);
}

#[tokio::test]
async fn a_file_of_nobody_is_a_file_all_the_same() {
    let app = TestApp::new().await;
    let body = json!({ "nature": "designations", "format": "ndjson" });
    let export = made(&app, "013310000", body).await;
    assert_eq!(content(&app.caisse("013310000"), &export).await, "");
    let body = json!({ "nature": "mouvements", "format": "csv" });
    let export = made(&app, "013310000", body).await;
    let csv = content(&app.caisse("013310000"), &export).await;
    assert_eq!(csv.lines().count(), 1, "{csv}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_loads_a_file_then_follows_the_feed_holds_the_same_register_whatever_was_written_meanwhile()
 {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 8).await);
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    app.run_jobs().await;
    let body = json!({ "nature": "designations", "format": "ndjson" });
    let asked = caisse.post(EXPORTS, body).await.expect(202);

    // Somebody holds the row of the export: its job has its snapshot, and waits.
    let pool = app.database.pool(4).await;
    let mut holding = pool.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM export FOR UPDATE").execute(&mut *holding).await.unwrap();
    let core = app.core.clone();
    let job = tokio::spawn(async move { traitant::jobs::run_due(&core).await.unwrap() });
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&pool).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    app.advance(TimeDelta::days(1));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    let bernard = patient_id("BERNARD").to_string();
    let moved = json!({ "organisme": organisme(BOUCHES_DU_RHONE), "effet_du": "2025-06-17" });
    act(&app.caisse(AIN), &bernard, "changements-d-organisme", moved).await.expect(200);
    holding.rollback().await.unwrap();
    job.await.unwrap();

    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let export = caisse.get(&place(&asked)).await.expect(200);
    let mut register = loaded(&rows(&caisse, &export).await);
    let [alice, hugo] = ["ALICE", "HUGO"].map(|name| patient_id(name).to_string());
    assert_eq!(register[&alice].len(), 1, "as it was when the file was begun");
    assert!(!register.contains_key(&bernard));

    // More happens before the file is loaded.
    app.advance(TimeDelta::days(1));
    app.medecin(MARTIN).declare("HUGO", MARTIN).await.expect(201);
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let cursor = text(&export["curseur_evenements"]);
    let followed = told(&caisse, "", Some(&cursor)).await;
    assert!(!followed.is_empty());
    for event in &followed {
        let person = text(&event["patient_id"]);
        register.insert(person.clone(), read(&caisse, &person).await);
    }
    for person in [&alice, &hugo, &bernard] {
        assert_eq!(register[person], read(&caisse, person).await, "{person}");
    }
}

#[tokio::test]
async fn movements_are_the_feed_up_to_the_cursor_and_the_feed_goes_on_from_there() {
    let app = TestApp::new().await;
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    app.advance(TimeDelta::days(40));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    let body = json!({ "nature": "mouvements", "format": "ndjson" });
    let export = made(&app, BOUCHES_DU_RHONE, body).await;
    let exported = rows(&app.caisse(BOUCHES_DU_RHONE), &export).await;
    assert!(exported.iter().any(|one| one["nature"] == "declaration.prise_effet"), "{exported:#?}");
    app.advance(TimeDelta::days(40));
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let kinds = "&nature=declaration.prise_effet,declaration.rouverte,declaration.remplacee,declaration.cloturee,\
                 declaration.depassee,designation.membre_arrive,designation.membre_parti,designation.membre_revenu,\
                 designation.conflit_resolu,patient.organisme_change,patient.fusionne,patient.fusion_annulee,\
                 patient.scinde,patient.decede,patient.deces_rectifie";
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let cursor = text(&export["curseur_evenements"]);
    let after = told(&caisse, kinds, Some(&cursor)).await;
    let whole = told(&caisse, kinds, None).await;
    assert!(!after.is_empty());
    let ids =
        |name: &str, all: &[Value]| all.iter().map(|one| text(&one[name])).collect::<Vec<_>>();
    let together = [ids("evenement_id", &exported), ids("id", &after)].concat();
    assert_eq!(together, ids("id", &whole));
}

#[tokio::test]
async fn the_days_of_care_are_asked_of_evaluations_and_of_nothing_else() {
    let app = TestApp::new().await;
    let caisse = app.caisse(AIN);
    for (body, field, code) in [
        (json!({ "nature": "evaluations", "format": "csv" }), "/soins_du", "champ_requis"),
        (
            json!({ "nature": "evaluations", "format": "csv", "soins_du": "2025-01-01" }),
            "/soins_au",
            "champ_requis",
        ),
        (
            json!({ "nature": "evaluations", "format": "csv", "soins_du": "2025-01-02", "soins_au": "2025-01-01" }),
            "/soins_du",
            "apres_la_fin",
        ),
        (
            json!({ "nature": "designations", "format": "csv", "soins_au": "2025-01-01" }),
            "/soins_au",
            "champ_inadapte",
        ),
    ] {
        let refused = caisse.post(EXPORTS, body).await;
        assert_eq!(refused.wrong_fields(), [(field.to_owned(), code.to_owned())]);
    }
}

#[tokio::test]
async fn a_file_is_its_caisse_s_alone_and_whoever_downloads_it_is_told_to_each_person_it_shows() {
    let app = TestApp::new().await;
    let body = json!({ "nature": "designations", "format": "ndjson" });
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let asked = caisse.post(EXPORTS, body.clone()).await.expect(202);
    let contenu = format!("{}/contenu", place(&asked));
    assert_eq!(caisse.get(&contenu).await.problem(409), "transition_interdite");
    app.run_jobs().await;
    for path in [place(&asked), contenu.clone()] {
        assert_eq!(app.caisse(AIN).get(&path).await.problem(404), "introuvable");
        assert_eq!(app.medecin(MARTIN).get(&path).await.status, 403);
        assert_eq!(app.patient("HUGO").get(&path).await.status, 403);
    }
    assert_eq!(app.medecin(MARTIN).post(EXPORTS, body).await.status, 403);
    let traces = async |name: &str| {
        let read = app.patient(name).get("/v1/moi/acces").await.expect(200);
        let all = read["donnees"].as_array().unwrap().iter();
        all.filter(|one| one["operation"] == "export.telecharger").count()
    };
    assert_eq!(traces("HUGO").await, 0, "nobody was shown anything yet");
    for times in 1..=2 {
        assert_eq!(caisse.get(&contenu).await.status, 200);
        assert_eq!(traces("HUGO").await, times);
    }
    assert_eq!(traces("ALICE").await, 0, "who has no médecin traitant is not in the file");
    app.advance(TimeDelta::days(7));
    app.run_jobs().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    assert_eq!(
        caisse.get(&place(&asked)).await.expect(200)["etat"],
        "pret",
        "it is kept for seven days"
    );
    app.advance(TimeDelta::hours(12));
    app.run_jobs().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let late = caisse.get(&place(&asked)).await.expect(200);
    assert_eq!((&late["etat"], &late["contenu"]), (&json!("perime"), &Value::Null));
    assert_eq!(caisse.get(&contenu).await.problem(409), "transition_interdite");
    let pool = app.database.pool(1).await;
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM export_bloc").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_run_that_stopped_leaves_nothing_in_the_file_of_the_next_one() {
    let app = TestApp::new().await;
    let body = json!({ "nature": "designations", "format": "csv" });
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let asked = caisse.post(EXPORTS, body).await.expect(202);
    // The job of somebody who lost it: it stops after its first piece.
    let lost = Tache {
        id: TacheId::from_uuid(app.ids.uuid()),
        nature: "exporter".to_owned(),
        charge: json!({ "export_id": asked["id"] }),
        essais: 1,
    };
    exports::run(&app.core, &lost).await.unwrap();
    let read = caisse.get(&place(&asked)).await.expect(200);
    assert_eq!(read["etat"], "en_preparation");
    app.run_jobs().await;
    let read = caisse.get(&place(&asked)).await.expect(200);
    assert_eq!((&read["etat"], &read["lignes"]), (&json!("pret"), &json!(2)));
    let csv = content(&caisse, &read).await;
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let pool = app.database.pool(1).await;
    let runs: Vec<i32> = sqlx::query_scalar("SELECT DISTINCT essai FROM export_bloc")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(runs, [2]);
}
