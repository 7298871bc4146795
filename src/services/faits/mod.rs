//! What the register knows beside feuilles, gathered for the law.
//!
//! Facts are read for many feuilles at once, one statement a kind of fact ([`Services::registre`]),
//! into a [`Registre`]; what each feuille needs of it is a function without input or output. A single
//! feuille goes the same way. To add a fact: a statement for many persons in
//! `storage::dossiers`, a member in [`Dossier`], a line in [`Services::registre`] that fills it, and
//! the function of [`Registre`] that gives it to the law.

mod registre;

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

pub(super) use self::registre::Registre;
use self::registre::{Caisses, DesignationConnue, Dossier};
use super::{ServiceError, Services};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::PatientId;
use crate::storage::Connection;
use crate::storage::dossiers;

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
        let mut registre = Registre::new(known);
        for (rpps, specialite) in dossiers::specialites(conn, &doctors).await? {
            registre.practises(rpps, specialite);
        }
        self.rarer_facts(conn, sujets, &mut registre).await?;
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
