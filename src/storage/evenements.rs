//! The journal of what happened.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::{StorageError, Tx};
use crate::domain::evenement::Fact;
use crate::domain::ids::{EvenementId, PatientId};
use crate::domain::vocabulary::Vocabulaire;

/// An event of the journal, beside what it tells.
#[derive(Debug, Clone, Copy)]
pub struct Inscription {
    pub id: EvenementId,
    pub enregistre_le: DateTime<Utc>,
    pub patient_id: Option<PatientId>,
    /// Number of who caused it; nobody when the service itself did.
    pub auteur_id: Option<i32>,
}

/// Writes an event, in the transaction of what it tells; its place in the feed is given once that is committed.
pub async fn insert(
    tx: &mut Tx,
    inscription: Inscription,
    fact: &Fact,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* evenement.insert */
         WITH ecrit AS (
             INSERT INTO evenement
                 (evenement_id, nature, enregistre_le, effet_du, patient_id, medecin_id, declaration_id, feuille_id,
                  feuilles, auteur_id, donnees)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             RETURNING sequence)
         INSERT INTO evenement_a_publier (sequence) SELECT sequence FROM ecrit",
        inscription.id.uuid(),
        fact.nature.mot(),
        inscription.enregistre_le,
        fact.effet_du,
        inscription.patient_id as _,
        fact.medecin_id as _,
        fact.declaration_id as _,
        fact.feuille_id as _,
        fact.feuilles.as_deref() as _,
        inscription.auteur_id,
        Json(&fact.donnees) as _
    ))
    .await?;
    tx.ecrit.tell(fact);
    Ok(())
}
