//! What a complete declaration changes in the timeline of a person, and the events that tell it.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::declaration::Declaration;
use crate::domain::ids::EvenementId;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::frises::Ecriture;
use crate::services::{Contexte, ServiceError, Services};
use crate::storage::Connection;
use crate::storage::evenements::{self, Evenement};

impl Services {
    /// Unrolls the choices of the person again and writes what changes in their timeline.
    pub(super) async fn take_effect(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        declaration: &Declaration,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        self.verify_designable(conn, declaration).await?;
        let (patient, auteur) = (declaration.patient_id, contexte.acteur.role());
        self.replay(conn, &Ecriture { patient, auteur, instant }).await?;
        Ok(())
    }

    pub(super) fn event(
        &self,
        declaration: &Declaration,
        nature: &'static str,
        instant: DateTime<Utc>,
    ) -> Evenement {
        Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: instant,
            enregistre_le: instant,
            effet_du: None,
            patient_id: Some(declaration.patient_id),
            medecin_id: declaration.medecins.first().map(|medecin| medecin.medecin_id),
            declaration_id: Some(declaration.id),
            feuille_id: None,
            auteur_role: "service",
            auteur_moyen: declaration.signatures.last().map(|signature| signature.moyen.mot()),
            donnees: json!({ "etat": declaration.etat.mot(), "version": declaration.version }),
        }
    }

    pub(super) async fn record(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        declaration: &Declaration,
        nature: &'static str,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let event = Evenement {
            auteur_role: contexte.acteur.role(),
            ..self.event(declaration, nature, instant)
        };
        Ok(evenements::insert(conn, &event).await?)
    }
}
