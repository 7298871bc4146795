//! Another address.

use chrono::NaiveDate;
use serde_json::json;

use super::operation::Debut;
use super::organismes::unchanged;
use crate::domain::ids::PatientId;
use crate::domain::vie::histoire::poser;
use crate::domain::vie::{ActePatient, Adresse, DossierPatient};
use crate::services::{Contexte, Demande, Memoire, Rendu, ServiceError, Services};
use crate::storage::patients::faits;

impl Services {
    /// The person lives elsewhere from a day. No designation ends by it.
    pub async fn change_adresse(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (PatientId, i32),
        (adresse, du): (Adresse, NaiveDate),
        rendre: impl Fn(&DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let begun = self.begin_act(contexte, demande, "patient.change_adresse", vue).await?;
        let mut operation = match begun {
            Debut::Faire(operation) => operation,
            Debut::Deja(memoire) => return Ok(memoire),
        };
        self.verify_day_of_life(&mut operation, du, "/effet_du").await?;
        let (patient, instant, coffre) = (operation.patient, operation.instant, self.db.coffre());
        let known = faits::adresses(&mut operation.tx, coffre, patient).await?;
        let pose = poser(&known, adresse, du).ok_or_else(|| unchanged("/adresse"))?;
        for fait in pose.remplaces {
            faits::replace(&mut operation.tx, faits::Genre::Adresse, patient, fait, instant)
                .await?;
        }
        for (valeur, effet) in pose.ouverts {
            let fait = self.fait(valeur, effet, instant);
            faits::insert_adresse(&mut operation.tx, coffre, patient, &fait).await?;
        }
        self.write_act(&mut operation, ActePatient::Adresse, None).await?;
        // The event says that the address changed, never what it is.
        let nature = "patient.adresse_change";
        self.tell(&mut operation, contexte, nature, Some(du), json!({})).await?;
        self.end_act(operation, contexte, demande, "patient.changer_adresse", rendre).await
    }
}
