//! What feuilles left behind them follows the person to whom a split gave them.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use traitant::auth::Claims;
use traitant::domain::acteur::Acteur;
use traitant::domain::clock::Clock;

use crate::access::claims;
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, Caller, MARTIN, feuille, patient_id};
use crate::support::vie::{AIN, AUTRE_NIR, act, merge, organisme, second_record};

const FEUILLES: &str = "/v1/feuilles-de-soins";

/// A consultation of the cardiologist for Bernard: a single opinion when Martin asked for it.
fn cardiologist(numero: &str, jour: &str, code: &str) -> Value {
    let mut body = feuille("BERNARD", numero, jour, json!("S2"));
    body["executant"] = json!({
        "rpps": CARDIOLOGUE, "numero_facturation": { "type": "num_am", "valeur": "991999913" },
        "specialite": "03", "convention": "secteur_1",
    });
    if code == "APC" {
        body["parcours"] = json!({
            "indicateur": "O",
            "orienteur": { "rpps": MARTIN, "nom": "ESSAI-MARTIN", "prenom": "CAMILLE" },
        });
    }
    body["actes"][0]["code"] = json!(code);
    body
}

/// The same for the other person.
fn theirs(mut sheet: Value) -> Value {
    for number in ["identifiant_individuel", "identifiant_ouvrant_droit"] {
        sheet["beneficiaire"][number]["valeur"] = json!(AUTRE_NIR);
    }
    sheet["beneficiaire"]["date_naissance"] = json!("1986-02-11");
    sheet
}

async fn send(app: &TestApp, sheet: Value) -> Value {
    app.advance(TimeDelta::seconds(1));
    let rpps = sheet["executant"]["rpps"].as_str().unwrap().to_owned();
    app.medecin(&rpps).post(FEUILLES, sheet).await.expect(201)
}

fn id(sheet: &Value) -> &str {
    sheet["id"].as_str().unwrap()
}

/// Feuilles of Bernard go to a new person; gives the person.
async fn split(app: &TestApp, feuilles: &[&str]) -> String {
    app.advance(TimeDelta::seconds(1));
    let body = json!({
        "patient": {
            "identifiant": { "type": "nir", "valeur": AUTRE_NIR },
            "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
            "organisme": organisme(AIN), "affilie_du": "2012-09-01",
        },
        "declarations": [], "feuilles": feuilles, "motif": "collision",
    });
    let bernard = patient_id("BERNARD").to_string();
    let both = act(&app.caisse(AIN), &bernard, "scissions", body).await.expect(201);
    both["nouveau"]["patient_id"].as_str().unwrap().to_owned()
}

/// What was read of a person, as they are told: what was done, and when.
async fn accesses(app: &TestApp, id: &str) -> Vec<(String, DateTime<Utc>)> {
    let acteur = Acteur::Patient(id.parse().unwrap());
    let token = app.emetteur.issue(&acteur, &*app.clock, &app.ids, 600).unwrap();
    let read = app.bearer(token).get("/v1/moi/acces?limite=100&avec_total=true").await.expect(200);
    let all = read["donnees"].as_array().unwrap();
    assert_eq!(read["pagination"]["total"], all.len());
    let instant = |one: &Value| one["survenu_le"].as_str().unwrap().parse().unwrap();
    all.iter().map(|one| (one["operation"].as_str().unwrap().to_owned(), instant(one))).collect()
}

/// Who read a feuille before it went to another person read what is theirs: from its reception to the split, and no longer.
#[tokio::test]
async fn the_person_to_whom_a_split_gives_a_feuille_reads_who_read_it() {
    let app = TestApp::new().await;
    let (bernard, caisse) = (patient_id("BERNARD"), app.caisse(AIN));
    caisse.get(&format!("/v1/patients/{bernard}/representations")).await.expect(200);
    app.advance(TimeDelta::minutes(1));
    let theirs_now = send(&app, feuille("BERNARD", "1", "2025-06-10", json!("T"))).await;
    let sent = feuille("BERNARD", "2", "2025-06-10", json!("T")).to_string();
    let lot = app.medecin(MARTIN).send_ndjson(&format!("{FEUILLES}/lots"), &sent).await;
    let lot: Value = serde_json::from_slice(&lot.body).unwrap();
    let second = lot["feuille_id"].as_str().or(lot["id"].as_str());
    let second = second.unwrap_or_else(|| panic!("{lot}")).to_owned();
    app.advance(TimeDelta::minutes(1));
    let path = format!("{FEUILLES}/{}", id(&theirs_now));
    app.patient("BERNARD").get(&path).await.expect(200);
    caisse.get(&path).await.expect(200);
    app.advance(TimeDelta::minutes(1));
    let new = split(&app, &[id(&theirs_now), &second]).await;
    app.advance(TimeDelta::minutes(1));
    caisse.get(&format!("/v1/patients/{bernard}/adressages")).await.expect(200);

    let told = accesses(&app, &new).await;
    let count = |what: &str| told.iter().filter(|(operation, _)| operation == what).count();
    assert_eq!(count("feuille.lire"), 2, "{told:?}");
    // One by itself, one in a lot.
    assert_eq!(count("feuille.enregistrer"), 2, "{told:?}");
    assert_eq!(count("patient.scinder"), 1, "{told:?}");
    assert_eq!((count("representation.lister"), count("adressage.lister")), (0, 0), "{told:?}");
    assert!(told.is_sorted_by(|one, next| one.1 >= next.1), "{told:?}");
    // Bernard is still told of them.
    let own = accesses(&app, &bernard.to_string()).await;
    assert_eq!(own.iter().filter(|(operation, _)| operation == "feuille.lire").count(), 2);
}

/// The feuilles that a warning of the last evaluation names.
fn named(sheet: &Value, code: &str) -> Vec<String> {
    let last = sheet["evaluations"].as_array().unwrap().last().unwrap();
    let all = last["avertissements"].as_array().unwrap();
    let found = all.iter().filter(|warning| warning["code"] == code);
    let ids = found.flat_map(|warning| warning["feuilles"].as_array().unwrap());
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// The feuilles that contradict the opinion of a feuille, as its reader and as the list of its caisse say.
async fn broken_by(app: &TestApp, sheet: &str) -> Vec<String> {
    let caisse = app.caisse(AIN);
    let ids = |list: &Value, member: &str| -> Vec<String> {
        let all = list.as_array().map_or(&[][..], Vec::as_slice).iter();
        all.map(|one| if member.is_empty() { one } else { &one[member] })
            .map(|one| one.as_str().unwrap().to_owned())
            .collect()
    };
    let read = caisse.get(&format!("{FEUILLES}/{sheet}")).await.expect(200);
    let told = ids(&read["a_reexaminer"], "feuille_id");
    let list = "a-revoir?du=2025-01-01&au=2025-06-16&motif=avis_ponctuel_rompu";
    let list = caisse.get(&format!("{FEUILLES}/{list}")).await.expect(200);
    let all = list["donnees"].as_array().unwrap();
    let own = all.iter().find(|one| one["feuille_id"] == sheet);
    let listed = own.map_or_else(Vec::new, |one| ids(&one["raisons"][0]["feuilles"], ""));
    assert_eq!(told, listed, "{list:#}");
    told
}

#[tokio::test]
async fn an_opinion_that_a_split_gave_away_is_the_other_person_s() {
    let app = TestApp::new().await;
    let opinion = send(&app, cardiologist("1", "2025-01-20", "APC")).await;
    let kept = send(&app, cardiologist("2", "2025-03-03", "CS")).await;
    assert_eq!(named(&kept, "avis_ponctuel_rompu"), [id(&opinion)]);
    assert_eq!(broken_by(&app, id(&opinion)).await, [id(&kept)]);
    split(&app, &[id(&opinion)]).await;

    // What Bernard consulted for says nothing of the opinion of another person.
    assert_eq!(broken_by(&app, id(&opinion)).await, Vec::<String>::new());
    let his = send(&app, cardiologist("3", "2025-03-04", "CS")).await;
    assert_eq!(named(&his, "avis_ponctuel_rompu"), Vec::<String>::new());
    let second = send(&app, cardiologist("4", "2025-03-05", "APC")).await;
    let around = named(&second, "avis_ponctuel_patient_suivi");
    assert!(!around.contains(&id(&opinion).to_owned()), "{around:?}");
    assert_eq!(around.len(), 2);
    // The other person's consultation does, and is said to.
    let hers = send(&app, theirs(cardiologist("5", "2025-03-06", "CS"))).await;
    assert_eq!(named(&hers, "avis_ponctuel_rompu"), [id(&opinion)]);
    assert_eq!(broken_by(&app, id(&opinion)).await, [id(&hers)]);
    let third = send(&app, theirs(cardiologist("6", "2025-03-07", "APC"))).await;
    let mut around = named(&third, "avis_ponctuel_patient_suivi");
    around.sort_unstable();
    let mut expected = [id(&opinion).to_owned(), id(&hers).to_owned()];
    expected.sort_unstable();
    assert_eq!(around, expected);
    // So does a question that stores nothing.
    let asked = json!({ "feuille": theirs(cardiologist("7", "2025-03-10", "CS")) });
    let doctor = app.medecin(CARDIOLOGUE);
    let said = doctor.post("/v1/simulations/registre", asked).await.expect(200);
    let said = json!({ "evaluations": [said] });
    assert_eq!(named(&said, "avis_ponctuel_rompu").len(), 2);
}

#[tokio::test]
async fn an_opinion_contradicted_by_a_feuille_that_leaves_is_no_longer() {
    let app = TestApp::new().await;
    let opinion = send(&app, cardiologist("1", "2025-01-20", "APC")).await;
    let other = send(&app, cardiologist("2", "2025-03-03", "CS")).await;
    let own = send(&app, cardiologist("3", "2025-03-04", "CS")).await;
    assert_eq!(broken_by(&app, id(&opinion)).await, [id(&other), id(&own)]);
    split(&app, &[id(&other)]).await;
    assert_eq!(broken_by(&app, id(&opinion)).await, [id(&own)]);
    // Both go to one person: they contradict each other there.
    let app = TestApp::new().await;
    let opinion = send(&app, cardiologist("1", "2025-01-20", "APC")).await;
    let other = send(&app, cardiologist("2", "2025-03-03", "CS")).await;
    split(&app, &[id(&opinion), id(&other)]).await;
    assert_eq!(broken_by(&app, id(&opinion)).await, [id(&other)]);
}

#[tokio::test]
async fn an_opinion_contradicted_in_a_merge_that_is_undone_is_no_longer() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD").to_string();
    let other = second_record(&app, AIN, AUTRE_NIR, "1986-02-11").await;
    let opinion = send(&app, theirs(cardiologist("1", "2025-01-20", "APC"))).await;
    let caisse = app.caisse(AIN);
    let merged = merge(&caisse, &bernard, &other).await;
    merged.expect(201);
    let during = send(&app, cardiologist("2", "2025-03-03", "CS")).await;
    assert_eq!(broken_by(&app, id(&opinion)).await, [id(&during)]);
    let undo = format!("{}/annulation", merged.header("location"));
    let version = crate::support::vie::version(&caisse, &bernard).await;
    caisse.post_on(&undo, version, json!({ "motif": "collision" })).await.expect(200);
    assert_eq!(broken_by(&app, id(&opinion)).await, Vec::<String>::new());
}

async fn kept(caller: &Caller<'_>, sheet: &Value, connu_le: Option<DateTime<Utc>>) -> i64 {
    let mut body = json!({ "feuille": sheet });
    if let Some(instant) = connu_le {
        body["connu_le"] = json!(instant.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
    }
    let answer = caller.post("/v1/simulations/registre", body).await.expect(200);
    answer["totaux"]["participation_forfaitaire_centimes"].as_i64().unwrap()
}

#[tokio::test]
async fn as_known_at_an_instant_a_feuille_is_the_person_s_who_had_it_then() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let consulted = |numero: &str| feuille("BERNARD", numero, "2025-06-10", json!("T"));
    let mut sheets = Vec::new();
    for numero in ["1", "2", "3", "4"] {
        sheets.push(send(&app, consulted(numero)).await);
    }
    let moved: Vec<&str> = sheets.iter().map(id).collect();
    app.advance(TimeDelta::seconds(1));
    let before = app.clock.now();
    split(&app, &moved).await;
    app.advance(TimeDelta::seconds(1));
    let after = app.clock.now();
    // 8 € a day: Bernard had reached them, then never had them; the other person has.
    assert_eq!(kept(&martin, &consulted("5"), Some(before)).await, 0);
    assert_eq!(kept(&martin, &consulted("5"), Some(after)).await, 200);
    assert_eq!(kept(&martin, &consulted("5"), None).await, 200);
    assert_eq!(kept(&martin, &theirs(consulted("6")), Some(after)).await, 0);
    assert_eq!(kept(&martin, &theirs(consulted("6")), None).await, 0);
}

#[tokio::test]
async fn who_reads_a_feuille_is_told_to_the_person_whose_it_is_now() {
    let app = TestApp::new().await;
    let sheet = send(&app, feuille("BERNARD", "1", "2025-06-10", json!("T"))).await;
    let new = split(&app, &[id(&sheet)]).await;
    app.caisse(AIN).get(&format!("{FEUILLES}/{}", id(&sheet))).await.expect(200);
    // Sent once more, it is given back to who sent it: that too is a reading.
    let again = feuille("BERNARD", "1", "2025-06-10", json!("T")).to_string();
    let reply = app.medecin(MARTIN).send_ndjson(&format!("{FEUILLES}/lots"), &again).await;
    assert_eq!(reply.status, 200);
    let token = Claims {
        role: "patient".to_owned(),
        rpps: None,
        patient_id: Some(new),
        ..claims("traces.lire")
    };
    let other = app.bearer(app.emetteur.sign(&token).unwrap());
    let count = |reply: Value| {
        let all = reply["donnees"].as_array().unwrap().clone();
        all.iter().filter(|trace| trace["operation"] == "feuille.lire").count()
    };
    let read = app.patient("BERNARD").get("/v1/moi/acces?limite=100").await.expect(200);
    assert_eq!(count(read), 0);
    assert_eq!(count(other.get("/v1/moi/acces?limite=100").await.expect(200)), 2);
}
