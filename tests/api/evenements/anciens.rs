//! Whom the person left: a doctor of before, a caisse of before, a correspondent who is no longer one.

use serde_json::{Value, json};

use super::{all, now, since};
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, Caller, MARTIN, PONS, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, organisme};

const AUTRE_CORRESPONDANT: &str = "99900006059";

fn referral(correspondant: &str) -> Value {
    json!({ "nature": "avis_ponctuel", "correspondants": [{ "rpps": correspondant }] })
}

/// What somebody was told since, each with what its address answers.
async fn led(caller: &Caller<'_>, cursor: &str) -> Vec<(String, u16)> {
    let mut found = Vec::new();
    for one in all(caller, "", Some(cursor)).await.0 {
        let answered = match one["lien"].as_str() {
            Some(path) => caller.get(path).await.status.as_u16(),
            None => 0,
        };
        found.push((one["nature"].as_str().unwrap().to_owned(), answered));
    }
    found
}

/// Martin was Hugo's médecin traitant until 15 November 2023, and Pons is since.
#[tokio::test]
async fn a_doctor_whom_the_person_left_is_told_nothing_of_what_came_after() {
    let app = TestApp::new().await;
    let hugo = patient_id("HUGO").to_string();
    let (martin, pons, other) = (app.medecin(MARTIN), app.medecin(PONS), app.medecin(CARDIOLOGUE));
    let (of_martin, of_pons, of_other) = (now(&martin).await, now(&pons).await, now(&other).await);
    let path = format!("/v1/patients/{hugo}/adressages");
    let made = pons.post(&path, referral(CARDIOLOGUE)).await.expect(201);
    let made = format!("/v1/adressages/{}", made["id"].as_str().unwrap());
    let report = json!({ "nature": "conclusions" });
    other.post_on(&format!("{made}/retours"), 1, report).await.expect(200);
    let end = json!({ "motif": "autre" });
    pons.post_on(&format!("{made}/cloture"), 2, end).await.expect(200);
    let death = json!({ "jour": "2025-06-15", "source": "etat_civil" });
    act(&app.caisse(BOUCHES_DU_RHONE), &hugo, "deces", death).await.expect(200);

    assert_eq!(led(&martin, &of_martin).await, []);
    let about = format!("&personne={hugo}");
    for one in all(&martin, &about, None).await.0 {
        let nature = one["nature"].as_str().unwrap();
        assert!(nature.starts_with("declaration.") || nature.starts_with("patientele."), "{one}");
    }
    let referred = ["adressage.etabli", "adressage.retour", "adressage.clos"];
    let told = led(&other, &of_other).await;
    assert_eq!(told, referred.map(|nature| (nature.to_owned(), 200)));
    // His own referrals are his for ever; of the death he reads the end of what he was.
    let told = led(&pons, &of_pons).await;
    for nature in referred.iter().chain(&["patient.decede"]) {
        assert!(told.contains(&((*nature).to_owned(), 200)), "{nature}: {told:?}");
    }
    assert!(told.iter().all(|(_, answered)| *answered == 200), "{told:?}");
}

#[tokio::test]
async fn a_correspondent_who_is_replaced_is_not_told_where_nobody_lets_him_read() {
    let app = TestApp::new().await;
    let hugo = patient_id("HUGO").to_string();
    let (pons, first, second) =
        (app.medecin(PONS), app.medecin(CARDIOLOGUE), app.medecin(AUTRE_CORRESPONDANT));
    let (of_first, of_second) = (now(&first).await, now(&second).await);
    let path = format!("/v1/patients/{hugo}/adressages");
    let made = pons.post(&path, referral(CARDIOLOGUE)).await.expect(201);
    let made = format!("/v1/adressages/{}", made["id"].as_str().unwrap());
    assert_eq!(led(&first, &of_first).await, [("adressage.etabli".to_owned(), 200)]);
    let body = json!({ "correspondants": [{ "rpps": AUTRE_CORRESPONDANT }] });
    pons.post_on(&format!("{made}/rectifications"), 1, body).await.expect(200);
    assert_eq!(first.get(&made).await.problem(404), "introuvable");
    assert_eq!(led(&first, &of_first).await, []);
    assert_eq!(led(&second, &of_second).await, [("adressage.rectifie".to_owned(), 200)]);
}

/// What the caisse was told in its time, it reads again as far as it still may.
#[tokio::test]
async fn a_caisse_of_before_is_given_nothing_that_it_cannot_read_any_more() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    let (old, new) = (app.caisse(BOUCHES_DU_RHONE), app.caisse(AIN));
    let start = now(&old).await;
    let body = json!({ "organisme": organisme(AIN), "effet_du": "2025-06-10" });
    // Told while the person depended on it: of her own days, and of a request that the new caisse will answer.
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let asked = json!({ "objet": "adresse", "demande": "J’ai déménagé." });
    let path = format!("/v1/patients/{alice}/demandes-de-rectification");
    app.patient("ALICE").post(&path, asked).await.expect(201);
    let told = since(&old, &start).await;
    assert!(told.contains(&"patient.rectification_demandee".to_owned()), "{told:?}");
    act(&old, &alice, "changements-d-organisme", body).await.expect(200);
    // The choice was signed on the sixteenth, after its time.
    let told = led(&old, &start).await;
    assert_eq!(told, [("patient.organisme_change".to_owned(), 200)]);
    let of_new = led(&new, &now(&new).await).await;
    assert_eq!(of_new, []);
}
