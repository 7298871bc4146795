//! Letters to patients: a caisse asks for those of a kind and of some days, a job makes them in lots for its printer; or
//! reads the last one of a person.
//!
//! Making them shows nobody: lots are sealed. Whoever reads one is shown its persons, and their traces are safe before it is
//! given.

mod annonce;
mod redaction;
mod run;

use serde_json::json;

pub use self::annonce::announce_end_of_protection;
use self::redaction::Redaction;
pub use self::run::{ECRIRE, run};
use super::exports::CONSERVATION;
use super::{Contexte, Core, Demande, Done, Render, Seen, ServiceError};
use crate::domain::acteur::Caisse;
use crate::domain::courrier::{Courriers, DemandeCourriers, NatureCourrier, SansObjet};
use crate::domain::export::EtatExport;
use crate::domain::ids::{CourriersId, PatientId};
use crate::papiers::{courriers_pdf, courriers_texte};
use crate::storage::courriers::contenu;
use crate::storage::{Connection, courriers};

/// Demands of a caisse that are being made, at most.
const EN_COURS: i64 = 10;
/// Days of one demand, at most.
const JOURS: i64 = 366;

/// In which form letters are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forme {
    Pdf,
    Texte,
}

/// Asks for the letters of the persons of the calling caisse.
pub async fn create(
    core: &Core,
    demande: &Demande,
    voulu: DemandeCourriers,
    rendre: impl Render<Courriers>,
) -> Done {
    verify(core, voulu)?;
    let mut opening = core.open(demande).await?;
    let contexte = &demande.contexte;
    let caisse = contexte.acteur().caisse().ok_or(ServiceError::Introuvable)?;
    if courriers::count_waiting(opening.conn(), &caisse.code()).await? >= EN_COURS {
        let state = "dix demandes de courriers de cette caisse se préparent déjà : attendre la fin de l'une d'elles";
        return Err(ServiceError::EtatIncompatible(state).into());
    }
    let now = core.now();
    let one = Courriers {
        id: CourriersId::from_uuid(core.ids().uuid()),
        organisme: *caisse.organisme(),
        demande: voulu,
        etat: EtatExport::EnPreparation,
        version: 1,
        prevus: 0,
        traites: 0,
        lettres: 0,
        sans_objet: Vec::new(),
        lots: Vec::new(),
        etablis_le: None,
        requete_id: contexte.requete_id,
        enregistre_le: now,
    };
    let auteur_id = opening.auteur_id();
    courriers::insert(opening.conn(), &one, auteur_id).await?;
    let (key, charge) = (one.id.to_string(), json!({ "courriers_id": one.id }));
    opening.queue(ECRIRE, (&key, &charge)).await?;
    Ok(opening.close(rendre(&one)?).await?)
}

/// Days that are over, in their order, and not too many.
fn verify(core: &Core, voulu: DemandeCourriers) -> Result<(), ServiceError> {
    if voulu.au >= core.today() {
        let message = "attendu : un jour passé, dont tous les événements sont connus";
        return Err(ServiceError::champ("/au", "date_future", message));
    }
    if voulu.du > voulu.au {
        let message = "attendu : au plus tard le dernier jour";
        return Err(ServiceError::champ("/du", "apres_la_fin", message));
    }
    if (voulu.au - voulu.du).num_days() >= JOURS {
        let message = "attendu : une année au plus";
        return Err(ServiceError::champ("/du", "duree_excessive", message));
    }
    Ok(())
}

/// Reads how far some letters of the calling caisse are.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    id: CourriersId,
) -> Result<Courriers, ServiceError> {
    let mut search = core.search(contexte).await?;
    own(search.conn(), contexte, id).await
}

/// A lot, once those whom it shows are told.
pub async fn lot(
    core: &Core,
    contexte: &Contexte,
    (id, rang): (CourriersId, i32),
    forme: Forme,
) -> Result<Seen<Vec<u8>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let one = own(search.conn(), contexte, id).await?;
    match one.etat {
        EtatExport::Pret => {}
        EtatExport::Perime => {
            let state = "ces courriers ne sont plus conservés : les demander de nouveau";
            return Err(ServiceError::EtatIncompatible(state));
        }
        EtatExport::EnPreparation => {
            return Err(ServiceError::EtatIncompatible("ces courriers ne sont pas encore prêts"));
        }
    }
    let pdf = forme == Forme::Pdf;
    let found = courriers::lot(search.conn(), core.coffre(), (id, rang), pdf).await?;
    let (contenu, personnes) = found.ok_or(ServiceError::Introuvable)?;
    search.show_all(personnes, contenu).await
}

/// The letter of a kind that a person is sent today, from the last event that calls for one.
pub async fn of_person(
    core: &Core,
    contexte: &Contexte,
    (patient, nature): (PatientId, NatureCourrier),
    forme: Forme,
) -> Result<Seen<Vec<u8>>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let caisse = *contexte.acteur().caisse().ok_or(ServiceError::Introuvable)?;
    let found = contenu::last(access.conn(), patient, nature).await?;
    let rien = "aucun événement n'appelle ce courrier";
    let dit = found.ok_or(ServiceError::EtatIncompatible(rien))?;
    let mut redaction = Redaction::new(core, caisse);
    let written = redaction.write(access.conn(), nature, &dit).await?;
    let written = written.map_err(|reason| ServiceError::EtatIncompatible(dite(reason)))?;
    let body = match forme {
        Forme::Pdf => print(written.lettres, false, dit.id.to_string()).await?.0,
        Forme::Texte => courriers_texte(&written.lettres).into_bytes(),
    };
    let persons = written.personnes.into_iter().collect();
    access.show_all_of(persons, body).await
}

/// Why there is no letter, in a sentence.
const fn dite(reason: SansObjet) -> &'static str {
    match reason {
        SansObjet::Annule => "ce que le courrier dirait a été annulé ou corrigé depuis",
        SansObjet::Decede => "la personne est décédée",
        SansObjet::AutreCaisse => "la personne dépend d'une autre caisse",
        SansObjet::DejaChoisi => "la personne a un médecin traitant par un autre choix",
        SansObjet::DeSaPart => "la personne, ou qui la représente, l'a fait ou signé",
        SansObjet::DejaConteste => "la personne l'a déjà contesté",
        SansObjet::AVerifier => {
            "qui l'a signé pour la personne ne la représentait pas : le courrier vient de l'événement qui le dit"
        }
        SansObjet::Repris => "ce choix vient du registre précédent de la caisse",
        SansObjet::Termine => "ce choix a pris fin, et aucun autre ne l'a suivi",
        SansObjet::Garde => {
            "la personne garde un médecin traitant, et n'en a perdu aucun ce jour-là"
        }
    }
}

/// Prints letters, as a PDF and as a text, without holding the others up.
async fn print(
    lettres: Vec<crate::domain::courrier::Lettre>,
    recto_verso: bool,
    id: String,
) -> Result<(Vec<u8>, String), ServiceError> {
    let printing = move || {
        let pdf = courriers_pdf(&lettres, recto_verso, &id);
        (pdf, courriers_texte(&lettres))
    };
    let (pdf, texte) = tokio::task::spawn_blocking(printing).await.map_err(unprintable)?;
    Ok((pdf.map_err(unprintable)?, texte))
}

fn unprintable(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Impression(error.to_string())
}

/// Forgets the letters that nobody should need any more; gives how many demands.
pub async fn purge(core: &Core) -> Result<u64, ServiceError> {
    let before = core.now().checked_sub_signed(CONSERVATION).unwrap_or_default();
    let mut job = core.job("courriers.purge").await?;
    let forgotten = courriers::expire(job.conn(), before).await?;
    job.close().await?;
    Ok(forgotten)
}

/// Letters of the calling caisse; those of others do not exist for it.
async fn own(
    conn: &mut Connection,
    contexte: &Contexte,
    id: CourriersId,
) -> Result<Courriers, ServiceError> {
    let caisse: Option<&Caisse> = contexte.acteur().caisse();
    let found = courriers::get(conn, id).await?;
    found
        .filter(|known| caisse.is_some_and(|caisse| caisse.gere(&known.organisme)))
        .ok_or(ServiceError::Introuvable)
}
