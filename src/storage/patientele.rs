//! The patients of a doctor: who they are on a day, and how they come and go.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;
use uuid::Uuid;

use super::coffre::Place;
use super::medecins::word;
use super::range::to_periode;
use super::{Coffre, StorageError};
use crate::domain::calendar::Periode;
use crate::domain::designation::MotifFin;
use crate::domain::identifiers::{DateNaissanceAmo, RangGemellaire, Rpps};
use crate::domain::ids::{DesignationId, FaitId, PatientId};
use crate::domain::patient::Identite;
use crate::domain::patientele::{Mouvement, NatureMouvement};
use crate::domain::vocabulary::Vocabulaire;

/// Names as they are encrypted.
#[derive(Deserialize)]
struct Noms {
    nom: String,
    prenom: String,
}

/// A patient of a doctor on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientDuMedecin {
    /// Who.
    pub patient_id: PatientId,
    /// By which designation.
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
    /// The doctor.
    pub rpps: Rpps,
    /// On which day.
    pub jour: NaiveDate,
    /// As known when.
    pub connu_le: DateTime<Utc>,
    /// The day of the reading.
    pub aujourd_hui: NaiveDate,
    /// After this patient.
    pub apres: Option<PatientId>,
    /// How many.
    pub limite: i64,
}

struct Row {
    patient_id: Uuid,
    designation_id: Uuid,
    effet: PgRange<NaiveDate>,
    present: bool,
    identite_id: Option<Uuid>,
    noms_chiffres: Option<Vec<u8>>,
    date_naissance: Option<String>,
    rang: Option<i16>,
}

/// A page of the patients of a doctor on a day, in the order of their ids. The identity of those
/// who are no longer patients of the doctor stays encrypted.
pub async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    question: &QuestionPatientele,
) -> Result<Vec<PatientDuMedecin>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
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
        question.apres.map(PatientId::uuid),
        question.limite
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PatientDuMedecin {
                patient_id: PatientId::from_uuid(row.patient_id),
                designation_id: DesignationId::from_uuid(row.designation_id),
                effet: to_periode(&row.effet, "designation_medecin")?,
                present: row.present,
                identite: identite(coffre, row)?,
            })
        })
        .collect()
}

fn identite(coffre: &Coffre, row: Row) -> Result<Option<Identite>, StorageError> {
    let wrong = |column, what: &dyn std::fmt::Display| {
        StorageError::inconsistent("identite_patient", column, what)
    };
    let (Some(id), Some(sealed), Some(birth), Some(rang)) =
        (row.identite_id, row.noms_chiffres, row.date_naissance, row.rang)
    else {
        return Ok(None);
    };
    let clear =
        coffre.open(Place { colonne: "identite_patient.noms_chiffres", ligne: id }, &sealed)?;
    let noms: Noms =
        serde_json::from_slice(&clear).map_err(|error| wrong("noms_chiffres", &error))?;
    Ok(Some(Identite {
        nom: noms.nom,
        prenom: noms.prenom,
        date_naissance: DateNaissanceAmo::parse(&birth)
            .map_err(|error| wrong("date_naissance", &error))?,
        rang: RangGemellaire::new(i64::from(rang)).map_err(|error| wrong("rang", &error))?,
    }))
}

/// Records a movement, in the transaction of what makes it.
pub async fn insert_mouvement(
    conn: &mut PgConnection,
    patient: PatientId,
    id: FaitId,
    mouvement: &Mouvement,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* mouvement_patientele.insert */
         INSERT INTO mouvement_patientele
             (patient_id, mouvement_id, medecin_id, transaction_id, nature, jour, motif_fin, enregistre_le)
         VALUES ($1, $2, $3, pg_current_xact_id(), $4, $5, $6, $7)",
        patient.uuid(),
        id.uuid(),
        mouvement.medecin_id.uuid(),
        mouvement.nature.mot(),
        mouvement.jour,
        mouvement.motif_fin.map(MotifFin::mot),
        instant
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Place of a movement in the feed of a doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceMouvement {
    /// Transaction that recorded it.
    pub transaction: u64,
    /// Its id.
    pub id: FaitId,
}

/// A movement of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MouvementConnu {
    /// Its place.
    pub place: PlaceMouvement,
    /// Who.
    pub patient_id: PatientId,
    /// What.
    pub nature: NatureMouvement,
    /// First day of care, or first day without.
    pub jour: NaiveDate,
    /// Why it ends.
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
            let motif = row.motif_fin.as_deref();
            Ok(MouvementConnu {
                place: PlaceMouvement {
                    transaction: row.transaction_id.parse().map_err(
                        |error: std::num::ParseIntError| {
                            StorageError::inconsistent(
                                "mouvement_patientele",
                                "transaction_id",
                                error,
                            )
                        },
                    )?,
                    id: FaitId::from_uuid(row.mouvement_id),
                },
                patient_id: PatientId::from_uuid(row.patient_id),
                nature: word("mouvement_patientele", "nature", &row.nature)?,
                jour: row.jour,
                motif_fin: motif
                    .map(|text| word("mouvement_patientele", "motif_fin", text))
                    .transpose()?,
                enregistre_le: row.enregistre_le,
            })
        })
        .collect()
}
