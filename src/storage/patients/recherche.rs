//! Persons found by their numbers, which the database knows only by a keyed hash.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::identifiers::IdentifiantPersonne;
use crate::domain::ids::PatientId;
use crate::domain::patient::{ClePatient, UsageIdentifiant};
use crate::storage::{Coffre, StorageError, Tx};

/// Serialises those who give these numbers to a person, until the end of the transaction: always in one order, so that
/// two of them never wait for each other.
pub async fn lock_numbers(
    tx: &mut Tx,
    coffre: &Coffre,
    numeros: impl IntoIterator<Item = &IdentifiantPersonne>,
) -> Result<(), StorageError> {
    let keys: BTreeSet<i64> =
        numeros.into_iter().flat_map(|numero| lock_keys(coffre, numero)).collect();
    for key in keys {
        sqlx::query!("/* patient.lock_number */ SELECT pg_advisory_xact_lock($1)", key)
            .fetch_one(&mut **tx)
            .await?;
    }
    Ok(())
}

/// What is locked of a number: all of its digests, so that whoever has one version of the key more, or less, waits too.
pub(in crate::storage) fn lock_keys(
    coffre: &Coffre,
    numero: &IdentifiantPersonne,
) -> impl Iterator<Item = i64> {
    coffre.empreintes(numero).into_iter().map(|digest| {
        let [b0, b1, b2, b3, b4, b5, b6, b7, ..] = digest;
        i64::from_be_bytes([b0, b1, b2, b3, b4, b5, b6, b7])
    })
}

/// The digest under which a number is written: that of whoever has it already, so that all rows of a number have one
/// digest while the key is being rotated; otherwise that of the version in use. The number is locked.
pub(in crate::storage) async fn written_digest(
    conn: &mut PgConnection,
    coffre: &Coffre,
    numero: &IdentifiantPersonne,
) -> Result<[u8; 16], StorageError> {
    let digests = coffre.empreintes(numero);
    if let [only] = digests[..] {
        return Ok(only);
    }
    let known = sqlx::query_scalar!(
        r#"/* identifiant_patient.digest */
         SELECT empreinte AS "empreinte: [u8; 16]" FROM identifiant_patient
         WHERE empreinte = ANY ($1) AND remplace_le IS NULL OR empreinte = ANY ($1) AND remplace_le IS NOT NULL
         LIMIT 1"#,
        &digests.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _
    )
    .fetch_optional(conn)
    .await?;
    Ok(known.unwrap_or_else(|| coffre.empreinte(numero)))
}

/// The persons of a key (see [`find`](super::find)) by what the register knew at an instant: a number
/// corrected since still designates.
pub async fn find_known_at(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cle: &ClePatient,
    connu_le: DateTime<Utc>,
) -> Result<Vec<PatientId>, StorageError> {
    let empreintes = coffre.empreintes(&cle.numero);
    Ok(sqlx::query_scalar!(
        r#"/* patient.find_known_at */
         SELECT DISTINCT patient_id AS "patient_id!: PatientId" FROM (
             SELECT coalesce(p.fusionne_dans, p.patient_id) AS patient_id,
                    rank() OVER (ORDER BY n.conteste) AS rang
             FROM identifiant_patient n
             JOIN identite_patient i
               ON i.patient_id = n.patient_id AND i.enregistre_le <= $4
              AND (i.remplace_le IS NULL OR i.remplace_le > $4)
             JOIN patient p ON p.patient_id = n.patient_id
             WHERE n.empreinte = ANY ($1) AND n.enregistre_le <= $4
               AND (n.remplace_le IS NULL OR (n.remplace_le IS NOT NULL AND n.remplace_le > $4))
               AND i.date_naissance = $2 AND i.rang = $3) f
         WHERE rang = 1 ORDER BY 1"#,
        &empreintes.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
        cle.date_naissance.as_str(),
        cle.rang as _,
        connu_le
    )
    .fetch_all(conn)
    .await?)
}

/// The records of a key as the register had them at an instant: one that was merged since answers for
/// itself.
pub async fn records_known_at(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cle: &ClePatient,
    connu_le: DateTime<Utc>,
) -> Result<Vec<PatientId>, StorageError> {
    let empreintes = coffre.empreintes(&cle.numero);
    Ok(sqlx::query_scalar!(
        r#"/* patient.records_known_at */
         SELECT DISTINCT coalesce(f.patient_id, n.patient_id) AS "patient_id!: PatientId"
         FROM identifiant_patient n
         JOIN identite_patient i
           ON i.patient_id = n.patient_id AND i.enregistre_le <= $4
          AND (i.remplace_le IS NULL OR i.remplace_le > $4)
         LEFT JOIN fusion f
           ON f.absorbe_id = n.patient_id AND f.enregistre_le <= $4
          AND (f.remplace_le IS NULL OR f.remplace_le > $4)
         WHERE n.empreinte = ANY ($1) AND n.enregistre_le <= $4
           AND (n.remplace_le IS NULL OR (n.remplace_le IS NOT NULL AND n.remplace_le > $4))
           AND i.date_naissance = $2 AND i.rang = $3
         ORDER BY 1"#,
        &empreintes.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
        cle.date_naissance.as_str(),
        cle.rang as _,
        connu_le
    )
    .fetch_all(conn)
    .await?)
}

/// The records of a person, their own and those merged into it, to which a card belongs.
pub async fn records_of_card(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cle: &ClePatient,
    patient: PatientId,
) -> Result<Vec<PatientId>, StorageError> {
    let empreintes = coffre.empreintes(&cle.numero);
    Ok(sqlx::query_scalar!(
        "/* patient.records_of_card */
         SELECT DISTINCT n.patient_id
         FROM identifiant_patient n
         JOIN identite_patient i ON i.patient_id = n.patient_id AND i.remplace_le IS NULL
         JOIN patient p ON p.patient_id = n.patient_id
         WHERE n.empreinte = ANY ($1) AND n.remplace_le IS NULL AND i.date_naissance = $2 AND i.rang = $3
           AND (p.patient_id = $4 OR p.fusionne_dans = $4)",
        &empreintes.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
        cle.date_naissance.as_str(),
        cle.rang as _,
        patient.uuid()
    )
    .fetch_all(conn)
    .await?)
}

/// Somebody who has a number; a merged record answers with the one that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Porteur {
    pub patient_id: PatientId,
    pub usage: UsageIdentifiant,
    /// Whether somebody else had it as their own when it was written.
    pub conteste: bool,
}

/// Everybody who has a number, those who had it first before the others.
pub async fn holders(
    conn: &mut PgConnection,
    coffre: &Coffre,
    numero: &IdentifiantPersonne,
) -> Result<Vec<Porteur>, StorageError> {
    let empreintes = coffre.empreintes(numero);
    Ok(sqlx::query_as!(
        Porteur,
        r#"/* patient.holders */
         SELECT coalesce(p.fusionne_dans, p.patient_id) AS "patient_id!: PatientId", n.usage, n.conteste
         FROM identifiant_patient n JOIN patient p ON p.patient_id = n.patient_id
         WHERE n.empreinte = ANY ($1) AND n.remplace_le IS NULL
         ORDER BY n.conteste, n.enregistre_le"#,
        &empreintes.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _
    )
    .fetch_all(conn)
    .await?)
}

/// Since when the own number of a person, or what their card says, is also that of somebody whom another caisse
/// registered later.
pub async fn disputed_since(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* identifiant_patient.disputed */
         SELECT min(o.enregistre_le) FROM identifiant_patient n
         JOIN identifiant_patient o ON o.empreinte = n.empreinte AND o.remplace_le IS NULL AND o.conteste
         WHERE n.patient_id = $1 AND n.remplace_le IS NULL AND NOT n.conteste AND o.patient_id <> $1
           AND (n.usage = 'individuel' AND o.usage = 'individuel' OR EXISTS (
               SELECT FROM identite_patient own
               JOIN identite_patient i
                 ON i.patient_id = o.patient_id AND i.remplace_le IS NULL
                AND i.date_naissance = own.date_naissance AND i.rang = own.rang
               WHERE own.patient_id = $1 AND own.remplace_le IS NULL))",
        patient.uuid()
    )
    .fetch_one(conn)
    .await?)
}
