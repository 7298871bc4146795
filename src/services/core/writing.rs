//! Writing about a person whose row is locked: under one instant, with events in the same transaction.

use chrono::{DateTime, Utc};

use super::Core;
use crate::domain::evenement::Fact;
use crate::domain::ids::{EvenementId, PatientId};
use crate::storage::Tx;
use crate::storage::evenements::{self, Inscription};
use crate::storage::patients::particularites::Particularites;

impl Core {
    /// What the service does by itself about somebody whose row is locked, under the instant that the lock gave.
    pub(in crate::services) const fn writing<'t>(
        &'t self,
        tx: &'t mut Tx,
        (patient, instant): (PatientId, DateTime<Utc>),
    ) -> Writing<'t> {
        let particularites = Particularites::INCONNUES;
        Writing { core: self, tx, auteur_id: None, patient, instant, particularites }
    }

    /// Tells something, in the transaction of what it tells; nobody is the author of what the service does
    /// by itself.
    pub(super) fn tell(
        &self,
        tx: &mut Tx,
        auteur_id: Option<i32>,
        (patient_id, enregistre_le): (Option<PatientId>, DateTime<Utc>),
        fact: Fact,
    ) {
        let id = EvenementId::from_uuid(self.ids.uuid());
        let inscription = Inscription { id, enregistre_le, patient_id, auteur_id };
        evenements::tell(tx, inscription, fact);
    }
}

/// A transaction in which a person is locked, and the instant under which what is written now will be
/// known.
#[derive(Debug)]
pub(crate) struct Writing<'t> {
    pub(super) core: &'t Core,
    pub(super) tx: &'t mut Tx,
    /// The number of who writes; none when the service does.
    pub(super) auteur_id: Option<i32>,
    /// About whom.
    pub(in crate::services) patient: PatientId,
    /// Under which instant.
    pub(in crate::services) instant: DateTime<Utc>,
    /// What the person has of what few people have.
    pub(in crate::services) particularites: Particularites,
}

impl<'t> Writing<'t> {
    /// Where to read and write.
    pub(in crate::services) fn conn(&mut self) -> &mut Tx {
        self.tx
    }

    /// The base of everything.
    pub(in crate::services) const fn core(&self) -> &'t Core {
        self.core
    }

    /// Tells something about the person.
    pub(in crate::services) fn tell(&mut self, fact: Fact) {
        let Self { core, auteur_id, patient, instant, .. } = self;
        core.tell(self.tx, *auteur_id, (Some(*patient), *instant), fact);
    }
}
