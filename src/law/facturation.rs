//! What was billed, compared with what could be billed. A discrepancy changes no amount: it is said.

use super::Law;
use super::bareme::{Bareme, DateDesSoins};
use super::nomenclature::est_majoration_de_coordination;
use super::parameters::Parametre;
use super::situation::Situation;
use crate::domain::evaluation::{
    ActeEvalue, Avertissement, AvertissementLigne, Evaluation, FaitsConnus,
};
use crate::domain::feuille_de_soins::{
    Acte, Convention, Nomenclature, OptionTarifaire, QualificatifDepense, Soins,
};
use crate::domain::money::Centimes;

/// First age of the ordinary consultation at a general practitioner's.
const ENFANT: u8 = 6;

/// Discrepancies of the lines of a feuille.
pub(super) fn controles(
    law: &Law,
    soins: &Soins,
    faits: &FaitsConnus,
    evaluation: &Evaluation,
) -> Vec<AvertissementLigne> {
    let mut warnings = Vec::new();
    for evalue in &evaluation.actes {
        let lignes: Vec<&Acte> = evalue
            .lignes
            .iter()
            .filter_map(|ligne| soins.actes.iter().find(|a| a.numero_ligne == ligne.numero_ligne))
            .collect();
        let Some(principale) = lignes.first() else { continue };
        let situation = Situation::of(soins, principale, faits);
        let Ok(bareme) = law.bareme_du(DateDesSoins::new(principale.date_reference())) else {
            continue;
        };
        let mut warn = |code, ligne: &Acte| {
            warnings.push(AvertissementLigne { code, numero_ligne: Some(ligne.numero_ligne) });
        };
        for ligne in &lignes {
            if est_da(ligne) && !evalue.qualification.da_possible {
                warn(Avertissement::DepassementNonAutorise, ligne);
            }
            let forbidden = !evalue.qualification.coordination_possible;
            if forbidden && est_majoration_de_coordination(&ligne.code) {
                warn(Avertissement::CoordinationInterdite, ligne);
            }
            let expected = tarif(ligne, &situation, bareme).filter(|_| metropole(soins));
            if expected.is_some_and(|expected| ligne.base.is_some_and(|base| base != expected)) {
                warn(Avertissement::BaseContredite, ligne);
            }
        }
        if depassement_excessif(&lignes, evalue, bareme) {
            warn(Avertissement::DepassementExcessif, principale);
        }
    }
    warnings
}

fn est_da(ligne: &Acte) -> bool {
    matches!(ligne.qualificatif, Some(QualificatifDepense::Da | QualificatifDepense::DaDe))
}

/// Whether the tariffs of the table apply: they differ overseas.
fn metropole(soins: &Soins) -> bool {
    let commune = soins.executant.lieu.and_then(|lieu| lieu.commune);
    !commune.is_some_and(|commune| commune.as_str().starts_with("97"))
}

/// The dated tariff of a line, when the table has one: consultations and their supplements.
fn tarif(ligne: &Acte, situation: &Situation, bareme: &Bareme) -> Option<Centimes> {
    use Parametre as P;
    let plain = ligne.quantite == 1 && ligne.coefficient_centiemes.is_none();
    if !plain || ligne.code.nomenclature() != Nomenclature::Ngap || !ligne.est_rembourse() {
        return None;
    }
    let opposable = match situation.convention {
        Convention::Secteur1 | Convention::Secteur1Dp | Convention::Salarie => true,
        Convention::Secteur2 => situation.option_tarifaire != OptionTarifaire::Aucune,
        Convention::NonConventionne => return None,
    };
    let general = situation.specialite.est_generaliste();
    let parametre = match (ligne.code.as_str(), general, opposable) {
        ("G" | "GS", true, true) if situation.age < ENFANT => return None,
        ("G" | "GS", true, true) => P::TarifGeneraliste,
        ("G" | "GS", true, false) => P::TarifGeneralisteS2,
        ("CS", false, true) => P::TarifCs,
        ("CS", false, false) => P::TarifCsS2,
        ("MPC", false, true) => P::Mpc,
        ("MCG", true, true) => P::Mcg,
        _ => return None,
    };
    bareme.centimes(parametre).ok()
}

/// Whether the fees of an authorised overrun go beyond the highest total of a consultation.
fn depassement_excessif(lignes: &[&Acte], evalue: &ActeEvalue, bareme: &Bareme) -> bool {
    let consultation = lignes.first().is_some_and(|ligne| ligne.code.as_str() == "CS");
    consultation
        && lignes.iter().any(|ligne| est_da(ligne))
        && bareme
            .centimes(Parametre::DaTotalMaxSpe)
            .is_ok_and(|highest| evalue.montants.honoraires > highest)
}
