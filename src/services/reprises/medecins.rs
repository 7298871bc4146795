//! Doctors: a line is one practice. They are few, and each is compared with what is known of him.

use super::issues::{Issue, Issues, refus, refused};
use crate::domain::calendar::Periode;
use crate::domain::droits::Demarche;
use crate::domain::ids::MedecinId;
use crate::domain::medecin::{
    Lieu, LieuExistantOuNouveau, Medecin, NouveauMedecin, NouvelExercice,
};
use crate::services::core::Many;
use crate::services::exercices::{lieu, rapports, verify_billing};
use crate::services::{ServiceError, latest_knowledge};
use crate::storage::medecins::{self, changements};
use crate::storage::reprises::choix::{release, save, undo};

/// Registers the practices of some lines.
pub(super) async fn apply(
    many: &mut Many<'_>,
    lignes: &[(u64, NouveauMedecin)],
) -> Result<Issues, ServiceError> {
    let mut issues = Issues::new();
    for (numero, nouveau) in lignes {
        save(many.conn()).await?;
        let issue = match take(many, nouveau).await {
            Ok(issue @ Issue::Nouvelle) => {
                release(many.conn()).await?;
                issue
            }
            Ok(issue) => {
                undo(many.conn()).await?;
                issue
            }
            Err(error) => {
                undo(many.conn()).await?;
                refused(error)?
            }
        };
        issues.push((*numero, issue));
    }
    Ok(issues)
}

async fn take(many: &mut Many<'_>, nouveau: &NouveauMedecin) -> Result<Issue, ServiceError> {
    let (core, contexte) = (many.core(), many.contexte());
    let [exercice] = &nouveau.exercices[..] else {
        return Ok(refus("exercice", "champ_requis", "un exercice par ligne"));
    };
    if !nouveau.specialite.est_medecin() {
        let message = "la spécialité d'un médecin ; ce code est celui d'une autre profession";
        return Ok(refus("specialite", "profession_non_medecin", message));
    }
    if exercice.du > core.today() {
        return Ok(refus("exercice.du", "date_future", "un jour passé ou présent"));
    }
    let (place, new) = place_of(many, exercice).await?;
    Demarche::EnregistrerMedecin.juger(&rapports(contexte.acteur(), std::iter::once(&place)))?;
    let now = core.now();
    let id = MedecinId::from_uuid(core.ids().uuid());
    let known = if medecins::insert(many.conn(), id, &nouveau.rpps, now).await? {
        None
    } else {
        medecins::find(many.conn(), &nouveau.rpps, latest_knowledge()).await?
    };
    let (id, instant) = match &known {
        None => {
            if !exercice.principal {
                let message = "le premier exercice d'un médecin est le principal";
                return Ok(refus("exercice.principal", "principal_unique", message));
            }
            let since = Periode::depuis(exercice.du);
            let nom = core.fait(nouveau.nom.clone(), since, now);
            medecins::insert_nom(many.conn(), id, &nom).await?;
            let specialite = core.fait(nouveau.specialite, since, now);
            medecins::insert_specialite(many.conn(), id, &specialite).await?;
            (id, now)
        }
        Some(known) => {
            if let Some(issue) = compare(known, nouveau, (exercice, &place)) {
                return Ok(issue);
            }
            let locked = changements::lock(many.conn(), &nouveau.rpps, now).await?;
            let locked = locked.ok_or(ServiceError::Introuvable)?;
            changements::touch(many.conn(), locked.id, locked.instant).await?;
            (locked.id, locked.instant)
        }
    };
    verify_billing(many.conn(), id, nouveau).await?;
    if new {
        medecins::insert_lieu(many.conn(), &place, instant).await?;
    }
    let fait = core.fait(exercice.en(place), Periode::depuis(exercice.du), instant);
    medecins::insert_exercice(many.conn(), id, &fait).await?;
    Ok(Issue::Nouvelle)
}

/// What is known of a doctor already says a line, or forbids it; nothing when the line adds a practice.
fn compare(
    known: &Medecin,
    nouveau: &NouveauMedecin,
    (exercice, place): (&NouvelExercice, &Lieu),
) -> Option<Issue> {
    let since = Periode::depuis(exercice.du);
    if known
        .exercices
        .iter()
        .any(|fait| fait.valeur.lieu.id == place.id && fait.effet.chevauche(&since))
    {
        return Some(Issue::DejaConnue);
    }
    if known.specialite_le(exercice.du).is_some_and(|own| own != nouveau.specialite) {
        let message = "la spécialité que le registre connaît : un changement est une opération sur le médecin";
        return Some(refus("specialite", "specialite_contredite", message));
    }
    let other = |own: &crate::domain::fait_date::FaitDate<crate::domain::medecin::Exercice>| {
        own.valeur.principal && own.effet.chevauche(&since)
    };
    if exercice.principal && known.exercices.iter().any(other) {
        let message = "un autre exercice est déjà le principal : un déménagement est une opération sur le médecin";
        return Some(refus("exercice.principal", "principal_unique", message));
    }
    None
}

/// The place of a practice: the one that is called so at that address, or a new one.
async fn place_of(
    many: &mut Many<'_>,
    exercice: &NouvelExercice,
) -> Result<(Lieu, bool), ServiceError> {
    let core = many.core();
    if let LieuExistantOuNouveau::Nouveau(wanted) = &exercice.lieu
        && let Some(known) = medecins::find_lieu(many.conn(), wanted).await?
    {
        return Ok((known, false));
    }
    let found = lieu(core, many.conn(), &exercice.lieu, "/exercice/lieu/id").await?;
    Ok((found, matches!(exercice.lieu, LieuExistantOuNouveau::Nouveau(_))))
}
