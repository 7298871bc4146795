//! One person: every feuille of the days asked, in the order of their reception.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::json;

use super::super::ServiceError;
use super::super::a_revoir::around;
use super::super::core::{Fact, Writing};
use super::super::evaluations::ask;
use super::super::faits::registre;
use super::super::feuilles_de_soins::retenues;
use crate::domain::evaluation::FaitsConnus;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{FeuilleId, PatientId, ReevaluationId};
use crate::domain::reevaluation::{Changement, Etendue, Examen, Issue, causes, decident_pareil};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::feuilles_de_soins::{self, FeuilleEnregistree};
use crate::storage::participations::Retenue;
use crate::storage::reevaluations;
use crate::storage::{Connection, faits, participations};

/// What a person's feuilles are evaluated with.
pub(super) struct Cadre {
    /// For which request.
    pub(super) id: ReevaluationId,
    /// Of which caisse.
    pub(super) caisse: String,
    /// Which feuilles.
    pub(super) etendue: Etendue,
    /// Number of the present law.
    pub(super) loi_id: i16,
}

/// Evaluates the feuilles of a person again and writes what changes. A trial does the same, and its
/// transaction is forgotten. The person is locked.
///
/// The participations that a feuille had kept are given back before it is evaluated, and those that
/// it keeps now are counted for the next ones.
pub(super) async fn reexamine(
    writing: &mut Writing<'_>,
    cadre: &Cadre,
) -> Result<(Examen, Vec<Changement>), ServiceError> {
    let patient = writing.patient;
    let absorbed = faits::absorbed(writing.conn(), &[patient], None).await?;
    let owners: BTreeMap<PatientId, PatientId> =
        absorbed.into_iter().map(|(kept, old)| (old, kept)).collect();
    let records: Vec<PatientId> = std::iter::once(patient).chain(owners.keys().copied()).collect();
    let days = (cadre.etendue.du, cadre.etendue.au);
    let found = reevaluations::feuilles(writing.conn(), &records, days).await?;
    let mut examen = Examen { patients: 1, ..Examen::default() };
    let mut changes = Vec::new();
    if found.is_empty() {
        return Ok((examen, changes));
    }
    let persons = (&[patient][..], &owners);
    let since = DateTime::UNIX_EPOCH;
    let mut around = around(writing.conn(), &cadre.caisse, persons, since).await?;
    let alentours = around.remove(&patient).unwrap_or_default();
    let ids: Vec<FeuilleId> = found.iter().map(|(id, _)| *id).collect();
    let mut later = evaluations::later(writing.conn(), &ids).await?;
    for (id, holder) in found {
        let Some(recue) = feuilles_de_soins::get(writing.conn(), id).await? else { continue };
        let kept = recue.feuille;
        let Some(day) = kept.feuille.soins.date_soins() else { continue };
        examen.feuilles = examen.feuilles.saturating_add(1);
        let last = later.iter().rposition(|one| one.feuille_id == id);
        let before = last.map_or(recue.evaluation, |place| later.swap_remove(place));
        let given_back = retenues(&kept.feuille, &before.evaluation);
        for one in &given_back {
            participations::remove(writing.conn(), holder, one).await?;
        }
        let after = evaluate_again(writing, (&kept, &before), cadre).await;
        let after = match after {
            Ok(after) => after,
            // The law of today has no answer: the evaluation stays as it is.
            Err(ServiceError::Law(_)) => {
                examen.sans_reponse = examen.sans_reponse.saturating_add(1);
                keep(writing.conn(), holder, &given_back).await?;
                continue;
            }
            Err(error) => return Err(error),
        };
        keep(writing.conn(), holder, &retenues(&kept.feuille, &after.evaluation)).await?;
        if decident_pareil(&before.evaluation, &after.evaluation) {
            continue;
        }
        let issues = Issue::of(&before.evaluation).zip(Issue::of(&after.evaluation));
        let Some((avant, apres)) = issues else { continue };
        evaluations::insert(writing.conn(), &after, day).await?;
        writing.tell(evaluated_again(&kept, &after, cadre)).await?;
        changes.push(Changement {
            patient_id: patient,
            feuille_id: id,
            date_soins: day,
            ancien: before.numero,
            nouveau: Some(after.numero),
            causes: causes(&alentours, (before.connu_le, day), before.loi_id != cadre.loi_id),
            avant,
            apres,
        });
    }
    Ok((examen, changes))
}

/// A feuille evaluated with what is known now and with the present law.
async fn evaluate_again(
    writing: &mut Writing<'_>,
    (kept, before): (&FeuilleEnregistree, &EvaluationEnregistree),
    cadre: &Cadre,
) -> Result<EvaluationEnregistree, ServiceError> {
    let feuille = &kept.feuille;
    let (core, patient) = (writing.core(), writing.patient);
    let registre = registre(core, writing.conn(), &[(patient, feuille)]).await?;
    let (mut faits, declaration_id) = registre.faits(patient, feuille)?;
    leave_itself_out(&mut faits, kept);
    // What the performer had earned that year is told as it was on the day of the feuille.
    faits.registre.honoraires = before.faits.registre.honoraires;
    let mut evaluation = ask(&core.law, &feuille.soins, &faits)?;
    evaluation.avertissements.extend(registre.ecarts(patient, feuille));
    Ok(EvaluationEnregistree {
        feuille_id: kept.id,
        patient_id: kept.patient_id,
        numero: before.numero.saturating_add(1),
        connu_le: writing.instant,
        loi_id: cadre.loi_id,
        declaration_id,
        faits,
        evaluation,
    })
}

fn evaluated_again(
    kept: &FeuilleEnregistree,
    after: &EvaluationEnregistree,
    cadre: &Cadre,
) -> Fact {
    let synthese = after.evaluation.synthese();
    let fact =
        Fact::of(NatureEvenement::FeuilleReevaluee).effective(kept.feuille.soins.date_soins());
    fact.declaration(after.declaration_id).feuille(kept.id).with(json!({
        "numero": after.numero,
        "remplace": after.numero.saturating_sub(1),
        "reevaluation_id": cadre.id,
        "appartenance": synthese.map(|q| q.appartenance.mot()),
        "code_determine": synthese.and_then(|q| q.code.lettre()),
    }))
}

/// A feuille is not one of those around it.
fn leave_itself_out(faits: &mut FaitsConnus, kept: &FeuilleEnregistree) {
    faits.registre.autour.retain(|one| one.feuille != kept.id);
    faits.registre.avis.retain(|one| one.feuille != kept.id);
}

async fn keep(
    conn: &mut Connection,
    patient: PatientId,
    list: &[Retenue],
) -> Result<(), ServiceError> {
    let list: Vec<(PatientId, Retenue)> = list.iter().map(|one| (patient, *one)).collect();
    Ok(participations::add_all(conn, &list).await?)
}
