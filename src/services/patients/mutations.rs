//! A person changes caisse by the act of the new one; and a change of caisse that was a mistake is undone.

use chrono::{NaiveDate, TimeDelta};

use super::identifiants::whose;
use super::organismes::{is_long_ago, move_to, verify_day_of_change, verify_not_long_ago, write};
use super::verify_own;
use crate::domain::acteur::Acteur;
use crate::domain::droits::Relation;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Organisme;
use crate::domain::ids::PatientId;
use crate::domain::patient::NouveauPatient;
use crate::domain::vie::MotifRectification;
use crate::domain::vie::histoire::Pose;
use crate::services::affiliations::organisme_le;
use crate::services::core::Act;
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues, latest_knowledge};
use crate::storage::Connection;
use crate::storage::patients::{self, actes};

/// The last change of caisse of a person, and what was known just before it.
struct Changement {
    sortant: Option<Organisme>,
    entrant: Organisme,
    du: NaiveDate,
    avant: Vec<FaitDate<Organisme>>,
}

impl Changement {
    /// What it makes of a caller: one of its two caisses, as long as that one may take back its days.
    fn relation(&self, acteur: &Acteur, today: NaiveDate) -> &'static [Relation] {
        let party = |one: &Organisme| acteur.caisse().is_some_and(|caisse| caisse.gere(one));
        let recent = !is_long_ago(today, self.du);
        if recent && (party(&self.entrant) || self.sortant.as_ref().is_some_and(party)) {
            &[Relation::CaisseDuChangement]
        } else {
            &[]
        }
    }
}

/// The new caisse of a person takes them over, by their whole identity: that it is unknown, or somebody
/// else's, is one and the same answer. The former caisse is told, and goes on until that day.
pub async fn take_over(
    core: &Core,
    demande: &Demande,
    nouveau: &NouveauPatient,
    rendre: impl Render<(PatientId, i32)>,
) -> Done {
    let NouveauPatient { identite, identifiant, ouvrant_droit, organisme, affilie_du } = nouveau;
    let mut opening = core.open(demande).await?;
    verify_own(opening.contexte().acteur(), organisme, "/organisme")?;
    opening.try_number(identifiant).await?;
    let found = whose(core, opening.conn(), (identifiant, *ouvrant_droit), identite).await?;
    let Some(patient) = found else {
        opening.miss(identifiant).await?;
        let message = "le numéro, la naissance, le nom et le prénom d'un patient enregistré";
        return Err(ServiceError::champ("/identifiant", "patient_inconnu", message).into());
    };
    let mut act = opening.on(patient, &[Relation::CaisseDuChangement]).await?;
    if act.rapports.est(Relation::CaisseActuelle) {
        return Err(ServiceError::PatientExistant(patient).into());
    }
    verify_day_of_change(&mut act, *affilie_du, "/affilie_du").await?;
    let wrong = |code, message| ServiceError::champ("/affilie_du", code, message);
    verify_not_long_ago(core, *affilie_du, "/affilie_du")?;
    let known = patients::affiliations(act.conn(), patient, latest_knowledge()).await?;
    if known.iter().any(|fait| fait.effet.du() >= *affilie_du) {
        return Err(
            wrong("hors_periode", "un jour qui suit le dernier changement de caisse").into()
        );
    }
    move_to(&mut act, *organisme, *affilie_du).await?;
    finish(act, rendre).await
}

/// Undoes the last change of caisse, for the one that received the person or the one that sent them: the
/// days of each are those known before, and nothing is left of the wrong one but history.
pub async fn undo_organisme(
    core: &Core,
    demande: &Demande,
    (patient, version): (PatientId, VersionsVues),
    motif: MotifRectification,
    rendre: impl Render<(PatientId, i32)>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let acteur = *opening.contexte().acteur();
    let relation = relation(core, opening.conn(), patient, &acteur).await?;
    let mut act = opening.on(patient, relation).await?;
    version.verify(actes::version(act.conn(), patient).await?)?;
    // Read again: somebody may have moved the person before the lock was had.
    let change = last(act.conn(), patient).await?.ok_or(ServiceError::Introuvable)?;
    let known = patients::affiliations(act.conn(), patient, latest_knowledge()).await?;
    let in_both = |one: &FaitDate<Organisme>, all: &[FaitDate<Organisme>]| {
        all.iter().any(|other| (other.valeur, other.effet) == (one.valeur, one.effet))
    };
    let wrong = known.iter().filter(|fait| !in_both(fait, &change.avant));
    let right = change.avant.iter().filter(|fait| !in_both(fait, &known));
    let pose = Pose {
        remplaces: wrong.map(|fait| fait.id).collect(),
        ouverts: right.map(|fait| (fait.valeur, fait.effet)).collect(),
    };
    let back = (Some(change.entrant), change.sortant, change.du);
    write(&mut act, pose, back, Some(motif)).await?;
    finish(act, rendre).await
}

/// What the last change of caisse of a person makes of a caller.
pub(super) async fn relation(
    core: &Core,
    conn: &mut Connection,
    patient: PatientId,
    acteur: &Acteur,
) -> Result<&'static [Relation], ServiceError> {
    let last = last(conn, patient).await?;
    Ok(last.map_or(&[], |change| change.relation(acteur, core.today())))
}

async fn last(
    conn: &mut Connection,
    patient: PatientId,
) -> Result<Option<Changement>, ServiceError> {
    let Some(instant) = actes::last_organisme(conn, patient).await? else { return Ok(None) };
    let after = patients::affiliations(conn, patient, instant).await?;
    let before = instant.checked_sub_signed(TimeDelta::microseconds(1)).unwrap_or(instant);
    let avant = patients::affiliations(conn, patient, before).await?;
    Ok(after.into_iter().rfind(|fait| fait.enregistre_le == instant).map(|fait| {
        let du = fait.effet.du();
        Changement { sortant: organisme_le(&avant, du), entrant: fait.valeur, du, avant }
    }))
}

/// Ends an act whose answer names the person, and shows nothing else of them.
async fn finish(mut act: Act<'_>, rendre: impl Render<(PatientId, i32)>) -> Done {
    let patient = act.patient;
    let rendu = rendre(&(patient, actes::version(act.conn(), patient).await?))?;
    Ok(act.close(rendu).await?)
}
