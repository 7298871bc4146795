//! The patients of a doctor: who they are on a day, and how they come and go.

use std::num::ParseIntError;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::patients::open_noms;
use super::{Coffre, StorageError, Tx};
use crate::domain::calendar::Periode;
use crate::domain::designation::MotifFin;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DesignationId, FaitId, PatientId};
use crate::domain::patient::Identite;
use crate::domain::patientele::{Mouvement, NatureMouvement};
use crate::domain::vocabulary::Vocabulaire;

/// A patient of a doctor on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientDuMedecin {
    pub patient_id: PatientId,
    pub designation_id: DesignationId,
    /// Days on which the doctor is one of the médecins traitants.
    pub effet: Periode,
    /// Whether the doctor is one on the day of the reading: the identity is for him.
    pub present: bool,
    /// Names and birth, on the day of the reading.
    pub identite: Option<Identite>,
}

/// What is asked about the patients of a doctor.
#[derive(Debug, Clone, Copy)]
pub struct QuestionPatientele {
    pub rpps: Rpps,
    pub jour: NaiveDate,
    pub connu_le: DateTime<Utc>,
    /// The day of the reading.
    pub aujourd_hui: NaiveDate,
    /// After this patient.
    pub apres: Option<PatientId>,
    pub limite: i64,
}

/// A page of the patients of a doctor on a day, in the order of their ids. The identity of those
/// who are no longer patients of the doctor stays encrypted.
pub async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    question: &QuestionPatientele,
) -> Result<Vec<PatientDuMedecin>, StorageError> {
    let rows = sqlx::query!(
        r#"/* patientele.list */
         SELECT p.patient_id, p.designation_id, p.effet AS "effet!", p.present AS "present!",
                i.identite_id AS "identite_id?", i.noms_chiffres AS "noms_chiffres?",
                i.date_naissance AS "date_naissance?", i.rang AS "rang?"
         FROM (SELECT l.patient_id, l.designation_id, l.effet * d.effet AS effet,
                      EXISTS (SELECT 1 FROM designation_medecin c JOIN designation cd USING (patient_id, designation_id)
                              WHERE c.patient_id = l.patient_id AND c.medecin_id = l.medecin_id
                                AND c.remplace_le IS NULL AND cd.remplace_le IS NULL
                                AND c.effet @> $4::date AND cd.effet @> $4::date) AS present
               FROM medecin m
               JOIN designation_medecin l ON l.medecin_id = m.medecin_id
                AND l.enregistre_le <= $3 AND (l.remplace_le IS NULL OR l.remplace_le > $3)
               JOIN designation d ON d.patient_id = l.patient_id AND d.designation_id = l.designation_id
                AND d.enregistre_le <= $3 AND (d.remplace_le IS NULL OR d.remplace_le > $3)
               WHERE m.rpps = $1 AND l.effet @> $2::date AND d.effet @> $2::date
                 AND ($5::uuid IS NULL OR l.patient_id > $5)
               ORDER BY l.patient_id LIMIT $6) AS p
         LEFT JOIN identite_patient i
           ON p.present AND i.patient_id = p.patient_id AND i.remplace_le IS NULL AND i.effet @> $4::date
         ORDER BY p.patient_id"#,
        question.rpps.as_str(),
        question.jour,
        question.connu_le,
        question.aujourd_hui,
        question.apres as _,
        question.limite
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let sealed = row.identite_id.zip(row.noms_chiffres);
            let identite = match sealed.zip(row.date_naissance.zip(row.rang)) {
                None => None,
                Some(((id, sealed), (date_naissance, rang))) => {
                    let noms = open_noms(coffre, id, &sealed)?;
                    Some(Identite { nom: noms.nom, prenom: noms.prenom, date_naissance, rang })
                }
            };
            Ok(PatientDuMedecin {
                patient_id: row.patient_id,
                designation_id: row.designation_id,
                effet: row.effet,
                present: row.present,
                identite,
            })
        })
        .collect()
}

/// How many patients a doctor has on a day.
pub async fn count(
    conn: &mut PgConnection,
    question: &QuestionPatientele,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* patientele.count */
         SELECT count(*) AS "count!" FROM medecin m
         JOIN designation_medecin l ON l.medecin_id = m.medecin_id
          AND l.enregistre_le <= $3 AND (l.remplace_le IS NULL OR l.remplace_le > $3)
         JOIN designation d ON d.patient_id = l.patient_id AND d.designation_id = l.designation_id
          AND d.enregistre_le <= $3 AND (d.remplace_le IS NULL OR d.remplace_le > $3)
         WHERE m.rpps = $1 AND l.effet @> $2::date AND d.effet @> $2::date"#,
        question.rpps.as_str(),
        question.jour,
        question.connu_le
    )
    .fetch_one(conn)
    .await?)
}

/// Records a movement, in the transaction of what makes it.
pub async fn insert_mouvement(
    tx: &mut Tx,
    patient: PatientId,
    id: FaitId,
    mouvement: &Mouvement,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* mouvement_patientele.insert */
         INSERT INTO mouvement_patientele
             (patient_id, mouvement_id, medecin_id, transaction_id, nature, jour, motif_fin, enregistre_le)
         VALUES ($1, $2, $3, pg_current_xact_id(), $4, $5, $6, $7)",
        patient.uuid(),
        id.uuid(),
        mouvement.medecin_id.uuid(),
        mouvement.nature.mot(),
        mouvement.jour,
        mouvement.motif_fin as _,
        instant
    ))
    .await
}

/// Place of a movement in the feed of a doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceMouvement {
    /// Transaction that recorded it.
    pub transaction: u64,
    pub id: FaitId,
}

/// A movement of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MouvementConnu {
    pub place: PlaceMouvement,
    pub patient_id: PatientId,
    /// What.
    pub nature: NatureMouvement,
    /// First day of care, or first day without.
    pub jour: NaiveDate,
    pub motif_fin: Option<MotifFin>,
    /// Since when the register knows it.
    pub enregistre_le: DateTime<Utc>,
}

/// The movements of a doctor after a place, in the order in which they became known. Those of
/// transactions that may still be overtaken by an older one wait: the feed never goes back.
pub async fn mouvements(
    conn: &mut PgConnection,
    rpps: &Rpps,
    apres: Option<PlaceMouvement>,
    limite: i64,
) -> Result<Vec<MouvementConnu>, StorageError> {
    let rows = sqlx::query!(
        r#"/* mouvement_patientele.list */
         SELECT v.patient_id, v.mouvement_id, v.transaction_id::text AS "transaction_id!", v.nature, v.jour,
                v.motif_fin, v.enregistre_le
         FROM mouvement_patientele v JOIN medecin m USING (medecin_id)
         WHERE m.rpps = $1 AND v.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
           AND ($2::text IS NULL OR (v.transaction_id, v.mouvement_id) > ($2::text::xid8, $3::uuid))
         ORDER BY v.transaction_id, v.mouvement_id LIMIT $4"#,
        rpps.as_str(),
        apres.map(|place| place.transaction.to_string()),
        apres.map(|place| place.id.uuid()),
        limite
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let transaction = row.transaction_id.parse().map_err(|error: ParseIntError| {
                StorageError::inconsistent("mouvement_patientele", "transaction_id", error)
            })?;
            Ok(MouvementConnu {
                place: PlaceMouvement { transaction, id: row.mouvement_id },
                patient_id: row.patient_id,
                nature: row.nature,
                jour: row.jour,
                motif_fin: row.motif_fin,
                enregistre_le: row.enregistre_le,
            })
        })
        .collect()
}
