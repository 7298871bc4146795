//! The versions of the master key: which one is in use, which are still needed, and which instances have which.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rand::RngExt;
use uuid::Uuid;

use super::coffre::Place;
use super::{Coffre, Connection, Db, StorageError, Tx};
use crate::domain::mode::Mode;

/// Space of the keyed hash by which a master key is known again.
const TEMOIN: &str = "base";
/// Class of the locks by which a connection says which versions its instance has.
pub(super) const VERROU: i32 = 0x434c_4553;

/// A version of the master key, as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub version: i16,
    /// Since when is written under it.
    pub depuis: DateTime<Utc>,
    /// Since when nothing needs it any more.
    pub retiree_le: Option<DateTime<Utc>>,
}

/// Every version, the first one first.
pub async fn versions(conn: &mut Connection) -> Result<Vec<Version>, StorageError> {
    Ok(sqlx::query_as!(
        Version,
        r#"/* cle.versions */
           SELECT c.version, c.enregistre_le AS depuis, r.enregistre_le AS "retiree_le?"
           FROM cle c LEFT JOIN cle_retiree r USING (version) ORDER BY c.version"#
    )
    .fetch_all(conn)
    .await?)
}

/// When each version that was retired was.
pub async fn retirees(conn: &mut Connection) -> Result<BTreeMap<i16, DateTime<Utc>>, StorageError> {
    let all = versions(conn).await?.into_iter();
    Ok(all.filter_map(|one| Some((one.version, one.retiree_le?))).collect())
}

/// The key under which a database begins.
pub(super) async fn begin(
    tx: &mut Tx,
    coffre: &Coffre,
    marque: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let first = coffre.versions().first().copied().unwrap_or_default();
    insert(tx, coffre, (marque, first), now).await
}

async fn insert(
    tx: &mut Tx,
    coffre: &Coffre,
    (marque, version): (Uuid, u8),
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let all = coffre.temoins(TEMOIN, &marque.to_string());
    let Some((_, temoin)) = all.into_iter().find(|(known, _)| *known == version) else {
        return Err(StorageError::MissingKey { version: version.into() });
    };
    tx.write_one(sqlx::query!(
        "/* cle.insert */ INSERT INTO cle (version, temoin, enregistre_le) VALUES ($1, $2, $3)",
        i16::from(version),
        temoin.as_slice(),
        now
    ))
    .await?;
    draw(tx, coffre, version, now).await
}

/// Draws the key of data of a version of the master key, unless there is one.
pub async fn draw(
    tx: &mut Tx,
    coffre: &Coffre,
    version: u8,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let secret = rand::rng().random::<[u8; 32]>();
    tx.write(sqlx::query!(
        "/* cle_donnees.insert */
         INSERT INTO cle_donnees (version, cle_chiffree, enregistre_le) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        i16::from(version),
        coffre.seal_sous(version, place_donnees(version), &secret)?,
        now
    ))
    .await
}

/// The keys of data that are not here yet. One that this vault does not open is of another base, or under a version that is not
/// here: what compares the master keys says so.
pub(super) async fn learn(conn: &mut Connection, coffre: &Coffre) -> Result<(), StorageError> {
    let rows = sqlx::query!("/* cle_donnees.all */ SELECT version, cle_chiffree FROM cle_donnees")
        .fetch_all(conn)
        .await?;
    for row in rows {
        let version = u8::try_from(row.version)
            .map_err(|wrong| StorageError::inconsistent("cle_donnees", "version", wrong))?;
        if !coffre.a_la_cle_de_donnees(version) {
            coffre.garder_donnees(version, place_donnees(version), &row.cle_chiffree).ok();
        }
    }
    Ok(())
}

/// Learns the keys of data of values that another instance may have sealed under a version of which this one was not told yet: whoever
/// sees the values sees their key.
pub(super) async fn connaitre(
    conn: &mut Connection,
    coffre: &Coffre,
    mut values: impl Iterator<Item = &Vec<u8>> + Send,
) -> Result<(), StorageError> {
    let unknown =
        |value: &Vec<u8>| value.first().is_some_and(|own| !coffre.a_la_cle_de_donnees(*own));
    if values.any(unknown) { learn(conn, coffre).await } else { Ok(()) }
}

/// Compares the versions of a database with those that are here, and goes on under the one in use. Whoever lacks one that is
/// still needed, or has another in its place, reads and writes nothing more.
pub(super) async fn follow(db: &Db, marque: Uuid) -> Result<(), StorageError> {
    let done = compare(db, marque).await;
    if matches!(done, Err(StorageError::OtherKey | StorageError::MissingKey { .. })) {
        db.coffre().depasser();
    }
    done
}

async fn compare(db: &Db, marque: Uuid) -> Result<(), StorageError> {
    let coffre = db.coffre();
    let rows = sqlx::query!(
        r#"/* cle.follow */
           SELECT c.version, c.temoin, r.conserve_chiffre AS "conserve_chiffre?", d.cle_chiffree AS "donnees?"
           FROM cle c LEFT JOIN cle_retiree r USING (version) LEFT JOIN cle_donnees d USING (version) ORDER BY c.version"#
    )
    .fetch_all(db.pool())
    .await?;
    let here = coffre.temoins(TEMOIN, &marque.to_string());
    let (mut kept, mut donnees) = (Vec::new(), Vec::new());
    let (mut first, mut active) = (None, None);
    for row in rows {
        let version = u8::try_from(row.version)
            .map_err(|wrong| StorageError::inconsistent("cle", "version", wrong))?;
        let own = here.iter().find(|(known, _)| *known == version);
        match (own, row.conserve_chiffre) {
            (Some((_, temoin)), _) if row.temoin != temoin.as_slice() => {
                return Err(StorageError::OtherKey);
            }
            (Some(_), _) => {}
            (None, Some(sealed)) => kept.push((version, sealed)),
            (None, None) => return Err(StorageError::MissingKey { version: row.version }),
        }
        donnees.extend(row.donnees.map(|sealed| (version, sealed)));
        first.get_or_insert(version);
        active = Some(version);
    }
    let (Some(first), Some(active)) = (first, active) else {
        return Err(StorageError::inconsistent("cle", "version", "a marked base without a key"));
    };
    let opened = kept.into_iter().map(|(version, sealed)| {
        let place = place(version);
        let secret = coffre.open(place, &sealed)?;
        Ok((version, secret.try_into().map_err(|_long| place.wrong("not 32 bytes"))?))
    });
    coffre.garder(opened.collect::<Result<_, StorageError>>()?);
    for (version, sealed) in donnees {
        if !coffre.a_la_cle_de_donnees(version) {
            coffre.garder_donnees(version, place_donnees(version), &sealed)?;
        }
    }
    coffre.activer(first, active);
    Ok(())
}

fn place(version: u8) -> Place {
    Place::of("cle_retiree.conserve_chiffre", &[&version.to_string()])
}

fn place_donnees(version: u8) -> Place {
    Place::of("cle_donnees.cle_chiffree", &[&version.to_string()])
}

/// Puts the highest version that is here in use, if another one is; says whether it did. Refuses as long as a connection of a
/// service is without it.
pub async fn activate(db: &Db, mode: Mode, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let coffre = db.coffre();
    let Some(marque) = super::base::marque(db, mode).await? else {
        return Err(StorageError::Unmarked);
    };
    follow(db, marque).await?;
    let version = coffre.versions().first().copied().unwrap_or_default();
    if version <= coffre.version() {
        return Ok(false);
    }
    let connexions = without(db, version).await?;
    if connexions > 0 {
        return Err(StorageError::KeyNotEverywhere { version: version.into(), connexions });
    }
    let mut tx = db.begin("cle.activate").await?;
    insert(&mut tx, coffre, (marque, version), now).await?;
    tx.commit().await?;
    follow(db, marque).await?;
    Ok(true)
}

/// Connections of services that do not have a version.
async fn without(db: &Db, version: u8) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* cle.without */
           SELECT count(*) AS "count!" FROM (
               SELECT pid FROM pg_locks
               WHERE locktype = 'advisory' AND classid::bigint = $1 AND objsubid = 2 AND granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               GROUP BY pid HAVING NOT bool_or(objid::bigint = $2)) AS sans"#,
        i64::from(VERROU),
        i64::from(version)
    )
    .fetch_one(db.pool())
    .await?)
}

/// Retires the versions before the one in use, of which nothing is left; gives how many.
pub async fn retire(db: &Db, now: DateTime<Utc>) -> Result<usize, StorageError> {
    let coffre = db.coffre();
    let active = coffre.version();
    let mut tx = db.begin("cle.retire").await?;
    let all = versions(&mut tx).await?;
    let old = all.iter().filter(|one| one.retiree_le.is_none() && one.version < i16::from(active));
    let old: Vec<u8> = old.filter_map(|one| u8::try_from(one.version).ok()).collect();
    for version in &old {
        let sealed = coffre.sceller_conserve(*version, place(*version))?;
        tx.write_one(sqlx::query!(
            "/* cle_retiree.insert */
             INSERT INTO cle_retiree (version, conserve_chiffre, enregistre_le) VALUES ($1, $2, $3)",
            i16::from(*version),
            sealed,
            now
        ))
        .await?;
    }
    tx.commit().await?;
    Ok(old.len())
}
