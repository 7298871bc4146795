//! The facts of [`super::dossiers`] and [`super::dossiers_situations`] as they were known at an instant,
//! and, without any instant, as they are known now, by the statements of those modules: what lots are
//! evaluated with never passes through a statement that looks back.
//!
//! Participations and opinions keep no instant of their own: they follow from the feuilles received by
//! then ([`super::feuilles_de_soins::received_by`]). The fees of a doctor in a year keep none at all.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::StorageError;
use super::dossiers::{
    self, AffiliationConnue, Attente, LigneAffiliation, LigneAttente, LigneFusion, LigneMembre,
    LigneNaissance, LigneSpecialite, MembreConnu, NaissanceConnue, uuids,
};
use super::dossiers_situations::{self, ExerciceConnu, LigneExercice, LigneStatut};
use super::range::to_periode;
use crate::domain::calendar::Periode;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::PatientId;
use crate::domain::vie::sommeil::StatutPatient;

/// At which instant; now when there is none.
pub type Connaissance = Option<DateTime<Utc>>;

/// See [`dossiers::absorbed`].
pub async fn absorbed(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<(PatientId, PatientId)>, StorageError> {
    let Some(instant) = connu_le else { return dossiers::absorbed(conn, patients).await };
    let rows = sqlx::query_as!(
        LigneFusion,
        "/* fusion.absorbed_known_at */
         SELECT patient_id, absorbe_id FROM fusion
         WHERE patient_id = ANY($1) AND enregistre_le <= $2
           AND (remplace_le IS NULL OR remplace_le > $2)",
        &uuids(patients),
        instant
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(LigneFusion::lire).collect())
}

/// See [`dossiers::births`].
pub async fn births(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<NaissanceConnue>, StorageError> {
    let Some(instant) = connu_le else { return dossiers::births(conn, patients).await };
    let rows = sqlx::query_as!(
        LigneNaissance,
        r#"/* identite_patient.births_known_at */
         SELECT patient_id, date_naissance, rang, lower(effet) AS "du!" FROM identite_patient
         WHERE patient_id = ANY($1) AND enregistre_le <= $2
           AND (remplace_le IS NULL OR remplace_le > $2)"#,
        &uuids(patients),
        instant
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LigneNaissance::lire).collect()
}

/// See [`dossiers::affiliations`].
pub async fn affiliations(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<AffiliationConnue>, StorageError> {
    let Some(instant) = connu_le else { return dossiers::affiliations(conn, patients).await };
    let rows = sqlx::query_as!(
        LigneAffiliation,
        "/* affiliation.known_at */
         SELECT patient_id, organisme, effet FROM affiliation
         WHERE patient_id = ANY($1) AND enregistre_le <= $2
           AND (remplace_le IS NULL OR remplace_le > $2)",
        &uuids(patients),
        instant
    )
    .fetch_all(conn)
    .await?;
    LigneAffiliation::lire_toutes(rows)
}

/// See [`dossiers::designations`].
pub async fn designations(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<MembreConnu>, StorageError> {
    let Some(instant) = connu_le else { return dossiers::designations(conn, patients).await };
    let rows = sqlx::query_as!(
        LigneMembre,
        "/* designation.known_at */
         SELECT d.patient_id, d.designation_id, d.declaration_id, d.effet, m.rpps,
                dm.effet AS membre_effet
         FROM designation d
         JOIN designation_medecin dm
           ON dm.patient_id = d.patient_id AND dm.designation_id = d.designation_id
          AND dm.enregistre_le <= $2 AND (dm.remplace_le IS NULL OR dm.remplace_le > $2)
         JOIN medecin m ON m.medecin_id = dm.medecin_id
         WHERE d.patient_id = ANY($1) AND d.enregistre_le <= $2
           AND (d.remplace_le IS NULL OR d.remplace_le > $2)",
        &uuids(patients),
        instant
    )
    .fetch_all(conn)
    .await?;
    LigneMembre::lire_toutes(rows)
}

/// See [`dossiers::waiting`].
pub async fn waiting(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<Attente>, StorageError> {
    let Some(instant) = connu_le else { return dossiers::waiting(conn, patients).await };
    let rows = sqlx::query_as!(
        LigneAttente,
        r#"/* declaration.waiting_known_at */
         SELECT e.patient_id, m.rpps, min(s.signe_le) AS "signe_le!"
         FROM etat_declaration e
         JOIN declaration_medecin dm USING (patient_id, declaration_id)
         JOIN medecin m USING (medecin_id)
         JOIN signature s USING (patient_id, declaration_id)
         WHERE e.patient_id = ANY($1) AND e.etat = 'en_attente' AND e.enregistre_le <= $2
           AND (e.remplace_le IS NULL OR e.remplace_le > $2) AND s.enregistre_le <= $2
         GROUP BY e.patient_id, m.rpps"#,
        &uuids(patients),
        instant
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LigneAttente::lire).collect()
}

/// See [`dossiers::neutralisations`].
pub async fn neutralisations(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<(PatientId, Periode)>, StorageError> {
    let Some(instant) = connu_le else { return dossiers::neutralisations(conn, patients).await };
    let rows = sqlx::query!(
        "/* neutralisation.known_at */
         SELECT patient_id, effet FROM neutralisation
         WHERE patient_id = ANY($1) AND enregistre_le <= $2
           AND (remplace_le IS NULL OR remplace_le > $2)",
        &uuids(patients),
        instant
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let effet = to_periode(&row.effet, "neutralisation")?;
            Ok((PatientId::from_uuid(row.patient_id), effet))
        })
        .collect()
}

/// See [`dossiers_situations::statuts`].
pub async fn statuts(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<(PatientId, Periode, StatutPatient)>, StorageError> {
    let Some(instant) = connu_le else {
        return dossiers_situations::statuts(conn, patients).await;
    };
    let rows = sqlx::query_as!(
        LigneStatut,
        "/* statut_patient.known_at */
         SELECT patient_id, statut, effet FROM statut_patient
         WHERE patient_id = ANY($1) AND statut <> 'ordinaire' AND enregistre_le <= $2
           AND (remplace_le IS NULL OR remplace_le > $2)",
        &uuids(patients),
        instant
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LigneStatut::lire).collect()
}

/// See [`dossiers::specialites`].
pub async fn specialites(
    conn: &mut PgConnection,
    medecins: &[Rpps],
    connu_le: Connaissance,
) -> Result<Vec<(Rpps, Option<(Periode, Specialite)>)>, StorageError> {
    let Some(instant) = connu_le else { return dossiers::specialites(conn, medecins).await };
    let rows = sqlx::query_as!(
        LigneSpecialite,
        r#"/* specialite_medecin.known_at */
         SELECT m.rpps AS "rpps!", s.code AS "code?", s.effet AS "effet?"
         FROM medecin m
         LEFT JOIN specialite_medecin s
           ON s.medecin_id = m.medecin_id AND s.enregistre_le <= $2
          AND (s.remplace_le IS NULL OR s.remplace_le > $2)
         WHERE m.rpps = ANY($1) AND m.enregistre_le <= $2"#,
        &numbers(medecins),
        instant
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LigneSpecialite::lire).collect()
}

/// See [`dossiers_situations::exercices`].
pub async fn exercices(
    conn: &mut PgConnection,
    medecins: &[Rpps],
    connu_le: Connaissance,
) -> Result<Vec<ExerciceConnu>, StorageError> {
    let Some(instant) = connu_le else {
        return dossiers_situations::exercices(conn, medecins).await;
    };
    let rows = sqlx::query_as!(
        LigneExercice,
        "/* exercice.known_at */
         SELECT m.rpps, e.principal, e.convention, e.option_tarifaire,
                e.facturation_nature AS nature, e.facturation_numero AS numero, e.effet, e.lieu_id
         FROM medecin m JOIN exercice e ON e.medecin_id = m.medecin_id
         WHERE m.rpps = ANY($1) AND e.mode <> 'remplacant' AND e.enregistre_le <= $2
           AND (e.remplace_le IS NULL OR e.remplace_le > $2)",
        &numbers(medecins),
        instant
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LigneExercice::lire).collect()
}

fn numbers(medecins: &[Rpps]) -> Vec<String> {
    medecins.iter().map(|rpps| rpps.as_str().to_owned()).collect()
}
