//! What an operation changes in the practice facts of a doctor, and how it is put back.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Specialite;
use crate::domain::ids::{FaitId, LieuId, MedecinId};
use crate::domain::medecin::{Exercice, Lieu, LieuExistantOuNouveau, Medecin};
use crate::domain::operation::{NatureOperation, NouvelleOperation, Operation, sans};
use crate::services::exercices::lieu;
use crate::services::{Core, ServiceError, latest_knowledge};
use crate::storage::medecins::{self, changements};
use crate::storage::{Connection, Tx};

/// Facts replaced, and facts that take their place.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// A place that does not exist yet.
    lieu: Option<Lieu>,
    exercices_pris: Vec<FaitId>,
    exercices: Vec<(Periode, Exercice)>,
    specialites_prises: Vec<FaitId>,
    specialites: Vec<(Periode, Specialite)>,
}

/// What an operation changes, once its fields are found to agree with the facts.
pub(super) async fn changes(
    core: &Core,
    tx: &mut Tx,
    medecin: &Medecin,
    nouvelle: &NouvelleOperation,
) -> Result<Changes, ServiceError> {
    let (du, nature) = (nouvelle.effet_du, nouvelle.nature);
    let mut changes = Changes::default();
    if let Some(code) = nouvelle.specialite {
        change_specialty(&mut changes, medecin, du, code)?;
    }
    let moves = if nature == NatureOperation::ChangementCabinet {
        Some(left(medecin, nouvelle)?)
    } else {
        None
    };
    let taken = |fait: &&FaitDate<Exercice>| match &moves {
        Some(lieu) => fait.valeur.lieu.id == *lieu,
        None => nature.cesse() || nature == NatureOperation::Suspension,
    };
    for fait in medecin.exercices.iter().filter(taken) {
        let rest = sans(fait.effet, du, nouvelle.effet_au);
        if rest != [fait.effet] {
            changes.exercices_pris.push(fait.id);
            let kept = rest.into_iter().map(|effet| (effet, fait.valeur.clone()));
            changes.exercices.extend(kept);
        }
    }
    if let Some(nouvel) = &nouvelle.exercice {
        let lieu = lieu(core, tx, &nouvel.lieu, "/exercice/lieu/id").await?;
        verify_place(medecin, nouvelle, &lieu)?;
        let new = matches!(nouvel.lieu, LieuExistantOuNouveau::Nouveau(_));
        changes.lieu = new.then(|| lieu.clone());
        changes.exercices.push((Periode::depuis(du), nouvel.en(lieu)));
    }
    Ok(changes)
}

impl Changes {
    /// The places of the practices that are touched, and of the one that begins.
    pub(super) fn lieux<'a>(&'a self, medecin: &'a Medecin) -> impl Iterator<Item = &'a Lieu> {
        let specialty = self.specialites.last().map(|(effet, _)| effet.du());
        let touched = move |fait: &&FaitDate<Exercice>| {
            let goes_on = |du| fait.effet.au().is_none_or(|au| au > du);
            self.exercices_pris.contains(&fait.id) || specialty.is_some_and(goes_on)
        };
        let touched = medecin.exercices.iter().filter(touched).map(|fait| &fait.valeur.lieu);
        touched.chain(self.exercices.iter().map(|(_, exercice)| &exercice.lieu))
    }

    /// The place of the practice that begins, registered: an act that waits names it by its id.
    pub(super) async fn register_place(
        &self,
        tx: &mut Tx,
        instant: DateTime<Utc>,
    ) -> Result<Option<LieuId>, ServiceError> {
        if let Some(lieu) = &self.lieu {
            medecins::insert_lieu(tx, lieu, instant).await?;
        }
        Ok(self.exercices.last().map(|(_, exercice)| exercice.lieu.id))
    }
}

/// Writes the changes of facts of a doctor.
pub(super) async fn write_facts(
    core: &Core,
    tx: &mut Tx,
    medecin: MedecinId,
    changes: &Changes,
    instant: DateTime<Utc>,
) -> Result<(), ServiceError> {
    if let Some(lieu) = &changes.lieu {
        medecins::insert_lieu(tx, lieu, instant).await?;
    }
    for id in &changes.exercices_pris {
        changements::replace_exercice(tx, medecin, *id, instant).await?;
    }
    for (effet, valeur) in &changes.exercices {
        let fait = core.fait(valeur.clone(), *effet, instant);
        medecins::insert_exercice(tx, medecin, &fait).await?;
    }
    for id in &changes.specialites_prises {
        changements::replace_specialite(tx, medecin, *id, instant).await?;
    }
    for (effet, valeur) in &changes.specialites {
        let fait = core.fait(*valeur, *effet, instant);
        medecins::insert_specialite(tx, medecin, &fait).await?;
    }
    Ok(())
}

/// Whether the practices and the specialties of a doctor are what an operation made of them: nothing followed it, or what did was undone.
pub(super) async fn stand(
    conn: &mut Connection,
    operation: &Operation,
) -> Result<bool, ServiceError> {
    let then = medecins::find(conn, &operation.rpps, operation.instant()).await?;
    let now = medecins::find(conn, &operation.rpps, latest_knowledge()).await?;
    let (Some(then), Some(now)) = (then, now) else { return Ok(false) };
    Ok(same(&then.exercices, &now.exercices) && same(&then.specialites, &now.specialites))
}

/// Whether facts say the same of the same days, whichever rows hold them.
fn same<T: PartialEq>(some: &[FaitDate<T>], others: &[FaitDate<T>]) -> bool {
    let within = |all: &[FaitDate<T>], one: &FaitDate<T>| {
        all.iter().any(|other| (other.effet, &other.valeur) == (one.effet, &one.valeur))
    };
    some.len() == others.len() && some.iter().all(|one| within(others, one))
}

/// Puts the facts of a doctor back as they were before an operation, the last that changed them.
pub(super) async fn restore_facts(
    core: &Core,
    tx: &mut Tx,
    operation: &Operation,
    instant: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let done = operation.instant();
    let before = done.checked_sub_signed(chrono::TimeDelta::microseconds(1)).unwrap_or(done);
    let old = medecins::find(tx, &operation.rpps, before).await?;
    let now = medecins::find(tx, &operation.rpps, latest_knowledge()).await?;
    let (Some(old), Some(now)) = (old, now) else { return Ok(()) };
    let mut changes = Changes::default();
    for fait in now.exercices.iter().filter(|fait| old.exercices.iter().all(|o| o.id != fait.id)) {
        changes.exercices_pris.push(fait.id);
    }
    for fait in old.exercices.iter().filter(|fait| now.exercices.iter().all(|n| n.id != fait.id)) {
        changes.exercices.push((fait.effet, fait.valeur.clone()));
    }
    let (old, now) = (&old.specialites, &now.specialites);
    for fait in now.iter().filter(|fait| old.iter().all(|o| o.id != fait.id)) {
        changes.specialites_prises.push(fait.id);
    }
    for fait in old.iter().filter(|fait| now.iter().all(|n| n.id != fait.id)) {
        changes.specialites.push((fait.effet, fait.valeur));
    }
    write_facts(core, tx, operation.medecin_id, &changes, instant).await
}

/// A doctor takes another specialty from a day on.
fn change_specialty(
    changes: &mut Changes,
    medecin: &Medecin,
    du: NaiveDate,
    code: Specialite,
) -> Result<(), ServiceError> {
    if medecin.specialite_le(du) == Some(code) {
        return Err(ServiceError::champ(
            "/specialite",
            "specialite_identique",
            "attendu : une autre spécialité que celle du médecin ce jour",
        ));
    }
    for fait in &medecin.specialites {
        let rest = sans(fait.effet, du, None);
        if rest != [fait.effet] {
            changes.specialites_prises.push(fait.id);
            changes.specialites.extend(rest.into_iter().map(|effet| (effet, fait.valeur)));
        }
    }
    changes.specialites.push((Periode::depuis(du), code));
    Ok(())
}

/// The place that a doctor leaves: the one named, or the principal one.
fn left(medecin: &Medecin, nouvelle: &NouvelleOperation) -> Result<LieuId, ServiceError> {
    medecin
        .exercice_designable(nouvelle.effet_du, nouvelle.lieu_quitte)
        .map(|exercice| exercice.lieu.id)
        .ok_or_else(|| {
            ServiceError::champ(
                "/lieu_quitte",
                "lieu_sans_exercice",
                "attendu : un lieu où le médecin exerce ce jour, autrement que comme remplaçant",
            )
        })
}

/// A cabinet changes within the département; a change of département leaves it.
fn verify_place(
    medecin: &Medecin,
    nouvelle: &NouvelleOperation,
    lieu: &Lieu,
) -> Result<(), ServiceError> {
    let before = medecin.exercice_designable(nouvelle.effet_du, nouvelle.lieu_quitte);
    let Some(before) = before else { return Ok(()) };
    let same = before.lieu.commune.departement() == lieu.commune.departement();
    let moves_within = nouvelle.nature == NatureOperation::ChangementCabinet;
    if moves_within == same {
        return Ok(());
    }
    Err(if moves_within {
        ServiceError::champ(
            "/exercice/lieu",
            "autre_departement",
            "attendu : un lieu du même département ; sinon, la nature est changement_departement",
        )
    } else {
        ServiceError::champ(
            "/exercice/lieu",
            "meme_departement",
            "attendu : un lieu d'un autre département ; sinon, la nature est changement_cabinet",
        )
    })
}
