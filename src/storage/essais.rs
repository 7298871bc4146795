//! Tries with a number that found nobody, counted for a subject and for the whole of its organisation.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Coffre, StorageError, Tx};
use crate::domain::acteur::Auteur;

/// The keyed digest of a number.
pub type Numero = [u8; 16];

/// The tries of a subject, or of its organisation, with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Essais {
    pub numero: Numero,
    /// Whether they are those of the whole organisation.
    pub organisation: bool,
    pub essais: i16,
    /// The first.
    pub depuis: DateTime<Utc>,
    /// The last.
    pub dernier_le: DateTime<Utc>,
}

/// The subject, then its organisation, as rows name them.
fn callers(coffre: &Coffre, auteur: &Auteur) -> [[u8; 16]; 2] {
    let sujet = coffre.empreinte_de("essai.sujet", &auteur.personne());
    [sujet, coffre.empreinte_de("essai.organisation", &auteur.acteur.cle())]
}

/// Under which names the tries of an author with a number are counted, and what is locked meanwhile.
pub(super) fn tried_by(coffre: &Coffre, auteur: &Auteur, numero: &Numero) -> ([[u8; 16]; 2], i64) {
    let callers = callers(coffre, auteur);
    let [_, organisation] = &callers;
    let key = lock_key(organisation, numero);
    (callers, key)
}

/// What is locked while somebody of an organisation tries a number.
fn lock_key(organisation: &[u8; 16], numero: &Numero) -> i64 {
    let [b0, b1, b2, b3, b4, b5, b6, b7, ..] =
        (u128::from_be_bytes(*organisation) ^ u128::from_be_bytes(*numero)).to_be_bytes();
    i64::from_be_bytes([b0, b1, b2, b3, b4, b5, b6, b7])
}

/// The tries of an author and of the organisation with numbers that began after an instant. Those that
/// are under way are waited for, in one order, and the next ones wait for the end of the transaction.
pub async fn known(
    tx: &mut Tx,
    coffre: &Coffre,
    auteur: &Auteur,
    numeros: &[Numero],
    apres: DateTime<Utc>,
) -> Result<Vec<Essais>, StorageError> {
    let callers = callers(coffre, auteur);
    let [_, organisation] = &callers;
    let keys: BTreeSet<i64> = numeros.iter().map(|numero| lock_key(organisation, numero)).collect();
    Ok(sqlx::query_as!(
        Essais,
        r#"/* essai.known */
         SELECT numero AS "numero!: Numero", appelant = $3 AS "organisation!", essais AS "essais!", depuis AS "depuis!",
                dernier_le AS "dernier_le!"
         FROM essais_connus($5, $1, $2, $4)"#,
        &numeros.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
        &callers.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
        organisation,
        apres,
        &keys.into_iter().collect::<Vec<_>>()
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Counts one more; those that began before an instant are forgotten.
pub async fn count(
    tx: &mut Tx,
    coffre: &Coffre,
    auteur: &Auteur,
    numero: &Numero,
    (maintenant, apres): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), StorageError> {
    let callers = callers(coffre, auteur);
    tx.write(sqlx::query!(
        "/* essai.count */ SELECT FROM compter_essai($1, $2, $4, $3)",
        numero,
        &callers.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
        maintenant,
        apres
    ))
    .await
}

/// Forgets the tries that began before an instant.
pub async fn purge(tx: &mut Tx, avant: DateTime<Utc>) -> Result<(), StorageError> {
    tx.write(sqlx::query!("/* essai.purge */ DELETE FROM essai WHERE depuis <= $1", avant)).await
}
