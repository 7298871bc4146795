//! The CCAM: loaded whole or not at all, known from an instant, replaced by a newer one, and what evaluations say with it
//! and without it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::domain::ccam::nx::LecteurNx;
use traitant::services::ccam::{Charge, Chargement, versions};
use traitant::services::rejeu;
use traitant::storage::ccam::VersionChargee;

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::logs::statements;
use crate::support::process::{Folder, run, said};
use crate::support::vie::AIN;

const FICHIER: &[u8] = include_bytes!("../data/ccam-synthetique.nx");
/// No warning at all.
const RIEN: [&str; 0] = [];
const FEUILLES: &str = "/v1/feuilles-de-soins";

/// The sample with texts replaced by others of the same length.
fn changed(texts: &[(&str, &str)]) -> Vec<u8> {
    let mut text: String = FICHIER.iter().map(|byte| char::from(*byte)).collect();
    for (old, new) in texts {
        assert!(old.len() == new.len() && text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
}

/// The version 76, of 2025: another tariff for DEQP003, an act gone, another come.
fn next_version() -> Vec<u8> {
    changed(&[
        ("140107500", "140107600"),
        ("CAC20240209", "CAC20250110"),
        ("003001477", "003001600"),
        ("LFZB999", "LFZC999"),
    ])
}

async fn load(app: &TestApp, file: &[u8]) -> Charge {
    let mut lecteur = LecteurNx::default();
    let mut chargement = Chargement::begin(&app.core).await.unwrap();
    for line in file.split(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\r")) {
        if let Some(acte) = lecteur.lire(line).unwrap() {
            chargement.add(&acte).await.unwrap();
        }
    }
    chargement.end(&lecteur.finir().unwrap()).await.unwrap()
}

async fn loaded(app: &TestApp, file: &[u8]) -> VersionChargee {
    app.advance(TimeDelta::seconds(1));
    match load(app, file).await {
        Charge::Chargee(version) => version,
        other @ (Charge::DejaChargee(_) | Charge::PlusAncienne(_)) => panic!("{other:?}"),
    }
}

/// A technical act of Bernard by his médecin traitant.
fn technical(numero: &str, code: &str, centimes: i64) -> Value {
    // Each on its own day: the ceiling of the participations of a day is another matter.
    let jour = format!("2025-03-{:02}", 10 + numero.parse::<u32>().unwrap() % 20);
    let mut sheet = feuille("BERNARD", numero, &jour, json!("T"));
    sheet["actes"][0] = json!({
        "numero_ligne": 1, "date_execution": jour, "nomenclature": "ccam", "code": code,
        "ccam": { "activite": 1, "phase": 0 },
        "honoraires_centimes": centimes, "base_remboursement_centimes": centimes,
    });
    sheet
}

async fn sent(app: &TestApp, sheet: Value) -> Value {
    app.advance(TimeDelta::seconds(1));
    app.medecin(MARTIN).post(FEUILLES, sheet).await.expect(201)
}

fn warnings(evaluation: &Value) -> Vec<&str> {
    let all = evaluation["avertissements"].as_array().unwrap();
    all.iter().map(|warning| warning["code"].as_str().unwrap()).collect()
}

fn first(sheet: &Value) -> &Value {
    &sheet["evaluations"][0]
}

/// Codes for which each feuille of the caisse is to be looked at again.
async fn to_review(app: &TestApp) -> Vec<Value> {
    let read = app.caisse(AIN).get(&format!("{FEUILLES}/a-revoir")).await.expect(200);
    let list = read["donnees"].as_array().unwrap().clone();
    list.iter().map(|one| one["raisons"][0]["codes"].clone()).collect()
}

async fn replayed(app: &TestApp) -> (u64, u64) {
    let all = rejeu::replay(&app.core, (None, None), |_| {}).await.unwrap();
    (all.evaluations, all.identiques)
}

#[tokio::test]
async fn a_file_is_loaded_once_and_a_newer_one_replaces_what_it_says_otherwise() {
    let app = TestApp::new().await;
    assert_eq!(versions(&app.core).await.unwrap(), []);
    let one = loaded(&app, FICHIER).await;
    assert_eq!((one.numero.as_str(), one.actes, one.nouveaux), ("07500", 12, 12));
    assert_eq!((one.changes, one.retires), (0, 0));
    // The same again writes nothing, however its lines end.
    assert_eq!(load(&app, FICHIER).await, Charge::DejaChargee(one.clone()));
    assert_eq!(versions(&app.core).await.unwrap(), std::slice::from_ref(&one));
    let two = loaded(&app, &next_version()).await;
    assert_eq!((two.numero.as_str(), two.actes), ("07600", 12));
    assert_eq!((two.nouveaux, two.changes, two.retires), (1, 1, 1));
    // The older one is not loaded again.
    assert_eq!(load(&app, FICHIER).await, Charge::PlusAncienne(two.clone()));
    let known = versions(&app.core).await.unwrap();
    assert_eq!(known[0], two);
    assert_eq!(known[1], VersionChargee { remplace_le: Some(two.enregistre_le), ..one });
}

#[tokio::test]
async fn a_load_that_does_not_end_leaves_nothing() {
    let app = TestApp::new().await;
    let mut lecteur = LecteurNx::default();
    let mut chargement = Chargement::begin(&app.core).await.unwrap();
    for line in FICHIER.split(|byte| *byte == b'\n').take(100) {
        if let Some(acte) = lecteur.lire(line.strip_suffix(b"\r").unwrap()).unwrap() {
            chargement.add(&acte).await.unwrap();
        }
    }
    assert!(lecteur.finir().is_err());
    drop(chargement);
    assert_eq!(versions(&app.core).await.unwrap(), []);
    assert_eq!(loaded(&app, FICHIER).await.nouveaux, 12);
}

#[tokio::test]
async fn an_invented_act_is_told_bounded_and_to_be_looked_at() {
    let app = TestApp::new().await;
    // Constat: ZZZZ999 at 9,000 € was stored, 8,966 € reimbursed, no warning, nothing to look at.
    let before = sent(&app, technical("1", "ZZZZ999", 900_000)).await;
    loaded(&app, FICHIER).await;
    let after = sent(&app, technical("2", "ZZZZ999", 900_000)).await;
    for sheet in [&before, &after] {
        let evaluation = first(sheet);
        assert_eq!(warnings(evaluation), ["acte_ccam_inconnu", "montant_plafonne"]);
        assert_eq!(evaluation["totaux"]["base_centimes"], 50_000);
        assert_eq!(evaluation["totaux"]["rembourse_amo_centimes"], 47_400);
    }
    let codes = json!(["acte_ccam_inconnu", "montant_plafonne"]);
    assert_eq!(to_review(&app).await, [codes.clone(), codes]);
}

#[tokio::test]
async fn what_was_known_then_decides_what_was_evaluated_then() {
    let app = TestApp::new().await;
    let unknown = sent(&app, technical("1", "DEQP003", 1477)).await;
    assert_eq!(warnings(first(&unknown)), ["acte_ccam_inconnu"]);
    loaded(&app, FICHIER).await;
    let known = sent(&app, technical("2", "DEQP003", 1477)).await;
    assert_eq!(warnings(first(&known)), RIEN);
    let wrong = sent(&app, technical("3", "DEQP003", 1600)).await;
    assert_eq!(warnings(first(&wrong)), ["base_contredite"]);
    let dear = sent(&app, technical("4", "AAFA007", 60_123)).await;
    assert_eq!(warnings(first(&dear)), RIEN, "a known act has no ceiling");
    assert_eq!(first(&dear)["totaux"]["base_centimes"], 60_123);
    let instant = app.clock();
    loaded(&app, &next_version()).await;
    let late = sent(&app, technical("5", "DEQP003", 1477)).await;
    assert_eq!(warnings(first(&late)), ["base_contredite"]);
    // Each is made again with what it knew.
    assert_eq!(replayed(&app).await, (5, 5));
    // As known before the second version, or now.
    let ask = async |connu_le: Value| {
        app.advance(TimeDelta::seconds(1));
        let body = json!({ "feuille": technical("6", "DEQP003", 1477), "connu_le": connu_le });
        let answer = app.medecin(MARTIN).post("/v1/simulations/registre", body).await.expect(200);
        warnings(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ask(json!(instant)).await, RIEN);
    assert_eq!(ask(Value::Null).await, ["base_contredite"]);
}

#[tokio::test]
async fn a_ccam_loaded_late_takes_what_it_knows_off_the_list_once_evaluated_again() {
    let app = TestApp::new().await;
    sent(&app, technical("1", "DEQP003", 1477)).await;
    sent(&app, technical("2", "ZZZZ999", 2000)).await;
    assert_eq!(to_review(&app).await.len(), 2);
    loaded(&app, FICHIER).await;
    app.advance(TimeDelta::seconds(1));
    let caisse = app.caisse(AIN);
    let body =
        json!({ "motif": "correction", "patient_id": patient_id("BERNARD"), "du": "2025-01-01" });
    let asked = caisse.post("/v1/reevaluations", body).await;
    let path = asked.header("location").to_owned();
    asked.expect(202);
    app.run_jobs().await;
    let tried = caisse.get(&path).await.expect(200);
    let list = caisse.get(&format!("{path}/feuilles")).await.expect(200);
    assert_eq!(list["donnees"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list["donnees"][0]["causes"], json!(["ccam"]));
    let version = tried["version"].as_i64().unwrap();
    caisse.act_on(&format!("{path}/application"), version).await.expect(202);
    app.run_jobs().await;
    assert_eq!(to_review(&app).await, [json!(["acte_ccam_inconnu"])]);
    assert_eq!(replayed(&app).await, (3, 3));
}

#[tokio::test]
async fn many_feuilles_read_the_ccam_once_and_a_consultation_never_does() {
    let app = TestApp::new().await;
    loaded(&app, FICHIER).await;
    let caisse = app.caisse(AIN);
    let send = async |numbers: std::ops::Range<u32>, code: Option<&str>| {
        let line = |number: u32| {
            let mut sheet = technical(&number.to_string(), code.unwrap_or("DEQP003"), 1477);
            if code.is_none() {
                sheet["actes"][0]["ccam"].take();
                sheet["actes"][0]["nomenclature"] = json!("ngap");
                sheet["actes"][0]["code"] = json!("G");
            }
            sheet.to_string() + "\n"
        };
        let lot: String = numbers.map(line).collect();
        statements(caisse.send_ndjson("/v1/feuilles-de-soins/lots", &lot)).await.0
    };
    // The first lot of a service also records its law, its month and who sends it.
    send(50..51, Some("DEQP003")).await;
    // That of many persons is sent once before it is counted: their rows are current from then on.
    send(60..70, None).await;
    // A connection that is new says something of its own.
    let least = async |first: u32, code: Option<&str>| {
        let mut least = usize::MAX;
        for lot in 0..4 {
            least = least.min(send(first + 10 * lot..first + 10 * (lot + 1), code).await);
        }
        least
    };
    let without = least(100, None).await;
    assert_eq!(least(200, Some("DEQP003")).await, without + 1, "ten feuilles, one statement");
    let consultation = |numero: &str| feuille("BERNARD", numero, "2025-03-12", json!("T"));
    let doctor = app.medecin(MARTIN);
    doctor.post(FEUILLES, consultation("39")).await.expect(201);
    let (plain, _) = statements(doctor.post(FEUILLES, consultation("40"))).await;
    let (with, _) = statements(doctor.post(FEUILLES, technical("41", "DEQP003", 1477))).await;
    assert_eq!(with, plain + 1);
}

#[tokio::test]
async fn a_simulation_without_the_register_knows_the_ccam_too() {
    let app = TestApp::new().await;
    let care = |code: &str, centimes: i64| {
        json!({
            "date_soins": "2025-06-16",
            "patient": { "age": 45 },
            "medecin_traitant": "executant",
            "executant": { "specialite": "01", "convention": "secteur_1" },
            "parcours": { "indicateur": "T" },
            "actes": [{ "nomenclature": "ccam", "code": code, "honoraires_centimes": centimes,
                "base_remboursement_centimes": centimes }]
        })
    };
    let told = async |code: &str, centimes: i64| {
        let answer = app.anonymous().post("/v1/simulations", care(code, centimes)).await;
        let answer = answer.expect(200);
        warnings(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(told("DEQP003", 1477).await, ["acte_ccam_inconnu"]);
    loaded(&app, FICHIER).await;
    assert_eq!(told("DEQP003", 1477).await, RIEN);
    assert_eq!(told("DEQP003", 1476).await, ["base_contredite"]);
    assert_eq!(told("ZZZZ999", 1476).await, ["acte_ccam_inconnu"]);
}

#[test]
fn the_command_verifies_loads_and_says_what_is_known() {
    let folder = Folder::new();
    let donnees = folder.path().join("donnees");
    let settings = [("TRAITANT_DONNEES", donnees.to_str().unwrap())];
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = file("CACTOT07500", FICHIER);
    let unix: Vec<u8> = FICHIER.iter().copied().filter(|byte| *byte != b'\r').collect();
    let unix = file("unix", unix.strip_suffix(b"\n").unwrap());
    let cut = file("cut", &FICHIER[..FICHIER.len() / 2]);
    let old = file("old", &changed(&[("CAC20240209", "CAC20230209")]));
    for path in [&good, &unix] {
        let done = run(&settings, &["ccam", "verifier", path]);
        assert!(done.status.success(), "{}", said(&done));
        assert_eq!(
            said(&done),
            "CCAM version 75.00 du 09/02/2024 : 197 enregistrements, 12 actes, 13 activités, 13 phases.\n"
        );
    }
    let done = run(&settings, &["ccam", "verifier", &cut]);
    assert!(!done.status.success());
    assert!(said(&done).contains("traitant : ligne "), "{}", said(&done));
    let done = run(&settings, &["ccam", "verifier", "absent"]);
    assert!(said(&done).contains("lecture de absent"), "{}", said(&done));
    assert!(!donnees.exists(), "nothing was started to verify");

    let told = |arguments: &[&str], success: bool, expected: &str| {
        let done = run(&settings, arguments);
        assert_eq!(done.status.success(), success, "{}", said(&done));
        assert!(said(&done).contains(expected), "{}", said(&done));
    };
    told(&["ccam", "charger", &cut], false, "traitant : ligne ");
    told(&["ccam", "etat"], true, "Aucune CCAM chargée");
    told(&["ccam", "charger", &good], true, "12 actes nouveaux, 0 changés, 0 retirés.");
    told(&["ccam", "charger", &unix], true, "rien n'a changé");
    told(&["ccam", "charger", &old], false, "est plus ancienne que la version 75.00");
    told(&["ccam", "etat"], true, "75.00 du 09/02/2024 : 12 actes ; chargée le ");
}
