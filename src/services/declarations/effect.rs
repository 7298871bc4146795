//! What a complete declaration changes in the timeline of a person, and the events that tell it.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::declaration::Declaration;
use crate::domain::frise::Choix;
use crate::domain::ids::EvenementId;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::frises::Ecriture;
use crate::services::{Contexte, ServiceError, Services, latest_knowledge};
use crate::storage::evenements::{self, Evenement};
use crate::storage::{Connection, representations, signatures};

impl Services {
    /// What the last signature brings: the doctors are verified, the timeline follows, and those
    /// whom it contradicts are told.
    pub(super) async fn take_effect(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        declaration: &Declaration,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        self.verify_designable(conn, declaration).await?;
        let ecriture = Ecriture::par(contexte, declaration.patient_id, instant);
        let frise = self.replay(conn, &ecriture).await?;
        self.tell_contradicted(conn, contexte, (declaration, frise.choix), instant).await
    }

    /// Tells the neighbours of a choice in the order of signatures: two holders of parental
    /// authority who do not choose the same doctors, and two choices of one day. The last signed
    /// prevails; who signed the other is told.
    async fn tell_contradicted(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        (declaration, choices): (&Declaration, Vec<Choix>),
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let patient = declaration.patient_id;
        let Some(index) = choices.iter().position(|one| one.declaration_id == declaration.id)
        else {
            return Ok(());
        };
        let pairs: Vec<(&Choix, &Choix)> = choices
            .windows(2)
            .enumerate()
            .filter(|(first, _)| *first == index || first.checked_add(1) == Some(index))
            .filter_map(|(_, pair)| pair.first().zip(pair.last()))
            .filter(|(before, after)| after.en_place.is_none() && before.medecins != after.medecins)
            .collect();
        if pairs.is_empty() {
            return Ok(());
        }
        let holders = signatures::holders(conn, patient).await?;
        let links =
            representations::list(conn, self.db.coffre(), patient, latest_knowledge()).await?;
        let holder = |choice: &Choix| {
            let found = holders.iter().find(|(id, _)| *id == choice.declaration_id);
            found.and_then(|(_, link)| links.iter().find(|known| known.id == *link))
        };
        for (before, after) in pairs {
            let mut tell = Vec::new();
            if before.effet_du == after.effet_du {
                tell.push((
                    "declaration.meme_jour",
                    json!({
                        "declaration_prevalente": after.declaration_id,
                    }),
                ));
            }
            if let (Some(told), Some(other)) = (holder(before), holder(after))
                && told.representant != other.representant
            {
                tell.push((
                    "declaration.autre_titulaire",
                    json!({
                        "declaration_prevalente": after.declaration_id,
                        "destinataire_representation_id": told.id,
                    }),
                ));
            }
            for (nature, donnees) in tell {
                let event = Evenement {
                    declaration_id: Some(before.declaration_id),
                    medecin_id: None,
                    effet_du: Some(after.effet_du),
                    auteur_role: contexte.acteur.role().mot(),
                    donnees,
                    ..self.event(declaration, nature, instant)
                };
                evenements::insert(conn, &event).await?;
            }
        }
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
            auteur_role: contexte.acteur.role().mot(),
            ..self.event(declaration, nature, instant)
        };
        Ok(evenements::insert(conn, &event).await?)
    }
}
