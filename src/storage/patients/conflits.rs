//! Conflicts between designations of merged records, and what they set aside.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::acteur::Caisse;
use crate::domain::calendar::Periode;
use crate::domain::ids::{ConflitId, DeclarationId, FaitId, FusionId, PatientId};
use crate::domain::vie::fusion::{Chevauchement, Conflit, Ecart, EtatConflit};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::{StorageError, Tx};

struct Row {
    patient_id: PatientId,
    conflit_id: ConflitId,
    version: i32,
    etat: EtatConflit,
    fusion_id: FusionId,
    declaration_conservee: DeclarationId,
    declaration_absorbee: DeclarationId,
    declaration_retenue: Option<DeclarationId>,
    effet: Periode,
    enregistre_le: DateTime<Utc>,
}

impl Row {
    fn build(self) -> Conflit {
        Conflit {
            id: self.conflit_id,
            patient_id: self.patient_id,
            fusion_id: self.fusion_id,
            version: self.version,
            etat: self.etat,
            chevauchement: Chevauchement {
                conservee: self.declaration_conservee,
                absorbee: self.declaration_absorbee,
                effet: self.effet,
            },
            retenue: self.declaration_retenue,
            enregistre_le: self.enregistre_le,
        }
    }
}

/// Writes a version of a conflict. The person's row is locked.
pub async fn insert(tx: &mut Tx, conflit: &Conflit) -> Result<(), StorageError> {
    let overlap = &conflit.chevauchement;
    tx.write(sqlx::query!(
        "/* conflit_designation.insert */
         INSERT INTO conflit_designation
             (patient_id, conflit_id, version, etat, fusion_id, declaration_conservee,
              declaration_absorbee, declaration_retenue, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        conflit.patient_id.uuid(),
        conflit.id.uuid(),
        conflit.version,
        conflit.etat.mot(),
        conflit.fusion_id.uuid(),
        overlap.conservee.uuid(),
        overlap.absorbee.uuid(),
        conflit.retenue as _,
        overlap.effet,
        conflit.enregistre_le
    ))
    .await
}

/// Replaces the version known until now by the next one.
pub async fn advance(tx: &mut Tx, conflit: &Conflit) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* conflit_designation.replace */ UPDATE conflit_designation SET remplace_le = $4
         WHERE patient_id = $1 AND conflit_id = $2 AND version = $3 AND remplace_le IS NULL",
        conflit.patient_id.uuid(),
        conflit.id.uuid(),
        conflit.version - 1,
        conflit.enregistre_le
    ))
    .await?;
    insert(tx, conflit).await
}

/// A conflict as it stands.
pub async fn get(conn: &mut PgConnection, id: ConflitId) -> Result<Option<Conflit>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        "/* conflit_designation.get */
         SELECT patient_id, conflit_id, version, etat, fusion_id, declaration_conservee,
                declaration_absorbee, declaration_retenue, effet, enregistre_le
         FROM conflit_designation WHERE conflit_id = $1 AND remplace_le IS NULL",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Row::build))
}

/// The conflicts that a merge brought, as they stand.
pub async fn of_fusion(
    conn: &mut PgConnection,
    patient: PatientId,
    fusion: FusionId,
) -> Result<Vec<Conflit>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "/* conflit_designation.of_fusion */
         SELECT patient_id, conflit_id, version, etat, fusion_id, declaration_conservee,
                declaration_absorbee, declaration_retenue, effet, enregistre_le
         FROM conflit_designation
         WHERE patient_id = $1 AND fusion_id = $2 AND remplace_le IS NULL ORDER BY lower(effet), conflit_id",
        patient.uuid(),
        fusion.uuid()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Row::build).collect())
}

/// The open conflicts of the insured of a caisse, by id, after one already seen.
pub async fn open_of_caisse(
    conn: &mut PgConnection,
    caisse: &Caisse,
    jour: NaiveDate,
    after: Option<ConflitId>,
    limit: i64,
) -> Result<Vec<Conflit>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "/* conflit_designation.open_of_caisse */
         SELECT c.patient_id, c.conflit_id, c.version, c.etat, c.fusion_id, c.declaration_conservee,
                c.declaration_absorbee, c.declaration_retenue, c.effet, c.enregistre_le
         FROM conflit_designation c
         WHERE c.remplace_le IS NULL AND c.etat = 'ouvert' AND ($3::uuid IS NULL OR c.conflit_id > $3)
           AND $1 = (
               SELECT left(a.organisme, 5) FROM affiliation a
               WHERE a.patient_id = c.patient_id AND a.remplace_le IS NULL AND lower(a.effet) <= $2
               ORDER BY lower(a.effet) DESC LIMIT 1)
         ORDER BY c.conflit_id LIMIT $4",
        caisse.code(),
        jour,
        after as _,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Row::build).collect())
}

/// How many there are.
pub async fn count_open(
    conn: &mut PgConnection,
    caisse: &Caisse,
    jour: NaiveDate,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* conflit_designation.count_open */
         SELECT count(*) AS "count!" FROM conflit_designation
         WHERE remplace_le IS NULL AND etat = 'ouvert' AND caisse_le(patient_id, $2) = $1"#,
        caisse.code(),
        jour
    )
    .fetch_one(conn)
    .await?)
}

/// Sets a declaration aside on some days.
pub async fn set_aside(
    tx: &mut Tx,
    conflit: &Conflit,
    id: FaitId,
    declaration: DeclarationId,
    effet: Periode,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* ecart_designation.insert */
         INSERT INTO ecart_designation
             (patient_id, ecart_id, declaration_id, conflit_id, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        conflit.patient_id.uuid(),
        id.uuid(),
        declaration.uuid(),
        conflit.id.uuid(),
        effet,
        conflit.enregistre_le
    ))
    .await
}

/// Puts back what a conflict had set aside.
pub async fn put_back(
    tx: &mut Tx,
    conflit: &Conflit,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* ecart_designation.replace */ UPDATE ecart_designation SET remplace_le = $3
         WHERE patient_id = $1 AND conflit_id = $2 AND remplace_le IS NULL",
        conflit.patient_id.uuid(),
        conflit.id.uuid(),
        instant
    ))
    .await
}

/// What conflicts set aside of a person's choices, as known now.
pub async fn ecarts(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Vec<Ecart>, StorageError> {
    Ok(sqlx::query_as!(
        Ecart,
        "/* ecart_designation.list */
         SELECT declaration_id, effet FROM ecart_designation
         WHERE patient_id = $1 AND remplace_le IS NULL",
        patient.uuid()
    )
    .fetch_all(conn)
    .await?)
}
