//! Asking the law, and saying why.

use super::ServiceError;
use crate::domain::evaluation::{
    Avertissement, AvertissementLigne, Evaluation, FaitsConnus, Reglement,
};
use crate::domain::feuille_de_soins::Soins;
pub use crate::law::autrement::{Autrement, Changement};
pub use crate::law::explanation::patient::PourLePatient;
pub use crate::law::explanation::{Motif, Motifs, au_patient, message, sans_reclamation};
use crate::law::explanation::{bilan, decidee};
use crate::law::reglement::reglement;
use crate::law::situation::{DateDesSoins, Situation};
use crate::law::{Law, LawError, checks};

/// Why an evaluation says what it says, in French.
#[derive(Debug, Clone)]
pub struct Explication<'a> {
    /// Reasons of every act, in the order of the evaluation.
    pub actes: Vec<Motifs<'a>>,
    /// Who pays what, in one sentence.
    pub bilan: String,
    /// The whole of it, told to the patient.
    pub patient: PourLePatient,
    /// Warnings and their sentences.
    pub avertissements: Vec<(AvertissementLigne, &'static str)>,
}

impl Explication<'_> {
    /// Tells of the decisions that waited for the caisse, and that it has made since, that they are made.
    pub fn depuis(&mut self, decidees: &[Avertissement]) {
        for code in decidees {
            self.patient.depuis(*code);
            let Some(done) = decidee(*code) else { continue };
            for (warning, said) in &mut self.avertissements {
                if warning.code == *code {
                    *said = done;
                }
            }
        }
    }
}

/// Who pays whom for a feuille, by what it says of third-party payment.
pub fn settle(soins: &Soins, evaluation: &Evaluation) -> Result<Reglement, ServiceError> {
    Ok(reglement(soins, evaluation)?)
}

/// Why an evaluation says what it says: rendered now, from codes, facts and amounts, with the values
/// of its law.
pub fn explain<'a>(
    law: &'a Law,
    soins: &Soins,
    faits: &FaitsConnus,
    evaluation: &Evaluation,
) -> Result<Explication<'a>, ServiceError> {
    let actes = evaluation.actes.iter().map(|evalue| {
        let principale = evalue.lignes.first().map(|ligne| ligne.numero_ligne);
        let acte = soins.actes.iter().find(|acte| Some(acte.numero_ligne) == principale);
        let mut motifs = Motifs::new();
        let Some(acte) = acte else { return Ok(motifs) };
        let situation = Situation::of(soins, acte, faits);
        let bareme = law.bareme_du(DateDesSoins::new(acte.date_reference()))?;
        motifs.rediger(evalue, &situation, bareme);
        Ok(motifs)
    });
    Ok(Explication {
        actes: actes.collect::<Result<_, LawError>>()?,
        bilan: bilan(&evaluation.totaux, soins.beneficiaire.complementaire),
        patient: law.raconter(soins, faits, evaluation)?,
        avertissements: evaluation
            .avertissements
            .iter()
            .map(|warning| (*warning, message(warning.code)))
            .collect(),
    })
}

/// The decision of a law about care, with the discrepancies between what was declared and determined.
/// Nothing is read, nothing is stored.
pub fn ask(law: &Law, soins: &Soins, faits: &FaitsConnus) -> Result<Evaluation, LawError> {
    Ok(with_discrepancies(soins, faits, law.evaluer(soins, faits)?))
}

/// The same about care that was decided once: what the service refuses of new care is no matter for it.
pub(super) fn ask_again(
    law: &Law,
    soins: &Soins,
    faits: &FaitsConnus,
) -> Result<Evaluation, LawError> {
    Ok(with_discrepancies(soins, faits, law.refaire(soins, faits)?))
}

fn with_discrepancies(
    soins: &Soins,
    faits: &FaitsConnus,
    mut evaluation: Evaluation,
) -> Evaluation {
    let discrepancies = checks::discrepancies(soins, faits, &evaluation);
    evaluation.avertissements.extend(discrepancies);
    evaluation
}
