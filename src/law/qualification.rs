//! All rules of the day give their answer; each topic keeps its principle or its strongest exception.

use super::LawError;
use super::bareme::{Bareme, Question};
use super::circonstances::Circonstances;
use super::rule::{Effet, Juge, Jugement, PriseEnCharge};
use super::situation::Situation;
use super::valeurs::{ParametreInconnu, Valeurs};
use crate::domain::evaluation::{CodeRegle, Constats, Issue, Qualification, Theme};
use crate::domain::money::{Centimes, Taux};
use crate::domain::vocabulary::Vocabulaire;

/// What the rules decided about an act, before any amount.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) qualification: Qualification,
    pub(super) taux: Taux,
    /// Flat sum in place of the ticket modérateur, if any.
    pub(super) forfait: Option<Centimes>,
    pub(super) participation_due: bool,
    pub(super) prise_en_charge: PriseEnCharge,
    pub(super) constats: Constats,
}

/// The strongest answer met so far in a topic.
#[derive(Clone, Copy)]
struct Strongest {
    place: usize,
    regle: CodeRegle,
    priorite: u8,
    effet: Effet,
}

/// The strongest rule of a topic that could not answer, for want of a value.
#[derive(Clone, Copy)]
struct Silent {
    priorite: u8,
    cause: ParametreInconnu,
}

/// Topics that decide something, by number: see [`Theme`].
const NB_THEMES: usize = 7;

/// Asks the rules of the day that are about such an act, with its values; says of each of the others what sets it aside.
pub(super) fn qualifier(
    situation: &Situation,
    bareme: &Bareme,
    valeurs: &Valeurs<'_>,
) -> Result<Decision, LawError> {
    let questions = bareme.questions();
    let mut constats = Constats::new();
    constats
        .try_extend_from_slice(questions.ecartees())
        .map_err(|_too_many| LawError::RegistreInvalide)?;
    let mut strongest: [Option<Strongest>; NB_THEMES] = [None; NB_THEMES];
    let mut silent: [Option<Silent>; NB_THEMES] = [None; NB_THEMES];
    for (place, question) in questions.posees(Circonstances::de(situation)) {
        let &Question { juge, regle, theme, priorite } = question;
        let mut applique = |effet: &Effet| -> Result<Issue, LawError> {
            let Some(slot) = strongest.get_mut(theme) else {
                return Err(LawError::RegistreInvalide);
            };
            if let Some(current) = slot {
                if current.priorite == priorite && current.effet != *effet {
                    return Err(LawError::Conflit { regles: [current.regle, regle] });
                }
                if current.priorite >= priorite {
                    return Ok(Issue::Surclassee);
                }
            }
            *slot = Some(Strongest { place, regle, priorite, effet: *effet });
            Ok(Issue::Surclassee)
        };
        // Each answer is looked at where the rule wrote it: nearly all are a fact, and to copy them whole took longer
        // than to find them.
        let issue = match juge {
            Juge::Faits(juge) => match &juge(situation) {
                Jugement::Ecarte(fait) => Issue::Ecartee(*fait),
                Jugement::Applique(effet) => applique(effet)?,
            },
            Juge::FaitsEtValeurs(juge) => match &juge(situation, valeurs) {
                Ok(Jugement::Ecarte(fait)) => Issue::Ecartee(*fait),
                Ok(Jugement::Applique(effet)) => applique(effet)?,
                Err(cause) => {
                    let slot = silent.get_mut(theme).ok_or(LawError::RegistreInvalide)?;
                    if slot.is_none_or(|known| known.priorite < priorite) {
                        *slot = Some(Silent { priorite, cause: *cause });
                    }
                    Issue::ValeurInconnue
                }
            },
            Juge::Montants(_) => continue,
        };
        if let Some(constat) = constats.get_mut(place) {
            constat.issue = issue;
        }
    }
    for (winner, silent) in strongest.iter().zip(&silent) {
        // What is unknown matters only if nothing stronger decided.
        if let Some(unanswered) = silent
            && winner.is_none_or(|winner| winner.priorite <= unanswered.priorite)
        {
            return Err(unanswered.cause.into());
        }
    }
    for winner in strongest.iter().flatten() {
        if let Some(constat) = constats.get_mut(winner.place) {
            constat.issue = Issue::Retenue;
        }
    }
    let effet = |theme: Theme| {
        strongest.get(usize::from(theme.code())).copied().flatten().map(|winner| winner.effet)
    };
    let (taux, forfait) = match effet(Theme::Taux) {
        Some(Effet::Taux(taux)) => (taux, None),
        Some(Effet::Forfait { taux, forfait }) => (taux, Some(forfait)),
        _ => return Err(LawError::RegistreInvalide),
    };
    match (effet(Theme::Parcours), effet(Theme::Participation), effet(Theme::Complementaire)) {
        (
            Some(Effet::Parcours(qualification)),
            Some(Effet::Participation(participation_due)),
            Some(Effet::Complementaire(prise_en_charge)),
        ) => Ok(Decision {
            qualification,
            taux,
            forfait,
            participation_due,
            prise_en_charge,
            constats,
        }),
        _ => Err(LawError::RegistreInvalide),
    }
}
