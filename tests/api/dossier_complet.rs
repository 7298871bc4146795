//! Everything that is kept on one person, and nothing that is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use traitant::storage::dossier_complet::{AILLEURS, RUBRIQUES};

use crate::support::TestApp;
use crate::support::app::{MARTIN, cle, feuille, patient_id};
use crate::support::database::TestDatabase;

fn path(prenom: &str) -> String {
    format!("/v1/patients/{}/dossier-complet", patient_id(prenom))
}

/// Whoever adds a table that names a person puts it in the export, or says why not.
#[tokio::test]
async fn every_table_that_names_a_person_is_exported_or_says_why_not() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(1).await;
    let naming: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
           AND a.attname IN ('patient_id', 'representant_id', 'absorbe_id', 'origine_id', 'sous_id', 'fusionne_dans', 'personnes')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let naming: BTreeSet<&str> = naming.iter().map(String::as_str).collect();
    let elsewhere = AILLEURS.iter().map(|(what, _)| what.split('.').next().unwrap());
    let known: BTreeSet<&str> = RUBRIQUES.iter().map(|one| one.table).chain(elsewhere).collect();
    assert_eq!(naming, known);
    // Nothing else points to a person.
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
         WHERE contype = 'f' AND confrelid = 'patient'::regclass AND conparentid = 0",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    for table in others {
        assert!(naming.contains(table.as_str()), "{table}");
    }
}

/// A person to whom much happened.
async fn lived() -> TestApp {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    martin.post("/v1/medecins-traitants/consultation", cle("BERNARD")).await.expect(200);
    martin
        .post("/v1/feuilles-de-soins", feuille("BERNARD", "1", "2025-03-10", json!("T")))
        .await
        .expect(201);
    app
}

#[tokio::test]
async fn a_person_reads_every_row_that_is_kept_on_them() {
    let app = lived().await;
    let pool = app.database.pool(1).await;
    let own = patient_id("BERNARD");
    let mut expected = BTreeMap::new();
    for rubrique in &RUBRIQUES {
        let table = rubrique.table;
        let count = AssertSqlSafe(format!("SELECT count(*) FROM {table} WHERE patient_id = $1"));
        let rows: i64 = sqlx::query_scalar(count).bind(own.uuid()).fetch_one(&pool).await.unwrap();
        if rows > 0 {
            expected.insert(table.to_owned(), usize::try_from(rows).unwrap());
        }
    }
    assert!(expected.len() >= 8, "{expected:?}");
    let whole = app.patient("BERNARD").get(&path("BERNARD")).await.expect(200);
    let found: BTreeMap<String, usize> = whole["rubriques"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["rubrique"].as_str().unwrap().to_owned(), one["lignes"].as_array().unwrap().len())
        })
        .collect();
    assert_eq!(found, expected);
    let rubrique = |table: &str| -> Value {
        let all = whole["rubriques"].as_array().unwrap();
        all.iter().find(|one| one["rubrique"] == table).unwrap()["lignes"][0].clone()
    };
    // What is sealed is open, and what only the machine reads is left out.
    assert_eq!(rubrique("identite_patient")["noms"]["prenom"], "BERNARD");
    assert_eq!(rubrique("identifiant_patient")["valeur"], cle("BERNARD")["identifiant"]["valeur"]);
    let text = whole.to_string();
    // Digests as everywhere else, and not as the database writes bytes.
    assert!(!text.contains(r"\\x"), "{text}");
    let declarations = whole["rubriques"].as_array().unwrap().iter();
    let mut declarations = declarations.filter(|one| one["rubrique"] == "declaration");
    let digest = declarations.next().unwrap()["lignes"][0]["contenu_sha256"].as_str().unwrap();
    assert!(digest.len() == 64 && digest.bytes().all(|one| one.is_ascii_hexdigit()), "{digest}");
    assert!(!text.contains("_chiffre") && !text.contains("\"empreinte\""), "{text}");
    // Care, what was decided of it and why; who looked, in French.
    let care = &whole["feuilles_de_soins"][0];
    let motifs = &care["evaluations"][0]["lignes"][0]["motifs"];
    assert!(!motifs.as_array().unwrap().is_empty(), "{care}");
    let accesses = whole["acces"].as_array().unwrap();
    assert!(
        accesses.iter().any(|one| one["qui"].as_str().unwrap().starts_with("le Dr ")),
        "{accesses:?}"
    );
    // The export is an access too.
    let after = app.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    assert_eq!(after["donnees"][0]["operation"], "dossier.exporter", "{after}");
}

#[tokio::test]
async fn the_same_is_read_as_a_page() {
    let app = lived().await;
    let reply = app.patient("BERNARD").get(&format!("{}?page=true", path("BERNARD"))).await;
    assert_eq!(reply.status, 200);
    assert!(reply.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    let page = String::from_utf8(reply.body).unwrap();
    let number = cle("BERNARD")["identifiant"]["valeur"].as_str().unwrap().to_owned();
    for shown in [
        "<h1>Tout ce qui est gardé sur vous",
        "Noms, prénoms, sexe et naissance",
        "BERNARD",
        &number,
        "10/03/2025",
        "le Dr ",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for hidden in ["null", "_chiffre", "T00:00", "<script"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn nobody_else_exports_a_person() {
    let app = lived().await;
    let asked = path("BERNARD");
    assert_eq!(app.patient("ALICE").get(&asked).await.problem(404), "introuvable");
    let doctor = app.medecin(MARTIN).get(&asked).await;
    assert_eq!(doctor.status, 403);
    assert_eq!(app.anonymous().get(&asked).await.problem(401), "jeton_absent");
}
