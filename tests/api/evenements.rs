//! The feed: whom each event is told to, in an order in which folding gives the truth, and nothing lost.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, feuille, paper, patient_id, signature};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, organisme};

mod anciens;
mod attente;
mod avertis;

const FIL: &str = "/v1/evenements";

/// Kinds and persons of what is told.
fn told(page: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = page["donnees"].as_array().unwrap();
    all.iter().map(|one| (text(&one["nature"]), text(&one["patient_id"]))).collect()
}

fn natures(page: &Value) -> Vec<String> {
    told(page).into_iter().map(|(nature, _)| nature).collect()
}

/// Everything that follows a cursor, page by page, and the cursor after it.
async fn all(caller: &Caller<'_>, filters: &str, from: Option<&str>) -> (Vec<Value>, String) {
    let (mut found, mut cursor) = (Vec::new(), from.map(str::to_owned));
    loop {
        let after = cursor.as_ref().map_or_else(String::new, |cursor| format!("&curseur={cursor}"));
        let page = caller.get(&format!("{FIL}?limite=3{filters}{after}")).await.expect(200);
        found.extend(page["donnees"].as_array().unwrap().iter().cloned());
        let next = page["pagination"]["curseur_reprise"].as_str().unwrap().to_owned();
        if page["pagination"]["curseur_suivant"].is_null() {
            return (found, next);
        }
        cursor = Some(next);
    }
}

/// Where the feed of somebody is now.
async fn now(caller: &Caller<'_>) -> String {
    all(caller, "", None).await.1
}

/// What somebody was told since: kinds, in their order.
async fn since(caller: &Caller<'_>, cursor: &str) -> Vec<String> {
    let (found, _) = all(caller, "", Some(cursor)).await;
    found.iter().map(|one| one["nature"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_choice_is_told_to_those_whom_its_kinds_say() {
    let app = TestApp::new().await;
    let (caisse, ailleurs) = (app.caisse(BOUCHES_DU_RHONE), app.caisse(AIN));
    let (alice, bernard) = (app.patient("ALICE"), app.patient("BERNARD"));
    let (martin, pons) = (app.medecin(MARTIN), app.medecin(PONS));
    let mut starts = BTreeMap::new();
    for (name, caller) in [
        ("caisse", &caisse),
        ("ailleurs", &ailleurs),
        ("alice", &alice),
        ("bernard", &bernard),
        ("martin", &martin),
        ("pons", &pons),
    ] {
        starts.insert(name, now(caller).await);
    }
    let made = martin.declare("ALICE", MARTIN).await.expect(201);
    let family = ["declaration.deposee", "declaration.prise_effet"];
    let (found, _) = all(&alice, "", Some(&starts["alice"])).await;
    let kinds: Vec<&str> = found.iter().map(|one| one["nature"].as_str().unwrap()).collect();
    assert_eq!(kinds, family);
    let link = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    assert_eq!(found[0]["lien"], link.as_str());
    alice.get(found[0]["lien"].as_str().unwrap()).await.expect(200);
    assert_eq!(since(&caisse, &starts["caisse"]).await, family);
    assert_eq!(
        since(&martin, &starts["martin"]).await,
        [&family[..], &["patientele.arrivee"]].concat()
    );
    for (name, caller) in [("ailleurs", &ailleurs), ("bernard", &bernard), ("pons", &pons)] {
        assert_eq!(since(caller, &starts[name]).await, [""; 0], "{name}");
    }
    // Whoever was shown in it reads who read.
    let accesses = alice.get("/v1/moi/acces?limite=100").await.expect(200);
    let read: BTreeSet<&str> = accesses["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["operation"] == "evenement.lire")
        .map(|one| one["role"].as_str().unwrap())
        .collect();
    assert_eq!(read, ["caisse", "medecin", "patient"].into());
}

#[tokio::test]
async fn a_parent_is_told_of_a_child_until_what_becomes_the_secret_of_a_young_person() {
    let app = TestApp::new().await;
    let gabriel = patient_id("GABRIEL").to_string();
    let start = now(&app.patient("ALICE")).await;
    let received = feuille("GABRIEL", "77", "2025-06-10", json!("T"));
    app.medecin(MARTIN).post("/v1/feuilles-de-soins", received).await.expect(201);
    let alice = app.patient("ALICE");
    let (found, _) = all(&alice, "", Some(&start)).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["nature"], &found[0]["patient_id"]),
        (&json!("feuille.evaluee"), &json!(gabriel))
    );
    alice.get(found[0]["lien"].as_str().unwrap()).await.expect(200);
    // The eve of sixteen years, and the day.
    for (day, count) in [("2031-06-19", 1), ("2031-06-20", 0)] {
        app.on(day);
        let alice = app.patient("ALICE");
        let (found, _) = all(&alice, "&nature=feuille", Some(&start)).await;
        assert_eq!(found.len(), count, "{day}");
        let own = all(&app.patient("GABRIEL"), "&nature=feuille", None).await.0;
        assert_eq!(own.len(), 1, "{day}");
    }
    // One person among those of the family.
    let path = format!("{FIL}?limite=100&personne={gabriel}");
    let only = app.patient("ALICE").get(&path).await.expect(200);
    assert!(!told(&only).is_empty() && told(&only).iter().all(|(_, who)| *who == gabriel));
    let stranger = format!("{FIL}?personne={}", patient_id("BERNARD"));
    assert_eq!(told(&app.patient("ALICE").get(&stranger).await.expect(200)), []);
}

/// A doctor whose number ends as another's does: the first two digits apart, the key holds.
async fn alike(app: &TestApp, rpps: &str) -> String {
    let number = format!("80{}", rpps.get(2..).unwrap());
    let body = json!({
        "rpps": number, "nom": "ESSAI-PAREIL", "prenom": "ANDRÉE", "specialite": "01",
        "exercices": [{ "lieu": { "nature": "cabinet", "nom": "Cabinet d'à côté", "commune": "01004",
                                  "adresse": "2 rue d'Essai" },
                        "mode": "liberal", "principal": true, "convention": "secteur_1", "du": "2005-01-03" }]
    });
    app.caisse(AIN).post("/v1/medecins", body).await.expect(201);
    number
}

#[tokio::test]
async fn a_lot_is_told_once_to_each_with_their_own_feuilles() {
    let app = TestApp::new().await;
    let twin = alike(&app, MARTIN).await;
    let twin = app.medecin(&twin);
    let of_twin = now(&twin).await;
    let (martin, pons) = (app.medecin(MARTIN), app.medecin(PONS));
    let mut starts = Vec::new();
    let readers = [
        app.caisse(AIN),
        app.caisse(BOUCHES_DU_RHONE),
        app.caisse("029150000"),
        app.patient("BERNARD"),
        app.patient("ALICE"),
        app.patient("HUGO"),
    ];
    for reader in &readers {
        starts.push(now(reader).await);
    }
    let (of_martin, of_pons) = (now(&martin).await, now(&pons).await);
    let persons = ["BERNARD", "ALICE", "BERNARD", "CHARLES", "GABRIEL"];
    let line = |(number, who): (i32, &str)| feuille(who, &number.to_string(), "2025-03-10", "T");
    let lines: Vec<String> = (1..).zip(persons).map(line).map(|one| one.to_string()).collect();
    let lines = lines.join("\n");
    let sent = martin.send_ndjson("/v1/feuilles-de-soins/lots", &lines).await;
    assert_eq!(sent.status, 200);
    let counts = |found: &[Value]| -> Vec<usize> {
        found.iter().map(|one| one["feuilles"].as_array().unwrap().len()).collect()
    };
    // Bernard's caisse, Alice's and her child's, Charles's; each person, a parent for both; and Hugo has none.
    for ((reader, start), expected) in
        readers.iter().zip(&starts).zip([&[2][..], &[2], &[1], &[2], &[1, 1], &[]])
    {
        let (found, _) = all(reader, "", Some(start)).await;
        assert_eq!(counts(&found), expected, "{found:?}");
        for one in &found {
            assert_eq!(one["nature"], "feuille.evaluee");
            for id in one["feuilles"].as_array().unwrap() {
                let path = format!("/v1/feuilles-de-soins/{}", id.as_str().unwrap());
                reader.get(&path).await.expect(200);
            }
        }
    }
    assert_eq!(counts(&all(&martin, "", Some(&of_martin)).await.0), [5]);
    assert_eq!(counts(&all(&pons, "", Some(&of_pons)).await.0), [0; 0]);
    assert_eq!(counts(&all(&twin, "", Some(&of_twin)).await.0), [0; 0]);
    let about = |who: &str| format!("&personne={}", patient_id(who));
    for (reader, start, who, expected) in [
        (&martin, &of_martin, "ALICE", &[1][..]),
        (&martin, &of_martin, "BERNARD", &[2]),
        (&martin, &of_martin, "HUGO", &[]),
        (&pons, &of_pons, "ALICE", &[]),
        (&twin, &of_twin, "BERNARD", &[]),
    ] {
        assert_eq!(counts(&all(reader, &about(who), Some(start)).await.0), expected, "{who}");
    }
    let other = "&nature=declaration.prise_effet";
    assert_eq!(counts(&all(&martin, other, Some(&of_martin)).await.0), [0; 0]);
    let (found, _) = all(&readers[1], &about("ALICE"), Some(&starts[1])).await;
    assert_eq!(counts(&found), [1], "the caisse, of one person");
    // A family ends a page within one event without losing the rest of it.
    let (mut seen, mut cursor) = (0, starts[4].clone());
    loop {
        let path = format!("{FIL}?limite=1&curseur={cursor}");
        let page = readers[4].get(&path).await.expect(200);
        seen += page["donnees"].as_array().unwrap().len();
        cursor = page["pagination"]["curseur_reprise"].as_str().unwrap().to_owned();
        if page["pagination"]["curseur_suivant"].is_null() {
            break;
        }
    }
    assert_eq!(seen, 2);
}

#[tokio::test]
async fn a_caisse_that_a_person_left_is_told_of_its_own_days_only() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    let (old, new) = (app.caisse(BOUCHES_DU_RHONE), app.caisse(AIN));
    let (before_old, before_new) = (now(&old).await, now(&new).await);
    let body = json!({ "organisme": organisme(AIN), "effet_du": "2025-06-01" });
    act(&old, &alice, "changements-d-organisme", body).await.expect(200);
    // Each of the two is told of the change, once.
    assert_eq!(since(&old, &before_old).await, ["patient.organisme_change"]);
    assert_eq!(since(&new, &before_new).await, ["patient.organisme_change"]);
    let (after_old, after_new) = (now(&old).await, now(&new).await);
    // A choice of the time of the first one, then one of today.
    let enter = async |rpps: &str, day: &str| {
        let mut choice = json!({ "patient": { "id": alice }, "medecins": [{ "rpps": rpps }] });
        let digest = new.digest_of(&choice).await;
        choice["signatures"] =
            json!([paper("assure", day, &digest), paper("medecin", day, &digest)]);
        new.post("/v1/declarations", choice).await.expect(201);
    };
    enter(MARTIN, "2025-05-10").await;
    enter(PONS, "2025-06-10").await;
    let told_old = since(&old, &after_old).await;
    let told_new = since(&new, &after_new).await;
    let effects =
        |all: &[String]| all.iter().filter(|one| *one == "declaration.prise_effet").count();
    assert_eq!((effects(&told_old), effects(&told_new)), (1, 2), "{told_old:?} {told_new:?}");
    assert!(!told_old.contains(&"declaration.remplacee".to_owned()), "{told_old:?}");
    assert!(told_new.contains(&"declaration.remplacee".to_owned()), "{told_new:?}");
}

#[tokio::test]
async fn a_cursor_is_good_for_its_reader_whatever_the_filters_and_cannot_be_made() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let first = martin.get(&format!("{FIL}?limite=1")).await.expect(200);
    let cursor = first["pagination"]["curseur_reprise"].as_str().unwrap();
    for filters in ["", "&nature=patientele", "&nature=declaration.deposee,patientele.depart"] {
        martin.get(&format!("{FIL}?curseur={cursor}{filters}")).await.expect(200);
    }
    let mut forged = cursor.to_owned();
    let last = if forged.pop() == Some('0') { '1' } else { '0' };
    forged.push(last);
    let words = ["0123456789abcdef0123456789abcdef", "0123456789abcdef01", &forged];
    for wrong in words {
        let reply = martin.get(&format!("{FIL}?curseur={wrong}")).await;
        assert_eq!(reply.problem(400), "parametre_invalide");
        assert_eq!(reply.wrong_fields(), [("curseur".to_owned(), "format_invalide".to_owned())]);
    }
    let foreign = app.medecin(PONS).get(&format!("{FIL}?curseur={cursor}")).await;
    assert_eq!(foreign.problem(400), "parametre_invalide");
    let movements = format!("/v1/moi/patients/mouvements?curseur={cursor}");
    assert_eq!(martin.get(&movements).await.problem(400), "parametre_invalide");
    for wrong in ["nature=declaration.inconnue", "nature=", "limite=0", "limite=101", "attente=31"]
    {
        assert_eq!(martin.get(&format!("{FIL}?{wrong}")).await.problem(400), "parametre_invalide");
    }
    // The same events, whatever the pages.
    let (one_by_one, _) = all(&martin, "", None).await;
    let whole = martin.get(&format!("{FIL}?limite=100")).await.expect(200);
    assert_eq!(Value::from(one_by_one), whole["donnees"]);
    assert_eq!(natures(&whole).iter().filter(|one| one.starts_with("patientele")).count(), 7);
    let only = martin.get(&format!("{FIL}?limite=100&nature=patientele")).await.expect(200);
    assert_eq!(only["donnees"].as_array().unwrap().len(), 7);
}

/// A transaction that is still open holds nobody back, and what it tells comes when it is over: after what was
/// read, not before.
#[tokio::test]
async fn what_a_slow_transaction_tells_is_not_lost_and_holds_nobody_back() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let start = now(&martin).await;
    let mut slow = app.database.pool(1).await.begin().await.unwrap();
    sqlx::query(
        "WITH ecrit AS (
             INSERT INTO evenement (evenement_id, nature, enregistre_le, effet_du, patient_id, medecin_id, donnees)
             SELECT '0192f0c4-0000-7000-8000-00000000abcd', 'patientele.arrivee', '2025-06-16T10:00:00Z',
                    '2025-06-16', $1, medecin_id, '{}' FROM medecin WHERE rpps = $2
             RETURNING sequence)
         INSERT INTO evenement_a_publier SELECT sequence FROM ecrit",
    )
    .bind(patient_id("GABRIEL").uuid())
    .bind(MARTIN)
    .execute(&mut *slow)
    .await
    .unwrap();
    martin.declare("ALICE", MARTIN).await.expect(201);
    let path = format!("{FIL}?nature=patientele&curseur=");
    let before = martin.get(&format!("{path}{start}")).await.expect(200);
    let (alice, gabriel) = (patient_id("ALICE").to_string(), patient_id("GABRIEL").to_string());
    assert_eq!(told(&before), [("patientele.arrivee".to_owned(), alice.clone())]);
    slow.commit().await.unwrap();
    let cursor = before["pagination"]["curseur_reprise"].as_str().unwrap();
    let after = martin.get(&format!("{path}{cursor}")).await.expect(200);
    assert_eq!(told(&after), [("patientele.arrivee".to_owned(), gabriel.clone())]);
    // Whoever begins again reads the same, in the same order.
    let again = martin.get(&format!("{path}{start}")).await.expect(200);
    let both = [alice, gabriel].map(|who| ("patientele.arrivee".to_owned(), who));
    assert_eq!(told(&again), both);
}

#[tokio::test]
async fn a_doctor_who_is_asked_to_sign_is_told_and_the_register_of_doctors_of_its_acts() {
    let app = TestApp::new().await;
    let (pons, agent) = (app.medecin(PONS), app.referentiel("agent-1"));
    let (start, of_agent) = (now(&pons).await, now(&agent).await);
    let alice = app.patient("ALICE");
    let mut choice = json!({
        "patient": { "id": patient_id("ALICE").to_string() }, "medecins": [{ "rpps": PONS }],
    });
    let digest = alice.digest_of(&choice).await;
    choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
    alice.post("/v1/declarations", choice).await.expect(201);
    assert_eq!(since(&pons, &start).await, ["declaration.deposee"]);
    // It expires: told too.
    app.advance(TimeDelta::days(200));
    app.run_jobs().await;
    let pons = app.medecin(PONS);
    assert_eq!(since(&pons, &start).await, ["declaration.deposee", "declaration.expiree"]);
    let body = json!({ "rpps": PONS, "nature": "retraite", "effet_du": "2026-01-15" });
    app.referentiel("agent-1").post("/v1/operations", body).await;
    let told = since(&app.referentiel("agent-2"), &of_agent).await;
    assert_eq!(told, ["medecin.operation_preparee"]);
}
