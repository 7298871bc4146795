//! The events that letters are made from.

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::postgres::PgConnection;

use crate::domain::courrier::NatureCourrier;
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::ids::{DeclarationId, EvenementId, MedecinId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::StorageError;

/// An event that may call for a letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Dit {
    pub position: i64,
    pub id: EvenementId,
    pub nature: NatureEvenement,
    pub effet_du: Option<NaiveDate>,
    pub patient_id: PatientId,
    pub medecin_id: Option<MedecinId>,
    pub declaration_id: Option<DeclarationId>,
    pub donnees: Value,
}

/// The places of the feed of a caisse where events of a kind and of some days are, and how many they are. What one act
/// told several times of a person, or of a declaration, is one letter: the first event is.
pub async fn span(
    conn: &mut PgConnection,
    (lecteur, nature): (&Destinataire, NatureCourrier),
    (du, au): (NaiveDate, NaiveDate),
) -> Result<(i64, i64, i64), StorageError> {
    let row = sqlx::query!(
        r#"/* courriers.span */
         SELECT coalesce(min(f.position), 0) AS "premiere!", coalesce(max(f.position), 0) AS "derniere!",
                count(*) FILTER (WHERE NOT EXISTS (
                    SELECT FROM evenement o
                    WHERE o.patient_id = e.patient_id AND o.enregistre_le = e.enregistre_le AND o.sequence < e.sequence
                      AND o.nature = ANY ($6)
                      AND (NOT $5 OR o.declaration_id = e.declaration_id))) AS "prevus!"
         FROM fil f JOIN evenement e USING (sequence)
         WHERE f.destinataire = $1 AND f.nature = ANY ($2)
           AND (e.enregistre_le AT TIME ZONE 'Europe/Paris')::date BETWEEN $3 AND $4
           AND e.patient_id IS NOT NULL"#,
        lecteur.to_string(),
        &codes(nature),
        du,
        au,
        par_declaration(nature),
        nature.evenements() as _
    )
    .fetch_one(conn)
    .await?;
    Ok((row.premiere, row.derniere, row.prevus))
}

/// Those events after a place and up to another, in their order.
pub async fn events(
    conn: &mut PgConnection,
    (lecteur, nature): (&Destinataire, NatureCourrier),
    (du, au): (NaiveDate, NaiveDate),
    (apres, jusqu_a): (i64, i64),
    limite: i64,
) -> Result<Vec<Dit>, StorageError> {
    Ok(sqlx::query!(
        r#"/* courriers.events */
         SELECT f.position, e.evenement_id, e.nature, f.effet_du, e.patient_id AS "patient_id!: PatientId", e.medecin_id,
                e.declaration_id, e.donnees
         FROM fil f JOIN evenement e USING (sequence)
         WHERE f.destinataire = $1 AND f.nature = ANY ($2) AND f.position > $5 AND f.position <= $6
           AND (e.enregistre_le AT TIME ZONE 'Europe/Paris')::date BETWEEN $3 AND $4
           AND e.patient_id IS NOT NULL
           AND NOT EXISTS (
               SELECT FROM evenement o
               WHERE o.patient_id = e.patient_id AND o.enregistre_le = e.enregistre_le AND o.sequence < e.sequence
                 AND o.nature = ANY ($8)
                 AND (NOT $7 OR o.declaration_id = e.declaration_id))
         ORDER BY f.position LIMIT $9"#,
        lecteur.to_string(),
        &codes(nature),
        du,
        au,
        apres,
        jusqu_a,
        par_declaration(nature),
        nature.evenements() as _,
        limite
    )
    .map(|row| Dit {
        position: row.position,
        id: row.evenement_id,
        nature: row.nature,
        effet_du: row.effet_du,
        patient_id: row.patient_id,
        medecin_id: row.medecin_id,
        declaration_id: row.declaration_id,
        donnees: row.donnees,
    })
    .fetch_all(conn)
    .await?)
}

/// The last event of a kind about a person: of what one act told, the first, or that of the last declaration.
pub async fn last(
    conn: &mut PgConnection,
    patient: PatientId,
    nature: NatureCourrier,
) -> Result<Option<Dit>, StorageError> {
    Ok(sqlx::query!(
        r#"/* courriers.last */
         SELECT e.evenement_id, e.nature, e.effet_du, e.medecin_id, e.declaration_id, e.donnees
         FROM evenement e
         WHERE e.patient_id = $1 AND e.nature NOT LIKE 'feuille.%' AND e.nature = ANY ($2)
         ORDER BY e.enregistre_le DESC, CASE WHEN $3 THEN -e.sequence ELSE e.sequence END LIMIT 1"#,
        patient.uuid(),
        nature.evenements() as _,
        par_declaration(nature)
    )
    .map(|row| Dit {
        position: 0,
        id: row.evenement_id,
        nature: row.nature,
        effet_du: row.effet_du,
        patient_id: patient,
        medecin_id: row.medecin_id,
        declaration_id: row.declaration_id,
        donnees: row.donnees,
    })
    .fetch_optional(conn)
    .await?)
}

fn codes(nature: NatureCourrier) -> Vec<i16> {
    nature.evenements().iter().map(|one| i16::from(one.code())).collect()
}

/// Whether each declaration has its letter, and not each act.
const fn par_declaration(nature: NatureCourrier) -> bool {
    matches!(nature, NatureCourrier::ChoixEnSonNom)
}
