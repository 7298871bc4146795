//! Declarations that wait for nothing any more, and those that would wait again.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::StorageError;
use crate::domain::ids::{DeclarationId, PatientId};
use crate::domain::operation::NatureOperation;
use crate::domain::vocabulary::Vocabulaire;

/// Operations after which a doctor practises no more, or elsewhere.
fn departures() -> Vec<String> {
    let all = NatureOperation::TOUS.iter().filter(|nature| nature.cesse());
    all.map(|nature| nature.mot().to_owned()).collect()
}

/// Those that wait on a day for somebody who died before it, or for a doctor whom an operation left without practice.
pub async fn waiting(
    conn: &mut PgConnection,
    jour: NaiveDate,
    limit: i64,
) -> Result<Vec<(PatientId, DeclarationId)>, StorageError> {
    Ok(sqlx::query!(
        "/* declaration.caduques */
         SELECT e.patient_id, e.declaration_id FROM etat_declaration e
         WHERE e.remplace_le IS NULL AND e.etat = 'en_attente'
           AND declaration_sans_suite(e.patient_id, e.declaration_id, $1, $2)
         ORDER BY e.enregistre_le LIMIT $3",
        jour,
        &departures(),
        limit
    )
    .map(|row| (row.patient_id, row.declaration_id))
    .fetch_all(conn)
    .await?)
}

/// Those that lapsed since an instant, whose time is not over, and for which something could come on one of these two
/// days: the civil days that the Republic has at one instant.
pub async fn lapsed(
    conn: &mut PgConnection,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
    [veille, jour]: [NaiveDate; 2],
    limit: i64,
) -> Result<Vec<(PatientId, DeclarationId)>, StorageError> {
    Ok(sqlx::query!(
        "/* declaration.lapsed */
         SELECT e.patient_id, e.declaration_id
         FROM etat_declaration e JOIN declaration d USING (patient_id, declaration_id)
         WHERE e.remplace_le IS NULL AND e.etat = 'caduque' AND e.motif IS NOT NULL AND e.enregistre_le > $1
           AND d.expire_le > $2
           AND NOT (declaration_sans_suite(e.patient_id, e.declaration_id, $3, $5)
                    AND declaration_sans_suite(e.patient_id, e.declaration_id, $4, $5))
         ORDER BY e.enregistre_le LIMIT $6",
        since,
        now,
        veille,
        jour,
        &departures(),
        limit
    )
    .map(|row| (row.patient_id, row.declaration_id))
    .fetch_all(conn)
    .await?)
}

/// What took from one of the doctors of a declaration, until a day, every practice that he had.
pub async fn departure(
    conn: &mut PgConnection,
    (patient, id): (PatientId, DeclarationId),
    jour: NaiveDate,
) -> Result<Option<NatureOperation>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* declaration.departure */
         SELECT o.nature FROM declaration_medecin c JOIN operation_medecin o USING (medecin_id)
         WHERE c.patient_id = $1 AND c.declaration_id = $2 AND o.effet_du <= $3 AND o.nature = ANY ($4)
           AND o.etat IN ('en_attente', 'en_cours', 'terminee')
           AND NOT EXISTS (SELECT FROM exercice x
                           WHERE x.medecin_id = c.medecin_id AND x.remplace_le IS NULL AND x.effet @> $3::date
                             AND x.mode <> 'remplacant')
         ORDER BY o.effet_du, o.operation_id LIMIT 1",
        patient.uuid(),
        id.uuid(),
        jour,
        &departures()
    )
    .fetch_optional(conn)
    .await?)
}
