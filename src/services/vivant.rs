//! What is done about somebody happens on a day of their life: the one guard of every act that says a day.

use chrono::NaiveDate;

use super::ServiceError;
use crate::domain::ids::PatientId;
use crate::storage::Connection;
use crate::storage::patients::faits;

/// Until when somebody lives, as known now. The day of the death is a day of life, what happened before it may still be
/// recorded and put right, and a death that was wrong is corrected first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vivant(Option<NaiveDate>);

impl Vivant {
    /// No death is known.
    pub(super) const VIT: Self = Self(None);

    pub(super) async fn of(
        conn: &mut Connection,
        patient: PatientId,
    ) -> Result<Self, ServiceError> {
        Ok(Self(faits::deces(conn, patient).await?.map(|fait| fait.effet.du())))
    }

    /// The day of the death, for a day that follows it.
    pub(super) fn mort_avant(self, jour: NaiveDate) -> Option<NaiveDate> {
        self.0.filter(|mort| jour > *mort)
    }

    /// Refuses a day that follows the death of the patient; the field says which day it is.
    pub(super) fn verify(self, jour: NaiveDate, pointeur: &str) -> Result<(), ServiceError> {
        self.verify_of(jour, (pointeur, "patient"))
    }

    /// The same, of somebody else than the patient.
    pub(super) fn verify_of(
        self,
        jour: NaiveDate,
        (pointeur, qui): (&str, &str),
    ) -> Result<(), ServiceError> {
        let Some(mort) = self.mort_avant(jour) else { return Ok(()) };
        let message = format!(
            "un jour qui ne suit pas le décès du {qui}, le {} ; si ce décès est faux, sa caisse le rectifie d'abord",
            mort.format("%d/%m/%Y")
        );
        Err(ServiceError::champ(pointeur, "apres_deces", message))
    }
}
