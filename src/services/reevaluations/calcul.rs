//! Some persons: every feuille of the days asked, in the order of their reception.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::super::a_revoir::around;
use super::super::core::{Fact, Job};
use super::super::faits::{Jugement, Praticiens, Registre, Sujet, registre};
use super::super::feuilles_de_soins::{Tenue, retenues, tenues};
use super::super::operations::catch_up_all;
use super::super::{Core, ServiceError};
use crate::domain::evaluation::{Avertissement, Evaluation};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::PatientId;
use crate::domain::reevaluation::{
    Changement, EcartReevaluation, Examen, Issue, Reevaluation, autre_ccam, causes, decident_pareil,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::participations::Retenue;
use crate::storage::patients::etat::Verrou;
use crate::storage::{faits, participations};

/// A feuille that is decided otherwise than before.
#[derive(Debug)]
struct Autrement {
    jour: NaiveDate,
    /// The number and the law of the evaluation that is replaced, and what was known then.
    ancien: (i16, i16, DateTime<Utc>),
    autre_ccam: bool,
    avant: Issue,
    apres: Issue,
    evaluation: EvaluationEnregistree,
}

/// What becomes of the feuilles of one person.
#[derive(Debug, Default)]
struct Reexamen {
    examen: Examen,
    autrement: Vec<Autrement>,
    /// Participations given back, and kept instead, each with the record that holds its feuille.
    rendues: Vec<(PatientId, Retenue)>,
    gardees: Vec<(PatientId, Retenue)>,
}

/// What is asked, and by which law.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demandee<'a> {
    pub(super) reevaluation: &'a Reevaluation,
    pub(super) loi_id: i16,
    /// The doctors about whom persons before these asked.
    pub(super) praticiens: &'a Praticiens,
}

/// Evaluates the feuilles of some persons again, with what is known now and with the present law, and writes
/// what changes. A trial decides the same and writes nothing of it. The persons are locked here.
///
/// What the register knows is read once for all the feuilles. Each is taken out of it before it is
/// judged, and the participations that it keeps now are counted for the next ones of its person.
pub(super) async fn reexamine(
    job: &mut Job<'_>,
    asked: &Demandee<'_>,
    persons: &[PatientId],
) -> Result<(Examen, Vec<Changement>), ServiceError> {
    let core = job.core();
    let mut verrous = job.lock(persons).await?;
    catch_up_all(core, job.conn(), &mut verrous).await?;
    // Merged meanwhile: the feuilles are looked at with the record that was kept.
    let persons: Vec<PatientId> = verrous.keys().copied().collect();
    let owners = faits::records(job.conn(), &persons).await?;
    let days = (asked.reevaluation.etendue.du, asked.reevaluation.etendue.au);
    let tenues = tenues(core, job.conn(), &owners, days).await?;
    let examen =
        Examen { patients: i64::try_from(persons.len()).unwrap_or(i64::MAX), ..Examen::default() };
    if tenues.is_empty() {
        return Ok((examen, Vec::new()));
    }
    let sujets: Vec<Sujet<'_>> =
        tenues.iter().map(|one| (one.patient, &*one.kept.feuille)).collect();
    let registre = registre(core, job.conn(), &sujets, asked.praticiens, &verrous).await?;
    let feuilles = tenues.len();
    let donnees = Donnees { tenues, registre, verrous, loi_id: asked.loi_id };
    let decided = core.decide(feuilles, move |core| donnees.decide(core)).await??;
    let examen = decided.values().fold(examen, |all, one| all.plus(&one.examen));
    let changed = decided.into_iter().filter(|(_, one)| !one.autrement.is_empty()).collect();
    let changes = tell(job, asked, &owners, changed).await?;
    Ok((examen, changes))
}

/// What decisions are made from.
struct Donnees {
    tenues: Vec<Tenue>,
    registre: Registre,
    /// What the locks of the persons gave: the instant is that of the next thing known about each.
    verrous: BTreeMap<PatientId, Verrou>,
    loi_id: i16,
}

impl Donnees {
    /// Decides about every feuille, in the order of their reception.
    fn decide(mut self, core: &Core) -> Result<BTreeMap<PatientId, Reexamen>, ServiceError> {
        let mut decided: BTreeMap<PatientId, Reexamen> = BTreeMap::new();
        for tenue in std::mem::take(&mut self.tenues) {
            let own = decided.entry(tenue.patient).or_default();
            self.again(core, tenue, own)?;
        }
        Ok(decided)
    }

    fn again(&mut self, core: &Core, tenue: Tenue, own: &mut Reexamen) -> Result<(), ServiceError> {
        let Tenue { patient, holder, jour, kept, last: before } = tenue;
        own.examen.feuilles = own.examen.feuilles.saturating_add(1);
        let had = retenues(&kept.feuille, &before.evaluation);
        self.registre.forget(patient, kept.id, &had);
        let avant = (kept.enregistre_le, Some(&before.faits));
        let judged = self.registre.juger(core.law(), (patient, &kept.feuille), avant);
        let Jugement { faits, declaration_id, evaluation } = match judged {
            Ok(judged) => judged,
            // The law of today has no answer: the evaluation stays as it is.
            Err(ServiceError::Law(_)) => {
                own.examen.sans_reponse = own.examen.sans_reponse.saturating_add(1);
                return self.registre.retenir(patient, &kept, &had, &[]);
            }
            Err(error) => return Err(error),
        };
        let has = retenues(&kept.feuille, &evaluation);
        self.registre.retenir(patient, &kept, &has, &[])?;
        if had != has {
            own.rendues.extend(had.into_iter().map(|one| (holder, one)));
            own.gardees.extend(has.into_iter().map(|one| (holder, one)));
        }
        let autre_ccam = autre_ccam(&before.evaluation, &evaluation);
        // Care after a death costs what it did, and is told apart from then on.
        let autre_vie = apres_deces(&before.evaluation) != apres_deces(&evaluation);
        if decident_pareil(&before.evaluation, &evaluation) && !autre_ccam && !autre_vie {
            return Ok(());
        }
        let issues = Issue::of(&before.evaluation).zip(Issue::of(&evaluation));
        let Some((avant, apres)) = issues else { return Ok(()) };
        let Some(verrou) = self.verrous.get(&patient) else { return Ok(()) };
        own.examen.changees = own.examen.changees.saturating_add(1);
        own.examen.ecart = own.examen.ecart.plus(&EcartReevaluation::entre(&avant, &apres));
        own.autrement.push(Autrement {
            jour,
            ancien: (before.numero, before.loi_id, before.connu_le),
            autre_ccam,
            avant,
            apres,
            evaluation: EvaluationEnregistree {
                feuille_id: kept.id,
                patient_id: kept.patient_id,
                numero: before.numero.saturating_add(1),
                connu_le: verrou.instant,
                loi_id: self.loi_id,
                declaration_id,
                faits,
                evaluation,
            },
        });
        Ok(())
    }
}

/// What changes for some persons and why; it is written, unless it is a trial.
async fn tell(
    job: &mut Job<'_>,
    asked: &Demandee<'_>,
    owners: &BTreeMap<PatientId, PatientId>,
    changed: BTreeMap<PatientId, Reexamen>,
) -> Result<Vec<Changement>, ServiceError> {
    let every = changed.values().flat_map(|one| &one.autrement);
    let Some(oldest) = every.map(|one| one.ancien.2).min() else { return Ok(Vec::new()) };
    let persons: Vec<PatientId> = changed.keys().copied().collect();
    let theirs = owners.iter().filter(|(_, owner)| changed.contains_key(owner));
    let theirs = theirs.map(|(record, owner)| (*record, *owner)).collect();
    let caisse = &asked.reevaluation.caisse;
    let mut around = around(job.conn(), caisse, (&persons, &theirs), oldest).await?;
    let mut changes = Vec::new();
    let (mut written, mut rendues, mut gardees) = (Vec::new(), Vec::new(), Vec::new());
    for (patient, reexamen) in changed {
        let alentours = around.remove(&patient).unwrap_or_default();
        for one in reexamen.autrement {
            let (numero, loi_id, connu_le) = one.ancien;
            changes.push(Changement {
                patient_id: patient,
                feuille_id: one.evaluation.feuille_id,
                date_soins: one.jour,
                ancien: numero,
                nouveau: asked.reevaluation.ecrit().then_some(one.evaluation.numero),
                causes: causes(
                    &alentours,
                    (connu_le, one.jour),
                    (loi_id != asked.loi_id, one.autre_ccam),
                ),
                avant: one.avant,
                apres: one.apres,
            });
            written.push((patient, one.jour, one.evaluation));
        }
        rendues.extend(reexamen.rendues);
        gardees.extend(reexamen.gardees);
    }
    if asked.reevaluation.ecrit() {
        let (core, conn) = (job.core(), job.conn());
        let rows = written.iter().map(|(_, jour, after)| (after, *jour));
        evaluations::insert_all(conn, core.coffre(), rows).await?;
        participations::replace(conn, &rendues, &gardees).await?;
        for (patient, jour, after) in &written {
            let fact = evaluated_again(asked.reevaluation, after, *jour);
            job.tell((*patient, after.connu_le), fact);
        }
        // Those of one person come together, and are known at the same instant.
        let mut known: Vec<_> =
            written.iter().map(|(id, _, after)| (*id, after.connu_le)).collect();
        known.dedup();
        job.touch(&known).await?;
    }
    Ok(changes)
}

/// Whether an evaluation says that the care followed the death.
fn apres_deces(evaluation: &Evaluation) -> bool {
    evaluation.avertissements.iter().any(|one| one.code == Avertissement::SoinsApresDeces)
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
