//! Pages of lists: which one is asked for, and what is found.

use super::{Core, ServiceError};
use crate::storage::pages;

/// Which page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageVoulue<K> {
    /// After this place of the list.
    pub apres: Option<K>,
    /// How many items are shown, at most.
    pub limite: i64,
    /// Whether the whole list is counted too.
    pub avec_total: bool,
}

/// What is found: one item more than is shown, when others follow; and how many there are of the whole list, if it was
/// asked.
pub type Trouves<T> = (Vec<T>, Option<u64>);

impl<K> PageVoulue<K> {
    /// The same, whose place is said otherwise.
    pub fn map<L>(self, place: impl FnOnce(K) -> L) -> PageVoulue<L> {
        let Self { apres, limite, avec_total } = self;
        PageVoulue { apres: apres.map(place), limite, avec_total }
    }

    /// How many items are read: one more tells whether others follow.
    pub const fn lus(&self) -> i64 {
        self.limite.saturating_add(1)
    }

    /// Those of the items read that are shown.
    pub fn montres<'a, T>(&self, found: &'a [T]) -> &'a [T] {
        let shown = usize::try_from(self.limite).unwrap_or(usize::MAX);
        found.get(..shown.min(found.len())).unwrap_or_default()
    }

    /// The count of the whole list, if it was asked.
    pub(super) async fn compter<E: Into<ServiceError>>(
        &self,
        counting: impl Future<Output = Result<i64, E>>,
    ) -> Result<Option<u64>, ServiceError> {
        if !self.avec_total {
            return Ok(None);
        }
        Ok(u64::try_from(counting.await.map_err(Into::into)?).ok())
    }
}

/// Seals where a page ends, for whoever reads on.
pub fn sceller(core: &Core, repere: &[u8]) -> Result<Vec<u8>, ServiceError> {
    Ok(pages::seal(core.coffre(), repere)?)
}

/// What a cursor holds, if it was sealed here and nobody changed it.
pub fn ouvrir(core: &Core, scelle: &[u8]) -> Option<Vec<u8>> {
    pages::open(core.coffre(), scelle)
}
