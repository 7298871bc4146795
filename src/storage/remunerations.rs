//! The patients of a doctor on a day, counted: no person in particular.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::StorageError;
use crate::domain::identifiers::{DateNaissanceAmo, Rpps};

/// Whose patients are counted.
#[derive(Debug, Clone, Copy)]
pub struct QuestionComptes<'a> {
    pub rpps: Rpps,
    pub jour: NaiveDate,
    pub connu_le: DateTime<Utc>,
    /// Those who depend on this caisse on that day; all of them otherwise.
    pub caisse: Option<&'a str>,
}

/// Patients born on one day.
#[derive(Debug, Clone, Copy)]
pub struct Compte {
    pub naissance: DateNaissanceAmo,
    /// Whether others are their médecins traitants too on that day.
    pub en_commun: bool,
    pub patients: i64,
}

/// The patients of a doctor on a day, by birth.
pub async fn par_naissance(
    conn: &mut PgConnection,
    question: &QuestionComptes<'_>,
) -> Result<Vec<Compte>, StorageError> {
    Ok(sqlx::query_as!(
        Compte,
        r#"/* remuneration.par_naissance */
         SELECT i.date_naissance AS "naissance!: DateNaissanceAmo", p.en_commun AS "en_commun!", count(*) AS "patients!"
         FROM (SELECT l.patient_id,
                      EXISTS (SELECT 1 FROM designation_medecin o
                              WHERE o.patient_id = l.patient_id AND o.designation_id = l.designation_id
                                AND o.medecin_id <> l.medecin_id AND o.effet @> $2::date
                                AND o.enregistre_le <= $3 AND (o.remplace_le IS NULL OR o.remplace_le > $3)) AS en_commun
               FROM medecin m
               JOIN designation_medecin l ON l.medecin_id = m.medecin_id
                AND l.enregistre_le <= $3 AND (l.remplace_le IS NULL OR l.remplace_le > $3)
               JOIN designation d ON d.patient_id = l.patient_id AND d.designation_id = l.designation_id
                AND d.enregistre_le <= $3 AND (d.remplace_le IS NULL OR d.remplace_le > $3)
               WHERE m.rpps = $1 AND l.effet @> $2::date AND d.effet @> $2::date
                 AND ($4::text IS NULL OR EXISTS (
                      SELECT 1 FROM affiliation a
                      WHERE a.patient_id = l.patient_id AND left(a.organisme, 5) = $4 AND a.effet @> $2::date
                        AND a.enregistre_le <= $3 AND (a.remplace_le IS NULL OR a.remplace_le > $3)))) AS p
         CROSS JOIN LATERAL (
               SELECT date_naissance FROM identite_patient k
               WHERE k.patient_id = p.patient_id
                 AND k.enregistre_le <= $3 AND (k.remplace_le IS NULL OR k.remplace_le > $3)
               ORDER BY k.effet @> $2::date DESC, lower(k.effet) LIMIT 1) AS i
         GROUP BY i.date_naissance, p.en_commun"#,
        question.rpps.as_str(),
        question.jour,
        question.connu_le,
        question.caisse
    )
    .fetch_all(conn)
    .await?)
}
