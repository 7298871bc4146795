//! Feuilles that were already received: given back to who may read them.

use std::collections::{BTreeMap, BTreeSet};

use super::FeuilleEvaluee;
use crate::domain::acteur::Acteur;
use crate::domain::droits::Demarche;
use crate::domain::evaluation::{AutreFeuille, Avertissement};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::ids::{FeuilleId, PatientId};
use crate::services::faits::{caisses, etats, has_opinion};
use crate::services::{Contexte, Core, ServiceError, Vue};
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::feuilles_de_soins::{FeuilleEnregistree, FeuilleRecue};
use crate::storage::patients::fusions;
use crate::storage::{Connection, avis_ponctuels};

/// A feuille of the register, beside what was sent under the same number.
pub(super) type Envoyee<'a> = (FeuilleRecue, &'a FeuilleDeSoins);

/// Feuilles that the register already has, with all their evaluations: refused to who may not
/// read them, and where what was sent is not the same. Every feuille given back is traced.
pub(super) async fn already_received(
    core: &Core,
    contexte: &Contexte,
    envoyees: Vec<Envoyee<'_>>,
) -> Result<Vec<Result<FeuilleEvaluee, ServiceError>>, ServiceError> {
    if envoyees.is_empty() {
        return Ok(Vec::new());
    }
    // Given back by a lot, a feuille is read.
    let reading = Contexte { demarche: Demarche::LireFeuilleDeSoins, ..contexte.clone() };
    let mut search = core.search(&reading).await?;
    let conn = search.conn();
    let ids: Vec<FeuilleId> = envoyees.iter().map(|(recue, _)| recue.feuille.id).collect();
    let mut later: BTreeMap<FeuilleId, Vec<EvaluationEnregistree>> = BTreeMap::new();
    for evaluation in evaluations::later(conn, core.coffre(), &ids).await? {
        later.entry(evaluation.feuille_id).or_default().push(evaluation);
    }
    let received: Vec<(FeuilleId, PatientId)> =
        envoyees.iter().map(|(recue, _)| (recue.feuille.id, recue.feuille.patient_id)).collect();
    let owners = fusions::owners_of_feuilles(conn, &received).await?;
    let vues = vues(core, conn, contexte.acteur(), &owners).await?;
    let mut known = Vec::with_capacity(envoyees.len());
    let mut read: BTreeSet<PatientId> = BTreeSet::new();
    for (recue, sent) in envoyees {
        let owner = owners.get(&recue.feuille.id);
        if !may_read(contexte.acteur(), owner, &recue.feuille.feuille, &vues) {
            known.push(Err(ServiceError::Introuvable));
        } else if *recue.feuille.feuille != *sent {
            known.push(Err(ServiceError::FeuilleExistante(Some(recue.feuille.id))));
        } else {
            let FeuilleRecue { feuille, evaluation } = recue;
            let after = later.remove(&feuille.id).unwrap_or_default();
            let mut evaluations = Vec::with_capacity(1);
            for evaluation in std::iter::once(evaluation).chain(after) {
                let law = core.law_of(conn, evaluation.loi_id).await?;
                evaluations.push((evaluation, law));
            }
            let owner = owner.copied().unwrap_or(feuille.patient_id);
            let a_reexaminer = contradicted_by(conn, &feuille, owner).await?;
            read.insert(owner);
            let decidees = Vec::new();
            let mut evaluee = FeuilleEvaluee { feuille, evaluations, a_reexaminer, decidees };
            evaluee.decidees = decided_since(conn, &evaluee, owner).await?;
            known.push(Ok(evaluee));
        }
    }
    Ok(search.show_all(read, known).await?.into_inner())
}

/// The days that a caisse may look at of some persons; only those of whom it sees something.
async fn vues(
    core: &Core,
    conn: &mut Connection,
    acteur: &Acteur,
    owners: &BTreeMap<FeuilleId, PatientId>,
) -> Result<BTreeMap<PatientId, Vue>, ServiceError> {
    let Acteur::Caisse(caisse) = acteur else { return Ok(BTreeMap::new()) };
    let persons: BTreeSet<PatientId> = owners.values().copied().collect();
    let persons: Vec<PatientId> = persons.into_iter().collect();
    let registre = caisses(conn, &persons).await?;
    let today = core.today();
    let seen = |id: PatientId| Some((id, registre.vue(id, caisse, today)?));
    Ok(persons.into_iter().filter_map(seen).collect())
}

/// The feuilles of the same person that contradict the single opinion of a feuille, if it bills one.
pub(super) async fn contradicted_by(
    conn: &mut Connection,
    feuille: &FeuilleEnregistree,
    owner: PatientId,
) -> Result<Vec<AutreFeuille>, ServiceError> {
    if !has_opinion(&feuille.feuille) {
        return Ok(Vec::new());
    }
    let found = avis_ponctuels::ruptures(conn, &[feuille.patient_id], Some(feuille.id)).await?;
    Ok(found.iter().filter(|one| one.proprietaire == owner).map(|one| one.par).collect())
}

/// Whether the caller may read a feuille of this person.
fn may_read(
    acteur: &Acteur,
    owner: Option<&PatientId>,
    feuille: &FeuilleDeSoins,
    vues: &BTreeMap<PatientId, Vue>,
) -> bool {
    match acteur {
        // The médecin traitant does not read what other doctors did.
        Acteur::Medecin(rpps) => *rpps == feuille.executant_rpps,
        Acteur::Caisse(_) | Acteur::Patient(_) => {
            let vue = owner.and_then(|owner| vues.get(owner));
            vue.zip(feuille.soins.date_soins()).is_some_and(|(vue, jour)| vue.contient(jour))
        }
        Acteur::Referentiel | Acteur::Statistiques => false,
    }
}

/// Of the warnings of a feuille that wait for a decision of the caisse, those that wait for none any more: what is noted with
/// an evaluation never changes, what is told of it is true on the day it is read.
pub(super) async fn decided_since(
    conn: &mut Connection,
    evaluee: &FeuilleEvaluee,
    owner: PatientId,
) -> Result<Vec<Avertissement>, ServiceError> {
    let noted = |code: &Avertissement| {
        let mut all =
            evaluee.evaluations.iter().flat_map(|(one, _)| &one.evaluation.avertissements);
        all.any(|warning| warning.code == *code)
    };
    let mut waiting = [Avertissement::DesignationContestee, Avertissement::DesignationEnConflit]
        .into_iter()
        .filter(noted)
        .peekable();
    let jour = evaluee.feuille.feuille.soins.date_soins();
    let (Some(jour), true) = (jour, waiting.peek().is_some()) else { return Ok(Vec::new()) };
    let etat = etats(conn, &[owner]).await?.remove(&owner).unwrap_or_default();
    let contested = etat.designations.iter().any(|one| one.contestee && one.effet.contient(jour));
    let disputed = etat.conflits.iter().any(|effet| effet.contient(jour));
    let open = |code: Avertissement| {
        if code == Avertissement::DesignationContestee { contested } else { disputed }
    };
    Ok(waiting.filter(|code| !open(*code)).collect())
}
