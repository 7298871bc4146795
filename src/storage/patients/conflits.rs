//! Conflicts between designations of merged records, and what they set aside.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;
use uuid::Uuid;

use crate::domain::acteur::Caisse;
use crate::domain::calendar::Periode;
use crate::domain::ids::{ConflitId, DeclarationId, FaitId, FusionId, PatientId};
use crate::domain::vie::fusion::{Chevauchement, Conflit, Ecart};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::StorageError;
use crate::storage::error::one;
use crate::storage::medecins::word;
use crate::storage::range::{to_periode, to_range};

struct Row {
    patient_id: Uuid,
    conflit_id: Uuid,
    version: i32,
    etat: String,
    fusion_id: Uuid,
    declaration_conservee: Uuid,
    declaration_absorbee: Uuid,
    declaration_retenue: Option<Uuid>,
    effet: PgRange<NaiveDate>,
    enregistre_le: DateTime<Utc>,
}

impl Row {
    fn build(self) -> Result<Conflit, StorageError> {
        Ok(Conflit {
            id: ConflitId::from_uuid(self.conflit_id),
            patient_id: PatientId::from_uuid(self.patient_id),
            fusion_id: FusionId::from_uuid(self.fusion_id),
            version: self.version,
            etat: word("conflit_designation", "etat", &self.etat)?,
            chevauchement: Chevauchement {
                conservee: DeclarationId::from_uuid(self.declaration_conservee),
                absorbee: DeclarationId::from_uuid(self.declaration_absorbee),
                effet: to_periode(&self.effet, "conflit_designation")?,
            },
            retenue: self.declaration_retenue.map(DeclarationId::from_uuid),
            enregistre_le: self.enregistre_le,
        })
    }
}

/// Writes a version of a conflict. The person's row is locked.
pub async fn insert(conn: &mut PgConnection, conflit: &Conflit) -> Result<(), StorageError> {
    let overlap = &conflit.chevauchement;
    sqlx::query!(
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
        conflit.retenue.map(DeclarationId::uuid),
        to_range(overlap.effet),
        conflit.enregistre_le
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Replaces the version known until now by the next one.
pub async fn advance(conn: &mut PgConnection, conflit: &Conflit) -> Result<(), StorageError> {
    let found = sqlx::query!(
        "/* conflit_designation.replace */ UPDATE conflit_designation SET remplace_le = $4
         WHERE patient_id = $1 AND conflit_id = $2 AND version = $3 AND remplace_le IS NULL",
        conflit.patient_id.uuid(),
        conflit.id.uuid(),
        conflit.version - 1,
        conflit.enregistre_le
    )
    .execute(&mut *conn)
    .await?
    .rows_affected();
    one("conflit_designation.replace", found)?;
    insert(conn, conflit).await
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
    row.map(Row::build).transpose()
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
    rows.into_iter().map(Row::build).collect()
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
        after.map(ConflitId::uuid),
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::build).collect()
}

/// Sets a declaration aside on some days.
pub async fn set_aside(
    conn: &mut PgConnection,
    conflit: &Conflit,
    id: FaitId,
    declaration: DeclarationId,
    effet: Periode,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* ecart_designation.insert */
         INSERT INTO ecart_designation
             (patient_id, ecart_id, declaration_id, conflit_id, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        conflit.patient_id.uuid(),
        id.uuid(),
        declaration.uuid(),
        conflit.id.uuid(),
        to_range(effet),
        conflit.enregistre_le
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts back what a conflict had set aside.
pub async fn put_back(
    conn: &mut PgConnection,
    conflit: &Conflit,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* ecart_designation.replace */ UPDATE ecart_designation SET remplace_le = $3
         WHERE patient_id = $1 AND conflit_id = $2 AND remplace_le IS NULL",
        conflit.patient_id.uuid(),
        conflit.id.uuid(),
        instant
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What conflicts set aside of a person's choices, as known now.
pub async fn ecarts(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Vec<Ecart>, StorageError> {
    let rows = sqlx::query!(
        "/* ecart_designation.list */
         SELECT declaration_id, effet FROM ecart_designation
         WHERE patient_id = $1 AND remplace_le IS NULL",
        patient.uuid()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Ecart {
                declaration_id: DeclarationId::from_uuid(row.declaration_id),
                effet: to_periode(&row.effet, "ecart_designation")?,
            })
        })
        .collect()
}
