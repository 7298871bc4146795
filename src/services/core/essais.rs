//! Tries with a number: one at a time, counted, slowed, then refused.
//!
//! A NIR says the year and the month of birth: whoever has one finds the birth date in thirty-one tries, and by
//! it who the person is. So a try that finds nobody counts, whether the number is somebody's or not: what
//! the caller is told teaches nothing about it. They are counted for the subject of the token and, higher, for
//! its whole organisation, in the database: whichever instance answers, and whatever runs at the same time.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Contexte, Core, Demande, Many, Opening, ServiceError};
use crate::domain::acteur::Auteur;
use crate::domain::droits::ESSAI_INFRUCTUEUX;
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne};
use crate::storage::essais::{Essais, Numero};
use crate::storage::{Tx, acces, essais, idempotence, patients};

/// For how long tries are counted from the first.
const FENETRE: TimeDelta = TimeDelta::hours(24);
/// Tries of a subject: a card is read without mistake, and who types a date mistakes it once or twice. Five a
/// day leave a week before the thirty-one days of a month are tried, and a trace each.
const D_UN_SUJET: i16 = 5;
/// Tries of an organisation: several agents may mistake one form.
const D_UNE_ORGANISATION: i16 = 15;

/// How many tries are left.
fn left(known: &Essais) -> i16 {
    let most = if known.organisation { D_UNE_ORGANISATION } else { D_UN_SUJET };
    most.saturating_sub(known.essais)
}

/// From when on one more try is possible.
fn next(known: &Essais) -> Option<DateTime<Utc>> {
    let wait = match left(known) {
        ..=0 => return known.depuis.checked_add_signed(FENETRE),
        1 => TimeDelta::minutes(10),
        2 => TimeDelta::minutes(1),
        _ => return None,
    };
    known.dernier_le.checked_add_signed(wait)
}

impl Core {
    /// When the tries began that count no more.
    pub(super) fn before_tries(&self) -> DateTime<Utc> {
        self.now().checked_sub_signed(FENETRE).unwrap_or_default()
    }

    /// What the caller may still try with numbers, once the other tries of their organisation are over.
    async fn tries(
        &self,
        tx: &mut Tx,
        auteur: &Auteur,
        numeros: impl Iterator<Item = &IdentifiantPersonne>,
    ) -> Result<Tries, ServiceError> {
        let coffre = self.coffre();
        self.tries_of(tx, auteur, numeros.map(|numero| coffre.empreinte(numero)).collect()).await
    }

    /// The same, of digests.
    async fn tries_of(
        &self,
        tx: &mut Tx,
        auteur: &Auteur,
        numeros: Vec<Numero>,
    ) -> Result<Tries, ServiceError> {
        let (coffre, now) = (self.coffre(), self.now());
        let mut restes: BTreeMap<Numero, Left> =
            numeros.iter().map(|numero| (*numero, Left::More(D_UN_SUJET))).collect();
        let asked: Vec<Numero> = restes.keys().copied().collect();
        for known in essais::known(tx, coffre, auteur, &asked, self.before_tries()).await? {
            let until = next(&known).filter(|until| *until > now);
            let own = until.map_or(Left::More(left(&known)), |until| Left::Wait(until - now));
            restes.entry(known.numero).and_modify(|rest| *rest = rest.and(own));
        }
        Ok(Tries { numeros, restes })
    }

    /// Waits for the other tries of the caller's organisation with a number, and refuses one too many.
    pub(in crate::services) async fn try_number(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        numero: &IdentifiantPersonne,
    ) -> Result<(), ServiceError> {
        let tries = self.tries(tx, &contexte.auteur, std::iter::once(numero)).await?;
        tries.wait_of(0, 0).map_or(Ok(()), |delai| Err(ServiceError::TropDEssais(delai)))
    }

    /// Waits for the other tries of the caller's organisation with what people know of somebody, and refuses one too
    /// many: a birth date stands for the number that is not known.
    pub(super) async fn try_traits(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        naissance: &DateNaissanceAmo,
    ) -> Result<(), ServiceError> {
        let key = self.coffre().empreinte_naissance(naissance);
        let tries = self.tries_of(tx, &contexte.auteur, vec![key]).await?;
        tries.wait_of(0, 0).map_or(Ok(()), |delai| Err(ServiceError::TropDEssais(delai)))
    }

    /// Counts a try with traits that found nobody.
    pub(super) async fn count_traits(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        naissance: &DateNaissanceAmo,
    ) -> Result<(), ServiceError> {
        let (coffre, instants) = (self.coffre(), (self.now(), self.before_tries()));
        let key = coffre.empreinte_naissance(naissance);
        Ok(essais::count(tx, coffre, &contexte.auteur, &key, instants).await?)
    }

    /// Counts a try that found nobody: those whom the number designates read that somebody tried.
    pub(in crate::services) async fn count_try(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        numero: &IdentifiantPersonne,
    ) -> Result<(), ServiceError> {
        let (coffre, instants) = (self.coffre(), (self.now(), self.before_tries()));
        essais::count(tx, coffre, &contexte.auteur, &coffre.empreinte(numero), instants).await?;
        let holders = patients::holders(tx, coffre, numero).await?;
        let persons = holders.into_iter().map(|one| one.patient_id);
        let traces = self.accesses(contexte, persons, Some(ESSAI_INFRUCTUEUX)).await?;
        Ok(acces::insert_all(tx, &traces).await?)
    }

    /// Ends what was refused: only tries are written, and the key is free again.
    pub(super) async fn refuse(&self, mut tx: Tx, demande: &Demande) -> Result<(), ServiceError> {
        let appelant = demande.contexte.acteur().cle();
        idempotence::release(&mut tx, self.coffre(), (&appelant, &demande.cle)).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets the tries of the day before.
    pub(in crate::services) async fn purge_tries(&self, tx: &mut Tx) -> Result<(), ServiceError> {
        Ok(essais::purge(tx, self.before_tries()).await?)
    }
}

impl Opening<'_> {
    /// Waits for the other tries of the caller's organisation with a number, and refuses one too many.
    pub(in crate::services) async fn try_number(
        &mut self,
        numero: &IdentifiantPersonne,
    ) -> Result<(), ServiceError> {
        let (core, contexte) = (self.core(), self.contexte());
        core.try_number(self.conn(), contexte, numero).await
    }

    /// Ends an act that found nobody by a number: only the try is written, and the key is free again.
    pub(in crate::services) async fn miss(
        mut self,
        numero: &IdentifiantPersonne,
    ) -> Result<(), ServiceError> {
        let (core, contexte) = (self.core(), self.contexte());
        core.count_try(self.conn(), contexte, numero).await?;
        core.refuse(self.tx, self.demande).await
    }
}

/// What a caller may still try with some numbers, each known by its place among them. Nothing is counted of
/// a place that has none.
#[derive(Debug, Default)]
pub(in crate::services) struct Tries {
    numeros: Vec<Numero>,
    restes: BTreeMap<Numero, Left>,
}

/// What is left with one number: how long to wait, or how many more may be wrong.
#[derive(Debug, Clone, Copy)]
enum Left {
    Wait(TimeDelta),
    More(i16),
}

impl Left {
    /// What is left to a subject of an organisation: the less of both.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Wait(one), Self::Wait(two)) => Self::Wait(one.max(two)),
            (wait @ Self::Wait(_), Self::More(_)) | (Self::More(_), wait @ Self::Wait(_)) => wait,
            (Self::More(one), Self::More(two)) => Self::More(one.min(two)),
        }
    }
}

impl Tries {
    /// The number at a place, when tries with it are counted.
    pub(in crate::services) fn numero(&self, place: usize) -> Option<&Numero> {
        self.numeros.get(place)
    }

    /// How long the number at a place waits, of which so many keys are wrong; `None` when it need not.
    pub(in crate::services) fn wait_of(&self, place: usize, wrong: usize) -> Option<TimeDelta> {
        match *self.restes.get(self.numero(place)?)? {
            Left::Wait(delai) => Some(delai),
            Left::More(more) => (wrong > usize::try_from(more).unwrap_or(0)).then_some(FENETRE),
        }
    }
}

impl Many<'_> {
    /// Waits for the other tries of the caller's organisation with the numbers of a lot, before any person is
    /// locked. A caisse tries nothing: it is shown nobody but its own.
    pub(in crate::services) async fn tries(
        &mut self,
        numeros: impl Iterator<Item = &IdentifiantPersonne>,
    ) -> Result<Tries, ServiceError> {
        let (core, contexte) = (self.core(), self.contexte());
        if contexte.acteur().caisse().is_some() {
            return Ok(Tries::default());
        }
        core.tries(self.conn(), &contexte.auteur, numeros).await
    }
}
