//! What the register knows beside feuilles, gathered for the law.
//!
//! Facts are read for many feuilles at once, one statement a kind of fact ([`Services::registre`]),
//! into a [`Registre`]; what each feuille needs of it is a function without input or output. A single
//! feuille goes the same way. To add a fact: a statement for many persons in
//! `storage::dossiers`, a member in [`Dossier`], a line in [`Services::registre`] that fills it, and
//! the function of [`Registre`] that gives it to the law.

mod parcours;
mod registre;

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use self::parcours::{bills_overrun, looked_around};
pub(super) use self::parcours::{est_da, has_opinion};
pub(super) use self::registre::Registre;
use self::registre::{Caisses, DesignationConnue, Dossier};
use super::{ServiceError, Services, latest_knowledge};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::PatientId;
use crate::storage::Connection;
use crate::storage::{adressages, avis_ponctuels, dossiers, dossiers_situations, honoraires};

/// A feuille and the person whom it is about.
pub(super) type Sujet<'a> = (PatientId, &'a FeuilleDeSoins);

impl Services {
    /// What the register knows now about the persons and the performers of some feuilles. The rows
    /// of the persons are locked.
    pub(super) async fn registre(
        &self,
        conn: &mut Connection,
        sujets: &[Sujet<'_>],
    ) -> Result<Registre, ServiceError> {
        let persons: BTreeSet<PatientId> = sujets.iter().map(|(patient, _)| *patient).collect();
        let persons: Vec<PatientId> = persons.into_iter().collect();
        // Facts of a record that was merged are read under the one that is kept.
        let mut owners: BTreeMap<PatientId, PatientId> =
            persons.iter().map(|patient| (*patient, *patient)).collect();
        owners.extend(
            dossiers::absorbed(conn, &persons).await?.into_iter().map(|(kept, old)| (old, kept)),
        );
        let everybody: Vec<PatientId> = owners.keys().copied().collect();
        let owner = |patient: PatientId| owners.get(&patient).copied().unwrap_or(patient);
        let mut known: BTreeMap<PatientId, Dossier> =
            persons.iter().map(|patient| (*patient, Dossier::default())).collect();
        for birth in dossiers::births(conn, &persons).await? {
            if let Some(dossier) = known.get_mut(&birth.patient_id) {
                dossier.born(birth.du, birth.date);
            }
        }
        for one in dossiers::affiliations(conn, &everybody).await? {
            let kept = owner(one.patient_id);
            if let Some(dossier) = known.get_mut(&kept) {
                let own = kept == one.patient_id;
                dossier.caisses.push(Caisses { own, effet: one.effet, organisme: one.organisme });
            }
        }
        for membre in dossiers::designations(conn, &persons).await? {
            if let Some(dossier) = known.get_mut(&membre.patient_id) {
                DesignationConnue::gather(&mut dossier.designations, &membre);
            }
        }
        let years = years(sujets);
        for (patient, retenue) in dossiers::participations(conn, &everybody, &years).await? {
            if let Some(dossier) = known.get_mut(&owner(patient)) {
                dossier.participations.push(retenue);
            }
        }
        let doctors: BTreeSet<Rpps> =
            sujets.iter().map(|(_, feuille)| feuille.executant_rpps).collect();
        let doctors: Vec<Rpps> = doctors.into_iter().collect();
        for (patient, effet, statut) in dossiers_situations::statuts(conn, &everybody).await? {
            if let Some(dossier) = known.get_mut(&owner(patient)) {
                dossier.statuts.push((effet, statut));
            }
        }
        let mut registre = Registre::new(known);
        registre.exercices = dossiers_situations::exercices(conn, &doctors).await?;
        for (rpps, specialite) in dossiers::specialites(conn, &doctors).await? {
            registre.practises(rpps, specialite);
        }
        self.rarer_facts(conn, sujets, &mut registre).await?;
        self.ways(conn, sujets, (&owners, &mut registre)).await?;
        Ok(registre)
    }

    /// Facts that few feuilles need: asked only for the persons whose feuilles do.
    async fn rarer_facts(
        &self,
        conn: &mut Connection,
        sujets: &[Sujet<'_>],
        registre: &mut Registre,
    ) -> Result<(), ServiceError> {
        let choosing = registre.persons(sujets, Registre::needs_waiting);
        if !choosing.is_empty() {
            for attente in dossiers::waiting(conn, &choosing).await? {
                registre.waits(&attente);
            }
        }
        let alone = registre.persons(sujets, Registre::needs_neutralisations);
        if !alone.is_empty() {
            for (patient, effet) in dossiers::neutralisations(conn, &alone).await? {
                registre.spared(patient, effet);
            }
        }
        Ok(())
    }

    /// How the patients came to the performers: referrals, opinions around, fees of the year.
    async fn ways(
        &self,
        conn: &mut Connection,
        sujets: &[Sujet<'_>],
        (owners, registre): (&BTreeMap<PatientId, PatientId>, &mut Registre),
    ) -> Result<(), ServiceError> {
        let owner = |patient: PatientId| owners.get(&patient).copied().unwrap_or(patient);
        let sent = sharing(&registre.persons(sujets, Registre::needs_referrals), owners);
        if !sent.is_empty() {
            for one in adressages::of_persons(conn, &sent, latest_knowledge()).await? {
                if let Some(dossier) = registre.dossiers.get_mut(&owner(one.patient_id)) {
                    dossier.adressages.push(one);
                }
            }
        }
        let everybody: Vec<PatientId> = owners.keys().copied().collect();
        for avis in avis_ponctuels::of_persons(conn, &everybody).await? {
            registre.opinion(owner(avis.patient_id), &avis);
        }
        let mut asked = Vec::new();
        for (patient, feuille) in sujets {
            for any in sharing(&[*patient], owners) {
                asked.extend(looked_around(any, feuille));
            }
        }
        for other in avis_ponctuels::autour(conn, &asked).await? {
            registre.around(owner(other.patient_id), &other);
        }
        let billing: BTreeSet<Rpps> = sujets
            .iter()
            .filter(|(_, feuille)| bills_overrun(feuille))
            .map(|(_, feuille)| feuille.executant_rpps)
            .collect();
        if !billing.is_empty() {
            let billing: Vec<Rpps> = billing.into_iter().collect();
            registre.earned(honoraires::of_doctors(conn, &billing).await?);
        }
        Ok(())
    }
}

/// Persons that share a record with one of those given, each with the record that is kept.
fn sharing(kept: &[PatientId], owners: &BTreeMap<PatientId, PatientId>) -> Vec<PatientId> {
    owners.iter().filter(|(_, owner)| kept.contains(owner)).map(|(any, _)| *any).collect()
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
