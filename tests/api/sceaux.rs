//! Seals: whoever owns the database can change what was written, and cannot hide it.

use chrono::TimeDelta;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use traitant::services::sceaux::{Ecart, Racine, Sceaux, root, seal, verify};
use traitant::storage::sceaux::horizon;

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::database::TestDatabase;
use crate::support::process::{Folder, run, said, sandbox};
use crate::support::vie::{
    AUTRE_NIR, BOUCHES_DU_RHONE, act, merge, organisme, paper_choice, second_record, version,
};

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

/// A register whose signatures a merge copied, its undoing took back and a scission moved, each after a seal.
async fn moved() -> TestApp {
    let app = sealed().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let alice = patient_id("ALICE").to_string();
    let other = second_record(&app, BOUCHES_DU_RHONE, AUTRE_NIR, "1972-08-09").await;
    let made = paper_choice(&app, BOUCHES_DU_RHONE, &other, MARTIN, "2020-03-02").await;
    let next = async |number: i64| {
        app.advance(TimeDelta::minutes(2));
        assert_eq!(seal(&app.core).await.unwrap(), Some(number));
        let found = check(&app, None).await;
        assert_eq!((found.sceaux, found.ecarts), (number.unsigned_abs(), vec![]));
    };
    next(2).await;
    let merged = merge(&caisse, &alice, &other).await;
    merged.expect(201);
    assert_eq!(check(&app, None).await.ecarts, [], "before the next seal");
    next(3).await;
    let undone = format!("{}/annulation", merged.header("location"));
    let body = json!({ "motif": "collision" });
    caisse.post_on(&undone, version(&caisse, &alice).await, body).await.expect(200);
    next(4).await;
    merge(&caisse, &alice, &other).await.expect(201);
    next(5).await;
    let scission = json!({
        "patient": {
            "identifiant": { "type": "nir", "valeur": "172080100199656" },
            "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1972-08-09",
            "organisme": organisme(BOUCHES_DU_RHONE), "affilie_du": "2012-09-01",
        },
        "declarations": [made["id"]], "feuilles": [], "motif": "collision",
    });
    act(&caisse, &alice, "scissions", scission).await.expect(201);
    assert_eq!(check(&app, None).await.ecarts, [], "before the next seal");
    next(6).await;
    app
}

#[tokio::test]
async fn a_merge_its_undoing_and_a_scission_leave_the_seals_true_and_copies_are_sealed() {
    // The copies that the merge and the scission wrote, seal by seal; the original is in the second one.
    let copies = "signature_id = (SELECT min(id::text)::uuid FROM
        (SELECT signature_id AS id FROM signature GROUP BY 1 HAVING count(*) = 3) AS thrice)";
    let nth = |rank: i32| {
        format!(
            "(SELECT patient_id FROM signature WHERE {copies} ORDER BY enregistre_le OFFSET {rank} LIMIT 1)"
        )
    };
    for (rank, seal) in [(0, 2), (1, 3), (2, 6)] {
        let patient = nth(rank);
        for (statement, more) in [
            (
                format!(
                    "UPDATE signature SET moyen = 'en_ligne' WHERE {copies} AND patient_id = {patient}"
                ),
                0,
            ),
            (format!("DELETE FROM signature WHERE {copies} AND patient_id = {patient}"), -1),
        ] {
            let app = moved().await;
            tamper(&app.database.pool(1).await, "signature", &statement).await;
            let found = check(&app, None).await.ecarts;
            let [Ecart::Lignes { numero, table: "signature", scellees, trouvees, .. }] = found[..]
            else {
                panic!("{statement}: {found:?}")
            };
            assert_eq!((numero, trouvees - scellees), (seal, more), "{statement}");
        }
    }
    // A row that only looks like a copy: Hugo's record has the declaration too, and a signature of the sealed time.
    let app = moved().await;
    let owner = app.database.pool(1).await;
    let hugo = patient_id("HUGO");
    let added = format!(
        "INSERT INTO signature SELECT '{hugo}', (SELECT declaration_id FROM declaration WHERE patient_id = '{hugo}' LIMIT 1),
             signature_id, 'tuteur', NULL, NULL, signe_le, signe_a, recue_le, moyen, niveau, preuve_chiffree,
             contenu_sha256, enregistre_le
         FROM signature WHERE {copies} ORDER BY enregistre_le LIMIT 1"
    );
    tamper(&owner, "signature", &added).await;
    let found = check(&app, None).await.ecarts;
    let [Ecart::Lignes { numero: 2, table: "signature", scellees, trouvees, .. }] = found[..]
    else {
        panic!("{found:?}")
    };
    assert_eq!(trouvees - scellees, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_says_that_nothing_differs_at_its_end_and_only_then() {
    let (database, folder) = (TestDatabase::bac_a_sable().await, Folder::new());
    let url = database.service_url().await;
    let settings = sandbox(&url, &folder);
    let sealed = run(&settings, &["racine"]);
    assert!(sealed.status.success(), "{}", said(&sealed));
    let whole = run(&settings, &["verifier"]);
    assert!(whole.status.success(), "{}", said(&whole));
    let text = String::from_utf8(whole.stdout).unwrap();
    assert!(text.ends_with("Z.\nRien ne diffère.\n"), "{text}");
    let statement =
        "DELETE FROM acces WHERE acces_id = (SELECT min(acces_id::text)::uuid FROM acces)";
    tamper(&database.pool(1).await, "acces", statement).await;
    let wrong = run(&settings, &["verifier"]);
    assert_eq!(wrong.status.code(), Some(3), "{}", said(&wrong));
    let text = String::from_utf8(wrong.stdout).unwrap();
    assert!(!text.contains("Rien ne diffère"), "{text}");
    assert!(text.contains("  sceau 1, table acces, du début à "), "{text}");
    assert!(text.ends_with(" : 1 de moins qu'au scellement\n"), "{text}");
}
