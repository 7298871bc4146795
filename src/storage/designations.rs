//! Designations: the timeline of each person, in every version.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::connaissance::{Connaissance, instant};
use super::{StorageError, Tx};
use crate::domain::calendar::Periode;
use crate::domain::declaration::OrdreSignature;
use crate::domain::designation::{Designation, Ligne, Membre, MotifFin, Segment};
use crate::domain::fin::MotifDepart;
use crate::domain::frise::Choix;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DeclarationId, DesignationId, MedecinId, PatientId};

/// Opens a designation and its members.
pub async fn open(
    tx: &mut Tx,
    patient: PatientId,
    id: DesignationId,
    segment: &Segment,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let lignes = segment.lignes.iter();
    let medecins: Vec<Uuid> = lignes.clone().map(|ligne| ligne.medecin_id.uuid()).collect();
    let du: Vec<NaiveDate> = lignes.clone().map(|ligne| ligne.effet.du()).collect();
    let au: Vec<Option<NaiveDate>> = lignes.clone().map(|ligne| ligne.effet.au()).collect();
    let motifs: Vec<Option<MotifDepart>> = lignes.map(|ligne| ligne.motif_fin).collect();
    tx.write(sqlx::query!(
        "/* designation.open */
         WITH ouverte AS (
             INSERT INTO designation
                 (patient_id, designation_id, version, declaration_id, effet, motif_fin, enregistre_le)
             VALUES ($1, $2, 1, $3, $4, $5, $6))
         INSERT INTO designation_medecin
             (patient_id, designation_id, medecin_id, version, effet, motif_fin, enregistre_le)
         SELECT $1, $2, l.medecin_id, row_number() OVER (PARTITION BY l.medecin_id ORDER BY l.place)::integer,
                daterange(l.du, l.au), l.motif_fin, $6
         FROM unnest($7::uuid[], $8::date[], $9::date[], $10::text[]) WITH ORDINALITY
              AS l (medecin_id, du, au, motif_fin, place)",
        patient.uuid(),
        id.uuid(),
        segment.declaration_id.uuid(),
        segment.effet,
        segment.motif_fin as _,
        instant,
        &medecins,
        &du,
        &au as _,
        &motifs as _
    ))
    .await
}

/// Writes a line of a doctor, under the next number among those of that doctor in the designation.
pub async fn insert_line(
    tx: &mut Tx,
    patient: PatientId,
    id: DesignationId,
    ligne: &Ligne,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* designation_medecin.insert */
         INSERT INTO designation_medecin
             (patient_id, designation_id, medecin_id, version, effet, motif_fin, enregistre_le)
         SELECT $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6 FROM designation_medecin
         WHERE patient_id = $1 AND designation_id = $2 AND medecin_id = $3",
        patient.uuid(),
        id.uuid(),
        ligne.medecin_id.uuid(),
        ligne.effet,
        ligne.motif_fin as _,
        instant
    ))
    .await
}

/// Replaces a line of a doctor, by another or by nothing.
pub async fn erase_line(
    tx: &mut Tx,
    patient: PatientId,
    id: DesignationId,
    membre: &Membre,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* designation_medecin.replace */
         UPDATE designation_medecin SET remplace_le = $5
         WHERE patient_id = $1 AND designation_id = $2 AND medecin_id = $3 AND version = $4
           AND remplace_le IS NULL",
        patient.uuid(),
        id.uuid(),
        membre.medecin_id.uuid(),
        membre.version,
        instant
    ))
    .await
}

/// Replaces a version by the next one.
pub async fn revise(
    tx: &mut Tx,
    patient: PatientId,
    id: DesignationId,
    version: i32,
    segment: &Segment,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    erase(tx, patient, id, version, instant).await?;
    insert_version(tx, patient, id, version + 1, segment, instant).await
}

/// Replaces a version by nothing: the designation never took effect.
pub async fn erase(
    tx: &mut Tx,
    patient: PatientId,
    id: DesignationId,
    version: i32,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* designation.replace */
         UPDATE designation SET remplace_le = $4
         WHERE patient_id = $1 AND designation_id = $2 AND version = $3 AND remplace_le IS NULL",
        patient.uuid(),
        id.uuid(),
        version,
        instant
    ))
    .await
}

async fn insert_version(
    tx: &mut Tx,
    patient: PatientId,
    id: DesignationId,
    version: i32,
    segment: &Segment,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* designation.insert */
         INSERT INTO designation
             (patient_id, designation_id, version, declaration_id, effet, motif_fin, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        patient.uuid(),
        id.uuid(),
        version,
        segment.declaration_id.uuid(),
        segment.effet,
        segment.motif_fin as _,
        instant
    ))
    .await
}

/// A choice as it is stored, and whether the day from which it counts was taken over with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoixConnu {
    pub choix: Choix,
    pub repris: bool,
}

/// The choices of a person: declarations signed by all, and those taken over, in the order of their reception.
pub async fn choices(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Vec<ChoixConnu>, StorageError> {
    Ok(sqlx::query!(
        r#"/* designation.choices */
         SELECT e.declaration_id,
                coalesce(max(s.signe_le), d.signe_le, d.effet_du) AS "signe_le!",
                max(s.signe_a) AS signe_a,
                bool_and(s.signe_a IS NOT NULL) AS "horodatee!",
                coalesce(max(s.recue_le), d.enregistre_le) AS "recue_le!",
                coalesce(max(s.signe_le) FILTER (WHERE s.role <> 'medecin'), d.signe_le, d.effet_du)
                    AS "voulue_le!",
                max(s.signe_a) FILTER (WHERE s.role <> 'medecin') AS voulue_a,
                coalesce(bool_and(s.signe_a IS NOT NULL) FILTER (WHERE s.role <> 'medecin'), false)
                    AS "voulue_horodatee!",
                coalesce(max(s.recue_le) FILTER (WHERE s.role <> 'medecin'), d.enregistre_le)
                    AS "voulue_recue_le!",
                d.effet_du,
                (SELECT array_agg(m.medecin_id) FROM declaration_medecin m
                 WHERE m.patient_id = e.patient_id AND m.declaration_id = e.declaration_id)
                    AS "medecins!: Vec<MedecinId>",
                (SELECT a.en_place FROM avenant a
                 WHERE a.patient_id = e.patient_id AND a.declaration_id = e.declaration_id)
                    AS "en_place: Vec<MedecinId>"
         FROM etat_declaration e
         JOIN declaration d ON d.patient_id = e.patient_id AND d.declaration_id = e.declaration_id
         -- Of several in one quality, the last that was given.
         LEFT JOIN signature s ON s.patient_id = e.patient_id AND s.declaration_id = e.declaration_id
             AND NOT EXISTS (SELECT FROM signature t
                             WHERE t.patient_id = s.patient_id AND t.declaration_id = s.declaration_id
                               AND t.role = s.role AND t.medecin_id IS NOT DISTINCT FROM s.medecin_id
                               AND (t.enregistre_le, t.signature_id) > (s.enregistre_le, s.signature_id))
         WHERE e.patient_id = $1 AND e.remplace_le IS NULL AND e.etat = 'active'
         GROUP BY d.patient_id, d.declaration_id, e.patient_id, e.declaration_id"#,
        patient.uuid()
    )
    .map(|row| ChoixConnu {
        repris: row.effet_du.is_some(),
        choix: Choix {
            declaration_id: row.declaration_id,
            medecins: row.medecins.into_iter().collect(),
            en_place: row.en_place.map(|all| all.into_iter().collect()),
            effet_du: row.effet_du.unwrap_or(row.signe_le),
            ordre: OrdreSignature {
                signe_le: row.signe_le,
                signe_a: row.signe_a.filter(|_| row.horodatee),
                recue_le: row.recue_le,
            },
            volonte: OrdreSignature {
                signe_le: row.voulue_le,
                signe_a: row.voulue_a.filter(|_| row.voulue_horodatee),
                recue_le: row.voulue_recue_le,
            },
        },
    })
    .fetch_all(conn)
    .await?)
}

/// A doctor of a designation.
pub(in crate::storage) struct Row {
    pub(in crate::storage) designation_id: DesignationId,
    pub(in crate::storage) version: i32,
    pub(in crate::storage) declaration_id: DeclarationId,
    pub(in crate::storage) effet: Periode,
    pub(in crate::storage) motif_fin: Option<MotifFin>,
    pub(in crate::storage) enregistre_le: DateTime<Utc>,
    pub(in crate::storage) remplace_le: Option<DateTime<Utc>>,
    pub(in crate::storage) medecin_id: MedecinId,
    pub(in crate::storage) rpps: Rpps,
    pub(in crate::storage) membre_effet: Periode,
    pub(in crate::storage) membre_motif_fin: Option<MotifDepart>,
    pub(in crate::storage) membre_version: i32,
}

/// Gathers rows, one a member, into designations; rows of one version follow each other.
pub(in crate::storage) fn gather(patient_id: PatientId, rows: Vec<Row>) -> Vec<Designation> {
    let mut designations: Vec<Designation> = Vec::new();
    for row in rows {
        let membre = Membre {
            medecin_id: row.medecin_id,
            rpps: row.rpps,
            effet: row.membre_effet,
            motif_fin: row.membre_motif_fin,
            version: row.membre_version,
        };
        match designations.last_mut() {
            Some(last) if (last.id, last.version) == (row.designation_id, row.version) => {
                last.membres.push(membre);
            }
            _ => designations.push(Designation {
                id: row.designation_id,
                patient_id,
                declaration_id: row.declaration_id,
                version: row.version,
                effet: row.effet,
                motif_fin: row.motif_fin,
                membres: vec![membre],
                enregistre_le: row.enregistre_le,
                remplace_le: row.remplace_le,
            }),
        }
    }
    designations
}

/// The timeline of a person as known at an instant, by first day.
pub async fn list(
    conn: &mut PgConnection,
    patient: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<Designation>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "/* designation.list */
         SELECT d.designation_id, d.version, d.declaration_id, d.effet, d.motif_fin, d.enregistre_le,
                d.remplace_le, dm.medecin_id, m.rpps, dm.effet AS membre_effet,
                dm.motif_fin AS membre_motif_fin, dm.version AS membre_version
         FROM designation d
         JOIN designation_medecin dm
           ON dm.patient_id = d.patient_id AND dm.designation_id = d.designation_id
          AND dm.enregistre_le <= $2 AND (dm.remplace_le IS NULL OR dm.remplace_le > $2)
         JOIN medecin m ON m.medecin_id = dm.medecin_id
         WHERE d.patient_id = $1 AND d.enregistre_le <= $2
           AND (d.remplace_le IS NULL OR d.remplace_le > $2)
         ORDER BY lower(d.effet), d.designation_id, d.version, m.rpps, lower(dm.effet)",
        patient.uuid(),
        instant(connu_le)
    )
    .fetch_all(conn)
    .await?;
    Ok(gather(patient, rows))
}

/// The designation in force on a day, in the light of what is known now.
pub async fn current(
    conn: &mut PgConnection,
    patient: PatientId,
    jour: NaiveDate,
) -> Result<Option<Designation>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "/* designation.current */
         SELECT d.designation_id, d.version, d.declaration_id, d.effet, d.motif_fin, d.enregistre_le,
                d.remplace_le, dm.medecin_id, m.rpps, dm.effet AS membre_effet,
                dm.motif_fin AS membre_motif_fin, dm.version AS membre_version
         FROM designation d
         JOIN designation_medecin dm
           ON dm.patient_id = d.patient_id AND dm.designation_id = d.designation_id
          AND dm.remplace_le IS NULL
         JOIN medecin m ON m.medecin_id = dm.medecin_id
         WHERE d.patient_id = $1 AND d.remplace_le IS NULL
           AND lower(d.effet) <= $2 AND (upper_inf(d.effet) OR upper(d.effet) > $2)
         ORDER BY m.rpps, lower(dm.effet)",
        patient.uuid(),
        jour
    )
    .fetch_all(conn)
    .await?;
    Ok(gather(patient, rows).pop())
}
