//! Registering and reading persons.

use super::{
    ChampInvalide, Contexte, Demande, Memoire, Mode, Rendu, ServiceError, Services,
    latest_knowledge,
};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::ids::{AccesId, FaitId, PatientId};
use crate::domain::patient::{
    ClePatient, IdentifiantPatient, NouveauPatient, Patient, UsageIdentifiant,
};
use crate::storage::acces::{self, Acces};
use crate::storage::{Connection, patients};

impl Services {
    /// Registers a person who depends on the calling caisse.
    pub async fn create_patient(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        nouveau: &NouveauPatient,
        rendre: impl Fn(&Patient) -> Result<Rendu, serde_json::Error>,
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
            let seen = self.verify_perimeter(&mut tx, &contexte.acteur, existing).await;
            let visible = match seen {
                Ok(()) => Some(existing),
                Err(ServiceError::Introuvable) => None,
                Err(error) => return Err(error),
            };
            return Err(ServiceError::PatientExistant(visible));
        }
        let patient = self.new_patient(nouveau);
        patients::insert(&mut tx, patient.id, patient.connu_le).await?;
        for fait in &patient.identites {
            patients::insert_identite(&mut tx, coffre, patient.id, fait).await?;
        }
        for fait in &patient.identifiants {
            patients::insert_identifiant(&mut tx, coffre, patient.id, fait).await?;
        }
        for fait in &patient.affiliations {
            patients::insert_affiliation(&mut tx, patient.id, fait).await?;
        }
        let rendu = rendre(&patient)?;
        self.keep(tx, contexte, demande, rendu).await
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

    fn new_patient(&self, nouveau: &NouveauPatient) -> Patient {
        // The person's own id first: the sandbox counts on it.
        let id = PatientId::from_uuid(self.ids.uuid());
        let now = self.clock.now();
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
    ) -> Result<Patient, ServiceError> {
        let mut conn = self.db.read("patient.get").await?;
        self.verify_identity_access(&mut conn, &contexte.acteur, id).await?;
        let found = patients::get(&mut conn, self.db.coffre(), id, latest_knowledge()).await?;
        drop(conn);
        let patient = found.ok_or(ServiceError::Introuvable)?;
        self.trace(contexte, id, "patient.lire").await?;
        Ok(patient)
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
        let found = patients::find(conn, self.db.coffre(), cle).await?;
        let [id] = found[..] else {
            // Several persons under one key is a conflict of identity: nobody is chosen.
            return Err(ServiceError::Introuvable);
        };
        match contexte.acteur {
            Acteur::Medecin(_) => Ok(id),
            Acteur::Caisse(_) => {
                self.verify_perimeter(conn, &contexte.acteur, id).await?;
                Ok(id)
            }
            Acteur::Patient(own) if own == id => Ok(id),
            Acteur::Patient(_) => Err(ServiceError::Introuvable),
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
        let accesses = acces::list(&mut conn, own, before, limit).await?;
        drop(conn);
        Ok(accesses)
    }

    /// Whether test and demonstration numbers are acceptable.
    pub fn accepts_test_numbers(&self) -> bool {
        self.mode == Mode::BacASable
    }
}
