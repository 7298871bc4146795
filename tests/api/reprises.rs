//! What a caisse had before is taken over: sent, tried without consequence, applied once.

mod contradictions;
mod essais;

use serde_json::{Value, json};
use traitant::domain::ids::RepriseId;
use traitant::services::reprises::run_here;

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, cle, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE};

const REPRISES: &str = "/v1/reprises";
const NDJSON: &str = "application/x-ndjson";
const CSV: &str = "text/csv; charset=utf-8";

/// A number with its key.
fn nir(thirteen: &str) -> String {
    format!("{thirteen}{:02}", 97 - thirteen.parse::<u64>().unwrap() % 97)
}

/// Choices are those of the sandbox people of one caisse; the rest is sent by another.
fn caisse_of(nature: &str) -> &'static str {
    if nature == "choix" { BOUCHES_DU_RHONE } else { AIN }
}

/// Sends a file and lets the service try it.
async fn tried(app: &TestApp, nature: &str, content: &str, file: &[u8]) -> Value {
    let path = format!("{REPRISES}?nature={nature}");
    let caisse = app.caisse(caisse_of(nature));
    let sent = caisse.send_file(&path, content, file).await.expect(202);
    app.run_jobs().await;
    let read = caisse.get(&place(&sent)).await.expect(200);
    assert_eq!(read["etat"], "essayee", "{read}");
    read
}

/// Applies what was tried.
async fn applied(app: &TestApp, tried: &Value) -> Value {
    let version = tried["version"].as_i64().unwrap();
    let caisse = app.caisse(caisse_of(tried["nature"].as_str().unwrap()));
    caisse.act_on(&format!("{}/execution", place(tried)), version).await.expect(202);
    app.run_jobs().await;
    let read = caisse.get(&place(tried)).await.expect(200);
    assert_eq!(read["etat"], "appliquee", "{read}");
    read
}

async fn taken(app: &TestApp, nature: &str, lines: &[Value]) -> Value {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let tried = tried(app, nature, NDJSON, text.join("\n").as_bytes()).await;
    applied(app, &tried).await
}

fn place(reprise: &Value) -> String {
    format!("{REPRISES}/{}", reprise["id"].as_str().unwrap())
}

/// New, known, refused.
fn counts(reprise: &Value) -> [u64; 3] {
    ["nouvelles", "deja_connues", "refusees"].map(|name| reprise[name].as_u64().unwrap())
}

/// What is said of the lines of a file.
async fn refused(app: &TestApp, reprise: &Value) -> Vec<(u64, String, String)> {
    let caisse = app.caisse(caisse_of(reprise["nature"].as_str().unwrap()));
    let read = caisse.get(&format!("{}/lignes", place(reprise))).await.expect(200);
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let all = read["donnees"].as_array().unwrap().iter();
    all.map(|one| (one["ligne"].as_u64().unwrap(), text(one, "champ"), text(one, "code"))).collect()
}

/// A choice of a sandbox patient.
fn choix(prenom: &str, rpps: &[&str], du: &str) -> Value {
    let mut line = cle(prenom);
    line["medecins"] = json!(rpps);
    line["effet_du"] = json!(du);
    line
}

fn ended(mut line: Value, au: &str, motif: &str) -> Value {
    line["effet_au"] = json!(au);
    line["motif_fin"] = json!(motif);
    line
}

/// First day, day after the last, motive and doctors of each designation.
async fn timeline(app: &TestApp, prenom: &str) -> Vec<(Value, Value, Value, Vec<String>)> {
    let path = format!("/v1/patients/{}/designations", patient_id(prenom));
    let read = app.patient(prenom).get(&path).await.expect(200);
    let rpps = |one: &Value| one["rpps"].as_str().unwrap().to_owned();
    let mut all: Vec<_> = read["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let medecins = one["medecins"].as_array().unwrap().iter().map(rpps).collect();
            (one["effet_du"].clone(), one["effet_au"].clone(), one["motif_fin"].clone(), medecins)
        })
        .collect();
    all.sort_by_key(|one| one.0.as_str().unwrap().to_owned());
    all
}

const ENTETE: &str = "identifiant.type;identifiant.valeur;nom;prenom;date_naissance;rang;organisme.regime;\
                      organisme.caisse;organisme.centre;affilie_du";

#[tokio::test]
async fn affiliates_in_the_encoding_of_a_spreadsheet_are_tried_then_registered_once() {
    let app = TestApp::new().await;
    let numero = nir("1860213055997");
    let wrong = nir("2860213055998");
    let mut file = format!("{ENTETE}\r\n").into_bytes();
    // « ESSAI-LÉCA » in Windows-1252.
    file.extend(format!("nir;{numero};ESSAI-L").into_bytes());
    file.push(0xc9);
    file.extend(b"CA;ANGE;11/02/1986;1;01;011;0000;01/09/2012\r\n".to_vec());
    file.extend(b"\r\n".to_vec());
    file.extend(
        format!("nir;{wrong};ESSAI-DUR;ANGE;1986-02-11;;01;011;0000;31/02/2012\r\n").into_bytes(),
    );
    let windows = "text/csv; charset=windows-1252";
    let first = tried(&app, "affilies", windows, &file).await;
    assert_eq!(counts(&first), [1, 0, 1]);
    assert_eq!(first["lignes"], 2);

    let asked = json!({ "identifiant": { "type": "nir", "valeur": numero }, "date_naissance": "1986-02-11" });
    let search = "/v1/patients/recherche";
    let nobody = app.caisse(AIN).post(search, asked.clone()).await;
    assert_eq!(nobody.problem(404), "introuvable", "a trial registers nobody");

    let done = applied(&app, &first).await;
    assert_eq!(counts(&done), [1, 0, 1]);
    let found = app.caisse(AIN).post(search, asked).await.expect(200);
    let path = format!("/v1/patients/{}", found["patient_id"].as_str().unwrap());
    let read = app.caisse(AIN).get(&path).await.expect(200);
    assert_eq!(read["identites"][0]["nom"], "ESSAI-LÉCA");

    let again = tried(&app, "affilies", windows, &file).await;
    assert_ne!(again["id"], first["id"], "the first one is over");
    assert_eq!(counts(&again), [0, 1, 1]);
    assert_eq!(counts(&applied(&app, &again).await), [0, 1, 1]);
}

#[tokio::test]
async fn the_sex_of_an_affiliate_is_a_column_that_may_be_left_out_or_empty() {
    let app = TestApp::new().await;
    let heading = format!("{ENTETE};sexe").replace(";rang;", ";");
    let (said, silent, wrong) = (nir("1860213055997"), nir("2860213055998"), nir("2860213055994"));
    let row = |numero: &str, sexe: &str| {
        format!("nir;{numero};ESSAI-LECA;ANGE;1986-02-11;01;011;0000;2012-09-01;{sexe}\r\n")
    };
    let file =
        [heading + "\r\n", row(&said, "feminin"), row(&silent, ""), row(&wrong, "F")].concat();
    let tried = tried(&app, "affilies", CSV, file.as_bytes()).await;
    assert_eq!(counts(&tried), [2, 0, 1]);
    assert_eq!(refused(&app, &tried).await, [(4, "sexe".to_owned(), "valeur_inconnue".to_owned())]);
    applied(&app, &tried).await;
    // In NDJSON, without the member.
    let left_out = nir("1860213055993");
    let line = json!({
        "identifiant": { "type": "nir", "valeur": left_out }, "nom": "ESSAI-LECA", "prenom": "ANGE",
        "date_naissance": "1986-02-11", "affilie_du": "2012-09-01",
        "organisme": { "regime": "01", "caisse": "011", "centre": "0000" },
    });
    assert_eq!(counts(&taken(&app, "affilies", &[line]).await), [1, 0, 0]);
    let caisse = app.caisse(AIN);
    for (numero, expected) in [(said, "feminin"), (silent, "feminin"), (left_out, "masculin")] {
        let card = json!({ "identifiant": { "type": "nir", "valeur": numero }, "date_naissance": "1986-02-11" });
        let found = caisse.post("/v1/patients/recherche", card).await.expect(200);
        let path = format!("/v1/patients/{}", found["patient_id"].as_str().unwrap());
        assert_eq!(caisse.get(&path).await.expect(200)["identites"][0]["sexe"], expected);
    }
}

#[tokio::test]
async fn the_same_file_under_way_is_one_and_a_heading_that_nobody_knows_is_refused() {
    let app = TestApp::new().await;
    let path = format!("{REPRISES}?nature=choix");
    let line = choix("ALICE", &[MARTIN], "2012-03-01").to_string();
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let first = caisse.send_file(&path, NDJSON, line.as_bytes()).await.expect(202);
    let second = caisse.send_file(&path, NDJSON, line.as_bytes()).await.expect(202);
    assert_eq!(first["id"], second["id"]);
    let other = app.caisse(AIN).get(&place(&first)).await;
    assert_eq!(other.problem(404), "introuvable");
    let wrong = caisse.send_file(&path, CSV, b"nir;rpps\n1;2\n").await;
    assert_eq!(wrong.problem(400), "corps_illisible");
    let unnamed = caisse.send_file(&path, "application/json", b"{}").await;
    assert_eq!(unnamed.problem(415), "type_de_contenu");
}

#[tokio::test]
async fn a_choice_taken_over_counts_from_its_day_and_nobody_signed_it_here() {
    let app = TestApp::new().await;
    let mut line = choix("ALICE", &[MARTIN], "2012-03-01");
    line["signe_le"] = json!("2012-02-28");
    line["origine"] = json!("scan");
    line["reference"] = json!("archive 2012/0457");
    let done = taken(&app, "choix", &[line]).await;
    assert_eq!(counts(&done), [1, 0, 0]);

    let alice = patient_id("ALICE");
    let read =
        app.patient("ALICE").get(&format!("/v1/patients/{alice}/declarations")).await.expect(200);
    let declaration = &read["donnees"][0];
    assert_eq!(declaration["canal"], "reprise");
    assert_eq!(declaration["etat"], "active");
    assert_eq!(declaration["signatures"], json!([]));
    assert_eq!(
        declaration["reprise"],
        json!({ "effet_du": "2012-03-01", "signe_le": "2012-02-28", "origine": "scan",
                "reference": "archive 2012/0457" })
    );
    let on = |day: &str| format!("/v1/patients/{alice}/medecin-traitant?en_vigueur_le={day}");
    let before = app.patient("ALICE").get(&on("2012-02-29")).await.expect(200);
    assert_eq!(before["designation"], Value::Null);
    let from = app.patient("ALICE").get(&on("2012-03-01")).await.expect(200);
    assert_eq!(from["designation"]["medecins"][0]["rpps"], MARTIN);

    let patients = app.medecin(MARTIN).get("/v1/moi/patients").await.expect(200);
    let listed = |one: &Value| one["patient_id"] == json!(alice);
    assert!(patients["donnees"].as_array().unwrap().iter().any(listed), "{patients}");
    let traces = app.patient("ALICE").get("/v1/moi/acces").await.expect(200);
    let told = |one: &Value| one["operation"] == "patient.reprise";
    assert!(traces["donnees"].as_array().unwrap().iter().any(told), "{traces}");
}

#[tokio::test]
async fn what_the_register_holds_stays_day_for_day() {
    let app = TestApp::new().await;
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    app.advance(chrono::TimeDelta::days(40));
    let held = timeline(&app, "ALICE").await;
    assert_eq!(held.len(), 1);
    let lines = [
        // The days from that of the declaration on are Martin's.
        choix("ALICE", &[CARDIOLOGUE], "2025-06-17"),
        // Before it, nobody was known: this one ends where the other begins.
        choix("ALICE", &[CARDIOLOGUE], "2015-06-16"),
        choix("HUGO", &["99900008030"], "2015-01-01"),
        // Of another caisse.
        choix("BERNARD", &[MARTIN], "2015-01-01"),
    ];
    let done = taken(&app, "choix", &lines).await;
    assert_eq!(counts(&done), [1, 0, 3]);
    let said = refused(&app, &done).await;
    let codes: Vec<(u64, &str)> =
        said.iter().map(|(line, _, code)| (*line, code.as_str())).collect();
    assert_eq!(codes, [(1, "choix_contredit"), (3, "medecin_inconnu"), (4, "patient_inconnu")]);
    let after = timeline(&app, "ALICE").await;
    assert_eq!(after.len(), 2);
    assert_eq!(after[1], held[0], "what was known stays");
    assert_eq!((&after[0].0, &after[0].1), (&json!("2015-06-16"), &json!("2025-06-16")));

    let again = taken(&app, "choix", &lines).await;
    assert_eq!(counts(&again), [0, 1, 3], "the same lines change nothing");
    assert_eq!(timeline(&app, "ALICE").await, after);
}

/// The choices of a life, for a person.
fn vie(prenom: &str) -> Vec<Value> {
    vec![
        ended(choix(prenom, &[MARTIN], "2008-01-01"), "2010-05-01", "patient"),
        ended(choix(prenom, &[CARDIOLOGUE], "2011-01-01"), "2014-01-01", "remplacement"),
        choix(prenom, &[PONS], "2014-01-01"),
        ended(choix(prenom, &[MARTIN], "2018-01-01"), "2020-02-01", "medecin"),
    ]
}

#[tokio::test]
async fn many_choices_together_make_what_each_alone_would() {
    let (app, other) = (TestApp::new().await, TestApp::new().await);
    // There, something was asked about Alice before: her choices are taken one by one.
    let asked = json!({ "patient": cle("ALICE"), "medecins": [{ "rpps": MARTIN }] });
    other.medecin(MARTIN).post("/v1/declarations", asked).await.expect(201);
    let lines = vie("ALICE");
    for app in [&app, &other] {
        let done = taken(app, "choix", &lines).await;
        assert_eq!(counts(&done), [4, 0, 0], "{:?}", refused(app, &done).await);
    }
    let together = timeline(&app, "ALICE").await;
    assert_eq!(together, timeline(&other, "ALICE").await);
    let ends: Vec<(&str, &str, &str)> = together
        .iter()
        .map(|one| (one.0.as_str().unwrap(), one.1.as_str().unwrap(), one.2.as_str().unwrap()))
        .collect();
    let expected = [
        ("2008-01-01", "2010-05-01", "patient"),
        ("2011-01-01", "2014-01-01", "remplacement"),
        ("2014-01-01", "2018-01-01", "remplacement"),
        ("2018-01-01", "2020-02-01", "medecin"),
    ];
    assert_eq!(ends, expected);
    assert_eq!(counts(&taken(&app, "choix", &lines).await), [0, 4, 0]);
}

#[tokio::test]
async fn two_runners_do_each_line_once() {
    let app = TestApp::new().await;
    let line = |index: u32| {
        let numero = nir(&format!("18502010{index:05}"));
        json!({
            "identifiant": { "type": "nir", "valeur": numero }, "nom": "ESSAI-NOMBREUX", "prenom": "JO",
            "date_naissance": "1985-02-01", "affilie_du": "2012-09-01",
            "organisme": { "regime": "01", "caisse": "011", "centre": "0000" },
        })
        .to_string()
    };
    // More than two blocks.
    let lines: Vec<String> = (1_001..2_103).filter(|index| index % 1_000 != 0).map(line).collect();
    let text = lines.join("\n");
    let read = tried(&app, "affilies", NDJSON, text.as_bytes()).await;
    assert_eq!(counts(&read), [1_101, 0, 0]);
    let version = read["version"].as_i64().unwrap();
    let way = format!("{}/execution", place(&read));
    app.caisse(AIN).act_on(&way, version).await.expect(202);
    let id: RepriseId = read["id"].as_str().unwrap().parse().unwrap();
    let (one, two) =
        tokio::join!(run_here(&app.core, id, |_done| ()), run_here(&app.core, id, |_done| ()));
    one.unwrap();
    two.unwrap();
    app.run_jobs().await;
    let read = app.caisse(AIN).get(&place(&read)).await.expect(200);
    assert_eq!((counts(&read), &read["etat"]), ([1_101, 0, 0], &json!("appliquee")));
    let again = app.caisse(AIN).act_on(&way, read["version"].as_i64().unwrap()).await;
    assert_eq!(again.problem(409), "transition_interdite");
}

#[tokio::test]
async fn a_practice_a_line_registers_doctors_of_the_territory() {
    let app = TestApp::new().await;
    let heading = "rpps;nom;prenom;specialite;exercice.du;exercice.mode;exercice.principal;exercice.convention;\
                   exercice.lieu.nature;exercice.lieu.nom;exercice.lieu.commune;exercice.lieu.adresse";
    let row = |rpps: &str, principal: &str, nom: &str, commune: &str| {
        format!(
            "{rpps};ESSAI-NEUF;ANNE;01;2015-09-01;liberal;{principal};secteur_1;cabinet;{nom};{commune};1 rue Neuve"
        )
    };
    let rows = [
        heading.to_owned(),
        row("99900008022", "oui", "Cabinet des Tilleuls", "01004"),
        row("99900008022", "non", "Cabinet du Lac", "01004"),
        row("99900008022", "oui", "Cabinet du Bois", "01004"),
        row("99900008030", "oui", "Cabinet du Vieux-Port", "13055"),
    ];
    let file = format!("\u{feff}{}\n", rows.join("\n"));
    let read = tried(&app, "medecins", CSV, file.as_bytes()).await;
    assert_eq!(counts(&read), [2, 0, 2]);
    let said = refused(&app, &read).await;
    let said: Vec<_> =
        said.iter().map(|(line, field, code)| (*line, field.as_str(), code.as_str())).collect();
    let expected = [
        (4, "exercice.principal", "principal_unique"),
        (5, "exercice.lieu.commune", "hors_perimetre"),
    ];
    assert_eq!(said, expected);
    applied(&app, &read).await;
    let known = app.medecin(MARTIN).get("/v1/medecins/99900008022").await.expect(200);
    assert_eq!(known["exercices"].as_array().unwrap().len(), 2);
    let report = app.caisse(AIN).get(&format!("{}/rapport", place(&read))).await;
    assert_eq!(report.status, 200);
    let text = String::from_utf8(report.body).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "\u{feff}ligne;champ;code;message");
    assert!(lines[1].starts_with("4;exercice.principal;principal_unique;"), "{text}");
    assert_eq!(lines.len(), 3);
}
