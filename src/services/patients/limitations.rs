//! Limiting the processing of a person's data, and lifting it (RGPD, art. 18).

use chrono::NaiveDate;
use serde_json::json;

use super::dossier::{finish, open, record};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{FaitId, PatientId};
use crate::domain::vie::{ActePatient, DossierPatient, MotifLimitation};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::Fact;
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues};
use crate::storage::patients::limitations;

/// Limits the processing from now on.
pub async fn limit(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    motif: MotifLimitation,
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let (patient, instant) = (act.patient, act.instant);
    if limitations::current(act.conn(), patient).await?.is_some() {
        let message =
            "un patient dont le traitement n'est pas déjà limité : la limitation se lève d'abord";
        return Err(ServiceError::champ("/motif", "deja_limite", message).into());
    }
    let caisse = act.contexte().acteur().identite();
    let id = FaitId::from_uuid(core.ids().uuid());
    limitations::insert(act.conn(), patient, (id, motif), (&caisse, instant)).await?;
    record(&mut act, patient, ActePatient::Limitation, None).await?;
    let donnees = json!({ "motif": motif.mot() });
    act.tell(Fact::of(NatureEvenement::PatientLimite).with(donnees));
    finish(act, rendre).await
}

/// Lifts the limitation, once the person was told that it would be (art. 18, 3).
pub async fn lift(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    informee_le: NaiveDate,
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let (patient, instant) = (act.patient, act.instant);
    let today = act.today().await?;
    if informee_le > today {
        let message = "au plus tard aujourd'hui : la personne est informée avant la levée";
        return Err(ServiceError::champ("/personne_informee_le", "date_future", message).into());
    }
    if limitations::current(act.conn(), patient).await?.is_none() {
        return Err(ServiceError::EtatIncompatible("Le traitement n'est pas limité.").into());
    }
    limitations::lift(act.conn(), patient, instant).await?;
    record(&mut act, patient, ActePatient::LeveeLimitation, None).await?;
    let donnees = json!({ "personne_informee_le": informee_le });
    act.tell(Fact::of(NatureEvenement::PatientLimitationLevee).with(donnees));
    finish(act, rendre).await
}
