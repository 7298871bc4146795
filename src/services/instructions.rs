//! What a clerk of the caisse reads to defend an evaluation.

use chrono::{DateTime, Utc};

use super::{Contexte, ServiceError, Services};
use crate::domain::acteur::Acteur;
use crate::domain::digest::Empreinte;
use crate::domain::evaluation::{Evaluation, FaitsConnus};
use crate::domain::feuille_de_soins::Soins;
use crate::domain::ids::FeuilleId;
use crate::domain::vocabulary::vocabulaire;
pub use crate::law::instruction::{ActeInstruit, RegleInstruite, Sort, Source};

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

impl Services {
    /// The instruction of a simulation; the instant is that of the knowledge of the register, when it
    /// was asked.
    pub fn instruct(
        &self,
        soins: &Soins,
        faits: &FaitsConnus,
        evaluation: &Evaluation,
        registre: Option<DateTime<Utc>>,
    ) -> Result<Instruction, ServiceError> {
        Ok(Instruction {
            numero: None,
            regles_version: *self.law.empreinte(),
            connu_le: registre,
            actes: self.law.instruire(soins, faits, evaluation, registre.is_some())?,
        })
    }

    /// Refuses whoever is not a clerk of a caisse.
    pub fn verify_instructor(&self, contexte: &Contexte) -> Result<(), ServiceError> {
        if matches!(contexte.acteur, Acteur::Caisse(_)) {
            return Ok(());
        }
        Err(ServiceError::Interdit("l'instruction d'une évaluation est lue par la caisse"))
    }

    /// The instruction of a stored evaluation, for the caisse of the patient.
    pub async fn instruct_stored(
        &self,
        contexte: &Contexte,
        id: FeuilleId,
        numero: i16,
    ) -> Result<Instruction, ServiceError> {
        self.verify_instructor(contexte)?;
        let evaluee = self.get_feuille(contexte, id).await?;
        let found = evaluee.evaluations.iter().find(|(kept, _)| kept.numero == numero);
        let (kept, loi) = found.ok_or(ServiceError::Introuvable)?;
        let soins = &evaluee.feuille.feuille.soins;
        Ok(Instruction {
            numero: Some(numero),
            regles_version: loi.empreinte,
            connu_le: Some(kept.connu_le),
            actes: loi.law.instruire(soins, &kept.faits, &kept.evaluation, true)?,
        })
    }
}
