//! Operations on a doctor: counted beforehand, recorded at once, carried out by a job, undone.

mod facts;
mod run;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use self::facts::{changes, restore_facts, write_facts};
pub use self::run::{DO, UNDO, run, undo};
use super::core::{Fact, Opening};
use super::frises::breaks_joint;
use super::neutralisations::months;
use super::{
    Contexte, Core, Demande, Done, Render, Rendu, ServiceError, latest_knowledge, verify_version,
};
use crate::domain::evenement::NatureEvenement;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{OperationId, TacheId};
use crate::domain::operation::{
    Compte, EtatOperation, NatureOperation, NouvelleOperation, Operation,
};
use crate::storage::medecins::changements::{self, Verrouille};
use crate::storage::{Connection, Tx, medecins, operations, taches};

/// An operation, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suivi {
    /// The operation.
    pub operation: Operation,
    /// Its patients.
    pub compte: Compte,
}

/// What became of a line of an imported file.
#[derive(Debug)]
pub enum LigneImportee {
    /// The operation was recorded, or would be.
    Enregistree(Suivi),
    /// The line was not accepted.
    Refusee(ServiceError),
}

/// How many patients an operation would reach, without recording anything: the facts are really changed,
/// then forgotten, so that the count is that of the real thing.
pub async fn preview(
    core: &Core,
    contexte: &Contexte,
    nouvelle: &NouvelleOperation,
) -> Result<Compte, ServiceError> {
    let mut trial = core.trial(contexte).await?;
    Ok(record(core, trial.conn(), contexte, nouvelle).await?.compte)
}

/// Records an operation; a job carries it out.
pub async fn create(
    core: &Core,
    demande: &Demande,
    nouvelle: &NouvelleOperation,
    rendre: impl Render<Suivi>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let suivi = record(core, opening.conn(), &demande.contexte, nouvelle).await?;
    announce(&mut opening, &suivi.operation).await?;
    let rendu = rendre(&suivi)?;
    Ok(opening.close(rendu).await?)
}

/// Records the operations of a file, each line for itself: a line that is not accepted does not
/// stop the others.
pub async fn import(
    core: &Core,
    demande: &Demande,
    lignes: Vec<(usize, NouvelleOperation)>,
    rendre: impl FnOnce(Vec<(usize, LigneImportee)>) -> Result<Rendu, serde_json::Error>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let done = record_lines(core, opening.conn(), &demande.contexte, lignes).await?;
    for (_, line) in &done {
        if let LigneImportee::Enregistree(suivi) = line {
            announce(&mut opening, &suivi.operation).await?;
        }
    }
    let rendu = rendre(done)?;
    Ok(opening.close(rendu).await?)
}

/// What the import of a file would give, without recording anything.
pub async fn preview_import(
    core: &Core,
    contexte: &Contexte,
    lignes: Vec<(usize, NouvelleOperation)>,
) -> Result<Vec<(usize, LigneImportee)>, ServiceError> {
    let mut trial = core.trial(contexte).await?;
    record_lines(core, trial.conn(), contexte, lignes).await
}

async fn record_lines(
    core: &Core,
    tx: &mut Tx,
    contexte: &Contexte,
    mut lignes: Vec<(usize, NouvelleOperation)>,
) -> Result<Vec<(usize, LigneImportee)>, ServiceError> {
    // Doctors are locked in one order, whatever that of the file.
    lignes.sort_by_key(|(number, line)| (line.rpps, line.effet_du, *number));
    let mut done = Vec::with_capacity(lignes.len());
    for (number, line) in lignes {
        done.push(match record(core, tx, contexte, &line).await {
            Ok(suivi) => (number, LigneImportee::Enregistree(suivi)),
            // The database itself failed: nothing of the file stands.
            Err(error @ ServiceError::Storage(_)) => return Err(error),
            Err(error) => (number, LigneImportee::Refusee(error)),
        });
    }
    Ok(done)
}

/// Reads an operation of the calling caisse, and how far it is.
pub async fn get(core: &Core, contexte: &Contexte, id: OperationId) -> Result<Suivi, ServiceError> {
    let mut search = core.search(contexte).await?;
    let operation = own(search.conn(), contexte, id).await?;
    suivi(search.conn(), operation).await
}

/// Undoes an operation: the facts of the doctor at once, the designations by a job.
pub async fn cancel(
    core: &Core,
    demande: &Demande,
    (id, version): (OperationId, i32),
    motif: Option<&str>,
    rendre: impl Render<Suivi>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let conn = opening.conn();
    let seen = own(conn, &demande.contexte, id).await?;
    let doctor = lock_doctor(core, conn, &seen.rpps).await?;
    let operation = own(conn, &demande.contexte, id).await?;
    if operation.annulee_le.is_some() || doctor.connu_le != operation.enregistre_le {
        return Err(ServiceError::AnnulationImpossible.into());
    }
    verify_version(version, operation.version)?;
    let seen = operation.version;
    if !operations::cancel(conn, id, seen, motif, doctor.instant).await? {
        let actuelle = seen.saturating_add(1);
        return Err(ServiceError::VersionPerimee { attendue: seen, actuelle }.into());
    }
    restore_facts(core, conn, &operation, doctor.instant).await?;
    changements::touch(conn, doctor.id, doctor.instant).await?;
    plan(core, conn, UNDO, (id, doctor.instant)).await?;
    opening
        .tell(fact(&operation, NatureEvenement::MedecinOperationAnnulee), doctor.instant)
        .await?;
    let operation = own(opening.conn(), &demande.contexte, id).await?;
    let rendu = rendre(&suivi(opening.conn(), operation).await?)?;
    Ok(opening.close(rendu).await?)
}

/// Records one operation in a transaction: the facts of the doctor, and the operation.
async fn record(
    core: &Core,
    tx: &mut Tx,
    contexte: &Contexte,
    nouvelle: &NouvelleOperation,
) -> Result<Suivi, ServiceError> {
    let doctor = lock_doctor(core, tx, &nouvelle.rpps).await.map_err(|error| {
        error.into_champ("/rpps", "medecin_inconnu", "le RPPS d'un médecin enregistré")
    })?;
    let (nature, effet_du) = (nouvelle.nature, nouvelle.effet_du);
    if let Some(known) = operations::find(tx, doctor.id, nature, effet_du).await? {
        return Err(ServiceError::OperationExistante(known));
    }
    let medecin = medecins::find(tx, &nouvelle.rpps, latest_knowledge()).await?;
    let medecin = medecin.ok_or(ServiceError::Introuvable)?;
    let changes = changes(core, tx, &medecin, nouvelle, doctor.instant).await?;
    let operation = Operation {
        id: OperationId::from_uuid(core.ids().uuid()),
        medecin_id: doctor.id,
        rpps: nouvelle.rpps,
        nature,
        effet_du,
        effet_au: nouvelle.effet_au,
        caisse: contexte.acteur().identite(),
        motif: nouvelle.motif.clone(),
        etat: EtatOperation::EnAttente,
        version: 1,
        enregistre_le: doctor.instant,
        annulee_le: None,
    };
    write_facts(core, tx, doctor.id, &changes, doctor.instant).await?;
    changements::touch(tx, doctor.id, doctor.instant).await?;
    operations::insert(tx, &operation).await?;
    let compte = expected(core, tx, &operation).await?;
    Ok(Suivi { operation, compte })
}

/// Queues the job of an operation, and tells it.
async fn announce(opening: &mut Opening<'_>, operation: &Operation) -> Result<(), ServiceError> {
    let (core, instant) = (opening.core(), operation.enregistre_le);
    plan(core, opening.conn(), DO, (operation.id, instant)).await?;
    opening.tell(fact(operation, operation.nature.evenement()), instant).await
}

/// What an operation will do, by the designations known now.
async fn expected(
    core: &Core,
    conn: &mut Connection,
    operation: &Operation,
) -> Result<Compte, ServiceError> {
    let (doctor, jour) = (operation.medecin_id, operation.effet_du);
    let posterieures = operations::later(conn, doctor, jour).await?;
    let mut compte = Compte { posterieures, ..Compte::default() };
    for (others, count) in operations::groups(conn, doctor, jour).await? {
        let more = |total: i64| total.saturating_add(count);
        compte.concernes = more(compte.concernes);
        let ends = match operation.nature.fin() {
            None => false,
            Some(nature) if nature.conjointe_seulement() => {
                breaks_joint(conn, operation, &others).await?
            }
            Some(_) => true,
        };
        if !ends {
            compte.notifiees = more(compte.notifiees);
        } else if others.is_empty() {
            compte.fermees = more(compte.fermees);
            if operation.nature.neutralise() && months(core, jour) > 0 {
                compte.neutralisees = more(compte.neutralisees);
            }
        } else {
            compte.membres_fermes = more(compte.membres_fermes);
        }
    }
    Ok(compte)
}

/// Locks a doctor of the register.
async fn lock_doctor(core: &Core, tx: &mut Tx, rpps: &Rpps) -> Result<Verrouille, ServiceError> {
    let locked = changements::lock(tx, rpps, core.now()).await?;
    locked.ok_or(ServiceError::Introuvable)
}

/// Queues a job of an operation.
async fn plan(
    core: &Core,
    tx: &mut Tx,
    nature: &str,
    (id, instant): (OperationId, DateTime<Utc>),
) -> Result<(), ServiceError> {
    let task = TacheId::from_uuid(core.ids().uuid());
    let (cle, charge) = (id.to_string(), json!({ "operation_id": id }));
    taches::enqueue(tx, task, nature, Some(&cle), &charge, core.now(), instant).await?;
    Ok(())
}

/// What is told of an operation.
fn fact(operation: &Operation, nature: NatureEvenement) -> Fact {
    let donnees = json!({ "operation_id": operation.id, "nature": operation.nature });
    Fact::of(nature).effective(operation.effet_du).doctor(operation.medecin_id).with(donnees)
}

/// The operation that a job carries.
fn operation_of(charge: &Value) -> Option<OperationId> {
    charge.get("operation_id")?.as_str()?.parse().ok()
}

/// An operation of the calling caisse; those of others do not exist for it.
async fn own(
    conn: &mut Connection,
    contexte: &Contexte,
    id: OperationId,
) -> Result<Operation, ServiceError> {
    let caisse = contexte.acteur().identite();
    operations::get(conn, id)
        .await?
        .filter(|operation| operation.caisse == caisse)
        .ok_or(ServiceError::Introuvable)
}

/// An operation with its patients.
async fn suivi(conn: &mut Connection, operation: Operation) -> Result<Suivi, ServiceError> {
    let compte = operations::progress(conn, operation.id).await?;
    let posterieures = operations::later(conn, operation.medecin_id, operation.effet_du).await?;
    Ok(Suivi { operation, compte: Compte { posterieures, ..compte } })
}

/// Natures that end every practice of the doctor.
const fn ends_practice(nature: NatureOperation) -> bool {
    matches!(
        nature,
        NatureOperation::Retraite
            | NatureOperation::Cessation
            | NatureOperation::Deces
            | NatureOperation::ChangementDepartement
    )
}
