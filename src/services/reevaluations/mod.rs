//! Feuilles evaluated again: tried by a job, looked at, then applied by a job.

mod calcul;
mod run;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub use self::run::REEVALUER;
use super::{
    ChampInvalide, Contexte, Demande, Memoire, Rendu, ServiceError, Services, Vue, verify_version,
};
use crate::domain::acteur::Acteur;
use crate::domain::ids::{EvenementId, FeuilleId, PatientId, ReevaluationId, TacheId};
use crate::domain::reevaluation::{
    Changement, EtatReevaluation, Etendue, Examen, MotifReevaluation, Reevaluation,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::evenements::{self, Evenement};
use crate::storage::reevaluations::{self, Bilan};
use crate::storage::{Connection, taches};

/// A reevaluation, and what changes by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiviReevaluation {
    /// What was asked, and how far it is.
    pub reevaluation: Reevaluation,
    /// What changes in all.
    pub bilan: Bilan,
}

impl Services {
    /// Asks for feuilles to be evaluated again; a job tries it and changes nothing.
    pub async fn create_reevaluation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (motif, etendue): (MotifReevaluation, Etendue),
        rendre: impl Fn(&SuiviReevaluation) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let caisse = caisse_of(contexte)?;
        self.verify_scope(&etendue)?;
        let mut tx = self.db.begin("reevaluation.create").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        if let Some(patient) = etendue.patient_id {
            let vue = self.verify_perimeter(&mut tx, &contexte.acteur, patient).await;
            let visible = matches!(vue, Ok(Vue::Entiere));
            if !visible {
                return Err(vue.err().unwrap_or(ServiceError::Introuvable).into_champ(
                    "/patient_id",
                    "patient_inconnu",
                    "l'identifiant d'un patient qui dépend de votre caisse",
                ));
            }
        }
        let now = self.clock.now();
        let reevaluation = Reevaluation {
            id: ReevaluationId::from_uuid(self.ids.uuid()),
            caisse,
            motif,
            etendue,
            etat: EtatReevaluation::EnAttente,
            version: 1,
            enregistre_le: now,
            place: None,
            examen: Examen::default(),
        };
        reevaluations::insert(&mut tx, &reevaluation).await?;
        self.plan_reevaluation(&mut tx, contexte, &reevaluation, "reevaluation.demandee").await?;
        let rendu = rendre(&SuiviReevaluation { reevaluation, bilan: Bilan::default() })?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// Reads one of the calling caisse.
    pub async fn get_reevaluation(
        &self,
        contexte: &Contexte,
        id: ReevaluationId,
    ) -> Result<SuiviReevaluation, ServiceError> {
        let mut conn = self.db.read("reevaluation.get").await?;
        followed(&mut conn, contexte, id).await
    }

    /// The feuilles whose evaluation changes, after a place. Each person is traced.
    pub async fn list_reevaluation_changes(
        &self,
        contexte: &Contexte,
        id: ReevaluationId,
        after: Option<(PatientId, FeuilleId)>,
        limit: i64,
    ) -> Result<Vec<Changement>, ServiceError> {
        let mut conn = self.db.read("reevaluation.changes").await?;
        followed(&mut conn, contexte, id).await?;
        let changes = reevaluations::changes(&mut conn, id, after, limit).await?;
        drop(conn);
        let mut read: Vec<PatientId> = changes.iter().map(|change| change.patient_id).collect();
        read.dedup();
        self.trace_all(contexte, read.into_iter(), "reevaluation.lire").await?;
        Ok(changes)
    }

    /// Applies what was tried: a job writes the new evaluations, with what is known when it does.
    pub async fn apply_reevaluation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (id, version): (ReevaluationId, i32),
        rendre: impl Fn(&SuiviReevaluation) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let mut tx = self.db.begin("reevaluation.apply").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let seen = followed(&mut tx, contexte, id).await?.reevaluation;
        verify_version(version, seen.version)?;
        let way = (EtatReevaluation::Essayee, EtatReevaluation::EnApplication);
        if !reevaluations::advance(&mut tx, id, way).await? {
            let state = "la réévaluation n'est pas essayée, ou elle est déjà appliquée";
            return Err(ServiceError::EtatIncompatible(state));
        }
        let suivi = followed(&mut tx, contexte, id).await?;
        let told = "reevaluation.appliquee";
        self.plan_reevaluation(&mut tx, contexte, &suivi.reevaluation, told).await?;
        let rendu = rendre(&suivi)?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// Whether the days asked can have feuilles.
    fn verify_scope(&self, etendue: &Etendue) -> Result<(), ServiceError> {
        let mut wrong = Vec::new();
        if etendue.au > self.clock.today() {
            wrong.push(ChampInvalide::new("/au", "date_future", "une date passée ou présente"));
        }
        if etendue.au < etendue.du {
            let message = "attendu : une date qui ne précède pas la première";
            wrong.push(ChampInvalide::new("/au", "periode_vide", message));
        }
        if etendue.depuis.is_some_and(|depuis| depuis > self.clock.now()) {
            wrong.push(ChampInvalide::new("/depuis", "date_future", "un instant passé"));
        }
        if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalide(wrong)) }
    }

    /// Queues the job, and tells what was asked.
    async fn plan_reevaluation(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        asked: &Reevaluation,
        nature: &'static str,
    ) -> Result<(), ServiceError> {
        let now: DateTime<Utc> = self.clock.now();
        let task = TacheId::from_uuid(self.ids.uuid());
        let charge = json!({ "reevaluation_id": asked.id });
        let key = format!("{}:{}", asked.id, asked.etat.mot());
        taches::enqueue(conn, task, REEVALUER, Some(&key), &charge, now, now).await?;
        let event = Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: now,
            enregistre_le: now,
            effet_du: Some(asked.etendue.du),
            patient_id: None,
            medecin_id: None,
            declaration_id: None,
            feuille_id: None,
            auteur_role: contexte.acteur.role().mot(),
            auteur_moyen: None,
            donnees: json!({ "reevaluation_id": asked.id, "motif": asked.motif }),
        };
        Ok(evenements::insert(conn, &event).await?)
    }
}

/// The reevaluation that a job carries.
fn reevaluation_of(charge: &Value) -> Option<ReevaluationId> {
    charge.get("reevaluation_id")?.as_str()?.parse().ok()
}

/// A reevaluation of the calling caisse; those of others do not exist for it.
async fn followed(
    conn: &mut Connection,
    contexte: &Contexte,
    id: ReevaluationId,
) -> Result<SuiviReevaluation, ServiceError> {
    let caisse = caisse_of(contexte)?;
    let reevaluation = reevaluations::get(conn, id)
        .await?
        .filter(|known| known.caisse == caisse)
        .ok_or(ServiceError::Introuvable)?;
    Ok(SuiviReevaluation { reevaluation, bilan: reevaluations::bilan(conn, id).await? })
}

/// The code of the calling caisse.
fn caisse_of(contexte: &Contexte) -> Result<String, ServiceError> {
    match contexte.acteur {
        Acteur::Caisse(caisse) => Ok(caisse.code()),
        Acteur::Medecin(_) | Acteur::Patient(_) => {
            Err(ServiceError::Interdit("seule une caisse fait réévaluer des feuilles"))
        }
    }
}
