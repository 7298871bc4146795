//! The master key is replaced while everything goes on, and the one of before then opens nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool, Row};
use traitant::law::Law;
use traitant::services::cles::tourner;
use traitant::services::sceaux::{seal, verify};
use traitant::services::{Mode, ServiceError};
use traitant::storage::rotation::{COLONNES, DONNEES};
use traitant::storage::{Coffre, Db, StorageError, cles};

use crate::service::token;
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, Reply, cle, feuille};
use crate::support::database::{KEY, KEY_HEX, TestDatabase};
use crate::support::process::{Folder, Service, program, run, said};

const NEW: [u8; 32] = [9; 32];
const NEW_HEX: &str = "0909090909090909090909090909090909090909090909090909090909090909";
const CONSULTATION: &str = "/v1/medecins-traitants/consultation";
const FEUILLES: &str = "/v1/feuilles-de-soins";
const FIL: &str = "/v1/evenements";

/// The instance of a service with these keys, on a database.
async fn instance(database: &Arc<TestDatabase>, coffre: Coffre, seed: u64) -> TestApp {
    let db = Db::new(database.pool(8).await, coffre);
    TestApp::with_db(Arc::clone(database), db, Law::embedded().unwrap(), seed)
}

fn both() -> Coffre {
    Coffre::of((2, &NEW), [(1, &KEY)])
}

/// How many values of each sealed column are under which version.
async fn versions(pool: &PgPool) -> Vec<(String, i32, i64)> {
    let mut all = Vec::new();
    for column in &COLONNES {
        let (table, name) = (column.table, column.nom);
        let asked = format!(
            "SELECT get_byte({name}, 0), count(*) FROM {table} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1"
        );
        for row in sqlx::query(AssertSqlSafe(asked)).fetch_all(pool).await.unwrap() {
            all.push((format!("{table}.{name}"), row.get(0), row.get(1)));
        }
    }
    all
}

async fn send(app: &TestApp, number: &str, key: &str) -> Reply {
    let body = feuille("BERNARD", number, "2025-03-10", json!("T"));
    app.medecin(MARTIN).request("POST", FEUILLES, &[("idempotency-key", key)], Some(&body)).await
}

async fn read_again(app: &TestApp, sheet: &Value) -> Value {
    let path = format!("{FEUILLES}/{}", sheet["id"].as_str().unwrap());
    app.medecin(MARTIN).get(&path).await.expect(200)
}

/// Under which keys of data feuilles are sealed.
async fn sealed_under(pool: &PgPool) -> Vec<i32> {
    let asked = "SELECT DISTINCT get_byte(contenu_chiffre, 0) FROM feuille_de_soins ORDER BY 1";
    sqlx::query_scalar(asked).fetch_all(pool).await.unwrap()
}

/// Everybody is found by their number, and nobody twice.
async fn everybody_is_found(app: &TestApp) {
    for prenom in ["ALICE", "BERNARD"] {
        app.medecin(PONS).post(CONSULTATION, cle(prenom)).await.expect(200);
    }
    let lines: Vec<String> = ["ALICE", "BERNARD", "ALICE"]
        .into_iter()
        .zip([700, 701, 702])
        .map(|(prenom, number)| {
            format!("{}\n", feuille(prenom, &number.to_string(), "2025-03-12", json!("T")))
        })
        .collect();
    let lot = app.medecin(MARTIN).send_ndjson("/v1/feuilles-de-soins/lots", &lines.concat()).await;
    let text = String::from_utf8(lot.body).unwrap();
    assert_eq!(text.matches("\"erreur\"").count(), 0, "{text}");
}

#[tokio::test]
async fn what_was_written_under_a_key_is_read_before_during_and_after_its_rotation() {
    let database = Arc::new(TestDatabase::with_people().await);
    let old = instance(&database, Coffre::new(&KEY), 1).await;
    old.core.claim_database().await.unwrap();
    let first = send(&old, "1", "une-cle-de-client").await;
    let first: Value = first.expect(201);
    let page = old.medecin(MARTIN).get(FIL).await.expect(200);
    let cursor = page["pagination"]["curseur_reprise"].as_str().unwrap().to_owned();
    old.advance(TimeDelta::minutes(2));
    assert_eq!(seal(&old.core).await.unwrap(), Some(1));
    let owner = database.pool(2).await;
    assert!(versions(&owner).await.iter().all(|(_, version, _)| *version == 1));

    // Both keys are there: what is written is still written under the first.
    let during = instance(&database, both(), 2).await;
    // Clocks of instances are their own: nothing is written any more into what was sealed.
    during.advance(TimeDelta::hours(1));
    during.core.ready().await.unwrap();
    assert_eq!(during.core.version_cle(), 1);
    send(&during, "2", "une-autre-cle").await.expect(201);
    assert!(versions(&owner).await.iter().all(|(_, version, _)| *version == 1));

    // Half of it: the numbers of persons have been digested again, their names not yet.
    let worker = Db::new(database.pool(2).await, both());
    let now: DateTime<Utc> = "2025-06-16T10:30:00Z".parse().unwrap();
    assert!(cles::activate(&worker, Mode::BacASable, now).await.unwrap());
    let numbers: i64 = sqlx::query_scalar("SELECT count(*) FROM identifiant_patient")
        .fetch_one(&owner)
        .await
        .unwrap();
    let done = COLONNES[0].bloc(&worker, 0).await.unwrap();
    assert_eq!((COLONNES[0].table, done.lignes), ("identifiant_patient", numbers.cast_unsigned()));
    let halfway = versions(&owner).await;
    assert!(halfway.iter().any(|(_, version, _)| *version == 2), "{halfway:?}");
    assert!(halfway.iter().any(|(_, version, _)| *version == 1), "{halfway:?}");
    // Whether an instance was told already or not.
    everybody_is_found(&during).await;
    // One that was not reads what another, which was, wrote under the new key of data.
    let told = instance(&database, both(), 5).await;
    told.advance(TimeDelta::hours(1));
    told.core.ready().await.unwrap();
    let third: Value = send(&told, "3", "une-troisieme-cle").await.expect(201);
    assert_eq!((during.core.version_cle(), sealed_under(&owner).await), (1, vec![1, 2]));
    assert_eq!(read_again(&during, &third).await, third);
    let bytes = "SELECT contenu_chiffre FROM feuille_de_soins ORDER BY feuille_id";
    let written: Vec<Vec<u8>> = sqlx::query_scalar(bytes).fetch_all(&owner).await.unwrap();
    during.core.ready().await.unwrap();
    assert_eq!(during.core.version_cle(), 2);
    everybody_is_found(&during).await;
    assert_eq!(send(&during, "1", "une-cle-de-client").await.expect(201), first);
    // One that lacks the key reads and writes nothing more.
    let refused = old.core.ready().await.unwrap_err();
    assert!(
        matches!(refused, ServiceError::Storage(StorageError::MissingKey { version: 2 })),
        "{refused:?}"
    );
    let told = old.medecin(PONS).post(CONSULTATION, cle("ALICE")).await;
    assert_eq!(told.problem(503), "service_indisponible");

    // To the end, from where it is.
    let done = tourner(&worker, Mode::BacASable, || now, |_seen| {}).await.unwrap();
    assert_eq!((done.version, done.retirees), (2, 1));
    let left: i64 =
        halfway.iter().filter(|(_, version, _)| *version == 1).map(|(.., many)| many).sum();
    assert!(done.lignes >= left.cast_unsigned() && left > 0, "{done:?}");
    let after = versions(&owner).await;
    assert!(after.iter().all(|(_, version, _)| *version == 2), "{after:?}");
    let kept: Vec<Vec<u8>> = sqlx::query_scalar(bytes).fetch_all(&owner).await.unwrap();
    assert!(written.iter().all(|one| kept.contains(one)), "no feuille is written again");
    let again = tourner(&worker, Mode::BacASable, || now, |_seen| {}).await.unwrap();
    assert_eq!((again.lignes, again.retirees), (0, 0), "nothing is left to do");

    // The new key alone.
    let new = instance(&database, Coffre::of((2, &NEW), []), 3).await;
    new.advance(TimeDelta::hours(2));
    new.core.ready().await.unwrap();
    everybody_is_found(&new).await;
    assert_eq!(read_again(&new, &first).await, first, "sealed under the first key of data");
    assert_eq!(send(&new, "1", "une-cle-de-client").await.expect(201), first, "its first answer");
    let next = format!("{FIL}?curseur={cursor}");
    let page = new.medecin(MARTIN).get(&next).await.expect(200);
    assert!(!page["donnees"].as_array().unwrap().is_empty(), "a cursor of before goes on: {page}");
    let seen = new.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    assert!(seen["donnees"].as_array().unwrap().len() >= 4, "{seen}");
    new.advance(TimeDelta::hours(1));
    assert_eq!(seal(&new.core).await.unwrap(), Some(2));
    let sealed = verify(&new.core, None, |_| {}).await.unwrap();
    assert_eq!((sealed.sceaux, sealed.ecarts), (2, vec![]), "seals of both keys");

    // The old key alone.
    let refused = instance(&database, Coffre::new(&KEY), 4).await.core.ready().await.unwrap_err();
    assert!(
        matches!(refused, ServiceError::Storage(StorageError::MissingKey { version: 2 })),
        "{refused:?}"
    );
}

/// A ciphertext that a rotation does not know would be lost with its key; a guard that does not let it through would stop it.
#[tokio::test]
async fn every_sealed_column_is_in_the_rotation() {
    let database = TestDatabase::with_people().await;
    let owner = database.pool(1).await;
    let sealed: Vec<String> = sqlx::query_scalar(
        "SELECT table_name || '.' || column_name FROM information_schema.columns
         WHERE table_schema = 'public' AND column_name ~ 'chiffree?s?$'",
    )
    .fetch_all(&owner)
    .await
    .unwrap();
    let sealed: BTreeSet<String> = sealed.into_iter().collect();
    let known: BTreeSet<String> = COLONNES
        .iter()
        .map(|one| (one.table, one.nom))
        .chain(DONNEES.iter().map(|one| (one.table, one.nom)))
        .map(|(table, nom)| format!("{table}.{nom}"))
        .collect();
    assert_eq!(sealed, known);
}

/// Only the sealed columns, and only for whoever has the rights of an owner.
#[tokio::test]
async fn a_guard_lets_nothing_else_of_history_through() {
    let database = TestDatabase::with_people().await;
    let (owner, service) =
        (database.pool(1).await, PgPool::connect(&database.service_url().await).await.unwrap());
    let same = "UPDATE identite_patient SET noms_chiffres = noms_chiffres || '\\x00'";
    sqlx::query(same).execute(&owner).await.unwrap();
    assert!(sqlx::query(same).execute(&service).await.is_err(), "the service has no right to");
    for statement in [
        "UPDATE identite_patient SET noms_chiffres = noms_chiffres || '\\x00', rang = 2",
        "UPDATE identite_patient SET noms_chiffres = noms_chiffres || '\\x00', remplace_le = '2030-01-01'",
        "UPDATE identite_patient SET noms_chiffres = noms_chiffres",
        "UPDATE auteur SET sujet_chiffre = sujet_chiffre || '\\x00', role = 'medecin'",
        "UPDATE declaration SET contenu_sha256 = contenu_sha256 || '\\x00'",
    ] {
        // Of a table that holds nothing, nothing is refused.
        sqlx::query("INSERT INTO auteur (empreinte, role, identite, sujet_chiffre, enregistre_le)
                     VALUES (sha256('a'), 'caisse', '01011', '\\x01', '2025-01-01') ON CONFLICT DO NOTHING")
            .execute(&owner)
            .await
            .unwrap();
        assert!(sqlx::query(statement).execute(&owner).await.is_err(), "{statement}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_is_killed_goes_on_under_a_service_that_answers() {
    let (database, folder) = (TestDatabase::bac_a_sable().await, Folder::new());
    let service_url = database.service_url().await;
    let (owner_url, donnees) = (database.url(), folder.path().to_str().unwrap());
    let keys = folder.path().join("cles");
    let under = |url| {
        [
            ("DATABASE_URL", url),
            ("TRAITANT_MODE", "bac-a-sable"),
            ("TRAITANT_CLE_MAITRE_FICHIER", keys.to_str().unwrap()),
            ("TRAITANT_DONNEES", donnees),
            ("TRAITANT_MESURES", "127.0.0.1:0"),
        ]
    };
    let write = |text: &str| std::fs::write(&keys, text).unwrap();
    let rotate = || run(&under(&owner_url), &["cles", "tourner"]);

    // A service that has the first key only: nothing begins.
    write(KEY_HEX);
    let service = Service::start(&under(&service_url));
    write(&format!("1:{KEY_HEX}\n2:{NEW_HEX}\n"));
    let told = said(&rotate());
    assert!(told.contains("un service qui n'a pas la version 2"), "{told}");
    assert!(service.end("TERM").success());

    let service = Service::start(&under(&service_url));
    let martin = token(&folder, &["medecin"]);
    let client = reqwest::Client::new();
    let consult = async || {
        let body = json!({
            "identifiant": { "type": "nir", "valeur": "158070100199152" }, "date_naissance": "1958-07-14",
        });
        let path = format!("{}{CONSULTATION}", service.address);
        client.post(path).bearer_auth(&martin).json(&body).send().await.unwrap().status().as_u16()
    };
    let measure = async |line: &str| {
        let address = service.welcome.lines().find_map(|line| line.strip_prefix("Mesures : "));
        let text = reqwest::get(address.unwrap()).await.unwrap().text().await.unwrap();
        text.lines().any(|told| told == line)
    };
    assert!(measure("traitant_master_key_version 1").await);
    assert_eq!(consult().await, 200);

    // Killed where somebody holds a declaration: what comes before is done, what comes after is not.
    let pool = database.pool(2).await;
    let mut holding = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM declaration FOR UPDATE").execute(&mut *holding).await.unwrap();
    let mut rotation = program(&under(&owner_url)).args(["cles", "tourner"]).spawn().unwrap();
    let waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                   AND wait_event_type = 'Lock' AND query LIKE '%rotation.read%')";
    while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&pool).await.unwrap() {
        assert!(rotation.try_wait().unwrap().is_none(), "it waits");
        tokio::task::yield_now().await;
    }
    assert_eq!(consult().await, 200, "while it runs");
    rotation.kill().unwrap();
    rotation.wait().unwrap();
    holding.rollback().await.unwrap();
    let halfway = versions(&pool).await;
    assert!(
        halfway.iter().any(|(name, version, _)| name.starts_with("declaration") && *version == 1)
    );
    assert!(halfway.iter().any(|(name, version, _)| name.starts_with("identite") && *version == 2));
    assert_eq!(consult().await, 200, "while half is done");
    assert!(measure("traitant_master_key_versions 2").await);

    let told = said(&rotate());
    assert!(told.contains("version 2") && told.contains("n'ouvrent plus rien"), "{told}");
    let after = versions(&pool).await;
    assert!(after.iter().all(|(_, version, _)| *version == 2), "{after:?}");
    assert_eq!(consult().await, 200, "after");
    assert!(measure("traitant_master_key_version 2").await);
    assert!(measure("traitant_master_key_versions 1").await);
    let listed = said(&run(&under(&service_url), &["cles", "etat"]));
    assert!(listed.contains("version 1") && listed.contains("retirée le"), "{listed}");
    assert!(listed.contains("version 2") && listed.contains(": sert"), "{listed}");
    assert!(service.end("TERM").success());

    // The key of before opens nothing, alone; the new one is enough.
    write(KEY_HEX);
    let told = said(&run(&under(&service_url), &[]));
    assert!(told.contains("la version 2 de la clé maître"), "{told}");
    write(&format!("2:{NEW_HEX}"));
    let service = Service::start(&under(&service_url));
    let verified = run(&under(&service_url), &["verifier"]);
    assert!(verified.status.success(), "{}", said(&verified));
    assert!(service.end("TERM").success());
}
