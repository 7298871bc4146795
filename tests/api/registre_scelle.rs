//! The register itself is sealed: whoever owns the database adds, changes, removes and brings back no row of history unseen.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use traitant::services::etats;
use traitant::services::sceaux::{Ecart, seal, verify};
use traitant::storage::rotation::COLONNES;
use traitant::storage::sceaux::registre::TABLES;

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::database::TestDatabase;
use crate::support::process::{Folder, run, said, sandbox};
use crate::support::vie::{BOUCHES_DU_RHONE, act, paper_choice};

/// Tables of history of which no row is sealed, and what tells of them instead.
const AUTREMENT: [(&str, &str); 8] = [
    ("base", "compared with the key at each start"),
    ("cle", "compared with the key at each start"),
    ("cle_donnees", "opened at each start, and by the verification"),
    ("cle_retiree", "opened by the verification"),
    ("sceau", "bound to each other by the key"),
    ("purge", "bound to each other by the key, and sealed"),
    ("statistique_mouvement", "compared with the register by « statistiques verifier »"),
    ("statistique_purgee", "compared with the register by « statistiques verifier »"),
];
/// Those of the first form that a guard keeps.
const JOURNAUX: [&str; 5] = ["acces", "evenement", "signature", "evaluation", "feuille_de_soins"];

/// As an owner, whom no guard and no key stops.
async fn tamper(pool: &PgPool, statement: &str) {
    let statement = format!(
        "SET session_replication_role = replica; {statement}; RESET session_replication_role"
    );
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(pool).await.unwrap();
}

async fn seal_again(app: &TestApp) {
    app.advance(TimeDelta::minutes(2));
    assert!(seal(&app.core).await.unwrap().is_some());
    assert_eq!(found(app).await, BTreeSet::new());
}

/// The tables in which something differs.
async fn found(app: &TestApp) -> BTreeSet<&'static str> {
    let found = verify(&app.core, None, |_| {}).await.unwrap();
    let table = |gap: &Ecart| match gap {
        Ecart::Lignes { table, .. } | Ecart::Fermees { table, .. } => *table,
        Ecart::Chaine { .. } | Ecart::Purge { .. } | Ecart::Racine { .. } => panic!("{gap:?}"),
    };
    found.ecarts.iter().map(table).collect()
}

/// Whether the verification names a table and nothing else.
async fn names(app: &TestApp, statement: &str, tables: &[&'static str]) {
    tamper(&app.database.pool(1).await, statement).await;
    assert_eq!(found(app).await, tables.iter().copied().collect(), "{statement}");
}

#[tokio::test]
async fn every_column_of_history_is_sealed_or_opened() {
    let database = TestDatabase::with_people().await;
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT DISTINCT c.relname::text, a.attname::text
         FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE p.proname IN ('histoire_immuable', 'histoire_remplacable') AND NOT c.relispartition",
    )
    .fetch_all(&database.pool(1).await)
    .await
    .unwrap();
    let mut guarded: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in columns {
        guarded.entry(table).or_default().insert(column);
    }
    assert!(guarded.len() > 50, "{guarded:?}");
    for one in &TABLES {
        let Some(mut columns) = guarded.remove(one.table) else {
            let unguarded = ["loi", "medecin", "lieu", "patient"];
            assert!(unguarded.contains(&one.table), "{}", one.table);
            continue;
        };
        for column in one.colonnes.split_whitespace() {
            columns.remove(column.split(':').next().unwrap());
        }
        for column in COLONNES.iter().filter(|column| column.table == one.table) {
            columns.remove(column.nom);
        }
        // The digest of a number or of an author is compared with what opens beside it.
        if ["identifiant_patient", "auteur"].contains(&one.table) {
            columns.remove("empreinte");
        }
        assert_eq!(columns.remove("remplace_le"), one.cle.is_some(), "{}", one.table);
        // A copy is the same line as its original.
        assert_eq!(columns.remove("patient_id"), one.copiee, "{}", one.table);
        assert_eq!(columns, BTreeSet::new(), "{}: neither sealed nor opened", one.table);
    }
    let known = AUTREMENT.iter().map(|(table, _)| *table).chain(JOURNAUX);
    let left: BTreeSet<&str> = guarded.keys().map(String::as_str).collect();
    assert_eq!(left, known.collect(), "tables of history that no seal tells of");
}

/// A register in which most tables have rows, sealed.
async fn lived() -> TestApp {
    let app = TestApp::new().await;
    let (caisse, alice) = (app.caisse(BOUCHES_DU_RHONE), patient_id("ALICE").to_string());
    app.medecin(MARTIN)
        .post("/v1/feuilles-de-soins", feuille("BERNARD", "1", "2025-03-10", json!("T")))
        .await
        .expect(201);
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2020-03-02").await;
    for (day, voie) in [("2021-01-01", "1 rue des Lilas"), ("2022-01-01", "2 rue des Lilas")] {
        let adresse = json!({ "effet_du": day, "voie": voie, "code_postal": "13001", "localite": "MARSEILLE" });
        act(&caisse, &alice, "changements-d-adresse", adresse).await.expect(200);
    }
    act(&caisse, &alice, "limitations", json!({ "motif": "exactitude_contestee" }))
        .await
        .expect(200);
    let lifted = json!({ "personne_informee_le": "2025-06-16" });
    act(&caisse, &alice, "limitations/levee", lifted).await.expect(200);
    seal_again(&app).await;
    app
}

#[tokio::test]
async fn a_row_that_an_owner_removes_is_found_in_every_table() {
    let app = lived().await;
    let pool = app.database.pool(1).await;
    let mut seen = BTreeSet::new();
    for one in &TABLES {
        let removed = format!(
            "WITH gone AS (DELETE FROM {0} WHERE ctid = (SELECT min(ctid) FROM {0}) RETURNING 1) SELECT count(*) FROM gone",
            one.table
        );
        let mut tx = pool.begin().await.unwrap();
        sqlx::raw_sql("SET LOCAL session_replication_role = replica")
            .execute(&mut *tx)
            .await
            .unwrap();
        let gone: i64 =
            sqlx::query_scalar(AssertSqlSafe(removed)).fetch_one(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        if gone > 0 {
            seen.insert(one.table);
            assert!(found(&app).await.contains(one.table), "{}", one.table);
        }
    }
    assert!(seen.len() > 16, "{seen:?}");
}

#[tokio::test]
async fn what_an_owner_adds_changes_or_brings_back_is_found_where_it_is() {
    let [hugo, alice] = ["HUGO", "ALICE"].map(|name| patient_id(name).uuid());
    for (statement, tables) in [
        // A stranger becomes the guardian of somebody, since long ago.
        (
            format!(
                "INSERT INTO representation (patient_id, representation_id, version, representant_id, nature, preuve, effet, enregistre_le)
                 VALUES ('{alice}', gen_random_uuid(), 1, '{hugo}', 'tutelle', 'decision_de_justice', '[2020-01-01,)', '2025-01-01')"
            ),
            &["representation"][..],
        ),
        // Another caisse, which reads everything.
        (
            format!("UPDATE affiliation SET organisme = '010110000' WHERE patient_id = '{alice}'"),
            &["affiliation"],
        ),
        // The address of before is the present one again.
        (
            format!(
                "ALTER TABLE adresse_patient DROP CONSTRAINT adresse_patient_unique;
                 UPDATE adresse_patient SET remplace_le = CASE WHEN remplace_le IS NULL THEN enregistre_le + interval '1 second' END
                 WHERE patient_id = '{alice}'"
            ),
            &["adresse_patient"],
        ),
        // A limitation that was lifted holds again.
        (
            format!("UPDATE limitation SET remplace_le = NULL WHERE patient_id = '{alice}'"),
            &["limitation"],
        ),
        // A birth date that no sealed value says.
        (
            format!("UPDATE identite_patient SET date_naissance = '1990-01-01' WHERE patient_id = '{alice}'"),
            &["identite_patient"],
        ),
        // A period alone.
        (
            "UPDATE exercice SET effet = '[2030-01-01,)' WHERE ctid = (SELECT min(ctid) FROM exercice)".to_owned(),
            &["exercice"],
        ),
        // Everybody who chose a doctor chose another one.
        ("UPDATE medecin SET rpps = '99900007024' WHERE rpps = '99900001233'".to_owned(), &["medecin"]),
        // What the law said on a day.
        ("UPDATE loi SET contenu = contenu || '{\"x\": 1}'".to_owned(), &["loi"]),
        // A doctor whom nobody chose, in a declaration that two signed.
        (
            format!(
                "UPDATE declaration_medecin SET medecin_id = gen_random_uuid() WHERE patient_id = '{alice}'"
            ),
            &["declaration_medecin"],
        ),
    ] {
        let app = lived().await;
        names(&app, &statement, tables).await;
    }
}

#[tokio::test]
async fn sealed_values_that_change_places_and_authors_who_do_are_found() {
    let swap = |table: &str, id: &str, columns: &[&str]| {
        let set: Vec<String> =
            columns.iter().map(|column| format!("{column} = o.{column}")).collect();
        format!(
            "WITH two AS (SELECT t.*, row_number() OVER (ORDER BY {id}) AS n FROM {table} t ORDER BY {id} LIMIT 2)
             UPDATE {table} t SET {} FROM two s JOIN two o ON o.n <> s.n WHERE t.{id} = s.{id}",
            set.join(", ")
        )
    };
    for (statement, table) in [
        (swap("identite_patient", "identite_id", &["noms_chiffres"]), "identite_patient"),
        (swap("identifiant_patient", "identifiant_id", &["valeur_chiffree"]), "identifiant_patient"),
        // The number of somebody finds somebody else: both values are whole, and their digests are not theirs.
        (
            "UPDATE identifiant_patient SET empreinte = sha256('x')::bytea WHERE ctid = (SELECT min(ctid) FROM identifiant_patient)"
                .replace("sha256('x')::bytea", "substring(sha256('x') FOR 16)"),
            "identifiant_patient",
        ),
        // Whatever one of them did, the other did.
        (
            "UPDATE auteur SET empreinte = empreinte || '\\x00' WHERE auteur_id = (SELECT min(auteur_id) FROM auteur);".to_owned()
                + &swap(
                    "auteur",
                    "auteur_id",
                    &["role", "identite", "organisation", "sujet_chiffre", "enregistre_le"],
                ),
            "auteur",
        ),
        (
            "UPDATE declaration SET contenu_chiffre = set_byte(contenu_chiffre, 40, get_byte(contenu_chiffre, 40) # 1)
             WHERE ctid = (SELECT min(ctid) FROM declaration)"
                .to_owned(),
            "declaration",
        ),
    ] {
        let app = lived().await;
        names(&app, &statement, &[table]).await;
    }
}

#[tokio::test]
async fn a_mark_that_contradicts_its_facts_is_found() {
    let [alice, hugo] = ["ALICE", "HUGO"].map(patient_id);
    let app = lived().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let limited = json!({ "motif": "exactitude_contestee" });
    act(&caisse, &alice.to_string(), "limitations", limited).await.expect(200);
    let differ = async || etats::verify(&app.core, |_| {}).await.unwrap().etats_differents;
    assert_eq!(differ().await, BTreeSet::new());
    let pool = app.database.pool(1).await;
    for (statement, persons) in [
        // Nobody limits any more, and nobody lifted.
        (format!("UPDATE patient SET limite_le = NULL WHERE patient_id = '{alice}'"), vec![alice]),
        (
            format!("UPDATE patient SET limite_le = connu_le WHERE patient_id = '{hugo}'"),
            vec![alice, hugo],
        ),
        // A record that nobody merged.
        (
            format!(
                "UPDATE patient SET limite_le = NULL, fusionne_dans = '{alice}' WHERE patient_id = '{hugo}'"
            ),
            vec![alice, hugo],
        ),
    ] {
        tamper(&pool, &statement).await;
        assert_eq!(differ().await, persons.into_iter().collect(), "{statement}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_nobody_can_read_stops_no_verification() {
    let app = lived().await;
    let pool = app.database.pool(1).await;
    for (statement, persons) in [
        (
            "UPDATE feuille_de_soins SET contenu_chiffre = set_byte(contenu_chiffre, 30, get_byte(contenu_chiffre, 30) # 1)",
            vec![patient_id("BERNARD")],
        ),
        (
            "UPDATE feuille_de_soins SET executant_rpps = executant_rpps + 1",
            vec![patient_id("BERNARD")],
        ),
    ] {
        tamper(&pool, statement).await;
        let found = etats::verify(&app.core, |_| {}).await.unwrap();
        assert!(!found.est_juste());
        assert_eq!(found.illisibles.into_iter().collect::<Vec<_>>(), persons, "{statement}");
        assert!(found.personnes > 5);
    }

    // The command says all of it, and ends with the code of a difference.
    let (database, folder) = (TestDatabase::bac_a_sable().await, Folder::new());
    let url = database.service_url().await;
    let settings = sandbox(&url, &folder);
    assert!(run(&settings, &["racine"]).status.success());
    let owner = database.pool(1).await;
    tamper(&owner, "UPDATE feuille_de_soins SET contenu_chiffre = contenu_chiffre || '\\x00'")
        .await;
    tamper(&owner, "DELETE FROM cle_donnees; UPDATE affiliation SET organisme = '010110000'").await;
    let wrong = run(&settings, &["verifier"]);
    let text = said(&wrong);
    assert_eq!(wrong.status.code(), Some(3), "{text}");
    for told in ["une ligne ne se lit plus", "table feuille_de_soins", "table affiliation"] {
        assert!(text.contains(told), "{told}: {text}");
    }
}
