//! The persons of a caisse, for its lists and its searches by traits.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::faits::open_adresse;
use super::open_identite;
use crate::domain::ids::{DesignationId, PatientId};
use crate::domain::patient::Identite;
use crate::domain::vie::Adresse;
use crate::storage::{Coffre, StorageError};

/// Which persons are read together: the caisse on which they depend on a day, and years of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuestionAffilies<'a> {
    pub caisse: &'a str,
    pub jour: NaiveDate,
    /// First and last year of birth.
    pub nes: (i32, i32),
    /// With a médecin traitant that day, or without.
    pub avec: Option<bool>,
}

/// A person of a caisse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affilie {
    pub patient_id: PatientId,
    pub identite: Identite,
    pub adresse: Option<Adresse>,
    /// The designation in force.
    pub designation_id: Option<DesignationId>,
}

/// The living persons of a question after one, in the order of their ids.
pub async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    question: &QuestionAffilies<'_>,
    apres: Option<PatientId>,
    limite: i64,
) -> Result<Vec<Affilie>, StorageError> {
    let (first, last) = question.nes;
    let rows = sqlx::query!(
        r#"/* affiliation.list */
         SELECT a.patient_id, i.identite_id, i.noms_chiffres, i.date_naissance, i.rang,
                ad.adresse_id AS "adresse_id?", ad.adresse_chiffree AS "adresse_chiffree?",
                d.designation_id AS "designation_id?"
         FROM affiliation a
         JOIN identite_patient i ON i.patient_id = a.patient_id AND i.remplace_le IS NULL AND i.effet @> $2::date
         LEFT JOIN adresse_patient ad
           ON ad.patient_id = a.patient_id AND ad.remplace_le IS NULL AND ad.effet @> $2::date
         LEFT JOIN designation d
           ON d.patient_id = a.patient_id AND d.remplace_le IS NULL AND d.effet @> $2::date
         WHERE a.remplace_le IS NULL AND a.effet @> $2::date AND left(a.organisme, 5) = $1
           AND a.patient_id > $3 AND i.date_naissance BETWEEN $4 AND $5
           AND ($6::boolean IS NULL OR (d.designation_id IS NOT NULL) = $6)
           AND NOT EXISTS (SELECT FROM deces_patient m
                           WHERE m.patient_id = a.patient_id AND m.remplace_le IS NULL AND lower(m.effet) <= $2)
           AND NOT EXISTS (SELECT FROM patient p
                           WHERE p.patient_id = a.patient_id AND p.fusionne_dans IS NOT NULL)
         ORDER BY a.patient_id LIMIT $7"#,
        question.caisse,
        question.jour,
        apres.map_or(Uuid::nil(), PatientId::uuid),
        format!("{first:04}-00-00"),
        format!("{last:04}-99-99"),
        question.avec,
        limite
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let sealed = (row.identite_id, row.noms_chiffres.as_slice());
            let identite = open_identite(coffre, sealed, (row.date_naissance, row.rang))?;
            let adresse = row.adresse_id.zip(row.adresse_chiffree);
            let adresse = adresse.map(|(id, sealed)| open_adresse(coffre, id, &sealed));
            Ok(Affilie {
                patient_id: row.patient_id,
                identite,
                adresse: adresse.transpose()?,
                designation_id: row.designation_id,
            })
        })
        .collect()
}

/// The persons who depend on a caisse on a day and were born between two dates, as these are written: so many at most.
pub async fn born(
    conn: &mut PgConnection,
    coffre: &Coffre,
    (caisse, jour): (&str, NaiveDate),
    (du, au): (&str, &str),
    limite: i64,
) -> Result<Vec<(PatientId, Identite)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* identite_patient.born */
         SELECT i.patient_id, i.identite_id, i.noms_chiffres, i.date_naissance, i.rang
         FROM identite_patient i
         WHERE i.remplace_le IS NULL AND i.effet @> $2::date AND i.date_naissance BETWEEN $3 AND $4
           AND EXISTS (SELECT FROM affiliation a
                       WHERE a.patient_id = i.patient_id AND a.remplace_le IS NULL AND a.effet @> $2::date
                         AND left(a.organisme, 5) = $1)
           AND NOT EXISTS (SELECT FROM patient p
                           WHERE p.patient_id = i.patient_id AND p.fusionne_dans IS NOT NULL)
         ORDER BY i.patient_id LIMIT $5"#,
        caisse,
        jour,
        du,
        au,
        limite
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let sealed = (row.identite_id, row.noms_chiffres.as_slice());
            let identite = open_identite(coffre, sealed, (row.date_naissance, row.rang))?;
            Ok((row.patient_id, identite))
        })
        .collect()
}
