//! The role under which the service works: it reads and writes rows, and owns nothing. What keeps history it can neither rewrite,
//! empty nor unguard, whoever speaks through it.

use std::num::NonZeroU32;

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::{Db, StorageError};

/// A role and the password that it is given, if it is given one.
#[derive(Debug, Clone, Copy)]
pub struct Role<'a> {
    /// Its name.
    pub nom: &'a str,
    /// What it says to be let in; none where the operating system says who it is.
    pub mot_de_passe: Option<&'a str>,
}

/// Makes the role if it is missing, and gives it what the service needs, no more: each table and each view is read; rows of
/// tables are added, changed and taken away where no guard refuses it anyway, and what keeps history is only replaced. To be
/// called by the owner of the tables, again after each migration. A new role has no right of its own; one that was there with some
/// loses them, which PostgreSQL lets a superuser do and nobody else: an owner who is none makes a new one.
pub async fn prepare(db: &Db, role: Role<'_>) -> Result<(), StorageError> {
    let mut conn = db.pool().acquire().await?.detach();
    let mut tx = conn.begin().await?;
    for statement in statements(&mut tx, role).await? {
        // Names and the password were quoted by PostgreSQL itself; none of these statements takes parameters.
        tx.execute(AssertSqlSafe(statement)).await?;
    }
    tx.commit().await?;
    Ok(conn.close().await?)
}

/// Rounds of the derivation, as PostgreSQL's own.
const TOURS: NonZeroU32 = NonZeroU32::new(4096).expect("it is not zero");

/// What PostgreSQL keeps of a password (RFC 5802 and 7677), so that the password itself is in no statement, which a server may log. Letters
/// beyond ASCII are prepared by PostgreSQL, which gets the password as it is.
fn verificateur(mot_de_passe: &str) -> String {
    if !mot_de_passe.is_ascii() {
        return mot_de_passe.to_owned();
    }
    let sel = rand::rng().random::<[u8; 16]>();
    let mut derivee = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, TOURS, &sel, mot_de_passe.as_bytes(), &mut derivee);
    let signer = hmac::Key::new(hmac::HMAC_SHA256, &derivee);
    let client = hmac::sign(&signer, b"Client Key");
    let gardee = digest::digest(&digest::SHA256, client.as_ref());
    let serveur = hmac::sign(&signer, b"Server Key");
    let [sel, gardee, serveur] =
        [sel.as_slice(), gardee.as_ref(), serveur.as_ref()].map(|bytes| STANDARD.encode(bytes));
    format!("SCRAM-SHA-256${TOURS}:{sel}${gardee}:{serveur}")
}

async fn statements(conn: &mut PgConnection, role: Role<'_>) -> Result<Vec<String>, StorageError> {
    let verificateur = role.mot_de_passe.map(verificateur);
    Ok(sqlx::query_scalar!(
        r#"/* roles.statements */
           WITH gardes AS (
               SELECT t.tgrelid, bool_or(t.tgtype & 8 > 0) AS suppression,
                      bool_or(t.tgtype & 16 > 0 AND p.proname = 'histoire_immuable') AS modification,
                      bool_or(p.proname = 'histoire_remplacable') AS remplacement
               FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
               WHERE p.proname IN ('histoire_immuable', 'histoire_remplacable')
               GROUP BY t.tgrelid
           ), tables AS (
               SELECT c.oid::regclass AS nom, c.relname,
                      concat_ws(', ', 'SELECT',
                          CASE WHEN e.ecrite THEN 'INSERT' END,
                          CASE WHEN e.ecrite AND g.modification IS NOT TRUE
                               THEN CASE WHEN g.remplacement THEN 'UPDATE (remplace_le)' ELSE 'UPDATE' END END,
                          CASE WHEN e.ecrite AND g.suppression IS NOT TRUE THEN 'DELETE' END)
                          AS droits
               FROM pg_class c LEFT JOIN gardes g ON g.tgrelid = c.oid
               CROSS JOIN LATERAL (
                   SELECT c.relkind <> 'v' AND c.relname <> '_sqlx_migrations' AS ecrite) AS e
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
                 AND NOT c.relispartition
           )
           SELECT statement AS "statement!" FROM (
               SELECT 0 AS ordre, format('CREATE ROLE %I LOGIN', $1::text) AS statement
               WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)
               UNION ALL
               SELECT 1, format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', $1::text)
               FROM pg_roles
               WHERE rolname = $1 AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls OR NOT rolcanlogin)
               UNION ALL
               SELECT 2, format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text) WHERE $2::text IS NOT NULL
               UNION ALL
               SELECT 3, format('GRANT USAGE ON SCHEMA public TO %I', $1::text)
               UNION ALL
               SELECT 4, format('REVOKE ALL ON %s FROM %I', nom, $1::text) FROM tables
               UNION ALL
               SELECT 5, format('GRANT %s ON %s TO %I', droits, nom, $1::text) FROM tables
               UNION ALL
               SELECT 6, format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %I', $1::text)
           ) AS statements
           ORDER BY ordre"#,
        role.nom,
        verificateur
    )
    .fetch_all(conn)
    .await?)
}

/// Whether the role of a connection reads every table: what [`prepare`] gives it all at once, or not at all.
pub async fn is_prepared(db: &Db) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* roles.is_prepared */
           SELECT bool_and(has_table_privilege(c.oid, 'SELECT')) AS "prepared!"
           FROM pg_class c
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition"#
    )
    .fetch_one(db.pool())
    .await?)
}

/// Refuses a connection that may do more than the service needs: that of a superuser or of an owner of the tables, who can take
/// every guard away.
pub async fn verify_least(db: &Db) -> Result<(), StorageError> {
    let role = sqlx::query!(
        r#"/* roles.verify_least */
           SELECT current_user::text AS "nom!",
                  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "superutilisateur!",
                  EXISTS (
                      SELECT 1 FROM pg_class c
                      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                        AND pg_has_role(current_user, c.relowner, 'MEMBER')
                  ) AS "proprietaire!""#
    )
    .fetch_one(db.pool())
    .await?;
    if role.superutilisateur || role.proprietaire {
        return Err(StorageError::TooMuchRight { role: role.nom });
    }
    Ok(())
}
