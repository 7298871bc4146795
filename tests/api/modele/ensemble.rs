//! Many callers at the same moment, against the same acts one by one.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, choix, paper, patient_id};
use crate::support::database::TestDatabase;
use crate::support::vie::{AIN, BOUCHES_DU_RHONE};

const DOCTORS: [&str; 3] = [MARTIN, PONS, CARDIOLOGUE];
const PEOPLE: [(&str, &str); 3] =
    [("ALICE", BOUCHES_DU_RHONE), ("BERNARD", AIN), ("HUGO", BOUCHES_DU_RHONE)];

/// The day of the app's clock.
pub fn today(app: &TestApp) -> NaiveDate {
    app.clock().split('T').next().unwrap().parse().unwrap()
}

/// What one of many callers at once was told: the declaration, and the day of its signature.
async fn declare_something(
    app: &TestApp,
    name: &str,
    caisse: &str,
    seed: u64,
) -> (Value, NaiveDate) {
    let mut random = StdRng::seed_from_u64(seed);
    let doctor = *DOCTORS.choose(&mut random).unwrap();
    let today = today(app);
    if random.random_bool(0.3) {
        return (app.medecin(doctor).declare(name, doctor).await.expect(201), today);
    }
    // Few days: papers of one day meet.
    let day = today - TimeDelta::days(random.random_range(1..30));
    let caller = app.caisse(caisse);
    let mut choix = choix(name, doctor);
    let digest = caller.digest_of(&choix).await;
    let text = day.to_string();
    choix["signatures"] =
        json!([paper("assure", &text, &digest), paper("medecin", &text, &digest)]);
    (caller.post("/v1/declarations", choix).await.expect(201), day)
}

/// Many callers at the same moment: the days of everybody are those of all acknowledged acts, each in
/// its place, and nothing overlaps.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acts_of_many_callers_at_once_leave_the_history_that_they_make_one_by_one() {
    let database = TestDatabase::with_people().await;
    let app = Arc::new(TestApp::over(database, 16).await);
    let mut telling = Vec::new();
    for number in 0..90u64 {
        let app = Arc::clone(&app);
        let (name, caisse) = PEOPLE[usize::try_from(number).unwrap() % PEOPLE.len()];
        telling.push(tokio::spawn(async move {
            let (told, day) = declare_something(&app, name, caisse, number).await;
            (name, told, day)
        }));
    }
    let mut told = Vec::new();
    for one in telling {
        told.push(one.await.unwrap());
    }
    for (name, _) in PEOPLE {
        let path = format!("/v1/patients/{}/designations", patient_id(name));
        let history = app.patient(name).get(&path).await.expect(200);
        let on = |day: &str| -> Vec<String> {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let holds = |known: &&Value| {
                text(&known["effet_du"]).unwrap().as_str() <= day
                    && text(&known["effet_au"]).is_none_or(|end| day < end.as_str())
            };
            let list = history["donnees"].as_array().unwrap();
            list.iter().filter(holds).map(|d| text(&d["medecins"][0]["rpps"]).unwrap()).collect()
        };
        let mut acts: Vec<(NaiveDate, Value, Value, Value, Value)> = told
            .iter()
            .filter(|(other, ..)| *other == name)
            .map(|(_, declaration, day)| {
                let last = &declaration["signatures"][1];
                let order =
                    [&last["signe_a"], &last["recue_le"], &declaration["id"]].map(Value::clone);
                let [signed, received, id] = order;
                (*day, signed, received, id, declaration["medecins"][0]["rpps"].clone())
            })
            .collect();
        assert_eq!(acts.len(), 30);
        acts.sort_by_key(|(day, signed, received, id, _)| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (*day, text(signed), text(received), text(id))
        });
        let today = today(&app);
        for back in 0..30 {
            let day = today - TimeDelta::days(back);
            let expected = acts.iter().rfind(|(signed, ..)| *signed <= day);
            let Some((.., doctor)) = expected else { continue };
            let found = on(&day.to_string());
            assert_eq!(found, [doctor.as_str().unwrap()], "{name} on {day}: {acts:#?}");
        }
    }
}
