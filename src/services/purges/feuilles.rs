//! Feuilles de soins: by person and calendar year of care, since the ceilings of a year are those of all its feuilles.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::{Bloc, Passe, Personnes, PurgeError, full, kept};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::domain::money::Centimes;
use crate::services::feuilles_de_soins::retenues;
use crate::services::{ServiceError, creances, statistiques};
use crate::storage::feuilles_de_soins::{self as lignes, FeuilleRecue};
use crate::storage::participations::{self, Retenue};
use crate::storage::purges::{self, feuilles};
use crate::storage::sceaux::Sceau;
use crate::storage::sceaux::registre::{self, Lignes};
use crate::storage::statistiques::personnes as comptes;
use crate::storage::{Connection, evaluations};

/// Ranks of the tables: later evaluations, and feuilles with the first.
const EVALUATIONS: i16 = 5;
const FEUILLES: i16 = 6;

/// A person, by the record that is kept, and a year of care.
type Annee = (PatientId, i32);

pub(super) async fn purge(
    passe: &Passe<'_>,
    vu: &impl Fn(usize),
) -> Result<(u64, u64), PurgeError> {
    passe.each(&[FEUILLES], vu, async |seal, after| bloc(passe, seal, after).await).await
}

async fn bloc(
    passe: &Passe<'_>,
    seal: &Sceau,
    after: Option<Uuid>,
) -> Result<Bloc<Uuid>, PurgeError> {
    let Some(jour) = NaiveDate::from_ymd_opt(passe.depuis.year(), 1, 1) else {
        return Ok(Bloc { retirees: 0, retenues: 0, suite: None });
    };
    let (mut job, par) = passe.begin("purge.feuilles").await?;
    let tx = job.conn();
    let limits = (after, super::BLOC);
    let found = feuilles::of_slice(tx, seal, (passe.avant, jour), limits).await?;
    let suite = found.last().filter(|_| full(found.len())).map(|(id, _)| id.uuid());
    let some: Vec<PatientId> = found.iter().map(|(_, person)| *person).collect();
    let records: BTreeMap<PatientId, PatientId> =
        feuilles::records(tx, &some).await?.into_iter().collect();
    let everybody: Personnes = records.keys().copied().collect();
    purges::lock(tx, &everybody).await?;
    let whole = of_years(passe, tx, (&everybody, &found), jour).await?;
    let held = held(passe, tx, &records, &whole).await?;
    let ids: BTreeSet<FeuilleId> = found.iter().map(|(id, _)| *id).collect();
    let free = |recue: &FeuilleRecue| {
        ids.contains(&recue.feuille.id)
            && annee(recue, &records).is_some_and(|own| !held.contains(&own))
    };
    let removed: Vec<FeuilleRecue> = whole.into_iter().filter(free).collect();
    let retenues = kept(found.len(), removed.len());
    if removed.is_empty() {
        passe.close(job).await?;
        return Ok(Bloc { retirees: 0, retenues, suite });
    }
    let ids: Vec<FeuilleId> = removed.iter().map(|recue| recue.feuille.id).collect();
    let days: Vec<NaiveDate> =
        removed.iter().filter_map(|recue| recue.feuille.feuille.soins.date_soins()).collect();
    let Some(days) = days.iter().min().copied().zip(days.iter().max().copied()) else {
        passe.close(job).await?;
        return Ok(Bloc { retirees: 0, retenues, suite });
    };
    let mut what = vec![(seal.clone(), FEUILLES)];
    let later = feuilles::seals_of_evaluations(tx, &ids, days).await?;
    what.extend(later.into_iter().map(|seal| (seal, EVALUATIONS)));
    let hanging: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    what.extend(registre::seals(tx, Lignes::Feuilles, &hanging).await?);
    let parts = passe.read(tx, what).await?;
    let counted = statistiques::of_feuilles(passe.core, tx, &removed).await?;
    comptes::keep_purged(tx, &counted, passe.core.now()).await?;
    let kept_of = kept_of(passe, tx, &removed).await?;
    participations::replace(tx, &kept_of, &[]).await?;
    let retirees = feuilles::remove(tx, &ids, days).await?;
    passe.write(tx, &parts, &par).await?;
    passe.close(job).await?;
    Ok(Bloc { retirees, retenues, suite })
}

fn annee(recue: &FeuilleRecue, records: &BTreeMap<PatientId, PatientId>) -> Option<Annee> {
    let kept = records.get(&recue.feuille.patient_id)?;
    Some((*kept, recue.feuille.feuille.soins.date_soins()?.year()))
}

/// Every feuille of these persons in the years of those that are old enough.
async fn of_years(
    passe: &Passe<'_>,
    conn: &mut Connection,
    (persons, found): (&Personnes, &[(FeuilleId, PatientId)]),
    jour: NaiveDate,
) -> Result<Vec<FeuilleRecue>, ServiceError> {
    let first = found.iter().filter_map(|(id, _)| id.month_of_care()).min();
    let first = first.and_then(|month| NaiveDate::from_ymd_opt(month.year(), 1, 1));
    let Some((du, au)) = first.zip(jour.pred_opt()) else { return Ok(Vec::new()) };
    let persons: Vec<PatientId> = persons.iter().copied().collect();
    Ok(lignes::of_records(conn, passe.core.coffre(), &persons, (du, au)).await?)
}

/// The years of care of which nothing is removed: something was received or evaluated since, is claimed, waits to be evaluated again or to be
/// counted, or something of the person is under way.
async fn held(
    passe: &Passe<'_>,
    conn: &mut Connection,
    records: &BTreeMap<PatientId, PatientId>,
    whole: &[FeuilleRecue],
) -> Result<BTreeSet<Annee>, ServiceError> {
    let persons: Personnes = records.keys().copied().collect();
    let retenus = purges::retenus(conn, &persons).await?;
    let asked = feuilles::under_way(conn).await?;
    let waiting: BTreeSet<FeuilleId> =
        statistiques::waiting(conn).await?.into_iter().flat_map(|one| one.feuilles).collect();
    let ids: Vec<FeuilleId> = whole.iter().map(|recue| recue.feuille.id).collect();
    let last = evaluations::latest(conn, passe.core.coffre(), &ids).await?;
    let open: BTreeSet<FeuilleId> = creances::open(passe.core, conn, whole.to_vec()).await?;
    let mut held = BTreeSet::new();
    for recue in whole {
        let feuille = &recue.feuille;
        let Some(own) = annee(recue, records) else { continue };
        let jour = feuille.feuille.soins.date_soins();
        let evaluated = last.get(&feuille.id).is_some_and(|last| last.connu_le >= passe.avant);
        let reevaluated =
            asked.iter().any(|(du, au)| jour.is_some_and(|jour| *du <= jour && jour <= *au));
        if feuille.enregistre_le >= passe.avant
            || evaluated
            || reevaluated
            || open.contains(&feuille.id)
            || waiting.contains(&feuille.id)
            || retenus.contains(&feuille.patient_id)
            || retenus.contains(&own.0)
        {
            held.insert(own);
        }
    }
    Ok(held)
}

/// The participations that the present evaluations of some feuilles keep.
async fn kept_of(
    passe: &Passe<'_>,
    conn: &mut Connection,
    removed: &[FeuilleRecue],
) -> Result<Vec<(PatientId, Retenue)>, ServiceError> {
    let ids: Vec<FeuilleId> = removed.iter().map(|recue| recue.feuille.id).collect();
    let last = evaluations::latest(conn, passe.core.coffre(), &ids).await?;
    let of = |recue: &FeuilleRecue| {
        let current = last.get(&recue.feuille.id).unwrap_or(&recue.evaluation);
        let own = recue.feuille.patient_id;
        retenues(&recue.feuille.feuille, &current.evaluation).into_iter().map(move |one| (own, one))
    };
    let all: Vec<(PatientId, Retenue)> = removed.iter().flat_map(of).collect();
    debug_assert!(all.iter().all(|(_, one)| one.montant > Centimes::ZERO));
    Ok(all)
}
