//! Signatures of declarations.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::coffre::{Attache, Genre};
use super::{Coffre, StorageError, Tx, cles};
use crate::domain::declaration::{Declaration, Preuve, Signature};
use crate::domain::ids::{DeclarationId, PatientId, RepresentationId, SignatureId};
use crate::domain::vocabulary::Vocabulaire;

/// Writes a signature.
pub async fn insert(
    tx: &mut Tx,
    coffre: &Coffre,
    declaration: &Declaration,
    signature: &Signature,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let (emetteur, jti) = match &signature.preuve {
        Preuve {
            emetteur: Some(emetteur),
            identifiant_jeton: Some(jti),
            cle_sha256: Some(_),
            ..
        } => (Some(emetteur.as_str()), Some(jti.as_str())),
        _ => (None, None),
    };
    let place = place(signature.id);
    let preuve = serde_json::to_string(&signature.preuve)
        .map_err(|error| StorageError::inconsistent("signature", "preuve", error))?;
    let sealed = coffre.sceller_texte(place, &preuve)?;
    tx.try_write(sqlx::query!(
        "/* signature.insert */
         WITH preuve AS (
             INSERT INTO preuve_utilisee (emetteur, identifiant, enregistre_le)
             SELECT $15, $16, $13 WHERE $15::text IS NOT NULL
             ON CONFLICT DO NOTHING RETURNING identifiant)
         INSERT INTO signature
             (patient_id, declaration_id, signature_id, role, medecin_id, signe_le, signe_a, recue_le,
              moyen, niveau, preuve_chiffree, contenu_sha256, enregistre_le, representation_id)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
         WHERE $15::text IS NULL OR EXISTS (SELECT FROM preuve)",
        declaration.patient_id.uuid(),
        declaration.id.uuid(),
        signature.id.uuid(),
        signature.role.mot(),
        signature.medecin_id as _,
        signature.signe_le,
        signature.signe_a,
        signature.recue_le,
        signature.moyen.mot(),
        signature.niveau,
        sealed,
        signature.contenu_sha256 as _,
        instant,
        signature.representation_id as _,
        emetteur,
        jti
    ))
    .await
}

/// The signatures of several declarations of a person.
pub(super) async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    ids: &[DeclarationId],
) -> Result<Vec<(DeclarationId, Signature)>, StorageError> {
    let rows = sqlx::query!(
        "/* signature.list */
         SELECT declaration_id, signature_id, role, medecin_id, representation_id, signe_le, signe_a, recue_le, moyen,
                niveau, preuve_chiffree, contenu_sha256
         FROM signature
         WHERE patient_id = $1 AND declaration_id = ANY($2)
         ORDER BY recue_le, enregistre_le, signature_id",
        patient.uuid(),
        ids as _
    )
    .fetch_all(&mut *conn)
    .await?;
    cles::connaitre(conn, coffre, rows.iter().map(|row| &row.preuve_chiffree)).await?;
    rows.into_iter()
        .map(|row| {
            let signature = Signature {
                id: row.signature_id,
                role: row.role,
                medecin_id: row.medecin_id,
                representation_id: row.representation_id,
                signe_le: row.signe_le,
                signe_a: row.signe_a,
                recue_le: row.recue_le,
                moyen: row.moyen,
                niveau: row.niveau,
                preuve: ouvrir(coffre, row.signature_id, row.preuve_chiffree)?,
                contenu_sha256: row.contenu_sha256,
            };
            Ok((row.declaration_id, signature))
        })
        .collect()
}

const fn place(id: SignatureId) -> Attache {
    Attache::seule(Genre::Signature, id.uuid())
}

fn ouvrir(coffre: &Coffre, id: SignatureId, sealed: Vec<u8>) -> Result<Preuve, StorageError> {
    serde_json::from_str(&coffre.ouvrir_texte(place(id), sealed)?)
        .map_err(|error| StorageError::inconsistent("signature", "preuve", error))
}

/// The links under which holders of parental authority signed the active declarations of a person.
pub async fn holders(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Vec<(DeclarationId, RepresentationId)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* signature.holders */
         SELECT s.declaration_id, s.representation_id AS "representation_id!"
         FROM signature s
         JOIN etat_declaration e
           ON e.patient_id = s.patient_id AND e.declaration_id = s.declaration_id AND e.remplace_le IS NULL
         WHERE s.patient_id = $1 AND e.etat = 'active' AND s.representation_id IS NOT NULL"#,
        patient.uuid()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.declaration_id, row.representation_id)).collect())
}

/// Whether a paper kept under this reference was already entered for a person.
pub async fn is_archived(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    reference: &str,
) -> Result<bool, StorageError> {
    let rows = sqlx::query!(
        "/* signature.archived */ SELECT signature_id, preuve_chiffree FROM signature WHERE patient_id = $1",
        patient.uuid()
    )
    .fetch_all(&mut *conn)
    .await?;
    cles::connaitre(conn, coffre, rows.iter().map(|row| &row.preuve_chiffree)).await?;
    for row in rows {
        let preuve = ouvrir(coffre, row.signature_id, row.preuve_chiffree)?;
        if preuve.reference_archive.as_deref() == Some(reference) {
            return Ok(true);
        }
    }
    Ok(false)
}
