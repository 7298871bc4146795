//! The law, as anybody may read it.

use chrono::{Days, NaiveDate};

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Core, ServiceError};
use crate::domain::digest::Empreinte;
pub use crate::law::livre::{Comparaison, LoiDuJour, ParametreDuJour, rang};
pub use crate::law::nomenclature::{
    Composante, Consultation, Ligne, Table, compositions, explicable, table, tarif_publie,
};
pub use crate::law::references::{Reference, Verification};
pub use crate::law::rule::Fiche;
use crate::law::{Echeance, Law, PREAVIS};

use crate::storage::{Connection, StorageError, lois};

/// A law under which evaluations were made.
#[derive(Debug, Clone)]
pub struct LoiConnue {
    /// Its fingerprint, as it was recorded.
    pub empreinte: Empreinte,
    /// Its values, with the rules of this program.
    pub law: Arc<Law>,
}

impl LoiConnue {
    /// Whether this program still knows it whole: values, rules and reasoning.
    pub fn est_entiere(&self) -> bool {
        *self.law.empreinte() == self.empreinte
    }
}

impl PartialEq for LoiConnue {
    fn eq(&self, other: &Self) -> bool {
        self.empreinte == other.empreinte
    }
}

impl Eq for LoiConnue {}

/// Laws already read, by number: they never change.
pub(super) type LoisLues = Arc<Mutex<BTreeMap<i16, LoiConnue>>>;

impl Core {
    /// The present law.
    pub(super) fn present_law(&self) -> LoiConnue {
        LoiConnue { empreinte: *self.law().empreinte(), law: Arc::clone(self.law()) }
    }

    /// The law of a number: an evaluation is explained and replayed with the values of its own.
    pub(super) async fn law_of(
        &self,
        conn: &mut Connection,
        loi_id: i16,
    ) -> Result<LoiConnue, ServiceError> {
        let read = self.lois().lock().unwrap_or_else(PoisonError::into_inner).get(&loi_id).cloned();
        if let Some(known) = read {
            return Ok(known);
        }
        let (empreinte, contenu) =
            lois::get(conn, loi_id).await?.ok_or(ServiceError::Introuvable)?;
        let known = if empreinte == *self.law().empreinte() {
            self.present_law()
        } else {
            let law = Law::ancienne(&contenu)
                .map_err(|error| StorageError::inconsistent("loi", "contenu", error))?;
            LoiConnue { empreinte, law: Arc::new(law) }
        };
        self.lois().lock().unwrap_or_else(PoisonError::into_inner).insert(loi_id, known.clone());
        Ok(known)
    }
}

/// The law of a day of care; of today when no day is asked for.
pub fn loi_du(core: &Core, jour: Option<NaiveDate>) -> Result<LoiDuJour, ServiceError> {
    Ok(core.law().du_jour(jour.unwrap_or_else(|| core.today()))?)
}

/// The values that nobody has verified for today, or for the days that come soon.
pub fn echeances(core: &Core) -> Vec<Echeance> {
    let soon = core.today().checked_add_days(Days::new(PREAVIS));
    core.law().echeances(soon.unwrap_or(NaiveDate::MAX))
}

/// What differs between the laws of two days of care.
pub fn comparer(law: &Law, du: NaiveDate, au: NaiveDate) -> Result<Comparaison, ServiceError> {
    Ok(law.comparer(du, au)?)
}
