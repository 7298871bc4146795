//! Letters to patients: what was asked for, how far they are, and their lots.

pub mod contenu;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::postgres::PgConnection;

use super::coffre::Place;
use super::nombres::{read, stored};
use super::{Coffre, StorageError, Tx};
use crate::domain::courrier::{Courriers, DemandeCourriers, Lot, SansObjet};
use crate::domain::ids::{CourriersId, PatientId};
use crate::domain::vocabulary::Vocabulaire;

/// Records some that are to be made.
pub async fn insert(tx: &mut Tx, one: &Courriers, auteur_id: i32) -> Result<(), StorageError> {
    let DemandeCourriers { nature, du, au, recto_verso } = one.demande;
    tx.write(sqlx::query!(
        "/* courriers.insert */
         INSERT INTO courriers
             (courriers_id, organisme, auteur_id, nature, du, au, recto_verso, etat, version, essai, prevus, traites,
              lettres, sans_objet, requete_id, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, 0, '{}', $10, $11)",
        one.id.uuid(),
        one.organisme.as_str(),
        auteur_id,
        nature.mot(),
        du,
        au,
        recto_verso,
        one.etat.mot(),
        one.version,
        one.requete_id.uuid(),
        one.enregistre_le
    ))
    .await
}

/// Some by their id, with their lots once all are made.
pub async fn get(
    conn: &mut PgConnection,
    id: CourriersId,
) -> Result<Option<Courriers>, StorageError> {
    let row = sqlx::query!(
        "/* courriers.get */
         SELECT organisme, nature, du, au, recto_verso, etat, version, prevus, traites, lettres, sans_objet, etablis_le,
                requete_id, enregistre_le
         FROM courriers WHERE courriers_id = $1",
        id.uuid()
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let lots = sqlx::query!(
        "/* courriers_lot.list */
         SELECT l.rang, l.lettres, l.octets_pdf, l.sha256_pdf, l.octets_texte, l.sha256_texte
         FROM courriers c JOIN courriers_lot l USING (courriers_id, essai)
         WHERE c.courriers_id = $1 AND c.etat = 'pret' ORDER BY l.rang",
        id.uuid()
    )
    .map(|lot| Lot {
        rang: lot.rang,
        lettres: read(lot.lettres),
        octets_pdf: read(lot.octets_pdf),
        sha256_pdf: lot.sha256_pdf,
        octets_texte: read(lot.octets_texte),
        sha256_texte: lot.sha256_texte,
    })
    .fetch_all(conn)
    .await?;
    let counted = |reason: &SansObjet| {
        let count = row.sans_objet.get(reason.mot()).and_then(Value::as_u64)?;
        Some((*reason, count))
    };
    Ok(Some(Courriers {
        id,
        organisme: row.organisme,
        demande: DemandeCourriers {
            nature: row.nature,
            du: row.du,
            au: row.au,
            recto_verso: row.recto_verso,
        },
        etat: row.etat,
        version: row.version,
        prevus: read(row.prevus),
        traites: read(row.traites),
        lettres: read(row.lettres),
        sans_objet: SansObjet::TOUS.iter().filter_map(counted).collect(),
        lots,
        etablis_le: row.etablis_le,
        requete_id: row.requete_id,
        enregistre_le: row.enregistre_le,
    }))
}

/// How many demands of a caisse are not made yet.
pub async fn count_waiting(conn: &mut PgConnection, caisse: &str) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* courriers.waiting */
         SELECT count(*) AS "count!" FROM courriers
         WHERE etat = 'en_preparation' AND left(organisme, 5) = $1"#,
        caisse
    )
    .fetch_one(conn)
    .await?)
}

/// Begins some, from nothing; gives the number of the run. `None` when they are no longer to be made.
pub async fn begin(tx: &mut Tx, id: CourriersId, prevus: u64) -> Result<Option<i32>, StorageError> {
    let essai = sqlx::query_scalar!(
        "/* courriers.begin */
         UPDATE courriers SET essai = essai + 1, prevus = $2, traites = 0, lettres = 0, sans_objet = '{}'
         WHERE courriers_id = $1 AND etat = 'en_preparation' RETURNING essai",
        id.uuid(),
        stored(prevus)
    )
    .fetch_optional(&mut **tx)
    .await?;
    if essai.is_some() {
        tx.write(sqlx::query!(
            "/* courriers_lot.remove */ DELETE FROM courriers_lot WHERE courriers_id = $1",
            id.uuid()
        ))
        .await?;
    }
    Ok(essai)
}

/// How far a run is: events looked at, letters made, events without one by reason.
#[derive(Debug, Clone, Default)]
pub struct Avancement {
    pub traites: u64,
    pub lettres: u64,
    pub sans_objet: std::collections::BTreeMap<SansObjet, u64>,
}

/// Says how far a run is; `false` when another one began since.
pub async fn progress(
    tx: &mut Tx,
    (id, essai): (CourriersId, i32),
    done: &Avancement,
) -> Result<bool, StorageError> {
    let reasons: Map<String, Value> = done
        .sans_objet
        .iter()
        .map(|(reason, count)| (reason.mot().to_owned(), Value::from(*count)))
        .collect();
    tx.try_write(sqlx::query!(
        "/* courriers.progress */
         UPDATE courriers SET traites = $3, lettres = $4, sans_objet = $5
         WHERE courriers_id = $1 AND essai = $2 AND etat = 'en_preparation'",
        id.uuid(),
        essai,
        stored(done.traites),
        stored(done.lettres),
        Value::Object(reasons)
    ))
    .await
}

/// The letters of a run are all made; `false` when another run began since.
pub async fn finish(
    tx: &mut Tx,
    (id, essai): (CourriersId, i32),
    etablis_le: DateTime<Utc>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* courriers.finish */
         UPDATE courriers SET etat = 'pret', version = version + 1, etablis_le = $3
         WHERE courriers_id = $1 AND essai = $2 AND etat = 'en_preparation'",
        id.uuid(),
        essai,
        etablis_le
    ))
    .await
}

/// Forgets the letters that were asked for before an instant; gives how many demands.
pub async fn expire(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StorageError> {
    tx.write(sqlx::query!(
        "/* courriers_lot.expire */
         DELETE FROM courriers_lot WHERE courriers_id IN
             (SELECT courriers_id FROM courriers WHERE etat <> 'perime' AND enregistre_le < $1)",
        before
    ))
    .await?;
    tx.touch(sqlx::query!(
        "/* courriers.expire */
         UPDATE courriers SET etat = 'perime', version = version + 1 WHERE etat <> 'perime' AND enregistre_le < $1",
        before
    ))
    .await
}

fn place(colonne: &'static str, id: CourriersId, rang: i32) -> Place {
    Place::of(colonne, &[&id.to_string(), &rang.to_string()])
}

const PDF: &str = "courriers_lot.pdf_chiffre";
const TEXTE: &str = "courriers_lot.texte_chiffre";

/// Keeps a lot, and whom it shows.
pub async fn insert_lot(
    tx: &mut Tx,
    coffre: &Coffre,
    (id, essai, lot): (CourriersId, i32, &Lot),
    (pdf, texte, personnes): (&[u8], &[u8], &[PatientId]),
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* courriers_lot.insert */
         INSERT INTO courriers_lot (courriers_id, essai, rang, lettres, personnes, octets_pdf, sha256_pdf, pdf_chiffre,
             octets_texte, sha256_texte, texte_chiffre)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id.uuid(),
        essai,
        lot.rang,
        stored(lot.lettres),
        personnes as _,
        stored(lot.octets_pdf),
        lot.sha256_pdf as _,
        coffre.seal(place(PDF, id, lot.rang), pdf)?,
        stored(lot.octets_texte),
        lot.sha256_texte as _,
        coffre.seal(place(TEXTE, id, lot.rang), texte)?
    ))
    .await
}

/// A lot as a PDF or as a text, and whom it shows.
pub async fn lot(
    conn: &mut PgConnection,
    coffre: &Coffre,
    (id, rang): (CourriersId, i32),
    pdf: bool,
) -> Result<Option<(Vec<u8>, Vec<PatientId>)>, StorageError> {
    let row = sqlx::query!(
        r#"/* courriers_lot.get */
         SELECT CASE WHEN $3 THEN l.pdf_chiffre ELSE l.texte_chiffre END AS "contenu!", l.personnes
         FROM courriers c JOIN courriers_lot l USING (courriers_id, essai)
         WHERE c.courriers_id = $1 AND l.rang = $2 AND c.etat = 'pret'"#,
        id.uuid(),
        rang,
        pdf
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let column = if pdf { PDF } else { TEXTE };
    Ok(Some((coffre.open(place(column, id, rang), &row.contenu)?, row.personnes)))
}
