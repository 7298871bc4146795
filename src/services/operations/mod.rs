//! Operations on a doctor: counted beforehand, recorded at once, carried out by a job, undone.

mod autorite;
mod confirmation;
mod facts;
mod jour;
mod run;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use self::autorite::{actions, caisse_of, may_record, own, rapports_of, take};
pub use self::confirmation::{confirm, expire};
use self::facts::{changes, restore_facts, write_facts};
pub(super) use self::run::catch_up_all;
pub use self::run::{DO, UNDO, run, undo};
use super::core::{Fact, Opening};
use super::frises::breaks_joint;
use super::neutralisations::months;
use super::{
    Contexte, Core, Demande, Done, Render, Rendu, ServiceError, VersionsVues, latest_knowledge,
};
use crate::domain::droits::{Demarche, Rapports};
use crate::domain::evenement::NatureEvenement;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{OperationId, TacheId};
use crate::domain::operation::{
    ActionOperation, Compte, EtatOperation, NouvelleOperation, Operation,
};
use crate::storage::medecins::changements::{self, Verrouille};
use crate::storage::{Connection, Tx, actes_nationaux, medecins, operations, taches};

/// An operation, how far it is for those whom the caller may count, and what the caller may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suivi {
    pub operation: Operation,
    pub portee: Portee,
    pub actions: Vec<ActionOperation>,
}

/// Whom an operation reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Portee {
    pub compte: Compte,
    /// Their caisses, and how many persons of each.
    pub caisses: Vec<(String, i64)>,
}

/// What became of a line of an imported file.
#[derive(Debug)]
pub enum LigneImportee {
    /// The operation was recorded, or would be.
    Enregistree(Box<Suivi>),
    /// The line was not accepted.
    Refusee(ServiceError),
}

/// How many patients an operation would reach, without recording anything: the facts are really changed,
/// then forgotten, so that the count is that of the real thing.
pub async fn preview(
    core: &Core,
    contexte: &Contexte,
    nouvelle: &NouvelleOperation,
) -> Result<Portee, ServiceError> {
    let mut trial = core.trial(contexte).await?;
    Ok(record(core, trial.conn(), contexte, nouvelle).await?.portee)
}

/// Records an operation: a job carries it out, at once or when another agent has confirmed it.
pub async fn create(
    core: &Core,
    demande: &Demande,
    nouvelle: &NouvelleOperation,
    rendre: impl Render<Suivi>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let suivi = record(core, opening.conn(), &demande.contexte, nouvelle).await?;
    announce(&mut opening, &suivi).await?;
    Ok(opening.close(rendre(&suivi)?).await?)
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
            announce(&mut opening, suivi).await?;
        }
    }
    Ok(opening.close(rendre(done)?).await?)
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
            Ok(suivi) => (number, LigneImportee::Enregistree(Box::new(suivi))),
            // The database itself failed: nothing of the file stands.
            Err(error @ ServiceError::Storage(_)) => return Err(error),
            Err(error) => (number, LigneImportee::Refusee(error)),
        });
    }
    Ok(done)
}

/// Reads an operation that concerns the caller, and how far it is.
pub async fn get(core: &Core, contexte: &Contexte, id: OperationId) -> Result<Suivi, ServiceError> {
    let mut search = core.search(contexte).await?;
    let (operation, rapports) = own(search.conn(), contexte, id).await?;
    suivi(core, search.conn(), contexte, (operation, rapports)).await
}

/// Undoes an operation: the facts of the doctor at once, the designations by a job. A caisse undoes a national
/// act for its own patients.
pub async fn cancel(
    core: &Core,
    demande: &Demande,
    (id, version): (OperationId, VersionsVues),
    motif: Option<&str>,
    rendre: impl Render<Suivi>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let (conn, contexte) = (opening.conn(), &demande.contexte);
    let (doctor, found) = take(core, conn, contexte, id).await?;
    if !actions(core, conn, contexte, &found).await?.contains(&ActionOperation::Annuler) {
        return Err(ServiceError::AnnulationImpossible.into());
    }
    let (operation, _) = found;
    version.verify(operation.version)?;
    let (seen, instant) = ((id, operation.version), doctor.instant);
    let caisse = caisse_of(contexte).filter(|_| operation.caisse.is_none());
    let done = match &caisse {
        Some(caisse) => actes_nationaux::cancel_for(conn, seen, caisse, instant).await?,
        None => operations::cancel(conn, id, operation.version, motif, instant).await?,
    };
    if !done {
        return Err(overtaken(operation.version).into());
    }
    let waited = operation.etat == EtatOperation::AConfirmer;
    if caisse.is_none() && !waited && operation.change_les_faits() {
        restore_facts(core, conn, &operation, instant).await?;
        changements::touch(conn, doctor.id, instant).await?;
    }
    if !waited {
        plan(core, conn, UNDO, (id, caisse.as_deref()), instant).await?;
    }
    let told = actes_nationaux::caisses(conn, id, caisse.as_deref()).await?;
    let told: Vec<_> = told.into_iter().map(|(code, patients, _)| (code, patients)).collect();
    if caisse.is_none() {
        opening.tell(fact(&operation, NatureEvenement::MedecinOperationAnnulee), instant);
    }
    tell_caisses(
        &mut opening,
        &operation,
        NatureEvenement::MedecinOperationAnnulee,
        (&told, instant),
    );
    let again = own(opening.conn(), contexte, id).await?;
    let rendu = rendre(&suivi(core, opening.conn(), contexte, again).await?)?;
    Ok(opening.close(rendu).await?)
}

/// Records one operation in a transaction: the facts of the doctor, and the operation. A national act only
/// waits, for another agent.
async fn record(
    core: &Core,
    tx: &mut Tx,
    contexte: &Contexte,
    nouvelle: &NouvelleOperation,
) -> Result<Suivi, ServiceError> {
    let doctor = lock_doctor(core, tx, &nouvelle.rpps).await.map_err(|error| {
        error.into_champ("/rpps", "medecin_inconnu", "le RPPS d'un médecin enregistré")
    })?;
    let (nature, effet_du, caisse) = (nouvelle.nature, nouvelle.effet_du, caisse_of(contexte));
    jour::verify(core, nouvelle)?;
    let known = operations::find(tx, doctor.id, (nature, effet_du), caisse.as_deref()).await?;
    if let Some(known) = known {
        // Who may not read it is refused first as for any other, and does not learn that it stands.
        let standing = operations::get(tx, known).await?.ok_or(ServiceError::Introuvable)?;
        let rapports = rapports_of(tx, contexte, &standing).await?;
        if Demarche::LireOperation.est_permise(&rapports) {
            return Err(ServiceError::OperationExistante(known));
        }
    }
    let medecin = medecins::find(tx, &nouvelle.rpps, latest_knowledge()).await?;
    let medecin = medecin.ok_or(ServiceError::Introuvable)?;
    let changes = changes(core, tx, &medecin, nouvelle).await?;
    let to_confirm = caisse.is_none() && nature.cesse();
    let prepare_par =
        to_confirm.then(|| actes_nationaux::agent(core.coffre(), &contexte.auteur.sujet));
    let expire_le = to_confirm.then(|| confirmation::end(core)).transpose()?;
    let operation = Operation {
        id: OperationId::from_uuid(core.ids().uuid()),
        medecin_id: doctor.id,
        rpps: nouvelle.rpps,
        nature,
        effet_du,
        effet_au: nouvelle.effet_au,
        caisse,
        motif: nouvelle.motif.clone(),
        justification: nouvelle.justification.clone(),
        prepare_par,
        expire_le,
        etat: if to_confirm { EtatOperation::AConfirmer } else { EtatOperation::EnAttente },
        version: 1,
        enregistre_le: doctor.instant,
        confirmee_le: None,
        annulee_le: None,
        derniere: true,
    };
    may_record(tx, contexte, &operation, (nouvelle, changes.lieux(&medecin))).await?;
    if let Some(known) = known {
        return Err(ServiceError::OperationExistante(known));
    }
    operations::insert(tx, &operation).await?;
    if to_confirm {
        confirmation::keep(tx, &operation, nouvelle, &changes).await?;
    } else if operation.change_les_faits() {
        write_facts(core, tx, doctor.id, &changes, doctor.instant).await?;
        changements::touch(tx, doctor.id, doctor.instant).await?;
    }
    let rapports = rapports_of(tx, contexte, &operation).await?;
    suivi(core, tx, contexte, (operation, rapports)).await
}

/// Queues the job of an operation, and tells it to everybody and to each caisse; one that waits is told, and no
/// more.
async fn announce(opening: &mut Opening<'_>, suivi: &Suivi) -> Result<(), ServiceError> {
    let (core, operation) = (opening.core(), &suivi.operation);
    let instant = operation.instant();
    if operation.etat == EtatOperation::AConfirmer {
        opening.tell(fact(operation, NatureEvenement::MedecinOperationPreparee), instant);
        return Ok(());
    }
    plan(core, opening.conn(), DO, (operation.id, None), instant).await?;
    let nature = operation.nature.evenement();
    opening.tell(fact(operation, nature), instant);
    if operation.caisse.is_some() {
        return Ok(());
    }
    let caisses: Vec<String> = suivi.portee.caisses.iter().map(|(code, _)| code.clone()).collect();
    actes_nationaux::concern(opening.conn(), operation.id, &caisses).await?;
    tell_caisses(opening, operation, nature, (&suivi.portee.caisses, instant));
    Ok(())
}

/// Tells each caisse that an operation concerns how many of its patients it reaches.
fn tell_caisses(
    opening: &mut Opening<'_>,
    operation: &Operation,
    nature: NatureEvenement,
    (caisses, instant): (&[(String, i64)], DateTime<Utc>),
) {
    for (caisse, patients) in caisses {
        let (id, kind) = (operation.id, operation.nature);
        let donnees = json!({
            "operation_id": id, "nature": kind, "caisse": caisse, "patients": patients,
        });
        opening.tell(fact(operation, nature).with(donnees), instant);
    }
}

/// What an operation will do for the patients of a caisse or for all, by the designations known now.
async fn expected(
    core: &Core,
    conn: &mut Connection,
    operation: &Operation,
    caisse: Option<&str>,
) -> Result<Portee, ServiceError> {
    let (doctor, jour) = (operation.medecin_id, operation.effet_du);
    let posterieures = operations::later(conn, doctor, jour, caisse).await?;
    let mut compte = Compte { posterieures, ..Compte::default() };
    let mut caisses = BTreeMap::<String, i64>::new();
    for (others, own, count) in operations::groups(conn, doctor, jour, caisse).await? {
        let more = |total: i64| total.saturating_add(count);
        if let Some(own) = own {
            let total = caisses.entry(own).or_default();
            *total = more(*total);
        }
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
    Ok(Portee { compte, caisses: caisses.into_iter().collect() })
}

/// Locks a doctor of the register.
async fn lock_doctor(core: &Core, tx: &mut Tx, rpps: &Rpps) -> Result<Verrouille, ServiceError> {
    let locked = changements::lock(tx, rpps, core.now()).await?;
    locked.ok_or(ServiceError::Introuvable)
}

/// The refusal of a version that a job has just replaced.
const fn overtaken(seen: i32) -> ServiceError {
    let (attendue, actuelle) = (VersionsVues::une(seen), seen.saturating_add(1));
    ServiceError::VersionPerimee { attendue, actuelle }
}

/// Queues a job of an operation, for the patients of a caisse or for all.
async fn plan(
    core: &Core,
    tx: &mut Tx,
    nature: &str,
    (id, caisse): (OperationId, Option<&str>),
    instant: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let task = TacheId::from_uuid(core.ids().uuid());
    let cle = caisse.map_or_else(|| id.to_string(), |caisse| format!("{id}:{caisse}"));
    let charge = json!({ "operation_id": id, "caisse": caisse });
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

/// An operation with those of its patients whom the caller may count: expected until its job has listed them.
async fn suivi(
    core: &Core,
    conn: &mut Connection,
    contexte: &Contexte,
    found: (Operation, Rapports),
) -> Result<Suivi, ServiceError> {
    let actions = actions(core, conn, contexte, &found).await?;
    let (operation, caisse) = (found.0, caisse_of(contexte));
    let caisse = caisse.as_deref();
    if matches!(operation.etat, EtatOperation::AConfirmer | EtatOperation::EnAttente) {
        let portee = expected(core, conn, &operation, caisse).await?;
        return Ok(Suivi { operation, portee, actions });
    }
    let compte = operations::progress(conn, operation.id, caisse).await?;
    let (doctor, jour) = (operation.medecin_id, operation.effet_du);
    let posterieures = operations::later(conn, doctor, jour, caisse).await?;
    let caisses = actes_nationaux::caisses(conn, operation.id, caisse).await?;
    let caisses = caisses.into_iter().map(|(code, patients, _)| (code, patients)).collect();
    let portee = Portee { compte: Compte { posterieures, ..compte }, caisses };
    Ok(Suivi { operation, portee, actions })
}
