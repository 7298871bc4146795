//! Doctors, places and practices.

pub mod accueil;
pub mod annuaire;
pub mod changements;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::connaissance::{Connaissance, instant};
use super::{StorageError, Tx};
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{NumeroFacturation, Rpps, Specialite};
use crate::domain::ids::{LieuId, MedecinId};
use crate::domain::medecin::{Exercice, Lieu, Medecin, NomMedecin, NouveauLieu};
use crate::domain::vocabulary::Vocabulaire;

/// Creates a doctor without any fact; `false` when the RPPS is already known.
pub async fn insert(
    tx: &mut Tx,
    id: MedecinId,
    rpps: &Rpps,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* medecin.insert */
         INSERT INTO medecin (medecin_id, rpps, connu_le, enregistre_le) VALUES ($1, $2, $3, $3)
         ON CONFLICT (rpps) DO NOTHING",
        id.uuid(),
        rpps.as_str(),
        instant
    ))
    .await
}

/// Records names.
pub async fn insert_nom(
    tx: &mut Tx,
    medecin: MedecinId,
    fait: &FaitDate<NomMedecin>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* identite_medecin.insert */
         INSERT INTO identite_medecin (medecin_id, identite_id, nom, prenom, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        medecin.uuid(),
        fait.id.uuid(),
        fait.valeur.nom,
        fait.valeur.prenom,
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// Records a specialty.
pub async fn insert_specialite(
    tx: &mut Tx,
    medecin: MedecinId,
    fait: &FaitDate<Specialite>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* specialite_medecin.insert */
         INSERT INTO specialite_medecin (medecin_id, specialite_id, code, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5)",
        medecin.uuid(),
        fait.id.uuid(),
        fait.valeur as _,
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// Creates a place.
pub async fn insert_lieu(
    tx: &mut Tx,
    lieu: &Lieu,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* lieu.insert */
         INSERT INTO lieu (lieu_id, nature, nom, commune, adresse, finess_et, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        lieu.id.uuid(),
        lieu.nature.mot(),
        lieu.nom,
        lieu.commune.as_str(),
        lieu.adresse,
        lieu.finess_et as _,
        instant
    ))
    .await
}

/// A place by its id.
pub async fn get_lieu(conn: &mut PgConnection, id: LieuId) -> Result<Option<Lieu>, StorageError> {
    Ok(sqlx::query_as!(
        Lieu,
        "/* lieu.get */
         SELECT lieu_id AS id, nature, nom, commune, adresse, finess_et FROM lieu WHERE lieu_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// A place found again by what it is called where it is.
pub async fn find_lieu(
    conn: &mut PgConnection,
    wanted: &NouveauLieu,
) -> Result<Option<Lieu>, StorageError> {
    Ok(sqlx::query_as!(
        Lieu,
        "/* lieu.find */
         SELECT lieu_id AS id, nature, nom, commune, adresse, finess_et FROM lieu
         WHERE commune = $1 AND nature = $2 AND upper(nom) = upper($3) AND upper(adresse) = upper($4)
           AND ($5::text IS NULL OR finess_et IS NULL OR finess_et = $5)
         ORDER BY lieu_id LIMIT 1",
        wanted.commune.as_str(),
        wanted.nature.mot(),
        wanted.nom,
        wanted.adresse,
        wanted.finess_et as _
    )
    .fetch_optional(conn)
    .await?)
}

/// Records a practice at an existing place.
pub async fn insert_exercice(
    tx: &mut Tx,
    medecin: MedecinId,
    fait: &FaitDate<Exercice>,
) -> Result<(), StorageError> {
    let exercice = &fait.valeur;
    tx.write(sqlx::query!(
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
        exercice.convention.map(Vocabulaire::mot),
        exercice.option_tarifaire.mot(),
        exercice.facturation.as_ref().map(NumeroFacturation::kind),
        exercice.facturation.as_ref().map(NumeroFacturation::as_str),
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// A doctor by RPPS, as known at an instant.
pub async fn find(
    conn: &mut PgConnection,
    rpps: &Rpps,
    connu_le: impl Into<Connaissance>,
) -> Result<Option<Medecin>, StorageError> {
    let connu_le = instant(connu_le);
    let id = sqlx::query_scalar!(
        "/* medecin.find */ SELECT medecin_id FROM medecin WHERE rpps = $1 AND enregistre_le <= $2",
        rpps.as_str(),
        connu_le
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(id) = id else { return Ok(None) };
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
    Ok(sqlx::query_scalar!(
        "/* medecin.rpps_of */ SELECT rpps FROM medecin WHERE medecin_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

async fn noms(
    conn: &mut PgConnection,
    id: MedecinId,
    connu_le: DateTime<Utc>,
) -> Result<Vec<FaitDate<NomMedecin>>, StorageError> {
    Ok(sqlx::query!(
        "/* identite_medecin.list */
         SELECT identite_id, nom, prenom, effet, enregistre_le, remplace_le FROM identite_medecin
         WHERE medecin_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet)",
        id.uuid(),
        connu_le
    )
    .map(|row| FaitDate {
        id: row.identite_id,
        valeur: NomMedecin { nom: row.nom, prenom: row.prenom },
        effet: row.effet,
        enregistre_le: row.enregistre_le,
        remplace_le: row.remplace_le,
    })
    .fetch_all(conn)
    .await?)
}

async fn specialites(
    conn: &mut PgConnection,
    id: MedecinId,
    connu_le: DateTime<Utc>,
) -> Result<Vec<FaitDate<Specialite>>, StorageError> {
    Ok(sqlx::query_as!(
        FaitDate::<Specialite>,
        "/* specialite_medecin.list */
         SELECT specialite_id AS id, code AS valeur, effet, enregistre_le, remplace_le
         FROM specialite_medecin
         WHERE medecin_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet)",
        id.uuid(),
        connu_le
    )
    .fetch_all(conn)
    .await?)
}

/// Whether a doctor practises somewhere on a day, as far as is known now.
pub async fn exerce_le(
    conn: &mut PgConnection,
    rpps: &Rpps,
    jour: NaiveDate,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* exercice.any */
         SELECT EXISTS (SELECT FROM medecin m JOIN exercice e ON e.medecin_id = m.medecin_id
                        WHERE m.rpps = $1 AND e.remplace_le IS NULL AND e.effet @> $2::date) AS "any!""#,
        rpps.as_str(),
        jour
    )
    .fetch_one(conn)
    .await?)
}

async fn exercices(
    conn: &mut PgConnection,
    id: MedecinId,
    connu_le: DateTime<Utc>,
) -> Result<Vec<FaitDate<Exercice>>, StorageError> {
    Ok(sqlx::query!(
        r#"/* exercice.list */
         SELECT e.exercice_id, e.mode, e.principal, e.convention, e.option_tarifaire,
                e.facturation_nature || ':' || e.facturation_numero AS "facturation: NumeroFacturation",
                e.effet, e.enregistre_le, e.remplace_le,
                l.lieu_id, l.nature, l.nom, l.commune, l.adresse, l.finess_et
         FROM exercice e JOIN lieu l USING (lieu_id)
         WHERE e.medecin_id = $1 AND e.enregistre_le <= $2
           AND (e.remplace_le IS NULL OR e.remplace_le > $2)
         ORDER BY lower(e.effet), e.exercice_id"#,
        id.uuid(),
        connu_le
    )
    .map(|row| FaitDate {
        id: row.exercice_id,
        valeur: Exercice {
            lieu: Lieu {
                id: row.lieu_id,
                nature: row.nature,
                nom: row.nom,
                commune: row.commune,
                adresse: row.adresse,
                finess_et: row.finess_et,
            },
            mode: row.mode,
            principal: row.principal,
            convention: row.convention,
            option_tarifaire: row.option_tarifaire,
            facturation: row.facturation,
        },
        effet: row.effet,
        enregistre_le: row.enregistre_le,
        remplace_le: row.remplace_le,
    })
    .fetch_all(conn)
    .await?)
}
