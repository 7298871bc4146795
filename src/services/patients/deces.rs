//! The death of a person, often known late, sometimes wrong.

use chrono::NaiveDate;
use serde_json::json;

use super::operation::{Debut, Operation};
use super::organismes::unchanged;
use crate::domain::calendar::Periode;
use crate::domain::ids::PatientId;
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification, SourceDeces};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::frises::Ecriture;
use crate::services::{Contexte, Demande, Memoire, Rendu, ServiceError, Services};
use crate::storage::patients::faits;

impl Services {
    /// Records the death, from its day on, and as known from now on. The designation ends with it.
    pub async fn record_deces(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (PatientId, i32),
        (jour, source): (NaiveDate, SourceDeces),
        rendre: impl Fn(&DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let begun = self.begin_act(contexte, demande, "patient.record_deces", vue).await?;
        let mut operation = match begun {
            Debut::Faire(operation) => operation,
            Debut::Deja(memoire) => return Ok(memoire),
        };
        self.verify_day_of_life(&mut operation, jour, "/jour").await?;
        if faits::deces(&mut operation.tx, operation.patient).await?.is_some() {
            let message = "un patient vivant : un décès connu se rectifie";
            return Err(ServiceError::champ("/jour", "deces_connu", message));
        }
        let fait = self.fait(source, Periode::depuis(jour), operation.instant);
        faits::insert_deces(&mut operation.tx, operation.patient, &fait).await?;
        self.write_act(&mut operation, ActePatient::Deces, None).await?;
        let donnees = json!({ "source": source.mot() });
        self.tell(&mut operation, contexte, "patient.decede", Some(jour), donnees).await?;
        self.follow_life(&mut operation, contexte).await?;
        self.end_act(operation, contexte, demande, "patient.declarer_deces", rendre).await
    }

    /// Another day of death, or none: the timeline becomes what the choices make of it.
    pub async fn correct_deces(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (PatientId, i32),
        jour: Option<NaiveDate>,
        motif: MotifRectification,
        rendre: impl Fn(&DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let begun = self.begin_act(contexte, demande, "patient.correct_deces", vue).await?;
        let mut operation = match begun {
            Debut::Faire(operation) => operation,
            Debut::Deja(memoire) => return Ok(memoire),
        };
        if let Some(jour) = jour {
            self.verify_day_of_life(&mut operation, jour, "/jour").await?;
        }
        let (patient, instant) = (operation.patient, operation.instant);
        let known = faits::deces(&mut operation.tx, patient).await?.ok_or_else(|| {
            ServiceError::champ("/jour", "deces_inconnu", "un patient dont le décès est enregistré")
        })?;
        if Some(known.effet.du()) == jour {
            return Err(unchanged("/jour"));
        }
        faits::replace(&mut operation.tx, faits::Genre::Deces, patient, known.id, instant).await?;
        if let Some(jour) = jour {
            let fait = self.fait(known.valeur, Periode::depuis(jour), instant);
            faits::insert_deces(&mut operation.tx, patient, &fait).await?;
        }
        self.write_act(&mut operation, ActePatient::RectificationDeces, Some(motif)).await?;
        let donnees = json!({ "motif": motif.mot(), "annule": jour.is_none() });
        let nature = "patient.deces_rectifie";
        self.tell(&mut operation, contexte, nature, jour, donnees).await?;
        self.follow_life(&mut operation, contexte).await?;
        self.end_act(operation, contexte, demande, "patient.rectifier_deces", rendre).await
    }

    /// Makes the timeline what the choices and the life of the person say.
    pub(super) async fn follow_life(
        &self,
        operation: &mut Operation,
        contexte: &Contexte,
    ) -> Result<(), ServiceError> {
        let (patient, instant) = (operation.patient, operation.instant);
        self.replay(&mut operation.tx, &Ecriture::par(contexte, patient, instant)).await?;
        Ok(())
    }
}
