//! Fees that a change of the situation or of the law no longer lets anybody bill.

use super::facturation::{opposable, tarif};
use super::parameters::Parametre;
use super::situation::{DateDesSoins, Situation};
use super::valeurs::Valeurs;
use super::{Law, LawError};
use crate::domain::evaluation::{ActeEvalue, Appartenance, Evaluation, FaitsConnus};
use crate::domain::feuille_de_soins::{Acte, Convention, QualificatifDepense, Soins};
use crate::domain::money::Centimes;

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

/// The care with the tariffs of a reform: a base that is the tariff in force becomes the tariff of the
/// reform, and the fees move by as much.
pub(super) fn au_tarif_de(
    law: &Law,
    reforme: &Law,
    soins: &Soins,
    faits: &FaitsConnus,
) -> Result<Soins, LawError> {
    let mut changed = soins.clone();
    for acte in &mut changed.actes {
        let Some(base) = acte.base else { continue };
        let (situation, now, then) = autour(law, reforme, soins, faits, acte)?;
        let known =
            |valeurs: &Valeurs<'_>| tarif(acte, &situation, valeurs, opposable(&situation)?);
        let (Some(before), Some(after)) = (known(&now), known(&then)) else { continue };
        if before == base && after != before {
            acte.base = Some(after);
            acte.honoraires = acte.honoraires.plus(after.minus(before)?)?;
        }
    }
    Ok(changed)
}

/// The care with opposable tariffs wherever a reform demands them and the law in force does not: every
/// act inside the parcours is billed, and reimbursed, at the tariff of a doctor of sector 1 when it is
/// known, at its base otherwise. A particular demand of the patient (DE) stays.
pub(super) fn opposables(
    law: &Law,
    reforme: &Law,
    (soins, faits): (&Soins, &FaitsConnus),
    apres: &Evaluation,
) -> Result<Option<Soins>, LawError> {
    let mut changed = None;
    for (index, acte) in soins.actes.iter().enumerate() {
        let (situation, now, then) = autour(law, reforme, soins, faits, acte)?;
        let demanded = |valeurs: &Valeurs<'_>| valeurs.oui(Parametre::TarifsOpposablesParcours);
        let concerned = demanded(&then)?
            && !demanded(&now)?
            && depasse(acte)
            && acte_de(apres, acte).is_some_and(|evalue| {
                evalue.qualification.appartenance == Appartenance::DansParcours
            });
        let Some(base) = acte.base.filter(|_| concerned) else { continue };
        let sector_1 = Situation { convention: Convention::Secteur1, ..situation };
        let price = tarif(acte, &sector_1, &then, true).unwrap_or(base).max(base);
        let own = changed.get_or_insert_with(|| soins.clone());
        if let Some(acte) = own.actes.get_mut(index) {
            acte.base = Some(price.min(acte.honoraires));
            acte.honoraires = price.min(acte.honoraires);
            acte.qualificatif = None;
            acte.depassement = None;
        }
    }
    Ok(changed)
}

/// Whether a line is billed above its base, and not at the patient's own demand.
fn depasse(acte: &Acte) -> bool {
    let demanded =
        matches!(acte.qualificatif, Some(QualificatifDepense::De | QualificatifDepense::DaDe));
    acte.est_rembourse()
        && !demanded
        && acte.base.is_some_and(|base| base > Centimes::ZERO && acte.honoraires > base)
}

fn autour<'a>(
    law: &'a Law,
    reforme: &'a Law,
    soins: &Soins,
    faits: &FaitsConnus,
    acte: &Acte,
) -> Result<(Situation, Valeurs<'a>, Valeurs<'a>), LawError> {
    let date = DateDesSoins::new(acte.date_reference());
    let (now, then) = (law.bareme_du(date)?, reforme.bareme_du(date)?);
    Ok((Situation::of(soins, acte, faits), now.valeurs(), then.valeurs()))
}

/// The decision about the act of a line.
pub(super) fn acte_de<'a>(evaluation: &'a Evaluation, acte: &Acte) -> Option<&'a ActeEvalue> {
    let holds = |evalue: &&ActeEvalue| {
        evalue.lignes.iter().any(|ligne| ligne.numero_ligne == acte.numero_ligne)
    };
    evaluation.actes.iter().find(holds)
}
