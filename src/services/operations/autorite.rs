//! Who may act on a doctor, and what an operation is to a caller: a caisse for its territory and its own
//! patients, the national register for all.

use super::{facts, lock_doctor};
use crate::domain::acteur::Acteur;
use crate::domain::droits::{Demarche, Rapports, Relation};
use crate::domain::ids::OperationId;
use crate::domain::medecin::Lieu;
use crate::domain::operation::{ActionOperation, EtatOperation, NouvelleOperation, Operation};
use crate::services::{Contexte, Core, ServiceError, exercices};
use crate::storage::medecins::changements::Verrouille;
use crate::storage::{Connection, Tx, actes_nationaux, operations};

/// The caisse that calls.
pub(super) fn caisse_of(contexte: &Contexte) -> Option<String> {
    match contexte.acteur() {
        Acteur::Caisse(caisse) => Some(caisse.code()),
        Acteur::Referentiel | Acteur::Statistiques | Acteur::Medecin(_) | Acteur::Patient(_) => {
            None
        }
    }
}

/// Refuses what is not the caller's own: the practice at places of another territory, a cessation by a caisse
/// that has no patient of the doctor, or that says where the doctor goes.
pub(super) async fn may_record(
    conn: &mut Connection,
    contexte: &Contexte,
    operation: &Operation,
    (nouvelle, lieux): (&NouvelleOperation, impl Iterator<Item = &Lieu>),
) -> Result<(), ServiceError> {
    let acteur = contexte.acteur();
    let rapports = match &operation.caisse {
        Some(caisse) if operation.nature.cesse() => {
            let (doctor, jour) = (operation.medecin_id, operation.effet_du);
            let own = operations::groups(conn, doctor, jour, Some(caisse)).await?;
            let found = Rapports::aucun(*acteur);
            if own.is_empty() || nouvelle.exercice.is_some() {
                found
            } else {
                found.avec(Relation::CaisseConcernee)
            }
        }
        _ => exercices::rapports(acteur, lieux),
    };
    contexte.demarche.juger(&rapports)?;
    Ok(())
}

/// What the caller is to an operation: a caisse to its own and to the national acts that concern it.
pub(super) async fn rapports_of(
    conn: &mut Connection,
    contexte: &Contexte,
    operation: &Operation,
) -> Result<Rapports, ServiceError> {
    let found = Rapports::aucun(*contexte.acteur());
    Ok(match (contexte.acteur(), caisse_of(contexte)) {
        (Acteur::Referentiel, _) => found.avec(Relation::Referentiel),
        (_, Some(caisse)) => {
            let concerned = if let Some(own) = &operation.caisse {
                *own == caisse
            } else {
                let told = actes_nationaux::caisses(conn, operation.id, Some(&caisse));
                !told.await?.is_empty()
            };
            if concerned { found.avec(Relation::CaisseConcernee) } else { found }
        }
        (_, None) => found,
    })
}

/// An operation that concerns the caller; the others do not exist.
pub(super) async fn own(
    conn: &mut Connection,
    contexte: &Contexte,
    id: OperationId,
) -> Result<(Operation, Rapports), ServiceError> {
    let operation = operations::get(conn, id).await?.ok_or(ServiceError::Introuvable)?;
    let rapports = rapports_of(conn, contexte, &operation).await?;
    contexte.demarche.juger(&rapports)?;
    Ok((operation, rapports))
}

/// An operation that concerns the caller, as it is once its doctor is locked.
pub(super) async fn take(
    core: &Core,
    tx: &mut Tx,
    contexte: &Contexte,
    id: OperationId,
) -> Result<(Verrouille, (Operation, Rapports)), ServiceError> {
    let (seen, _) = own(tx, contexte, id).await?;
    let doctor = lock_doctor(core, tx, &seen.rpps).await?;
    Ok((doctor, own(tx, contexte, id).await?))
}

/// What the caller may do to an operation now: what the table gives, and the state allows.
pub(super) async fn actions(
    core: &Core,
    conn: &mut Connection,
    contexte: &Contexte,
    (operation, rapports): &(Operation, Rapports),
) -> Result<Vec<ActionOperation>, ServiceError> {
    let mut found = Vec::new();
    let waits = operation.etat != EtatOperation::AConfirmer || operation.attend(core.now());
    let annulable = match caisse_of(contexte).filter(|_| operation.caisse.is_none()) {
        Some(caisse) if operation.annulee_le.is_none() => {
            let own = actes_nationaux::caisses(conn, operation.id, Some(&caisse)).await?;
            own.iter().any(|(_, _, undone)| !undone)
        }
        Some(_) => false,
        None if operation.est_annulable() => waits,
        // What followed was undone: it is the last again.
        None => operation.est_annulable_si_rien_ne_suit() && facts::stand(conn, operation).await?,
    };
    if annulable && Demarche::AnnulerOperation.est_permise(rapports) {
        found.push(ActionOperation::Annuler);
    }
    let own = prepared_it(core, contexte, operation);
    let confirms = Demarche::ConfirmerOperation.est_permise(rapports);
    if operation.attend(core.now()) && !own && confirms {
        found.push(ActionOperation::Confirmer);
    }
    Ok(found)
}

/// Whether the agent who calls is the one who prepared an act.
pub(super) fn prepared_it(core: &Core, contexte: &Contexte, operation: &Operation) -> bool {
    let sujet = &contexte.auteur.sujet;
    let prepared = operation.prepare_par.as_deref();
    prepared.is_some_and(|by| actes_nationaux::is_agent(core.coffre(), sujet, by))
}
