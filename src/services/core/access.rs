//! Readings: the value that proves the right to look at a person, and leaves the trace.

use chrono::NaiveDate;

use super::rights::Connu;
use super::{Contexte, Core, ServiceError};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::Periode;
use crate::domain::designation::Designation;
use crate::domain::droits::{Demarche, Droit, Rapports, Relation};
use crate::domain::identifiers::DateNaissanceAmo;
use crate::domain::ids::PatientId;
use crate::domain::patient::ClePatient;
use crate::storage::patients::etat::EtatPatient;
use crate::storage::patients::presents::Presents;
use crate::storage::{self, Connection, designations};

/// Something that shows somebody, to a caller who may see it, and whose trace is safe. Nothing outside
/// this folder makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Seen<T>(T);

impl<T> Seen<T> {
    /// The same, in another form.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Seen<U> {
        Seen(form(self.0))
    }

    /// The same, in another form, if it can be given.
    pub fn try_map<U, E>(self, form: impl FnOnce(T) -> Result<U, E>) -> Result<Seen<U>, E> {
        Ok(Seen(form(self.0)?))
    }

    /// What is seen.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// What is seen, to be given away.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// A reading that does not know yet whom it is about: the role of the caller may ask that.
#[derive(Debug)]
pub struct Search<'a> {
    core: &'a Core,
    contexte: &'a Contexte,
    conn: storage::Reading,
    effet: Option<Periode>,
}

/// A reading of a person whom the caller may look at.
#[derive(Debug)]
pub struct Access<'a> {
    search: Search<'a>,
    /// About whom.
    pub(in crate::services) patient: PatientId,
    /// What the caller is to the person.
    pub(in crate::services) rapports: Rapports,
    /// What the operation gives.
    pub(in crate::services) droit: Droit,
    /// What is known now of the person: what their row holds, when it is current, and for a doctor what is asked with it.
    presents: Presents,
}

impl Core {
    /// Begins to read, if the role of the caller may.
    pub(in crate::services) async fn search<'a>(
        &'a self,
        contexte: &'a Contexte,
    ) -> Result<Search<'a>, ServiceError> {
        contexte.demarche.verify_role(contexte.acteur())?;
        let conn = self.db.read(contexte.demarche.mot()).await?;
        Ok(Search { core: self, contexte, conn, effet: None })
    }

    /// Reads about a person.
    pub(in crate::services) async fn access<'a>(
        &'a self,
        contexte: &'a Contexte,
        patient: PatientId,
    ) -> Result<Access<'a>, ServiceError> {
        self.search(contexte).await?.on(patient, &[]).await
    }

    /// A connection for what shows nobody.
    pub(in crate::services) async fn public(
        &self,
        name: &'static str,
    ) -> Result<storage::Reading, ServiceError> {
        Ok(self.db.read(name).await?)
    }
}

impl Core {
    /// What shows nobody, read as it was at one instant however many statements it takes.
    pub(in crate::services) async fn snapshot(
        &self,
        name: &'static str,
    ) -> Result<storage::Snapshot, ServiceError> {
        Ok(self.db.snapshot(name).await?)
    }
}

impl<'a> Search<'a> {
    /// Where to read.
    pub(in crate::services) fn conn(&mut self) -> &mut Connection {
        &mut self.conn
    }

    /// The days of the thing at hand.
    pub(in crate::services) fn dated(self, effet: impl Into<Periode>) -> Self {
        Self { effet: Some(effet.into()), ..self }
    }

    /// Reads about this person; the thing at hand may make something of the caller.
    pub(in crate::services) async fn on(
        mut self,
        patient: PatientId,
        by_the_thing: &[Relation],
    ) -> Result<Access<'a>, ServiceError> {
        let (core, acteur) = (self.core, *self.contexte.acteur());
        let known = core.connu(&mut self.conn, &acteur, (patient, None), by_the_thing).await?;
        self.known(patient, known)
    }

    /// Reads about somebody of whom it is known what the caller is to them.
    fn known(self, patient: PatientId, known: Connu) -> Result<Access<'a>, ServiceError> {
        let rapports = known.rapports.sur(self.effet.as_ref());
        let droit = self.contexte.demarche.juger(&rapports)?;
        Ok(Access { search: self, patient, rapports, droit, presents: known.presents })
    }

    /// Reads about the one person of a card; several under one key is a conflict of identity, in which
    /// nobody is chosen. Who finds nobody, or several, used one of their tries.
    pub(in crate::services) async fn by_card(
        self,
        cle: &ClePatient,
        connu_le: Option<chrono::DateTime<chrono::Utc>>,
        by_the_thing: &[Relation],
    ) -> Result<Access<'a>, ServiceError> {
        let Self { core, contexte, mut conn, effet } = self;
        let name = contexte.demarche.mot();
        if core.known_author(&contexte.auteur).is_none() {
            // Whoever holds a connection waits for no other.
            drop(conn);
            core.author_id(&contexte.auteur).await?;
            conn = core.db.read(name).await?;
        }
        if connu_le.is_none() {
            let asked = (cle, by_the_thing);
            let at_once = core.holder_at_once(&mut conn, contexte, asked).await?;
            if let Some((patient, known)) = at_once {
                return Self { core, contexte, conn, effet }.known(patient, known);
            }
        }
        drop(conn);
        let mut tx = core.db.begin(name).await?;
        core.try_number(&mut tx, contexte, &cle.numero).await?;
        let found = core.holder(&mut tx, contexte, (cle, connu_le), by_the_thing).await;
        if let Err(missed @ (ServiceError::Introuvable | ServiceError::PatientAmbigu(_))) = found {
            core.count_try(&mut tx, contexte, &cle.numero).await?;
            tx.commit().await?;
            return Err(missed);
        }
        // At once: the next try with this number waits for it.
        tx.rollback().await?;
        let (patient, known) = found?;
        Self { core, contexte, conn: core.db.read(name).await?, effet }.known(patient, known)
    }

    /// Looks for persons by what people know of them; who finds nobody used one of their tries with that birth date.
    pub(in crate::services) async fn by_traits<T>(
        self,
        naissance: &DateNaissanceAmo,
        looking: impl AsyncFnOnce(&mut Connection) -> Result<Vec<T>, ServiceError>,
    ) -> Result<(Self, Vec<T>), ServiceError> {
        let Self { core, contexte, conn, effet } = self;
        // Whoever holds a connection waits for no other.
        drop(conn);
        core.author_id(&contexte.auteur).await?;
        let name = contexte.demarche.mot();
        let mut tx = core.db.begin(name).await?;
        core.try_traits(&mut tx, contexte, naissance).await?;
        let found = looking(&mut tx).await?;
        if found.is_empty() {
            core.count_traits(&mut tx, contexte, naissance).await?;
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        let search = Self { core, contexte, conn: core.db.read(name).await?, effet };
        Ok((search, found))
    }

    /// Gives what is of the caller's own: those whom it shows are traced first.
    pub(in crate::services) async fn show_all<T>(
        self,
        persons: impl IntoIterator<Item = PatientId>,
        value: T,
    ) -> Result<Seen<T>, ServiceError> {
        let Self { core, contexte, conn, .. } = self;
        // A connection is not kept while the trace is waited for.
        drop(conn);
        core.trace_all(contexte, persons).await?;
        Ok(Seen(value))
    }
}

impl<'a> Access<'a> {
    /// Where to read.
    pub(in crate::services) fn conn(&mut self) -> &mut Connection {
        self.search.conn()
    }

    /// The base of everything.
    pub(in crate::services) const fn core(&self) -> &'a Core {
        self.search.core
    }

    /// What an evaluation reads of the person now, when their row holds it and nothing is of a record merged into theirs.
    fn etat(&self) -> Option<EtatPatient> {
        self.presents.ligne.etat_seul(self.core().coffre(), self.patient)
    }

    /// The designation of the person in force on a day, as known now.
    pub(in crate::services) async fn designation_le(
        &mut self,
        jour: NaiveDate,
    ) -> Result<Option<Designation>, ServiceError> {
        match self.rapports.acteur {
            // Read with what he is to them.
            Acteur::Medecin(_) => Ok(self.presents.designation_le(jour).cloned()),
            Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
                Ok(designations::current(&mut self.search.conn, self.patient, jour).await?)
            }
        }
    }

    /// Whether the designation of the person sleeps on a day, as known now; nothing where it was not read.
    pub(in crate::services) fn sommeille(&self, jour: NaiveDate) -> Option<bool> {
        let held = self.etat().map(|etat| etat.sommeil_le(jour));
        let read = || self.presents.couverture.as_ref().map(|own| own.sommeil_le(jour));
        held.or_else(read).map(|why| why.is_some())
    }

    /// Whether the caller might do something else about the person.
    pub(in crate::services) fn may(&self, demarche: Demarche) -> bool {
        demarche.est_permise(&self.rapports)
    }

    /// Gives what was read, once its trace is safe.
    pub(in crate::services) async fn show<T>(self, value: T) -> Result<Seen<T>, ServiceError> {
        let patient = self.patient;
        self.search.show_all([patient], value).await
    }
    /// The same, of some persons: those of one card.
    pub(in crate::services) async fn show_all_of<T>(
        self,
        persons: Vec<PatientId>,
        value: T,
    ) -> Result<Seen<T>, ServiceError> {
        self.search.show_all(persons, value).await
    }

    /// The same, when another person is shown beside.
    pub(in crate::services) async fn show_also<T>(
        self,
        other: PatientId,
        value: T,
    ) -> Result<Seen<T>, ServiceError> {
        let patient = self.patient;
        self.search.show_all([patient, other], value).await
    }
}
