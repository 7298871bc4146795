//! On which days an operation may be recorded.

use crate::domain::operation::{NatureOperation, NouvelleOperation};
use crate::law::parameters::Parametre;
use crate::services::{Core, ServiceError};

/// Refuses a death that has not happened, as that of a patient, and a cessation that begins long ago and does not say why.
pub(super) fn verify(core: &Core, nouvelle: &NouvelleOperation) -> Result<(), ServiceError> {
    let today = core.today();
    if nouvelle.nature == NatureOperation::Deces && nouvelle.effet_du > today {
        let message = "attendu : un jour passé ou présent";
        return Err(ServiceError::champ("/effet_du", "date_future", message));
    }
    let days = core.valeur(Parametre::OperationRetroactivite, today)?;
    let ago = today.signed_duration_since(nouvelle.effet_du).num_days();
    if !nouvelle.nature.cesse() || ago <= days || nouvelle.justification.is_some() {
        return Ok(());
    }
    let message = format!("attendu : pourquoi une cessation d'il y a plus de {days} jours");
    Err(ServiceError::champ("/justification", "justification_requise", message))
}
