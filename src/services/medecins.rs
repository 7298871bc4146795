//! Registering, reading and finding doctors, and what they say of new patients.

use chrono::NaiveDate;

use super::exercices::{lieu, rapports, verify_billing, verify_nouveau};
use super::pages::{PageVoulue, Trouves};
use super::{Core, Demande, Done, Render, ServiceError, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::{Periode, plus_mois};
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::MedecinId;
use crate::domain::medecin::{LieuExistantOuNouveau, Medecin, NouveauMedecin};
use crate::domain::vie::histoire::poser;
use crate::storage::medecins::{self, accueil, annuaire, changements};

pub use crate::storage::medecins::annuaire::{MedecinTrouve, QuestionAnnuaire};

/// How long before he says it, in months.
const MOIS_A_L_AVANCE: i32 = 6;

/// Registers a doctor and the places where they practise.
pub async fn create(
    core: &Core,
    demande: &Demande,
    nouveau: &NouveauMedecin,
    rendre: impl Render<MedecinLu>,
) -> Done {
    let contexte = &demande.contexte;
    contexte.demarche.verify_role(contexte.acteur()).map_err(ServiceError::from)?;
    verify_nouveau(nouveau)?;
    let mut opening = core.open(demande).await?;
    let (conn, now) = (opening.conn(), core.now());
    let id = MedecinId::from_uuid(core.ids().uuid());
    if !medecins::insert(conn, id, &nouveau.rpps, now).await? {
        return Err(ServiceError::MedecinExistant.into());
    }
    verify_billing(conn, id, nouveau).await?;
    let first = nouveau.exercices.iter().map(|exercice| exercice.du).min();
    let since = Periode::depuis(first.unwrap_or_else(|| core.today()));
    let nom = core.fait(nouveau.nom.clone(), since, now);
    medecins::insert_nom(conn, id, &nom).await?;
    let specialite = core.fait(nouveau.specialite, since, now);
    medecins::insert_specialite(conn, id, &specialite).await?;
    let mut exercices = Vec::new();
    for (index, exercice) in nouveau.exercices.iter().enumerate() {
        let pointeur = format!("/exercices/{index}/lieu/id");
        let lieu = lieu(core, conn, &exercice.lieu, &pointeur).await?;
        if matches!(exercice.lieu, LieuExistantOuNouveau::Nouveau(_)) {
            medecins::insert_lieu(conn, &lieu, now).await?;
        }
        let fait = core.fait(exercice.en(lieu), Periode::depuis(exercice.du), now);
        medecins::insert_exercice(conn, id, &fait).await?;
        exercices.push(fait);
    }
    let lieux = exercices.iter().map(|fait| &fait.valeur.lieu);
    contexte.demarche.juger(&rapports(contexte.acteur(), lieux)).map_err(ServiceError::from)?;
    let medecin = Medecin {
        id,
        rpps: nouveau.rpps,
        noms: vec![nom],
        specialites: vec![specialite],
        exercices,
    };
    let rendu = rendre(&(medecin, Vec::new()))?;
    Ok(opening.close(rendu).await?)
}

/// A doctor, and what he said of new patients.
pub type MedecinLu = (Medecin, Vec<FaitDate<bool>>);

/// Reads a doctor. The directory is public: every caller may.
pub async fn get(core: &Core, rpps: &Rpps) -> Result<MedecinLu, ServiceError> {
    let mut conn = core.public("medecin.get").await?;
    let found = medecins::find(&mut conn, rpps, latest_knowledge()).await?;
    let medecin = found.ok_or(ServiceError::Introuvable)?;
    let said = accueil::list(&mut conn, medecin.id, latest_knowledge()).await?;
    Ok((medecin, said))
}

/// The doctors of a question, by the letters of their names. Every caller may.
pub async fn search(
    core: &Core,
    question: &QuestionAnnuaire,
    page: &PageVoulue<(String, Rpps)>,
) -> Result<Trouves<MedecinTrouve>, ServiceError> {
    let mut conn = core.public("medecin.search").await?;
    let after = page.apres.as_ref().map(|(cle, rpps)| (cle.as_str(), rpps));
    let found = annuaire::search(&mut conn, question, after, page.lus()).await?;
    let total = page.compter(annuaire::count(&mut conn, question)).await?;
    Ok((found, total))
}

/// The doctor who calls says from which day on he takes new patients, or no longer does.
pub async fn declare_accueil(
    core: &Core,
    demande: &Demande,
    (accepte, du): (bool, Option<NaiveDate>),
    rendre: impl Render<MedecinLu>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let Acteur::Medecin(rpps) = *demande.contexte.acteur() else {
        return Err(ServiceError::Introuvable.into());
    };
    let conn = opening.conn();
    let locked = changements::lock(conn, &rpps, core.now()).await?;
    let locked = locked.ok_or(ServiceError::Introuvable)?;
    let today = core.today();
    let du = du.unwrap_or(today);
    // What was said of days that are over stays; what will be is said a few months before.
    if du < today || plus_mois(today, MOIS_A_L_AVANCE).is_none_or(|last| du > last) {
        let expected = "un jour, d'aujourd'hui à dans six mois";
        return Err(ServiceError::champ("/effet_du", "hors_bornes", expected).into());
    }
    let known = accueil::list(conn, locked.id, latest_knowledge()).await?;
    let pose = poser(&known, accepte, du).ok_or_else(|| {
        ServiceError::champ(
            "/accepte",
            "sans_changement",
            "autre chose que ce qui est déjà dit de ce jour",
        )
    })?;
    for fait in pose.remplaces {
        accueil::replace(conn, locked.id, fait, locked.instant).await?;
    }
    for (valeur, effet) in pose.ouverts {
        accueil::insert(conn, locked.id, &core.fait(valeur, effet, locked.instant)).await?;
    }
    changements::touch(conn, locked.id, locked.instant).await?;
    let medecin = medecins::find(conn, &rpps, latest_knowledge()).await?;
    let medecin = medecin.ok_or(ServiceError::Introuvable)?;
    let said = accueil::list(conn, locked.id, latest_knowledge()).await?;
    let rendu = rendre(&(medecin, said))?;
    Ok(opening.close(rendu).await?)
}
