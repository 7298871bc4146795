//! What the register knows beside feuilles, gathered for the law.
//!
//! Facts are read for many feuilles at once, one statement a kind of fact ([`registre`]),
//! into a [`Registre`]; what each feuille needs of it is a function without input or output. A single
//! feuille goes the same way, and a question about the past too: the instant goes down to the statements.
//! To add a fact: a statement for many persons in `storage::faits`, a member of the value of the row
//! (`storage::patients::etat`), whose version is raised, a line in [`personnes`] that fills it, and the function of
//! [`Registre`] that gives it to the law. A fact that a feuille of the same lot changes for the next one is also
//! brought up to date by [`Registre::retenir`].

mod ccam;
mod executants;
mod jugement;
mod mt;
mod parcours;
mod personnes;
mod praticiens;
mod registre;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Utc};

pub(super) use self::ccam::Ccam;
pub(super) use self::jugement::Jugement;
pub(super) use self::parcours::has_opinion;
use self::parcours::{bills_overrun, looked_around};
pub(super) use self::personnes::{caisses, etats};
use self::personnes::{everything, facts, rarer_facts};
pub(super) use self::praticiens::Praticiens;
pub(super) use self::registre::Registre;
use super::feuilles_de_soins::retenues;
use super::suites::fees;
use super::{Core, ServiceError, latest_knowledge};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::identifiers::{NumAm, Rpps};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::storage::connaissance::Connaissance;
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::faits::medecins;
use crate::storage::feuilles_de_soins::{self, Cle, FeuilleRecue};
use crate::storage::patients::etat::Verrou;
use crate::storage::patients::fusions;
use crate::storage::{Connection, adressages, avis_ponctuels, honoraires, participations};

/// A feuille and the person whom it is about.
pub(super) type Sujet<'a> = (PatientId, &'a FeuilleDeSoins);

/// What the register knows now about the persons and the performers of some feuilles, some of whom those before asked about already. The rows
/// of the persons are locked: what they hold is believed, and made for those whose rows hold nothing current.
pub(super) async fn registre(
    core: &Core,
    conn: &mut Connection,
    sujets: &[Sujet<'_>],
    praticiens: &Praticiens,
    verrous: &BTreeMap<PatientId, Verrou>,
) -> Result<Registre, ServiceError> {
    let mut registre = Registre::default();
    let mut unknown = Vec::new();
    for person in persons(sujets) {
        let held = verrous.get(&person).and_then(|verrou| verrou.etat.as_deref());
        if !held.is_some_and(|octets| registre.remember(core.coffre(), person, octets)) {
            registre.expect(person);
            unknown.push(person);
        }
    }
    if !unknown.is_empty() {
        everything(conn, &unknown, &mut registre).await?;
    }
    let connus = Connus { praticiens, verrous, connu_le: None };
    complete(core, conn, sujets, &connus, registre).await
}

/// What is at hand before the register is read, and as known when the rest is asked for.
struct Connus<'a> {
    praticiens: &'a Praticiens,
    /// The persons whose rows are locked.
    verrous: &'a BTreeMap<PatientId, Verrou>,
    connu_le: Connaissance,
}

/// The same as the register knew it at an instant: nothing recorded later, everything replaced
/// since. Every fact follows the instant but one: the fees of a performer in a year
/// (`honoraires_annee`) are a sum that keeps no instant, and are those of now; they only warn.
pub(super) async fn registre_connu(
    core: &Core,
    conn: &mut Connection,
    sujets: &[Sujet<'_>],
    connu_le: Connaissance,
) -> Result<Registre, ServiceError> {
    let persons = persons(sujets);
    let mut registre = Registre::new(&persons);
    facts(conn, &persons, &mut registre, connu_le).await?;
    let (praticiens, verrous) = (&Praticiens::default(), &BTreeMap::new());
    complete(core, conn, sujets, &Connus { praticiens, verrous, connu_le }, registre).await
}

/// Reads what is about no person alone: the doctors, the other feuilles, the acts billed.
async fn complete(
    core: &Core,
    conn: &mut Connection,
    sujets: &[Sujet<'_>],
    &Connus { praticiens, verrous, connu_le }: &Connus<'_>,
    mut registre: Registre,
) -> Result<Registre, ServiceError> {
    let mut doctors = registre.others(sujets);
    doctors.extend(sujets.iter().map(|(_, feuille)| feuille.executant_rpps));
    let instants = (core.now(), connu_le);
    praticiens.tell(conn, &doctors, &mut registre, instants).await?;
    let numbers: Vec<NumAm> = registre.numbers(sujets).into_iter().collect();
    if !numbers.is_empty() {
        registre.medecins.titulaires = medecins::titulaires(conn, &numbers, connu_le).await?;
    }
    match connu_le {
        None => other_feuilles(conn, sujets, &mut registre, verrous).await?,
        Some(instant) => {
            feuilles_received_by(core, conn, sujets, (&mut registre, instant)).await?;
        }
    }
    rarer_facts(conn, sujets, &mut registre, connu_le).await?;
    ways(core, conn, sujets, (&mut registre, connu_le)).await?;
    let billed = sujets.iter().map(|(_, feuille)| &feuille.soins);
    registre.ccam = Ccam::read(conn, billed, connu_le).await?;
    Ok(registre)
}

/// What the other feuilles of the persons left behind them: participations kept, opinions given,
/// feuilles around the opinions of those at hand.
async fn other_feuilles(
    conn: &mut Connection,
    sujets: &[Sujet<'_>],
    registre: &mut Registre,
    verrous: &BTreeMap<PatientId, Verrou>,
) -> Result<(), ServiceError> {
    let mut first: BTreeMap<PatientId, i32> = BTreeMap::new();
    for (patient, feuille) in sujets {
        let year = feuille.soins.actes.iter().map(|acte| acte.date_execution.year()).min();
        let own = first.entry(*patient).or_insert(i32::MAX);
        *own = (*own).min(year.unwrap_or(i32::MAX));
    }
    let mut asked = Vec::new();
    for record in registre.everybody() {
        let recentes = verrous.get(&record).map(|verrou| &verrou.retenues);
        let year = first.get(&record);
        match recentes.filter(|own| year.is_some_and(|year| own.couvrent(*year))) {
            Some(own) => {
                for retenue in own.toutes()? {
                    registre.change(record, |dossier| dossier.participations.push(retenue));
                }
            }
            None => asked.push(record),
        }
    }
    if !asked.is_empty() {
        let years = years(sujets);
        for (patient, retenue) in participations::of_records(conn, &asked, Some(&years)).await? {
            registre.change(patient, |dossier| dossier.participations.push(retenue));
        }
    }
    let consulted = registre.consulted();
    if !consulted.is_empty() {
        for avis in avis_ponctuels::of_persons(conn, &consulted).await? {
            registre.change(avis.patient_id, |dossier| dossier.opinion(&avis));
        }
    }
    let mut asked = Vec::new();
    for (patient, feuille) in sujets.iter().filter(|(_, feuille)| has_opinion(feuille)) {
        for any in registre.sharing(&[*patient]) {
            asked.extend(looked_around(any, feuille));
        }
    }
    for other in avis_ponctuels::autour(conn, &asked).await? {
        registre.change(other.patient_id, |dossier| dossier.around(&other));
    }
    Ok(())
}

/// The same as it was at an instant: what is kept beside feuilles has no instant of its own, so it
/// is found again from the feuilles received by then, each by its last evaluation of then.
async fn feuilles_received_by(
    core: &Core,
    conn: &mut Connection,
    sujets: &[Sujet<'_>],
    (registre, instant): (&mut Registre, DateTime<Utc>),
) -> Result<(), ServiceError> {
    let asked: BTreeSet<Cle> =
        sujets.iter().filter_map(|(patient, feuille)| cle(*patient, feuille)).collect();
    let (coffre, everybody) = (core.coffre(), registre.everybody());
    let received = feuilles_de_soins::received_by(conn, coffre, &everybody, instant).await?;
    let ids: Vec<FeuilleId> = received.iter().map(|recue| recue.feuille.id).collect();
    let mut last: BTreeMap<FeuilleId, EvaluationEnregistree> = BTreeMap::new();
    for one in evaluations::later(conn, coffre, &ids).await? {
        if one.connu_le <= instant {
            last.insert(one.feuille_id, one);
        }
    }
    for FeuilleRecue { feuille, evaluation } in received {
        let decided = last.remove(&feuille.id).unwrap_or(evaluation);
        let kept = retenues(&feuille.feuille, &decided.evaluation);
        let owner = registre.owner(feuille.patient_id);
        // One that is asked about is not one of those before it.
        if cle(owner, &feuille.feuille).is_some_and(|own| asked.contains(&own)) {
            continue;
        }
        registre.retenir(owner, &feuille, &kept, &[])?;
    }
    Ok(())
}

/// Takes away from what is known now around a feuille what it left there itself, when the register
/// has it: it is asked about as if it came today.
pub(super) async fn leave_itself_out(
    core: &Core,
    conn: &mut Connection,
    (patient, feuille): Sujet<'_>,
    registre: &mut Registre,
    connu_le: Connaissance,
) -> Result<(), ServiceError> {
    let Some(own) = cle(patient, feuille) else { return Ok(()) };
    let records = registre.sharing(&[patient]);
    let cles: Vec<Cle> = records.iter().map(|record| own.under(*record)).collect();
    for (_, FeuilleRecue { feuille: kept, evaluation }) in
        feuilles_de_soins::find_all(conn, core.coffre(), &cles).await?
    {
        // The fees of a year are those of now, whatever the instant.
        registre.earns_less(&fees(std::iter::once(&*kept.feuille))?)?;
        let holder = fusions::holder_of_feuille(conn, kept.id, kept.patient_id).await?;
        if connu_le.is_some() || !records.contains(&holder) {
            continue;
        }
        let later = evaluations::later(conn, core.coffre(), &[kept.id]).await?.pop();
        let last = later.unwrap_or(evaluation);
        registre.forget(patient, kept.id, &retenues(&kept.feuille, &last.evaluation));
    }
    Ok(())
}

/// How the patients came to the performers: referrals, fees of the year.
async fn ways(
    core: &Core,
    conn: &mut Connection,
    sujets: &[Sujet<'_>],
    (registre, connu_le): (&mut Registre, Connaissance),
) -> Result<(), ServiceError> {
    let sent = registre.sharing(&registre.persons(sujets, Registre::needs_referrals));
    if !sent.is_empty() {
        let known = connu_le.unwrap_or_else(latest_knowledge);
        for one in adressages::of_persons(conn, core.coffre(), &sent, known).await? {
            registre.change(one.patient_id, |dossier| dossier.adressages.push(one));
        }
    }
    let billing: BTreeSet<Rpps> = sujets
        .iter()
        .filter(|(_, feuille)| bills_overrun(feuille))
        .map(|(_, feuille)| feuille.executant_rpps)
        .collect();
    if !billing.is_empty() {
        let billing: Vec<Rpps> = billing.into_iter().collect();
        for fees in honoraires::of_doctors(conn, &billing).await? {
            registre.earns(&fees)?;
        }
    }
    Ok(())
}

/// The persons of some feuilles, in the order of their ids.
fn persons(sujets: &[Sujet<'_>]) -> Vec<PatientId> {
    let found: BTreeSet<PatientId> = sujets.iter().map(|(patient, _)| *patient).collect();
    found.into_iter().collect()
}

/// The years of care of some feuilles.
fn years(sujets: &[Sujet<'_>]) -> Vec<i16> {
    let years: BTreeSet<i16> = sujets
        .iter()
        .flat_map(|(_, feuille)| &feuille.soins.actes)
        .filter_map(|acte| i16::try_from(acte.date_execution.year()).ok())
        .collect();
    years.into_iter().collect()
}

/// What makes a feuille unique, when it has a day of care and numbers that fit.
fn cle(patient: PatientId, feuille: &FeuilleDeSoins) -> Option<Cle> {
    Cle::new(patient, feuille, feuille.soins.date_soins()?).ok()
}
