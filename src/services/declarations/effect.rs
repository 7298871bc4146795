//! What a complete declaration changes in the timeline of a person, and the events that tell it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::clock::paris_day;
use crate::domain::declaration::Declaration;
use crate::domain::designation::{self, Modification};
use crate::domain::ids::{DesignationId, EvenementId, MedecinId, PatientId};
use crate::domain::vie::fusion::{derouler_avec_ecarts, jusqu_au_deces};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::LawError;
use crate::law::parameters::Parametre;
use crate::services::{Contexte, ServiceError, Services, latest_knowledge};
use crate::storage::evenements::{self, Evenement};
use crate::storage::patients::{conflits, faits};
use crate::storage::{Connection, designations};

impl Services {
    /// A complete declaration takes effect in the timeline of its person.
    pub(super) async fn take_effect(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        declaration: &Declaration,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        self.verify_designable(conn, declaration).await?;
        self.refresh_timeline(conn, contexte, declaration.patient_id, instant).await
    }

    /// Unrolls the choices of a person again and writes what changes in their timeline. The person
    /// is locked.
    pub(in crate::services) async fn refresh_timeline(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        patient: PatientId,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let mut choices = designations::choices(conn, patient).await?;
        let start = self.law_start();
        for choice in &mut choices {
            let signed = choice.ordre.signe_le;
            let at_signature = self
                .law
                .valeur(Parametre::MtEffetALaSignature, signed.max(start))
                .map_err(LawError::from)?;
            if at_signature == 0 {
                choice.effet_du = paris_day(choice.ordre.recue_le);
            }
        }
        let ecarts = conflits::ecarts(conn, patient).await?;
        let mut wanted = derouler_avec_ecarts(&ecarts, |counts| {
            let counted: Vec<_> =
                choices.iter().filter(|choice| counts(choice.declaration_id)).cloned().collect();
            designation::unroll(&counted)
        });
        if let Some(deces) = faits::deces(conn, patient).await? {
            wanted = jusqu_au_deces(wanted, deces.effet.du());
        }
        let stored = designations::list(conn, patient, latest_knowledge()).await?;
        for change in designation::compare(&stored, &wanted) {
            self.apply(conn, contexte, patient, &change, instant).await?;
        }
        Ok(())
    }

    async fn apply(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        patient: PatientId,
        change: &Modification,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let (nature, segment) = match change {
            Modification::Ouvrir(segment) => {
                let id = DesignationId::from_uuid(self.ids.uuid());
                designations::open(conn, patient, id, segment, instant).await?;
                ("declaration.prise_effet", Some(segment))
            }
            Modification::Reviser { id, version, segment } => {
                designations::revise(conn, patient, *id, *version, segment, instant).await?;
                ("declaration.remplacee", Some(segment))
            }
            Modification::Effacer { id, version } => {
                designations::erase(conn, patient, *id, *version, instant).await?;
                ("declaration.depassee", None)
            }
        };
        let effet_du = segment.map(|segment| segment.effet.du());
        let medecins: BTreeSet<MedecinId> =
            segment.map(|segment| segment.medecins.clone()).unwrap_or_default();
        let event = Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: instant,
            enregistre_le: instant,
            effet_du,
            patient_id: Some(patient),
            medecin_id: medecins.first().copied(),
            declaration_id: segment.map(|segment| segment.declaration_id),
            feuille_id: None,
            auteur_role: contexte.acteur.role(),
            auteur_moyen: None,
            donnees: json!({
                "effet_au": segment.and_then(|segment| segment.effet.au()),
                "motif_fin": segment.and_then(|segment| segment.motif_fin).map(Vocabulaire::mot),
            }),
        };
        Ok(evenements::insert(conn, &event).await?)
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
