//! Registering and reading doctors.

use super::exercices::{lieu, rapports, verify_billing, verify_nouveau};
use super::{Core, Demande, Done, Render, ServiceError, latest_knowledge};
use crate::domain::calendar::Periode;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::MedecinId;
use crate::domain::medecin::{LieuExistantOuNouveau, Medecin, NouveauMedecin};
use crate::storage::medecins;

/// Registers a doctor and the places where they practise.
pub async fn create(
    core: &Core,
    demande: &Demande,
    nouveau: &NouveauMedecin,
    rendre: impl Render<Medecin>,
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
    let rendu = rendre(&Medecin {
        id,
        rpps: nouveau.rpps,
        noms: vec![nom],
        specialites: vec![specialite],
        exercices,
    })?;
    Ok(opening.close(rendu).await?)
}

/// Reads a doctor. The directory is public: every caller may.
pub async fn get(core: &Core, rpps: &Rpps) -> Result<Medecin, ServiceError> {
    let mut conn = core.public("medecin.get").await?;
    let found = medecins::find(&mut conn, rpps, latest_knowledge()).await?;
    drop(conn);
    found.ok_or(ServiceError::Introuvable)
}
