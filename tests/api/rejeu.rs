//! Stored evaluations made again: byte for byte, under the law of their time.

use std::sync::Arc;

use serde_json::{Value, json};
use traitant::domain::ids::FeuilleId;
use traitant::law::Law;
use traitant::law::parameters::Parametre;
use traitant::law::reforme::Modification;
use traitant::services::rejeu;

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::database::TestDatabase;
use crate::support::vie::{BOUCHES_DU_RHONE, paper_choice};

/// Another law: the participation forfaitaire has another amount since 2025.
fn other_law() -> Law {
    let change = Modification {
        parametre: Parametre::PfMontant,
        valeur: 400,
        du: "2025-01-01".parse().unwrap(),
        au: None,
    };
    Law::embedded().unwrap().reformee(&[change]).unwrap()
}

async fn send(app: &TestApp, prenom: &str, numero: &str, jour: &str, said: Value) -> Value {
    let sheet = feuille(prenom, numero, jour, said);
    app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201)
}

async fn read(app: &TestApp, sheet: &Value) -> Value {
    let path = format!("/v1/feuilles-de-soins/{}", sheet["id"].as_str().unwrap());
    app.medecin(MARTIN).get(&path).await.expect(200)
}

#[tokio::test]
async fn what_is_stored_is_made_again_byte_for_byte_whatever_the_register_says_since() {
    let app = TestApp::new().await;
    for (number, prenom) in ["ALICE", "BERNARD", "CHARLES", "HUGO"].iter().enumerate() {
        for (place, said) in [json!("T"), json!("H"), Value::Null].into_iter().enumerate() {
            let (bill, day) = (format!("{number}{place}"), format!("2025-03-1{place}"));
            send(&app, prenom, &bill, &day, said).await;
        }
    }
    // Facts that came later change nothing to what was evaluated.
    let alice = patient_id("ALICE").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2020-03-02").await;
    let all = rejeu::replay(&app.core, (None, None), |_| {}).await.unwrap();
    assert_eq!((all.evaluations, all.identiques), (12, 12));
    let day = Some("2025-03-11".parse().unwrap());
    let some = rejeu::replay(&app.core, (day, day), |_| {}).await.unwrap();
    assert_eq!((some.evaluations, some.identiques), (4, 4));
    let before = Some("2025-03-09".parse().unwrap());
    let none = rejeu::replay(&app.core, (None, before), |_| {}).await.unwrap();
    assert_eq!(none.evaluations, 0);
}

#[tokio::test]
async fn an_evaluation_is_read_and_replayed_under_its_own_law() {
    let database = Arc::new(TestDatabase::with_people().await);
    let former = TestApp::under(Arc::clone(&database), 4, other_law(), 7).await;
    let old = send(&former, "BERNARD", "1", "2025-03-11", json!("T")).await;
    let participation = |sheet: &Value| {
        sheet["evaluations"][0]["totaux"]["participation_forfaitaire_centimes"].clone()
    };
    assert_eq!(participation(&old), 400);
    let present = TestApp::under(database, 4, Law::embedded().unwrap(), 8).await;
    let new = send(&present, "BERNARD", "2", "2025-03-12", json!("T")).await;
    assert_eq!(participation(&new), 200);
    // Word for word what was answered then, with the amount of that law.
    let again = read(&present, &old).await;
    assert_eq!(again["evaluations"], old["evaluations"]);
    assert_ne!(again["evaluations"][0]["regles_version"], new["evaluations"][0]["regles_version"]);
    let all = rejeu::replay(&present.core, (None, None), |_| {}).await.unwrap();
    assert_eq!((all.evaluations, all.identiques), (2, 2));
    // The change of law is a reason to evaluate again, as any other.
    let caisse = present.caisse("010110000");
    let body = json!({ "motif": "loi", "patient_id": patient_id("BERNARD"), "du": "2025-01-01" });
    let asked = caisse.post("/v1/reevaluations", body).await;
    present.run_jobs().await;
    let shown = caisse.get(asked.header("location")).await.expect(200);
    assert_eq!(shown["feuilles_changees"], 1);
    assert_eq!(shown["difference"]["rembourse_amo_centimes"], 200);
    let list = caisse.get(&format!("{}/feuilles", asked.header("location"))).await.expect(200);
    assert_eq!(list["donnees"][0]["causes"], json!(["loi"]));
}

#[tokio::test]
async fn an_evaluation_that_somebody_touched_is_named() {
    let app = TestApp::new().await;
    let kept = send(&app, "BERNARD", "1", "2025-03-11", json!("T")).await;
    let touched = send(&app, "BERNARD", "2", "2025-03-12", json!("T")).await;
    let ids = [&kept, &touched].map(|sheet| sheet["id"].as_str().unwrap().parse().unwrap());
    let [kept, touched]: [FeuilleId; 2] = ids;
    let pool = app.database.pool(1).await;
    // Nothing in the service can do it: the history is guarded.
    let forged = "UPDATE feuille_de_soins SET contenu_chiffre = (
                      SELECT contenu_chiffre FROM feuille_de_soins WHERE feuille_id = $1) WHERE feuille_id = $2";
    let guarded = sqlx::query(forged).bind(kept.uuid()).bind(touched.uuid()).execute(&pool).await;
    guarded.unwrap_err();
    let mut owner = pool.acquire().await.unwrap();
    sqlx::query("SET session_replication_role = replica").execute(&mut *owner).await.unwrap();
    sqlx::query(forged).bind(kept.uuid()).bind(touched.uuid()).execute(&mut *owner).await.unwrap();
    let all = rejeu::replay(&app.core, (None, None), |_| {}).await.unwrap();
    assert_eq!((all.evaluations, all.differentes), (2, vec![(touched, 1)]));
}
