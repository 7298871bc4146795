//! Exports: what was asked for, how far it is, and the pieces of the file.

pub mod contenu;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::coffre::Place;
use super::nombres::{read, stored};
use super::{Coffre, StorageError, Tx};
use crate::domain::export::{DemandeExport, Export, Manifeste};
use crate::domain::ids::{ExportId, PatientId};
use crate::domain::vocabulary::Vocabulaire;

/// Records one that is to be made.
pub async fn insert(tx: &mut Tx, export: &Export, auteur_id: i32) -> Result<(), StorageError> {
    let DemandeExport { nature, format, colonnes, soins } = export.demande;
    tx.write(sqlx::query!(
        "/* export.insert */
         INSERT INTO export
             (export_id, organisme, auteur_id, nature, format, colonnes, soins_du, soins_au, etat, version, essai,
              prevues, traitees, lignes, requete_id, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, $11, $12)",
        export.id.uuid(),
        export.organisme.as_str(),
        auteur_id,
        nature.mot(),
        format.mot(),
        colonnes.mot(),
        soins.map(|(du, _)| du),
        soins.map(|(_, au)| au),
        export.etat.mot(),
        export.version,
        export.requete_id.uuid(),
        export.enregistre_le
    ))
    .await
}

/// One by its id.
pub async fn get(conn: &mut PgConnection, id: ExportId) -> Result<Option<Export>, StorageError> {
    let row = sqlx::query!(
        "/* export.get */
         SELECT organisme, nature, format, colonnes, soins_du, soins_au, etat, version, prevues, traitees, lignes,
                blocs, octets, sha256, octets_contenu, sha256_contenu, etabli_le, position, requete_id, enregistre_le
         FROM export WHERE export_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let whole = || {
        Some(Manifeste {
            blocs: row.blocs?,
            octets: read(row.octets?),
            sha256: row.sha256?,
            octets_contenu: read(row.octets_contenu?),
            sha256_contenu: row.sha256_contenu?,
            etabli_le: row.etabli_le?,
            position: row.position?,
        })
    };
    Ok(Some(Export {
        id,
        organisme: row.organisme,
        demande: DemandeExport {
            nature: row.nature,
            format: row.format,
            colonnes: row.colonnes,
            soins: row.soins_du.zip(row.soins_au),
        },
        etat: row.etat,
        version: row.version,
        prevues: read(row.prevues),
        traitees: read(row.traitees),
        lignes: read(row.lignes),
        manifeste: whole(),
        requete_id: row.requete_id,
        enregistre_le: row.enregistre_le,
    }))
}

/// How many a caisse has that are not made yet.
pub async fn count_waiting(conn: &mut PgConnection, caisse: &str) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* export.waiting */
         SELECT count(*) AS "count!" FROM export
         WHERE etat = 'en_preparation' AND left(organisme, 5) = $1"#,
        caisse
    )
    .fetch_one(conn)
    .await?)
}

/// Begins one, from nothing; gives the number of the run. `None` when it is no longer to be made.
pub async fn begin(tx: &mut Tx, id: ExportId, prevues: u64) -> Result<Option<i32>, StorageError> {
    let essai = sqlx::query_scalar!(
        "/* export.begin */
         UPDATE export SET essai = essai + 1, prevues = $2, traitees = 0, lignes = 0
         WHERE export_id = $1 AND etat = 'en_preparation' RETURNING essai",
        id.uuid(),
        stored(prevues)
    )
    .fetch_optional(&mut **tx)
    .await?;
    if essai.is_some() {
        remove_blocs(tx, id).await?;
    }
    Ok(essai)
}

/// Says how far a run is; `false` when another one began since.
pub async fn progress(
    tx: &mut Tx,
    (id, essai): (ExportId, i32),
    (traitees, lignes): (u64, u64),
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* export.progress */
         UPDATE export SET traitees = traitees + $3, lignes = lignes + $4
         WHERE export_id = $1 AND essai = $2 AND etat = 'en_preparation'",
        id.uuid(),
        essai,
        stored(traitees),
        stored(lignes)
    ))
    .await
}

/// The file of a run is whole; `false` when another run began since.
pub async fn finish(
    tx: &mut Tx,
    (id, essai): (ExportId, i32),
    manifeste: &Manifeste,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* export.finish */
         UPDATE export SET etat = 'pret', version = version + 1, blocs = $3, octets = $4, sha256 = $5,
             octets_contenu = $6, sha256_contenu = $7, etabli_le = $8, position = $9
         WHERE export_id = $1 AND essai = $2 AND etat = 'en_preparation'",
        id.uuid(),
        essai,
        manifeste.blocs,
        stored(manifeste.octets),
        manifeste.sha256 as _,
        stored(manifeste.octets_contenu),
        manifeste.sha256_contenu as _,
        manifeste.etabli_le,
        manifeste.position
    ))
    .await
}

/// Forgets the files that were asked for before an instant; gives how many.
pub async fn expire(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StorageError> {
    tx.write(sqlx::query!(
        "/* export_bloc.expire */
         DELETE FROM export_bloc WHERE export_id IN
             (SELECT export_id FROM export WHERE etat <> 'perime' AND enregistre_le < $1)",
        before
    ))
    .await?;
    tx.touch(sqlx::query!(
        "/* export.expire */
         UPDATE export SET etat = 'perime', version = version + 1 WHERE etat <> 'perime' AND enregistre_le < $1",
        before
    ))
    .await
}

async fn remove_blocs(tx: &mut Tx, id: ExportId) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* export_bloc.remove */ DELETE FROM export_bloc WHERE export_id = $1",
        id.uuid()
    ))
    .await
}

fn place(id: ExportId, rang: i32) -> Place {
    Place::of("export_bloc.contenu_chiffre", &[&id.to_string(), &rang.to_string()])
}

/// Keeps a piece, and whom it shows.
pub async fn insert_bloc(
    tx: &mut Tx,
    coffre: &Coffre,
    (id, essai, rang): (ExportId, i32, i32),
    (contenu, personnes): (&[u8], &[PatientId]),
) -> Result<(), StorageError> {
    let sealed = coffre.seal(place(id, rang), contenu)?;
    tx.write(sqlx::query!(
        "/* export_bloc.insert */
         INSERT INTO export_bloc (export_id, essai, rang, personnes, contenu_chiffre) VALUES ($1, $2, $3, $4, $5)",
        id.uuid(),
        essai,
        rang,
        personnes as _,
        sealed
    ))
    .await
}

/// A piece, and whom it shows.
pub async fn bloc(
    conn: &mut PgConnection,
    coffre: &Coffre,
    (id, rang): (ExportId, i32),
) -> Result<Option<(Vec<u8>, Vec<PatientId>)>, StorageError> {
    let row = sqlx::query!(
        "/* export_bloc.get */
         SELECT b.contenu_chiffre, b.personnes FROM export e JOIN export_bloc b USING (export_id, essai)
         WHERE e.export_id = $1 AND b.rang = $2 AND e.etat = 'pret'",
        id.uuid(),
        rang
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((coffre.open(place(id, rang), &row.contenu_chiffre)?, row.personnes)))
}
