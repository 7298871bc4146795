//! One feuille judged with what the register knows beside it, whoever asks: a reception, a lot, a
//! reevaluation, a simulation.

use chrono::{DateTime, Utc};

use super::{Registre, Sujet};
use crate::domain::clock::paris_day;
use crate::domain::evaluation::{Evaluation, FaitsConnus};
use crate::domain::ids::DeclarationId;
use crate::law::Law;
use crate::law::prescription::tardives;
use crate::services::ServiceError;
use crate::services::evaluations::ask;

/// What the law decides of a feuille, and on what.
#[derive(Debug)]
pub(in crate::services) struct Jugement {
    /// The facts of the register.
    pub(in crate::services) faits: FaitsConnus,
    /// The declaration in force on the first of its days of reference.
    pub(in crate::services) declaration_id: Option<DeclarationId>,
    /// The decision, with what the feuille and the register say otherwise.
    pub(in crate::services) evaluation: Evaluation,
}

impl Registre {
    /// Judges a feuille that was received at an instant. One that was judged before is told what its performer had earned that year as it
    /// was told then: the sum of a year keeps no instant.
    pub(in crate::services) fn juger(
        &self,
        law: &Law,
        sujet: Sujet<'_>,
        (recue_le, avant): (DateTime<Utc>, Option<&FaitsConnus>),
    ) -> Result<Jugement, ServiceError> {
        let (mut faits, declaration_id) = self.faits(sujet)?;
        if let Some(avant) = avant {
            faits.registre.honoraires = avant.registre.honoraires;
        }
        let mut evaluation = ask(law, &sujet.1.soins, &faits)?;
        evaluation.avertissements.extend(self.ecarts(sujet));
        evaluation.avertissements.extend(tardives(&sujet.1.soins, paris_day(recue_le)));
        Ok(Jugement { faits, declaration_id, evaluation })
    }
}
