//! One person: every feuille of the days asked, in the order of their reception.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::super::a_revoir::around;
use super::super::core::{Fact, Writing};
use super::super::faits::{Jugement, Sujet, registre};
use super::super::feuilles_de_soins::retenues;
use super::super::operations::catch_up;
use super::super::{Core, ServiceError};
use crate::domain::evaluation::{Avertissement, Evaluation};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{FeuilleId, PatientId};
use crate::domain::reevaluation::{
    Changement, Examen, Issue, Reevaluation, autre_ccam, causes, decident_pareil,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::feuilles_de_soins::{self, FeuilleEnregistree, FeuilleRecue};
use crate::storage::reevaluations;
use crate::storage::{Connection, faits, operations, participations};

/// A feuille with its last evaluation, and the record that holds it.
struct Tenue {
    holder: PatientId,
    jour: NaiveDate,
    kept: FeuilleEnregistree,
    before: EvaluationEnregistree,
}

/// Evaluates the feuilles of a person again, with what is known now and with the present law, and writes
/// what changes. A trial does the same, and its transaction is forgotten. The person is locked.
///
/// What the register knows is read once for all the feuilles. Each is taken out of it before it is
/// judged, and the participations that it keeps now are counted for the next ones.
pub(super) async fn reexamine(
    writing: &mut Writing<'_>,
    asked: &Reevaluation,
    loi_id: i16,
) -> Result<(Examen, Vec<Changement>), ServiceError> {
    let (core, patient, instant) = (writing.core(), writing.patient, writing.instant);
    let reste = operations::pending(writing.conn(), &[patient]).await?;
    Box::pin(catch_up(writing, &reste)).await?;
    let owners = faits::records(writing.conn(), &[patient]).await?;
    let records: Vec<PatientId> = owners.keys().copied().collect();
    let days = (asked.etendue.du, asked.etendue.au);
    let feuilles = feuilles(core, writing.conn(), &records, days).await?;
    let mut examen = Examen { patients: 1, ..Examen::default() };
    let mut changes = Vec::new();
    let Some(oldest) = feuilles.iter().map(|one| one.before.connu_le).min() else {
        return Ok((examen, changes));
    };
    let persons = (&[patient][..], &owners);
    let mut around = around(writing.conn(), &asked.caisse, persons, oldest).await?;
    let alentours = around.remove(&patient).unwrap_or_default();
    let sujets: Vec<Sujet<'_>> = feuilles.iter().map(|one| (patient, &one.kept.feuille)).collect();
    let mut registre = registre(core, writing.conn(), &sujets).await?;
    let (mut given_back, mut kept_now) = (Vec::new(), Vec::new());
    for Tenue { holder, jour, kept, before } in &feuilles {
        examen.feuilles = examen.feuilles.saturating_add(1);
        let had = retenues(&kept.feuille, &before.evaluation);
        registre.forget(patient, kept.id, &had);
        let avant = (kept.enregistre_le, Some(&before.faits));
        let judged = registre.juger(core.law(), (patient, &kept.feuille), avant);
        let Jugement { faits, declaration_id, evaluation } = match judged {
            Ok(judged) => judged,
            // The law of today has no answer: the evaluation stays as it is.
            Err(ServiceError::Law(_)) => {
                examen.sans_reponse = examen.sans_reponse.saturating_add(1);
                registre.retenir(patient, kept, &had, &[])?;
                continue;
            }
            Err(error) => return Err(error),
        };
        let has = retenues(&kept.feuille, &evaluation);
        registre.retenir(patient, kept, &has, &[])?;
        if had != has {
            given_back.extend(had.into_iter().map(|one| (*holder, one)));
            kept_now.extend(has.into_iter().map(|one| (*holder, one)));
        }
        let autre_ccam = autre_ccam(&before.evaluation, &evaluation);
        // Care after a death costs what it did, and is told apart from then on.
        let autre_vie = apres_deces(&before.evaluation) != apres_deces(&evaluation);
        if decident_pareil(&before.evaluation, &evaluation) && !autre_ccam && !autre_vie {
            continue;
        }
        let issues = Issue::of(&before.evaluation).zip(Issue::of(&evaluation));
        let Some((avant, apres)) = issues else { continue };
        let after = EvaluationEnregistree {
            feuille_id: kept.id,
            patient_id: kept.patient_id,
            numero: before.numero.saturating_add(1),
            connu_le: instant,
            loi_id,
            declaration_id,
            faits,
            evaluation,
        };
        evaluations::insert(writing.conn(), core.coffre(), &after, *jour).await?;
        writing.tell(evaluated_again(asked, &after, *jour));
        changes.push(Changement {
            patient_id: patient,
            feuille_id: kept.id,
            date_soins: *jour,
            ancien: before.numero,
            nouveau: Some(after.numero),
            causes: causes(
                &alentours,
                (before.connu_le, *jour),
                (before.loi_id != loi_id, autre_ccam),
            ),
            avant,
            apres,
        });
    }
    participations::remove_all(writing.conn(), &given_back).await?;
    participations::add_all(writing.conn(), &kept_now).await?;
    Ok((examen, changes))
}

/// Whether an evaluation says that the care followed the death.
fn apres_deces(evaluation: &Evaluation) -> bool {
    evaluation.avertissements.iter().any(|one| one.code == Avertissement::SoinsApresDeces)
}

/// The feuilles that some records hold on some days, in the order of their reception.
async fn feuilles(
    core: &Core,
    conn: &mut Connection,
    records: &[PatientId],
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<Tenue>, ServiceError> {
    let held = reevaluations::feuilles(conn, records, days).await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<FeuilleId> = held.iter().map(|(id, _)| *id).collect();
    let later = evaluations::later(conn, core.coffre(), &ids).await?;
    let mut last: BTreeMap<FeuilleId, EvaluationEnregistree> =
        later.into_iter().map(|one| (one.feuille_id, one)).collect();
    let received = feuilles_de_soins::of_records(conn, core.coffre(), records, days).await?;
    let mut received: BTreeMap<FeuilleId, FeuilleRecue> =
        received.into_iter().map(|one| (one.feuille.id, one)).collect();
    let one = |(id, holder)| {
        let FeuilleRecue { feuille: kept, evaluation } = received.remove(&id)?;
        let before = last.remove(&id).unwrap_or(evaluation);
        Some(Tenue { holder, jour: kept.feuille.soins.date_soins()?, kept, before })
    };
    Ok(held.into_iter().filter_map(one).collect())
}

fn evaluated_again(asked: &Reevaluation, after: &EvaluationEnregistree, jour: NaiveDate) -> Fact {
    let synthese = after.evaluation.synthese();
    let fact = Fact::of(NatureEvenement::FeuilleReevaluee).effective(jour);
    fact.declaration(after.declaration_id).feuille(after.feuille_id).with(json!({
        "numero": after.numero,
        "remplace": after.numero.saturating_sub(1),
        "reevaluation_id": asked.id,
        "appartenance": synthese.map(|q| q.appartenance.mot()),
        "code_determine": synthese.and_then(|q| q.code.lettre()),
    }))
}
