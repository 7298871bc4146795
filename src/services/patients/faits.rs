//! Another address.

use chrono::NaiveDate;

use super::dossier::{finish, open, record};
use super::organismes::{unchanged, verify_day_of_life};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::PatientId;
use crate::domain::vie::histoire::poser;
use crate::domain::vie::{ActePatient, Adresse, DossierPatient};
use crate::services::core::Fact;
use crate::services::{Core, Demande, Done, Render, VersionsVues};
use crate::storage::patients::faits;

/// The person lives elsewhere from a day. No designation ends by it.
pub async fn change_adresse(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (adresse, du): (Adresse, NaiveDate),
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let (patient, instant, coffre) = (act.patient, act.instant, core.coffre());
    verify_day_of_life(&mut act, du, "/effet_du").await?;
    let known = faits::adresses(act.conn(), coffre, patient).await?;
    let pose = poser(&known, adresse, du).ok_or_else(|| unchanged("/adresse"))?;
    for fait in pose.remplaces {
        faits::replace(act.conn(), faits::Genre::Adresse, patient, fait, instant).await?;
    }
    for (valeur, effet) in pose.ouverts {
        let fait = core.fait(valeur, effet, instant);
        faits::insert_adresse(act.conn(), coffre, patient, &fait).await?;
    }
    record(&mut act, patient, ActePatient::Adresse, None).await?;
    // The event says that the address changed, never what it is.
    act.tell(Fact::of(NatureEvenement::PatientAdresseChange).effective(du));
    finish(act, rendre).await
}
