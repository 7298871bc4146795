//! What persons ask to be put right, and what is answered. The words of both are sealed.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::ids::{PatientId, RectificationId};
use crate::domain::rectification::{Rectification, ReponseRectification};
use crate::domain::vocabulary::Vocabulaire as _;
use crate::storage::coffre::Place;
use crate::storage::{Coffre, StorageError, Tx};

/// Writes a request. The person is locked.
pub async fn insert(tx: &mut Tx, coffre: &Coffre, one: &Rectification) -> Result<(), StorageError> {
    let sealed = coffre.seal(demandee(one.id), one.demande.as_bytes())?;
    tx.write_one(sqlx::query!(
        "/* demande_rectification.insert */
         INSERT INTO demande_rectification (patient_id, demande_id, objet, contenu_chiffre, terme, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        one.dossier_id.uuid(),
        one.id.uuid(),
        one.objet.mot(),
        sealed,
        one.terme,
        one.enregistre_le
    ))
    .await
}

/// Writes what is answered to one that waits. The person is locked.
pub async fn answer(
    tx: &mut Tx,
    coffre: &Coffre,
    (one, reponse): (&Rectification, &ReponseRectification),
    auteur: &str,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* demande_rectification.answered */
         UPDATE demande_rectification SET remplace_le = $3
         WHERE patient_id = $1 AND demande_id = $2 AND remplace_le IS NULL",
        one.dossier_id.uuid(),
        one.id.uuid(),
        reponse.enregistre_le
    ))
    .await?;
    let words = reponse.motif.as_ref();
    let sealed = words.map(|motif| coffre.seal(repondue(one.id), motif.as_bytes())).transpose()?;
    tx.write_one(sqlx::query!(
        "/* reponse_rectification.insert */
         INSERT INTO reponse_rectification (patient_id, demande_id, issue, contenu_chiffre, auteur, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        one.dossier_id.uuid(),
        one.id.uuid(),
        reponse.issue.mot(),
        sealed,
        auteur,
        reponse.enregistre_le
    ))
    .await
}

/// Whose a request is now, and since when.
pub async fn place_of(
    conn: &mut PgConnection,
    id: RectificationId,
) -> Result<Option<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* demande_rectification.place_of */
         SELECT coalesce(p.fusionne_dans, p.patient_id) AS "patient_id!: PatientId"
         FROM demande_rectification d JOIN patient p USING (patient_id) WHERE d.demande_id = $1"#,
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// The requests of a person, or one of them, those of records merged into theirs too; the last one first.
pub async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    id: Option<RectificationId>,
) -> Result<Vec<Rectification>, StorageError> {
    let rows = sqlx::query!(
        r#"/* demande_rectification.list */
         SELECT d.patient_id AS "patient_id!: PatientId", d.demande_id, d.objet, d.contenu_chiffre, d.terme, d.enregistre_le,
                r.issue AS "issue?", r.contenu_chiffre AS "motif?", r.enregistre_le AS "repondue_le?: DateTime<Utc>"
         FROM demande_rectification d LEFT JOIN reponse_rectification r USING (patient_id, demande_id)
         WHERE (d.patient_id = $1 OR d.patient_id IN (SELECT patient_id FROM patient WHERE fusionne_dans = $1))
           AND ($2::uuid IS NULL OR d.demande_id = $2)
         ORDER BY d.enregistre_le DESC, d.demande_id DESC"#,
        patient.uuid(),
        id as _
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = row.demande_id;
            let motif =
                row.motif.map(|sealed| coffre.open_texte(repondue(id), &sealed)).transpose()?;
            let answered = row.issue.zip(row.repondue_le);
            Ok(Rectification {
                id,
                patient_id: patient,
                dossier_id: row.patient_id,
                objet: row.objet,
                demande: coffre.open_texte(demandee(id), &row.contenu_chiffre)?,
                terme: row.terme,
                enregistre_le: row.enregistre_le,
                reponse: answered.map(|(issue, enregistre_le)| ReponseRectification {
                    issue,
                    motif,
                    enregistre_le,
                }),
            })
        })
        .collect()
}

const fn demandee(id: RectificationId) -> Place {
    Place { colonne: "demande_rectification.contenu_chiffre", ligne: id.uuid() }
}

const fn repondue(id: RectificationId) -> Place {
    Place { colonne: "reponse_rectification.contenu_chiffre", ligne: id.uuid() }
}
