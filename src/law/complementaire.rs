//! What the complementary insurance pays of an act, when its contract promises more than the ticket
//! modérateur.

use super::LawError;
use super::parameters::Parametre;
use super::situation::Situation;
use super::valeurs::Valeurs;
use crate::domain::evaluation::{LigneEvaluee, Montants, Qualification};
use crate::domain::feuille_de_soins::{Contrat, Convention, Garantie, OptionTarifaire};
use crate::domain::money::Centimes;

/// Spreads what a contract pays over the lines, from the first, each as far as its own share allows.
pub(super) fn share_out(
    lignes: &mut [LigneEvaluee],
    contrat: Contrat,
    situation: &Situation,
    qualification: Qualification,
    valeurs: &Valeurs<'_>,
) -> Result<(), LawError> {
    let sums =
        lignes.iter().try_fold(Montants::default(), |sum, ligne| sum.plus(&ligne.montants))?;
    let mut rest = if contrat.responsable {
        responsable(&sums, contrat.garantie, situation, qualification, valeurs)?
    } else {
        libre(&sums, contrat.garantie)?
    };
    for ligne in lignes {
        let montants = &mut ligne.montants;
        let room = if contrat.responsable {
            montants.ticket_moderateur.plus(montants.depassement)?
        } else {
            montants.honoraires.minus(montants.rembourse_amo)?
        };
        montants.part_amc = rest.min(room);
        rest = rest.minus(montants.part_amc)?;
    }
    Ok(())
}

/// A contract without constraints completes what the compulsory insurance really pays.
fn libre(sums: &Montants, garantie: Garantie) -> Result<Centimes, LawError> {
    let promised = match garantie {
        Garantie::TicketModerateur => sums.ticket_moderateur,
        Garantie::TauxDeBase(rate) => sums.base.portion(rate)?.minus_or_zero(sums.rembourse_amo),
        Garantie::Montant(montant) => montant,
    };
    Ok(promised.min(sums.honoraires.minus(sums.rembourse_amo)?))
}

/// A responsible contract: never the majoration nor the participation, never the excluded part of an
/// overrun, and the whole ticket modérateur inside the parcours.
fn responsable(
    sums: &Montants,
    garantie: Garantie,
    situation: &Situation,
    qualification: Qualification,
    valeurs: &Valeurs<'_>,
) -> Result<Centimes, LawError> {
    let ticket = sums.ticket_moderateur;
    let promised = match garantie {
        Garantie::TicketModerateur => ticket,
        Garantie::TauxDeBase(rate) => sums.base.portion(rate)?.minus_or_zero(sums.part_amo_brute),
        Garantie::Montant(montant) => montant,
    };
    let beyond = promised.minus_or_zero(ticket).min(sums.depassement);
    let overrun = if beyond > Centimes::ZERO {
        beyond.min(depassement_couvert(sums, situation, qualification, valeurs)?)
    } else {
        Centimes::ZERO
    };
    let paid = promised.min(ticket).plus(overrun)?;
    let whole =
        !qualification.majoration && valeurs.oui(Parametre::ContratResponsableTmIntegral)?;
    Ok(if whole { paid.max(ticket) } else { paid })
}

/// The part of an overrun that a responsible contract may pay.
fn depassement_couvert(
    sums: &Montants,
    situation: &Situation,
    qualification: Qualification,
    valeurs: &Valeurs<'_>,
) -> Result<Centimes, LawError> {
    // That of the clinical acts, whatever the act (R871-1 2°).
    let excluded = if qualification.majoration {
        valeurs.centimes(Parametre::AmcDaExclu)?
    } else {
        Centimes::ZERO
    };
    let allowed = sums.depassement.minus_or_zero(excluded);
    // The ceiling is about doctors alone (R871-2 2°).
    let unlimited = !situation.executant_medecin()
        || situation.option_tarifaire != OptionTarifaire::Aucune
        || matches!(situation.convention, Convention::Secteur1 | Convention::Salarie);
    if unlimited {
        return Ok(allowed);
    }
    let limited = valeurs.oui(Parametre::ContratResponsablePlafonne)?;
    if !limited {
        return Ok(allowed);
    }
    let ceiling = valeurs.pour_cent(Parametre::ContratResponsablePlafondNonOptam)?;
    Ok(allowed.min(sums.base.portion(ceiling)?))
}
