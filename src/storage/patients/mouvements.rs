//! Declarations that go from one record to another, whole and under their own id.
//!
//! A declaration belongs to the record under which it has a present state. What was written about
//! it is copied to the other record, because nothing is ever moved in place; its state ends in one
//! record and goes on, as the next version, in the other. Who read it before must read it again.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::ids::{DeclarationId, FusionId, PatientId};
use crate::storage::{StorageError, Tx};

/// Moves a declaration. Both records are locked. `None` when the record has no such declaration.
pub async fn move_declaration(
    tx: &mut Tx,
    id: DeclarationId,
    (from, to): (PatientId, PatientId),
    fusion: Option<FusionId>,
    instant: DateTime<Utc>,
) -> Result<Option<i32>, StorageError> {
    let ended = sqlx::query!(
        "/* etat_declaration.leave */ UPDATE etat_declaration SET remplace_le = $3
         WHERE patient_id = $1 AND declaration_id = $2 AND remplace_le IS NULL
         RETURNING version, etat, motif, contestation",
        from.uuid(),
        id.uuid(),
        instant
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(state) = ended else { return Ok(None) };
    copy(tx, id, (from, to), instant).await?;
    let version = state.version + 1;
    tx.write(sqlx::query!(
        "/* etat_declaration.arrive */
         INSERT INTO etat_declaration (patient_id, declaration_id, version, etat, motif, enregistre_le, contestation)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        to.uuid(),
        id.uuid(),
        version,
        state.etat as _,
        state.motif,
        instant,
        state.contestation as _
    ))
    .await?;
    tx.write(sqlx::query!(
        "/* mouvement_declaration.insert */
         INSERT INTO mouvement_declaration
             (patient_id, declaration_id, version, origine_id, fusion_id, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        to.uuid(),
        id.uuid(),
        version,
        from.uuid(),
        fusion as _,
        instant
    ))
    .await?;
    Ok(Some(version))
}

/// Copies what was written about a declaration, except its states. What is there already stays. A signature is sealed: its copy
/// is written at an instant of its own, since the slice of the original is closed.
async fn copy(
    tx: &mut Tx,
    id: DeclarationId,
    (from, to): (PatientId, PatientId),
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let (from, to, id) = (from.uuid(), to.uuid(), id.uuid());
    macro_rules! copy {
        ($($statement:literal),+ $(,)?) => {
            $(tx.write(sqlx::query!($statement, from, to, id)).await?;)+
        };
    }
    copy!(
        "/* declaration.copy */
         INSERT INTO declaration
             (patient_id, declaration_id, numero, canal, contenu_chiffre, contenu_sha256, expire_le, rectifie_id,
              reprise_id, effet_du, signe_le, origine, reference_preuve_chiffree, sous_id, enregistre_le)
         SELECT $2, declaration_id, numero, canal, contenu_chiffre, contenu_sha256, expire_le, rectifie_id,
                reprise_id, effet_du, signe_le, origine, reference_preuve_chiffree, sous_id, enregistre_le
         FROM declaration WHERE patient_id = $1 AND declaration_id = $3
         ON CONFLICT DO NOTHING",
        "/* declaration_medecin.copy */
         INSERT INTO declaration_medecin (patient_id, declaration_id, medecin_id, lieu_id)
         SELECT $2, declaration_id, medecin_id, lieu_id
         FROM declaration_medecin WHERE patient_id = $1 AND declaration_id = $3
         ON CONFLICT DO NOTHING",
        "/* avenant.copy */
         INSERT INTO avenant (patient_id, declaration_id, en_place, enregistre_le)
         SELECT $2, declaration_id, en_place, enregistre_le
         FROM avenant WHERE patient_id = $1 AND declaration_id = $3
         ON CONFLICT DO NOTHING",
    );
    tx.write(sqlx::query!(
        "/* signature.copy */
         INSERT INTO signature
             (patient_id, declaration_id, signature_id, role, medecin_id, signe_le, signe_a, recue_le,
              moyen, niveau, preuve_chiffree, contenu_sha256, representation_id, enregistre_le)
         SELECT $2, declaration_id, signature_id, role, medecin_id, signe_le, signe_a, recue_le,
                moyen, niveau, preuve_chiffree, contenu_sha256, representation_id, $4
         FROM signature WHERE patient_id = $1 AND declaration_id = $3
         ON CONFLICT DO NOTHING",
        from,
        to,
        id,
        instant
    ))
    .await
}

/// The declarations that a record has now, in the order of their recording.
pub async fn declarations(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Vec<DeclarationId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* etat_declaration.of_person */
         SELECT declaration_id FROM etat_declaration
         WHERE patient_id = $1 AND remplace_le IS NULL ORDER BY declaration_id",
        patient.uuid()
    )
    .fetch_all(conn)
    .await?)
}

/// The declarations that a merge brought, wherever they are now.
pub async fn brought_by(
    conn: &mut PgConnection,
    patient: PatientId,
    fusion: FusionId,
) -> Result<Vec<DeclarationId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* mouvement_declaration.of_fusion */
         SELECT DISTINCT declaration_id FROM mouvement_declaration
         WHERE patient_id = $1 AND fusion_id = $2 ORDER BY declaration_id",
        patient.uuid(),
        fusion.uuid()
    )
    .fetch_all(conn)
    .await?)
}

/// The declarations that a record has now and that came, since it absorbed another, under that one.
pub async fn came_under(
    conn: &mut PgConnection,
    (patient, absorbe): (PatientId, PatientId),
    since: DateTime<Utc>,
) -> Result<Vec<DeclarationId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* declaration.came_under */
         SELECT d.declaration_id FROM declaration d
         JOIN etat_declaration e USING (patient_id, declaration_id)
         WHERE d.patient_id = $1 AND d.sous_id = $2 AND d.enregistre_le >= $3 AND e.remplace_le IS NULL
         ORDER BY d.declaration_id",
        patient.uuid(),
        absorbe.uuid(),
        since
    )
    .fetch_all(conn)
    .await?)
}

/// Replaces every designation of a record by nothing: its choices are another record's now.
pub async fn erase_designations(
    tx: &mut Tx,
    patient: PatientId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* designation.erase_all */ UPDATE designation SET remplace_le = $2
         WHERE patient_id = $1 AND remplace_le IS NULL",
        patient.uuid(),
        instant
    ))
    .await
}

/// The choices that each of two merged records had when they were merged: those of the record that
/// is kept, then those of the other. Choices made since belong to neither.
pub async fn lines(
    conn: &mut PgConnection,
    patient: PatientId,
    fusion: FusionId,
    merged_at: DateTime<Utc>,
) -> Result<(Vec<DeclarationId>, Vec<DeclarationId>), StorageError> {
    let rows = sqlx::query!(
        r#"/* etat_declaration.lines_of_fusion */
         SELECT DISTINCT e.declaration_id, e.enregistre_le = $3 AND EXISTS (
                    SELECT 1 FROM mouvement_declaration m
                    WHERE m.patient_id = $1 AND m.declaration_id = e.declaration_id AND m.fusion_id = $2
                ) AS "brought!"
         FROM etat_declaration e
         WHERE e.patient_id = $1 AND e.etat = 'active' AND e.enregistre_le <= $3
           AND (e.remplace_le IS NULL OR e.remplace_le > $3)
         ORDER BY e.declaration_id"#,
        patient.uuid(),
        fusion.uuid(),
        merged_at
    )
    .fetch_all(conn)
    .await?;
    let of = |brought: bool| {
        rows.iter().filter(|row| row.brought == brought).map(|row| row.declaration_id).collect()
    };
    Ok((of(false), of(true)))
}
