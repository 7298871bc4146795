//! Seals: whoever owns the database can change what was written, and cannot hide it.

use chrono::TimeDelta;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use traitant::services::sceaux::{Ecart, Racine, Sceaux, root, seal, verify};
use traitant::storage::sceaux::horizon;

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille};

/// A register in which something happened, and was sealed.
async fn sealed() -> TestApp {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    for number in ["1", "2", "3"] {
        let body = feuille("BERNARD", number, "2025-03-10", json!("T"));
        martin.post("/v1/feuilles-de-soins", body).await.expect(201);
    }
    app.advance(TimeDelta::minutes(2));
    assert_eq!(seal(&app.core).await.unwrap(), Some(1));
    app
}

async fn check(app: &TestApp, kept: Option<&Racine>) -> Sceaux {
    verify(&app.core, kept, |_| {}).await.unwrap()
}

/// As an owner, who first takes the guard of a table away.
async fn tamper(pool: &PgPool, table: &str, statement: &str) {
    for statement in [format!("ALTER TABLE {table} DISABLE TRIGGER USER"), statement.to_owned()] {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(pool).await.unwrap();
    }
}

#[tokio::test]
async fn what_an_owner_changes_adds_or_removes_is_found() {
    for (table, statement, more) in [
        (
            "acces",
            "UPDATE acces SET operation = 'x' WHERE acces_id = (SELECT min(acces_id::text)::uuid FROM acces)",
            0,
        ),
        (
            "acces",
            "DELETE FROM acces WHERE acces_id = (SELECT min(acces_id::text)::uuid FROM acces)",
            -1,
        ),
        (
            "evenement",
            "UPDATE evenement SET donnees = donnees || '{\"x\": 1}' WHERE sequence = (SELECT min(sequence) FROM evenement)",
            0,
        ),
        (
            "evenement",
            "DELETE FROM evenement WHERE sequence = (SELECT min(sequence) FROM evenement)",
            -1,
        ),
        (
            "signature",
            "UPDATE signature SET moyen = 'papier' WHERE signature_id = (SELECT min(signature_id::text)::uuid FROM signature)",
            0,
        ),
        (
            "feuille_de_soins",
            "UPDATE feuille_de_soins SET contenu_chiffre = contenu_chiffre || '\\x00' WHERE numero_facture = 12",
            0,
        ),
        ("feuille_de_soins", "DELETE FROM feuille_de_soins WHERE numero_facture = 12", -1),
        (
            "acces",
            "INSERT INTO acces SELECT patient_id, gen_random_uuid(), survenu_le, auteur_id, operation, requete_id FROM acces LIMIT 1",
            1,
        ),
    ] {
        let app = sealed().await;
        let whole = check(&app, None).await;
        assert_eq!((whole.sceaux, whole.ecarts.len()), (1, 0), "{whole:?}");
        assert!(whole.lignes >= 6, "{whole:?}");
        tamper(&app.database.pool(1).await, table, statement).await;
        let found = check(&app, None).await;
        let [Ecart::Lignes { numero: 1, table: named, scellees, trouvees, .. }] = found.ecarts[..]
        else {
            panic!("{statement}: {found:?}")
        };
        assert_eq!((named, trouvees - scellees), (table, more), "{statement}");
    }
}

#[tokio::test]
async fn seals_follow_each_other_and_a_kept_root_shows_what_the_chain_lost() {
    let app = sealed().await;
    let martin = app.medecin(MARTIN);
    martin
        .post("/v1/feuilles-de-soins", feuille("ALICE", "9", "2025-03-11", json!("U")))
        .await
        .expect(201);
    // What is younger than a minute waits.
    assert_eq!(seal(&app.core).await.unwrap(), None);
    app.advance(TimeDelta::minutes(2));
    assert_eq!(seal(&app.core).await.unwrap(), Some(2));
    let kept = root(&app.core).await.unwrap().unwrap();
    assert_eq!(check(&app, Some(&kept)).await.ecarts, []);

    // The last slice is taken away with its seal: nothing shows it here, the root that was kept does.
    let owner = app.database.pool(1).await;
    tamper(&owner, "sceau", "DELETE FROM sceau WHERE numero = 2").await;
    tamper(&owner, "feuille_de_soins", "DELETE FROM feuille_de_soins WHERE numero_facture = 19")
        .await;
    assert_eq!(check(&app, None).await.ecarts, []);
    assert_eq!(check(&app, Some(&kept)).await.ecarts, [Ecart::Racine { numero: 2 }]);
    // The service seals again what is left: another chain than the one that was kept.
    app.advance(TimeDelta::minutes(2));
    assert_eq!(seal(&app.core).await.unwrap(), Some(2));
    assert_eq!(check(&app, Some(&kept)).await.ecarts, [Ecart::Racine { numero: 2 }]);

    // A seal that an owner writes has no key, and a hole is one.
    app.advance(TimeDelta::minutes(2));
    assert_eq!(seal(&app.core).await.unwrap(), Some(3));
    tamper(&owner, "sceau", "UPDATE sceau SET empreintes[1] = sha256('') WHERE numero = 2").await;
    let found = check(&app, None).await.ecarts;
    assert!(found.contains(&Ecart::Chaine { numero: 2 }), "{found:?}");
    tamper(&owner, "sceau", "DELETE FROM sceau WHERE numero = 2").await;
    assert!(check(&app, None).await.ecarts.contains(&Ecart::Chaine { numero: 3 }));
}

#[tokio::test]
async fn nothing_is_sealed_before_the_oldest_transaction_has_ended() {
    let app = TestApp::new().await;
    let pool = app.database.pool(3).await;
    let far = "2999-01-01T00:00:00Z".parse().unwrap();
    let mut reader = pool.acquire().await.unwrap();
    let mut slow = pool.begin().await.unwrap();
    let began: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("SELECT now()").fetch_one(&mut *slow).await.unwrap();
    let now =
        || async { sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&pool).await.unwrap() };
    let after: chrono::DateTime<chrono::Utc> = now().await;
    assert_eq!(horizon(&mut reader, far).await.unwrap(), began);
    assert!(began < after);
    slow.rollback().await.unwrap();
    assert!(horizon(&mut reader, far).await.unwrap() > after);
}
