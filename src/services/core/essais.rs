//! Tries with a number: one at a time, counted, slowed, then refused.
//!
//! A NIR says the year and the month of birth: whoever has one finds the birth date in thirty-one tries, and by
//! it who the person is. So a try that finds nobody counts, whether the number is somebody's or not: what
//! the caller is told teaches nothing about it. They are counted for the subject of the token and, higher, for
//! its whole organisation, in the database: whichever instance answers, and whatever runs at the same time.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Contexte, Core, Opening, ServiceError};
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

/// From when on one more try is possible.
fn next(known: &Essais) -> Option<DateTime<Utc>> {
    let most = if known.organisation { D_UNE_ORGANISATION } else { D_UN_SUJET };
    if known.essais >= most {
        return known.depuis.checked_add_signed(FENETRE);
    }
    let wait = match most.saturating_sub(known.essais) {
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
        let known = essais::known(tx, coffre, auteur, numero, self.before_tries()).await?;
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
        let Self { mut tx, demande, .. } = self;
        let appelant = demande.contexte.acteur().cle();
        idempotence::release(&mut tx, &appelant, &demande.cle).await?;
        Ok(tx.commit().await?)
    }
}
