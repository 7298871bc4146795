//! Tries with a number: one at a time, counted, slowed, then refused.
//!
//! A NIR says the year and the month of birth: whoever has one finds the birth date in thirty-one tries, and by
//! it who the person is. So a try that finds nobody counts, whether the number is somebody's or not: what
//! the caller is told teaches nothing about it. They are counted for the subject of the token and, higher, for
//! its whole organisation, in the database: whichever instance answers, and whatever runs at the same time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Contexte, Core, Demande, Many, Opening, ServiceError};
use crate::domain::droits::ESSAI_INFRUCTUEUX;
use crate::domain::identifiers::IdentifiantPersonne;
use crate::storage::essais::Essais;
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
    fn before_tries(&self) -> DateTime<Utc> {
        self.now().checked_sub_signed(FENETRE).unwrap_or_default()
    }

    /// Waits for the other tries of the caller's organisation with a number, and refuses one too many.
    pub(super) async fn try_number(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        numero: &IdentifiantPersonne,
    ) -> Result<(), ServiceError> {
        let (coffre, auteur, now) = (self.coffre(), &contexte.auteur, self.now());
        let digest = [coffre.empreinte(numero)];
        let known = essais::known(tx, coffre, auteur, &digest, self.before_tries()).await?;
        match known.iter().filter_map(next).max() {
            Some(until) if until > now => Err(ServiceError::TropDEssais(until - now)),
            Some(_) | None => Ok(()),
        }
    }

    /// Counts a try that found nobody: those whom the number designates read that somebody tried.
    pub(in crate::services) async fn count_try(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        numero: &IdentifiantPersonne,
    ) -> Result<(), ServiceError> {
        let (coffre, instants) = (self.coffre(), (self.now(), self.before_tries()));
        essais::count(tx, coffre, &contexte.auteur, numero, instants).await?;
        let holders = patients::holders(tx, coffre, numero).await?;
        let persons = holders.into_iter().map(|one| one.patient_id);
        let traces = self.accesses(contexte, persons, Some(ESSAI_INFRUCTUEUX)).await?;
        Ok(acces::insert_all(tx, &traces).await?)
    }

    /// Ends what was refused: only tries are written, and the key is free again.
    pub(super) async fn refuse(&self, mut tx: Tx, demande: &Demande) -> Result<(), ServiceError> {
        let appelant = demande.contexte.acteur().cle();
        idempotence::release(&mut tx, &appelant, &demande.cle).await?;
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

/// What a caller may still try with the numbers of a lot, by the digest of each.
#[derive(Debug, Default)]
pub(in crate::services) struct Tries(BTreeMap<Vec<u8>, Left>);

/// What is left with one number: how long to wait, or how many more may be wrong.
#[derive(Debug, Clone, Copy)]
enum Left {
    Wait(TimeDelta),
    More(i16),
}

impl Tries {
    /// Whether nothing is counted: the caller tries nothing.
    pub(in crate::services) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Many<'_> {
    /// Waits for the other tries of the caller's organisation with these numbers, before any person is
    /// locked. A caisse tries nothing: it is shown nobody but its own.
    pub(in crate::services) async fn tries(
        &mut self,
        numeros: impl Iterator<Item = &IdentifiantPersonne>,
    ) -> Result<Tries, ServiceError> {
        let (core, contexte) = (self.core(), self.contexte());
        if contexte.acteur().caisse().is_some() {
            return Ok(Tries::default());
        }
        let (coffre, now) = (core.coffre(), core.now());
        let digests: BTreeSet<[u8; 16]> = numeros.map(|one| coffre.empreinte(one)).collect();
        let digests: Vec<[u8; 16]> = digests.into_iter().collect();
        let (auteur, from) = (&contexte.auteur, core.before_tries());
        let known = essais::known(self.conn(), coffre, auteur, &digests, from).await?;
        let mut tries = Tries::default();
        for digest in digests {
            let own = || known.iter().filter(|one| one.numero == digest);
            let until = own().filter_map(next).max().filter(|until| *until > now);
            let more = own().map(left).min().unwrap_or(D_UN_SUJET);
            let left = until.map_or(Left::More(more), |until| Left::Wait(until - now));
            tries.0.insert(digest.to_vec(), left);
        }
        Ok(tries)
    }

    /// How long a number waits of which so many keys are wrong in this lot; `None` when it need not.
    pub(in crate::services) fn wait_of(
        &self,
        tries: &Tries,
        (numero, wrong): (&IdentifiantPersonne, usize),
    ) -> Option<TimeDelta> {
        match tries.0.get(self.core().coffre().empreinte(numero).as_slice())? {
            Left::Wait(delai) => Some(*delai),
            Left::More(more) => (wrong > usize::try_from(*more).unwrap_or(0)).then_some(FENETRE),
        }
    }
}
