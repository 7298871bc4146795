//! The journal of what happened.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{StorageError, Tx};
use crate::domain::evenement::Fact;
use crate::domain::ids::{DeclarationId, EvenementId, FeuilleId, MedecinId, PatientId};
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

/// Tells an event in the transaction of what it tells, with which it is written when that ends; its place in the feed is given
/// once that is committed. Nothing that the transaction reads until then shows it.
pub fn tell(tx: &mut Tx, inscription: Inscription, fact: Fact) {
    tx.ecrit.tell(&fact);
    tx.dits.push((inscription, fact));
}

/// Events as the columns of their table, in the order in which they were told.
#[derive(Debug, Default)]
pub(super) struct Colonnes {
    pub(super) ids: Vec<Uuid>,
    pub(super) natures: Vec<&'static str>,
    pub(super) enregistres: Vec<DateTime<Utc>>,
    pub(super) effets: Vec<Option<NaiveDate>>,
    pub(super) patients: Vec<Option<Uuid>>,
    pub(super) medecins: Vec<Option<Uuid>>,
    pub(super) declarations: Vec<Option<Uuid>>,
    pub(super) feuilles: Vec<Option<Uuid>>,
    /// Arrays of arrays must be rectangular: these are their texts.
    pub(super) ensembles: Vec<Option<String>>,
    pub(super) auteurs: Vec<Option<i32>>,
    pub(super) donnees: Vec<Json<Value>>,
}

impl Colonnes {
    /// What a transaction told and did not write.
    pub(super) fn take(tx: &mut Tx) -> Self {
        let mut all = Self::default();
        for (inscription, fact) in tx.dits.drain(..) {
            all.ids.push(inscription.id.uuid());
            all.natures.push(fact.nature.mot());
            all.enregistres.push(inscription.enregistre_le);
            all.effets.push(fact.effet_du);
            all.patients.push(inscription.patient_id.map(PatientId::uuid));
            all.medecins.push(fact.medecin_id.map(MedecinId::uuid));
            all.declarations.push(fact.declaration_id.map(DeclarationId::uuid));
            all.feuilles.push(fact.feuille_id.map(FeuilleId::uuid));
            all.ensembles.push(fact.feuilles.as_deref().map(ensemble));
            all.auteurs.push(inscription.auteur_id);
            all.donnees.push(Json(fact.donnees));
        }
        all
    }
}

/// Feuilles as the text of an array.
fn ensemble(feuilles: &[FeuilleId]) -> String {
    let mut text = String::with_capacity(feuilles.len().saturating_mul(37).saturating_add(2));
    for (place, feuille) in feuilles.iter().enumerate() {
        text.push(if place == 0 { '{' } else { ',' });
        text.push_str(feuille.uuid().as_hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    }
    text.push_str(if feuilles.is_empty() { "{}" } else { "}" });
    text
}

/// A statement that writes what was told, the columns of which are its first parameters, with what follows.
macro_rules! avec_evenements {
    ($name:literal, $rest:literal, $all:expr $(, $more:expr)*) => {
        sqlx::query!(
            $name
                + "WITH dits AS (
                INSERT INTO evenement
                    (evenement_id, nature, enregistre_le, effet_du, patient_id, medecin_id, declaration_id, feuille_id,
                     feuilles, auteur_id, donnees)
                SELECT d.id, d.nature, d.connu, d.effet, d.patient, d.medecin, d.declaration, d.feuille,
                       d.ensemble::uuid[], d.auteur, d.donnees
                FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::date[], $5::uuid[], $6::uuid[], $7::uuid[],
                            $8::uuid[], $9::text[], $10::integer[], $11::jsonb[]) WITH ORDINALITY
                     AS d (id, nature, connu, effet, patient, medecin, declaration, feuille, ensemble, auteur, donnees,
                           place)
                ORDER BY d.place RETURNING sequence)"
                + $rest,
            &$all.ids,
            &$all.natures as _,
            &$all.enregistres,
            &$all.effets as _,
            &$all.patients as _,
            &$all.medecins as _,
            &$all.declarations as _,
            &$all.feuilles as _,
            &$all.ensembles as _,
            &$all.auteurs as _,
            &$all.donnees as _
            $(, $more)*
        )
    };
}
pub(super) use avec_evenements;

/// Writes what a transaction told, if it did.
pub(super) async fn write(tx: &mut Tx) -> Result<(), StorageError> {
    if tx.dits.is_empty() {
        return Ok(());
    }
    let all = Colonnes::take(tx);
    tx.write(avec_evenements!(
        "/* evenement.insert_all */ ",
        " INSERT INTO evenement_a_publier (sequence) SELECT sequence FROM dits",
        all
    ))
    .await
}
