//! The journal of what happened.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use super::StorageError;
use crate::domain::ids::{DeclarationId, EvenementId, FeuilleId, MedecinId, PatientId};

/// Version of the shape of events.
const VERSION_SCHEMA: i16 = 1;

/// Something that happened, to be read by others. Never a number of a person.
#[derive(Debug, Clone)]
pub struct Evenement {
    /// Its id.
    pub id: EvenementId,
    /// Kind, such as `declaration.prise_effet`.
    pub nature: &'static str,
    /// When it happened.
    pub survenu_le: DateTime<Utc>,
    /// When it was recorded.
    pub enregistre_le: DateTime<Utc>,
    /// From which day it counts.
    pub effet_du: Option<NaiveDate>,
    /// About whom.
    pub patient_id: Option<PatientId>,
    /// About which doctor.
    pub medecin_id: Option<MedecinId>,
    /// About which declaration.
    pub declaration_id: Option<DeclarationId>,
    /// About which feuille.
    pub feuille_id: Option<FeuilleId>,
    /// Role of who caused it.
    pub auteur_role: &'static str,
    /// Number of who caused it; nobody when the service itself did.
    pub auteur_id: Option<i32>,
    /// By which means.
    pub auteur_moyen: Option<&'static str>,
    /// Codes and states.
    pub donnees: Value,
}

/// Writes an event, in the transaction of what it tells.
pub async fn insert(conn: &mut PgConnection, evenement: &Evenement) -> Result<(), StorageError> {
    write(conn, evenement, None).await
}

/// Writes the same event of each of some feuilles, in their order, as one row. What differs from one to
/// the other is in the rows of the feuilles, which are written once too.
pub async fn insert_of_feuilles(
    conn: &mut PgConnection,
    evenement: &Evenement,
    feuilles: &[FeuilleId],
) -> Result<(), StorageError> {
    write(conn, evenement, Some(feuilles)).await
}

async fn write(
    conn: &mut PgConnection,
    evenement: &Evenement,
    feuilles: Option<&[FeuilleId]>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* evenement.insert */
         INSERT INTO evenement
             (evenement_id, nature, version_schema, survenu_le, enregistre_le, effet_du, patient_id,
              medecin_id, declaration_id, feuille_id, auteur_role, auteur_moyen, donnees, feuilles,
              auteur_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        evenement.id.uuid(),
        evenement.nature,
        VERSION_SCHEMA,
        evenement.survenu_le,
        evenement.enregistre_le,
        evenement.effet_du,
        evenement.patient_id as _,
        evenement.medecin_id as _,
        evenement.declaration_id as _,
        evenement.feuille_id as _,
        evenement.auteur_role,
        evenement.auteur_moyen,
        Json(&evenement.donnees) as _,
        feuilles as _,
        evenement.auteur_id
    )
    .execute(conn)
    .await?;
    Ok(())
}
