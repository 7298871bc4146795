//! What lies in the database as it is written, for whoever copies it without the keys: what the page of the operator says, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use traitant::domain::identifiers::Rpps;
use traitant::sandbox;

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, feuille, paper, patient_id};
use crate::support::cessation::{PREMIER, simple};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act};

const PAGE: &str = include_str!("../../docs/EXPLOITATION.md");
/// A day of care, and of nothing else.
const SOINS: &str = "2025-03-13";

/// What is looked for, in the words of the page: texts, or what they become in columns that are packed.
fn needles() -> BTreeMap<&'static str, Vec<Vec<u8>>> {
    let texts = |all: &[&str]| all.iter().map(|one| one.as_bytes().to_vec()).collect::<Vec<_>>();
    let people = &sandbox::PATIENTS;
    let numbers: Vec<&str> = people
        .iter()
        .flat_map(|one| std::iter::once(one.numero).chain(one.ouvrant_droit))
        .collect();
    let births: Vec<&str> = people.iter().map(|one| one.date_naissance).collect();
    let names: Vec<&str> = people.iter().map(|one| one.nom).collect();
    // A participation that is kept: the day of the year, then who performed.
    let performer: u64 = Rpps::parse(MARTIN).unwrap().as_str().parse().unwrap();
    let packed = [&72_u16.to_be_bytes()[..], &performer.to_be_bytes()[3..]].concat();
    BTreeMap::from([
        ("name", texts(&names)),
        ("number", texts(&numbers)),
        ("birth date", texts(&births)),
        ("address", texts(&["Quai Zibeline"])),
        (
            "free text",
            texts(&[
                "urgence zibeline",
                "dossier-zibeline",
                "demande zibeline",
                "motif zibeline",
                "acte zibeline",
            ]),
        ),
        ("reference of proof", texts(&["BOITE-7/42", "TJ-BOURG-12/345", "LETTRE-ZIBELINE"])),
        ("day of care", [texts(&[SOINS]), vec![packed]].concat()),
    ])
}

/// People, feuilles, choices, free texts and proofs, as callers send them.
async fn everything(app: &TestApp) {
    let (martin, alice) = (app.medecin(MARTIN), patient_id("ALICE").to_string());
    let mut urgent = feuille("ALICE", "4711", SOINS, json!("U"));
    urgent["parcours"]["urgence_precisions"] = json!("urgence zibeline");
    urgent["reference_externe"] = json!("dossier-zibeline");
    martin.post("/v1/feuilles-de-soins", urgent).await.expect(201);
    // The year of care that the row of the person holds, and the one before.
    martin
        .post("/v1/feuilles-de-soins", feuille("BERNARD", "4712", SOINS, json!("T")))
        .await
        .expect(201);
    let lot = ["GABRIEL", "HUGO"]
        .map(|who| format!("{}\n", feuille(who, "4713", SOINS, json!("T"))))
        .concat();
    martin.send_ndjson("/v1/feuilles-de-soins/lots", &lot).await;
    martin.declare("ALICE", MARTIN).await.expect(201);
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let adresse = json!({ "voie": "9 Quai Zibeline", "code_postal": "13001", "localite": "Marseille",
                          "commune": "13055", "effet_du": "2025-06-01" });
    act(&caisse, &alice, "changements-d-adresse", adresse).await.expect(200);
    let lien = json!({
        "representant": { "patient_id": patient_id("HUGO").to_string() }, "nature": "titulaire_autorite_parentale",
        "preuve": "decision_de_justice", "reference_preuve": "TJ-BOURG-12/345", "effet_du": "2020-01-15",
    });
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    caisse.post(&path, lien).await.expect(201);
    let (bernard, ain) = (app.patient("BERNARD"), app.caisse(AIN));
    let path = format!("/v1/patients/{}/demandes-de-rectification", patient_id("BERNARD"));
    let asked = bernard
        .post(&path, json!({ "objet": "adresse", "demande": "demande zibeline" }))
        .await
        .expect(201);
    let path = format!("/v1/demandes-de-rectification/{}/reponse", asked["id"].as_str().unwrap());
    ain.post_on(&path, 1, json!({ "issue": "refusee", "motif": "motif zibeline" }))
        .await
        .expect(200);
    let mut choix =
        json!({ "patient": crate::support::app::cle("BERNARD"), "medecins": [{ "rpps": MARTIN }] });
    let digest = ain.digest_of(&choix).await;
    choix["signatures"] =
        json!([paper("assure", "2025-06-10", &digest), paper("medecin", "2025-06-10", &digest),]);
    ain.post("/v1/declarations", choix).await.expect(201);
    let referral =
        json!({ "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }] });
    let path = format!("/v1/patients/{}/adressages", patient_id("BERNARD"));
    let made = martin.post(&path, referral).await.expect(201);
    let path = format!("/v1/adressages/{}/retours", made["id"].as_str().unwrap());
    let letter = json!({ "nature": "conclusions", "soins_le": "2025-06-16", "reference": "LETTRE-ZIBELINE" });
    app.medecin(CARDIOLOGUE).post_on(&path, 1, letter).await.expect(200);
    let mut stop = simple(CARDIOLOGUE, "deces", "2025-03-17");
    stop["justification"] = json!("acte zibeline");
    app.referentiel(PREMIER).post("/v1/operations", stop).await.expect(202);
    app.run_jobs().await;
}

/// Which columns hold which of the needles.
async fn found(pool: &PgPool) -> BTreeMap<String, BTreeSet<&'static str>> {
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT c.table_name::text, c.column_name::text, c.udt_name::text
         FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
         JOIN pg_class k ON k.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND NOT k.relispartition",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(columns.len() > 300, "{}", columns.len());
    let needles = needles();
    let mut found: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (table, column, kind) in columns {
        let bytes = match kind.as_str() {
            "bytea" => column.clone(),
            "_bytea" => format!("unnest({column})"),
            _ => format!("convert_to({column}::text, 'UTF8')"),
        };
        let asked = format!("SELECT DISTINCT {bytes} FROM {table} WHERE {column} IS NOT NULL");
        let values: Vec<Vec<u8>> =
            sqlx::query_scalar(AssertSqlSafe(asked)).fetch_all(pool).await.unwrap();
        for (what, texts) in &needles {
            let holds =
                |value: &[u8], text: &[u8]| value.windows(text.len()).any(|part| part == text);
            if values.iter().any(|value| texts.iter().any(|text| holds(value, text))) {
                found.entry(format!("{table}.{column}")).or_default().insert(*what);
            }
        }
    }
    found
}

/// The rows of the page: a column, and what it shows.
fn told() -> BTreeMap<String, BTreeSet<&'static str>> {
    let section = PAGE.split("### What lies in clear").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let mut cells = row.split('|').map(str::trim);
        let column = cells.next().unwrap().trim_end_matches('`').to_owned();
        (column, cells.next().unwrap().split(", ").collect())
    })
    .collect()
}

#[tokio::test]
async fn what_lies_in_clear_is_what_the_page_says() {
    let app = TestApp::new().await;
    everything(&app).await;
    let pool = app.database.pool(1).await;
    let found = found(&pool).await;
    for (column, what) in &found {
        println!("| `{column}` | {} | |", what.iter().copied().collect::<Vec<_>>().join(", "));
    }
    assert_eq!(found, told());
    // Nothing that is sealed shows any of it, and none of these columns is empty.
    for (table, column) in [
        ("identite_patient", "noms_chiffres"),
        ("identifiant_patient", "valeur_chiffree"),
        ("adresse_patient", "adresse_chiffree"),
        ("feuille_de_soins", "contenu_chiffre"),
        ("patient", "etat_chiffre"),
        ("demande_rectification", "contenu_chiffre"),
        ("reponse_rectification", "contenu_chiffre"),
        ("declaration", "contenu_chiffre"),
        ("signature", "preuve_chiffree"),
        ("representation", "reference_preuve_chiffree"),
        ("retour_adressage", "reference_chiffree"),
    ] {
        let asked = format!("SELECT count(*) FROM {table} WHERE octet_length({column}) > 17");
        let many: i64 = sqlx::query_scalar(AssertSqlSafe(asked)).fetch_one(&pool).await.unwrap();
        assert!(many > 0, "{table}.{column}");
        assert!(!found.contains_key(&format!("{table}.{column}")), "{table}.{column}");
    }
}
