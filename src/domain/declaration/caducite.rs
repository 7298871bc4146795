//! A choice that waits and that nothing can complete any more: another one counts, its doctor has left, or the patient is
//! dead.

use super::super::operation::NatureOperation;
use super::super::vocabulary::vocabulaire;
use super::{Action, Declaration, DeclarationRefusee, Etat};
use chrono::{DateTime, Utc};

vocabulaire!(
    /// Why nothing is waited for any more.
    MotifCaducite ("motif_caducite") {
        MedecinRetraite = 1 "medecin_retraite",
        MedecinCessation = 2 "medecin_cessation",
        MedecinDecede = 3 "medecin_decede",
        /// The doctor left the département and practises nowhere else.
        MedecinParti = 4 "medecin_parti",
        PatientDecede = 5 "patient_decede",
    }
);

impl MotifCaducite {
    /// That of an operation on the doctor, of those after which he no longer practises.
    pub const fn du_depart(nature: NatureOperation) -> Option<Self> {
        match nature {
            NatureOperation::Retraite => Some(Self::MedecinRetraite),
            NatureOperation::Cessation => Some(Self::MedecinCessation),
            NatureOperation::Deces => Some(Self::MedecinDecede),
            NatureOperation::ChangementDepartement => Some(Self::MedecinParti),
            NatureOperation::ChangementCabinet
            | NatureOperation::ChangementSpecialite
            | NatureOperation::Suspension => None,
        }
    }

    /// What people read.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::MedecinRetraite => "Le médecin choisi a pris sa retraite.",
            Self::MedecinCessation => "Le médecin choisi a cessé d'exercer.",
            Self::MedecinDecede => "Le médecin choisi est décédé.",
            Self::MedecinParti => "Le médecin choisi a quitté le département.",
            Self::PatientDecede => "Le patient est décédé.",
        }
    }
}

impl Declaration {
    /// Another choice, which the patient's side expressed later, counts.
    pub fn overtake(&mut self) -> Result<(), DeclarationRefusee> {
        self.close(Action::Depasser, Etat::Caduque, None)
    }

    /// Nothing is waited for any more.
    pub fn lapse(&mut self, motif: MotifCaducite) -> Result<(), DeclarationRefusee> {
        self.close(Action::RendreCaduque, Etat::Caduque, Some(motif.phrase().to_owned()))
    }

    /// What made it lapse never was: it waits again, for the time that it had.
    pub fn resume(&mut self, maintenant: DateTime<Utc>) -> Result<(), DeclarationRefusee> {
        if maintenant >= self.expire_le {
            let (etat, action) = (self.etat, Action::Reprendre);
            return Err(DeclarationRefusee::TransitionInterdite { etat, action });
        }
        self.close(Action::Reprendre, Etat::EnAttente, None)
    }
}
