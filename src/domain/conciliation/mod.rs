//! The file of conciliation: a patient finds no médecin traitant and the caisse looks for one near
//! the residence. It has no effect on what is reimbursed.
//!
//! ```text
//!             ┌─ a doctor agrees ────────────────▶ medecin_trouve
//! ouverte ────┼─ the patient gives up ───────────▶ abandonnee
//!             └─ the caisse ends it, in vain ────▶ close
//! ```
//!
//! While it is open, doctors are contacted and answer. Each answer is a version of its contact.

use chrono::{DateTime, NaiveDate, Utc};

use super::identifiers::{CommuneExercice, Organisme, Rpps};
use super::ids::{ConciliationId, ContactId, DeclarationId, MedecinId, PatientId};
use super::vocabulary::{Vocabulaire, vocabulaire};

mod attente;

pub use self::attente::Attente;

vocabulaire!(
    /// State of a file.
    EtatConciliation ("etat_conciliation") {
        Ouverte = 1 "ouverte",
        MedecinTrouve = 2 "medecin_trouve",
        Abandonnee = 3 "abandonnee",
        /// Ended by the caisse without a doctor.
        Close = 4 "close",
    }

    /// What somebody may do to a file.
    ActionConciliation ("action_conciliation") {
        Contacter = 1 "contacter",
        Repondre = 2 "repondre",
        Trouver = 3 "trouver",
        Abandonner = 4 "abandonner",
        /// End the search in vain.
        Clore = 5 "clore",
    }

    /// What a doctor answered.
    ReponseMedecin ("reponse_medecin") {
        Attendue = 1 "attendue",
        Accord = 2 "accord",
        Refus = 3 "refus",
        SansReponse = 4 "sans_reponse",
    }

    /// Who acts on a file.
    PartieConciliation ("partie_conciliation") {
        Patient = 1 "patient",
        /// The caisse, for the patient.
        Caisse = 2 "caisse",
    }
);

/// A doctor contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// Its id, the same in every version.
    pub id: ContactId,
    /// Version, from 1.
    pub version: i32,
    pub medecin_id: MedecinId,
    pub rpps: Rpps,
    pub par: PartieConciliation,
    pub contacte_le: NaiveDate,
    pub reponse: ReponseMedecin,
    pub repondu_le: Option<NaiveDate>,
    /// The declaration that the doctor refused, when that is the answer.
    pub declaration_id: Option<DeclarationId>,
}

/// A file, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conciliation {
    pub id: ConciliationId,
    pub patient_id: PatientId,
    /// Asked of which caisse.
    pub organisme: Organisme,
    pub commune: CommuneExercice,
    pub demandee_par: PartieConciliation,
    pub demandee_le: NaiveDate,
    /// Version, from 1.
    pub version: i32,
    pub etat: EtatConciliation,
    pub medecin: Option<(MedecinId, Rpps)>,
    pub terminee_le: Option<NaiveDate>,
    /// Doctors contacted, in the order of their contacts.
    pub contacts: Vec<Contact>,
    pub enregistre_le: DateTime<Utc>,
}

/// Why a file does not move, or a date cannot be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConciliationRefusee {
    #[error("the search is over: {etat:?}")]
    Terminee { etat: EtatConciliation },
    #[error("no such contact")]
    ContactInconnu,
    #[error("already answered")]
    DejaRepondu,
    /// An answer that says nothing.
    #[error("an answer is needed")]
    ReponseAttendue,
    #[error("contacted in the future")]
    ContactFutur,
    #[error("answered in the future")]
    ReponseFuture,
    #[error("answered before the contact")]
    ReponseAvantContact,
    #[error("the doctor refused")]
    MedecinRefuse,
}

impl Conciliation {
    /// What is possible now, among what the rights of a caller give.
    pub fn actions(&self, may: impl Fn(ActionConciliation) -> bool) -> Vec<ActionConciliation> {
        let waits = self.contacts.iter().any(|one| one.reponse == ReponseMedecin::Attendue);
        let open = |action: &ActionConciliation| {
            (*action != ActionConciliation::Repondre || waits)
                && self.allow().is_ok()
                && may(*action)
        };
        ActionConciliation::TOUS.iter().copied().filter(open).collect()
    }

    /// Refuses what comes too late.
    pub fn allow(&self) -> Result<(), ConciliationRefusee> {
        if self.etat == EtatConciliation::Ouverte {
            Ok(())
        } else {
            Err(ConciliationRefusee::Terminee { etat: self.etat })
        }
    }

    /// Adds a doctor contacted, with the answer when there is one already.
    pub fn contact(
        &mut self,
        contact: Contact,
        aujourd_hui: NaiveDate,
    ) -> Result<(), ConciliationRefusee> {
        verify_dates(&contact, aujourd_hui)?;
        self.contacts.push(contact);
        Ok(())
    }

    /// Writes the answer of a doctor: the next version of the contact.
    pub fn answer(
        &mut self,
        id: ContactId,
        reponse: ReponseMedecin,
        repondu_le: NaiveDate,
        aujourd_hui: NaiveDate,
    ) -> Result<Contact, ConciliationRefusee> {
        let contact = self.contacts.iter_mut().find(|one| one.id == id);
        let contact = contact.ok_or(ConciliationRefusee::ContactInconnu)?;
        // A doctor who kept silent may still answer; an answer given stays.
        if matches!(contact.reponse, ReponseMedecin::Accord | ReponseMedecin::Refus) {
            return Err(ConciliationRefusee::DejaRepondu);
        }
        if reponse == ReponseMedecin::Attendue {
            return Err(ConciliationRefusee::ReponseAttendue);
        }
        let next = Contact {
            reponse,
            repondu_le: Some(repondu_le),
            version: contact.version.saturating_add(1),
            ..*contact
        };
        verify_dates(&next, aujourd_hui)?;
        *contact = next;
        Ok(next)
    }

    /// Refuses, as the doctor whom the search found, one whose last answer is no.
    pub fn verify_found(&self, rpps: Rpps) -> Result<(), ConciliationRefusee> {
        let last = self.contacts.iter().rfind(|one| one.rpps == rpps);
        if last.is_some_and(|one| one.reponse == ReponseMedecin::Refus) {
            return Err(ConciliationRefusee::MedecinRefuse);
        }
        Ok(())
    }

    /// Ends the search.
    pub fn end(
        &mut self,
        etat: EtatConciliation,
        medecin: Option<(MedecinId, Rpps)>,
        aujourd_hui: NaiveDate,
    ) {
        self.etat = etat;
        self.medecin = medecin;
        self.terminee_le = Some(aujourd_hui);
    }

    /// Whole days between the request and the end of the search, or today.
    pub fn jours_d_attente(&self, aujourd_hui: NaiveDate) -> i64 {
        let end = self.terminee_le.unwrap_or(aujourd_hui);
        end.signed_duration_since(self.demandee_le).num_days().max(0)
    }
}

fn verify_dates(contact: &Contact, aujourd_hui: NaiveDate) -> Result<(), ConciliationRefusee> {
    if contact.contacte_le > aujourd_hui {
        return Err(ConciliationRefusee::ContactFutur);
    }
    if contact.repondu_le.is_some_and(|day| day > aujourd_hui) {
        return Err(ConciliationRefusee::ReponseFuture);
    }
    if contact.repondu_le.is_some_and(|day| day < contact.contacte_le) {
        return Err(ConciliationRefusee::ReponseAvantContact);
    }
    Ok(())
}
