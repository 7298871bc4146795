//! What a clerk of the caisse reads to defend an evaluation.

use chrono::{DateTime, Utc};

use super::{Contexte, Core, Law, Seen, ServiceError, feuilles_de_soins};
use crate::domain::digest::Empreinte;
use crate::domain::droits::Demarche;
use crate::domain::evaluation::{Evaluation, FaitsConnus};
use crate::domain::feuille_de_soins::Soins;
use crate::domain::ids::FeuilleId;
use crate::domain::vocabulary::vocabulaire;
pub use crate::law::instruction::{ActeInstruit, FaitInstruit, RegleInstruite, Sort, Source};

vocabulaire!(
    /// How much of a simulation is asked for.
    Detail ("vue") {
        /// The decision and its reasons.
        Decision = 1 "decision",
        /// The same, with every rule, fact and value.
        Instruction = 2 "instruction",
    }
);

/// Every rule, fact and value behind an evaluation.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// Number of the evaluation, when it is stored.
    pub numero: Option<i16>,
    /// Its law.
    pub regles_version: Empreinte,
    /// What was recorded then was taken into account, when it is stored.
    pub connu_le: Option<DateTime<Utc>>,
    /// Act by act.
    pub actes: Vec<ActeInstruit>,
}

/// The instruction of a simulation; the instant is that of the knowledge of the register, when it
/// was asked.
pub fn instruct(
    law: &Law,
    soins: &Soins,
    faits: &FaitsConnus,
    evaluation: &Evaluation,
    registre: Option<DateTime<Utc>>,
) -> Result<Instruction, ServiceError> {
    Ok(Instruction {
        numero: None,
        regles_version: *law.empreinte(),
        connu_le: registre,
        actes: law.instruire(soins, faits, evaluation, registre.is_some())?,
    })
}

/// Refuses whoever is not a clerk of a caisse.
pub fn verify_instructor(contexte: &Contexte) -> Result<(), ServiceError> {
    Ok(Demarche::LireInstruction.verify_role(contexte.acteur())?)
}

/// The instruction of a stored evaluation, for the caisse of the patient.
pub async fn read(
    core: &Core,
    contexte: &Contexte,
    id: FeuilleId,
    numero: i16,
) -> Result<Seen<Instruction>, ServiceError> {
    feuilles_de_soins::get(core, contexte, id).await?.try_map(|evaluee| {
        let found = evaluee.evaluations.iter().find(|(kept, _)| kept.numero == numero);
        let (kept, loi) = found.ok_or(ServiceError::Introuvable)?;
        let soins = &evaluee.feuille.feuille.soins;
        Ok(Instruction {
            numero: Some(numero),
            regles_version: loi.empreinte,
            connu_le: Some(kept.connu_le),
            actes: loi.law.instruire(soins, &kept.faits, &kept.evaluation, true)?,
        })
    })
}
