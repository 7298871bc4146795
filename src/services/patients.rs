//! Registering and reading persons, and what caisses record about their life.

mod apercu;
mod conflits;
mod deces;
mod faits;
mod fusions;
mod identifiants;
mod operation;
mod organismes;
mod scissions;

use chrono::{DateTime, Utc};

pub use self::apercu::{ApercuFusion, DossierApercu};
pub use self::fusions::{DossierFusion, NouvelleFusion};
pub use self::scissions::NouvelleScission;

use super::{ChampInvalide, Contexte, Demande, Memoire, Mode, Rendu, ServiceError, Services};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::ids::{AccesId, FaitId, PatientId};
use crate::domain::patient::{
    ClePatient, IdentifiantPatient, NouveauPatient, Patient, UsageIdentifiant,
};
use crate::domain::vie::{ActionPatient, DossierPatient};
use crate::storage::acces::{self, Acces};
use crate::storage::patients::fusions as fusions_stored;
use crate::storage::{Connection, patients};

impl Services {
    /// Registers a person who depends on the calling caisse.
    pub async fn create_patient(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        nouveau: &NouveauPatient,
        rendre: impl Fn(&DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let Acteur::Caisse(caisse) = contexte.acteur else {
            return Err(ServiceError::Interdit("seule une caisse enregistre un patient"));
        };
        if !caisse.gere(&nouveau.organisme) {
            return Err(ServiceError::champ(
                "/organisme",
                "hors_perimetre",
                "un organisme de la caisse qui appelle",
            ));
        }
        self.verify_dates(nouveau)?;
        let mut tx = self.db.begin("patient.create").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let coffre = self.db.coffre();
        patients::lock_number(&mut tx, coffre, &nouveau.identifiant).await?;
        let known = patients::find_individuel(&mut tx, coffre, &nouveau.identifiant).await?;
        if let Some(existing) = known {
            return Err(self.already_registered(&mut tx, &contexte.acteur, existing).await);
        }
        let patient = self.new_patient(nouveau, self.clock.now());
        self.insert_patient(&mut tx, &patient).await?;
        let mut dossier = DossierPatient::nouveau(patient);
        dossier.actions = ActionPatient::possibles(false);
        let rendu = rendre(&dossier)?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// The refusal of a number that somebody has: who that is, only to a caller who may see them.
    async fn already_registered(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        existing: PatientId,
    ) -> ServiceError {
        match self.verify_perimeter(conn, acteur, existing).await {
            Ok(_) => ServiceError::PatientExistant(Some(existing)),
            Err(ServiceError::Introuvable) => ServiceError::PatientExistant(None),
            Err(error) => error,
        }
    }

    async fn insert_patient(
        &self,
        conn: &mut Connection,
        patient: &Patient,
    ) -> Result<(), ServiceError> {
        let coffre = self.db.coffre();
        patients::insert(conn, patient.id, patient.connu_le).await?;
        for fait in &patient.identites {
            patients::insert_identite(conn, coffre, patient.id, fait).await?;
        }
        for fait in &patient.identifiants {
            patients::insert_identifiant(conn, coffre, patient.id, fait).await?;
        }
        for fait in &patient.affiliations {
            patients::insert_affiliation(conn, patient.id, fait).await?;
        }
        Ok(())
    }

    fn verify_dates(&self, nouveau: &NouveauPatient) -> Result<(), ServiceError> {
        let birth = nouveau.identite.date_naissance.pour_calcul_age();
        let today = self.clock.today();
        let mut wrong = Vec::new();
        if birth > today {
            wrong.push(ChampInvalide::new(
                "/date_naissance",
                "date_future",
                "une date de naissance passée",
            ));
        }
        if nouveau.affilie_du > today {
            wrong.push(ChampInvalide::new(
                "/affilie_du",
                "date_future",
                "un premier jour d'affiliation passé ou présent",
            ));
        }
        if nouveau.affilie_du < birth {
            wrong.push(ChampInvalide::new(
                "/affilie_du",
                "avant_naissance",
                "un premier jour d'affiliation qui suit la naissance",
            ));
        }
        if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalide(wrong)) }
    }

    fn new_patient(&self, nouveau: &NouveauPatient, now: DateTime<Utc>) -> Patient {
        // The person's own id first: the sandbox counts on it.
        let id = PatientId::from_uuid(self.ids.uuid());
        let birth = Periode::depuis(nouveau.identite.date_naissance.pour_calcul_age());
        let fact_id = || FaitId::from_uuid(self.ids.uuid());
        let number = |usage, numero| FaitDate {
            id: fact_id(),
            valeur: IdentifiantPatient { usage, numero },
            effet: birth,
            enregistre_le: now,
            remplace_le: None,
        };
        let mut identifiants = vec![number(UsageIdentifiant::Individuel, nouveau.identifiant)];
        identifiants.extend(
            nouveau.ouvrant_droit.map(|numero| number(UsageIdentifiant::OuvrantDroit, numero)),
        );
        Patient {
            id,
            connu_le: now,
            identites: vec![FaitDate {
                id: fact_id(),
                valeur: nouveau.identite.clone(),
                effet: birth,
                enregistre_le: now,
                remplace_le: None,
            }],
            identifiants,
            affiliations: vec![FaitDate {
                id: fact_id(),
                valeur: nouveau.organisme,
                effet: Periode::depuis(nouveau.affilie_du),
                enregistre_le: now,
                remplace_le: None,
            }],
        }
    }

    /// Reads a person.
    pub async fn get_patient(
        &self,
        contexte: &Contexte,
        id: PatientId,
    ) -> Result<DossierPatient, ServiceError> {
        let mut conn = self.db.read("patient.get").await?;
        let vue = self.verify_identity_access(&mut conn, &contexte.acteur, id).await?;
        let dossier = self.dossier(&mut conn, &contexte.acteur, &vue, id).await?;
        drop(conn);
        self.trace(contexte, id, "patient.lire").await?;
        Ok(dossier)
    }

    /// Finds a person by a number, a birth date and a rank. A doctor finds anybody whose card is
    /// read; a caisse finds its own; a patient finds nobody.
    pub async fn find_patient(
        &self,
        contexte: &Contexte,
        cle: &ClePatient,
    ) -> Result<PatientId, ServiceError> {
        let mut conn = self.db.read("patient.find").await?;
        let id = self.resolve(&mut conn, contexte, cle).await?;
        drop(conn);
        self.trace(contexte, id, "patient.rechercher").await?;
        Ok(id)
    }

    /// The one person of a key, inside what the caller may find.
    pub(super) async fn resolve(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        cle: &ClePatient,
    ) -> Result<PatientId, ServiceError> {
        self.resolve_known_at(conn, contexte, cle, None).await
    }

    /// The one person of a key, by what the register knew at an instant: by any number that was then
    /// known, whatever became of it.
    pub(super) async fn resolve_known_at(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        cle: &ClePatient,
        connu_le: Option<DateTime<Utc>>,
    ) -> Result<PatientId, ServiceError> {
        let coffre = self.db.coffre();
        let found = match connu_le {
            None => patients::find(conn, coffre, cle).await?,
            Some(instant) => patients::find_known_at(conn, coffre, cle, instant).await?,
        };
        let [id] = found[..] else {
            // Several persons under one key is a conflict of identity: nobody is chosen.
            return Err(ServiceError::Introuvable);
        };
        match contexte.acteur {
            Acteur::Medecin(_) => Ok(id),
            Acteur::Caisse(_) | Acteur::Patient(_) => {
                self.verify_represented_perimeter(conn, &contexte.acteur, id).await?;
                Ok(id)
            }
        }
    }

    /// Who looked at the caller's own data, the last first.
    pub async fn own_accesses(
        &self,
        contexte: &Contexte,
        before: Option<AccesId>,
        limit: i64,
    ) -> Result<Vec<Acces>, ServiceError> {
        let Acteur::Patient(own) = contexte.acteur else {
            return Err(ServiceError::Interdit("seul un patient lit les accès à son dossier"));
        };
        let mut conn = self.db.read("acces.list").await?;
        let own = fusions_stored::merged_into(&mut conn, own).await?.unwrap_or(own);
        let accesses = acces::list(&mut conn, own, before, limit).await?;
        drop(conn);
        Ok(accesses)
    }

    /// Whether test and demonstration numbers are acceptable.
    pub fn accepts_test_numbers(&self) -> bool {
        self.mode == Mode::BacASable
    }
}
