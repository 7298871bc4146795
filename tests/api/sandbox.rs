//! The people of the sandbox.

use std::sync::Arc;

use traitant::law::Law;
use traitant::sandbox;
use traitant::storage::migrations::MIGRATOR;

use crate::support::app::{MARTIN, TestApp, patient_id};
use crate::support::database::TestDatabase;

#[tokio::test]
async fn loading_twice_changes_nothing() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    let count = "SELECT (SELECT count(*) FROM evenement) + (SELECT count(*) FROM acces)";
    let before: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
    let law = Arc::new(Law::embedded().unwrap());
    assert!(!sandbox::load(database.db(2).await, law).await.unwrap());
    let after: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_load_that_was_cut_short_is_completed() {
    let database = TestDatabase::empty().await;
    MIGRATOR.run(&database.pool(2).await).await.unwrap();
    crate::support::database::draw_key(&database.db(1).await).await;
    let law = Arc::new(Law::embedded().unwrap());
    // The database goes away at some point of the load, wherever that is.
    let mut cuts = 0;
    for allowed in [4, 11, 23] {
        let pool = database.pool(1).await;
        let db = traitant::storage::Db::new(
            pool.clone(),
            traitant::storage::Coffre::new(&crate::support::database::KEY),
        );
        let cut = async {
            for _ in 0..allowed * 40 {
                tokio::task::yield_now().await;
            }
            pool.close().await;
        };
        let (loaded, ()) = tokio::join!(sandbox::load(db, Arc::clone(&law)), cut);
        cuts += u32::from(loaded.is_err());
    }
    assert!(cuts > 0, "no load was cut short");
    sandbox::load(database.db(2).await, Arc::clone(&law)).await.unwrap();
    let app = TestApp::over(database, 4).await;
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("BERNARD"));
    let answer = app.patient("BERNARD").get(&path).await.expect(200);
    assert_eq!(answer["designation"]["medecins"][0]["rpps"], MARTIN);
    let declarations = format!("/v1/patients/{}/declarations", patient_id("BERNARD"));
    let declarations = app.patient("BERNARD").get(&declarations).await.expect(200);
    assert_eq!(declarations["donnees"].as_array().unwrap().len(), 1);
}
