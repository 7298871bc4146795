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
pub mod particularites;
pub mod presents;
mod recherche;
pub mod rectifications;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;

use super::coffre::Place;
use super::connaissance::{Connaissance, instant};
use super::{Coffre, StorageError, Tx};
use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{
    DateNaissanceAmo, IdentifiantPersonne, Organisme, RangGemellaire,
};
use crate::domain::ids::{FaitId, PatientId};
use crate::domain::patient::{IdentifiantPatient, Identite, Patient, Sexe, UsageIdentifiant};
use crate::domain::vocabulary::Vocabulaire;

pub use self::ensemble::{
    Candidats, find, find_all, find_and_lock, find_everybody, lock_all, settle_all, touch_all,
    touch_evaluated,
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
    let locked = etat::lock(tx, id).await?;
    let stands = locked.filter(|(_, row)| row.fusionne_dans.is_none());
    Ok(stands.map(|(last, _)| knowledge_after(last, now)))
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
    let rows = sqlx::query!(
        r#"/* patient.get */
         SELECT p.connu_le, f.id AS "id?: FaitId", f.effet AS "effet?: Periode", f.enregistre_le AS "enregistre_le?",
                f.remplace_le, f.date_naissance AS "date_naissance?: DateNaissanceAmo", f.rang AS "rang?: RangGemellaire",
                f.chiffre, f.nature, f.usage AS "usage?: UsageIdentifiant", f.organisme AS "organisme?: Organisme"
         FROM patient p
         LEFT JOIN (
             SELECT identite_id AS id, effet, enregistre_le, remplace_le, date_naissance, rang, noms_chiffres AS chiffre,
                    NULL AS nature, NULL AS usage, NULL AS organisme
             FROM identite_patient WHERE patient_id = $1
             UNION ALL
             SELECT identifiant_id, effet, enregistre_le, remplace_le, NULL, NULL, valeur_chiffree, nature, usage, NULL
             FROM identifiant_patient WHERE patient_id = $1
             UNION ALL
             SELECT affiliation_id, effet, enregistre_le, remplace_le, NULL, NULL, NULL, NULL, NULL, organisme
             FROM affiliation WHERE patient_id = $1
         ) f ON f.enregistre_le <= $2 AND (f.remplace_le IS NULL OR f.remplace_le > $2)
         WHERE p.patient_id = $1 AND p.enregistre_le <= $2
         ORDER BY f.usage, lower(f.effet)"#,
        id.uuid(),
        instant(connu_le)
    )
    .fetch_all(conn)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (identites, identifiants, affiliations) = Default::default();
    let mut found = Patient { id, connu_le: first.connu_le, identites, identifiants, affiliations };
    for row in rows {
        let (Some(id), Some(effet), Some(enregistre_le)) = (row.id, row.effet, row.enregistre_le)
        else {
            continue;
        };
        let fait = FaitDate { id, valeur: (), effet, enregistre_le, remplace_le: row.remplace_le };
        let sealed = row.chiffre.unwrap_or_default();
        if let (Some(date_naissance), Some(rang)) = (row.date_naissance, row.rang) {
            let valeur = open_identite(coffre, (id, &sealed), (date_naissance, rang))?;
            found.identites.push(fait.avec(valeur));
        } else if let (Some(nature), Some(usage)) = (row.nature, row.usage) {
            let numero = open_numero(coffre, id, (&nature, &sealed))?;
            found.identifiants.push(fait.avec(IdentifiantPatient { usage, numero }));
        } else if let Some(organisme) = row.organisme {
            found.affiliations.push(fait.avec(organisme));
        }
    }
    Ok(Some(found))
}

/// Opens a number, which is sealed under its id.
fn open_numero(
    coffre: &Coffre,
    id: FaitId,
    (nature, sealed): (&str, &[u8]),
) -> Result<IdentifiantPersonne, StorageError> {
    let place = place_numero(id);
    let clear = coffre.open(place, sealed)?;
    let number = std::str::from_utf8(&clear).map_err(|error| place.wrong(error))?;
    IdentifiantPersonne::parse(nature, number).map_err(|error| place.wrong(error.code))
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
