//! Asking the law, and saying why.

use super::{ServiceError, Services};
use crate::domain::evaluation::{Evaluation, FaitsConnus};
use crate::domain::feuille_de_soins::Soins;
use crate::law::bareme::DateDesSoins;
use crate::law::explanation::{Motif, motifs};
use crate::law::situation::Situation;
use crate::law::{LawError, checks};

impl Services {
    /// Evaluates care described inline. Nothing is read, nothing is stored.
    pub fn simulate(&self, soins: &Soins, faits: &FaitsConnus) -> Result<Evaluation, ServiceError> {
        Ok(self.ask_law(soins, faits)?)
    }

    /// The decision of the law, with the discrepancies between what was declared and determined.
    pub(super) fn ask_law(
        &self,
        soins: &Soins,
        faits: &FaitsConnus,
    ) -> Result<Evaluation, LawError> {
        let mut evaluation = self.law.evaluer(soins, faits)?;
        let discrepancies = checks::discrepancies(soins, faits, &evaluation);
        evaluation.avertissements.extend(discrepancies);
        Ok(evaluation)
    }

    /// The reasons of every act of an evaluation, in its order.
    pub fn explain(
        &self,
        soins: &Soins,
        faits: &FaitsConnus,
        evaluation: &Evaluation,
    ) -> Result<Vec<Vec<Motif>>, ServiceError> {
        evaluation
            .actes
            .iter()
            .map(|evalue| {
                let principale = evalue.lignes.first().map(|ligne| ligne.numero_ligne);
                let acte = soins.actes.iter().find(|acte| Some(acte.numero_ligne) == principale);
                let Some(acte) = acte else { return Ok(Vec::new()) };
                let situation = Situation::of(soins, acte, faits);
                let bareme = self.law.bareme_du(DateDesSoins::new(acte.date_reference()))?;
                Ok(motifs(evalue, &situation, bareme))
            })
            .collect()
    }
}
