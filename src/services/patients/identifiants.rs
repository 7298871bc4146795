//! Another number: NIA then NIR, a dependant insured in their own right, or a number that was wrong.

use chrono::NaiveDate;
use serde_json::json;

use super::operation::{Debut, Operation};
use super::organismes::unchanged;
use crate::domain::acteur::Acteur;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::IdentifiantPersonne;
use crate::domain::ids::PatientId;
use crate::domain::patient::{IdentifiantPatient, UsageIdentifiant};
use crate::domain::vie::histoire::{Pose, poser, terminer};
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, latest_knowledge,
};
use crate::storage::patients::{self, faits};

impl Services {
    /// Another number from a day, the former one having been right until then: both still designate
    /// the person. Without a number, that of the insured parent ends.
    pub async fn change_identifiant(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (PatientId, i32),
        (usage, numero, du): (UsageIdentifiant, Option<IdentifiantPersonne>, NaiveDate),
        rendre: impl Fn(&DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        if numero.is_none() && usage == UsageIdentifiant::Individuel {
            let message = "le nouveau numéro : une personne a toujours le sien";
            return Err(ServiceError::champ("/identifiant", "champ_requis", message));
        }
        let begun = self.begin_act(contexte, demande, "patient.change_identifiant", vue).await?;
        let mut operation = match begun {
            Debut::Faire(operation) => operation,
            Debut::Deja(memoire) => return Ok(memoire),
        };
        self.verify_day_of_life(&mut operation, du, "/effet_du").await?;
        let known = self.numbers(&mut operation, usage).await?;
        let former = known.iter().rfind(|fait| fait.effet.du() <= du).map(kind);
        let pose = match numero {
            Some(numero) => {
                self.verify_free(&mut operation, usage, &numero).await?;
                poser(&known, IdentifiantPatient { usage, numero }, du)
            }
            None => terminer(&known, du),
        };
        let pose = pose.ok_or_else(|| unchanged("/identifiant"))?;
        self.write_numbers(&mut operation, pose).await?;
        self.write_act(&mut operation, ActePatient::Identifiant, None).await?;
        let donnees = json!({
            "raison": "changement",
            "usage": usage.mot(),
            "type_precedent": former,
            "type": numero.map(|numero| numero.kind()),
        });
        self.tell(&mut operation, contexte, "patient.identifiant_remplace", Some(du), donnees)
            .await?;
        self.end_act(operation, contexte, demande, "patient.changer_identifiant", rendre).await
    }

    /// A number that never was the person's is corrected, with the reason: a version replaces the
    /// one that was wrong, for the same days. The wrong number designates the person no longer,
    /// except to who asks as known before.
    pub async fn correct_identifiant(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (PatientId, i32),
        (usage, numero, jour): (UsageIdentifiant, IdentifiantPersonne, NaiveDate),
        motif: MotifRectification,
        rendre: impl Fn(&DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let begun = self.begin_act(contexte, demande, "patient.correct_identifiant", vue).await?;
        let mut operation = match begun {
            Debut::Faire(operation) => operation,
            Debut::Deja(memoire) => return Ok(memoire),
        };
        let known = self.numbers(&mut operation, usage).await?;
        let wrong = known.iter().find(|fait| fait.effet.contient(jour)).ok_or_else(|| {
            let message = "un jour où le patient a un numéro de cet usage";
            ServiceError::champ("/jour", "aucun_numero", message)
        })?;
        let right = IdentifiantPatient { usage, numero };
        if wrong.valeur == right {
            return Err(unchanged("/identifiant"));
        }
        self.verify_free(&mut operation, usage, &numero).await?;
        let pose = Pose { remplaces: vec![wrong.id], ouverts: vec![(right, wrong.effet)] };
        let (former, du) = (kind(wrong), wrong.effet.du());
        self.write_numbers(&mut operation, pose).await?;
        let acte = ActePatient::RectificationIdentifiant;
        self.write_act(&mut operation, acte, Some(motif)).await?;
        let donnees = json!({
            "raison": "rectification",
            "motif": motif.mot(),
            "usage": usage.mot(),
            "type_precedent": former,
            "type": numero.kind(),
        });
        self.tell(&mut operation, contexte, "patient.identifiant_remplace", Some(du), donnees)
            .await?;
        self.end_act(operation, contexte, demande, "patient.rectifier_identifiant", rendre).await
    }

    async fn numbers(
        &self,
        operation: &mut Operation,
        usage: UsageIdentifiant,
    ) -> Result<Vec<FaitDate<IdentifiantPatient>>, ServiceError> {
        let (coffre, known) = (self.db.coffre(), latest_knowledge());
        let patient = patients::get(&mut operation.tx, coffre, operation.patient, known).await?;
        let mut numbers = patient.ok_or(ServiceError::Introuvable)?.identifiants;
        numbers.retain(|fait| fait.valeur.usage == usage);
        Ok(numbers)
    }

    /// Refuses a number that is another person's own. An insured parent's number is shared.
    async fn verify_free(
        &self,
        operation: &mut Operation,
        usage: UsageIdentifiant,
        numero: &IdentifiantPersonne,
    ) -> Result<(), ServiceError> {
        if usage == UsageIdentifiant::OuvrantDroit {
            return Ok(());
        }
        let coffre = self.db.coffre();
        patients::lock_number(&mut operation.tx, coffre, numero).await?;
        match patients::find_individuel(&mut operation.tx, coffre, numero).await? {
            Some(other) if other != operation.patient => {
                let caisse = Acteur::Caisse(operation.caisse);
                Err(self.already_registered(&mut operation.tx, &caisse, other).await)
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn write_numbers(
        &self,
        operation: &mut Operation,
        pose: Pose<IdentifiantPatient>,
    ) -> Result<(), ServiceError> {
        let (patient, instant) = (operation.patient, operation.instant);
        for fait in pose.remplaces {
            let genre = faits::Genre::Identifiant;
            faits::replace(&mut operation.tx, genre, patient, fait, instant).await?;
        }
        for (valeur, effet) in pose.ouverts {
            let fait = self.fait(valeur, effet, instant);
            let coffre = self.db.coffre();
            patients::insert_identifiant(&mut operation.tx, coffre, patient, &fait).await?;
        }
        Ok(())
    }
}

fn kind(fait: &FaitDate<IdentifiantPatient>) -> &'static str {
    fait.valeur.numero.kind()
}
