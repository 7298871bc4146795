//! Registering and reading doctors.

use super::exercices::verify_nouveau;
use super::{Contexte, Demande, Memoire, Rendu, ServiceError, Services, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{FaitId, LieuId, MedecinId};
use crate::domain::medecin::{Exercice, Lieu, LieuExistantOuNouveau, Medecin, NouveauMedecin};
use crate::storage::medecins;

impl Services {
    /// Registers a doctor and the places where they practise.
    pub async fn create_medecin(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        nouveau: &NouveauMedecin,
        rendre: impl Fn(&Medecin) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        if !matches!(contexte.acteur, Acteur::Caisse(_)) {
            return Err(ServiceError::Interdit("seule une caisse enregistre un médecin"));
        }
        verify_nouveau(nouveau)?;
        let mut tx = self.db.begin("medecin.create").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let now = self.clock.now();
        let fact_id = || FaitId::from_uuid(self.ids.uuid());
        let id = MedecinId::from_uuid(self.ids.uuid());
        if !medecins::insert(&mut tx, id, &nouveau.rpps, now).await? {
            return Err(ServiceError::MedecinExistant);
        }
        self.verify_billing(&mut tx, id, nouveau).await?;
        let first = nouveau.exercices.iter().map(|exercice| exercice.du).min();
        let since = Periode::depuis(first.unwrap_or_else(|| self.clock.today()));
        let nom = FaitDate {
            id: fact_id(),
            valeur: nouveau.nom.clone(),
            effet: since,
            enregistre_le: now,
            remplace_le: None,
        };
        medecins::insert_nom(&mut tx, id, &nom).await?;
        let specialite = FaitDate {
            id: fact_id(),
            valeur: nouveau.specialite,
            effet: since,
            enregistre_le: now,
            remplace_le: None,
        };
        medecins::insert_specialite(&mut tx, id, &specialite).await?;
        let mut exercices = Vec::new();
        for (index, exercice) in nouveau.exercices.iter().enumerate() {
            let lieu = match &exercice.lieu {
                LieuExistantOuNouveau::Existant(lieu_id) => {
                    medecins::get_lieu(&mut tx, *lieu_id).await?.ok_or_else(|| {
                        ServiceError::champ(
                            format!("/exercices/{index}/lieu/id"),
                            "lieu_inconnu",
                            "l'identifiant d'un lieu enregistré",
                        )
                    })?
                }
                LieuExistantOuNouveau::Nouveau(nouveau) => {
                    let lieu = Lieu {
                        id: LieuId::from_uuid(self.ids.uuid()),
                        nature: nouveau.nature,
                        nom: nouveau.nom.clone(),
                        commune: nouveau.commune,
                        adresse: nouveau.adresse.clone(),
                        finess_et: nouveau.finess_et,
                    };
                    medecins::insert_lieu(&mut tx, &lieu, now).await?;
                    lieu
                }
            };
            let fait = FaitDate {
                id: fact_id(),
                valeur: Exercice {
                    lieu,
                    mode: exercice.mode,
                    principal: exercice.principal,
                    convention: exercice.convention,
                    option_tarifaire: exercice.option_tarifaire,
                    facturation: exercice.facturation,
                },
                effet: Periode::depuis(exercice.du),
                enregistre_le: now,
                remplace_le: None,
            };
            medecins::insert_exercice(&mut tx, id, &fait).await?;
            exercices.push(fait);
        }
        let rendu = rendre(&Medecin {
            id,
            rpps: nouveau.rpps,
            noms: vec![nom],
            specialites: vec![specialite],
            exercices,
        })?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// Reads a doctor. The directory is public: every caller may.
    pub async fn get_medecin(&self, rpps: &Rpps) -> Result<Medecin, ServiceError> {
        let mut conn = self.db.read("medecin.get").await?;
        let found = medecins::find(&mut conn, rpps, latest_knowledge()).await?;
        drop(conn);
        found.ok_or(ServiceError::Introuvable)
    }
}
