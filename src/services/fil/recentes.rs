//! What was known of feuilles when they were committed, for the publication that follows on the same instance.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::domain::ids::FeuilleId;
use crate::storage::fil::{Alentours, EvenementAPublier};

/// Transactions that wait for their publication, at most. What is forgotten, and what another instance received, is read again.
const GARDEES: usize = 64;

/// The surroundings of the feuilles of some transactions, each by its first feuille.
#[derive(Debug, Default)]
pub(in crate::services) struct Recentes(Mutex<VecDeque<(FeuilleId, Alentours)>>);

impl Recentes {
    /// Keeps those of feuilles that were just committed, if there were any.
    pub(in crate::services) fn leave(&self, recente: Option<(FeuilleId, Alentours)>) {
        let Some((first, autour)) = recente else { return };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= GARDEES {
            all.pop_front();
        }
        all.push_back((first, autour));
    }

    /// Gives away those of some events, in their order.
    pub(super) fn take(&self, evenements: &[EvenementAPublier]) -> Alentours {
        let mut found = Alentours::default();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for first in evenements.iter().filter_map(|one| one.feuilles.first()) {
            let known = all.iter().position(|(own, _)| own == first);
            if let Some((_, autour)) = known.and_then(|place| all.remove(place)) {
                found.feuilles.extend(autour.feuilles);
                found.affiliations.extend(autour.affiliations);
            }
        }
        found
    }
}
