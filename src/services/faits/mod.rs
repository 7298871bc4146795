//! What the register knows beside feuilles, gathered for the law.
//!
//! Facts are read for many feuilles at once, one statement a kind of fact ([`Services::registre`]),
//! into a [`Registre`]; what each feuille needs of it is a function without input or output. A single
//! feuille goes the same way. To add a fact: a statement for many persons in
//! `storage::dossiers`, a member in [`Dossier`], a line in [`Services::registre`] that fills it, and
//! the function of [`Registre`] that gives it to the law. A fact that a feuille of the same lot changes
//! for the next one is also brought up to date by [`Registre::retenir`].

mod parcours;
mod praticiens;
mod registre;

use std::collections::BTreeSet;

use chrono::Datelike;

use self::parcours::{bills_overrun, looked_around};
pub(super) use self::parcours::{est_da, has_opinion};
pub(super) use self::praticiens::Praticiens;
pub(super) use self::registre::Registre;
use self::registre::{AffiliationDe, Dossier};
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
        self.registre_of_batch(conn, sujets, &Praticiens::default()).await
    }

    /// The same for a batch of a lot, which may know some of the performers already.
    pub(super) async fn registre_of_batch(
        &self,
        conn: &mut Connection,
        sujets: &[Sujet<'_>],
        praticiens: &Praticiens,
    ) -> Result<Registre, ServiceError> {
        let persons: BTreeSet<PatientId> = sujets.iter().map(|(patient, _)| *patient).collect();
        let persons: Vec<PatientId> = persons.into_iter().collect();
        let mut registre = self.caisses(conn, &persons).await?;
        for birth in dossiers::births(conn, &persons).await? {
            registre.change(birth.patient_id, |dossier| dossier.identified(&birth));
        }
        for membre in dossiers::designations(conn, &persons).await? {
            let gather = |dossier: &mut Dossier| dossier.names(&membre);
            registre.change(membre.patient_id, gather);
        }
        let everybody = registre.everybody();
        let kept = dossiers::participations(conn, &everybody, &years(sujets)).await?;
        for (patient, retenue) in kept {
            registre.change(patient, |dossier| dossier.participations.push(retenue));
        }
        let doctors: BTreeSet<Rpps> =
            sujets.iter().map(|(_, feuille)| feuille.executant_rpps).collect();
        let now = self.clock.now();
        praticiens.tell(conn, &doctors, &mut registre, now).await?;
        for (patient, effet, statut) in dossiers_situations::statuts(conn, &everybody).await? {
            registre.change(patient, |dossier| dossier.statuts.push((effet, statut)));
        }
        praticiens.tell(conn, &registre.colleagues(sujets), &mut registre, now).await?;
        self.rarer_facts(conn, sujets, &mut registre).await?;
        self.ways(conn, sujets, &mut registre).await?;
        Ok(registre)
    }

    /// Some persons with the records merged into theirs and their caisses, and nothing else.
    pub(super) async fn caisses(
        &self,
        conn: &mut Connection,
        persons: &[PatientId],
    ) -> Result<Registre, ServiceError> {
        let mut registre = Registre::new(persons);
        for (kept, old) in dossiers::absorbed(conn, persons).await? {
            registre.absorbs(kept, old);
        }
        for one in dossiers::affiliations(conn, &registre.everybody()).await? {
            let (own, effet, organisme) =
                (registre.owner(one.patient_id) == one.patient_id, one.effet, one.organisme);
            let caisse = AffiliationDe { own, effet, organisme };
            registre.change(one.patient_id, |dossier| dossier.caisses.push(caisse));
        }
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
                registre.change(attente.patient_id, |dossier| dossier.waits(&attente));
            }
        }
        let alone = registre.persons(sujets, Registre::needs_neutralisations);
        if !alone.is_empty() {
            for (patient, effet) in dossiers::neutralisations(conn, &alone).await? {
                registre.change(patient, |dossier| dossier.neutralisations.push(effet));
            }
        }
        Ok(())
    }

    /// How the patients came to the performers: referrals, opinions around, fees of the year.
    async fn ways(
        &self,
        conn: &mut Connection,
        sujets: &[Sujet<'_>],
        registre: &mut Registre,
    ) -> Result<(), ServiceError> {
        let sent = registre.sharing(&registre.persons(sujets, Registre::needs_referrals));
        if !sent.is_empty() {
            for one in adressages::of_persons(conn, &sent, latest_knowledge()).await? {
                registre.change(one.patient_id, |dossier| dossier.adressages.push(one));
            }
        }
        for avis in avis_ponctuels::of_persons(conn, &registre.everybody()).await? {
            registre.change(avis.patient_id, |dossier| dossier.opinion(&avis));
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
