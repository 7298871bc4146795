//! Designations that contradict each other after a merge wait for the caisse.

use serde_json::{Value, json};

use crate::conjointes::{cabinet, choix, enter};
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, feuille, patient_id};
use crate::support::cessation::{operate, simple};
use crate::support::vie::{
    AIN, AUTRE_NIR, BOUCHES_DU_RHONE, act, line, merge, organisme, paper_choice, second_record,
    timeline,
};

const QUEUE: &str = "/v1/conflits-de-designations";

/// Hugo had Martin, then Pons since 15 November 2023; his second record names the cardiologist since
/// 2 March 2020. Gives both ids and the merge.
async fn hugo_merged(app: &TestApp) -> (String, String, Value) {
    let kept = patient_id("HUGO").to_string();
    let other = second_record(app, BOUCHES_DU_RHONE, AUTRE_NIR, "1986-02-11").await;
    paper_choice(app, BOUCHES_DU_RHONE, &other, CARDIOLOGUE, "2020-03-02").await;
    let merged = merge(&app.caisse(BOUCHES_DU_RHONE), &kept, &other).await.expect(201);
    (kept, other, merged)
}

async fn settle(app: &TestApp, conflit: &Value, side: &str) -> Value {
    let path = format!("{QUEUE}/{}/resolution", conflit["id"].as_str().unwrap());
    let body = json!({ "declaration_id": conflit["chevauchement"][side] });
    let version = conflit["version"].as_i64().unwrap();
    app.caisse(BOUCHES_DU_RHONE).post_on(&path, version, body).await.expect(200)
}

fn as_before() -> Vec<(String, String, String, String)> {
    vec![
        line("2017-06-01", "2023-11-15", MARTIN, "remplacement"),
        line("2023-11-15", "-", PONS, "-"),
    ]
}

#[tokio::test]
async fn nothing_is_chosen_silently() {
    let app = TestApp::new().await;
    let (kept, _, merged) = hugo_merged(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    // The last signed of all is in force, as it was; the days that contradict each other wait.
    assert_eq!(timeline(&caisse, &kept).await, as_before());
    let queue = caisse.get(QUEUE).await.expect(200);
    let waiting = queue["donnees"].as_array().unwrap();
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|c| merged["conflits"].as_array().unwrap().contains(c)));
    let days: Vec<_> = merged["conflits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["chevauchement"]["effet_du"].clone(), c["chevauchement"]["effet_au"].clone()))
        .collect();
    assert_eq!(
        days,
        [(json!("2020-03-02"), json!("2023-11-15")), (json!("2023-11-15"), Value::Null)]
    );
    let first = &queue["donnees"][0];
    assert_eq!((&first["etat"], &first["actions"]), (&json!("ouvert"), &json!(["resoudre"])));
    let one = caisse.get(&format!("{QUEUE}/{}", first["id"].as_str().unwrap())).await;
    assert_eq!(&one.expect(200), first);
    assert_eq!(one.version_lue(), "1");
    // Page by page.
    let page = caisse.get(&format!("{QUEUE}?limite=1")).await.expect(200);
    let cursor = page["pagination"]["curseur_suivant"].as_str().unwrap();
    let next = caisse.get(&format!("{QUEUE}?limite=1&curseur={cursor}")).await.expect(200);
    assert_eq!(next["donnees"][0], queue["donnees"][1]);
    // It is nobody else's business.
    assert_eq!(app.caisse(AIN).get(QUEUE).await.expect(200)["donnees"], json!([]));
    let path = format!("{QUEUE}/{}", first["id"].as_str().unwrap());
    assert_eq!(app.caisse(AIN).get(&path).await.status, 404);
    assert_eq!(app.medecin(MARTIN).get(QUEUE).await.problem(403), "portee_insuffisante");
    let events = app.events().await;
    assert_eq!(events.iter().filter(|event| *event == "designation.en_conflit").count(), 2);
}

/// A feuille of a day on which two records contradict each other says so until the caisse has chosen.
#[tokio::test]
async fn care_during_a_conflict_is_told_to_wait_for_the_caisse() {
    let app = TestApp::new().await;
    let (_, _, merged) = hugo_merged(&app).await;
    let send = async |number: &str, day: &str| {
        let sheet = feuille("HUGO", number, day, "T");
        app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201)
    };
    let told = |read: &Value| {
        let all = read["evaluations"][0]["avertissements"].as_array().unwrap();
        all.iter().any(|one| one["code"] == "designation_en_conflit")
    };
    for (number, day, expected) in [
        ("1", "2020-03-01", false),
        ("2", "2020-03-02", true),
        ("3", "2023-11-14", true),
        ("4", "2025-03-10", true),
    ] {
        let read = send(number, day).await;
        assert_eq!(told(&read), expected, "{day}");
    }
    for conflit in merged["conflits"].as_array().unwrap() {
        settle(&app, conflit, "declaration_conservee").await;
    }
    assert!(!told(&send("5", "2025-03-10").await));
}

#[tokio::test]
async fn the_caisse_chooses_for_each_period() {
    let app = TestApp::new().await;
    let (kept, _, merged) = hugo_merged(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let conflits = merged["conflits"].as_array().unwrap();
    let settled = settle(&app, &conflits[0], "declaration_absorbee").await;
    assert_eq!((&settled["etat"], &settled["version"]), (&json!("resolu"), &json!(2)));
    assert_eq!(settled["actions"], json!([]));
    assert_eq!(
        timeline(&caisse, &kept).await,
        [
            line("2017-06-01", "2020-03-02", MARTIN, "remplacement"),
            line("2020-03-02", "2023-11-15", CARDIOLOGUE, "remplacement"),
            line("2023-11-15", "-", PONS, "-"),
        ]
    );
    assert_eq!(caisse.get(QUEUE).await.expect(200)["donnees"].as_array().unwrap().len(), 1);
    settle(&app, &conflits[1], "declaration_absorbee").await;
    assert_eq!(
        timeline(&caisse, &kept).await,
        [
            line("2017-06-01", "2020-03-02", MARTIN, "remplacement"),
            line("2020-03-02", "-", CARDIOLOGUE, "-"),
        ]
    );
    for (day, doctor) in
        [("2020-03-01", MARTIN), ("2020-03-02", CARDIOLOGUE), ("2020-03-03", CARDIOLOGUE)]
    {
        let path = format!("/v1/patients/{kept}/medecin-traitant?en_vigueur_le={day}");
        let answer = caisse.get(&path).await.expect(200);
        assert_eq!(answer["designation"]["medecins"][0]["rpps"], doctor, "{day}");
    }
    let events = app.events().await;
    assert_eq!(events.iter().filter(|event| *event == "designation.conflit_resolu").count(), 2);
    // A new choice ends it all, as always.
    app.medecin(PONS).declare("HUGO", PONS).await.expect(201);
    assert_eq!(timeline(&caisse, &kept).await[2], line("2025-06-16", "-", PONS, "-"));
}

#[tokio::test]
async fn a_choice_made_during_the_conflict_counts_and_the_conflict_keeps_its_past() {
    let app = TestApp::new().await;
    let (kept, _, merged) = hugo_merged(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    app.medecin(MARTIN).declare("HUGO", MARTIN).await.expect(201);
    let now = line("2025-06-16", "-", MARTIN, "-");
    assert_eq!(timeline(&caisse, &kept).await.last(), Some(&now));
    settle(&app, &merged["conflits"][1], "declaration_absorbee").await;
    assert_eq!(
        timeline(&caisse, &kept).await,
        [
            line("2017-06-01", "2023-11-15", MARTIN, "remplacement"),
            line("2023-11-15", "2025-06-16", CARDIOLOGUE, "remplacement"),
            now,
        ]
    );
}

#[tokio::test]
async fn undoing_the_merge_closes_its_conflicts_settled_or_not() {
    let app = TestApp::new().await;
    let (kept, other, merged) = hugo_merged(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    settle(&app, &merged["conflits"][0], "declaration_absorbee").await;
    let fusion = format!("/v1/fusions/{}", merged["id"].as_str().unwrap());
    let read = caisse.get(&fusion).await.expect(200);
    // Settling was an act on the person: the merge is read again before it is undone.
    assert_eq!(read["version"], 3);
    let undo = format!("{fusion}/annulation");
    let undone = caisse.post_on(&undo, 3, json!({ "motif": "collision" })).await.expect(200);
    for conflit in undone["conflits"].as_array().unwrap() {
        assert_eq!((&conflit["etat"], &conflit["actions"]), (&json!("annule"), &json!([])));
        assert_eq!(conflit["declaration_retenue"], Value::Null);
    }
    assert_eq!(timeline(&caisse, &kept).await, as_before());
    assert_eq!(timeline(&caisse, &other).await, [line("2020-03-02", "-", CARDIOLOGUE, "-")]);
    let second = &undone["conflits"][1];
    let path = format!("{QUEUE}/{}/resolution", second["id"].as_str().unwrap());
    let body = json!({ "declaration_id": second["chevauchement"]["declaration_conservee"] });
    let late = caisse.post_on(&path, 2, body.clone()).await;
    assert_eq!(late.problem(409), "conflit_clos");
    assert_eq!(caisse.post_on(&path, 1, body).await.problem(412), "version_perimee");
}

#[tokio::test]
async fn a_conflict_is_settled_once_by_the_caisse_of_the_person_among_its_two_declarations() {
    let app = TestApp::new().await;
    let (kept, _, merged) = hugo_merged(&app).await;
    let conflit = &merged["conflits"][0];
    let path = format!("{QUEUE}/{}/resolution", conflit["id"].as_str().unwrap());
    let good = json!({ "declaration_id": conflit["chevauchement"]["declaration_conservee"] });
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let stranger = json!({ "declaration_id": "0192f0c4-0000-7000-8000-000000000001" });
    assert_eq!(
        caisse.post_on(&path, 1, stranger).await.wrong_fields(),
        [("/declaration_id".to_owned(), "hors_conflit".to_owned())]
    );
    assert_eq!(caisse.post(&path, good.clone()).await.problem(428), "version_absente");
    assert_eq!(app.caisse(AIN).post_on(&path, 1, good.clone()).await.status, 404);
    // The person leaves: the conflict goes to the next caisse with them.
    let away = json!({ "organisme": organisme(AIN), "effet_du": "2025-06-10" });
    act(&caisse, &kept, "changements-d-organisme", away).await.expect(200);
    assert_eq!(caisse.get(QUEUE).await.expect(200)["donnees"], json!([]));
    assert_eq!(caisse.post_on(&path, 1, good.clone()).await.status, 404);
    let ain = app.caisse(AIN);
    assert_eq!(ain.get(QUEUE).await.expect(200)["donnees"].as_array().unwrap().len(), 2);
    let settled = ain.post_on(&path, 1, good.clone()).await.expect(200);
    assert_eq!(settled["declaration_retenue"], good["declaration_id"]);
    assert_eq!(ain.post_on(&path, 2, good).await.problem(409), "conflit_clos");
    assert_eq!(timeline(&ain, &kept).await, as_before());
}

#[tokio::test]
async fn records_that_name_the_same_doctor_are_not_in_conflict() {
    let app = TestApp::new().await;
    let kept = patient_id("HUGO").to_string();
    let other = second_record(&app, BOUCHES_DU_RHONE, AUTRE_NIR, "1986-02-11").await;
    // Martin until the very day on which Pons begins on the other side.
    paper_choice(&app, BOUCHES_DU_RHONE, &other, MARTIN, "2016-01-04").await;
    paper_choice(&app, BOUCHES_DU_RHONE, &other, PONS, "2023-11-15").await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let merged = merge(&caisse, &kept, &other).await.expect(201);
    assert_eq!(merged["conflits"], json!([]));
    assert_eq!(
        timeline(&caisse, &kept).await,
        [
            line("2016-01-04", "2023-11-15", MARTIN, "remplacement"),
            line("2023-11-15", "-", PONS, "-")
        ]
    );
    // One day of difference is a conflict of one day.
    let third = second_record(&app, BOUCHES_DU_RHONE, "172080100199656", "1986-02-11").await;
    paper_choice(&app, BOUCHES_DU_RHONE, &third, MARTIN, "2018-01-04").await;
    paper_choice(&app, BOUCHES_DU_RHONE, &third, PONS, "2023-11-14").await;
    let merged = merge(&caisse, &kept, &third).await.expect(201);
    assert_eq!(merged["conflits"].as_array().unwrap().len(), 1);
    let overlap = &merged["conflits"][0]["chevauchement"];
    assert_eq!(
        (&overlap["effet_du"], &overlap["effet_au"]),
        (&json!("2023-11-14"), &json!("2023-11-15"))
    );
}

#[tokio::test]
async fn from_the_day_on_which_a_colleague_leaves_two_records_that_agree_are_not_in_conflict() {
    let app = TestApp::new().await;
    let (kept, caisse) = (patient_id("ALICE").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let [one, two, _] = cabinet(&app).await;
    enter(&app, choix(&[&one, &two]), &[&one, &two], "2024-03-04").await.expect(201);
    let other = second_record(&app, BOUCHES_DU_RHONE, AUTRE_NIR, "1986-02-11").await;
    paper_choice(&app, BOUCHES_DU_RHONE, &other, &one, "2024-01-08").await;
    paper_choice(&app, BOUCHES_DU_RHONE, &other, &one, "2025-02-03").await;
    operate(&app, simple(&two, "retraite", "2025-04-01")).await;
    app.run_jobs().await;
    let merged = merge(&caisse, &kept, &other).await.expect(201);
    let days: Vec<_> = merged["conflits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|conflit| &conflit["chevauchement"])
        .map(|overlap| (overlap["effet_du"].clone(), overlap["effet_au"].clone()))
        .collect();
    // The retired colleague was one of them until 31 March.
    let last = (json!("2024-03-04"), json!("2025-04-01"));
    assert_eq!(days.last(), Some(&last), "{days:?}");
}
