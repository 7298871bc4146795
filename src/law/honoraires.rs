//! Fees that a change of the situation or of the law no longer lets anybody bill.

use crate::domain::evaluation::{ActeEvalue, Evaluation};
use crate::domain::feuille_de_soins::{Acte, QualificatifDepense, Soins};

/// The care without the authorised overruns (DA) that `avant` allowed and that `apres` does not; none
/// when there is no such overrun. A line that mixes a DA with a particular demand of the patient keeps
/// its fees: nobody knows the share of each.
pub(super) fn sans_depassement_autorise(
    soins: &Soins,
    avant: &Evaluation,
    apres: &Evaluation,
) -> Option<Soins> {
    let allowed = |evaluation: &Evaluation, acte: &Acte| {
        acte_de(evaluation, acte).is_some_and(|evalue| evalue.qualification.da_possible)
    };
    let lost = |acte: &Acte| {
        acte.qualificatif == Some(QualificatifDepense::Da)
            && allowed(avant, acte)
            && !allowed(apres, acte)
    };
    if !soins.actes.iter().any(lost) {
        return None;
    }
    let mut changed = soins.clone();
    for acte in changed.actes.iter_mut().filter(|acte| lost(acte)) {
        acte.honoraires = acte.base.map_or(acte.honoraires, |base| base.min(acte.honoraires));
        acte.qualificatif = None;
        acte.depassement = None;
    }
    Some(changed)
}

/// The decision about the act of a line.
pub(super) fn acte_de<'a>(evaluation: &'a Evaluation, acte: &Acte) -> Option<&'a ActeEvalue> {
    let holds = |evalue: &&ActeEvalue| {
        evalue.lignes.iter().any(|ligne| ligne.numero_ligne == acte.numero_ligne)
    };
    evaluation.actes.iter().find(holds)
}
