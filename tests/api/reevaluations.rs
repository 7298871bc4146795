//! Feuilles evaluated again after a fact that came late: tried, looked at, applied.

mod caisse;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::logs::statements;
use crate::support::vie::{
    AUTRE_NIR, BOUCHES_DU_RHONE, act, merge, organisme, paper_choice, second_record,
};

/// A consultation of Alice, who has no médecin traitant known: gives the feuille.
async fn consulted(app: &TestApp, numero: &str, jour: &str) -> Value {
    let sheet = feuille("ALICE", numero, jour, Value::Null);
    app.advance(TimeDelta::seconds(1));
    app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201)
}

fn body(du: &str) -> Value {
    json!({ "motif": "fait_tardif", "patient_id": patient_id("ALICE"), "du": du })
}

/// Asks, runs the trial and reads it.
async fn tried(app: &TestApp, body: Value) -> Value {
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let asked = caisse.post("/v1/reevaluations", body).await;
    let path = asked.header("location").to_owned();
    let shown = asked.expect(202);
    assert_eq!((&shown["etat"], &shown["actions"]), (&json!("en_attente"), &json!([])));
    app.run_jobs().await;
    caisse.get(&path).await.expect(200)
}

async fn changes(app: &TestApp, reevaluation: &Value) -> Vec<Value> {
    let path = format!("/v1/reevaluations/{}/feuilles", reevaluation["id"].as_str().unwrap());
    let list = app.caisse(BOUCHES_DU_RHONE).get(&path).await.expect(200);
    list["donnees"].as_array().unwrap().clone()
}

async fn apply(app: &TestApp, reevaluation: &Value) -> Value {
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let path = format!("/v1/reevaluations/{}", reevaluation["id"].as_str().unwrap());
    let version = reevaluation["version"].as_i64().unwrap();
    let reply = caisse.act_on(&format!("{path}/application"), version).await;
    assert_eq!(reply.expect(202)["etat"], "en_application");
    app.run_jobs().await;
    caisse.get(&path).await.expect(200)
}

async fn evaluations(app: &TestApp, sheet: &Value) -> Vec<Value> {
    let path = format!("/v1/feuilles-de-soins/{}", sheet["id"].as_str().unwrap());
    let read = app.caisse(BOUCHES_DU_RHONE).get(&path).await.expect(200);
    read["evaluations"].as_array().unwrap().clone()
}

fn amounts(evaluation: &Value) -> [i64; 3] {
    ["rembourse_amo_centimes", "part_amc_centimes", "reste_a_charge_centimes"]
        .map(|name| evaluation["totaux"][name].as_i64().unwrap())
}

#[tokio::test]
async fn late_paper_changes_the_feuilles_after_its_day_and_says_by_how_much() {
    let app = TestApp::new().await;
    let before = consulted(&app, "1", "2025-03-09").await;
    let on_the_day = consulted(&app, "2", "2025-03-10").await;
    let after = consulted(&app, "3", "2025-03-11").await;
    app.advance(TimeDelta::seconds(1));
    let alice = patient_id("ALICE").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-03-10").await;

    let shown = tried(&app, body("2025-01-01")).await;
    assert_eq!((&shown["etat"], &shown["actions"]), (&json!("essayee"), &json!(["appliquer"])));
    assert_eq!((&shown["patients"], &shown["feuilles"]), (&json!(1), &json!(3)));
    assert_eq!(shown["feuilles_changees"], 2);
    let list = changes(&app, &shown).await;
    let mut ids: Vec<&Value> = list.iter().map(|change| &change["feuille_id"]).collect();
    ids.sort_by_key(|id| id.as_str().unwrap().to_owned());
    let mut expected = vec![&on_the_day["id"], &after["id"]];
    expected.sort_by_key(|id| id.as_str().unwrap().to_owned());
    assert_eq!(ids, expected);
    let mut total = 0;
    for change in &list {
        assert_eq!(change["avant"]["appartenance"], "hors_parcours");
        assert_eq!(change["apres"]["appartenance"], "dans_parcours");
        assert_eq!(change["avant"]["numero"], 1);
        assert_eq!(change["apres"]["numero"], Value::Null);
        assert!(
            change["causes"].as_array().unwrap().contains(&json!("declaration.prise_effet")),
            "{change:#}"
        );
        let difference = &change["difference"];
        let parts = ["rembourse_amo_centimes", "part_amc_centimes", "reste_a_charge_centimes"]
            .map(|name| difference[name].as_i64().unwrap());
        // What one payer wins, another loses: the fees are what they are.
        assert_eq!(parts.iter().sum::<i64>(), 0);
        assert!(parts[0] > 0);
        total += parts[0];
    }
    assert_eq!(shown["difference"]["rembourse_amo_centimes"], total);
    // Nothing was written about the feuilles.
    for sheet in [&before, &on_the_day, &after] {
        assert_eq!(evaluations(&app, sheet).await.len(), 1);
    }

    let done = apply(&app, &shown).await;
    assert_eq!((&done["etat"], &done["actions"]), (&json!("appliquee"), &json!([])));
    assert_eq!(done["difference"], shown["difference"]);
    assert_eq!(evaluations(&app, &before).await.len(), 1);
    for sheet in [&on_the_day, &after] {
        let both = evaluations(&app, sheet).await;
        // The old one stays as it was, word for word.
        assert_eq!(both[0], sheet["evaluations"][0]);
        assert_eq!((&both[1]["numero"], both.len()), (&json!(2), 2));
        assert_eq!(both[1]["appartenance"], "dans_parcours");
        assert!(amounts(&both[1])[0] > amounts(&both[0])[0]);
        assert!(both[1]["connu_le"].as_str() > both[0]["connu_le"].as_str());
    }
    // Again: nothing is left to change.
    let again = tried(&app, body("2025-01-01")).await;
    assert_eq!((&again["feuilles"], &again["feuilles_changees"]), (&json!(3), &json!(0)));
}

#[tokio::test]
async fn ceilings_of_the_year_follow_and_are_not_counted_twice() {
    let app = TestApp::new().await;
    consulted(&app, "1", "2025-03-11").await;
    consulted(&app, "2", "2025-03-12").await;
    let alice = patient_id("ALICE").to_string();
    let kept = || async {
        sqlx::query_scalar::<_, i64>(crate::receptions::PARTICIPATIONS)
            .fetch_one(&app.database.pool(1).await)
            .await
            .unwrap()
    };
    let before = kept().await;
    app.advance(TimeDelta::seconds(1));
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-03-10").await;
    let shown = tried(&app, body("2025-01-01")).await;
    assert_eq!(kept().await, before, "a trial gives nothing back");
    apply(&app, &shown).await;
    assert_eq!(kept().await, before, "each feuille keeps its participation once");
}

#[tokio::test]
async fn the_feuilles_of_a_person_are_read_together_and_only_what_changes_is_written() {
    let app = TestApp::new().await;
    consulted(&app, "1", "2025-03-10").await;
    tried(&app, body("2025-01-01")).await;
    let (for_one, _) = statements(tried(&app, body("2025-01-01"))).await;
    // With the statements of the jobs that come back.
    assert!((20..70).contains(&for_one), "{for_one}");
    for day in 11..19 {
        consulted(&app, &format!("{day}"), &format!("2025-03-{day}")).await;
    }
    let (for_nine, shown) = statements(tried(&app, body("2025-01-01"))).await;
    assert_eq!((&shown["feuilles"], for_nine), (&json!(9), for_one));
    // Each that changes costs its evaluation, its event and the line that tells it.
    app.advance(TimeDelta::seconds(1));
    let alice = patient_id("ALICE").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-03-11").await;
    let (for_eight, shown) = statements(tried(&app, body("2025-03-11"))).await;
    assert_eq!(shown["feuilles_changees"], 8);
    assert!(for_eight <= for_one + 8 * 3, "{for_eight} and {for_one}");
}

#[tokio::test]
async fn a_merge_reaches_the_feuilles_of_both_records() {
    let app = TestApp::new().await;
    let other = second_record(&app, BOUCHES_DU_RHONE, AUTRE_NIR, "1972-08-09").await;
    paper_choice(&app, BOUCHES_DU_RHONE, &other, MARTIN, "2020-03-02").await;
    let sheet = consulted(&app, "1", "2025-03-11").await;
    app.advance(TimeDelta::seconds(1));
    let alice = patient_id("ALICE").to_string();
    merge(&app.caisse(BOUCHES_DU_RHONE), &alice, &other).await.expect(201);
    let shown = tried(&app, body("2025-01-01")).await;
    assert_eq!(shown["feuilles_changees"], 1);
    let change = &changes(&app, &shown).await[0];
    assert_eq!(change["apres"]["appartenance"], "dans_parcours");
    assert!(change["causes"].as_array().unwrap().contains(&json!("patient.fusionne")));
    apply(&app, &shown).await;
    assert_eq!(evaluations(&app, &sheet).await.len(), 2);
}

#[tokio::test]
async fn a_split_gives_each_person_their_own_feuilles_and_participations() {
    let app = TestApp::new().await;
    // Four consultations of one day reach the ceiling: the fifth keeps nothing.
    let mut sheets = Vec::new();
    for numero in ["1", "2", "3", "4", "5"] {
        sheets.push(consulted(&app, numero, "2025-03-11").await);
    }
    let kept = |sheet: &Value| {
        let totals = sheet["evaluations"].as_array().unwrap().last().unwrap()["totaux"].clone();
        totals["participation_forfaitaire_centimes"].as_i64().unwrap()
    };
    assert_eq!(sheets.iter().map(kept).collect::<Vec<_>>(), [200, 200, 200, 200, 0]);
    let alice = patient_id("ALICE").to_string();
    let moved: Vec<&str> = sheets[1..4].iter().map(|sheet| sheet["id"].as_str().unwrap()).collect();
    app.advance(TimeDelta::seconds(1));
    let other = json!({
        "patient": {
            "identifiant": { "type": "nir", "valeur": AUTRE_NIR },
            "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "2008-02-11",
            "organisme": organisme(BOUCHES_DU_RHONE), "affilie_du": "2012-09-01",
        },
        "declarations": [], "feuilles": moved, "motif": "collision",
    });
    let split = act(&app.caisse(BOUCHES_DU_RHONE), &alice, "scissions", other).await.expect(201);
    let new = split["nouveau"]["patient_id"].as_str().unwrap();
    // Alice's fifth consultation is her second of that day.
    let hers = tried(&app, body("2025-01-01")).await;
    assert_eq!((&hers["feuilles"], &hers["feuilles_changees"]), (&json!(2), &json!(1)));
    let change = &changes(&app, &hers).await[0];
    assert_eq!(change["feuille_id"], sheets[4]["id"]);
    apply(&app, &hers).await;
    assert_eq!(
        evaluations(&app, &sheets[4]).await[1]["totaux"]["participation_forfaitaire_centimes"],
        200
    );
    // The other person is seventeen: outside the parcours, and without participation.
    let asked = json!({ "motif": "fait_tardif", "patient_id": new, "du": "2025-01-01" });
    let theirs = tried(&app, asked.clone()).await;
    assert_eq!((&theirs["feuilles"], &theirs["feuilles_changees"]), (&json!(3), &json!(3)));
    let causes = &changes(&app, &theirs).await[0]["causes"];
    assert!(causes.as_array().unwrap().contains(&json!("patient.scinde")));
    apply(&app, &theirs).await;
    for sheet in &sheets[1..4] {
        let again = &evaluations(&app, sheet).await[1]["totaux"];
        assert_eq!(again["participation_forfaitaire_centimes"], 0);
        assert_eq!(again["majoration_centimes"], 1060);
    }
    let left: i64 = sqlx::query_scalar(crate::receptions::PARTICIPATIONS)
        .fetch_one(&app.database.pool(1).await)
        .await
        .unwrap();
    assert_eq!(left, 400, "two of Alice's, none of the other's");
    // Once more changes nothing, for either.
    app.advance(TimeDelta::seconds(1));
    for asked in [body("2025-01-01"), asked] {
        assert_eq!(tried(&app, asked).await["feuilles_changees"], 0);
    }
}

#[tokio::test]
async fn a_death_known_late_leaves_care_of_before_alone() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2020-03-02").await;
    consulted(&app, "1", "2025-03-10").await;
    consulted(&app, "2", "2025-03-12").await;
    app.advance(TimeDelta::seconds(1));
    let told = json!({ "jour": "2025-03-11", "source": "etat_civil" });
    act(&app.caisse(BOUCHES_DU_RHONE), &alice, "deces", told).await.expect(200);
    let shown = tried(&app, body("2025-01-01")).await;
    let list = changes(&app, &shown).await;
    let days: Vec<&Value> = list.iter().map(|change| &change["date_soins"]).collect();
    assert_eq!(days, ["2025-03-12"]);
}

#[tokio::test]
async fn it_is_tried_before_it_is_applied_and_applied_once() {
    let app = TestApp::new().await;
    consulted(&app, "1", "2025-03-11").await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let asked = caisse.post("/v1/reevaluations", body("2025-01-01")).await;
    let path = format!("{}/application", asked.header("location"));
    assert_eq!(caisse.act_on(&path, 1).await.problem(409), "transition_interdite");
    app.run_jobs().await;
    assert_eq!(caisse.act_on(&path, 1).await.problem(412), "version_perimee");
    assert_eq!(
        caisse
            .request("POST", &path, &[("idempotency-key", "cle-sans-version")], None)
            .await
            .problem(428),
        "version_absente"
    );
    caisse.act_on(&path, 2).await.expect(202);
    app.run_jobs().await;
    assert_eq!(caisse.act_on(&path, 4).await.problem(409), "transition_interdite");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_field_by_field() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let wrong = async |body: Value| {
        let reply = caisse.post("/v1/reevaluations", body).await;
        reply.expect(422);
        reply.wrong_fields()
    };
    let field = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    let mut asked = body("2025-06-10");
    asked["au"] = json!("2025-06-09");
    assert_eq!(wrong(asked.clone()).await, [field("/au", "periode_vide")]);
    asked["au"] = json!("2025-06-17");
    assert_eq!(wrong(asked).await, [field("/au", "date_future")]);
    let mut asked = body("2025-06-10");
    asked["depuis"] = json!("2025-06-17T00:00:00Z");
    assert_eq!(wrong(asked).await, [field("/depuis", "date_future")]);
    let mut asked = body("2025-06-10");
    asked["patient_id"] = json!(patient_id("BERNARD"));
    assert_eq!(wrong(asked).await, [field("/patient_id", "patient_inconnu")]);
    for stranger in [app.medecin(MARTIN), app.patient("ALICE")] {
        let refused = stranger.post("/v1/reevaluations", body("2025-01-01")).await;
        assert_eq!(refused.problem(403), "portee_insuffisante");
    }
}
