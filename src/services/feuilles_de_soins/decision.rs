//! What becomes of each feuille of a lot, decided in memory, in their order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::reception::{Issues, Ligne, Personne, Trouvee};
use super::verify_known;
use crate::domain::evaluation::Evaluation;
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::ids::PatientId;
use crate::domain::money::Centimes;
use crate::services::faits::{Jugement, Registre};
use crate::services::statistiques::{EN_LOT, jour_compte, of_received};
use crate::services::suites::fees;
use crate::services::{Core, PATIENT_ATTENDU, PATIENT_SEUL, ServiceError};
use crate::storage::evaluations::EvaluationEnregistree;
use crate::storage::feuilles_de_soins::{Cle, FeuilleEnregistree, FeuilleRecue, NouvelleLigne};
use crate::storage::fil::{Alentours, FeuilleConnue};
use crate::storage::participations::Retenue;
use crate::storage::patients::etat::{EtatPatient, NouvelEtat, Valeur, Verrou};
use crate::storage::patients::knowledge_after;
use crate::storage::statistiques::Mouvements;

/// What decisions are made from.
pub(super) struct Donnees {
    pub(super) lignes: Arc<Vec<Ligne>>,
    pub(super) personnes: Vec<Personne>,
    pub(super) registre: Registre,
    /// What the locks of the persons gave: the instant is that of the next thing known about each.
    pub(super) verrous: Arc<BTreeMap<PatientId, Verrou>>,
    /// Feuilles that the register already has, by the place of their line.
    pub(super) connues: BTreeMap<usize, FeuilleRecue>,
    /// The places of lines under whose number somebody else sent a feuille that is not theirs.
    pub(super) apart: BTreeSet<usize>,
    pub(super) loi_id: i16,
}

/// What was decided, and what is to be written.
#[derive(Default)]
pub(super) struct Decisions {
    pub(super) issues: Issues,
    pub(super) lignes: Vec<NouvelleLigne>,
    /// What the row of each person is to hold.
    pub(super) etats: Vec<NouvelEtat>,
    /// What the new feuilles of a long lot add to the statistics.
    pub(super) mouvements: Mouvements,
    /// Whom the new feuilles concern.
    pub(super) autour: Alentours,
}

/// When the last thing about each person was recorded by this lot, and the participations that it keeps of them.
type Derniers = BTreeMap<PatientId, (DateTime<Utc>, Vec<Retenue>)>;

/// Decides about every line.
pub(super) fn decide(core: &Core, mut donnees: Donnees) -> Decisions {
    let lignes = Arc::clone(&donnees.lignes);
    let mut decisions = Decisions::default();
    let mut placed: BTreeMap<Cle, usize> = BTreeMap::new();
    let mut last = Derniers::new();
    for (place, ligne) in lignes.iter().enumerate() {
        let before = (&placed, &last, &decisions);
        let issue = match place_line(core, &mut donnees, before, (place, ligne)) {
            Ok(Issue::Connue(recue)) => Ok(Trouvee { recue, nouvelle: false }),
            Ok(Issue::Nouvelle { cle, row, recue, kept }) => {
                let (patient, instant) = (recue.feuille.patient_id, recue.feuille.enregistre_le);
                if lignes.len() >= EN_LOT {
                    let jour = jour_compte(&recue.feuille.feuille);
                    let known = donnees.registre.etat(patient);
                    let organisme = known.and_then(|known| known.organisme(jour));
                    let place = decisions.mouvements.entry(instant).or_default();
                    place.plus(&of_received(core, &recue, organisme));
                }
                let feuille = &recue.feuille;
                let (executant, date_soins) = (feuille.feuille.executant_rpps, ligne.date_soins);
                let known =
                    FeuilleConnue { patient_id: patient, executant, date_soins, reception: None };
                decisions.autour.feuilles.insert(feuille.id, known);
                let own = decisions.autour.affiliations.entry(patient);
                own.or_insert_with(|| {
                    donnees
                        .registre
                        .etat(patient)
                        .map(EtatPatient::affiliations)
                        .unwrap_or_default()
                });
                decisions.lignes.push(row);
                placed.insert(cle, place);
                let (known, all) = last.entry(patient).or_default();
                *known = instant;
                all.extend(kept);
                Ok(Trouvee { recue, nouvelle: true })
            }
            Err(error) => Err(error),
        };
        decisions.issues.push(issue);
    }
    for (patient_id, verrou) in donnees.verrous.iter() {
        let Some((instant, nouvelles)) = last.remove(patient_id) else { continue };
        let patient_id = *patient_id;
        // A value that could not be sealed is made again by whoever needs it.
        let valeur = donnees.registre.valeur(core.coffre(), patient_id).unwrap_or(Valeur::Aucune);
        let (retenues, place) = (verrou.retenues.clone(), verrou.place);
        let held = NouvelEtat { patient_id, instant, valeur, retenues, nouvelles, place };
        decisions.etats.push(held);
    }
    decisions
}

fn place_line(
    core: &Core,
    donnees: &mut Donnees,
    (placed, last, decisions): (&BTreeMap<Cle, usize>, &Derniers, &Decisions),
    (place, ligne): (usize, &Ligne),
) -> Result<Issue, ServiceError> {
    let feuille = &ligne.nouvelle.feuille;
    let absent = |code| ServiceError::champ("/beneficiaire", code, PATIENT_ATTENDU);
    let patient_id = match donnees.personnes.get(place) {
        Some(Personne::Connue(id)) => *id,
        Some(Personne::Attendue(delai)) => return Err(ServiceError::TropDEssais(*delai)),
        Some(Personne::Fusionnee) => return Err(absent("patient_fusionne")),
        Some(Personne::Ambigue) => {
            return Err(ServiceError::champ("/beneficiaire", "patient_ambigu", PATIENT_SEUL));
        }
        Some(Personne::Presumee(_) | Personne::Inconnue) | None => {
            return Err(absent("beneficiaire_inconnu"));
        }
    };
    if let Some(recue) = donnees.connues.remove(&place) {
        return Ok(Issue::Connue(recue));
    }
    let mut cle = Cle::new(patient_id, feuille, ligne.date_soins)?;
    if donnees.apart.contains(&place) {
        cle = cle.du_titulaire();
    }
    // The same number twice in the lot.
    let twin = |cle: &Cle| {
        let before = placed.get(cle).and_then(|index| decisions.issues.get(*index));
        before.and_then(|found| found.as_ref().ok()).map(|found| &found.recue)
    };
    if let Some(other) = twin(&cle) {
        if !donnees.registre.is_apart(feuille, &other.feuille.feuille) {
            return Ok(Issue::Connue(other.clone()));
        }
        cle = cle.du_titulaire();
        if let Some(own) = twin(&cle) {
            return Ok(Issue::Connue(own.clone()));
        }
    }
    verify_known(&donnees.registre, (patient_id, feuille), core.now())?;
    let locked = || donnees.verrous.get(&patient_id).map(|verrou| verrou.instant);
    let after = last.get(&patient_id).map(|(before, _)| knowledge_after(*before, *before));
    let instant = after.or_else(locked).ok_or_else(|| absent("patient_fusionne"))?;
    let recue = evaluate(core, &donnees.registre, ligne, (patient_id, instant), donnees.loi_id)?;
    let row = NouvelleLigne::new(core.coffre(), &recue, cle)?;
    let kept = retenues(feuille, &recue.evaluation.evaluation);
    let fees = fees(std::iter::once(&**feuille))?;
    donnees.registre.retenir(patient_id, &recue.feuille, &kept, &fees)?;
    Ok(Issue::Nouvelle { cle, row, recue, kept })
}

/// Evaluates a feuille with what the register knows now about the days of care.
fn evaluate(
    core: &Core,
    registre: &Registre,
    ligne: &Ligne,
    (patient_id, instant): (PatientId, DateTime<Utc>),
    loi_id: i16,
) -> Result<FeuilleRecue, ServiceError> {
    let feuille = &ligne.nouvelle.feuille;
    let Jugement { faits, declaration_id, evaluation } =
        registre.juger(core.law(), (patient_id, feuille), (instant, None))?;
    let id = core.ids().feuille(ligne.date_soins);
    Ok(FeuilleRecue {
        feuille: FeuilleEnregistree {
            id,
            patient_id,
            enregistre_le: instant,
            feuille: Arc::clone(feuille),
        },
        evaluation: EvaluationEnregistree {
            feuille_id: id,
            patient_id,
            numero: 1,
            connu_le: instant,
            loi_id,
            declaration_id,
            faits,
            evaluation,
        },
    })
}

/// What becomes of a line that is not refused.
enum Issue {
    /// The register already has the feuille, or the lot had it before.
    Connue(FeuilleRecue),
    /// To be written.
    Nouvelle { cle: Cle, row: NouvelleLigne, recue: FeuilleRecue, kept: Vec<Retenue> },
}

/// The participations that an evaluation keeps from the person.
pub(in crate::services) fn retenues(
    feuille: &FeuilleDeSoins,
    evaluation: &Evaluation,
) -> Vec<Retenue> {
    let mut kept = Vec::new();
    for evalue in &evaluation.actes {
        let principale = evalue.lignes.first().map(|ligne| ligne.numero_ligne);
        let acte = feuille.soins.actes.iter().find(|a| Some(a.numero_ligne) == principale);
        let (Some(acte), montant) = (acte, evalue.montants.participation) else { continue };
        if montant > Centimes::ZERO {
            let executant = feuille.executant_rpps;
            kept.push(Retenue { jour: acte.date_execution, executant, montant });
        }
    }
    kept
}
