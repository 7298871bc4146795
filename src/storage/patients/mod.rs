//! Persons and their dated facts.

pub mod actes;
pub mod affilies;
pub mod conflits;
mod ensemble;
pub mod etat;
pub mod faits;
pub mod fusions;
pub mod limitations;
pub mod mouvements;
mod recherche;
pub mod rectifications;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;

use super::coffre::Place;
use super::connaissance::{Connaissance, instant};
use super::{Coffre, StorageError, Tx};
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{
    DateNaissanceAmo, IdentifiantPersonne, Organisme, RangGemellaire,
};
use crate::domain::ids::{FaitId, PatientId};
use crate::domain::patient::{IdentifiantPatient, Identite, Patient, Sexe};
use crate::domain::vocabulary::Vocabulaire;

pub use self::ensemble::{
    Candidats, find, find_all, find_and_lock, find_everybody, lock_all, settle_all, touch_all,
};
pub use self::recherche::{
    Porteur, disputed_since, find_known_at, holders, lock_numbers, records_known_at,
    records_of_card,
};
pub(in crate::storage) use self::recherche::{lock_keys, written_digest};

/// What is encrypted of an identity: names, and the word of the sex.
#[derive(Serialize, Deserialize)]
struct Scelle {
    nom: String,
    prenom: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sexe: Option<String>,
}

/// Locks a person until the end of the transaction, and gives the instant under which what is
/// written now will be known: never before the last one, whatever the clocks of the instances say.
/// `None` when there is no such person, or when the record was merged into another: who waited for
/// the lock during a merge writes nothing in the record that no longer stands.
pub async fn lock(
    tx: &mut Tx,
    id: PatientId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    let last = sqlx::query_scalar!(
        "/* patient.lock */
         SELECT connu_le FROM patient WHERE patient_id = $1 AND fusionne_dans IS NULL
         FOR NO KEY UPDATE",
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(last.map(|last| knowledge_after(last, now)))
}

/// The instant under which something is known after something else: now, or just after it.
pub fn knowledge_after(last: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now.max(last.checked_add_signed(TimeDelta::microseconds(1)).unwrap_or(now))
}

/// Writes that something about the person was recorded at this instant.
pub async fn touch(tx: &mut Tx, id: PatientId, instant: DateTime<Utc>) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* patient.touch */ UPDATE patient SET connu_le = $2 WHERE patient_id = $1",
        id.uuid(),
        instant
    ))
    .await
}

/// Creates a person without any fact.
pub async fn insert(
    tx: &mut Tx,
    id: PatientId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* patient.insert */
         WITH nouveau AS (
             INSERT INTO patient (patient_id, connu_le, enregistre_le) VALUES ($1, $2, $2) RETURNING patient_id)
         INSERT INTO statistique_a_compter (patient_id) SELECT patient_id FROM nouveau",
        id.uuid(),
        instant
    ))
    .await
}

/// Records names and birth.
pub async fn insert_identite(
    tx: &mut Tx,
    coffre: &Coffre,
    patient: PatientId,
    fait: &FaitDate<Identite>,
) -> Result<(), StorageError> {
    let identite = &fait.valeur;
    let sealed = seal_noms(coffre, fait)?;
    tx.write(sqlx::query!(
        "/* identite_patient.insert */
         INSERT INTO identite_patient
             (patient_id, identite_id, date_naissance, rang, noms_chiffres, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        patient.uuid(),
        fait.id.uuid(),
        identite.date_naissance.as_str(),
        identite.rang as _,
        sealed,
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// Records a number: contested when somebody else has it as their own, or is designated by it on the same card: born the
/// same day with the same rank.
pub async fn insert_identifiant(
    tx: &mut Tx,
    coffre: &Coffre,
    patient: PatientId,
    fait: &FaitDate<IdentifiantPatient>,
) -> Result<(), StorageError> {
    let numero = &fait.valeur.numero;
    let empreinte = written_digest(tx, coffre, numero).await?;
    let sealed = coffre.seal(place_numero(fait.id), numero.expose().as_bytes())?;
    tx.write(sqlx::query!(
        "/* identifiant_patient.insert */
         INSERT INTO identifiant_patient
             (patient_id, identifiant_id, nature, usage, empreinte, valeur_chiffree, effet, enregistre_le,
              conteste)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, EXISTS (
             SELECT FROM identifiant_patient o
             WHERE o.empreinte = $5 AND o.remplace_le IS NULL AND o.patient_id <> $1 AND NOT o.conteste
               AND ($4 = 'individuel' AND o.usage = 'individuel' OR EXISTS (
                   SELECT FROM identite_patient i
                   JOIN identite_patient own
                     ON own.patient_id = $1 AND own.remplace_le IS NULL
                    AND own.date_naissance = i.date_naissance AND own.rang = i.rang
                   WHERE i.patient_id = o.patient_id AND i.remplace_le IS NULL))))",
        patient.uuid(),
        fait.id.uuid(),
        numero.kind(),
        fait.valeur.usage.mot(),
        empreinte.as_slice(),
        sealed,
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// Records a caisse.
pub async fn insert_affiliation(
    tx: &mut Tx,
    patient: PatientId,
    fait: &FaitDate<Organisme>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* affiliation.insert */
         INSERT INTO affiliation (patient_id, affiliation_id, organisme, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5)",
        patient.uuid(),
        fait.id.uuid(),
        fait.valeur.as_str(),
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// A person as known at an instant.
pub async fn get(
    conn: &mut PgConnection,
    coffre: &Coffre,
    id: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Option<Patient>, StorageError> {
    let connu_le = instant(connu_le);
    let Some(last) = sqlx::query_scalar!(
        "/* patient.get */ SELECT connu_le FROM patient WHERE patient_id = $1 AND enregistre_le <= $2",
        id.uuid(),
        connu_le
    )
    .fetch_optional(&mut *conn)
    .await?
    else {
        return Ok(None);
    };
    Ok(Some(Patient {
        id,
        connu_le: last,
        identites: identites(&mut *conn, coffre, id, connu_le).await?,
        identifiants: identifiants(&mut *conn, coffre, id, connu_le).await?,
        affiliations: affiliations(conn, id, connu_le).await?,
    }))
}

/// Names and birth as known at an instant, by first day.
pub async fn identites(
    conn: &mut PgConnection,
    coffre: &Coffre,
    id: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<FaitDate<Identite>>, StorageError> {
    let rows = sqlx::query!(
        "/* identite_patient.list */
         SELECT identite_id, date_naissance, rang, noms_chiffres, effet, enregistre_le, remplace_le
         FROM identite_patient
         WHERE patient_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet)",
        id.uuid(),
        instant(connu_le)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let sealed = (row.identite_id, row.noms_chiffres.as_slice());
            Ok(FaitDate {
                id: row.identite_id,
                valeur: open_identite(coffre, sealed, (row.date_naissance, row.rang))?,
                effet: row.effet,
                enregistre_le: row.enregistre_le,
                remplace_le: row.remplace_le,
            })
        })
        .collect()
}

async fn identifiants(
    conn: &mut PgConnection,
    coffre: &Coffre,
    id: PatientId,
    connu_le: DateTime<Utc>,
) -> Result<Vec<FaitDate<IdentifiantPatient>>, StorageError> {
    let rows = sqlx::query!(
        "/* identifiant_patient.list */
         SELECT identifiant_id, nature, usage, valeur_chiffree, effet, enregistre_le, remplace_le
         FROM identifiant_patient
         WHERE patient_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY usage, lower(effet)",
        id.uuid(),
        connu_le
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = place_numero(row.identifiant_id);
            let clear = coffre.open(place, &row.valeur_chiffree)?;
            let number = std::str::from_utf8(&clear).map_err(|error| place.wrong(error))?;
            Ok(FaitDate {
                id: row.identifiant_id,
                valeur: IdentifiantPatient {
                    usage: row.usage,
                    numero: IdentifiantPersonne::parse(&row.nature, number)
                        .map_err(|error| place.wrong(error.code))?,
                },
                effet: row.effet,
                enregistre_le: row.enregistre_le,
                remplace_le: row.remplace_le,
            })
        })
        .collect()
}

/// Caisses as known at an instant, by first day.
pub async fn affiliations(
    conn: &mut PgConnection,
    id: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<FaitDate<Organisme>>, StorageError> {
    Ok(sqlx::query_as!(
        FaitDate::<Organisme>,
        "/* affiliation.list */
         SELECT affiliation_id AS id, organisme AS valeur, effet, enregistre_le, remplace_le
         FROM affiliation
         WHERE patient_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet)",
        id.uuid(),
        instant(connu_le)
    )
    .fetch_all(conn)
    .await?)
}

/// Seals the names and the sex of an identity under its id.
pub(super) fn seal_noms(
    coffre: &Coffre,
    fait: &FaitDate<Identite>,
) -> Result<Vec<u8>, StorageError> {
    let Identite { nom, prenom, sexe, .. } = fait.valeur.clone();
    let sexe = sexe.map(|sexe| sexe.mot().to_owned());
    coffre.seal_json(place_noms(fait.id), &Scelle { nom, prenom, sexe })
}

/// Opens an identity, whose names and sex are sealed under its id.
pub(super) fn open_identite(
    coffre: &Coffre,
    (identite, sealed): (FaitId, &[u8]),
    (date_naissance, rang): (DateNaissanceAmo, RangGemellaire),
) -> Result<Identite, StorageError> {
    let place = place_noms(identite);
    let Scelle { nom, prenom, sexe } = coffre.open_json(place, sealed)?;
    let known = |word: String| Sexe::du_mot(&word).ok_or_else(|| place.wrong("an unknown sex"));
    let sexe = sexe.map(known).transpose()?;
    Ok(Identite { nom, prenom, date_naissance, rang, sexe })
}

const fn place_noms(fait: FaitId) -> Place {
    Place { colonne: "identite_patient.noms_chiffres", ligne: fait.uuid() }
}

pub(super) const fn place_numero(fait: FaitId) -> Place {
    Place { colonne: "identifiant_patient.valeur_chiffree", ligne: fait.uuid() }
}
