//! What the professional declared, compared with what was determined. Discrepancies never change an
//! amount: the determined situation decides, and the reader is told.

use crate::domain::evaluation::{
    Appartenance, Avertissement, AvertissementLigne, CodeDetermine, Evaluation, FaitsConnus,
};
use crate::domain::feuille_de_soins::{DeclarationMt, ParcoursDeclare, Soins};
use crate::domain::identifiers::IndicateurParcours;

/// Discrepancies between a feuille and its evaluation.
pub fn discrepancies(
    soins: &Soins,
    faits: &FaitsConnus,
    evaluation: &Evaluation,
) -> Vec<AvertissementLigne> {
    let mut warnings = Vec::new();
    if contradicts_declaration(&soins.parcours, faits) {
        warnings.push(AvertissementLigne {
            code: Avertissement::DeclarationMtContredite,
            numero_ligne: None,
        });
    }
    let Some(indicateur) = soins.parcours.indicateur else { return warnings };
    for acte in &evaluation.actes {
        let concerned = matches!(
            acte.qualification.appartenance,
            Appartenance::DansParcours | Appartenance::HorsParcours
        );
        if concerned && !agrees(indicateur, acte.qualification.code) {
            warnings.push(AvertissementLigne {
                code: Avertissement::IndicateurContredit,
                numero_ligne: acte.lignes.first().map(|ligne| ligne.numero_ligne),
            });
        }
    }
    warnings
}

fn contradicts_declaration(parcours: &ParcoursDeclare, faits: &FaitsConnus) -> bool {
    let declared_somewhere = faits.relations_mt.iter().any(|(_, relation)| relation.declare());
    match parcours.declaration_mt {
        Some(DeclarationMt::Oui) => !declared_somewhere,
        Some(DeclarationMt::Non) => declared_somewhere,
        Some(DeclarationMt::Inconnu) | None => false,
    }
}

/// Whether an indicator announces the situation that was determined.
fn agrees(indicateur: IndicateurParcours, code: CodeDetermine) -> bool {
    use CodeDetermine as C;
    use IndicateurParcours as I;
    match indicateur {
        I::T => matches!(code, C::MedecinTraitant | C::CabinetSecondaire),
        I::N => matches!(code, C::NouveauMedecinTraitant | C::MedecinTraitant),
        I::R => code == C::Remplacant,
        I::O | I::M => code == C::Oriente,
        I::D => code == C::AccesDirect,
        I::U => matches!(code, C::Urgence | C::UrgenceSansMedecinTraitant),
        I::H => code == C::HorsResidence,
        I::J => code == C::GeneralisteRecent,
        I::B => code == C::ZoneSousMedicalisee,
        I::A => code == C::ArticleD16216,
        I::S | I::S1 | I::S2 => matches!(
            code,
            C::NonRespect
                | C::SansMedecinTraitant
                | C::SpecialiteHorsAccesDirect
                | C::ActeHorsAccesDirect
                | C::IndicateurAbsent
                | C::Tolerance
        ),
    }
}
