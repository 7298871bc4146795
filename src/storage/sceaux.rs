//! Seals of what is written once. A slice of time is read, digested and bound to the one before under a key that the database does
//! not have; later, the same slice must give the same digests.

pub mod registre;
mod tables;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Coffre, Connection, StorageError, Tx};
use crate::domain::digest::Empreinte;

/// Which columns are sealed, and how. Another form is another number, and the old ones stay readable.
pub const FORME: i16 = 2;
/// The first tables, in the order of what is kept of them: their rank is the place here, from 1. From the second form on, those of
/// the register follow ([`registre::TABLES`]).
const JOURNAUX: [&str; 7] =
    ["acces", "evenement", "reception", "signature", "evaluation", "feuille_de_soins", "purge"];

/// The ranks of the tables of a form.
pub fn rangs(forme: i16) -> Vec<i16> {
    let register = registre::rangs().map(|(rang, _)| rang).filter(|_| forme > 1);
    (1..registre::PREMIER).chain(register).collect()
}

/// What was written in a slice of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tranche {
    /// From there on; none for the first slice.
    pub du: Option<DateTime<Utc>>,
    /// Before that.
    pub au: DateTime<Utc>,
    /// Rows, table by table.
    pub lignes: Vec<i64>,
    /// SHA-256 of the digests of these rows, in their own order.
    pub empreintes: Vec<Vec<u8>>,
}

/// The place of a rank in what is kept by table.
fn place(rang: i16) -> Option<usize> {
    usize::try_from(rang).ok()?.checked_sub(1)
}

/// The name of the table of a rank; nothing for a rank that the form does not have.
pub fn table(rang: i16) -> &'static str {
    let journal = place(rang).and_then(|place| JOURNAUX.get(place)).copied();
    journal.or_else(|| registre::table(rang)).unwrap_or_default()
}

impl Tranche {
    /// The rows of the table of a rank, and their digest.
    pub fn de_la_table(&self, rang: i16) -> Option<(i64, &[u8])> {
        let place = place(rang)?;
        Some((*self.lignes.get(place)?, self.empreintes.get(place)?))
    }
}

/// A slice that was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sceau {
    /// 1, then one more each time.
    pub numero: i64,
    pub tranche: Tranche,
    pub forme: i16,
    /// What binds it to all those before.
    pub chaine: Empreinte,
    /// The version of the key that made it.
    pub cle: i16,
}

impl Sceau {
    /// Binds a slice to the seal before it.
    pub fn of(coffre: &Coffre, before: Option<&Self>, tranche: Tranche) -> Self {
        let numero = before.map_or(1, |before| before.numero.saturating_add(1));
        let forme = FORME;
        let (cle, chaine) = coffre.scelle(&text(before, (numero, forme), &tranche));
        Self { numero, tranche, forme, chaine: Empreinte::from_bytes(chaine), cle: cle.into() }
    }

    /// Whether it is the one that follows another, made under this key, by a version of it that was neither replaced then by
    /// one that the chain already has, nor retired.
    pub fn follows(
        &self,
        coffre: &Coffre,
        before: Option<&Self>,
        retirees: &BTreeMap<i16, DateTime<Utc>>,
    ) -> bool {
        let numero = before.map_or(1, |before| before.numero.saturating_add(1));
        let in_use = retirees.get(&self.cle).is_none_or(|retiree| self.tranche.au <= *retiree);
        let own = text(before, (numero, self.forme), &self.tranche);
        self.numero == numero
            && self.tranche.du == before.map(|before| before.tranche.au)
            && before.is_none_or(|before| before.cle <= self.cle)
            && in_use
            && coffre.scelle_sous(self.cle, &own) == Some(*self.chaine.bytes())
    }
}

fn text(before: Option<&Sceau>, (numero, forme): (i64, i16), tranche: &Tranche) -> Vec<u8> {
    let mut text = numero.to_be_bytes().to_vec();
    text.extend(forme.to_be_bytes());
    text.extend(tranche.du.map_or(i64::MIN, |du| du.timestamp_micros()).to_be_bytes());
    text.extend(tranche.au.timestamp_micros().to_be_bytes());
    for (rows, digest) in tranche.lignes.iter().zip(&tranche.empreintes) {
        text.extend(rows.to_be_bytes());
        text.extend(digest);
    }
    text.extend(before.map_or(&[][..], |before| before.chaine.bytes()));
    text
}

/// The last seal.
pub async fn last(conn: &mut Connection) -> Result<Option<Sceau>, StorageError> {
    Ok(page(conn, i64::MAX, 1).await?.pop())
}

/// Seals before a number, the highest first.
pub async fn page(
    conn: &mut Connection,
    before: i64,
    limit: i64,
) -> Result<Vec<Sceau>, StorageError> {
    let seal = sqlx::query!(
        "/* sceau.page */
         SELECT numero, du, au, forme, lignes, empreintes, chaine, cle FROM sceau
         WHERE numero < $1 ORDER BY numero DESC LIMIT $2",
        before,
        limit
    )
    .map(|row| Sceau {
        numero: row.numero,
        tranche: Tranche { du: row.du, au: row.au, lignes: row.lignes, empreintes: row.empreintes },
        forme: row.forme,
        chaine: row.chaine,
        cle: row.cle,
    });
    Ok(seal.fetch_all(conn).await?)
}

/// Seals from a number on, in their order.
pub async fn from(
    conn: &mut Connection,
    first: i64,
    limit: i64,
) -> Result<Vec<Sceau>, StorageError> {
    let before = first.saturating_add(limit);
    let mut found = page(conn, before, limit).await?;
    found.retain(|seal| seal.numero >= first);
    found.reverse();
    Ok(found)
}

/// The lock of who seals.
const VERROU: i64 = 0x7472_6169_7473_6365;

/// Waits for whoever seals at the moment: the chain has one end.
pub async fn lock(tx: &mut Tx) -> Result<(), StorageError> {
    tx.write(sqlx::query!("/* sceau.lock */ SELECT pg_advisory_xact_lock($1)", VERROU)).await
}

/// Until when nothing more can be written under an instant that has passed: the beginning of the oldest transaction of this
/// database that still runs, or now.
pub async fn horizon(
    conn: &mut Connection,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* sceau.horizon */
           SELECT least($1, min(xact_start)) AS "horizon!" FROM pg_stat_activity
           WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"#,
        now
    )
    .fetch_one(conn)
    .await?)
}

/// Reads a slice, in a form.
pub async fn read(
    conn: &mut Connection,
    (du, au): (Option<DateTime<Utc>>, DateTime<Utc>),
    forme: i16,
) -> Result<Tranche, StorageError> {
    let rows = look(conn, (du, au), &rangs(forme), false).await?;
    let (lignes, empreintes) = rows.into_iter().map(|row| (row.lignes, row.empreinte)).unzip();
    Ok(Tranche { du, au, lignes, empreintes })
}

/// The digests of the rows of one table of a slice, in their own order: together, they make that of the table.
pub async fn lignes(
    conn: &mut Connection,
    seal: &Sceau,
    rang: i16,
) -> Result<Vec<Vec<u8>>, StorageError> {
    let rows = look(conn, (seal.tranche.du, seal.tranche.au), &[rang], true).await?;
    Ok(rows.into_iter().flat_map(|row| row.chacune).collect())
}

/// A table of a slice.
struct Lue {
    lignes: i64,
    empreinte: Vec<u8>,
    chacune: Vec<Vec<u8>>,
}

/// Reads tables of a slice, by their ranks in order.
async fn look(
    conn: &mut Connection,
    slice: (Option<DateTime<Utc>>, DateTime<Utc>),
    rangs: &[i16],
    chacune: bool,
) -> Result<Vec<Lue>, StorageError> {
    let (journals, register): (Vec<i16>, Vec<i16>) =
        rangs.iter().partition(|rang| **rang < registre::PREMIER);
    let mut rows = Vec::new();
    if !journals.is_empty() {
        rows = look_journals(conn, slice, &journals, chacune).await?;
    }
    if !register.is_empty() {
        rows.extend(registre::look(conn, slice, &register, chacune).await?);
    }
    Ok(rows)
}

/// Reads journals of a slice. Rows are written as text, each column in its place, instants in microseconds; nothing in it depends on
/// the settings of a connection.
async fn look_journals(
    conn: &mut Connection,
    (du, au): (Option<DateTime<Utc>>, DateTime<Utc>),
    rangs: &[i16],
    chacune: bool,
) -> Result<Vec<Lue>, StorageError> {
    Ok(sqlx::query_as!(
        Lue,
        r#"/* sceau.read */
           WITH lignes (rang, ligne) AS (
               SELECT 1, sha256(convert_to(ROW(patient_id, acces_id, extract(epoch FROM survenu_le), auteur_id,
                         operation, requete_id)::text, 'UTF8'))
               FROM acces WHERE survenu_le >= coalesce($1::timestamptz, '-infinity') AND survenu_le < $2
                 AND 1 = ANY ($3::smallint[])
               UNION ALL
               SELECT 2, sha256(convert_to(ROW(evenement_id, nature, extract(epoch FROM enregistre_le),
                         effet_du - date '2000-01-01', patient_id, medecin_id, declaration_id, feuille_id, feuilles,
                         auteur_id, donnees)::text, 'UTF8'))
               FROM evenement WHERE enregistre_le >= coalesce($1::timestamptz, '-infinity') AND enregistre_le < $2
                 AND 2 = ANY ($3::smallint[])
               UNION ALL
               SELECT 3, sha256(convert_to(ROW(reception_id, extract(epoch FROM survenu_le), auteur_id, operation,
                         requete_id)::text, 'UTF8'))
               FROM reception WHERE survenu_le >= coalesce($1::timestamptz, '-infinity') AND survenu_le < $2
                 AND 3 = ANY ($3::smallint[])
               UNION ALL
               SELECT 4, sha256(convert_to(ROW(patient_id, declaration_id, signature_id, role, medecin_id,
                         representation_id, signe_le - date '2000-01-01', extract(epoch FROM signe_a),
                         extract(epoch FROM recue_le), moyen, niveau, encode(preuve_chiffree, 'hex'), encode(contenu_sha256, 'hex'),
                         extract(epoch FROM enregistre_le))::text, 'UTF8'))
               FROM signature WHERE enregistre_le >= coalesce($1::timestamptz, '-infinity') AND enregistre_le < $2
                 AND 4 = ANY ($3::smallint[])
               UNION ALL
               SELECT 5, sha256(convert_to(ROW(feuille_id, patient_id, extract(epoch FROM connu_le),
                         date_soins - date '2000-01-01', numero, loi_id)::text, 'UTF8') || detail_chiffre)
               FROM evaluation WHERE connu_le >= coalesce($1::timestamptz, '-infinity') AND connu_le < $2
                 AND 5 = ANY ($3::smallint[])
               UNION ALL
               SELECT 6, sha256(convert_to(ROW(feuille_id, patient_id, extract(epoch FROM enregistre_le), executant_rpps,
                         facturation, numero_facture, date_soins - date '2000-01-01',
                         date_etablissement - date '2000-01-01', loi_id, reception_id)::text, 'UTF8') || contenu_chiffre)
               FROM feuille_de_soins WHERE enregistre_le >= coalesce($1::timestamptz, '-infinity') AND enregistre_le < $2
                 AND 6 = ANY ($3::smallint[])
               UNION ALL
               SELECT 7, sha256(convert_to(ROW(numero, classe, regle, extract(epoch FROM avant), visa, par, sceau, rang, retirees,
                         encode(empreinte_retirees, 'hex'), restantes, encode(empreinte, 'hex'), encode(maillon, 'hex'),
                         cle, extract(epoch FROM enregistre_le))::text, 'UTF8'))
               FROM purge WHERE enregistre_le >= coalesce($1::timestamptz, '-infinity') AND enregistre_le < $2
                 AND 7 = ANY ($3::smallint[])
           )
           SELECT count(l.ligne) AS "lignes!",
                  sha256(coalesce(string_agg(l.ligne, '' ORDER BY l.ligne), '')) AS "empreinte!",
                  coalesce(array_agg(l.ligne ORDER BY l.ligne) FILTER (WHERE $4 AND l.ligne IS NOT NULL), '{}')
                      AS "chacune!: Vec<Vec<u8>>"
           FROM unnest($3::smallint[]) AS t (rang) LEFT JOIN lignes l ON l.rang = t.rang
           GROUP BY t.rang ORDER BY t.rang"#,
        du,
        au,
        rangs,
        chacune
    )
    .fetch_all(conn)
    .await?)
}

/// Keeps a seal.
pub async fn insert(tx: &mut Tx, seal: &Sceau, now: DateTime<Utc>) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* sceau.insert */
         INSERT INTO sceau (numero, du, au, forme, lignes, empreintes, chaine, cle, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        seal.numero,
        seal.tranche.du,
        seal.tranche.au,
        seal.forme,
        &seal.tranche.lignes,
        &seal.tranche.empreintes,
        seal.chaine as _,
        seal.cle,
        now
    ))
    .await
}
