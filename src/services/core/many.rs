//! Writing about many persons at once: a lot of feuilles.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Contexte, Core, Demande, Fact, Memoire, Rendu, ServiceError, Writing};
use crate::domain::acteur::Acteur;
use crate::domain::droits::Relation;
use crate::domain::ids::{FeuilleId, PatientId};
use crate::domain::patient::ClePatient;
use crate::storage::acces::{self, Reception};
use crate::storage::fil::Alentours;
use crate::storage::patients::Candidats;
use crate::storage::patients::etat::{NouvelEtat, Verrou};
use crate::storage::patients::particularites::Particularites;
use crate::storage::{Tx, patients};

/// A transaction about many persons, by one caller.
#[derive(Debug)]
pub(crate) struct Many<'a> {
    core: &'a Core,
    contexte: &'a Contexte,
    tx: Tx,
    auteur_id: i32,
    /// How whom the answer shows is traced.
    trace: Trace,
    /// Whom the feuilles concern, by the first of them: for the publication that follows.
    recente: Option<(FeuilleId, Alentours)>,
}

/// How those whom an answer shows are traced.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trace {
    /// Each by a row of their own, with the answer that is kept.
    Reponse,
    /// Together, by one row whose number their feuilles bear, once it is known.
    Reception(Option<i32>),
}

impl Core {
    /// Opens a transaction about many persons, without a key: the natural keys of what is written keep it
    /// from being written twice.
    pub(in crate::services) async fn many<'a>(
        &'a self,
        contexte: &'a Contexte,
    ) -> Result<Many<'a>, ServiceError> {
        contexte.demarche.verify_role(contexte.acteur())?;
        let auteur_id = self.author_id(&contexte.auteur).await?;
        let tx = self.db.begin(contexte.demarche.mot()).await?;
        Ok(Many { trace: Trace::Reception(None), ..Many::new(self, contexte, tx, auteur_id) })
    }
}

impl<'a> Many<'a> {
    pub(super) const fn new(
        core: &'a Core,
        contexte: &'a Contexte,
        tx: Tx,
        auteur_id: i32,
    ) -> Self {
        Self { core, contexte, tx, auteur_id, trace: Trace::Reponse, recente: None }
    }

    /// Where to read and write.
    pub(in crate::services) fn conn(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// The base of everything.
    pub(in crate::services) const fn core(&self) -> &'a Core {
        self.core
    }

    /// What is asked, by whom.
    pub(in crate::services) const fn contexte(&self) -> &'a Contexte {
        self.contexte
    }

    /// Finds the persons of some keys and locks them in the order of their ids, by one statement; gives the instant under which
    /// the next thing about each will be known, and what is already made of what an evaluation reads of them.
    pub(in crate::services) async fn find_and_lock(
        &mut self,
        cles: &[&ClePatient],
    ) -> Result<(Vec<Candidats>, BTreeMap<PatientId, Verrou>), ServiceError> {
        let (core, caisse) = (self.core, self.contexte.acteur().caisse());
        let asked = (caisse, core.now());
        Ok(patients::find_and_lock(&mut self.tx, core.coffre(), cles, asked).await?)
    }

    /// What the caller writes about one of the persons, who is locked or new.
    pub(in crate::services) fn acting(
        &mut self,
        (patient, instant): (PatientId, DateTime<Utc>),
    ) -> Writing<'_> {
        let Self { core, tx, auteur_id, .. } = self;
        let (auteur_id, particularites) = (Some(*auteur_id), Particularites::INCONNUES);
        Writing { core, tx, auteur_id, patient, instant, particularites }
    }

    /// The number of who writes.
    pub(in crate::services) const fn auteur_id(&self) -> i32 {
        self.auteur_id
    }

    /// Traces, for each of some persons, what the caller did about them.
    pub(in crate::services) async fn trace(
        &mut self,
        persons: &[PatientId],
    ) -> Result<(), ServiceError> {
        self.core.trace_within(&mut self.tx, self.contexte, persons).await
    }

    /// Tells something about one of the persons; about none, what is told of feuilles together.
    pub(in crate::services) fn tell(
        &mut self,
        about: (Option<PatientId>, DateTime<Utc>),
        fact: Fact,
    ) {
        self.core.tell(&mut self.tx, Some(self.auteur_id), about, fact);
    }

    /// Writes when persons were last written about.
    pub(in crate::services) async fn touch(
        &mut self,
        instants: &[(PatientId, DateTime<Utc>)],
    ) -> Result<(), ServiceError> {
        Ok(patients::touch_all(&mut self.tx, instants).await?)
    }

    /// The same, with what an evaluation reads of them now and the participations that the lot keeps.
    pub(in crate::services) async fn settle(
        &mut self,
        etats: &mut [NouvelEtat],
    ) -> Result<(), ServiceError> {
        Ok(patients::settle_all(&mut self.tx, etats).await?)
    }

    /// The number that the feuilles of a lot bear: by it, each of their persons reads to whom they were shown.
    pub(in crate::services) async fn reception(&mut self) -> Result<Option<i32>, ServiceError> {
        let operation = match (self.trace, self.contexte.demarche.trace()) {
            (Trace::Reception(None), Some(operation)) => operation,
            (Trace::Reception(known), _) => return Ok(known),
            (Trace::Reponse, _) => return Ok(None),
        };
        let (survenu_le, requete_id) = (self.core.now(), self.contexte.requete_id);
        let auteur_id = self.auteur_id;
        let reception = Reception { survenu_le, auteur_id, operation, requete_id };
        let number = acces::insert_reception(&mut self.tx, &reception).await?;
        self.trace = Trace::Reception(Some(number));
        Ok(Some(number))
    }

    /// Keeps whom feuilles concern, by the first of them, until they are published: nothing of it is read again.
    pub(in crate::services) fn remember(&mut self, first: FeuilleId, autour: Alentours) {
        self.recente = Some((first, autour));
    }

    /// Ends a lot: everything is committed, the trace of its reception too.
    pub(in crate::services) async fn close(self) -> Result<(), ServiceError> {
        let Self { core, tx, recente, .. } = self;
        tx.commit().await?;
        core.veille().recentes.leave(recente);
        core.veille().awake();
        Ok(())
    }

    /// Ends what was asked under a key and refused: only tries are written, and the key is free again.
    pub(in crate::services) async fn refuse(self, demande: &Demande) -> Result<(), ServiceError> {
        self.core.refuse(self.tx, demande).await
    }

    /// Ends what was asked under a key: the same, and the answer is kept.
    pub(in crate::services) async fn close_keyed(
        self,
        demande: &Demande,
        (rendu, persons): (Rendu, &[PatientId]),
    ) -> Result<Memoire, ServiceError> {
        let Self { core, tx, recente, .. } = self;
        // A doctor transmits what he did.
        let performed: &[Relation] = match demande.contexte.acteur() {
            Acteur::Medecin(_) => &[Relation::Executant],
            Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
                &[]
            }
        };
        let kept = core.keep(tx, demande, (rendu, persons, performed), None).await?;
        core.veille().recentes.leave(recente);
        Ok(kept)
    }
}
