//! Another caisse, another status: the designation goes on, asleep or not.

use chrono::NaiveDate;
use serde_json::json;

use super::operation::{Debut, Operation};
use crate::domain::acteur::Caisse;
use crate::domain::identifiers::Organisme;
use crate::domain::ids::PatientId;
use crate::domain::vie::histoire::poser;
use crate::domain::vie::sommeil::{MotifSommeil, StatutPatient};
use crate::domain::vie::{ActePatient, DossierPatient};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, latest_knowledge,
};
use crate::storage::designations;
use crate::storage::patients::{self, faits};

impl Services {
    /// The person depends on another caisse, or another régime, from a day. Nothing is signed, and
    /// the designation is not touched. Both organismes are told.
    pub async fn change_organisme(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (PatientId, i32),
        (organisme, du): (Organisme, NaiveDate),
        rendre: impl Fn(&DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let begun = self.begin_act(contexte, demande, "patient.change_organisme", vue).await?;
        let mut operation = match begun {
            Debut::Faire(operation) => operation,
            Debut::Deja(memoire) => return Ok(memoire),
        };
        let asleep = self.sleeping(&mut operation, du).await?;
        let (patient, instant) = (operation.patient, operation.instant);
        self.verify_day_of_life(&mut operation, du, "/effet_du").await?;
        let known = patients::affiliations(&mut operation.tx, patient, latest_knowledge()).await?;
        let former = known.iter().rfind(|fait| fait.effet.du() <= du).map(|fait| fait.valeur);
        let pose = poser(&known, organisme, du).ok_or_else(|| unchanged("/organisme"))?;
        for fait in pose.remplaces {
            faits::replace(&mut operation.tx, faits::Genre::Affiliation, patient, fait, instant)
                .await?;
        }
        for (valeur, effet) in pose.ouverts {
            let fait = self.fait(valeur, effet, instant);
            patients::insert_affiliation(&mut operation.tx, patient, &fait).await?;
        }
        self.write_act(&mut operation, ActePatient::Organisme, None).await?;
        let code = |organisme: Organisme| Caisse::of(organisme).code();
        let told = [("sortant", former), ("entrant", Some(organisme))];
        for (cote, destinataire) in told {
            let Some(destinataire) = destinataire else { continue };
            let donnees = json!({
                "cote": cote,
                "destinataire": code(destinataire),
                "ancien": former.map(code),
                "nouveau": code(organisme),
            });
            self.tell(&mut operation, contexte, "patient.organisme_change", Some(du), donnees)
                .await?;
        }
        self.tell_sleep(&mut operation, contexte, du, asleep).await?;
        self.end_act(operation, contexte, demande, "patient.changer_organisme", rendre).await
    }

    /// The person is covered otherwise from a day: a status outside the parcours de soins puts the
    /// designation to sleep, the ordinary one wakes it.
    pub async fn change_statut(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (PatientId, i32),
        (statut, du): (StatutPatient, NaiveDate),
        rendre: impl Fn(&DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let begun = self.begin_act(contexte, demande, "patient.change_statut", vue).await?;
        let mut operation = match begun {
            Debut::Faire(operation) => operation,
            Debut::Deja(memoire) => return Ok(memoire),
        };
        let asleep = self.sleeping(&mut operation, du).await?;
        let (patient, instant) = (operation.patient, operation.instant);
        self.verify_day_of_life(&mut operation, du, "/effet_du").await?;
        let known = faits::statuts(&mut operation.tx, patient, latest_knowledge()).await?;
        // Without any status known, everybody is ordinary.
        let idle =
            statut == StatutPatient::Ordinaire && !known.iter().any(|fait| fait.effet.contient(du));
        let pose = poser(&known, statut, du).filter(|_| !idle);
        let pose = pose.ok_or_else(|| unchanged("/statut"))?;
        for fait in pose.remplaces {
            faits::replace(&mut operation.tx, faits::Genre::Statut, patient, fait, instant).await?;
        }
        for (valeur, effet) in pose.ouverts {
            let fait = self.fait(valeur, effet, instant);
            faits::insert_statut(&mut operation.tx, patient, &fait).await?;
        }
        self.write_act(&mut operation, ActePatient::Statut, None).await?;
        let donnees = json!({ "statut": statut.mot() });
        self.tell(&mut operation, contexte, "patient.statut_change", Some(du), donnees).await?;
        self.tell_sleep(&mut operation, contexte, du, asleep).await?;
        self.end_act(operation, contexte, demande, "patient.changer_statut", rendre).await
    }

    async fn sleeping(
        &self,
        operation: &mut Operation,
        jour: NaiveDate,
    ) -> Result<Option<MotifSommeil>, ServiceError> {
        self.sommeil_le(&mut operation.tx, operation.patient, jour, None).await
    }

    /// Tells that a designation falls asleep or wakes, when there is one and that is what happens.
    async fn tell_sleep(
        &self,
        operation: &mut Operation,
        contexte: &Contexte,
        du: NaiveDate,
        before: Option<MotifSommeil>,
    ) -> Result<(), ServiceError> {
        let after = self.sleeping(operation, du).await?;
        let nature = match (before, after) {
            (None, Some(_)) => "designation.mise_en_sommeil",
            (Some(_), None) => "designation.reveillee",
            (None, None) | (Some(_), Some(_)) => return Ok(()),
        };
        let found = designations::current(&mut operation.tx, operation.patient, du).await?;
        let Some(designation) = found else { return Ok(()) };
        let donnees = json!({
            "designation_id": designation.id,
            "motif": after.or(before).map(Vocabulaire::mot),
        });
        self.tell(operation, contexte, nature, Some(du), donnees).await
    }

    /// Refuses a day in the future, or before birth.
    pub(super) async fn verify_day_of_life(
        &self,
        operation: &mut Operation,
        jour: NaiveDate,
        pointeur: &str,
    ) -> Result<(), ServiceError> {
        if jour > self.clock.today() {
            return Err(ServiceError::champ(pointeur, "date_future", "un jour passé ou présent"));
        }
        let (conn, coffre) = (&mut operation.tx, self.db.coffre());
        let identites =
            patients::identites(conn, coffre, operation.patient, latest_knowledge()).await?;
        let birth = identites.last().map(|fait| fait.valeur.date_naissance.pour_calcul_age());
        if birth.is_some_and(|birth| jour < birth) {
            let message = "un jour qui suit la naissance";
            return Err(ServiceError::champ(pointeur, "avant_naissance", message));
        }
        Ok(())
    }
}

/// What is asked is already so.
pub(super) fn unchanged(pointeur: &str) -> ServiceError {
    ServiceError::champ(pointeur, "sans_changement", "une valeur différente de celle de ce jour")
}
