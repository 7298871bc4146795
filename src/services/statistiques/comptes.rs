//! What persons and feuilles add to the counts, read from the register for many of them at once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::Periode;
use crate::domain::designation::MotifFin;
use crate::domain::evenement::NatureEvenement;
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::identifiers::{Organisme, Rpps, Specialite};
use crate::domain::ids::{DesignationId, FeuilleId, PatientId};
use crate::domain::money::Centimes;
use crate::domain::statistiques::{
    CodeCaisse, Comptes, Confrontes, FeuilleComptee, Suivi, Vie, de_la_feuille,
};
use crate::law::Law;
use crate::law::parameters::Parametre;
use crate::services::faits::etats;
use crate::services::{Core, ServiceError};
use crate::storage::Connection;
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::feuilles_de_soins::{self, FeuilleRecue};
use crate::storage::patients::etat::EtatPatient;
use crate::storage::statistiques::personnes::{self, AffiliationDite, Dossier};
use crate::storage::statistiques::{EvenementSuivi, Mouvements};

/// What the evaluations that some events tell add, and what those that they replace take away.
pub(super) async fn of_events(
    core: &Core,
    conn: &mut Connection,
    events: impl Iterator<Item = &EvenementSuivi>,
) -> Result<Mouvements, ServiceError> {
    let evaluated = |one: &&EvenementSuivi| {
        matches!(one.nature, NatureEvenement::FeuilleEvaluee | NatureEvenement::FeuilleReevaluee)
    };
    let told: Vec<&EvenementSuivi> = events.filter(evaluated).collect();
    let ids: Vec<FeuilleId> = told.iter().flat_map(|one| one.feuilles.clone()).collect();
    let received = feuilles_de_soins::of_ids(conn, core.coffre(), &ids).await?;
    let again = told.iter().filter(|one| one.numero.is_some()).flat_map(|one| one.feuilles.clone());
    let later = evaluations::later(conn, core.coffre(), &again.collect::<Vec<_>>()).await?;
    let caisses = Caisses::of(conn, &received).await?;
    let received: BTreeMap<FeuilleId, &FeuilleRecue> =
        received.iter().map(|one| (one.feuille.id, one)).collect();
    let later: BTreeMap<(FeuilleId, i16), &EvaluationEnregistree> =
        later.iter().map(|one| ((one.feuille_id, one.numero), one)).collect();
    let mut found = Mouvements::new();
    for event in told {
        for id in &event.feuilles {
            let Some(recue) = received.get(id) else { continue };
            let numero = event.numero.unwrap_or(1);
            let which = |numero: i16| {
                if numero <= 1 {
                    Some(&recue.evaluation)
                } else {
                    later.get(&(*id, numero)).copied()
                }
            };
            let Some(now) = which(numero) else { continue };
            let place = found.entry(now.connu_le).or_default();
            place.plus(&count(core, recue, now, caisses.of_feuille(recue, now)));
            if let Some(before) = numero.checked_sub(1).filter(|one| *one >= 1).and_then(which) {
                place.moins(&count(core, recue, before, caisses.of_feuille(recue, before)));
            }
        }
    }
    Ok(found)
}

/// What the last evaluations of some feuilles add.
pub(in crate::services) async fn of_feuilles(
    core: &Core,
    conn: &mut Connection,
    received: &[FeuilleRecue],
) -> Result<Comptes, ServiceError> {
    let ids: Vec<FeuilleId> = received.iter().map(|one| one.feuille.id).collect();
    let last = evaluations::latest(conn, core.coffre(), &ids).await?;
    let caisses = Caisses::of(conn, received).await?;
    let mut comptes = Comptes::default();
    for recue in received {
        let evaluation = last.get(&recue.feuille.id).unwrap_or(&recue.evaluation);
        comptes.plus(&count(core, recue, evaluation, caisses.of_feuille(recue, evaluation)));
    }
    Ok(comptes)
}

/// What a feuille adds, as it is received: its record was known to depend on this organisme on the day of
/// care, which says nothing when the feuille alone can.
pub(in crate::services) fn of_received(
    core: &Core,
    recue: &FeuilleRecue,
    organisme: Option<Organisme>,
) -> Comptes {
    let known = organisme.as_ref().map(CodeCaisse::of);
    count(core, recue, &recue.evaluation, caisse_or_written(recue, known))
}

/// The day on which the caisse of a feuille is asked.
pub(in crate::services) fn jour_compte(feuille: &FeuilleDeSoins) -> NaiveDate {
    feuille.soins.date_soins().unwrap_or(feuille.date_etablissement)
}

fn caisse_or_written(recue: &FeuilleRecue, known: Option<CodeCaisse>) -> CodeCaisse {
    let written =
        || recue.feuille.feuille.soins.beneficiaire.organisme.as_ref().map(CodeCaisse::of);
    known.or_else(written).unwrap_or_default()
}

fn count(
    core: &Core,
    recue: &FeuilleRecue,
    evaluation: &EvaluationEnregistree,
    caisse: CodeCaisse,
) -> Comptes {
    let comptee = FeuilleComptee {
        soins: &recue.feuille.feuille.soins,
        faits: &evaluation.faits,
        evaluation: &evaluation.evaluation,
        caisse,
    };
    under(core.law(), comptee)
}

/// What a feuille adds under a law.
fn under(law: &Law, comptee: FeuilleComptee<'_>) -> Comptes {
    de_la_feuille(comptee, &|jour| reference(law, jour))
}

/// What an ordinary consultation of a specialist of sector 1 costs on a day.
fn reference(law: &Law, jour: NaiveDate) -> Centimes {
    let value = |parametre| law.valeur(parametre, jour.max(law.premier_jour())).unwrap_or_default();
    Centimes::new(value(Parametre::TarifCs).saturating_add(value(Parametre::Mpc)))
}

/// Adds what some feuilles count under the law in force and under another one, with what was known when each was last
/// evaluated; gives how many of them a law says nothing of.
pub(super) async fn under_both(
    core: &Core,
    loi: &Law,
    conn: &mut Connection,
    (received, (mois, sums)): (&[FeuilleRecue], (NaiveDate, &mut Confrontes)),
) -> Result<i64, ServiceError> {
    let ids: Vec<FeuilleId> = received.iter().map(|one| one.feuille.id).collect();
    let last = evaluations::latest(conn, core.coffre(), &ids).await?;
    let caisses = Caisses::of(conn, received).await?;
    let (law, mut sans_reponse) = (core.law(), 0_i64);
    for recue in received {
        let known = last.get(&recue.feuille.id).unwrap_or(&recue.evaluation);
        let soins = &recue.feuille.feuille.soins;
        let Ok(compared) = law.confronter(loi, soins, &known.faits) else {
            sans_reponse = sans_reponse.saturating_add(1);
            continue;
        };
        let caisse = caisses.of_feuille(recue, known);
        let counted =
            |soins, evaluation| FeuilleComptee { soins, faits: &known.faits, evaluation, caisse };
        let en_vigueur = under(law, counted(soins, &compared.en_vigueur));
        let reforme = under(loi, counted(&compared.soins, &compared.reforme));
        sums.add(mois, &en_vigueur, &reforme);
    }
    Ok(sans_reponse)
}

/// Every caisse that was ever known of some records.
struct Caisses(Vec<AffiliationDite>);

impl Caisses {
    async fn of(conn: &mut Connection, received: &[FeuilleRecue]) -> Result<Self, ServiceError> {
        let records: BTreeSet<PatientId> =
            received.iter().map(|one| one.feuille.patient_id).collect();
        let records: Vec<PatientId> = records.into_iter().collect();
        let mut found = personnes::affiliations(conn, &records).await?;
        found.sort_by_key(|one| one.patient_id);
        Ok(Self(found))
    }

    /// That of a feuille: of the day of care as known when it was evaluated, or else what the feuille says.
    fn of_feuille(&self, recue: &FeuilleRecue, evaluation: &EvaluationEnregistree) -> CodeCaisse {
        let jour = jour_compte(&recue.feuille.feuille);
        caisse_or_written(recue, self.le(recue.feuille.patient_id, jour, evaluation.connu_le))
    }

    /// That of a record on a day, as known at an instant.
    fn le(&self, record: PatientId, jour: NaiveDate, instant: DateTime<Utc>) -> Option<CodeCaisse> {
        let from = self.0.partition_point(|one| one.patient_id < record);
        let own = self.0.iter().skip(from).take_while(|one| one.patient_id == record);
        let known = |one: &&AffiliationDite| {
            one.enregistre_le <= instant
                && one.remplace_le.is_none_or(|replaced| replaced > instant)
                && one.effet.contient(jour)
        };
        own.clone().find(known).map(|one| CodeCaisse::of(&one.organisme))
    }
}

/// What each of some records adds; nothing for one that was merged, whose person is counted under the other.
pub(super) async fn of_records(
    conn: &mut Connection,
    dossiers: &[Dossier],
) -> Result<BTreeMap<PatientId, Comptes>, ServiceError> {
    let own = dossiers.iter().filter(|one| !one.fusionne).map(|one| one.patient_id);
    let persons: Vec<PatientId> = own.collect();
    let states = etats(conn, &persons).await?;
    let ends = personnes::ends(conn, &persons).await?;
    let doctors: BTreeSet<Rpps> = states
        .values()
        .flat_map(|state| &state.designations)
        .flat_map(|one| one.membres.iter().map(|(rpps, _)| *rpps))
        .collect();
    let doctors: Vec<Rpps> = doctors.into_iter().collect();
    let mut specialties: BTreeMap<Rpps, Vec<(Specialite, Periode)>> = BTreeMap::new();
    for (rpps, code, effet) in personnes::specialties(conn, &doctors).await? {
        specialties.entry(rpps).or_default().push((code, effet));
    }
    let one = |dossier: &Dossier| {
        let state = states.get(&dossier.patient_id).filter(|_| !dossier.fusionne);
        let comptes = state.map(|state| life(state, &ends, &specialties).comptes());
        (dossier.patient_id, comptes.unwrap_or_default())
    };
    Ok(dossiers.iter().map(one).collect())
}

fn life(
    state: &EtatPatient,
    ends: &BTreeMap<DesignationId, MotifFin>,
    specialties: &BTreeMap<Rpps, Vec<(Specialite, Periode)>>,
) -> Vie {
    // A doctor is a general practitioner by the specialty of the first day of the designation.
    let generaliste = |rpps: &Rpps, jour: NaiveDate| {
        let known = specialties.get(rpps).into_iter().flatten();
        let mut that_day = known.filter(|(_, effet)| effet.contient(jour));
        that_day.next().is_some_and(|(code, _)| code.est_generaliste())
    };
    let mut designations: Vec<Suivi> = state
        .designations
        .iter()
        .map(|one| Suivi {
            effet: one.effet,
            medecins: one
                .membres
                .iter()
                .map(|(rpps, effet)| (*rpps, *effet, generaliste(rpps, one.effet.du())))
                .collect(),
            motif_fin: ends.get(&one.id).copied(),
        })
        .collect();
    designations.sort_by_key(|one| one.effet.du());
    let own = state.caisses.iter().filter(|one| !one.absorbee);
    Vie {
        naissance: state.identites.last().map(|one| one.date_naissance.pour_calcul_age()),
        caisses: own.map(|one| (one.effet, one.organisme)).collect(),
        autrement: state.statuts.iter().map(|(effet, _)| *effet).collect(),
        deces: state.deces,
        designations,
    }
}
