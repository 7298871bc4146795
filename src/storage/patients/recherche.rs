//! Persons found by their numbers, which the database knows only by a keyed hash.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::identifiers::IdentifiantPersonne;
use crate::domain::ids::PatientId;
use crate::domain::patient::ClePatient;
use crate::storage::{Coffre, StorageError, Tx};

/// Serialises the creations of persons under one number, until the end of the transaction.
pub async fn lock_number(
    tx: &mut Tx,
    coffre: &Coffre,
    numero: &IdentifiantPersonne,
) -> Result<(), StorageError> {
    let [b0, b1, b2, b3, b4, b5, b6, b7, ..] = coffre.empreinte(numero);
    let key = i64::from_be_bytes([b0, b1, b2, b3, b4, b5, b6, b7]);
    sqlx::query!("/* patient.lock_number */ SELECT pg_advisory_xact_lock($1)", key)
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}

/// The persons known under a number, born on that date with that rank; a merged record answers with
/// the one that was kept. Several is a conflict that the caller must not settle by taking the first.
pub async fn find(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cle: &ClePatient,
) -> Result<Vec<PatientId>, StorageError> {
    let empreinte = coffre.empreinte(&cle.numero);
    Ok(sqlx::query_scalar!(
        r#"/* patient.find */
         SELECT DISTINCT coalesce(p.fusionne_dans, p.patient_id) AS "patient_id!: PatientId"
         FROM identifiant_patient n
         JOIN identite_patient i ON i.patient_id = n.patient_id AND i.remplace_le IS NULL
         JOIN patient p ON p.patient_id = n.patient_id
         WHERE n.empreinte = $1 AND n.remplace_le IS NULL AND i.date_naissance = $2 AND i.rang = $3
         ORDER BY 1"#,
        empreinte.as_slice(),
        cle.date_naissance.as_str(),
        cle.rang as _
    )
    .fetch_all(conn)
    .await?)
}

/// The same, by what the register knew at an instant: a number corrected since still designates.
pub async fn find_known_at(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cle: &ClePatient,
    connu_le: DateTime<Utc>,
) -> Result<Vec<PatientId>, StorageError> {
    let empreinte = coffre.empreinte(&cle.numero);
    Ok(sqlx::query_scalar!(
        r#"/* patient.find_known_at */
         SELECT DISTINCT coalesce(p.fusionne_dans, p.patient_id) AS "patient_id!: PatientId"
         FROM identifiant_patient n
         JOIN identite_patient i
           ON i.patient_id = n.patient_id AND i.enregistre_le <= $4
          AND (i.remplace_le IS NULL OR i.remplace_le > $4)
         JOIN patient p ON p.patient_id = n.patient_id
         WHERE n.empreinte = $1 AND n.enregistre_le <= $4
           AND (n.remplace_le IS NULL OR (n.remplace_le IS NOT NULL AND n.remplace_le > $4))
           AND i.date_naissance = $2 AND i.rang = $3
         ORDER BY 1"#,
        empreinte.as_slice(),
        cle.date_naissance.as_str(),
        cle.rang as _,
        connu_le
    )
    .fetch_all(conn)
    .await?)
}

/// The records of a key as the register had them at an instant: one that was merged since answers for
/// itself.
pub async fn records_known_at(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cle: &ClePatient,
    connu_le: DateTime<Utc>,
) -> Result<Vec<PatientId>, StorageError> {
    let empreinte = coffre.empreinte(&cle.numero);
    Ok(sqlx::query_scalar!(
        r#"/* patient.records_known_at */
         SELECT DISTINCT coalesce(f.patient_id, n.patient_id) AS "patient_id!: PatientId"
         FROM identifiant_patient n
         JOIN identite_patient i
           ON i.patient_id = n.patient_id AND i.enregistre_le <= $4
          AND (i.remplace_le IS NULL OR i.remplace_le > $4)
         LEFT JOIN fusion f
           ON f.absorbe_id = n.patient_id AND f.enregistre_le <= $4
          AND (f.remplace_le IS NULL OR f.remplace_le > $4)
         WHERE n.empreinte = $1 AND n.enregistre_le <= $4
           AND (n.remplace_le IS NULL OR (n.remplace_le IS NOT NULL AND n.remplace_le > $4))
           AND i.date_naissance = $2 AND i.rang = $3
         ORDER BY 1"#,
        empreinte.as_slice(),
        cle.date_naissance.as_str(),
        cle.rang as _,
        connu_le
    )
    .fetch_all(conn)
    .await?)
}

/// The person whose own number this is, if the register has one.
pub async fn find_individuel(
    conn: &mut PgConnection,
    coffre: &Coffre,
    numero: &IdentifiantPersonne,
) -> Result<Option<PatientId>, StorageError> {
    let empreinte = coffre.empreinte(numero);
    Ok(sqlx::query_scalar!(
        r#"/* patient.find_individuel */
         SELECT coalesce(p.fusionne_dans, p.patient_id) AS "patient_id!: PatientId"
         FROM identifiant_patient n JOIN patient p ON p.patient_id = n.patient_id
         WHERE n.empreinte = $1 AND n.remplace_le IS NULL AND n.usage = 'individuel'
         ORDER BY n.enregistre_le LIMIT 1"#,
        empreinte.as_slice()
    )
    .fetch_optional(conn)
    .await?)
}

/// The persons whose own number this is. Several is a conflict that nobody settles by taking the first.
pub async fn find_owners(
    conn: &mut PgConnection,
    coffre: &Coffre,
    numero: &IdentifiantPersonne,
) -> Result<Vec<PatientId>, StorageError> {
    let empreinte = coffre.empreinte(numero);
    let rows = sqlx::query_scalar!(
        r#"/* patient.find_owners */
         SELECT DISTINCT coalesce(p.fusionne_dans, p.patient_id) AS "patient_id!"
         FROM identifiant_patient n JOIN patient p ON p.patient_id = n.patient_id
         WHERE n.empreinte = $1 AND n.remplace_le IS NULL AND n.usage = 'individuel'
         ORDER BY 1"#,
        empreinte.as_slice()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(PatientId::from_uuid).collect())
}
