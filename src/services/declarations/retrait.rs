//! A doctor is no longer willing: the line of the doctor ends, and the patient is told.

use chrono::NaiveDate;
use serde_json::json;

use super::Dossier;
use crate::domain::acteur::Acteur;
use crate::domain::calendar::lendemain;
use crate::domain::declaration::{Action, DeclarationRefusee, Etat};
use crate::domain::fin::{Fin, MotifDepart};
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DeclarationId, FaitId, MedecinId};
use crate::services::frises::Ecriture;
use crate::services::{Contexte, Demande, Memoire, Rendu, ServiceError, Services};
use crate::storage::evenements::{self, Evenement};
use crate::storage::{declarations, fins};

/// A withdrawal, as the doctor asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retrait {
    /// First day on which the doctor is no longer a médecin traitant; tomorrow when absent.
    pub effet_du: Option<NaiveDate>,
    /// Why; a doctor does not have to say.
    pub motif: Option<String>,
}

impl Services {
    /// A doctor withdraws from being a médecin traitant of the person of a declaration.
    pub async fn withdraw(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (DeclarationId, i32),
        retrait: &Retrait,
        rendre: impl Fn(&Dossier) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let Acteur::Medecin(rpps) = contexte.acteur else {
            return Err(ServiceError::Interdit("seul un médecin désigné se retire"));
        };
        let effet_du = self.withdrawal_day(retrait.effet_du)?;
        let mut tx = self.db.begin("declaration.withdraw").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return self.replayed(tx, contexte, vue.0, answered).await;
        }
        let (mut declaration, instant) = self.take(&mut tx, contexte, vue).await?;
        if declaration.etat != Etat::Active {
            let (etat, action) = (declaration.etat, Action::Retirer);
            return Err(DeclarationRefusee::TransitionInterdite { etat, action }.into());
        }
        let medecin_id = {
            let shown = self.dossier_of(&mut tx, declaration.clone()).await?;
            ligne_en_vigueur(&shown, rpps, effet_du)?
        };
        let patient = declaration.patient_id;
        let ecriture = Ecriture::par(contexte, patient, instant);
        let fin = Fin {
            id: FaitId::from_uuid(self.ids.uuid()),
            medecin_id,
            motif: MotifDepart::Medecin,
            effet_du,
            decidee_le: instant,
            operation_id: None,
        };
        fins::insert(&mut tx, patient, &fin, instant).await?;
        // The notice to the patient.
        let event = Evenement {
            medecin_id: Some(medecin_id),
            effet_du: Some(effet_du),
            declaration_id: Some(declaration.id),
            donnees: json!({ "nature": "retrait", "avis": "patient" }),
            ..self.event_of(&ecriture, "declaration.retiree")
        };
        evenements::insert(&mut tx, &event).await?;
        self.replay(&mut tx, &ecriture).await?;
        declaration.motif.clone_from(&retrait.motif);
        declarations::advance(&mut tx, &mut declaration, instant).await?;
        self.finish(tx, contexte, demande, declaration, instant, rendre).await
    }

    /// The day of a withdrawal: tomorrow at the earliest. The patient who is cared for today still
    /// has a médecin traitant today.
    fn withdrawal_day(&self, asked: Option<NaiveDate>) -> Result<NaiveDate, ServiceError> {
        let today = self.clock.today();
        let tomorrow = lendemain(today).unwrap_or(today);
        match asked {
            Some(day) if day < tomorrow => Err(ServiceError::champ(
                "/effet_du",
                "date_passee",
                "attendu : demain au plus tôt, le patient gardant son médecin traitant aujourd'hui",
            )),
            Some(day) => Ok(day),
            None => Ok(tomorrow),
        }
    }
}

/// The doctor, when he is one of the médecins traitants by what a declaration opened, extended or
/// confirms, on the day before and on the day.
fn ligne_en_vigueur(
    dossier: &Dossier,
    rpps: Rpps,
    jour: NaiveDate,
) -> Result<MedecinId, ServiceError> {
    let shown = dossier.designation.as_ref().or(dossier.confirmee.as_ref());
    shown
        .into_iter()
        .filter(|known| known.effet.du() < jour)
        .flat_map(|known| known.membres_le(jour))
        .find(|membre| membre.rpps == rpps && membre.effet.du() < jour)
        .map(|membre| membre.medecin_id)
        .ok_or(ServiceError::NonMedecinTraitant(jour))
}
