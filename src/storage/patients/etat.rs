//! What an evaluation reads of a person as of now, as one value kept in their row.
//!
//! It is derived from the facts and never a fact itself: whoever holds the row under lock reads it when it was made after
//! the last thing recorded about the person, and makes it again from the facts otherwise. So nobody has to remember to
//! undo it: what is recorded about somebody moves the instant of their row ([`super::touch`]), the instant for which the
//! value was made stays, and the value is old.

mod contenu;

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

pub use self::contenu::{AttenteEtat, CaisseEtat, DesignationEtat, EtatPatient, IdentiteEtat};
use super::knowledge_after;
use crate::domain::ids::PatientId;
use crate::storage::cbor::{self, Cbor};
use crate::storage::coffre::{Attache, Genre};
use crate::storage::participations::{Recentes, Retenue};
use crate::storage::types::Tid;
use crate::storage::{Coffre, CoffreError, StorageError, Tx};

/// Form of the value: raised by whoever changes it, so that the values of before are made again.
const VERSION: u8 = 4;

/// A person whose row is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verrou {
    /// Under which the next thing about them will be known.
    pub instant: DateTime<Utc>,
    /// The value of their row, when nothing was recorded since it was made.
    pub etat: Option<Vec<u8>>,
    /// The participations of their latest year.
    pub retenues: Recentes,
    /// Where their row is, as long as nothing else is written in it.
    pub place: Tid,
}

impl Verrou {
    /// A person, locked now: when something was last recorded about them, and what their row holds, made when.
    pub(super) fn new(
        (last, now): (DateTime<Utc>, DateTime<Utc>),
        (etat, etat_le): (Option<Vec<u8>>, Option<DateTime<Utc>>),
        retenues: Option<&[u8]>,
        place: Tid,
    ) -> Result<Self, StorageError> {
        Ok(Self {
            instant: knowledge_after(last, now),
            etat: etat.filter(|_| etat_le == Some(last)),
            retenues: Recentes::read(retenues)?,
            place,
        })
    }
}

/// What the row of a person holds, for whoever compares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenu {
    pub patient_id: PatientId,
    /// When something was last recorded about them.
    pub connu_le: DateTime<Utc>,
    etat_le: Option<DateTime<Utc>>,
    etat: Option<Vec<u8>>,
}

impl Tenu {
    /// The value, when nothing was recorded since it was made.
    pub fn courant(&self) -> Option<&[u8]> {
        self.etat.as_deref().filter(|_| self.etat_le == Some(self.connu_le))
    }
}

/// What the row of a person holds.
#[derive(Debug, Default)]
pub struct Ligne {
    /// The record into which this one was merged.
    pub fusionne_dans: Option<PatientId>,
    /// What an evaluation reads of them, when it is current.
    pub etat: Option<Vec<u8>>,
    /// Whether the processing of their data is limited.
    pub limite: bool,
}

impl Ligne {
    /// What the row of a person holds, when nothing is of a record merged into theirs; a record that was merged holds nothing.
    pub fn etat_seul(&self, coffre: &Coffre, patient: PatientId) -> Option<EtatPatient> {
        let held = self.etat.as_deref().filter(|_| self.fusionne_dans.is_none())?;
        lire(coffre, patient, held).filter(|etat| etat.absorbes.is_empty())
    }
}

/// The record into which that of a person was merged, and what their row holds, when it is current.
pub async fn of(conn: &mut PgConnection, patient: PatientId) -> Result<Ligne, StorageError> {
    let row = sqlx::query_as!(
        Ligne,
        r#"/* patient.held */
         SELECT fusionne_dans, CASE WHEN etat_le = connu_le THEN etat_chiffre END AS etat, limite_le IS NOT NULL AS "limite!"
         FROM patient WHERE patient_id = $1"#,
        patient.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.unwrap_or_default())
}

/// Locks the row of a person until the end of the transaction; gives when something about them was last recorded, and what the row holds.
/// `None` when there is no such person.
pub async fn lock(
    tx: &mut Tx,
    patient: PatientId,
) -> Result<Option<(DateTime<Utc>, Ligne)>, StorageError> {
    let row = sqlx::query!(
        r#"/* patient.lock */
         SELECT connu_le, fusionne_dans AS "fusionne_dans: PatientId",
                CASE WHEN etat_le = connu_le THEN etat_chiffre END AS etat, limite_le IS NOT NULL AS "limite!"
         FROM patient WHERE patient_id = $1 FOR NO KEY UPDATE"#,
        patient.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| {
        let held = Ligne { fusionne_dans: row.fusionne_dans, etat: row.etat, limite: row.limite };
        (row.connu_le, held)
    }))
}

/// The rows of persons after one of them, in the order of their ids, records that were merged into others left out.
pub async fn page(
    conn: &mut PgConnection,
    after: Option<PatientId>,
    limit: i64,
) -> Result<Vec<Tenu>, StorageError> {
    Ok(sqlx::query_as!(
        Tenu,
        "/* patient.states */
         SELECT patient_id, connu_le, etat_le, etat_chiffre AS etat FROM patient
         WHERE ($1::uuid IS NULL OR patient_id > $1) AND fusionne_dans IS NULL
         ORDER BY patient_id LIMIT $2",
        after as _,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Every record after one of them, in the order of their ids, those that were merged into others too.
pub async fn every_record(
    conn: &mut PgConnection,
    after: Option<PatientId>,
    limit: i64,
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* patient.records */
         SELECT patient_id FROM patient WHERE $1::uuid IS NULL OR patient_id > $1 ORDER BY patient_id LIMIT $2",
        after as _,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Those whose row says that they are limited, or merged into another, and whose facts do not, or the reverse.
pub async fn contredits(conn: &mut PgConnection) -> Result<Vec<PatientId>, StorageError> {
    let statement = "/* patient.contradicted */
         SELECT coalesce(p.patient_id, l.patient_id)
         FROM (SELECT patient_id, limite_le FROM patient WHERE limite_le IS NOT NULL) p
         FULL JOIN (SELECT patient_id, enregistre_le FROM limitation WHERE remplace_le IS NULL) l
                   ON l.patient_id = p.patient_id
         WHERE p.limite_le IS DISTINCT FROM l.enregistre_le
         UNION
         SELECT coalesce(p.patient_id, f.absorbe_id)
         FROM (SELECT patient_id FROM patient WHERE fusionne_dans IS NOT NULL) p
         FULL JOIN (SELECT absorbe_id FROM fusion WHERE remplace_le IS NULL) f ON f.absorbe_id = p.patient_id
         WHERE p.patient_id IS NULL OR f.absorbe_id IS NULL";
    Ok(sqlx::query_scalar(AssertSqlSafe(statement)).fetch_all(conn).await?)
}

/// The same, whose rows are then locked.
pub async fn lock_page(
    tx: &mut Tx,
    after: Option<PatientId>,
    limit: i64,
) -> Result<Vec<Tenu>, StorageError> {
    Ok(sqlx::query_as!(
        Tenu,
        "/* patient.lock_states */
         SELECT patient_id, connu_le, etat_le, etat_chiffre AS etat FROM patient
         WHERE ($1::uuid IS NULL OR patient_id > $1) AND fusionne_dans IS NULL
         ORDER BY patient_id LIMIT $2 FOR NO KEY UPDATE",
        after as _,
        limit
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Writes values, of persons whose rows are locked.
pub async fn write_all(tx: &mut Tx, values: &[(PatientId, Vec<u8>)]) -> Result<(), StorageError> {
    let ids: Vec<PatientId> = values.iter().map(|(id, _)| *id).collect();
    let bytes: Vec<&[u8]> = values.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    tx.write(sqlx::query!(
        "/* patient.write_states */
         UPDATE patient SET etat_chiffre = w.etat, etat_le = connu_le
         FROM unnest($1::uuid[], $2::bytea[]) AS w (patient_id, etat)
         WHERE patient.patient_id = w.patient_id",
        &ids as _,
        &bytes as _
    ))
    .await
}

/// What the row of a person is to hold after a lot.
#[derive(Debug, Clone)]
pub struct NouvelEtat {
    pub patient_id: PatientId,
    /// When something was last recorded about them.
    pub instant: DateTime<Utc>,
    pub valeur: Valeur,
    /// Participations of before, and those that the lot keeps.
    pub retenues: Recentes,
    pub nouvelles: Vec<Retenue>,
    /// Where the row is.
    pub place: Tid,
}

/// What becomes of the value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Valeur {
    /// It says what is known now too.
    Gardee,
    /// Another one.
    Nouvelle(Vec<u8>),
    /// Not all is known: none is current.
    Aucune,
}

/// The value, before it is sealed, after what is there.
pub(in crate::storage) fn encode(bytes: Vec<u8>, etat: &EtatPatient) -> Vec<u8> {
    cbor::encode_after(bytes, VERSION, |to| etat.write(to))
}

/// The value, once it is open; nothing when it has a form that this program does not write.
pub(in crate::storage) fn decode(bytes: &[u8]) -> Option<EtatPatient> {
    cbor::decode(VERSION, bytes, EtatPatient::read).ok()
}

/// What the value of a row turned out to be.
#[derive(Debug)]
pub enum Ouvert {
    Etat(EtatPatient),
    /// Of another form, or under a key that is not here: it is made again.
    Autre,
    /// Somebody wrote it without the key: it is made again too, and whoever verifies names it.
    Touche,
}

/// Seals the value of a person. It says when they were born and whom they chose: a copy of the database does not.
pub fn sceller(
    coffre: &Coffre,
    patient: PatientId,
    etat: &EtatPatient,
) -> Result<Vec<u8>, StorageError> {
    Ok(coffre.sceller_donnee(attache(patient), encode(vec![0], etat))?)
}

/// Opens the value of a person.
pub fn ouvrir(coffre: &Coffre, patient: PatientId, scelle: &[u8]) -> Ouvert {
    match coffre.ouvrir_donnee(attache(patient), scelle.to_vec()) {
        Ok(clair) => decode(clair.octets()).map_or(Ouvert::Autre, Ouvert::Etat),
        Err(StorageError::Sealed { wrong: CoffreError::Closed, .. }) => Ouvert::Touche,
        Err(_unknown) => Ouvert::Autre,
    }
}

/// The value of a person, when it can be read.
pub fn lire(coffre: &Coffre, patient: PatientId, scelle: &[u8]) -> Option<EtatPatient> {
    match ouvrir(coffre, patient, scelle) {
        Ouvert::Etat(etat) => Some(etat),
        Ouvert::Autre | Ouvert::Touche => None,
    }
}

const fn attache(patient: PatientId) -> Attache {
    Attache::seule(Genre::Etat, patient.uuid())
}
