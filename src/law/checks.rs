//! What the professional declared, compared with what was determined. Discrepancies never change an
//! amount: the determined situation decides, and the reader is told.

use super::rules::REGISTRY;
use crate::domain::evaluation::{
    ActeEvalue, Appartenance, Avertissement, AvertissementLigne, CodeDetermine, Constat,
    CouvertureConnue, Evaluation, FaitsConnus, RelationMt,
};
use crate::domain::feuille_de_soins::{
    Complementaire, DeclarationMt, MotifExclusion, ParcoursDeclare, SituationParticuliere, Soins,
};
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
    if contradicts_cover(soins, faits) {
        warnings.push(AvertissementLigne {
            code: Avertissement::CouvertureContredite,
            numero_ligne: None,
        });
    }
    for acte in &evaluation.actes {
        let numero_ligne = acte.lignes.first().map(|ligne| ligne.numero_ligne);
        warnings.extend(
            missing(acte)
                .into_iter()
                .chain(referral(&soins.parcours, faits, acte))
                .map(|code| AvertissementLigne { code, numero_ligne }),
        );
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

/// The fact without which an act stays undetermined, and an emergency that was none: what the sheets of
/// the rules say.
fn missing(acte: &ActeEvalue) -> Option<Avertissement> {
    REGISTRY.iter().map(|regle| &regle.fiche).find_map(|fiche| {
        let (issue, code) = fiche.avertit?;
        let told = Constat { regle: fiche.code, issue };
        acte.constats.contains(&told).then_some(code)
    })
}

/// What the referrals of the register say against the feuille, when the register was asked.
fn referral(
    parcours: &ParcoursDeclare,
    faits: &FaitsConnus,
    acte: &ActeEvalue,
) -> Vec<Avertissement> {
    use IndicateurParcours as I;
    use MotifExclusion as M;
    let numero_ligne = acte.lignes.first().map_or(0, |ligne| ligne.numero_ligne);
    let Some(known) = faits.registre.adressage(numero_ligne) else { return Vec::new() };
    let concerned = matches!(
        acte.qualification.appartenance,
        Appartenance::DansParcours | Appartenance::HorsParcours
    );
    if !concerned {
        return Vec::new();
    }
    let sent = acte.qualification.code == CodeDetermine::Oriente;
    let by_mt = match parcours.indicateur {
        Some(I::O) => true,
        Some(I::A) => matches!(
            parcours.motif_exclusion,
            Some(M::PlanDeSoins | M::SequenceConcertee | M::ProtocoleAld)
        ),
        _ => false,
    };
    let mut codes = Vec::new();
    if by_mt && sent && known.nature.is_none() {
        codes.push(Avertissement::AdressageInconnu);
    }
    if sent && known.nature.is_some() && !by_mt && parcours.indicateur != Some(I::M) {
        codes.push(Avertissement::AdressageNonDeclare);
    }
    if by_mt && known.orienteur_confirme == Some(false) {
        codes.push(Avertissement::OrienteurContredit);
    }
    if sent && known.acte_imprevu {
        codes.push(Avertissement::ActeHorsAdressage);
    }
    codes
}

/// Whether the register knows a cover outside the parcours that the feuille does not say.
fn contradicts_cover(soins: &Soins, faits: &FaitsConnus) -> bool {
    let beneficiaire = &soins.beneficiaire;
    faits.registre.couvertures.iter().any(|(_, known)| match known {
        CouvertureConnue::Ame => beneficiaire.complementaire != Complementaire::Ame,
        CouvertureConnue::Passage => {
            beneficiaire.situation != SituationParticuliere::PassageCoordonne
        }
        CouvertureConnue::CaisseDuPacifique | CouvertureConnue::CaisseDeMayotte => !beneficiaire
            .organisme
            .as_ref()
            .is_some_and(|organisme| organisme.est_mayotte() || organisme.est_du_pacifique()),
        // Said by a warning of its own.
        CouvertureConnue::SansDroits | CouvertureConnue::HorsDeFrance => false,
    })
}

fn contradicts_declaration(parcours: &ParcoursDeclare, faits: &FaitsConnus) -> bool {
    let mut relations = faits.relations_mt.iter().map(|(_, relation)| *relation);
    if relations.clone().any(|relation| relation == RelationMt::Inconnu) {
        return false;
    }
    let declared_somewhere = relations.any(RelationMt::declare);
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
        // Its items 1° to 4° are determined as a referral or a replacement.
        I::A => matches!(code, C::ArticleD16216 | C::Oriente | C::Remplacant),
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
