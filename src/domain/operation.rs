//! What happens to a doctor and reaches all who chose them: retirement, move, suspension…

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Periode;
use super::evenement::NatureEvenement;
use super::fin::MotifDepart;
use super::identifiers::{Rpps, Specialite};
use super::ids::{LieuId, MedecinId, OperationId};
use super::medecin::NouvelExercice;
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// What happens to a doctor.
    NatureOperation ("nature_operation") {
        Retraite = 1 "retraite",
        /// End of practice, for another reason.
        Cessation = 2 "cessation",
        Deces = 3 "deces",
        ChangementDepartement = 4 "changement_departement",
        /// Another cabinet of the same département.
        ChangementCabinet = 5 "changement_cabinet",
        ChangementSpecialite = 6 "changement_specialite",
        Suspension = 7 "suspension",
    }
);

impl NatureOperation {
    /// How the lines of the doctor end, when they end.
    pub const fn fin(self) -> Option<MotifDepart> {
        match self {
            Self::Retraite => Some(MotifDepart::Retraite),
            Self::Cessation => Some(MotifDepart::Cessation),
            Self::Deces => Some(MotifDepart::Deces),
            Self::ChangementDepartement => Some(MotifDepart::ChangementDeDepartement),
            Self::ChangementCabinet => Some(MotifDepart::ChangementDeLieu),
            Self::ChangementSpecialite => Some(MotifDepart::ChangementDeSpecialite),
            Self::Suspension => None,
        }
    }

    /// Whether every practice of the doctor ends: said of all the patients, it is a national act.
    pub const fn cesse(self) -> bool {
        matches!(self, Self::Retraite | Self::Cessation | Self::Deces | Self::ChangementDepartement)
    }

    /// Whether it happens once in a life, whatever the day.
    pub const fn unique(self) -> bool {
        matches!(self, Self::Retraite | Self::Cessation | Self::Deces)
    }

    /// Whether the patients left without médecin traitant bear no majoration for a time.
    pub const fn neutralise(self) -> bool {
        matches!(self, Self::Retraite | Self::ChangementDepartement)
    }

    /// The kind of event that tells it to a patient whose designation goes on.
    pub const fn avis(self) -> NatureEvenement {
        match self {
            Self::Suspension => NatureEvenement::DesignationMedecinSuspendu,
            Self::ChangementSpecialite => NatureEvenement::DesignationSpecialiteChangee,
            Self::Retraite
            | Self::Cessation
            | Self::Deces
            | Self::ChangementDepartement
            | Self::ChangementCabinet => NatureEvenement::DesignationLieuChange,
        }
    }

    /// The kind of event that tells it.
    pub const fn evenement(self) -> NatureEvenement {
        match self {
            Self::Retraite | Self::Cessation | Self::Deces => NatureEvenement::MedecinCessation,
            Self::ChangementDepartement | Self::ChangementCabinet => {
                NatureEvenement::MedecinLieuChange
            }
            Self::ChangementSpecialite => NatureEvenement::MedecinSpecialiteChangee,
            Self::Suspension => NatureEvenement::MedecinSuspension,
        }
    }
}

vocabulaire!(
    /// How far an operation is.
    EtatOperation ("etat_operation") {
        EnAttente = 1 "en_attente",
        EnCours = 2 "en_cours",
        Terminee = 3 "terminee",
        /// What was done is being undone.
        Annulation = 4 "annulation",
        Annulee = 5 "annulee",
        /// Prepared by an agent, waits for another one: nothing is done.
        AConfirmer = 6 "a_confirmer",
        /// Nobody confirmed it in time.
        Expiree = 7 "expiree",
    }

    /// What a caller may do to an operation.
    ActionOperation ("action_operation") {
        Annuler = 1 "annuler",
        Confirmer = 2 "confirmer",
    }

    /// What an operation did for one patient.
    ResultatOperation ("resultat_operation") {
        /// The designation is closed: no doctor is left.
        Fermee = 1 "fermee",
        /// The line of the doctor is closed, others remain.
        MembreFerme = 2 "membre_ferme",
        /// The designation goes on; the patient is told.
        Notifiee = 3 "notifiee",
        Inchangee = 4 "inchangee",
    }
);

/// An operation on a doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub id: OperationId,
    pub medecin_id: MedecinId,
    pub rpps: Rpps,
    pub nature: NatureOperation,
    pub effet_du: NaiveDate,
    /// First day after a suspension.
    pub effet_au: Option<NaiveDate>,
    /// The caisse that asked, for its territory or its own patients; `None` for a national act.
    pub caisse: Option<String>,
    pub motif: Option<String>,
    /// Why it begins so long ago.
    pub justification: Option<String>,
    /// Digest of the agent who prepared it, when another one has to confirm it.
    pub prepare_par: Option<Vec<u8>>,
    /// When it expires unless it is confirmed.
    pub expire_le: Option<DateTime<Utc>>,
    pub etat: EtatOperation,
    /// Number of the state, from 1.
    pub version: i32,
    pub enregistre_le: DateTime<Utc>,
    pub confirmee_le: Option<DateTime<Utc>>,
    pub annulee_le: Option<DateTime<Utc>>,
    /// No fact of the doctor changed since.
    pub derniere: bool,
}

impl Operation {
    /// The instant under which it was done.
    pub fn instant(&self) -> DateTime<Utc> {
        self.confirmee_le.unwrap_or(self.enregistre_le)
    }

    /// Whether the practice of the doctor changes; a caisse that ends its own patients leaves it.
    pub const fn change_les_faits(&self) -> bool {
        self.caisse.is_none() || !self.nature.cesse()
    }

    /// Whether it can still be confirmed.
    pub fn attend(&self, now: DateTime<Utc>) -> bool {
        self.etat == EtatOperation::AConfirmer && self.expire_le.is_some_and(|end| now < end)
    }

    /// Whether it can be undone for all.
    pub fn est_annulable(&self) -> bool {
        let waits = self.etat == EtatOperation::AConfirmer;
        self.annulee_le.is_none() && (waits || self.derniere || !self.change_les_faits())
    }

    /// Whether it could be, if the facts of the doctor were again what it made of them.
    pub fn est_annulable_si_rien_ne_suit(&self) -> bool {
        self.annulee_le.is_none() && self.etat != EtatOperation::AConfirmer
    }
}

/// How many patients an operation reaches, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compte {
    /// Patients who had chosen the doctor on the day before, and on the day.
    pub concernes: i64,
    pub fermees: i64,
    /// Lines closed while others remain.
    pub membres_fermes: i64,
    /// Patients who are only told.
    pub notifiees: i64,
    /// Patients no longer concerned when their turn came.
    pub inchangees: i64,
    pub neutralisees: i64,
    pub traites: i64,
    pub defaits: i64,
    /// Designations of the doctor that begin on the day or later: left as they are, to be looked at.
    pub posterieures: i64,
}

/// An operation to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleOperation {
    pub rpps: Rpps,
    pub nature: NatureOperation,
    pub effet_du: NaiveDate,
    /// First day after a suspension.
    pub effet_au: Option<NaiveDate>,
    /// The place that is left; the principal one when absent.
    pub lieu_quitte: Option<LieuId>,
    /// The practice that begins, after a move.
    pub exercice: Option<NouvelExercice>,
    pub specialite: Option<Specialite>,
    /// Why, in the words of who asks.
    pub motif: Option<String>,
    /// Why it begins so long ago.
    pub justification: Option<String>,
}

/// What is left of the days of a fact once those from `du`, until `au`, are taken away.
pub fn sans(effet: Periode, du: NaiveDate, au: Option<NaiveDate>) -> Vec<Periode> {
    let before = if effet.du() < du { effet.jusqu_au(du) } else { None };
    let after = au
        .filter(|au| effet.au().is_none_or(|end| end > *au))
        .and_then(|au| Periode::new(au.max(effet.du()), effet.au()).ok());
    before.into_iter().chain(after).collect()
}

/// A dated fact of a patient left without médecin traitant: no majoration on these days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neutralisation {
    pub medecin_id: MedecinId,
    pub rpps: Rpps,
    pub operation_id: OperationId,
    pub motif: NatureOperation,
}
