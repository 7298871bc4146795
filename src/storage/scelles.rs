//! Whether what the master key seals still opens, each value in its own row: one that was changed, or comes from another row, does
//! not, and the seals of slices leave these columns out because a rotation writes them again.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::coffre::Place;
use super::rotation::Colonne;
use super::types::Tid;
use super::{Coffre, Connection, StorageError, auteurs};
use crate::domain::identifiers::IdentifiantPersonne;

/// Pages of a table that are read at once.
pub const BLOC: u32 = 32;

/// How many pages the table of a column has at present.
pub async fn pages(conn: &mut Connection, colonne: &Colonne) -> Result<u32, StorageError> {
    let statement = "/* scelles.pages */
         SELECT pg_relation_size(to_regclass($1)) / current_setting('block_size')::bigint";
    let pages: i64 =
        sqlx::query_scalar(AssertSqlSafe(statement)).bind(colonne.table).fetch_one(conn).await?;
    u32::try_from(pages)
        .map_err(|wrong| StorageError::inconsistent(colonne.table, colonne.nom, wrong))
}

/// How many values of a block of pages, from one on, do not open in their row, or are not what the digest of the row says.
pub async fn fermes(
    conn: &mut Connection,
    coffre: &Coffre,
    colonne: &Colonne,
    page: u32,
) -> Result<u64, StorageError> {
    let Colonne { table, nom, .. } = colonne;
    let lien = colonne.lien();
    let ligne = lien.as_ref().map_or("NULL::uuid", |(_, ligne)| ligne.as_str());
    let autour = match *table {
        "identifiant_patient" => "empreinte, nature",
        "auteur" => "empreinte, auteur_id, role || ':' || identite AS cle, organisation",
        _ => "NULL",
    };
    // Names of tables and columns are those of `rotation::COLONNES`.
    let statement = format!(
        "/* scelles.read */
         SELECT {ligne} AS ligne, {nom} AS valeur, {autour} FROM {table}
         WHERE ctid >= $1 AND ctid < $2 AND {nom} IS NOT NULL"
    );
    let rows = sqlx::query(AssertSqlSafe(statement))
        .bind(Tid::page(page))
        .bind(Tid::page(page.saturating_add(BLOC)))
        .fetch_all(conn)
        .await?;
    let mut fermes: u64 = 0;
    for row in rows {
        let whole = match &lien {
            Some((lie, _)) => {
                let place = Place { colonne: lie, ligne: row.try_get::<Uuid, _>("ligne")? };
                value(coffre, place, *table == "identifiant_patient", &row)?
            }
            None => author(coffre, &row)?,
        };
        fermes = fermes.saturating_add(u64::from(!whole));
    }
    Ok(fermes)
}

/// Whether a value opens, and a number is that of its digest.
fn value(coffre: &Coffre, place: Place, numero: bool, row: &PgRow) -> Result<bool, StorageError> {
    let Ok(clear) = coffre.open(place, row.try_get("valeur")?) else { return Ok(false) };
    if !numero {
        return Ok(true);
    }
    let (nature, empreinte): (&str, &[u8]) = (row.try_get("nature")?, row.try_get("empreinte")?);
    let text = std::str::from_utf8(&clear).ok();
    let numero = text.and_then(|text| IdentifiantPersonne::parse(nature, text).ok());
    Ok(numero.is_some_and(|numero| {
        coffre.empreintes(&numero).iter().any(|own| own.as_slice() == empreinte)
    }))
}

/// Whether the subject of an author opens, and is with its role and identity what the digest says.
fn author(coffre: &Coffre, row: &PgRow) -> Result<bool, StorageError> {
    let digest: &[u8] = row.try_get("empreinte")?;
    let Ok(empreinte) = <[u8; 16]>::try_from(digest) else { return Ok(false) };
    let Ok(sujet) = coffre.open_texte(auteurs::place(empreinte), row.try_get("valeur")?) else {
        return Ok(false);
    };
    let cle: &str = row.try_get("cle")?;
    let organisation: Option<&str> = row.try_get("organisation")?;
    let text = [cle, organisation.unwrap_or_default(), sujet.as_str()].join("\n");
    let rang: i32 = row.try_get("auteur_id")?;
    // One that two instances wrote at once during a rotation keeps a digest that nobody looks for.
    let known = [
        coffre.empreintes_de("auteur", &text),
        coffre.empreintes_de("auteur.doublon", &rang.to_string()),
    ];
    Ok(known.iter().flatten().any(|own| *own == empreinte))
}
