//! A wrong entry is rectified by a caisse: it never counted, and another says what should have
//! been entered, or nothing does.

use super::creation::{lodge, prepare};
use super::transitions::{advance, finish, take};
use super::{Dossier, NouveauChoix, RefMedecin, RefPatient, SignatureRecue};
use crate::domain::declaration::Etat;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::DeclarationId;
use crate::services::frises::replay;
use crate::services::{Core, Demande, Done, Exit, Render, ServiceError, VersionsVues};
use crate::storage::patients::particularites::Particularites;

/// What should have been entered, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rectification {
    pub motif: String,
    /// Doctors and signatures as they should have been entered.
    pub remplacement: Option<Remplacement>,
}

/// What should have been entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remplacement {
    pub medecins: Vec<RefMedecin>,
    /// Whether it was an amendment.
    pub avenant: bool,
    /// Signatures, all of them.
    pub signatures: Vec<SignatureRecue>,
}

/// Rectifies a declaration that counts; history is unrolled again without it, and with what
/// replaces it.
pub async fn rectify(
    core: &Core,
    demande: &Demande,
    seen: (DeclarationId, VersionsVues),
    rectification: &Rectification,
    rendre: impl Render<Dossier>,
) -> Done {
    let (mut act, mut wrong) = take(core, demande, seen).await?;
    wrong.rectify(rectification.motif.clone())?;
    advance(&mut act, &mut wrong, NatureEvenement::DeclarationRectifiee).await?;
    // An amendment extends the designation that is in force without the wrong entry; any other
    // replacement takes its place in one go.
    if rectification.remplacement.as_ref().is_none_or(|right| right.avenant) {
        replay(&mut act.writing()).await?;
        act.later();
    }
    if let Some(right) = &rectification.remplacement {
        let choix = NouveauChoix {
            patient: RefPatient::Id(wrong.patient_id),
            medecins: right.medecins.clone(),
            avenant: right.avenant,
            signe_le: None,
            signatures: right.signatures.clone(),
        };
        let patient = act.patient;
        let projet = prepare(core, act.conn(), (patient, Particularites::INCONNUES), &choix)
            .await
            .map_err(inside)?;
        let made = lodge(&mut act, (projet, Some(&wrong)), (None, &choix.signatures)).await?;
        if made.etat != Etat::Active {
            return Err(Exit::from(ServiceError::champ(
                "/remplacement/signatures",
                "signatures_manquantes",
                "toutes les signatures de la déclaration telle qu'elle est sur le papier",
            )));
        }
    }
    finish(act, wrong, rendre).await
}

/// The fields of what replaces are inside another body.
fn inside(mut error: ServiceError) -> ServiceError {
    if let ServiceError::Invalide(wrong) = &mut error {
        for champ in wrong {
            champ.pointeur = format!("/remplacement{}", champ.pointeur);
        }
    }
    error
}
