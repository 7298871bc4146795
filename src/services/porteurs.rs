//! Whom the register finds behind a token that names a person by their number.

use super::{Core, ServiceError};
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne};
use crate::domain::ids::PatientId;
use crate::storage::patients;

impl Core {
    /// The person whose own number this is, born on that date if one is given; `None` when the
    /// register has nobody, or several.
    pub async fn find_bearer(
        &self,
        numero: &IdentifiantPersonne,
        naissance: Option<DateNaissanceAmo>,
    ) -> Result<Option<PatientId>, ServiceError> {
        let mut conn = self.public("patient.bearer").await?;
        let coffre = self.coffre();
        let found = patients::find_owners(&mut conn, coffre, numero).await?;
        let [id] = found[..] else { return Ok(None) };
        let Some(naissance) = naissance else { return Ok(Some(id)) };
        let known = patients::get(&mut conn, coffre, id, super::latest_knowledge()).await?;
        let today = self.today();
        let identite = known.as_ref().and_then(|patient| patient.identite_le(today));
        Ok(identite.is_some_and(|identite| identite.date_naissance == naissance).then_some(id))
    }
}
