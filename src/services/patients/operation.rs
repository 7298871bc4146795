//! What every act of a caisse about a person has in common: who may, which version was read, what is
//! written beside the fact itself.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::ids::{EvenementId, FaitId, PatientId};
use crate::domain::vie::sommeil::{MotifSommeil, sommeil_le};
use crate::domain::vie::{ActePatient, ActionPatient, DossierPatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, Vue, latest_knowledge,
    verify_version,
};
use crate::storage::evenements::{self, Evenement};
use crate::storage::patients::{self, actes, faits};
use crate::storage::{Connection, Tx};

/// An act on a person, under way: the person is locked, the version is the one that was read.
pub(super) struct Operation {
    pub(super) tx: Tx,
    pub(super) caisse: Caisse,
    pub(super) patient: PatientId,
    pub(super) instant: DateTime<Utc>,
}

/// An act to do, or the answer of the first time.
pub(super) enum Debut {
    Faire(Operation),
    Deja(Memoire),
}

impl Services {
    /// Opens an act: claims the key, checks who asks, locks the person, checks the version.
    pub(super) async fn begin_act(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        name: &'static str,
        (patient, version): (PatientId, i32),
    ) -> Result<Debut, ServiceError> {
        let caisse = caisse_of(contexte)?;
        let mut tx = self.db.begin(name).await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(Debut::Deja(answered));
        }
        self.verify_perimeter(&mut tx, &contexte.acteur, patient).await?;
        let locked = patients::lock(&mut tx, patient, self.clock.now()).await?;
        let Some(instant) = locked else {
            // Merged while this request waited: says into which record.
            self.verify_perimeter(&mut tx, &contexte.acteur, patient).await?;
            return Err(ServiceError::Introuvable);
        };
        self.verify_present_caisse(&mut tx, &caisse, patient).await?;
        let actuelle = actes::version(&mut tx, patient).await?;
        verify_version(version, actuelle)?;
        Ok(Debut::Faire(Operation { tx, caisse, patient, instant }))
    }

    /// Records the act itself, and the person's next version.
    pub(super) async fn write_act(
        &self,
        operation: &mut Operation,
        acte: ActePatient,
        motif: Option<MotifRectification>,
    ) -> Result<(), ServiceError> {
        let Operation { tx, caisse, patient, instant } = operation;
        actes::insert(tx, *patient, acte, motif, &caisse.code(), *instant).await?;
        patients::touch(tx, *patient, *instant).await?;
        Ok(())
    }

    /// Ends an act whose answer is the person: keeps the answer, commits, traces.
    pub(super) async fn end_act(
        &self,
        mut operation: Operation,
        contexte: &Contexte,
        demande: &Demande,
        trace: &'static str,
        rendre: impl Fn(&DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let patient = operation.patient;
        let acteur = &contexte.acteur;
        let vue = self.verify_perimeter(&mut operation.tx, acteur, patient).await?;
        let dossier = self.dossier(&mut operation.tx, acteur, &vue, patient).await?;
        let memoire = self.keep(operation.tx, contexte, demande, rendre(&dossier)?).await?;
        self.trace(contexte, patient, trace).await?;
        Ok(memoire)
    }

    /// Records an event about the person of an act.
    pub(super) async fn tell(
        &self,
        operation: &mut Operation,
        contexte: &Contexte,
        nature: &'static str,
        effet_du: Option<NaiveDate>,
        donnees: Value,
    ) -> Result<(), ServiceError> {
        let (patient, instant) = (operation.patient, operation.instant);
        let event = self.life_event(contexte, patient, nature, instant, effet_du, donnees);
        Ok(evenements::insert(&mut operation.tx, &event).await?)
    }

    pub(super) fn life_event(
        &self,
        contexte: &Contexte,
        patient: PatientId,
        nature: &'static str,
        instant: DateTime<Utc>,
        effet_du: Option<NaiveDate>,
        donnees: Value,
    ) -> Evenement {
        Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: instant,
            enregistre_le: instant,
            effet_du,
            patient_id: Some(patient),
            medecin_id: None,
            declaration_id: None,
            feuille_id: None,
            auteur_role: contexte.acteur.role().mot(),
            auteur_moyen: None,
            donnees,
        }
    }

    /// A version of a fact, as known from an instant.
    pub(super) fn fait<T>(&self, valeur: T, effet: Periode, instant: DateTime<Utc>) -> FaitDate<T> {
        let id = FaitId::from_uuid(self.ids.uuid());
        FaitDate { id, valeur, effet, enregistre_le: instant, remplace_le: None }
    }

    /// Refuses a caisse on which the person no longer depends.
    pub(super) async fn verify_present_caisse(
        &self,
        conn: &mut Connection,
        caisse: &Caisse,
        patient: PatientId,
    ) -> Result<(), ServiceError> {
        let present = self.present_organisme(conn, patient).await?;
        if present.is_some_and(|organisme| caisse.gere(&organisme)) {
            Ok(())
        } else {
            Err(ServiceError::Interdit("seule la caisse dont le patient dépend tient son dossier"))
        }
    }

    /// Refuses the declaration that a former caisse hands over for a day that is no longer its own.
    pub(in crate::services) async fn verify_caisse_le(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
        jour: NaiveDate,
    ) -> Result<(), ServiceError> {
        let Acteur::Caisse(_) = acteur else { return Ok(()) };
        if self.verify_perimeter(conn, acteur, patient).await?.contient(jour) {
            Ok(())
        } else {
            Err(ServiceError::Interdit(
                "une caisse que le patient a quittée ne saisit que ce qui fut signé de son temps",
            ))
        }
    }

    /// Why the designation of a person sleeps on a day, as known at an instant.
    pub(in crate::services) async fn sommeil_le(
        &self,
        conn: &mut Connection,
        patient: PatientId,
        jour: NaiveDate,
        connu_le: Option<DateTime<Utc>>,
    ) -> Result<Option<MotifSommeil>, ServiceError> {
        let connu_le = connu_le.unwrap_or_else(latest_knowledge);
        let affiliations = patients::affiliations(conn, patient, connu_le).await?;
        let statuts = faits::statuts(conn, patient, connu_le).await?;
        Ok(sommeil_le(&affiliations, &statuts, jour))
    }

    /// A person with everything known beside the choices, as far as the caller may see.
    pub(super) async fn dossier(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        vue: &Vue,
        id: PatientId,
    ) -> Result<DossierPatient, ServiceError> {
        let (coffre, known) = (self.db.coffre(), latest_knowledge());
        let found = patients::get(conn, coffre, id, known).await?;
        let mut patient = found.ok_or(ServiceError::Introuvable)?;
        patient.identites = seen(vue, patient.identites);
        patient.identifiants = seen(vue, patient.identifiants);
        patient.affiliations = seen(vue, patient.affiliations);
        let mut dossier = DossierPatient::nouveau(patient);
        dossier.version = actes::version(conn, id).await?;
        let deces = faits::deces(conn, id).await?;
        dossier.deces = deces.filter(|fait| vue.contient(fait.effet.du()));
        // A doctor needs neither the address nor what the person's coverage says.
        if !matches!(acteur, Acteur::Medecin(_)) {
            dossier.adresses = seen(vue, faits::adresses(conn, coffre, id).await?);
            dossier.statuts = seen(vue, faits::statuts(conn, id, known).await?);
        }
        if matches!(acteur, Acteur::Caisse(_)) && *vue == Vue::Entiere {
            dossier.actions = ActionPatient::possibles(dossier.deces.is_some());
        }
        Ok(dossier)
    }
}

/// The caisse that acts; nobody else does.
pub(super) fn caisse_of(contexte: &Contexte) -> Result<Caisse, ServiceError> {
    match contexte.acteur {
        Acteur::Caisse(caisse) => Ok(caisse),
        Acteur::Medecin(_) | Acteur::Patient(_) => {
            Err(ServiceError::Interdit("seule la caisse dont le patient dépend tient son dossier"))
        }
    }
}

/// The facts of visible days, without the ends that came later.
fn seen<T>(vue: &Vue, all: Vec<FaitDate<T>>) -> Vec<FaitDate<T>> {
    all.into_iter()
        .filter_map(|fait| {
            let effet = vue.montre(&fait.effet)?;
            Some(FaitDate { effet, ..fait })
        })
        .collect()
}
