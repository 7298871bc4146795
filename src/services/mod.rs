//! Use cases: authorise, open a transaction, read, decide, write.
//!
//! Each use case is a function of its module: it receives the base ([`Core`]), who acts and what is
//! wanted; it decides with the pure core and writes with `storage`, through the doors of [`core`]. It knows
//! nothing of HTTP: the answer that idempotency must keep is rendered by a function that the caller gives.

pub mod a_faire;
pub mod a_revoir;
pub mod abonnements;
pub mod acces;
pub mod adressages;
mod affiliations;
pub mod annuaire;
pub mod ccam;
pub mod cles;
pub mod conciliations;
pub mod core;
pub mod courriers;
pub mod creances;
pub mod declarations;
pub mod diagnostic;
pub mod dossier_complet;
pub mod etats;
pub mod evaluations;
mod exercices;
pub mod exports;
mod faits;
pub mod feuilles_de_soins;
pub mod fiches;
pub mod fil;
mod frises;
pub mod instructions;
pub mod loi;
pub mod medecins;
pub mod medecins_traitants;
pub mod mesures;
pub mod neutralisations;
pub mod operations;
pub mod pages;
pub mod patientele;
pub mod patients;
mod porteurs;
pub mod proches;
pub mod purges;
pub mod reevaluations;
pub mod rejeu;
pub mod remunerations;
pub mod representants;
pub mod representations;
pub mod reprises;
pub mod sceaux;
pub mod simulations;
mod son_temps;
pub mod statistiques;
mod suites;
pub mod taches;
pub mod travaux;
mod versions;
mod vivant;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use crate::domain::declaration::DeclarationRefusee;
use crate::domain::fin::DepartRefuse;
use crate::domain::ids::{ConciliationId, FeuilleId, PatientId};
pub use crate::law::{Law, LawError};
use crate::storage::StorageError;

pub use self::core::{Contexte, Core, Demande, Done, Exit, Memoire, Render, Rendu, Seen};
pub use self::versions::VersionsVues;
pub use crate::domain::droits::Vue;
pub use crate::domain::mode::Mode;

/// A field that cannot be accepted, as the caller named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChampInvalide {
    /// JSON pointer.
    pub pointeur: String,
    /// Stable code.
    pub code: &'static str,
    /// What is expected, in French.
    pub message: String,
}

impl ChampInvalide {
    /// A field that cannot be accepted.
    pub fn new(
        pointeur: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { pointeur: pointeur.into(), code, message: message.into() }
    }
}

/// Why a use case gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The law.
    #[error(transparent)]
    Law(#[from] LawError),
    /// A declaration does not move.
    #[error(transparent)]
    Declaration(#[from] DeclarationRefusee),
    /// A doctor cannot leave a designation.
    #[error(transparent)]
    Depart(#[from] DepartRefuse),
    /// A paper that could not be printed.
    #[error("{0}")]
    Impression(String),
    /// Does not exist, or the caller may not know that it does.
    #[error("not found")]
    Introuvable,
    /// The caller's role may not do that, and may know it.
    #[error("forbidden: {0}")]
    Interdit(&'static str),
    /// Fields that cannot be accepted.
    #[error("{} invalid fields", .0.len())]
    Invalide(Vec<ChampInvalide>),
    /// The caller saw another version.
    #[error("version {attendue} was expected, {actuelle} is current")]
    VersionPerimee {
        /// What the caller saw.
        attendue: VersionsVues,
        /// What is.
        actuelle: i32,
    },
    /// The idempotency key was used by another request.
    #[error("idempotency key reused")]
    CleReutilisee,
    /// The idempotency key is held by a request that is still running.
    #[error("idempotency key in progress")]
    CleEnCours,
    /// The number belongs to a person already registered, whom the caller may see.
    #[error("patient already registered")]
    PatientExistant(PatientId),
    /// Several persons answer to one card, all of whom the caller may see: nobody is chosen.
    #[error("{} patients under one card", .0.len())]
    PatientAmbigu(Vec<PatientId>),
    /// The person depends on another caisse: whoever gives their whole identity takes them over.
    #[error("patient to take over")]
    MutationAttendue,
    /// Too many tries with a number found nobody; how long to wait.
    #[error("too many tries: {0}")]
    TropDEssais(TimeDelta),
    /// This representative is already recorded in that quality, on a day in common.
    #[error("representation already recorded")]
    RepresentationExistante,
    /// The doctor is not one of the médecins traitants of the person on that day.
    #[error("not a médecin traitant on {0}")]
    NonMedecinTraitant(chrono::NaiveDate),
    /// The same operation on the doctor was already recorded.
    #[error("operation already recorded")]
    OperationExistante(crate::domain::ids::OperationId),
    /// The operation is already being undone, or the facts of the doctor have changed since.
    #[error("the operation cannot be undone")]
    AnnulationImpossible,
    /// Who prepared a national act cannot confirm it.
    #[error("prepared by the same agent")]
    ConfirmationParLeMeme,
    /// The record was merged into another, which the caller may see.
    #[error("patient merged into another record")]
    PatientFusionne(PatientId),
    /// Two records cannot be merged, or a merge cannot be undone.
    #[error("merge refused: {0}")]
    FusionImpossible(&'static str),
    /// The conflict was settled, or is no more.
    #[error("the conflict is not open")]
    ConflitClos,
    /// The RPPS belongs to a doctor already registered.
    #[error("doctor already registered")]
    MedecinExistant,
    /// The billing number is another doctor's.
    #[error("billing number of another doctor")]
    FacturationExistante,
    /// The feuille was already received: which, for who may read it.
    #[error("feuille already received")]
    FeuilleExistante(Option<FeuilleId>),
    /// The state of the resource forbids the action: a sentence says how it stands.
    #[error("{0}")]
    EtatIncompatible(&'static str),
    /// A search for a doctor is already open for the person.
    #[error("a conciliation is already open")]
    ConciliationOuverte(ConciliationId),
    /// A rendered answer or a canonical content could not be written: our mistake.
    #[error("serialisation: {0}")]
    Serialisation(#[from] serde_json::Error),
    /// The processing of the person's data is limited, and this is not what goes on meanwhile.
    #[error("the processing is limited")]
    TraitementLimite,
    /// A cursor that this service did not make for who gives it.
    #[error("a foreign cursor")]
    CurseurEtranger,
    /// A cursor of the feed from before what was purged.
    #[error("a cursor from before what was purged")]
    CurseurPerime,
    /// The database does not answer: nothing was written.
    #[error("unavailable")]
    Indisponible,
    /// As many wait already as may.
    #[error("too many wait already")]
    Affluence,
    /// The trace of a reading could not be written: the reading is not given.
    #[error("the access could not be traced")]
    TraceImpossible,
}

impl ServiceError {
    /// One field that cannot be accepted.
    pub fn champ(
        pointeur: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::Invalide(vec![ChampInvalide::new(pointeur, code, message)])
    }

    /// In a body, something that cannot be found is a field that cannot be accepted.
    fn into_champ(self, pointeur: &str, code: &'static str, message: &str) -> Self {
        if let Self::PatientFusionne(kept) = self {
            let message = format!("le dossier qui a été conservé : {kept}");
            return Self::champ(pointeur, "patient_fusionne", message);
        }
        if let Self::PatientAmbigu(_) = self {
            return Self::champ(pointeur, "patient_ambigu", PATIENT_SEUL);
        }
        if matches!(self, Self::Introuvable) { Self::champ(pointeur, code, message) } else { self }
    }
}

/// What a body must designate where several persons answer to its card.
const PATIENT_SEUL: &str = "un numéro du patient lui-même : plusieurs patients du même assuré, nés le même jour, ont le \
                            même rang ; leur caisse corrige l'un des dossiers";

/// What a body must designate where it designates a person.
const PATIENT_ATTENDU: &str =
    "un patient enregistré : identifiant, date de naissance et rang tels que sur la carte Vitale";

/// Later than anything recorded: what is asked for without saying as known when.
pub fn latest_knowledge() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(9999, 12, 31, 0, 0, 0).single().unwrap_or(DateTime::<Utc>::MAX_UTC)
}
