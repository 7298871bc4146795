//! What the register holds of the persons who are counted, and what each adds to the counts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::codec;
use crate::domain::calendar::Periode;
use crate::domain::designation::MotifFin;
use crate::domain::identifiers::{Organisme, Rpps, Specialite};
use crate::domain::ids::{DesignationId, MedecinId, PatientId};
use crate::domain::statistiques::Comptes;
use crate::storage::{StorageError, Tx};

/// A record, as it is to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dossier {
    pub patient_id: PatientId,
    /// When something was last recorded about it.
    pub connu_le: DateTime<Utc>,
    /// Whether it was merged into another one, which is counted in its place.
    pub fusionne: bool,
}

/// Takes some of those who were recorded and not counted yet. By where their rows are: a plan made while nobody waited
/// would read a million of them each time.
pub async fn take_new(tx: &mut Tx, limit: i64) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* statistique_a_compter.take */
         DELETE FROM statistique_a_compter WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM statistique_a_compter ORDER BY patient_id LIMIT $1))
         RETURNING patient_id",
        limit
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Has some persons counted again.
pub async fn recount(tx: &mut Tx, persons: &[PatientId]) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* statistique_a_compter.insert */
         INSERT INTO statistique_a_compter (patient_id) SELECT * FROM unnest($1::uuid[])
         ON CONFLICT (patient_id) DO NOTHING",
        persons as _
    ))
    .await
}

/// Those who were recorded and not counted yet, among some.
pub async fn still_new(
    conn: &mut PgConnection,
    persons: &[PatientId],
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* statistique_a_compter.among */
         SELECT patient_id FROM statistique_a_compter WHERE patient_id = ANY ($1)",
        persons as _
    )
    .fetch_all(conn)
    .await?)
}

/// The records that a merge, standing or undone, ties to some others.
pub async fn tied(
    conn: &mut PgConnection,
    records: &[PatientId],
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* statistique.tied */
         SELECT absorbe_id AS "patient_id!: PatientId" FROM fusion WHERE patient_id = ANY ($1)
         UNION SELECT patient_id FROM fusion WHERE absorbe_id = ANY ($1)"#,
        records as _
    )
    .fetch_all(conn)
    .await?)
}

/// Those who have or had some doctors as médecins traitants.
pub async fn of_doctors(
    conn: &mut PgConnection,
    doctors: &[MedecinId],
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* statistique.of_doctors */
         SELECT DISTINCT patient_id AS "patient_id!: PatientId" FROM designation_medecin
         WHERE medecin_id = ANY ($1) AND remplace_le IS NULL"#,
        doctors as _
    )
    .fetch_all(conn)
    .await?)
}

/// Some records.
pub async fn records(
    conn: &mut PgConnection,
    records: &[PatientId],
) -> Result<Vec<Dossier>, StorageError> {
    Ok(sqlx::query_as!(
        Dossier,
        r#"/* statistique.records */
         SELECT patient_id, connu_le, fusionne_dans IS NOT NULL AS "fusionne!" FROM patient
         WHERE patient_id = ANY ($1)"#,
        records as _
    )
    .fetch_all(conn)
    .await?)
}

/// Why each designation of some persons ends.
pub async fn ends(
    conn: &mut PgConnection,
    persons: &[PatientId],
) -> Result<BTreeMap<DesignationId, MotifFin>, StorageError> {
    let rows = sqlx::query!(
        "/* statistique.ends */
         SELECT designation_id, motif_fin FROM designation
         WHERE patient_id = ANY ($1) AND remplace_le IS NULL AND motif_fin IS NOT NULL",
        persons as _
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.designation_id, row.motif_fin?))).collect())
}

/// The specialties of some doctors, each with its days.
pub async fn specialties(
    conn: &mut PgConnection,
    doctors: &[Rpps],
) -> Result<Vec<(Rpps, Specialite, Periode)>, StorageError> {
    let doctors: Vec<&str> = doctors.iter().map(Rpps::as_str).collect();
    Ok(sqlx::query!(
        "/* statistique.specialties */
         SELECT m.rpps, s.code, s.effet FROM medecin m JOIN specialite_medecin s USING (medecin_id)
         WHERE m.rpps = ANY ($1) AND s.remplace_le IS NULL",
        &doctors as _
    )
    .map(|row| (row.rpps, row.code, row.effet))
    .fetch_all(conn)
    .await?)
}

/// A caisse of a record, in every version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AffiliationDite {
    pub patient_id: PatientId,
    pub organisme: Organisme,
    pub effet: Periode,
    pub enregistre_le: DateTime<Utc>,
    pub remplace_le: Option<DateTime<Utc>>,
}

/// Every caisse that was ever known of some records.
pub async fn affiliations(
    conn: &mut PgConnection,
    records: &[PatientId],
) -> Result<Vec<AffiliationDite>, StorageError> {
    Ok(sqlx::query_as!(
        AffiliationDite,
        "/* statistique.affiliations */
         SELECT patient_id, organisme, effet, enregistre_le, remplace_le FROM affiliation
         WHERE patient_id = ANY ($1)",
        records as _
    )
    .fetch_all(conn)
    .await?)
}

/// What some persons add to the counts, as it was last counted.
pub async fn counted(
    conn: &mut PgConnection,
    persons: &[PatientId],
) -> Result<BTreeMap<PatientId, Comptes>, StorageError> {
    let rows = sqlx::query!(
        "/* statistique_personne.counted */
         SELECT patient_id, comptes FROM statistique_personne WHERE patient_id = ANY ($1)",
        persons as _
    )
    .fetch_all(conn)
    .await?;
    let unreadable =
        || StorageError::inconsistent("statistique_personne", "comptes", "length or code");
    rows.into_iter()
        .map(|row| Ok((row.patient_id, codec::decode(&row.comptes).ok_or_else(unreadable)?)))
        .collect()
}

/// Keeps what some persons add now.
pub async fn keep(tx: &mut Tx, values: &BTreeMap<PatientId, Comptes>) -> Result<(), StorageError> {
    if values.is_empty() {
        return Ok(());
    }
    let ids: Vec<PatientId> = values.keys().copied().collect();
    let bytes: Vec<Vec<u8>> = values.values().map(codec::encode).collect();
    tx.write(sqlx::query!(
        "/* statistique_personne.keep */
         INSERT INTO statistique_personne (patient_id, comptes)
         SELECT * FROM unnest($1::uuid[], $2::bytea[])
         ON CONFLICT (patient_id) DO UPDATE SET comptes = excluded.comptes",
        &ids as _,
        &bytes
    ))
    .await
}

/// Keeps what was counted of what a purge removes.
pub async fn keep_purged(
    tx: &mut Tx,
    comptes: &Comptes,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    if comptes.est_vide() {
        return Ok(());
    }
    tx.write(sqlx::query!(
        "/* statistique_purgee.insert */ INSERT INTO statistique_purgee (enregistre_le, comptes) VALUES ($1, $2)",
        instant,
        codec::encode_entier(comptes)
    ))
    .await
}

/// What was counted of everything that purges removed.
pub async fn purged(conn: &mut PgConnection) -> Result<Comptes, StorageError> {
    let rows =
        sqlx::query_scalar!("/* statistique_purgee.all */ SELECT comptes FROM statistique_purgee");
    let unreadable =
        || StorageError::inconsistent("statistique_purgee", "comptes", "length or code");
    let mut sum = Comptes::default();
    for bytes in rows.fetch_all(conn).await? {
        sum.plus(&codec::decode_entier(&bytes).ok_or_else(unreadable)?);
    }
    Ok(sum)
}
