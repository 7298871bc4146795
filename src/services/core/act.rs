//! Acts: one value holds the transaction, the caller, the key, the person under lock, the instant of
//! knowledge, the authority and the trace.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::Value;

use super::{Contexte, Core, Demande, Exit, Fact, Many, Memoire, Rendu, ServiceError, Writing};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::Periode;
use crate::domain::droits::{Demarche, Droit, Rapports, Relation};
use crate::domain::ids::PatientId;
use crate::domain::patient::ClePatient;
use crate::storage::patients::particularites::{self, Particularites};
use crate::storage::patients::{etat, fusions};
use crate::storage::{Tx, patients};

/// An act whose key is claimed, and that does not know yet whom it is about.
#[derive(Debug)]
pub struct Opening<'a> {
    core: &'a Core,
    pub(super) demande: &'a Demande,
    pub(super) tx: Tx,
    auteur_id: i32,
    effet: Option<Periode>,
}

/// An act about a person: the row is locked, and the caller may do it.
#[derive(Debug)]
pub struct Act<'a> {
    opening: Opening<'a>,
    /// About whom.
    pub(in crate::services) patient: PatientId,
    /// Under which instant what is written now will be known.
    pub(in crate::services) instant: DateTime<Utc>,
    /// What the caller is to the person.
    pub(in crate::services) rapports: Rapports,
    /// What the operation gives.
    pub(in crate::services) droit: Droit,
    /// What the person has of what few people have, once somebody asked.
    pub(in crate::services) particularites: Particularites,
    others: BTreeSet<PatientId>,
}

impl Core {
    /// Opens an act: the role of the caller may ask for it, and the key is claimed. A request that was
    /// answered before ends here, with its answer, traced again.
    pub(in crate::services) async fn open<'a>(
        &'a self,
        demande: &'a Demande,
    ) -> Result<Opening<'a>, Exit> {
        let contexte = &demande.contexte;
        contexte.demarche.verify_role(contexte.acteur()).map_err(ServiceError::from)?;
        // Whoever holds a connection waits for no other.
        let auteur_id = self.author_id(&contexte.auteur).await?;
        let tx = self.claim(self.db.begin(contexte.demarche.mot()).await?, demande).await?;
        Ok(Opening { core: self, demande, tx, auteur_id, effet: None })
    }
}

impl<'a> Opening<'a> {
    /// Where to read and write.
    pub(in crate::services) fn conn(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// The base of everything.
    pub(in crate::services) const fn core(&self) -> &'a Core {
        self.core
    }

    /// The number of who asks.
    pub(in crate::services) const fn auteur_id(&self) -> i32 {
        self.auteur_id
    }

    /// What is asked, by whom.
    pub(in crate::services) const fn contexte(&self) -> &'a Contexte {
        &self.demande.contexte
    }

    /// The days of the thing at hand.
    pub(in crate::services) fn dated(self, effet: impl Into<Periode>) -> Self {
        Self { effet: Some(effet.into()), ..self }
    }

    /// Makes it an act about a person: their row is locked, what the caller is to them is looked up
    /// under the lock, and the table judges. The thing at hand may make something of the caller.
    pub(in crate::services) async fn on(
        mut self,
        patient: PatientId,
        by_the_thing: &[Relation],
    ) -> Result<Act<'a>, ServiceError> {
        let judged = self.lock_and_judge(patient, by_the_thing).await?;
        Ok(self.about(patient, judged))
    }

    /// Locks a person, and judges what the caller is to them.
    async fn lock_and_judge(
        &mut self,
        patient: PatientId,
        by_the_thing: &[Relation],
    ) -> Result<(DateTime<Utc>, Rapports, Droit), ServiceError> {
        let (core, contexte) = (self.core, &self.demande.contexte);
        let (last, row) = etat::lock(&mut self.tx, patient).await?.unzip();
        let whose = (patient, Some(row.unwrap_or_default()));
        let known = core.connu(&mut self.tx, contexte.acteur(), whose, by_the_thing).await?;
        let rapports = known.rapports.sur(self.effet.as_ref());
        let droit = contexte.demarche.juger(&rapports)?;
        let last = last.ok_or(ServiceError::Introuvable)?;
        Ok((patients::knowledge_after(last, core.now()), rapports, droit))
    }

    fn about(
        self,
        patient: PatientId,
        (instant, rapports, droit): (DateTime<Utc>, Rapports, Droit),
    ) -> Act<'a> {
        let (particularites, others) = (Particularites::INCONNUES, BTreeSet::new());
        Act { opening: self, patient, instant, rapports, droit, particularites, others }
    }

    /// The same, of the one person of a card; several under one key is a conflict of identity, in which
    /// nobody is chosen. Who finds nobody, or several, used one of their tries.
    pub(in crate::services) async fn by_card(
        mut self,
        cle: &ClePatient,
    ) -> Result<Act<'a>, ServiceError> {
        self.try_number(&cle.numero).await?;
        let (core, contexte) = (self.core, &self.demande.contexte);
        let (relations, found) =
            core.of_card(&mut self.tx, contexte, (cle, None), Vec::new()).await?;
        let judged = match found[..] {
            [one] => self.lock_and_judge(one, &relations).await.map(|judged| (one, judged)),
            _ => Err(core.none_of(&mut self.tx, contexte, found, &relations).await),
        };
        match judged {
            Ok((id, judged)) => Ok(self.about(id, judged)),
            Err(missed @ (ServiceError::Introuvable | ServiceError::PatientAmbigu(_))) => {
                self.miss(&cle.numero).await?;
                Err(missed)
            }
            Err(error) => Err(error),
        }
    }

    /// The same, of two records that are to be one: both are locked in the order of their ids, so that two
    /// merges never wait in a circle. The inner refusal is about the second one.
    pub(in crate::services) async fn on_both(
        mut self,
        patient: PatientId,
        other: PatientId,
    ) -> Result<Result<Act<'a>, ServiceError>, ServiceError> {
        let (core, demarche) = (self.core, self.contexte().demarche);
        let now = core.now();
        let first = patients::lock(&mut self.tx, patient.min(other), now).await?;
        let second = patients::lock(&mut self.tx, patient.max(other), now).await?;
        let mut act = self.on(patient, &[]).await?;
        if let Err(refused) = act.opening.judge(demarche, other).await {
            return Ok(Err(refused));
        }
        let instants = first.zip(second).ok_or(ServiceError::Introuvable)?;
        act.instant = instants.0.max(instants.1);
        act.shows(other);
        Ok(Ok(act))
    }

    /// The same, of a record and of the one merged into it; `None` when it no longer is.
    pub(in crate::services) async fn on_merged(
        mut self,
        patient: PatientId,
        absorbed: PatientId,
    ) -> Result<Option<Act<'a>>, ServiceError> {
        let first_absorbed = absorbed < patient;
        let mut held = false;
        if first_absorbed {
            held = fusions::lock_absorbed(&mut self.tx, absorbed, patient).await?.is_some();
        }
        let mut act = self.on(patient, &[]).await?;
        if !first_absorbed {
            held = fusions::lock_absorbed(act.conn(), absorbed, patient).await?.is_some();
        }
        act.shows(absorbed);
        Ok(held.then_some(act))
    }

    /// What an operation would give to the caller about a person.
    pub(in crate::services) async fn judge(
        &mut self,
        demarche: Demarche,
        patient: PatientId,
    ) -> Result<Droit, ServiceError> {
        let acteur = *self.contexte().acteur();
        let rapports = self.core.rapports(&mut self.tx, &acteur, patient, &[]).await?;
        Ok(demarche.juger(&rapports)?)
    }

    /// Makes it an act about many persons at once.
    pub(in crate::services) fn many(self) -> (Many<'a>, &'a Demande) {
        let Self { core, demande, tx, auteur_id, .. } = self;
        (Many::new(core, &demande.contexte, tx, auteur_id), demande)
    }

    /// Makes it an act about somebody who does not exist yet: what is made now is seen by its answer.
    pub(in crate::services) fn creating(
        self,
        patient: PatientId,
        rapports: Rapports,
    ) -> Result<Act<'a>, ServiceError> {
        let droit = self.demande.contexte.demarche.juger(&rapports)?;
        let instant = self.core.now();
        Ok(self.about(patient, (instant, rapports, droit)))
    }

    /// Tells something that is about no person.
    pub(in crate::services) fn tell(&mut self, fact: Fact, instant: DateTime<Utc>) {
        self.core.tell(&mut self.tx, Some(self.auteur_id), (None, instant), fact);
    }

    /// Queues a job that does the rest as soon as the act is committed; not twice under one key.
    pub(in crate::services) async fn queue(
        &mut self,
        nature: &str,
        job: (&str, &Value),
    ) -> Result<(), ServiceError> {
        self.core.queue(&mut self.tx, nature, job).await
    }

    /// Ends an act that shows nobody: keeps its answer and commits.
    pub(in crate::services) async fn close(self, rendu: Rendu) -> Result<Memoire, ServiceError> {
        self.core.keep(self.tx, self.demande, (rendu, &[], &[]), None).await
    }
}

impl<'a> Act<'a> {
    /// Where to read and write.
    pub(in crate::services) fn conn(&mut self) -> &mut Tx {
        &mut self.opening.tx
    }

    /// The base of everything.
    pub(in crate::services) const fn core(&self) -> &'a Core {
        self.opening.core
    }

    /// Asks what the person has of what few people have, so that the rest is not looked for.
    pub(in crate::services) async fn look(&mut self) -> Result<Particularites, ServiceError> {
        let patient = self.patient;
        self.particularites = particularites::of(self.conn(), patient).await?;
        Ok(self.particularites)
    }

    /// Today, for the person.
    pub(in crate::services) async fn today(&mut self) -> Result<NaiveDate, ServiceError> {
        let (core, patient) = (self.core(), self.patient);
        core.today_of(self.conn(), patient).await
    }

    /// What is asked, by whom.
    pub(in crate::services) const fn contexte(&self) -> &'a Contexte {
        self.opening.contexte()
    }

    /// The act before it knew whom it is about.
    pub(in crate::services) const fn opening(&mut self) -> &mut Opening<'a> {
        &mut self.opening
    }

    /// What the caller is to the person once something was written: only a doctor becomes more, or less, by what he does. The
    /// thing at hand may make something of the caller.
    pub(in crate::services) async fn rapports_apres(
        &mut self,
        by_the_thing: &[Relation],
    ) -> Result<Rapports, ServiceError> {
        let (core, acteur, patient) = (self.core(), *self.contexte().acteur(), self.patient);
        let of_all_days = self.opening.effet.is_none();
        if of_all_days && !matches!(acteur, Acteur::Medecin(_)) {
            return Ok(self.rapports.clone());
        }
        core.rapports(self.conn(), &acteur, patient, by_the_thing).await
    }

    /// What was made or signed makes that of the caller, for as long as the answer is given again.
    pub(in crate::services) fn acquires(&mut self, relations: &[Relation]) {
        self.droit.relations.extend_from_slice(relations);
    }

    /// Whether the caller might do something else about the person.
    pub(in crate::services) fn may(&self, demarche: Demarche) -> bool {
        demarche.est_permise(&self.rapports)
    }

    /// The person, written about.
    pub(in crate::services) fn writing(&mut self) -> Writing<'_> {
        self.writing_of(self.patient)
    }

    /// Another person of the act, written about under the same instant.
    pub(in crate::services) fn writing_of(&mut self, patient: PatientId) -> Writing<'_> {
        let known = Some(self.particularites).filter(|_| patient == self.patient);
        let Self { opening: Opening { core, tx, auteur_id, .. }, instant, .. } = self;
        let particularites = known.unwrap_or(Particularites::INCONNUES);
        let (auteur_id, instant) = (Some(*auteur_id), *instant);
        Writing { core, tx, auteur_id, patient, instant, particularites }
    }

    /// Tells something about the person.
    pub(in crate::services) fn tell(&mut self, fact: Fact) {
        self.writing().tell(fact);
    }

    /// What follows is known at another instant: two things written about one person never share one.
    pub(in crate::services) fn later(&mut self) {
        let next = self.instant.checked_add_signed(TimeDelta::microseconds(1));
        self.instant = next.unwrap_or(self.instant);
    }

    /// Another person is written about, and shown by the answer.
    pub(in crate::services) fn shows(&mut self, other: PatientId) {
        self.others.insert(other);
    }

    /// Ends the act: writes when its persons were last written about, traces those whom the answer shows,
    /// keeps the answer, commits.
    pub(in crate::services) async fn close(self, rendu: Rendu) -> Result<Memoire, ServiceError> {
        let Self { opening, patient, instant, droit, others, .. } = self;
        let Opening { core, demande, tx, .. } = opening;
        let acquired = droit.relations.into_iter().filter(|one| one.est_acquise());
        let acquired: Vec<Relation> = acquired.collect();
        let persons: Vec<PatientId> = std::iter::once(patient).chain(others).collect();
        core.keep(tx, demande, (rendu, &persons, &acquired), Some(instant)).await
    }
}
