//! The synthetic people of the sandbox, loaded through the same use cases as anybody else.
//!
//! Their ids come from a fixed seed and a fixed clock: examples of the documentation can name them.

mod people;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};

use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::clock::{Clock, FixedClock};
use crate::domain::declaration::{MoyenSignature, Preuve, RoleSignataire};
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::{Invalide, Organisme};
use crate::domain::ids::{IdSource, PatientId, RequestId};
use crate::law::Law;
use crate::services::declarations::{NouveauChoix, RefMedecin, RefPatient, SignatureRecue};
use crate::services::{Contexte, Demande, Mode, Rendu, ServiceError, Services};
use crate::storage::Db;

pub use self::people::{DECLARATIONS, MEDECINS, MedecinFictif, PATIENTS, PersonneFictive};

/// Why the sandbox people could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A service refused.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// A constant of this crate is wrong.
    #[error("sandbox people: {0}")]
    Data(#[from] Invalide),
    /// A declaration names nobody.
    #[error("sandbox people: nobody is called {0}")]
    Unknown(&'static str),
}

/// Seed of the ids of the sandbox people; each person adds a number of their own.
const SEED: u64 = 0x7472_6169_7461_6e74;

/// The ids of one person's creation. The first is the person's own.
fn ids_of(index: usize, clock: &Arc<dyn Clock>) -> IdSource {
    IdSource::seeded(Arc::clone(clock), SEED.wrapping_add(u64::try_from(index).unwrap_or_default()))
}

/// When the sandbox people were recorded, as far as the register knows.
fn beginning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 1, 2, 8, 0, 0).single().unwrap_or_default()
}

/// Loads the sandbox people unless they are there; `false` when they were.
pub async fn load(db: Db, law: Arc<Law>) -> Result<bool, SandboxError> {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(beginning()));
    let services = |index: usize| {
        let ids = Arc::new(ids_of(index, &clock));
        let (db, law) = (db.clone(), Arc::clone(&law));
        Services::new(db, Arc::clone(&clock), ids, law, Mode::BacASable)
    };
    let caisse = |organisme: &str| -> Result<Contexte, SandboxError> {
        Ok(Contexte {
            acteur: Acteur::Caisse(Caisse::of(Organisme::parse(organisme)?)),
            requete_id: RequestId::from_uuid(uuid::Uuid::nil()),
        })
    };
    let silent = || Ok(Rendu { statut: 201, reponse: Vec::new() });
    for (index, person) in MEDECINS.iter().enumerate() {
        let nouveau = person.nouveau()?;
        let made = services(1_000 + index)
            .create_medecin(&caisse("010110000")?, &key(person.rpps), &nouveau, |_| silent())
            .await;
        match made {
            Err(ServiceError::MedecinExistant) => return Ok(false),
            other => other?,
        };
    }
    for (index, person) in PATIENTS.iter().enumerate() {
        let contexte = caisse(person.organisme)?;
        let nouveau = person.nouveau()?;
        services(index)
            .create_patient(&contexte, &key(person.numero), &nouveau, |_| silent())
            .await?;
    }
    for (index, (prenom, rpps, signed)) in DECLARATIONS.iter().enumerate() {
        let patient = PATIENTS.iter().find(|person| person.prenom == *prenom);
        let (Some(patient), Some(id)) = (patient, patient_id(prenom)) else {
            return Err(SandboxError::Unknown(prenom));
        };
        let contexte = caisse(patient.organisme)?;
        declare(&services(2_000 + index), &contexte, id, rpps, *signed).await?;
    }
    Ok(true)
}

/// Enters a paper declaration signed by both on a day.
async fn declare(
    services: &Services,
    contexte: &Contexte,
    patient: PatientId,
    rpps: &str,
    (year, month, day): (i32, u32, u32),
) -> Result<(), SandboxError> {
    let medecins = vec![RefMedecin { rpps: rpps.parse()?, lieu_id: None }];
    let signe_le = NaiveDate::from_ymd_opt(year, month, day);
    let mut choix =
        NouveauChoix { patient: RefPatient::Id(patient), medecins, signatures: Vec::new() };
    let shown = services.preview_declaration(contexte, &choix).await?;
    let paper = |role| SignatureRecue {
        role,
        rpps: None,
        moyen: MoyenSignature::PapierOriginalVu,
        niveau: None,
        signe_a: None,
        signe_le,
        contenu_sha256: shown.contenu_sha256,
        preuve: Preuve {
            reference_archive: Some(format!("BAC-A-SABLE-{patient}")),
            temoin: Some("agent-fictif".to_owned()),
            ..Preuve::default()
        },
    };
    choix.signatures = vec![paper(RoleSignataire::Assure), paper(RoleSignataire::Medecin)];
    let silent = |_: &_| Ok(Rendu { statut: 201, reponse: Vec::new() });
    services
        .create_declaration(contexte, &key(&format!("{patient}-{rpps}")), &choix, silent)
        .await?;
    Ok(())
}

fn key(name: &str) -> Demande {
    Demande {
        cle: format!("bac-a-sable:{}", Empreinte::of(name).short()),
        requete: Empreinte::of(name),
    }
}

/// The id of a sandbox patient, by first name.
pub fn patient_id(prenom: &str) -> Option<PatientId> {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(beginning()));
    let index = PATIENTS.iter().position(|person| person.prenom.eq_ignore_ascii_case(prenom))?;
    Some(PatientId::from_uuid(ids_of(index, &clock).uuid()))
}
