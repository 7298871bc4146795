//! The synthetic people of the sandbox, loaded through the same use cases as anybody else.
//!
//! Their ids come from a fixed seed and a fixed clock: examples of the documentation can name them.

mod bac;
mod horloge_fausse;
mod liste;
mod people;
pub mod population;
mod village;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};

use crate::auth::EmetteurError;
use crate::domain::acteur::{Acteur, Auteur, Caisse, Sujet};
use crate::domain::clock::{Clock, FixedClock};
use crate::domain::declaration::{MoyenSignature, Preuve, PreuveRecue, RoleSignataire};
use crate::domain::digest::Empreinte;
use crate::domain::droits::Demarche;
use crate::domain::identifiers::{Invalide, Organisme};
use crate::domain::ids::{IdSource, PatientId, RequestId};
use crate::http::QuestionRefusee;
use crate::law::Law;
use crate::services::declarations::{NouveauChoix, RefMedecin, RefPatient, SignatureRecue};
use crate::services::{
    Contexte, Core, Demande, Done, Exit, Mode, Rendu, ServiceError, declarations, medecins,
    patients, representations,
};
use crate::storage::{Db, signatures};

pub use self::bac::{Bac, Place, avance};
pub use self::horloge_fausse::HorlogeFausse;
pub use self::liste::{json, liste, page, texte};
pub use self::people::{
    DECLARATIONS, MEDECINS, MedecinFictif, PARENTS, PATIENTS, Personne, PersonneFictive,
};
pub use self::village::{HABITANTS, PRATICIENS, personnes};

/// Why the sandbox people could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("sandbox people: {0}")]
    Data(#[from] Invalide),
    /// A declaration names nobody.
    #[error("sandbox people: nobody is called {0}")]
    Unknown(&'static str),
    /// The issuer of those who act in the sandbox.
    #[error(transparent)]
    Issuer(#[from] EmetteurError),
    /// Something that should have happened did not.
    #[error("sandbox people: {0}")]
    Story(#[from] QuestionRefusee),
    /// The database is not that of a sandbox.
    #[error("cette base n'est pas celle d'un bac à sable")]
    NotASandbox,
}

/// Who loads the people, as traces keep it.
const LOADER: &str = "bac-a-sable";
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

/// Loads the sandbox people who are not there yet; `false` when all of them were. A load that was
/// cut short is completed by the next.
pub async fn load(db: Db, law: Arc<Law>) -> Result<bool, SandboxError> {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(beginning()));
    let core = |ids: IdSource| core_of(&db, &law, &clock, ids);
    let silent = || Ok(Rendu { statut: 201, reponse: Vec::new() });
    let last = DECLARATIONS.len().saturating_sub(1);
    if is_declared(&db, last).await? {
        return Ok(false);
    }
    for (index, person) in MEDECINS.iter().enumerate() {
        let nouveau = person.nouveau()?;
        let asked = asked_by(Acteur::Referentiel, Demarche::EnregistrerMedecin, person.rpps)?;
        let core = core(ids_of(1_000 + index, &clock));
        let made = medecins::create(&core, &asked, &nouveau, |_: &_| silent()).await;
        done(made, |error| matches!(error, ServiceError::MedecinExistant))?;
    }
    for (index, person) in PATIENTS.iter().enumerate() {
        enregistre(&db, &law, index, &person.personne(id_at(index))).await?;
    }
    for (index, (child, parent)) in PARENTS.iter().enumerate() {
        let people = PATIENTS.iter().find(|person| person.prenom == *child);
        let (Some(person), Some(id), Some(by)) = (people, patient_id(child), patient_id(parent))
        else {
            return Err(SandboxError::Unknown(child));
        };
        let nouvelle = person.personne(id).parent(by)?;
        let asked = asked(person.organisme, Demarche::EnregistrerRepresentation, child)?;
        let core = core(ids_of(2_000 + index, &clock));
        let made = representations::create(&core, &asked, id, &nouvelle, |_: &_| silent()).await;
        done(made, |error| matches!(error, ServiceError::RepresentationExistante))?;
    }
    for (index, (prenom, rpps, signed)) in DECLARATIONS.iter().enumerate() {
        if is_declared(&db, index).await? {
            continue;
        }
        let patient = PATIENTS.iter().find(|person| person.prenom == *prenom);
        let (Some(patient), Some(id)) = (patient, patient_id(prenom)) else {
            return Err(SandboxError::Unknown(prenom));
        };
        let core = core(IdSource::from_system(Arc::clone(&clock)));
        declare(&core, patient.organisme, id, rpps, *signed, index).await?;
    }
    Ok(true)
}

/// The use cases at the beginning of the sandbox, with some ids.
fn core_of(db: &Db, law: &Arc<Law>, clock: &Arc<dyn Clock>, ids: IdSource) -> Core {
    Core::new(db.clone(), Arc::clone(clock), Arc::new(ids), Arc::clone(law), Mode::BacASable)
}

/// Registers somebody under the id of their place, unless they are there.
async fn enregistre(
    db: &Db,
    law: &Arc<Law>,
    index: usize,
    personne: &Personne,
) -> Result<(), SandboxError> {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(beginning()));
    let nouveau = personne.nouveau()?;
    let asked = asked(personne.organisme, Demarche::EnregistrerPatient, &personne.numero)?;
    let core = core_of(db, law, &clock, ids_of(index, &clock));
    let silent = |_: &_| Ok(Rendu { statut: 201, reponse: Vec::new() });
    let made = patients::create(&core, &asked, &nouveau, silent).await;
    done(made, |error| matches!(error, ServiceError::PatientExistant(_)))
}

/// Where the paper of a declaration of the sandbox is said to be kept.
fn archive(index: usize) -> String {
    format!("BAC-A-SABLE-{index}")
}

/// Whether the paper of a declaration was entered by an earlier load.
async fn is_declared(db: &Db, index: usize) -> Result<bool, SandboxError> {
    let Some(patient) = DECLARATIONS.get(index).and_then(|(prenom, ..)| patient_id(prenom)) else {
        return Ok(false);
    };
    let mut conn = db.read("bac_a_sable.deja_la").await.map_err(ServiceError::from)?;
    let known = signatures::is_archived(&mut conn, db.coffre(), patient, &archive(index)).await;
    Ok(known.map_err(ServiceError::from)?)
}

/// Enters a paper declaration signed by both on a day.
async fn declare(
    core: &Core,
    organisme: &str,
    patient: PatientId,
    rpps: &str,
    (year, month, day): (i32, u32, u32),
    index: usize,
) -> Result<(), SandboxError> {
    let medecins = vec![RefMedecin { rpps: rpps.parse()?, lieu_id: None }];
    let signe_le = NaiveDate::from_ymd_opt(year, month, day);
    let mut choix = NouveauChoix {
        patient: RefPatient::Id(patient),
        medecins,
        avenant: false,
        signe_le,
        signatures: Vec::new(),
    };
    let asked = asked(organisme, Demarche::CreerDeclaration, &archive(index))?;
    let shown = declarations::preview(core, &asked.contexte, &choix).await?.into_inner();
    let paper = |role| SignatureRecue {
        role,
        rpps: None,
        representation_id: None,
        moyen: MoyenSignature::PapierOriginalVu,
        niveau: None,
        signe_a: None,
        signe_le,
        contenu_sha256: shown.contenu_sha256,
        preuve: PreuveRecue::Declaree(Preuve {
            reference_archive: Some(archive(index)),
            temoin: Some("agent-fictif".to_owned()),
            ..Preuve::default()
        }),
    };
    choix.signatures = vec![paper(RoleSignataire::Assure), paper(RoleSignataire::Medecin)];
    let silent = |_: &_| Ok(Rendu { statut: 201, reponse: Vec::new() });
    done(declarations::create(core, &asked, &choix, silent).await, |_| false)
}

/// What a caisse of the sandbox asks for, once.
fn asked(organisme: &str, demarche: Demarche, name: &str) -> Result<Demande, SandboxError> {
    asked_by(Acteur::Caisse(Caisse::of(Organisme::parse(organisme)?)), demarche, name)
}

/// What somebody of the sandbox asks for, once.
fn asked_by(acteur: Acteur, demarche: Demarche, name: &str) -> Result<Demande, SandboxError> {
    let sujet = Sujet::new(LOADER, None).ok_or(SandboxError::Unknown(LOADER))?;
    let auteur = Auteur { acteur, sujet };
    let requete_id = RequestId::from_uuid(uuid::Uuid::nil());
    Ok(Demande {
        contexte: Contexte { auteur, demarche, requete_id },
        cle: format!("bac-a-sable:{}", Empreinte::of(name).short()),
        requete: Empreinte::of(name),
    })
}

/// An act that was done, or that a load before had done.
fn done(made: Done, known: impl Fn(&ServiceError) -> bool) -> Result<(), SandboxError> {
    match Exit::outcome(made) {
        Err(error) if !known(&error) => Err(error.into()),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The id of a sandbox patient, by first name.
pub fn patient_id(prenom: &str) -> Option<PatientId> {
    let index = PATIENTS.iter().position(|person| person.prenom.eq_ignore_ascii_case(prenom));
    index.map(id_at).or_else(|| village::patient_id(prenom))
}

/// The id of the person who is registered in this place.
fn id_at(index: usize) -> PatientId {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(beginning()));
    PatientId::from_uuid(ids_of(index, &clock).uuid())
}
