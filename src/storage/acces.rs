//! Traces of access: every reading of a person's data, for that person to read.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::{Coffre, StorageError, Tx, auteurs};
use crate::domain::acteur::Sujet;
use crate::domain::ids::{AccesId, PatientId, RequestId};

/// A reading of a person's data, to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acces {
    /// Its id.
    pub id: AccesId,
    /// Whose data.
    pub patient_id: PatientId,
    /// When.
    pub survenu_le: DateTime<Utc>,
    /// Who: the number of an author.
    pub auteur_id: i32,
    /// What was done.
    pub operation: &'static str,
    /// In which request.
    pub requete_id: RequestId,
}

/// A reading of a person's data, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccesLu {
    /// Its id.
    pub id: AccesId,
    /// When.
    pub survenu_le: DateTime<Utc>,
    /// Role of the reader.
    pub role: String,
    /// RPPS of a doctor, code of a caisse, or the patient.
    pub identite: String,
    /// Who acted in the organisation.
    pub sujet: Sujet,
    /// By which the person may name who acted, without knowing who it is.
    pub reference: String,
    /// What was done.
    pub operation: String,
    /// In which request.
    pub requete_id: RequestId,
}

/// Writes several traces in one statement.
pub async fn insert_all(tx: &mut Tx, traces: &[Acces]) -> Result<(), StorageError> {
    let uuids = |value: fn(&Acces) -> Uuid| traces.iter().map(value).collect::<Vec<_>>();
    let instants: Vec<DateTime<Utc>> = traces.iter().map(|trace| trace.survenu_le).collect();
    sqlx::query!(
        "/* acces.insert_all */
         INSERT INTO acces
             (patient_id, acces_id, survenu_le, auteur_id, operation, requete_id)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::text[],
                              $6::uuid[])",
        &uuids(|trace| trace.patient_id.uuid()),
        &uuids(|trace| trace.id.uuid()),
        &instants,
        &traces.iter().map(|trace| trace.auteur_id).collect::<Vec<_>>(),
        &traces.iter().map(|trace| trace.operation.to_owned()).collect::<Vec<_>>(),
        &uuids(|trace| trace.requete_id.uuid())
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The last readings of a person's data, before one already seen; those of a record merged into
/// theirs included.
pub async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    before: Option<AccesId>,
    limit: i64,
) -> Result<Vec<AccesLu>, StorageError> {
    let rows = sqlx::query!(
        "/* acces.list */
         SELECT acces_id, survenu_le, operation, requete_id, empreinte, role, identite, organisation,
                sujet_chiffre
         FROM acces JOIN auteur USING (auteur_id)
         WHERE (patient_id = $1 OR patient_id = ANY (ARRAY(
                 SELECT absorbe_id FROM fusion WHERE patient_id = $1 AND remplace_le IS NULL)))
           AND ($2::uuid IS NULL OR acces_id < $2)
         ORDER BY acces_id DESC LIMIT $3",
        patient.uuid(),
        before.map(AccesId::uuid),
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let reference = row.empreinte.iter().take(4).map(|byte| format!("{byte:02X}"));
            Ok(AccesLu {
                id: row.acces_id,
                survenu_le: row.survenu_le,
                role: row.role,
                identite: row.identite,
                sujet: auteurs::subject(
                    coffre,
                    &row.empreinte,
                    &row.sujet_chiffre,
                    row.organisation.as_deref(),
                )?,
                reference: reference.collect(),
                operation: row.operation,
                requete_id: row.requete_id,
            })
        })
        .collect()
}
