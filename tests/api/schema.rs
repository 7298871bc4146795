//! Rules about the schema, asked of PostgreSQL itself.

use std::collections::BTreeSet;

use sqlx::PgPool;

use crate::support::database::TestDatabase;

/// Tables that are the same wherever a person's rows live: small, or about no person.
const REFERENCE: [&str; 15] = [
    "auteur",
    "ccam_acte",
    "ccam_version",
    "medecin",
    "identite_medecin",
    "specialite_medecin",
    "lieu",
    "exercice",
    "loi",
    "operation_medecin",
    "operation_exercice",
    "operation_caisse",
    "reevaluation",
    "honoraires_annee",
    "accueil_medecin",
];
/// Tables of the service itself. A reception names nobody: the feuilles of its persons bear its number. Lines of a file to take over
/// wait sealed, before anybody knows whose they are.
const SERVICE: [&str; 32] = [
    "_sqlx_migrations",
    "bac_a_sable",
    "abonnement",
    "base",
    "cle",
    "cle_donnees",
    "cle_retiree",
    "envoi",
    "essai",
    "evenement",
    "evenement_a_publier",
    "fil",
    "fil_tete",
    "idempotence",
    "preuve_utilisee",
    "purge",
    "reception",
    "sceau",
    "simulation_reforme",
    "statistique",
    "statistique_mouvement",
    "statistique_purgee",
    "statistique_recue",
    "statistique_suivi",
    "tache",
    "courriers",
    "courriers_lot",
    "export",
    "export_bloc",
    "reprise",
    "reprise_bloc",
    "reprise_ligne",
];

async fn strings(pool: &PgPool, statement: &'static str) -> Vec<String> {
    sqlx::query_scalar(statement).fetch_all(pool).await.unwrap()
}

async fn person_tables(pool: &PgPool) -> BTreeSet<String> {
    let all = strings(
        pool,
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition",
    )
    .await;
    all.into_iter()
        .filter(|name| !REFERENCE.contains(&name.as_str()) && !SERVICE.contains(&name.as_str()))
        .collect()
}

#[tokio::test]
async fn every_unique_constraint_on_a_person_contains_the_person() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    let tables = person_tables(&pool).await;
    assert!(tables.len() >= 12, "{tables:?}");
    let without: Vec<String> = strings(
        &pool,
        "SELECT DISTINCT c.relname::text || ': ' || i.indexrelid::regclass::text
         FROM pg_index i
         JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND (i.indisunique OR i.indisexclusion)
           AND NOT EXISTS (
               SELECT 1 FROM pg_attribute a
               WHERE a.attrelid = c.oid AND a.attname = 'patient_id' AND a.attnum = ANY(i.indkey::int2[]))
         ORDER BY 1",
    )
    .await;
    let wrong: Vec<&String> =
        without.iter().filter(|line| tables.contains(line.split(':').next().unwrap())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// What a reading says of the rows known today, `remplace_le IS NULL`, is never what a guard says of its own: PostgreSQL would
/// look persons up by it, and take several times as long.
#[tokio::test]
async fn no_reading_goes_through_a_guard_against_overlaps() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    let guards = strings(
        &pool,
        "SELECT c.relname || ' ' || pg_get_expr(i.indpred, i.indrelid)
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE i.indisexclusion",
    )
    .await;
    assert!(guards.len() > 10, "{guards:?}");
    for guard in guards {
        assert!(guard.contains("COALESCE(remplace_le, 'infinity'"), "{guard}");
    }
}

#[tokio::test]
async fn every_table_of_persons_names_the_person() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    for table in person_tables(&pool).await {
        let found: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = $1 AND column_name = 'patient_id'
               AND is_nullable = 'NO')",
        )
        .bind(&table)
        .fetch_one(&pool)
        .await
        .unwrap();
        assert!(found, "{table} has no patient_id");
    }
}

/// A declaration that goes from one record to another takes everything written about it: whoever adds
/// a table to that decides here whether a move copies its rows.
#[tokio::test]
async fn a_move_of_a_declaration_knows_every_table_that_speaks_of_it() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    let speaking = strings(
        &pool,
        "SELECT DISTINCT table_name::text FROM information_schema.columns c
         WHERE table_schema = 'public' AND column_name = 'declaration_id' AND EXISTS (
             SELECT 1 FROM information_schema.columns p WHERE p.table_schema = 'public'
               AND p.table_name = c.table_name AND p.column_name = 'patient_id')
         ORDER BY 1",
    )
    .await;
    let copied = ["avenant", "declaration", "declaration_medecin", "signature"];
    let ended_and_continued = ["etat_declaration"];
    let unrolled_again = ["designation"];
    // Written by merges themselves, and the journal (a view of the events), which is never rewritten.
    let of_the_move = ["ecart_designation", "evenement", "journal", "mouvement_declaration"];
    // A citation stays in the file that cites.
    let citing = ["contact_conciliation"];
    let mut known: Vec<&str> =
        [&copied[..], &ended_and_continued, &unrolled_again, &of_the_move, &citing].concat();
    known.sort_unstable();
    assert_eq!(speaking, known, "see src/storage/patients/mouvements.rs");
}

#[tokio::test]
async fn every_dated_fact_says_from_which_day_and_since_when_it_is_known() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    // A table with a validity has a knowledge, a guard against overlaps, and a guarded history.
    let dated = strings(
        &pool,
        "SELECT table_name::text FROM information_schema.columns
         WHERE table_schema = 'public' AND column_name = 'effet' ORDER BY 1",
    )
    .await;
    assert!(dated.len() >= 7, "{dated:?}");
    for table in dated {
        let (known, replaced, closed, guarded): (bool, bool, bool, bool) = sqlx::query_as(
            "SELECT
               EXISTS (SELECT 1 FROM information_schema.columns
                       WHERE table_name = $1 AND column_name = 'enregistre_le' AND is_nullable = 'NO'),
               EXISTS (SELECT 1 FROM information_schema.columns
                       WHERE table_name = $1 AND column_name = 'remplace_le' AND is_nullable = 'YES'),
               EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'
                       AND pg_get_constraintdef(oid) LIKE '%lower_inc(effet)%'),
               (SELECT count(*) FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal) >= 2",
        )
        .bind(&table)
        .fetch_one(&pool)
        .await
        .unwrap();
        assert!(known && replaced && closed && guarded, "{table}");
    }
}

#[tokio::test]
async fn history_is_replaced_once_and_never_rewritten() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    for statement in [
        "UPDATE designation SET effet = daterange('2020-01-01', NULL)",
        "UPDATE affiliation SET organisme = '010110001'",
        "UPDATE identifiant_patient SET remplace_le = NULL",
        "UPDATE signature SET signe_le = '2020-01-01'",
        "UPDATE declaration SET canal = 'portail'",
        "UPDATE evenement SET nature = 'autre'",
        "DELETE FROM designation",
        "DELETE FROM signature",
        "DELETE FROM etat_declaration",
        "DELETE FROM evenement",
    ] {
        let error = sqlx::query(statement).execute(&pool).await.unwrap_err();
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap();
        assert_eq!(code, "23001", "{statement}: {error}");
    }
    // Replaced once: the second replacement is refused.
    let replace = "UPDATE affiliation SET remplace_le = '2030-01-01'";
    sqlx::query(replace).execute(&pool).await.unwrap();
    assert!(sqlx::query(replace).execute(&pool).await.is_err());
}

#[tokio::test]
async fn no_default_hides_a_decision_and_no_enum_freezes_a_list() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    let defaults = strings(
        &pool,
        "SELECT table_name || '.' || column_name FROM information_schema.columns
         WHERE table_schema = 'public' AND column_default IS NOT NULL
           AND table_name <> '_sqlx_migrations' ORDER BY 1",
    )
    .await;
    assert_eq!(defaults, [""; 0]);
    let enums = strings(&pool, "SELECT typname::text FROM pg_type WHERE typtype = 'e'").await;
    assert!(enums.is_empty(), "{enums:?}");
}

#[tokio::test]
async fn foreign_keys_are_served_by_an_index_or_point_to_small_tables() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    let unserved = strings(
        &pool,
        "SELECT con.conrelid::regclass::text || ' -> ' || con.confrelid::regclass::text
         FROM pg_constraint con
         WHERE con.contype = 'f' AND NOT EXISTS (
             SELECT 1 FROM pg_index i WHERE i.indrelid = con.conrelid
               AND (i.indkey::int2[])[0] = con.conkey[1])
         ORDER BY 1",
    )
    .await;
    let large: Vec<&String> = unserved
        .iter()
        .filter(|line| !["auteur", "lieu", "medecin"].iter().any(|small| line.ends_with(small)))
        .collect();
    assert!(large.is_empty(), "{large:?}");
}

/// An identifier that a statement would read bare has lost its type: nothing would keep it from being taken for another.
#[tokio::test]
async fn every_identifier_has_its_type_and_every_type_its_column() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    let config: toml::Table = include_str!("../../sqlx.toml").parse().unwrap();
    let typed: BTreeSet<String> = config["macros"]["table-overrides"]
        .as_table()
        .unwrap()
        .iter()
        .flat_map(|(table, columns)| {
            columns.as_table().unwrap().keys().map(move |column| format!("{table}.{column}"))
        })
        .collect();
    let columns = |types: &'static str| {
        let statement = format!(
            "SELECT c.relname || '.' || a.attname FROM pg_attribute a
             JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_type t ON t.oid = a.atttypid
             WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
               AND a.attnum > 0 AND NOT a.attisdropped AND {types}"
        );
        sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(statement)).fetch_all(&pool)
    };
    let ids: BTreeSet<String> =
        columns("t.typname IN ('uuid', '_uuid')").await.unwrap().into_iter().collect();
    let all: BTreeSet<String> = columns("true").await.unwrap().into_iter().collect();
    assert_eq!(ids.difference(&typed).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(typed.difference(&all).collect::<Vec<_>>(), Vec::<&String>::new());
}
