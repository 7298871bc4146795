//! The new caisse takes a person over; a change of caisse that was a mistake is undone; a number is written
//! for somebody else.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, Reply, cle, patient_id};
use crate::support::vie::{AIN, AUTRE_NIR, BOUCHES_DU_RHONE, act, organisme, version};

const MSA: &str = "029150000";
const PARIS: &str = "017510000";
const MUTATIONS: &str = "/v1/mutations";

/// Bernard, whole, for a caisse from a day.
fn bernard(caisse: &str, day: &str) -> Value {
    json!({
        "identifiant": cle("BERNARD")["identifiant"],
        "nom": "ESSAI-COLIN", "prenom": "BERNARD", "date_naissance": "1958-07-14",
        "organisme": organisme(caisse), "affilie_du": day,
    })
}

/// Somebody to register under a number, with the name of Bernard or another.
fn person(nir: &str, caisse: &str, nom: &str) -> Value {
    json!({
        "identifiant": { "type": "nir", "valeur": nir },
        "nom": nom, "prenom": "BERNARD", "date_naissance": "1958-07-14",
        "organisme": organisme(caisse), "affilie_du": "2012-09-01",
    })
}

fn path(rest: &str) -> String {
    format!("/v1/patients/{}{rest}", patient_id("BERNARD"))
}

async fn undo(caller: &Caller<'_>, version: i64) -> Reply {
    let body = json!({ "motif": "erreur_de_saisie" });
    caller.post_on(&path("/changements-d-organisme/annulation"), version, body).await
}

/// The affiliations that a caller reads: caisse, first day, day after the last.
async fn affiliations(caller: &Caller<'_>) -> Vec<(Value, Value, Value)> {
    let read = caller.get(&path("")).await.expect(200);
    let all = read["affiliations"].as_array().unwrap();
    let days = |a: &Value| {
        (a["organisme"]["caisse"].clone(), a["effet_du"].clone(), a["effet_au"].clone())
    };
    all.iter().map(days).collect()
}

/// A refusal without what changes from one request to the next.
fn anonymous(reply: &Reply) -> Value {
    let mut body: Value = serde_json::from_slice(&reply.body).unwrap();
    body.as_object_mut()
        .unwrap()
        .retain(|name, _| !matches!(name.as_str(), "instance" | "identifiant_correlation"));
    body
}

#[tokio::test]
async fn a_future_change_leaves_the_former_caisse_present_until_that_day() {
    let app = TestApp::new().await;
    let new = app.caisse(MSA);
    let before = app.patient("BERNARD").get(&path("/designations")).await.expect(200);
    let made = new.post(MUTATIONS, bernard(MSA, "2025-07-01")).await;
    assert_eq!(made.header("etag"), "\"2\"");
    assert_eq!(made.expect(201), json!({ "patient_id": patient_id("BERNARD").to_string() }));
    // The designation is what it was.
    let after = app.patient("BERNARD").get(&path("/designations")).await.expect(200);
    assert_eq!(before, after);
    let told: Vec<Value> = sqlx::query_scalar(
        "SELECT donnees || jsonb_build_object('effet_du', effet_du) FROM evenement
         WHERE nature = 'patient.organisme_change' ORDER BY sequence",
    )
    .fetch_all(&app.database.pool(1).await)
    .await
    .unwrap();
    let sides =
        |one: &Value| (one["cote"].clone(), one["destinataire"].clone(), one["effet_du"].clone());
    assert_eq!(
        told.iter().map(sides).collect::<Vec<_>>(),
        [
            (json!("sortant"), json!("01011"), json!("2025-07-01")),
            (json!("entrant"), json!("02915"), json!("2025-07-01")),
        ]
    );
    let statut = |day: &str| json!({ "statut": "hors_de_france", "effet_du": day });
    for day in ["2025-06-16", "2025-06-30"] {
        app.on(day);
        let (old, new) = (app.caisse(AIN), app.caisse(MSA));
        let read = old.get(&path("")).await.expect(200);
        assert!(read["actions"].as_array().unwrap().contains(&json!("changer_organisme")), "{day}");
        assert_eq!(affiliations(&old).await.len(), 2);
        act(&old, &patient_id("BERNARD").to_string(), "changements-de-statut", statut(day))
            .await
            .expect(200);
        act(
            &old,
            &patient_id("BERNARD").to_string(),
            "changements-de-statut",
            json!({ "statut": "ordinaire", "effet_du": day }),
        )
        .await;
        for rest in
            ["", "/designations", "/declarations", "/medecin-traitant", "/feuilles-de-soins"]
        {
            assert_eq!(new.get(&path(rest)).await.problem(404), "introuvable", "{day} {rest}");
        }
        assert_eq!(new.post("/v1/patients/recherche", cle("BERNARD")).await.status, 404);
    }
    for day in ["2025-07-01", "2025-07-02"] {
        app.on(day);
        let (old, new) = (app.caisse(AIN), app.caisse(MSA));
        assert_eq!(
            affiliations(&old).await,
            [(json!("011"), json!("1958-07-14"), json!("2025-07-01"))],
            "{day}"
        );
        let seen = version(&new, &patient_id("BERNARD").to_string()).await;
        let refused = old.post_on(&path("/changements-de-statut"), seen, statut(day)).await;
        assert_eq!(refused.problem(403), "role_interdit");
        act(&new, &patient_id("BERNARD").to_string(), "changements-de-statut", statut(day))
            .await
            .expect(200);
        act(
            &new,
            &patient_id("BERNARD").to_string(),
            "changements-de-statut",
            json!({ "statut": "ordinaire", "effet_du": day }),
        )
        .await;
        let on = |day: &str| path(&format!("/medecin-traitant?en_vigueur_le={day}"));
        for (asked, expected) in [("2025-06-30", 200), ("2025-07-01", 404), ("2025-07-02", 404)] {
            assert_eq!(old.get(&on(asked)).await.status, expected, "{asked}");
            assert_eq!(new.get(&on(asked)).await.status, 200, "{asked}");
        }
    }
}

#[tokio::test]
async fn only_the_whole_identity_takes_a_person_over_and_a_refusal_says_nothing() {
    let app = TestApp::new().await;
    let new = app.caisse(MSA);
    let mut unknown = bernard(MSA, "2025-06-01");
    unknown["identifiant"]["valeur"] = json!(AUTRE_NIR);
    let refused = new.post(MUTATIONS, unknown).await;
    refused.expect(422);
    assert_eq!(refused.wrong_fields(), [("/identifiant".to_owned(), "patient_inconnu".to_owned())]);
    for (field, value) in [
        ("nom", json!("ESSAI-COLLIN")),
        ("prenom", json!("BERNARDIN")),
        ("date_naissance", json!("1958-07-15")),
        ("rang", json!(2)),
    ] {
        let mut other = bernard(MSA, "2025-06-01");
        other[field] = value;
        app.advance(chrono::TimeDelta::hours(25));
        let new = app.caisse(MSA);
        let reply = new.post(MUTATIONS, other).await;
        assert_eq!(anonymous(&reply), anonymous(&refused), "{field}");
    }
    // A child is known by their own number, and by that of the parent if it is given.
    let gabriel = |parent: &str| {
        json!({
            "identifiant": cle("GABRIEL")["identifiant"],
            "ouvrant_droit": { "type": "nir", "valeur": parent },
            "nom": "ESSAI-FAURE", "prenom": "GABRIEL", "date_naissance": "2015-06-20",
            "organisme": organisme(MSA), "affilie_du": "2025-06-01",
        })
    };
    let new = app.caisse(MSA);
    let other = new.post(MUTATIONS, gabriel("158070100199152")).await;
    assert_eq!(anonymous(&other), anonymous(&refused));
    new.post(MUTATIONS, gabriel("172080100199557")).await.expect(201);
    let wrong = new.post(MUTATIONS, bernard(AIN, "2025-06-01")).await;
    assert_eq!(wrong.wrong_fields(), [("/organisme".to_owned(), "hors_perimetre".to_owned())]);
    // A software that knows neither accents nor hyphens names the same person.
    let mut plain = bernard(MSA, "2025-06-01");
    plain["nom"] = json!("essai cölin");
    new.post(MUTATIONS, plain).await.expect(201);
    let own = new.post(MUTATIONS, bernard(MSA, "2025-06-10")).await;
    assert_eq!(own.problem(409), "patient_existant");
    let bernard_id = patient_id("BERNARD");
    assert_eq!(own.resources(409), [format!("/v1/patients/{bernard_id}")]);
    for caller in [app.medecin(MARTIN), app.patient("BERNARD")] {
        let refused = caller.post(MUTATIONS, bernard(MSA, "2025-06-01")).await;
        assert_eq!(refused.problem(403), "portee_insuffisante");
    }
}

#[tokio::test]
async fn the_day_of_a_change_is_bounded_both_ways() {
    let app = TestApp::new().await;
    let paris = app.caisse(PARIS);
    let wrong = async |day: &str| {
        let refused = paris.post(MUTATIONS, bernard(PARIS, day)).await;
        refused.expect(422);
        refused.wrong_fields()
    };
    let field = |code: &str| [("/affilie_du".to_owned(), code.to_owned())];
    assert_eq!(wrong("2025-09-17").await, field("hors_bornes"));
    assert_eq!(wrong("2023-03-15").await, field("hors_bornes"));
    let first = app.caisse(MSA).post(MUTATIONS, bernard(MSA, "2023-03-16")).await;
    first.expect(201);
    // Nobody takes the days before another change, nor its very day.
    for day in ["2023-03-16", "2023-03-17"] {
        let refused = paris.post(MUTATIONS, bernard(PARIS, day)).await;
        if day == "2023-03-16" {
            assert_eq!(refused.wrong_fields(), field("hors_periode"));
        } else {
            refused.expect(201);
        }
    }
    app.caisse(AIN).post(MUTATIONS, bernard(AIN, "2025-09-16")).await.expect(201);
    // Bernard depends on Paris until then: one change is planned already, which no other precedes.
    let refused = app.caisse(MSA).post(MUTATIONS, bernard(MSA, "2025-08-01")).await;
    assert_eq!(refused.wrong_fields(), field("hors_periode"));
    let paris = app.caisse(PARIS);
    assert_eq!(affiliations(&paris).await.len(), 4);
}

/// Two caisses take one person over from the same day, at the same moment: one does.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_caisses_at_once_do_not_both_take_a_person_over() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let taking = [MSA, PARIS, BOUCHES_DU_RHONE].map(|caisse| {
        let app = std::sync::Arc::clone(&app);
        tokio::spawn(async move {
            let body = bernard(caisse, "2025-06-16");
            app.caisse(caisse).post(MUTATIONS, body).await.status.as_u16()
        })
    });
    let mut statuses = Vec::new();
    for one in taking {
        statuses.push(one.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 422, 422]);
}

#[tokio::test]
async fn a_wrong_change_is_undone_by_either_caisse_without_a_false_day() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let (old, new) = (app.caisse(AIN), app.caisse(MSA));
    let known = affiliations(&old).await;
    let history = old.get(&path("/designations")).await.expect(200);
    let away = json!({ "organisme": organisme(MSA), "effet_du": "2025-05-01" });
    let mut seen = 1;
    for who in [AIN, MSA] {
        act(&app.caisse(AIN), &id, "changements-d-organisme", away.clone()).await.expect(200);
        seen += 1;
        // The day before the undoing, it was known otherwise.
        let wrong = app.clock();
        app.advance(chrono::TimeDelta::seconds(1));
        for caller in [app.caisse(AIN), app.caisse(MSA)] {
            let read = caller.get(&path("")).await.expect(200);
            let actions = read["actions"].as_array().unwrap();
            assert!(actions.contains(&json!("annuler_changement_organisme")), "{actions:?}");
        }
        assert_eq!(undo(&app.caisse(PARIS), seen).await.problem(404), "introuvable");
        assert_eq!(undo(&app.medecin(MARTIN), seen).await.status, 403);
        assert_eq!(undo(&app.caisse(who), seen - 1).await.problem(412), "version_perimee");
        let done = undo(&app.caisse(who), seen).await.expect(200);
        seen += 1;
        assert_eq!(done, json!({ "patient_id": id }));
        // As known before: no day of the other caisse, no right of it, on any day, nor to know of then.
        assert_eq!(affiliations(&old).await, known);
        assert_eq!(old.get(&path("/designations")).await.expect(200), history);
        for rest in [
            String::new(),
            "/designations".to_owned(),
            "/declarations".to_owned(),
            "/medecin-traitant?en_vigueur_le=2025-05-01".to_owned(),
            format!("/medecin-traitant?en_vigueur_le=2025-05-01&connu_le={wrong}"),
        ] {
            assert_eq!(new.get(&path(&rest)).await.problem(404), "introuvable", "{who} {rest}");
        }
        let own = app.patient("BERNARD").get(&path("")).await.expect(200);
        assert_eq!(own["affiliations"].as_array().unwrap().len(), 1);
        let again = undo(&app.caisse(AIN), seen).await;
        assert_eq!(again.problem(403), "role_interdit");
    }
    let told: Vec<Value> = sqlx::query_scalar(
        "SELECT donnees FROM evenement WHERE nature = 'patient.organisme_change'
           AND donnees @> '{\"annule\": true}' ORDER BY sequence",
    )
    .fetch_all(&app.database.pool(1).await)
    .await
    .unwrap();
    let to = |one: &Value| (one["cote"].clone(), one["destinataire"].clone());
    let both = [(json!("sortant"), json!("02915")), (json!("entrant"), json!("01011"))];
    assert_eq!(told.iter().map(to).collect::<Vec<_>>(), [both.clone(), both].concat());
}

#[tokio::test]
async fn a_planned_change_is_undone_before_it_begins_and_a_late_one_gives_the_days_back() {
    let app = TestApp::new().await;
    let known = affiliations(&app.caisse(AIN)).await;
    app.caisse(MSA).post(MUTATIONS, bernard(MSA, "2025-08-01")).await.expect(201);
    undo(&app.caisse(MSA), 2).await.expect(200);
    assert_eq!(affiliations(&app.caisse(AIN)).await, known);
    // A change known late stands before another: undone, the other stays; then the other is undone too.
    let id = patient_id("BERNARD").to_string();
    app.caisse(MSA).post(MUTATIONS, bernard(MSA, "2025-06-01")).await.expect(201);
    let late = json!({ "organisme": organisme(PARIS), "effet_du": "2025-03-01" });
    act(&app.caisse(MSA), &id, "changements-d-organisme", late).await.expect(200);
    assert_eq!(affiliations(&app.caisse(MSA)).await.len(), 3);
    assert_eq!(app.caisse(PARIS).get(&path("")).await.status, 200);
    undo(&app.caisse(PARIS), 5).await.expect(200);
    assert_eq!(app.caisse(PARIS).get(&path("")).await.status, 404);
    assert_eq!(
        affiliations(&app.caisse(MSA)).await,
        [
            (json!("011"), json!("1958-07-14"), json!("2025-06-01")),
            (json!("915"), json!("2025-06-01"), Value::Null)
        ]
    );
    undo(&app.caisse(AIN), 6).await.expect(200);
    assert_eq!(affiliations(&app.caisse(AIN)).await, known);
    // Later than its days may be claimed, a change is no mistake any more.
    app.caisse(MSA).post(MUTATIONS, bernard(MSA, "2025-06-01")).await.expect(201);
    let first = NaiveDate::from_ymd_opt(2027, 9, 1).unwrap();
    app.on(&(first + Days::new(1)).to_string());
    assert_eq!(undo(&app.caisse(AIN), 8).await.problem(403), "role_interdit");
    app.on(&first.to_string());
    undo(&app.caisse(AIN), 8).await.expect(200);
}

#[tokio::test]
async fn a_number_known_elsewhere_is_registered_as_an_unknown_one() {
    let app = TestApp::new().await;
    let nir = cle("BERNARD")["identifiant"]["valeur"].as_str().unwrap().to_owned();
    let (paris, ain) = (app.caisse(PARIS), app.caisse(AIN));
    let shape = |reply: &Reply| {
        let mut body = reply.expect(201);
        for name in ["patient_id", "identifiants", "affiliations", "nom"] {
            body[name] = Value::Null;
        }
        let keys: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
        (body, keys)
    };
    let unknown = paris.post("/v1/patients", person(AUTRE_NIR, PARIS, "ESSAI-AUTRE")).await;
    let known = paris.post("/v1/patients", person(&nir, PARIS, "ESSAI-AUTRE")).await;
    assert_eq!(shape(&unknown), shape(&known));
    let second = known.expect(201)["patient_id"].as_str().unwrap().to_owned();
    // Whoever gives the whole identity is told that this person changes caisse.
    let whole = app.caisse(MSA).post("/v1/patients", person(&nir, MSA, "ESSAI-COLIN")).await;
    assert_eq!(whole.problem(409), "patient_existant");
    let bernard = patient_id("BERNARD").to_string();
    assert!(!String::from_utf8_lossy(&whole.body).contains(&bernard));
    // The first one is found as before, by doctors, by themselves and by their caisse; the second by theirs.
    let found = async |caller: &Caller<'_>| {
        caller.post("/v1/patients/recherche", cle("BERNARD")).await.expect(200)["patient_id"]
            .clone()
    };
    assert_eq!(found(&app.medecin(MARTIN)).await, bernard);
    assert_eq!(found(&ain).await, bernard);
    assert_eq!(found(&paris).await, second);
    assert_eq!(app.caisse(MSA).post("/v1/patients/recherche", cle("BERNARD")).await.status, 404);
    // His caisse is told, and sees it until one of the two is corrected; he and the other do not.
    let disputed = async |caller: Caller<'_>, id: &str| {
        let read = caller.get(&format!("/v1/patients/{id}")).await.expect(200);
        !read["numero_dispute_depuis"].is_null()
    };
    assert!(disputed(app.caisse(AIN), &bernard).await);
    assert!(!disputed(app.patient("BERNARD"), &bernard).await);
    assert!(!disputed(app.caisse(PARIS), &second).await);
    let told: Value =
        sqlx::query_scalar("SELECT donnees FROM evenement WHERE nature = 'patient.numero_dispute'")
            .fetch_one(&app.database.pool(1).await)
            .await
            .unwrap();
    assert_eq!(told, json!({ "destinataire": "01011" }));
    let right = json!({ "identifiant": { "type": "nir", "valeur": "172080100199656" }, "motif": "erreur_de_saisie" });
    act(&paris, &second, "rectifications-d-identifiant", right).await.expect(200);
    assert!(!disputed(app.caisse(AIN), &bernard).await);
    // A number is changed for another the same way.
    let theirs =
        json!({ "identifiant": { "type": "nir", "valeur": nir }, "motif": "erreur_de_saisie" });
    act(&paris, &second, "rectifications-d-identifiant", theirs).await.expect(200);
    assert!(disputed(app.caisse(AIN), &bernard).await);
    assert_eq!(found(&app.medecin(MARTIN)).await, bernard);
}
