//! Registering and reading doctors.

use super::exercices::{verify_billing, verify_nouveau};
use super::{Core, Demande, Done, Render, ServiceError, latest_knowledge};
use crate::domain::calendar::Periode;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{LieuId, MedecinId};
use crate::domain::medecin::{Exercice, Lieu, LieuExistantOuNouveau, Medecin, NouveauMedecin};
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
        let lieu = match &exercice.lieu {
            LieuExistantOuNouveau::Existant(lieu_id) => {
                medecins::get_lieu(conn, *lieu_id).await?.ok_or_else(|| {
                    ServiceError::champ(
                        format!("/exercices/{index}/lieu/id"),
                        "lieu_inconnu",
                        "l'identifiant d'un lieu enregistré",
                    )
                })?
            }
            LieuExistantOuNouveau::Nouveau(nouveau) => {
                let lieu = Lieu {
                    id: LieuId::from_uuid(core.ids().uuid()),
                    nature: nouveau.nature,
                    nom: nouveau.nom.clone(),
                    commune: nouveau.commune,
                    adresse: nouveau.adresse.clone(),
                    finess_et: nouveau.finess_et,
                };
                medecins::insert_lieu(conn, &lieu, now).await?;
                lieu
            }
        };
        let valeur = Exercice {
            lieu,
            mode: exercice.mode,
            principal: exercice.principal,
            convention: exercice.convention,
            option_tarifaire: exercice.option_tarifaire,
            facturation: exercice.facturation,
        };
        let fait = core.fait(valeur, Periode::depuis(exercice.du), now);
        medecins::insert_exercice(conn, id, &fait).await?;
        exercices.push(fait);
    }
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
