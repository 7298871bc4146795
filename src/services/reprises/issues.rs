//! What becomes of a line, and how a refusal is said of it.

use crate::domain::reprise::{Bilan, Defaut, Refusee};
use crate::services::{ChampInvalide, ServiceError};

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Issue {
    Nouvelle,
    /// The register says the same already.
    DejaConnue,
    Refusee(Vec<Defaut>),
}

/// Refuses a field of a line.
pub(super) fn refus(champ: &str, code: &'static str, message: impl Into<String>) -> Issue {
    Issue::Refusee(vec![Defaut {
        champ: champ.to_owned(),
        code: code.to_owned(),
        message: message.into(),
    }])
}

/// A wrong field, as the file names it: `/lieu/nom` is `lieu.nom`.
pub(super) fn defaut(wrong: &ChampInvalide) -> Defaut {
    Defaut {
        champ: wrong.pointeur.trim_start_matches('/').replace('/', "."),
        code: wrong.code.to_owned(),
        message: wrong.message.clone(),
    }
}

/// The refusal of a line by a use case; what is nobody's mistake but ours goes on as an error.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other error is ours, whatever it is")]
pub(super) fn refused(error: ServiceError) -> Result<Issue, ServiceError> {
    match error {
        ServiceError::Invalide(wrong) => Ok(Issue::Refusee(wrong.iter().map(defaut).collect())),
        ServiceError::PatientExistant(id) => Ok(refus(
            "identifiant",
            "numero_pris",
            format!("ce numéro est celui de votre patient {id}, dont l'identité est autre"),
        )),
        ServiceError::MutationAttendue => Ok(refus(
            "identifiant",
            "mutation_attendue",
            "cette personne est déjà enregistrée : sa nouvelle caisse la prend en charge par une mutation",
        )),
        ServiceError::TropDEssais(_) => Ok(refus(
            "identifiant",
            "trop_d_essais",
            "ce numéro a été essayé trop souvent aujourd'hui : cette ligne est à renvoyer demain",
        )),
        ServiceError::FacturationExistante => Ok(refus(
            "exercice.numero_facturation",
            "facturation_existante",
            "ce numéro de facturation est celui d'un autre médecin",
        )),
        ServiceError::Introuvable | ServiceError::Interdit(_) => Ok(refus(
            "exercice.lieu.commune",
            "hors_perimetre",
            "un lieu du département de la caisse",
        )),
        other => Err(other),
    }
}

/// Lines, each with its number, and what became of it.
pub(super) type Issues = Vec<(u64, Issue)>;

/// Counts them, and keeps what is said of those that were refused.
pub(super) fn compte(issues: Issues) -> (Bilan, Vec<Refusee>) {
    let (mut bilan, mut refusees) = (Bilan::default(), Vec::new());
    for (numero, issue) in issues {
        let place = match issue {
            Issue::Nouvelle => &mut bilan.nouvelles,
            Issue::DejaConnue => &mut bilan.deja_connues,
            Issue::Refusee(defauts) => {
                refusees.push(Refusee { numero, defauts });
                &mut bilan.refusees
            }
        };
        *place = place.saturating_add(1);
    }
    (bilan, refusees)
}
