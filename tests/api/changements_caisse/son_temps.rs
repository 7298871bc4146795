//! Whose a day is: what a caisse that the person left reads of its own, and how far back the present one may go.

use serde_json::{Value, json};

use super::{MSA, leave_ain};
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, patient_id};
use crate::support::vie::{AIN, act, organisme};

/// What the former caisse reads of things of its time must not move with what happens after it.
#[tokio::test]
async fn nothing_of_what_follows_its_time_shows_in_what_a_former_caisse_reads_by_id() {
    let app = TestApp::new().await;
    let (martin, id) = (app.medecin(MARTIN), patient_id("BERNARD").to_string());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let declared = martin.get(&format!("/v1/patients/{id}/declarations")).await.expect(200);
    let declaration = format!("/v1/declarations/{}", text(&declared["donnees"][0]["id"]));
    let plan = json!({
        "nature": "plan_de_soins", "effet_au": "2025-12-16", "correspondants": [{ "rpps": CARDIOLOGUE }],
        "actes": [{ "nomenclature": "ngap", "code": "CS" }],
        "periodicite": { "tous_les": 1, "unite": "mois" },
    });
    let referral = martin.post(&format!("/v1/patients/{id}/adressages"), plan).await.expect(201);
    let referral = format!("/v1/adressages/{}", text(&referral["id"]));
    leave_ain(&app, &id, MSA, "2025-06-20").await;
    app.on("2025-06-22");
    let (former, martin) = (app.caisse(AIN), app.medecin(MARTIN));
    let history = format!("/fhir/r4/Patient/{id}/_history");
    let things = [
        declaration.clone(),
        format!("/v1/patients/{id}/declarations"),
        format!("/v1/patients/{id}/designations"),
        format!("/fhir/r4/CareTeam?patient={id}"),
        history.clone(),
    ];
    let mut before = Vec::new();
    for path in &things {
        before.push(former.get(path).await.expect(200));
    }
    let seen = former.get(&referral).await.expect(200);
    assert_eq!(
        (&seen["etat"], &seen["effet_au"], &seen["retours"]),
        (&json!("actif"), &Value::Null, &json!([]))
    );

    // The doctor withdraws, the correspondent reports, the referral is closed, the record moves.
    let report = json!({ "nature": "conclusions", "soins_le": "2025-06-21" });
    let cardiologist = app.medecin(CARDIOLOGUE);
    let made = cardiologist.post_on(&format!("{referral}/retours"), 1, report).await;
    let made = made.expect(200);
    let closed = json!({ "motif": "autre_adressage" });
    martin
        .post_on(&format!("{referral}/cloture"), made["version"].as_i64().unwrap(), closed)
        .await
        .expect(200);
    let withdrawn = json!({ "motif": "raison tue" });
    martin.post_on(&format!("{declaration}/retrait"), 1, withdrawn).await.expect(200);
    let moved = json!({ "statut": "hors_de_france", "effet_du": "2025-06-22" });
    act(&app.caisse(MSA), &id, "changements-de-statut", moved).await.expect(200);
    app.on("2025-06-24");
    let former = app.caisse(AIN);
    for (path, before) in things.iter().zip(before) {
        let mut after = former.get(path).await.expect(200);
        if *path == history {
            // A Bundle says when it was made.
            after["timestamp"] = before["timestamp"].clone();
            after["id"] = before["id"].clone();
        }
        let (mut before, mut after) = (before, after);
        for one in [&mut before, &mut after] {
            without_versions(one);
        }
        assert_eq!(after, before, "{path}");
    }
    let after = former.get(&referral).await.expect(200);
    assert_eq!(
        (&after["etat"], &after["effet_au"], &after["motif_cloture"], &after["retours"]),
        (&json!("actif"), &Value::Null, &Value::Null, &json!([]))
    );
    let present = app.caisse(MSA).get(&declaration).await.expect(200);
    assert_eq!(present["situation"]["au"], "2025-06-23");
}

/// Takes away what says that a thing has another version, by which it is locked, and when that was written.
fn without_versions(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for name in ["version", "enregistree_le", "remplacee_le", "meta", "timestamp", "id"] {
                members.remove(name);
            }
            members.values_mut().for_each(without_versions);
        }
        Value::Array(all) => all.iter_mut().for_each(without_versions),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The present caisse takes no day from another of which nobody could undo it any more.
#[tokio::test]
async fn days_of_more_than_twenty_seven_months_ago_are_nobody_s_to_give() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let (caisse, path) = (app.caisse(AIN), format!("/v1/patients/{id}/changements-d-organisme"));
    for (day, accepted) in [("1990-06-01", false), ("2023-03-15", false), ("2023-03-16", true)] {
        let body = json!({ "organisme": organisme(MSA), "effet_du": day });
        let done = caisse.post_on(&path, 1, body).await;
        if accepted {
            assert_eq!(
                done.expect(200)["actions"],
                json!(["annuler_changement_organisme"]),
                "{day}"
            );
        } else {
            done.expect(422);
            assert_eq!(done.wrong_fields(), [("/effet_du".to_owned(), "hors_bornes".to_owned())]);
        }
    }
}

/// Announced for a day, then for an earlier one, a change is one change.
#[tokio::test]
async fn a_change_that_was_announced_and_comes_sooner_is_one() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    for day in ["2025-08-15", "2025-08-01"] {
        leave_ain(&app, &id, MSA, day).await;
    }
    let read = app.patient("BERNARD").get(&format!("/v1/patients/{id}")).await.expect(200);
    let days = read["affiliations"].as_array().unwrap().iter();
    let days: Vec<_> = days.map(|a| (a["effet_du"].clone(), a["effet_au"].clone())).collect();
    assert_eq!(
        days,
        [(json!("1958-07-14"), json!("2025-08-01")), (json!("2025-08-01"), Value::Null)]
    );
    let again = json!({ "organisme": organisme(MSA), "effet_du": "2025-08-15" });
    let again = act(&app.caisse(AIN), &id, "changements-d-organisme", again).await;
    assert_eq!(again.wrong_fields(), [("/organisme".to_owned(), "sans_changement".to_owned())]);
}
