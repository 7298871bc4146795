//! Doctors, places and practices.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::StorageError;
use super::range::{to_periode, to_range};
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{CommuneExercice, Finess, NumeroFacturation, Rpps, Specialite};
use crate::domain::ids::{FaitId, LieuId, MedecinId};
use crate::domain::medecin::{Exercice, Lieu, Medecin, NomMedecin};
use crate::domain::vocabulary::Vocabulaire;

/// Creates a doctor without any fact; `false` when the RPPS is already known.
pub async fn insert(
    conn: &mut PgConnection,
    id: MedecinId,
    rpps: &Rpps,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "/* medecin.insert */
         INSERT INTO medecin (medecin_id, rpps, connu_le, enregistre_le) VALUES ($1, $2, $3, $3)
         ON CONFLICT (rpps) DO NOTHING",
        id.uuid(),
        rpps.as_str(),
        instant
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Records names.
pub async fn insert_nom(
    conn: &mut PgConnection,
    medecin: MedecinId,
    fait: &FaitDate<NomMedecin>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* identite_medecin.insert */
         INSERT INTO identite_medecin (medecin_id, identite_id, nom, prenom, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        medecin.uuid(),
        fait.id.uuid(),
        fait.valeur.nom,
        fait.valeur.prenom,
        to_range(fait.effet),
        fait.enregistre_le
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Records a specialty.
pub async fn insert_specialite(
    conn: &mut PgConnection,
    medecin: MedecinId,
    fait: &FaitDate<Specialite>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* specialite_medecin.insert */
         INSERT INTO specialite_medecin (medecin_id, specialite_id, code, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5)",
        medecin.uuid(),
        fait.id.uuid(),
        fait.valeur.to_string(),
        to_range(fait.effet),
        fait.enregistre_le
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Creates a place.
pub async fn insert_lieu(
    conn: &mut PgConnection,
    lieu: &Lieu,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* lieu.insert */
         INSERT INTO lieu (lieu_id, nature, nom, commune, adresse, finess_et, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        lieu.id.uuid(),
        lieu.nature.mot(),
        lieu.nom,
        lieu.commune.as_str(),
        lieu.adresse,
        lieu.finess_et.as_ref().map(Finess::as_str),
        instant
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A place by its id.
pub async fn get_lieu(conn: &mut PgConnection, id: LieuId) -> Result<Option<Lieu>, StorageError> {
    let row = sqlx::query!(
        "/* lieu.get */ SELECT nature, nom, commune, adresse, finess_et FROM lieu WHERE lieu_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        lieu(id, &row.nature, row.nom, &row.commune, row.adresse, row.finess_et.as_deref())
    })
    .transpose()
}

/// Records a practice at an existing place.
pub async fn insert_exercice(
    conn: &mut PgConnection,
    medecin: MedecinId,
    fait: &FaitDate<Exercice>,
) -> Result<(), StorageError> {
    let exercice = &fait.valeur;
    sqlx::query!(
        "/* exercice.insert */
         INSERT INTO exercice
             (medecin_id, exercice_id, lieu_id, mode, principal, convention, option_tarifaire,
              facturation_nature, facturation_numero, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        medecin.uuid(),
        fait.id.uuid(),
        exercice.lieu.id.uuid(),
        exercice.mode.mot(),
        exercice.principal,
        exercice.convention.mot(),
        exercice.option_tarifaire.mot(),
        exercice.facturation.as_ref().map(NumeroFacturation::kind),
        exercice.facturation.as_ref().map(NumeroFacturation::as_str),
        to_range(fait.effet),
        fait.enregistre_le
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A doctor by RPPS, as known at an instant.
pub async fn find(
    conn: &mut PgConnection,
    rpps: &Rpps,
    connu_le: DateTime<Utc>,
) -> Result<Option<Medecin>, StorageError> {
    let id = sqlx::query_scalar!(
        "/* medecin.find */ SELECT medecin_id FROM medecin WHERE rpps = $1 AND enregistre_le <= $2",
        rpps.as_str(),
        connu_le
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(id) = id.map(MedecinId::from_uuid) else { return Ok(None) };
    Ok(Some(Medecin {
        id,
        rpps: *rpps,
        noms: noms(&mut *conn, id, connu_le).await?,
        specialites: specialites(&mut *conn, id, connu_le).await?,
        exercices: exercices(conn, id, connu_le).await?,
    }))
}

/// The RPPS of a doctor; `None` when there is no such doctor.
pub async fn rpps_of(conn: &mut PgConnection, id: MedecinId) -> Result<Option<Rpps>, StorageError> {
    let row = sqlx::query_scalar!(
        "/* medecin.rpps_of */ SELECT rpps FROM medecin WHERE medecin_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    row.map(|rpps| Rpps::parse(&rpps))
        .transpose()
        .map_err(|error| StorageError::inconsistent("medecin", "rpps", error))
}

async fn noms(
    conn: &mut PgConnection,
    id: MedecinId,
    connu_le: DateTime<Utc>,
) -> Result<Vec<FaitDate<NomMedecin>>, StorageError> {
    let rows = sqlx::query!(
        "/* identite_medecin.list */
         SELECT identite_id, nom, prenom, effet, enregistre_le, remplace_le FROM identite_medecin
         WHERE medecin_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet)",
        id.uuid(),
        connu_le
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(FaitDate {
                id: FaitId::from_uuid(row.identite_id),
                valeur: NomMedecin { nom: row.nom, prenom: row.prenom },
                effet: to_periode(&row.effet, "identite_medecin")?,
                enregistre_le: row.enregistre_le,
                remplace_le: row.remplace_le,
            })
        })
        .collect()
}

async fn specialites(
    conn: &mut PgConnection,
    id: MedecinId,
    connu_le: DateTime<Utc>,
) -> Result<Vec<FaitDate<Specialite>>, StorageError> {
    let rows = sqlx::query!(
        "/* specialite_medecin.list */
         SELECT specialite_id, code, effet, enregistre_le, remplace_le FROM specialite_medecin
         WHERE medecin_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet)",
        id.uuid(),
        connu_le
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(FaitDate {
                id: FaitId::from_uuid(row.specialite_id),
                valeur: Specialite::parse(&row.code).map_err(|error| {
                    StorageError::inconsistent("specialite_medecin", "code", error)
                })?,
                effet: to_periode(&row.effet, "specialite_medecin")?,
                enregistre_le: row.enregistre_le,
                remplace_le: row.remplace_le,
            })
        })
        .collect()
}

async fn exercices(
    conn: &mut PgConnection,
    id: MedecinId,
    connu_le: DateTime<Utc>,
) -> Result<Vec<FaitDate<Exercice>>, StorageError> {
    let rows = sqlx::query!(
        "/* exercice.list */
         SELECT e.exercice_id, e.mode, e.principal, e.convention, e.option_tarifaire,
                e.facturation_nature, e.facturation_numero, e.effet, e.enregistre_le, e.remplace_le,
                l.lieu_id, l.nature, l.nom, l.commune, l.adresse, l.finess_et
         FROM exercice e JOIN lieu l USING (lieu_id)
         WHERE e.medecin_id = $1 AND e.enregistre_le <= $2
           AND (e.remplace_le IS NULL OR e.remplace_le > $2)
         ORDER BY lower(e.effet), e.exercice_id",
        id.uuid(),
        connu_le
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let facturation = row
                .facturation_nature
                .as_deref()
                .zip(row.facturation_numero.as_deref())
                .map(|(nature, numero)| NumeroFacturation::parse(nature, numero))
                .transpose()
                .map_err(|error| {
                    StorageError::inconsistent("exercice", "facturation_numero", error)
                })?;
            Ok(FaitDate {
                id: FaitId::from_uuid(row.exercice_id),
                valeur: Exercice {
                    lieu: lieu(
                        LieuId::from_uuid(row.lieu_id),
                        &row.nature,
                        row.nom,
                        &row.commune,
                        row.adresse,
                        row.finess_et.as_deref(),
                    )?,
                    mode: word("exercice", "mode", &row.mode)?,
                    principal: row.principal,
                    convention: word("exercice", "convention", &row.convention)?,
                    option_tarifaire: word("exercice", "option_tarifaire", &row.option_tarifaire)?,
                    facturation,
                },
                effet: to_periode(&row.effet, "exercice")?,
                enregistre_le: row.enregistre_le,
                remplace_le: row.remplace_le,
            })
        })
        .collect()
}

fn lieu(
    id: LieuId,
    nature: &str,
    nom: String,
    commune: &str,
    adresse: String,
    finess_et: Option<&str>,
) -> Result<Lieu, StorageError> {
    Ok(Lieu {
        id,
        nature: word("lieu", "nature", nature)?,
        nom,
        commune: CommuneExercice::parse(commune)
            .map_err(|error| StorageError::inconsistent("lieu", "commune", error))?,
        adresse,
        finess_et: finess_et
            .map(Finess::parse)
            .transpose()
            .map_err(|error| StorageError::inconsistent("lieu", "finess_et", error))?,
    })
}

/// The member of a closed list, from its stored word.
pub(super) fn word<T: Vocabulaire>(
    table: &'static str,
    column: &'static str,
    stored: &str,
) -> Result<T, StorageError> {
    T::du_mot(stored).ok_or_else(|| StorageError::inconsistent(table, column, stored))
}
