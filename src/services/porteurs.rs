//! Whom the register finds behind a token that names a person by their number.

use std::collections::BTreeSet;

use super::{Core, ServiceError};
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne};
use crate::domain::ids::PatientId;
use crate::domain::patient::UsageIdentifiant;
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
        let mut own = patients::holders(&mut conn, coffre, numero).await?;
        own.retain(|one| one.usage == UsageIdentifiant::Individuel);
        // Those who had it first: a number that was given to somebody else since takes nothing from them.
        let first = own.first().is_some_and(|one| one.conteste);
        let ids: BTreeSet<PatientId> =
            own.iter().filter(|one| one.conteste == first).map(|one| one.patient_id).collect();
        let Some(id) = ids.first().copied().filter(|_| ids.len() == 1) else { return Ok(None) };
        let Some(naissance) = naissance else { return Ok(Some(id)) };
        let known = patients::get(&mut conn, coffre, id, super::latest_knowledge()).await?;
        let today = self.today();
        let identite = known.as_ref().and_then(|patient| patient.identite_le(today));
        Ok(identite.is_some_and(|identite| identite.date_naissance == naissance).then_some(id))
    }
}
