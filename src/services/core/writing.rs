//! Writing about a person whose row is locked: under one instant, with events in the same transaction.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::{Core, ServiceError};
use crate::domain::ids::{DeclarationId, EvenementId, FeuilleId, MedecinId, PatientId};
use crate::storage::evenements::{self, Evenement};
use crate::storage::{Connection, Tx};

/// Who writes, as events say it: a role and a number, or the service itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) role: &'static str,
    pub(super) id: Option<i32>,
}

impl Signed {
    /// The service itself.
    pub(super) const SERVICE: Self = Self { role: "service", id: None };
}

/// Something to tell about a person.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    nature: &'static str,
    effet_du: Option<NaiveDate>,
    medecin_id: Option<MedecinId>,
    declaration_id: Option<DeclarationId>,
    feuille_id: Option<FeuilleId>,
    moyen: Option<&'static str>,
    donnees: Value,
}

impl Fact {
    /// A kind of event, and nothing else yet.
    pub(crate) fn of(nature: &'static str) -> Self {
        Self {
            nature,
            effet_du: None,
            medecin_id: None,
            declaration_id: None,
            feuille_id: None,
            moyen: None,
            donnees: json!({}),
        }
    }

    /// From which day it counts.
    #[must_use]
    pub(crate) fn effective(self, effet_du: impl Into<Option<NaiveDate>>) -> Self {
        Self { effet_du: effet_du.into(), ..self }
    }

    /// About which doctor.
    #[must_use]
    pub(crate) fn doctor(self, medecin_id: impl Into<Option<MedecinId>>) -> Self {
        Self { medecin_id: medecin_id.into(), ..self }
    }

    /// About which declaration.
    #[must_use]
    pub(crate) fn declaration(self, declaration_id: impl Into<Option<DeclarationId>>) -> Self {
        Self { declaration_id: declaration_id.into(), ..self }
    }

    /// About which feuille.
    #[must_use]
    pub(crate) fn feuille(self, feuille_id: FeuilleId) -> Self {
        Self { feuille_id: Some(feuille_id), ..self }
    }

    /// By which means.
    #[must_use]
    pub(crate) fn means(self, moyen: Option<&'static str>) -> Self {
        Self { moyen, ..self }
    }

    /// Codes and states; never a number of a person.
    #[must_use]
    pub(crate) fn with(self, donnees: Value) -> Self {
        Self { donnees, ..self }
    }

    /// The event, as it is written.
    pub(super) fn evenement(
        self,
        id: EvenementId,
        signed: Signed,
        (patient_id, instant): (Option<PatientId>, DateTime<Utc>),
    ) -> Evenement {
        Evenement {
            id,
            nature: self.nature,
            survenu_le: instant,
            enregistre_le: instant,
            effet_du: self.effet_du,
            patient_id,
            medecin_id: self.medecin_id,
            declaration_id: self.declaration_id,
            feuille_id: self.feuille_id,
            auteur_role: signed.role,
            auteur_id: signed.id,
            auteur_moyen: self.moyen,
            donnees: self.donnees,
        }
    }
}

/// A transaction in which a person is locked, and the instant under which what is written now will be
/// known.
#[derive(Debug)]
pub(crate) struct Writing<'t> {
    pub(super) core: &'t Core,
    pub(super) tx: &'t mut Tx,
    pub(super) signed: Signed,
    /// About whom.
    pub(in crate::services) patient: PatientId,
    /// Under which instant.
    pub(in crate::services) instant: DateTime<Utc>,
}

impl<'t> Writing<'t> {
    /// Where to read and write.
    pub(in crate::services) fn conn(&mut self) -> &mut Connection {
        self.tx
    }

    /// The base of everything.
    pub(in crate::services) const fn core(&self) -> &'t Core {
        self.core
    }

    /// Tells something about the person.
    pub(in crate::services) async fn tell(&mut self, fact: Fact) -> Result<(), ServiceError> {
        let id = EvenementId::from_uuid(self.core.ids.uuid());
        let event = fact.evenement(id, self.signed, (Some(self.patient), self.instant));
        Ok(evenements::insert(self.tx, &event).await?)
    }
}
