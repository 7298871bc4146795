//! The first days of January: the service goes on, says what nobody verified, and takes what a caisse adds.

use std::sync::Arc;

use serde_json::{Value, json};
use traitant::law::parameters::ajouts::Ajout;
use traitant::law::{AuDela, Law};
use traitant::services::rejeu;

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::database::TestDatabase;
use crate::support::process::{Folder, Service, run, said};

const FEUILLES: &str = "/v1/feuilles-de-soins";
const SIMULATIONS: &str = "/v1/simulations";
const DAYS: [&str; 3] = ["2026-12-31", "2027-01-01", "2027-01-02"];

/// The participation is three euros from 2027 on, by a text that only the file cites.
const VALEURS: &str = "[textes.DECRET-ESSAI]
citation = \"décret d'essai du 20 décembre 2026\"
objet = \"participation forfaitaire de 3 €\"
lu_le = 2026-12-22
[PF_MONTANT]
unite = \"centimes\"
verifie_le = 2026-12-22
verifie_jusqu_au = 2027-12-31
[[PF_MONTANT.valeurs]]
depuis = 2027-01-01
valeur = 300
bases = [\"DECRET-ESSAI\"]
";

fn with_values() -> Law {
    let (fichier, contenu) = ("2027.toml".to_owned(), VALEURS.to_owned());
    Law::avec(&[Ajout { fichier, contenu }]).unwrap()
}

fn strict() -> Law {
    Law::embedded().unwrap().au_dela(AuDela::Refuser)
}

/// An application that lives on 2 January 2027.
async fn under(law: Law) -> TestApp {
    let database = Arc::new(TestDatabase::with_people().await);
    let app = TestApp::under(database, 4, law, 7).await;
    app.on("2027-01-02");
    app
}

fn care(jour: &str) -> Value {
    json!({
        "date_soins": jour,
        "patient": { "age": 45, "complementaire": "aucune" },
        "medecin_traitant": "executant",
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "parcours": { "indicateur": "T" },
        "actes": [{ "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000 }]
    })
}

/// The line that is warned of a value to be verified, if one is.
fn warned(evaluation: &Value) -> Option<&Value> {
    let all = evaluation["avertissements"].as_array().unwrap();
    all.iter().find(|one| one["code"] == "valeur_a_verifier").map(|one| &one["numero_ligne"])
}

#[tokio::test]
async fn the_service_goes_on_after_the_last_day_that_somebody_verified() {
    let app = under(Law::embedded().unwrap()).await;
    let (anybody, martin) = (app.anonymous(), app.medecin(MARTIN));
    let mut lines = String::new();
    for (place, jour) in DAYS.into_iter().enumerate() {
        let expected = (place > 0).then_some(json!(1));
        let simulated = anybody.post(SIMULATIONS, care(jour)).await.expect(200);
        assert_eq!(warned(&simulated), expected.as_ref(), "{jour}");
        let sheet = feuille("BERNARD", &place.to_string(), jour, json!("T"));
        let stored = martin.post(FEUILLES, sheet).await.expect(201);
        assert_eq!(warned(&stored["evaluations"][0]), expected.as_ref(), "{jour}");
        let line = feuille("CHARLES", &format!("1{place}"), jour, json!("T"));
        lines = lines + &line.to_string() + "\n";
    }
    let path = format!("{FEUILLES}/lots?reponse=complete");
    let reply = martin.send_ndjson(&path, &lines).await;
    let text = String::from_utf8(reply.body).unwrap();
    let warnings: Vec<bool> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|answer| warned(&answer["feuille"]["evaluations"][0]).is_some())
        .collect();
    assert_eq!(warnings, [false, true, true]);
    // The clerk reads which values; nobody has to look at each feuille for them.
    let path = format!("{SIMULATIONS}?vue=instruction");
    let told = anybody.post(&path, care("2027-01-01")).await.expect(200);
    let codes = &told["instruction"]["actes"][0]["parametres_a_verifier"];
    assert!(codes.as_array().unwrap().contains(&json!("PF_MONTANT")), "{codes}");
    let caisse = app.caisse("010110000");
    let list = caisse.get("/v1/feuilles-de-soins/a-revoir").await.expect(200);
    assert!(!list.to_string().contains("valeur_a_verifier"));
}

#[tokio::test]
async fn a_service_may_refuse_what_nobody_verified() {
    let app = under(strict()).await;
    let (anybody, martin) = (app.anonymous(), app.medecin(MARTIN));
    for (place, jour) in DAYS.into_iter().enumerate() {
        let simulated = anybody.post(SIMULATIONS, care(jour)).await;
        let sheet = feuille("BERNARD", &place.to_string(), jour, json!("T"));
        let stored = martin.post(FEUILLES, sheet).await;
        if place == 0 {
            assert_eq!(warned(&simulated.expect(200)), None);
            assert_eq!(warned(&stored.expect(201)["evaluations"][0]), None);
        } else {
            assert_eq!(simulated.problem(422), "hors_couverture");
            let detail = simulated.expect(422)["detail"].to_string();
            assert!(detail.contains("du 01/01/2006 au 31/12/2026 inclus"), "{detail}");
            assert_eq!(stored.problem(422), "hors_couverture");
        }
    }
    // The law itself is read on any day.
    let law = anybody.get("/v1/loi?le=2027-01-01").await.expect(200);
    assert_eq!(law["parametres"][0]["verifie_jusqu_au"], "2026-12-31");
}

#[tokio::test]
async fn added_values_count_from_their_day_and_are_shown_with_their_file() {
    let app = under(with_values()).await;
    let anybody = app.anonymous();
    let mut kept = Vec::new();
    for jour in DAYS {
        let simulated = anybody.post(SIMULATIONS, care(jour)).await.expect(200);
        kept.push(simulated["totaux"]["participation_forfaitaire_centimes"].as_i64().unwrap());
    }
    assert_eq!(kept, [200, 300, 300]);
    let shown = |law: &Value| {
        let all = law["parametres"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["code"] == "PF_MONTANT").unwrap()
    };
    let before = anybody.get("/v1/loi?le=2026-12-31").await.expect(200);
    assert_eq!(shown(&before)["origine"], Value::Null);
    let after = anybody.get("/v1/loi?le=2027-01-01").await.expect(200);
    let value = shown(&after);
    assert_eq!((&value["valeur"], &value["origine"]), (&json!(300), &json!("2027.toml")));
    assert_eq!(value["verifie_jusqu_au"], "2027-12-31");
    assert_eq!(value["fondement"][0]["citation"], "décret d'essai du 20 décembre 2026");
    assert_ne!(
        after["regles_version"].as_str(),
        Some(&*Law::embedded().unwrap().empreinte().to_string())
    );
    let changes = "/v1/loi/comparaison?du=2026-12-31&au=2027-01-01";
    let changes = anybody.get(changes).await.expect(200);
    assert_eq!(changes["parametres"][0]["apres"]["origine"], "2027.toml");
    let ready = anybody.get("/etat/pret").await.expect(200);
    assert_eq!(ready["loi_verifiee_jusqu_au"], "2026-12-31");
    assert_eq!(ready["loi_verifiee_aujourd_hui"], false);
    assert_eq!(ready["loi_ajouts"][0]["fichier"], "2027.toml");
    let [ends] = &ready["loi_echeances"].as_array().unwrap()[..] else { panic!("{ready}") };
    assert!(!ends["parametres"].as_array().unwrap().contains(&json!("PF_MONTANT")));
}

#[tokio::test]
async fn what_was_decided_with_a_file_is_replayed_with_it_when_it_is_gone() {
    let database = Arc::new(TestDatabase::with_people().await);
    let former = TestApp::under(Arc::clone(&database), 4, with_values(), 7).await;
    former.on("2027-01-02");
    let sheet = feuille("BERNARD", "1", "2027-01-01", json!("T"));
    let old = former.medecin(MARTIN).post(FEUILLES, sheet).await.expect(201);
    let decided = &old["evaluations"][0];
    assert_eq!(decided["totaux"]["participation_forfaitaire_centimes"], 300);
    assert!(decided.to_string().contains("décret d'essai"), "{decided}");
    // Another directory, and a service that would refuse this care today.
    stays_what_it_was(database, &old).await;
}

/// A service that refuses days that nobody verified reads a feuille, and replays it, as it was answered.
async fn stays_what_it_was(database: Arc<TestDatabase>, old: &Value) {
    let present = TestApp::under(database, 4, strict(), 8).await;
    present.on("2027-01-02");
    let path = format!("{FEUILLES}/{}", old["id"].as_str().unwrap());
    let again = present.medecin(MARTIN).get(&path).await.expect(200);
    assert_eq!(again["evaluations"], old["evaluations"]);
    let all = rejeu::replay(&present.core, (None, None), |_| {}).await.unwrap();
    assert_eq!((all.evaluations, all.identiques), (1, 1));
}

#[tokio::test]
async fn a_service_that_begins_to_refuse_still_replays_and_explains_what_it_answered() {
    let database = Arc::new(TestDatabase::with_people().await);
    let former = TestApp::under(Arc::clone(&database), 4, Law::embedded().unwrap(), 7).await;
    former.on("2027-01-02");
    let sheet = feuille("BERNARD", "1", "2027-01-01", json!("H"));
    let old = former.medecin(MARTIN).post(FEUILLES, sheet).await.expect(201);
    stays_what_it_was(database, &old).await;
}

#[tokio::test]
async fn care_decided_with_the_last_values_is_decided_again_once_the_new_ones_are_added() {
    let database = Arc::new(TestDatabase::with_people().await);
    let before = TestApp::under(Arc::clone(&database), 4, Law::embedded().unwrap(), 7).await;
    before.on("2027-01-02");
    for jour in ["2026-12-31", "2027-01-01"] {
        let numero = jour.replace('-', "");
        let sheet = feuille("BERNARD", &numero, jour, json!("T"));
        before.medecin(MARTIN).post(FEUILLES, sheet).await.expect(201);
    }
    let after = TestApp::under(database, 4, with_values(), 8).await;
    after.on("2027-01-02");
    let caisse = after.caisse("010110000");
    let body = json!({ "motif": "loi", "patient_id": patient_id("BERNARD"), "du": "2026-12-31" });
    let asked = caisse.post("/v1/reevaluations", body).await;
    after.run_jobs().await;
    let shown = caisse.get(asked.header("location")).await.expect(200);
    assert_eq!(shown["feuilles_changees"], 1);
    assert_eq!(shown["difference"]["rembourse_amo_centimes"], -100);
}

#[tokio::test]
async fn a_reform_of_tomorrow_is_simulated_beside_the_last_values() {
    let app = under(Law::embedded().unwrap()).await;
    let reform =
        |valeur: i64| json!([{ "code": "PF_MONTANT", "valeur": valeur, "du": "2027-01-01" }]);
    let mut asked = care("2027-01-01");
    asked["reforme"] = reform(300);
    let answer = app.anonymous().post(SIMULATIONS, asked).await.expect(200);
    assert_eq!(answer["reforme"]["ecart"]["amo_centimes"], -100);
    assert!(warned(&answer).is_some());
    let lines = [json!({ "reforme": reform(250) }), care("2026-12-31"), care("2027-01-01")];
    let lines: String = lines.iter().map(|line| line.to_string() + "\n").collect();
    let reply = app.medecin(MARTIN).send_ndjson("/v1/simulations/lots", &lines).await;
    let text = String::from_utf8(reply.body).unwrap();
    let answers = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let differences: Vec<Option<i64>> =
        answers.map(|answer| answer["ecart"]["amo_centimes"].as_i64()).collect();
    assert_eq!(differences[..2], [Some(0), Some(-50)], "{text}");
}

/// Writes the values and their list, as `sha256sum` does.
fn write(folder: &Folder, valeurs: &str) {
    let (fichier, contenu) = ("2027.toml".to_owned(), valeurs.to_owned());
    let ajout = Ajout { fichier, contenu };
    std::fs::write(folder.path().join("2027.toml"), valeurs).unwrap();
    let list = format!("{}  2027.toml\n", ajout.sha256());
    std::fs::write(folder.path().join("SHA256SUMS"), list).unwrap();
}

#[test]
fn the_command_checks_a_file_and_tells_the_line_of_its_digest() {
    let folder = Folder::new();
    write(&folder, VALEURS);
    let file = folder.path().join("2027.toml");
    let file = file.to_str().unwrap();
    let done = run(&[], &["loi", "verifier", file]);
    let told = said(&done);
    assert!(done.status.success(), "{told}");
    let until = "PF_MONTANT : vérifié jusqu'au 2027-12-31 (avant : 2026-12-31)";
    assert!(told.contains(until), "{told}");
    assert!(told.contains("depuis le 2027-01-01 : 3,00\u{a0}€"), "{told}");
    let list = std::fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap();
    assert!(told.ends_with(&list), "{told}");
    // The same with the directory of the service, where the file already is; and the directory itself.
    let dir = folder.path().to_str().unwrap();
    assert!(run(&[("TRAITANT_LOI", dir)], &["loi", "verifier", file]).status.success());
    assert!(run(&[], &["loi", "verifier", dir]).status.success());
    write(&folder, &VALEURS.replace("centimes", "ans"));
    let bad = run(&[], &["loi", "verifier", file]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(said(&bad).contains("2027.toml : PF_MONTANT : unite : attendu « centimes »"));
}

#[test]
fn the_command_tells_which_values_end_and_its_code_says_whether_there_are_any() {
    let ends = |arguments: &[&str]| run(&[], &[&["loi", "echeances"], arguments].concat());
    let before = ends(&["--le", "2026-12-01", "--dans", "29"]);
    assert_eq!(before.status.code(), Some(0), "{}", said(&before));
    let on_the_day = ends(&["--le", "2026-12-01", "--dans", "30"]);
    assert_eq!(on_the_day.status.code(), Some(3));
    assert!(said(&on_the_day).contains("pour des soins jusqu'au 2026-12-31 :"));
    assert!(said(&on_the_day).contains("  PF_MONTANT : Participation forfaitaire"));
}

#[tokio::test]
async fn the_service_starts_with_good_values_and_refuses_bad_ones_with_the_reason() {
    let (folder, values) = (Folder::new(), Folder::new());
    write(&values, VALEURS);
    let settings = [
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
        ("TRAITANT_LOI", values.path().to_str().unwrap()),
    ];
    let service = Service::start(&settings);
    let ready = reqwest::get(format!("{}/etat/pret", service.address)).await.unwrap();
    let ready: Value = ready.json().await.unwrap();
    assert_eq!(ready["loi_ajouts"][0]["fichier"], "2027.toml");
    assert!(service.end("TERM").success());
    std::fs::write(values.path().join("2027.toml"), &VALEURS.as_bytes()[..200]).unwrap();
    let started = [settings.as_slice(), &[("TRAITANT_ADRESSE", "127.0.0.1:0")]].concat();
    for arguments in [&["servir"][..], &["rejouer"], &["regles"]] {
        let refused = run(&started, arguments);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        assert!(said(&refused).contains("2027.toml : attendu le SHA-256"), "{}", said(&refused));
    }
}
