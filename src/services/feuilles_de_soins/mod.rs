//! Receiving a feuille de soins, evaluating it, reading both back.

mod connues;
mod decision;
mod liste;
mod lots;
mod reception;
mod verification;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::connues::contradicted_by;
pub(super) use self::decision::retenues;
pub use self::liste::PageFeuilles;
use self::lots::Tour;
pub use self::lots::{Reception, Suite, Tours};
use self::reception::{Ligne, Trouvee};
use super::loi::LoiConnue;
use super::{Contexte, Demande, Memoire, Rendu, ServiceError, Services};
use crate::domain::acteur::Acteur;
use crate::domain::evaluation::AutreFeuille;
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::ids::FeuilleId;
use crate::domain::patient::ClePatient;
use crate::storage::evaluations::EvaluationEnregistree;
use crate::storage::feuilles_de_soins::{self, FeuilleEnregistree, FeuilleRecue};
use crate::storage::patients::fusions;

/// A feuille to receive, and how its beneficiary is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleFeuille {
    /// By which number, birth date and rank.
    pub cle: ClePatient,
    /// The feuille.
    pub feuille: FeuilleDeSoins,
}

/// A feuille with its evaluations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleEvaluee {
    /// The feuille.
    pub feuille: FeuilleEnregistree,
    /// Its evaluations, the first first, each with its law.
    pub evaluations: Vec<(EvaluationEnregistree, LoiConnue)>,
    /// Later feuilles that contradict the single opinion of this one.
    pub a_reexaminer: Vec<AutreFeuille>,
}

impl Services {
    /// Stores a feuille and evaluates it against the register as it stood on the day of care: a lot
    /// of one, under a key.
    pub async fn submit_feuille(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        nouvelle: NouvelleFeuille,
        rendre: impl Fn(&FeuilleEvaluee) -> Result<Rendu, ServiceError>,
    ) -> Result<Memoire, ServiceError> {
        let date_soins = self.verify_sender(contexte, &nouvelle.feuille)?;
        self.open_months(&BTreeSet::from([date_soins])).await?;
        let mut tx = self.db.begin("feuille.submit").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let lignes = Arc::new(vec![Ligne { nouvelle, date_soins }]);
        let done = self
            .store_all(&mut tx, contexte, &lignes, &Suite::default(), &mut Tour::default())
            .await?;
        let Trouvee { recue, nouvelle } =
            done.into_iter().next().ok_or(ServiceError::Introuvable)??;
        if !nouvelle {
            return Err(ServiceError::FeuilleExistante(recue.feuille.id));
        }
        let rendu = rendre(&self.evaluee(recue))?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// A feuille that was just evaluated, under the present law.
    fn evaluee(&self, recue: FeuilleRecue) -> FeuilleEvaluee {
        let evaluations = vec![(recue.evaluation, self.present_law())];
        FeuilleEvaluee { feuille: recue.feuille, evaluations, a_reexaminer: Vec::new() }
    }

    /// Reads a feuille and its evaluations.
    pub async fn get_feuille(
        &self,
        contexte: &Contexte,
        id: FeuilleId,
    ) -> Result<FeuilleEvaluee, ServiceError> {
        let mut conn = self.db.read("feuille.get").await?;
        let recue =
            feuilles_de_soins::get(&mut conn, id).await?.ok_or(ServiceError::Introuvable)?;
        let FeuilleRecue { feuille, evaluation } = recue;
        let owner = fusions::owner_of_feuille(&mut conn, id, feuille.patient_id).await?;
        match contexte.acteur {
            // The médecin traitant does not read what other doctors did.
            Acteur::Medecin(rpps) if rpps != feuille.feuille.executant_rpps => {
                return Err(ServiceError::Introuvable);
            }
            Acteur::Medecin(_) => {}
            Acteur::Patient(_) | Acteur::Caisse(_) => {
                let vue = self.verify_perimeter(&mut conn, &contexte.acteur, owner).await?;
                let care = feuille.feuille.soins.date_soins();
                if !care.is_some_and(|jour| vue.contient(jour)) {
                    return Err(ServiceError::Introuvable);
                }
            }
        }
        let received = vec![FeuilleRecue { feuille, evaluation }];
        let found = self.with_evaluations(&mut conn, received).await?.pop();
        let mut found = found.ok_or(ServiceError::Introuvable)?;
        found.a_reexaminer = contradicted_by(&mut conn, &found.feuille, owner).await?;
        drop(conn);
        self.trace(contexte, owner, "feuille.lire").await?;
        Ok(found)
    }
}
