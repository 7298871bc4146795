//! What the rows of an export are made of, page after page of one snapshot.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::domain::calendar::Periode;
use crate::domain::declaration::{Canal, OrigineSaisie};
use crate::domain::designation::{MotifDepart, MotifFin};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::identifiers::{RangGemellaire, Rpps};
use crate::domain::ids::{DeclarationId, DesignationId, EvenementId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::StorageError;

/// The last place of the feed, before which everything is committed.
pub async fn tete(conn: &mut PgConnection) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!("/* export.tete */ SELECT position FROM fil_tete")
        .fetch_one(conn)
        .await?)
}

/// How many persons depend on a caisse on a day.
pub async fn count_persons(
    conn: &mut PgConnection,
    (caisse, jour): (&str, NaiveDate),
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* export.count_persons */
         SELECT count(*) AS "count!" FROM affiliation a
         WHERE a.remplace_le IS NULL AND a.effet @> $2::date AND left(a.organisme, 5) = $1
           AND NOT EXISTS (SELECT FROM patient p WHERE p.patient_id = a.patient_id AND p.fusionne_dans IS NOT NULL)"#,
        caisse,
        jour
    )
    .fetch_one(conn)
    .await?)
}

/// The persons who depend on a caisse on a day, after one, in the order of their ids.
pub async fn persons(
    conn: &mut PgConnection,
    (caisse, jour): (&str, NaiveDate),
    apres: Option<PatientId>,
    limite: i64,
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* export.persons */
         SELECT a.patient_id FROM affiliation a
         WHERE a.remplace_le IS NULL AND a.effet @> $2::date AND left(a.organisme, 5) = $1 AND a.patient_id > $3
           AND NOT EXISTS (SELECT FROM patient p WHERE p.patient_id = a.patient_id AND p.fusionne_dans IS NOT NULL)
         ORDER BY a.patient_id LIMIT $4",
        caisse,
        jour,
        apres.map_or(Uuid::nil(), PatientId::uuid),
        limite
    )
    .fetch_all(conn)
    .await?)
}

/// The twin rank of some persons on a day.
pub async fn ranks(
    conn: &mut PgConnection,
    persons: &[PatientId],
    jour: NaiveDate,
) -> Result<Vec<(PatientId, RangGemellaire)>, StorageError> {
    Ok(sqlx::query!(
        "/* export.ranks */
         SELECT patient_id, rang FROM identite_patient
         WHERE patient_id = ANY ($1) AND remplace_le IS NULL AND effet @> $2::date",
        persons as _,
        jour
    )
    .map(|row| (row.patient_id, row.rang))
    .fetch_all(conn)
    .await?)
}

/// A doctor of a designation, as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LigneDesignation {
    pub patient_id: PatientId,
    pub designation_id: DesignationId,
    pub declaration_id: DeclarationId,
    pub version: i32,
    pub effet: Periode,
    pub motif_fin: Option<MotifFin>,
    pub enregistre_le: DateTime<Utc>,
    pub rpps: Rpps,
    /// Days of the doctor, which those of the designation cut.
    pub membre_effet: Periode,
    pub motif_depart: Option<MotifDepart>,
    pub canal: Canal,
    /// How a choice that was taken over had been entered where it comes from.
    pub origine: Option<OrigineSaisie>,
    /// Number under which the doctor bills at the place that was chosen, on the first day.
    pub num_am: Option<String>,
}

/// The designations of some persons, a row a doctor, person by person and day by day.
pub async fn designations(
    conn: &mut PgConnection,
    persons: &[PatientId],
) -> Result<Vec<LigneDesignation>, StorageError> {
    Ok(sqlx::query_as!(
        LigneDesignation,
        r#"/* export.designations */
         SELECT d.patient_id, d.designation_id, d.declaration_id, d.version, d.effet, d.motif_fin, d.enregistre_le,
                m.rpps, dm.effet AS membre_effet, dm.motif_fin AS motif_depart, de.canal, de.origine,
                (SELECT e.facturation_numero
                 FROM declaration_medecin c
                 JOIN exercice e ON e.medecin_id = c.medecin_id AND e.lieu_id = c.lieu_id
                 WHERE c.patient_id = d.patient_id AND c.declaration_id = d.declaration_id
                   AND c.medecin_id = dm.medecin_id AND e.remplace_le IS NULL AND e.effet @> lower(d.effet)
                   AND e.facturation_nature = 'num_am' LIMIT 1) AS num_am
         FROM designation d
         JOIN designation_medecin dm
           ON dm.patient_id = d.patient_id AND dm.designation_id = d.designation_id AND dm.remplace_le IS NULL
         JOIN medecin m ON m.medecin_id = dm.medecin_id
         JOIN declaration de ON de.patient_id = d.patient_id AND de.declaration_id = d.declaration_id
         WHERE d.patient_id = ANY ($1) AND d.remplace_le IS NULL
         ORDER BY d.patient_id, lower(d.effet), d.designation_id, m.rpps, lower(dm.effet)"#,
        persons as _
    )
    .fetch_all(conn)
    .await?)
}

/// An event of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mouvement {
    pub position: i64,
    pub id: EvenementId,
    pub nature: NatureEvenement,
    pub enregistre_le: DateTime<Utc>,
    pub effet_du: Option<NaiveDate>,
    pub patient_id: Option<PatientId>,
    pub rpps: Option<Rpps>,
    pub declaration_id: Option<DeclarationId>,
}

fn codes(natures: &[NatureEvenement]) -> Vec<i16> {
    natures.iter().map(|one| i16::from(one.code())).collect()
}

/// How many events of some kinds were told to somebody, up to a place.
pub async fn count_events(
    conn: &mut PgConnection,
    (lecteur, natures): (&Destinataire, &[NatureEvenement]),
    jusqu_a: i64,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* export.count_events */
         SELECT count(*) AS "count!" FROM fil
         WHERE destinataire = $1 AND position <= $2 AND nature = ANY ($3)"#,
        lecteur.to_string(),
        jusqu_a,
        &codes(natures)
    )
    .fetch_one(conn)
    .await?)
}

/// The events of some kinds that were told to somebody, after a place and up to another, in their order.
pub async fn events(
    conn: &mut PgConnection,
    (lecteur, natures): (&Destinataire, &[NatureEvenement]),
    (apres, jusqu_a): (i64, i64),
    limite: i64,
) -> Result<Vec<Mouvement>, StorageError> {
    Ok(sqlx::query_as!(
        Mouvement,
        r#"/* export.events */
         SELECT f.position, e.evenement_id AS id, e.nature, e.enregistre_le, f.effet_du, e.patient_id,
                m.rpps AS "rpps?: Rpps", e.declaration_id
         FROM fil f
         JOIN evenement e ON e.sequence = f.sequence
         LEFT JOIN medecin m ON m.medecin_id = e.medecin_id
         WHERE f.destinataire = $1 AND f.position > $2 AND f.position <= $3 AND f.nature = ANY ($4)
         ORDER BY f.position LIMIT $5"#,
        lecteur.to_string(),
        apres,
        jusqu_a,
        &codes(natures),
        limite
    )
    .fetch_all(conn)
    .await?)
}
