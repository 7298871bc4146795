//! The patients of a doctor on a day.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::patients::open_identite;
use super::{Coffre, StorageError};
use crate::domain::calendar::Periode;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DesignationId, FaitId, PatientId};
use crate::domain::patient::Identite;

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
            let known = sealed.zip(row.date_naissance.zip(row.rang));
            let open = |((id, sealed), born): ((FaitId, Vec<u8>), _)| {
                open_identite(coffre, (id, &sealed), born)
            };
            let identite = known.map(open).transpose()?;
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
