//! Migrations go up, down to nothing, and up again to the same schema.

use sqlx::{AssertSqlSafe, PgPool, Row};
use traitant::storage::migrations::MIGRATOR;

use crate::support::database::TestDatabase;

/// Everything that makes a schema, as text.
async fn picture(pool: &PgPool) -> Vec<String> {
    let statements = [
        "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
                || coalesce(column_default, '')
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
        "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace
           AND conrelid <> to_regclass('_sqlx_migrations')",
        "SELECT indexdef FROM pg_indexes
         WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations'",
        "SELECT tgrelid::regclass || ' ' || pg_get_triggerdef(oid) FROM pg_trigger
         WHERE NOT tgisinternal",
        "SELECT p.proname || ' ' || pg_get_functiondef(p.oid) FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
             SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
    ];
    let mut lines = Vec::new();
    for statement in statements {
        let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(pool).await.unwrap();
        lines.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    }
    lines.sort();
    lines
}

#[tokio::test]
async fn up_down_and_up_again() {
    let database = TestDatabase::empty().await;
    let pool = database.pool(2).await;
    let nothing = picture(&pool).await;
    MIGRATOR.run(&pool).await.unwrap();
    let schema = picture(&pool).await;
    assert!(schema.len() > 200, "{}", schema.len());
    MIGRATOR.undo(&pool, 0).await.unwrap();
    assert_eq!(picture(&pool).await, nothing, "the way back leaves nothing");
    MIGRATOR.run(&pool).await.unwrap();
    assert_eq!(picture(&pool).await, schema);
}

#[tokio::test]
async fn each_step_back_is_the_reverse_of_the_step_before() {
    let database = TestDatabase::empty().await;
    let pool = database.pool(2).await;
    MIGRATOR.run(&pool).await.unwrap();
    let versions: Vec<i64> = MIGRATOR
        .iter()
        .filter(|migration| migration.migration_type.is_up_migration())
        .map(|migration| migration.version)
        .collect();
    for pair in versions.windows(2).rev() {
        MIGRATOR.undo(&pool, pair[0]).await.unwrap();
        let below = picture(&pool).await;
        MIGRATOR.run(&pool).await.unwrap();
        MIGRATOR.undo(&pool, pair[0]).await.unwrap();
        assert_eq!(picture(&pool).await, below, "{}", pair[1]);
    }
}
