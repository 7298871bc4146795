//! Answers kept for retries, in the transaction of what they answer.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::acces::{Acces, Colonnes};
use super::coffre::Place;
use super::evenements::avec_evenements;
use super::{Coffre, StorageError, Tx, evenements};
use crate::domain::digest::{Empreinte, Hexadecimal};
use crate::domain::droits::Relation;
use crate::domain::ids::PatientId;
use crate::domain::vocabulary::Vocabulaire as _;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used it: this transaction now holds it.
    New,
    /// The same request was answered.
    Answered {
        statut: u16,
        /// Headers and body, as they were given.
        reponse: Vec<u8>,
        /// Whom the answer shows.
        personnes: Vec<PatientId>,
        /// What its thing made of the caller.
        relations: Vec<Relation>,
        /// Whether nothing was recorded about them since.
        inchange: bool,
    },
    /// Another request used it.
    OtherRequest,
}

/// Claims a key. A twin that holds it is waited for, up to the time after which the database says
/// that the lock cannot be had.
pub async fn claim(
    tx: &mut Tx,
    coffre: &Coffre,
    appelant: &str,
    cle: &str,
    requete: &Empreinte,
    instant: DateTime<Utc>,
) -> Result<Claim, StorageError> {
    let digest = digest(coffre, cle);
    let inserted = tx
        .try_write(sqlx::query!(
            "/* idempotence.claim */
         INSERT INTO idempotence (appelant, cle, requete_sha256, enregistre_le)
         SELECT $1, $2, $3, $4 FROM set_config('lock_timeout', '5s', true)
         ON CONFLICT (appelant, cle) DO NOTHING",
            appelant,
            digest.as_slice(),
            requete as _,
            instant
        ))
        .await?;
    if inserted {
        return Ok(Claim::New);
    }
    let row = sqlx::query!(
        r#"/* idempotence.get */
         SELECT requete_sha256, statut, reponse_chiffree, personnes, relations,
                NOT EXISTS (SELECT FROM patient p
                            WHERE p.patient_id = ANY (i.personnes) AND p.connu_le IS DISTINCT FROM i.connu_le) AS "inchange!"
         FROM idempotence i WHERE appelant = $1 AND cle = $2"#,
        appelant,
        digest.as_slice()
    )
    .fetch_one(&mut **tx)
    .await?;
    if row.requete_sha256 != *requete {
        return Ok(Claim::OtherRequest);
    }
    let (Some(statut), Some(sealed)) = (row.statut, row.reponse_chiffree) else {
        return Err(StorageError::inconsistent(
            "idempotence",
            "statut",
            "committed without answer",
        ));
    };
    Ok(Claim::Answered {
        statut: u16::try_from(statut)
            .map_err(|error| StorageError::inconsistent("idempotence", "statut", error))?,
        reponse: coffre.open(place(appelant, digest), &sealed)?,
        personnes: row.personnes.unwrap_or_default(),
        relations: relations(&row.relations.unwrap_or_default()),
        inchange: row.inchange,
    })
}

/// An answer to keep: status, headers and body, and whom it shows.
#[derive(Debug)]
pub struct Reponse<'a> {
    pub statut: u16,
    /// Headers and body.
    pub contenu: &'a [u8],
    /// Whom it shows.
    pub personnes: &'a [PatientId],
    /// What its thing made of the caller.
    pub relations: &'a [Relation],
    /// When something was last recorded about them, if anything was.
    pub connu_le: Option<DateTime<Utc>>,
    /// What they will read of it.
    pub traces: &'a [Acces],
}

/// Ends an act: keeps the answer of its key, what it told, the traces of whom it shows, and when something was last recorded about them.
pub async fn save(
    tx: &mut Tx,
    coffre: &Coffre,
    (appelant, cle): (&str, &str),
    reponse: &Reponse<'_>,
) -> Result<(), StorageError> {
    let digest = digest(coffre, cle);
    let sealed = coffre.seal(place(appelant, digest), reponse.contenu)?;
    let personnes: Vec<Uuid> = reponse.personnes.iter().map(|id| id.uuid()).collect();
    let codes: Vec<i16> = reponse.relations.iter().map(|one| i16::from(one.code())).collect();
    let (traces, dits) = (Colonnes::of(reponse.traces), evenements::Colonnes::take(tx));
    tx.write(avec_evenements!(
        "/* idempotence.save */ ",
        ", a_publier AS (INSERT INTO evenement_a_publier (sequence) SELECT sequence FROM dits),
         vues AS (
             INSERT INTO acces (patient_id, acces_id, survenu_le, auteur_id, operation, requete_id)
             SELECT * FROM UNNEST($17::uuid[], $18::uuid[], $19::timestamptz[], $20::integer[], $21::text[], $22::uuid[])),
         connus AS (
             UPDATE patient SET connu_le = $23 WHERE patient_id = ANY($16) AND $23::timestamptz IS NOT NULL)
         UPDATE idempotence SET statut = $14, reponse_chiffree = $15, personnes = $16, connu_le = $23, relations = $24
         WHERE appelant = $12 AND cle = $13",
        dits,
        appelant,
        digest.as_slice(),
        i16::try_from(reponse.statut).unwrap_or(i16::MAX),
        sealed,
        &personnes,
        &traces.patients,
        &traces.ids,
        &traces.survenus,
        &traces.auteurs,
        &traces.operations,
        &traces.requetes,
        reponse.connu_le,
        &codes
    ))
    .await
}

/// Forgets a key that was claimed and not answered.
pub async fn release(
    tx: &mut Tx,
    coffre: &Coffre,
    (appelant, cle): (&str, &str),
) -> Result<(), StorageError> {
    let digest = digest(coffre, cle);
    tx.write(sqlx::query!(
        "/* idempotence.release */ DELETE FROM idempotence WHERE appelant = $1 AND cle = $2",
        appelant,
        digest.as_slice()
    ))
    .await
}

/// Forgets the keys claimed before an instant; gives how many.
pub async fn purge(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StorageError> {
    tx.touch(sqlx::query!(
        "/* idempotence.purge */ DELETE FROM idempotence WHERE enregistre_le < $1",
        before
    ))
    .await
}

fn relations(codes: &[i16]) -> Vec<Relation> {
    let known = |code: &i16| Relation::TOUS.iter().find(|one| i16::from(one.code()) == *code);
    codes.iter().filter_map(known).copied().collect()
}

/// What is kept of a key: a caller may have put in it what must not be.
fn digest(coffre: &Coffre, cle: &str) -> [u8; 16] {
    coffre.passage("cle_idempotence", cle)
}

fn place(appelant: &str, cle: [u8; 16]) -> Place {
    Place::of("idempotence.reponse_chiffree", &[appelant, &Hexadecimal(&cle).to_string()])
}
