//! A national act is prepared by an agent of the national register and carried out once another one confirms it.

use chrono::{DateTime, TimeDelta, Utc};

use super::autorite::{prepared_it, take};
use super::facts::{Changes, changes, write_facts};
use super::{Suivi, announce, overtaken, suivi};
use crate::domain::ids::OperationId;
use crate::domain::operation::{EtatOperation, NouvelleOperation, Operation};
use crate::law::parameters::Parametre;
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues, latest_knowledge};
use crate::storage::medecins::changements;
use crate::storage::{Tx, actes_nationaux, medecins};

/// When an act prepared now expires.
pub(super) fn end(core: &Core) -> Result<DateTime<Utc>, ServiceError> {
    let days = core.valeur(Parametre::OperationDelaiConfirmation, core.today())?;
    let end = TimeDelta::try_days(days).and_then(|days| core.now().checked_add_signed(days));
    Ok(end.unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// Keeps what an act will do when it is confirmed.
pub(super) async fn keep(
    tx: &mut Tx,
    operation: &Operation,
    nouvelle: &NouvelleOperation,
    changes: &Changes,
) -> Result<(), ServiceError> {
    let Some(exercice) = &nouvelle.exercice else { return Ok(()) };
    if let Some(lieu) = changes.register_place(tx, operation.enregistre_le).await? {
        let places = (nouvelle.lieu_quitte, lieu);
        actes_nationaux::insert_exercice(tx, operation.id, places, exercice).await?;
    }
    Ok(())
}

/// Confirms an act that another agent prepared: the facts of the doctor change, its job is queued, each
/// caisse is told.
pub async fn confirm(
    core: &Core,
    demande: &Demande,
    (id, version): (OperationId, VersionsVues),
    rendre: impl Render<Suivi>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let (conn, contexte) = (opening.conn(), &demande.contexte);
    let (doctor, (mut operation, rapports)) = take(core, conn, contexte, id).await?;
    if prepared_it(core, contexte, &operation) {
        return Err(ServiceError::ConfirmationParLeMeme.into());
    }
    if !operation.attend(core.now()) {
        return Err(
            ServiceError::EtatIncompatible("L'opération n'attend pas de confirmation.").into()
        );
    }
    version.verify(operation.version)?;
    if !actes_nationaux::confirm(conn, id, operation.version, doctor.instant).await? {
        return Err(overtaken(operation.version).into());
    }
    operation.etat = EtatOperation::EnAttente;
    operation.version = operation.version.saturating_add(1);
    (operation.confirmee_le, operation.derniere) = (Some(doctor.instant), true);
    let medecin = medecins::find(conn, &operation.rpps, latest_knowledge()).await?;
    let medecin = medecin.ok_or(ServiceError::Introuvable)?;
    let (lieu_quitte, exercice) = actes_nationaux::exercice(conn, &operation)
        .await?
        .map_or((None, None), |(left, next)| (left, Some(next)));
    let nouvelle = NouvelleOperation {
        rpps: operation.rpps,
        nature: operation.nature,
        effet_du: operation.effet_du,
        effet_au: None,
        lieu_quitte,
        exercice,
        specialite: None,
        motif: None,
        justification: None,
    };
    let changes = changes(core, conn, &medecin, &nouvelle).await?;
    write_facts(core, conn, doctor.id, &changes, doctor.instant).await?;
    changements::touch(conn, doctor.id, doctor.instant).await?;
    let suivi = suivi(core, conn, contexte, (operation, rapports)).await?;
    announce(&mut opening, &suivi).await?;
    Ok(opening.close(rendre(&suivi)?).await?)
}

/// Lets the acts expire that nobody confirmed in time; gives how many.
pub async fn expire(core: &Core) -> Result<u64, ServiceError> {
    let mut job = core.job("operation.expire").await?;
    let expired = actes_nationaux::expire(job.conn(), core.now()).await?;
    job.close().await?;
    Ok(expired)
}
