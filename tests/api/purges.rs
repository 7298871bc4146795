//! Purges: what is old enough goes, what something needs stays, and nothing else can go without being found.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use traitant::domain::conservation::{Classe, Conservation};
use traitant::services::etats;
use traitant::services::purges::{Compte, Demande, PurgeError, purge};
use traitant::services::sceaux::{Ecart, Sceaux, seal, verify};
use traitant::services::statistiques;
use traitant::storage::purges::personnes::TABLES;

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act};

const VISA: Option<&str> = Some("AD01-2031-117");

fn kept(classes: &[(Classe, u32)]) -> Conservation {
    Conservation::new(classes.iter().copied().collect::<BTreeMap<_, _>>()).unwrap()
}

async fn purged(app: &TestApp, conservation: &Conservation, visa: Option<&str>) -> Vec<Compte> {
    purge(&app.core, &Demande { conservation, visa }, |_| {}).await.unwrap()
}

async fn sealed(app: &TestApp) -> Sceaux {
    verify(&app.core, None, |_| {}).await.unwrap()
}

async fn count(pool: &PgPool, what: &str) -> i64 {
    let statement = AssertSqlSafe(format!("SELECT count(*) FROM {what}"));
    sqlx::query_scalar(statement).fetch_one(pool).await.unwrap()
}

/// Everything that is verified of a register, and what its seals say.
async fn whole(app: &TestApp) -> Sceaux {
    let found = etats::verify(&app.core, |_| {}).await.unwrap();
    assert!(
        found.etats_differents.is_empty() && found.retenues_differentes.is_empty(),
        "{found:?}"
    );
    let counts = statistiques::verify(&app.core, false, |_| {}).await.unwrap();
    assert!(counts.est_juste(), "{counts:?}");
    let found = sealed(app).await;
    assert_eq!(found.ecarts, []);
    found
}

async fn send(app: &TestApp, prenom: &str, number: &str, day: &str) -> Value {
    app.medecin(MARTIN)
        .post("/v1/feuilles-de-soins", feuille(prenom, number, day, json!("T")))
        .await
        .expect(201)
}

/// Feuilles of two years, sealed in two slices, and the day six years later.
async fn lived() -> TestApp {
    let app = TestApp::new().await;
    for (prenom, number) in [("BERNARD", "1"), ("BERNARD", "2"), ("ALICE", "3")] {
        send(&app, prenom, number, "2025-03-10").await;
    }
    app.advance(TimeDelta::minutes(2));
    assert_eq!(seal(&app.core).await.unwrap(), Some(1));
    app.on("2026-03-02");
    send(&app, "BERNARD", "4", "2026-03-01").await;
    app.advance(TimeDelta::minutes(2));
    assert_eq!(seal(&app.core).await.unwrap(), Some(2));
    app
}

async fn tamper(pool: &PgPool, table: &str, statement: &str) {
    for statement in [format!("ALTER TABLE {table} DISABLE TRIGGER USER"), statement.to_owned()] {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(pool).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_purged_without_a_period_and_nothing_by_a_simulation() {
    let app = lived().await;
    app.on("2095-01-01");
    assert_eq!(purged(&app, &Conservation::default(), VISA).await, []);
    let pool = app.database.pool(2).await;
    let before = (count(&pool, "acces").await, count(&pool, "purge").await);
    let all = kept(&[(Classe::Traces, 6), (Classe::Feuilles, 60), (Classe::Evenements, 60)]);
    let tried = purged(&app, &all, None).await;
    assert!(tried.iter().all(|one| one.retirees > 0), "{tried:?}");
    assert_eq!((count(&pool, "acces").await, count(&pool, "purge").await), before);
    whole(&app).await;
    // What it said is what is done.
    let done = purged(&app, &all, VISA).await;
    assert_eq!(done, tried);
    whole(&app).await;
}

#[tokio::test]
async fn traces_go_on_the_day_their_period_ends_and_whatever_else_goes_is_found() {
    let app = lived().await;
    let pool = app.database.pool(2).await;
    let rule = kept(&[(Classe::Traces, 12)]);
    // The sandbox was made before: what is of 16 June 2025 is kept on that day of 2026, not on the day after.
    let all = count(&pool, "acces").await;
    let older = count(&pool, "acces WHERE survenu_le < '2025-06-16'").await;
    let old = count(&pool, "acces WHERE survenu_le < '2025-06-17'").await;
    assert!(old > older && all > old, "{older} {old} {all}");
    app.on("2026-06-16");
    assert_eq!(purged(&app, &rule, VISA).await[0].retirees, older.cast_unsigned());
    assert_eq!(count(&pool, "acces").await, all - older);
    app.on("2026-06-17");
    assert_eq!(purged(&app, &rule, VISA).await[0].retirees, (old - older).cast_unsigned());
    assert_eq!(count(&pool, "acces").await, all - old);
    let found = whole(&app).await;
    assert_eq!(found.purgees, old.cast_unsigned());
    // Again: nothing more.
    assert_eq!(purged(&app, &rule, VISA).await[0].retirees, 0);
    let (regle, visa, par): (String, String, String) =
        sqlx::query_as("SELECT regle, visa, par FROM purge ORDER BY numero LIMIT 1")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!((regle.as_str(), visa.as_str()), ("traces : 12 mois", "AD01-2031-117"));
    assert!(!par.is_empty());

    // A row that an owner removes is found, in a slice that was purged as in another; and no purge hides it.
    tamper(
        &pool,
        "evenement",
        "DELETE FROM evenement WHERE sequence = (SELECT min(sequence) FROM evenement)",
    )
    .await;
    let found = sealed(&app).await;
    assert!(
        matches!(found.ecarts[..], [Ecart::Lignes { numero: 1, table: "evenement", .. }]),
        "{found:?}"
    );
    app.on("2095-01-01");
    let all = kept(&[(Classe::Evenements, 60)]);
    let refused = purge(&app.core, &Demande { conservation: &all, visa: VISA }, |_| {}).await;
    assert!(
        matches!(refused, Err(PurgeError::Alteree { sceau: 1, table: "evenement" })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_record_of_a_purge_cannot_be_made_changed_or_taken_away() {
    let app = lived().await;
    app.on("2026-06-17");
    let pool = app.database.pool(2).await;
    purged(&app, &kept(&[(Classe::Traces, 12)]), VISA).await;
    app.advance(TimeDelta::minutes(2));
    seal(&app.core).await.unwrap();
    whole(&app).await;
    // An owner who says that more was purged than was.
    tamper(&pool, "purge", "UPDATE purge SET retirees = retirees + 1, visa = 'x'").await;
    let found = sealed(&app).await.ecarts;
    assert!(found.contains(&Ecart::Purge { numero: 1 }), "{found:?}");
    tamper(&pool, "purge", "DELETE FROM purge").await;
    let found = sealed(&app).await.ecarts;
    let tables: Vec<&str> = found
        .iter()
        .filter_map(|one| match one {
            Ecart::Lignes { table, .. } => Some(*table),
            Ecart::Chaine { .. }
            | Ecart::Purge { .. }
            | Ecart::Racine { .. }
            | Ecart::Fermees { .. } => None,
        })
        .collect();
    assert_eq!(tables, ["acces", "purge"], "{found:?}");
    // Guards let nobody else remove anything, and this not even who purges.
    for statement in ["DELETE FROM signature", "SET traitant.purge = 'oui'; DELETE FROM sceau"] {
        let error = sqlx::raw_sql(statement).execute(&pool).await.unwrap_err();
        assert!(error.to_string().contains("written once"), "{statement}: {error}");
    }
}

#[tokio::test]
async fn feuilles_go_by_whole_years_of_care_and_what_is_asked_of_them_keeps_them() {
    let app = lived().await;
    let pool = app.database.pool(2).await;
    let rule = kept(&[(Classe::Feuilles, 60)]);
    // Care of 2025, received in June 2025: its year is over for sixty months on the first day of 2031.
    app.on("2030-12-31");
    assert_eq!(purged(&app, &rule, VISA).await[0].retirees, 0);
    app.on("2031-01-01");
    let asked =
        json!({ "motif": "reclamation", "patient_id": patient_id("ALICE"), "du": "2025-01-01" });
    app.caisse(BOUCHES_DU_RHONE).post("/v1/reevaluations", asked).await.expect(202);
    let done = &purged(&app, &rule, VISA).await[0];
    assert_eq!((done.retirees, done.retenues), (2, 1), "{done:?}");
    let left = count(&pool, "feuille_de_soins").await;
    assert_eq!(left, 2);
    whole(&app).await;
    // Nothing of the year is kept for its ceilings any more; the person reads the others.
    let read = app.patient("BERNARD").get("/v1/moi/acces").await;
    assert_eq!(read.status, 200);
}

#[tokio::test]
async fn two_purges_share_the_work_and_one_that_is_killed_is_gone_on_with() {
    let app = lived().await;
    app.on("2095-01-01");
    let pool = app.database.pool(2).await;
    let rule = kept(&[(Classe::Traces, 6)]);
    // As a purge that was killed in the middle of a transaction: nothing of it is there.
    let mut killed = pool.begin().await.unwrap();
    sqlx::raw_sql("SET LOCAL traitant.purge = 'oui'; DELETE FROM acces")
        .execute(&mut *killed)
        .await
        .unwrap();
    killed.rollback().await.unwrap();
    whole(&app).await;
    let demande = Demande { conservation: &rule, visa: VISA };
    let writing = async {
        for number in ["21", "22", "23", "24"] {
            send(&app, "ALICE", number, "2026-03-01").await;
        }
    };
    let (one, other, ()) = tokio::join!(
        purge(&app.core, &demande, |_| {}),
        purge(&app.core, &demande, |_| {}),
        writing
    );
    let told = |done: &Result<Vec<Compte>, PurgeError>| match done {
        Ok(all) => Some(all[0].retirees),
        Err(PurgeError::EnCours) => None,
        Err(other) => panic!("{other}"),
    };
    assert!(told(&one).is_some() || told(&other).is_some(), "{one:?} {other:?}");
    purged(&app, &rule, VISA).await;
    assert_eq!(count(&pool, "acces WHERE survenu_le < '2090-01-01'").await, 0);
    whole(&app).await;
}

#[tokio::test]
async fn a_cursor_from_before_the_purge_is_told_what_to_do() {
    let app = lived().await;
    let martin = app.medecin(MARTIN);
    let page = martin.get("/v1/evenements?limite=1").await.expect(200);
    let old = page["pagination"]["curseur_suivant"]
        .as_str()
        .or(page["pagination"]["curseur_reprise"].as_str());
    let old = old.unwrap().to_owned();
    app.on("2031-03-10");
    let new = send(&app, "ALICE", "31", "2031-03-09").await;
    let rule = kept(&[(Classe::Evenements, 60)]);
    assert!(purged(&app, &rule, VISA).await[0].retirees > 0);
    let martin = app.medecin(MARTIN);
    let refused = martin.get(&format!("/v1/evenements?curseur={old}")).await;
    assert_eq!(refused.problem(410), "curseur_perime");
    // From the beginning: what is left, and a cursor that goes on.
    let page = martin.get("/v1/evenements").await.expect(200);
    let told = page["donnees"].to_string();
    assert!(told.contains(new["id"].as_str().unwrap()), "{page}");
    let again = page["pagination"]["curseur_reprise"].as_str().unwrap();
    martin.get(&format!("/v1/evenements?curseur={again}")).await.expect(200);
    whole(&app).await;
}

#[tokio::test]
async fn a_record_goes_whole_long_after_a_death_and_every_table_of_persons_is_known() {
    let app = TestApp::new().await;
    let pool = app.database.pool(2).await;
    send(&app, "BERNARD", "1", "2025-03-10").await;
    let own = patient_id("BERNARD");
    let death = json!({ "jour": "2025-06-01", "source": "etat_civil" });
    act(&app.caisse(AIN), &own.to_string(), "deces", death).await.expect(200);
    app.advance(TimeDelta::minutes(2));
    seal(&app.core).await.unwrap();
    let classes = [Classe::Traces, Classe::Evenements, Classe::Feuilles, Classe::Personnes];
    let rule = kept(&classes.map(|classe| (classe, 60)));
    app.on("2030-06-16");
    assert_eq!(purged(&app, &rule, VISA).await.last().unwrap().retirees, 0);
    app.on("2031-06-17");
    let done = purged(&app, &rule, VISA).await;
    assert_eq!(done.last().unwrap().retirees, 1, "{done:?}");
    for table in TABLES.iter().chain(["patient", "feuille_de_soins", "evaluation"].iter()) {
        let statement =
            AssertSqlSafe(format!("SELECT count(*) FROM {table} WHERE patient_id = $1"));
        let left: i64 =
            sqlx::query_scalar(statement).bind(own.uuid()).fetch_one(&pool).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
    whole(&app).await;
    app.medecin(MARTIN).get(&format!("/v1/patients/{own}")).await.expect(404);
    let others: i64 = count(&pool, "patient").await;
    assert!(others >= 7, "{others}");

    let named: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND a.attname = 'patient_id' AND NOT a.attisdropped
           AND c.relname NOT IN ('patient', 'feuille_de_soins', 'evaluation')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    for table in named {
        assert!(
            TABLES.contains(&table.as_str()),
            "{table} is about a person and no purge removes it"
        );
    }
}
