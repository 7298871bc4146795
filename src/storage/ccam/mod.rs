//! The CCAM as it was loaded: acts by code, and the versions that they came with.

mod codec;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::connaissance::{Connaissance, connu};
use super::{StorageError, Tx};
use crate::domain::ccam::{ActeCcam, Grilles};
use crate::domain::digest::Empreinte;
use crate::domain::feuille_de_soins::{CodeActe, Nomenclature};

/// A version that was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionChargee {
    /// Five digits.
    pub numero: String,
    /// Day on which the file was made.
    pub cree_le: NaiveDate,
    /// Number of the delivery.
    pub chronologique: i32,
    /// SHA-256 of the records of the file.
    pub empreinte: Empreinte,
    pub enregistrements: i64,
    /// Acts in the file.
    pub actes: i32,
    /// Those that no version before it had.
    pub nouveaux: i32,
    /// Those that it says otherwise.
    pub changes: i32,
    /// Those that it no longer has.
    pub retires: i32,
    pub enregistre_le: DateTime<Utc>,
    pub remplace_le: Option<DateTime<Utc>>,
}

/// An act in the form in which it is kept.
#[derive(Debug)]
pub struct ActeEcrit {
    code: String,
    detail: Vec<u8>,
}

impl ActeEcrit {
    /// Writes an act.
    pub fn new(acte: &ActeCcam) -> Self {
        Self { code: acte.code.as_str().to_owned(), detail: codec::encode(acte) }
    }

    /// Characters of its code.
    pub fn code(&self) -> &str {
        &self.code
    }
}

/// What became of some acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ecrits {
    /// Acts that were not known.
    pub nouveaux: usize,
    /// Acts that replace what was known of them.
    pub changes: usize,
}

/// Two loads wait for each other.
pub async fn lock(tx: &mut Tx) -> Result<(), StorageError> {
    sqlx::query!("/* ccam_version.lock */ SELECT pg_advisory_xact_lock(hashtext('traitant.ccam'))")
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}

/// Every version that was loaded, the one that is known now first.
pub async fn versions(conn: &mut PgConnection) -> Result<Vec<VersionChargee>, StorageError> {
    Ok(sqlx::query_as!(
        VersionChargee,
        "/* ccam_version.all */
         SELECT numero, cree_le, chronologique, empreinte, enregistrements, actes, nouveaux, changes, retires,
                enregistre_le, remplace_le
         FROM ccam_version ORDER BY enregistre_le DESC"
    )
    .fetch_all(conn)
    .await?)
}

/// Writes acts of a file: those that are known as they are stay, the others replace what was known.
pub async fn write(
    tx: &mut Tx,
    actes: &[ActeEcrit],
    instant: DateTime<Utc>,
) -> Result<Ecrits, StorageError> {
    let codes: Vec<&str> = actes.iter().map(ActeEcrit::code).collect();
    let known = sqlx::query!(
        "/* ccam_acte.known */
         SELECT code, detail FROM ccam_acte WHERE code = ANY($1) AND remplace_le IS NULL",
        &codes as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let known: BTreeMap<String, Vec<u8>> =
        known.into_iter().map(|row| (row.code, row.detail)).collect();
    let written: Vec<&ActeEcrit> =
        actes.iter().filter(|acte| known.get(acte.code()) != Some(&acte.detail)).collect();
    if written.is_empty() {
        return Ok(Ecrits::default());
    }
    let codes: Vec<&str> = written.iter().map(|acte| acte.code()).collect();
    let details: Vec<&[u8]> = written.iter().map(|acte| acte.detail.as_slice()).collect();
    let changes = tx
        .touch(sqlx::query!(
            "/* ccam_acte.replace */
             UPDATE ccam_acte SET remplace_le = $2 WHERE code = ANY($1) AND remplace_le IS NULL",
            &codes as _,
            instant
        ))
        .await?;
    tx.write(sqlx::query!(
        "/* ccam_acte.insert */
         INSERT INTO ccam_acte (code, detail, enregistre_le)
         SELECT w.code, w.detail, $3 FROM UNNEST($1::text[], $2::bytea[]) AS w (code, detail)",
        &codes as _,
        &details as _,
        instant
    ))
    .await?;
    let changes = usize::try_from(changes).unwrap_or_default();
    Ok(Ecrits { nouveaux: written.len().saturating_sub(changes), changes })
}

/// Takes away the acts that are not among those of a whole file; how many.
pub async fn keep_only(
    tx: &mut Tx,
    codes: &[String],
    instant: DateTime<Utc>,
) -> Result<u64, StorageError> {
    tx.touch(sqlx::query!(
        "/* ccam_acte.keep_only */
         UPDATE ccam_acte SET remplace_le = $2 WHERE remplace_le IS NULL AND code <> ALL($1)",
        codes,
        instant
    ))
    .await
}

/// Writes a version, which replaces the one that was known.
pub async fn insert(
    tx: &mut Tx,
    version: &VersionChargee,
    grilles: &Grilles,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* ccam_version.replace */ UPDATE ccam_version SET remplace_le = $1 WHERE remplace_le IS NULL",
        version.enregistre_le
    ))
    .await?;
    tx.write_one(sqlx::query!(
        "/* ccam_version.insert */
         INSERT INTO ccam_version
             (numero, cree_le, chronologique, empreinte, enregistrements, actes, nouveaux, changes, retires, grilles,
              enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        version.numero,
        version.cree_le,
        version.chronologique,
        &version.empreinte as _,
        version.enregistrements,
        version.actes,
        version.nouveaux,
        version.changes,
        version.retires,
        codec::encode_grilles(grilles),
        version.enregistre_le
    ))
    .await
}

/// Some acts with the table of grids, now or at an instant: one statement, whatever their number.
pub async fn actes(
    conn: &mut PgConnection,
    codes: &[&str],
    connu_le: Connaissance,
) -> Result<(BTreeMap<CodeActe, ActeCcam>, Grilles), StorageError> {
    struct Row {
        /// None on the row of the grids.
        code: Option<String>,
        detail: Vec<u8>,
    }
    let rows = connu!(
        conn, connu_le => "$2", Row, "ccam_acte.of_codes", "ccam_acte.known_at",
        r#"SELECT a.code AS "code?", a.detail AS "detail!" FROM ccam_acte a WHERE a.code = ANY($1) AND "# ["a."]
        " UNION ALL SELECT NULL, v.grilles FROM ccam_version v WHERE " ["v."];
        codes as _
    )?;
    let (mut actes, mut grilles) = (BTreeMap::new(), Grilles::default());
    for Row { code, detail } in rows {
        let Some(text) = code else {
            grilles = codec::decode_grilles(&detail)
                .map_err(|error| StorageError::inconsistent("ccam_version", "grilles", error))?;
            continue;
        };
        let code = CodeActe::parse(Nomenclature::Ccam, &text)
            .map_err(|error| StorageError::inconsistent("ccam_acte", "code", error))?;
        let acte = codec::decode(code, &detail)
            .map_err(|error| StorageError::inconsistent("ccam_acte", "detail", error))?;
        actes.insert(code, acte);
    }
    Ok((actes, grilles))
}

/// Reads an act, and which grid is whose, from anywhere.
pub(super) fn analyser(octets: &[u8]) {
    if let Ok(code) = CodeActe::parse(Nomenclature::Ccam, "AAAA001") {
        codec::decode(code, octets).ok();
    }
    codec::decode_grilles(octets).ok();
}
