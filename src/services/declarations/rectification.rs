//! A wrong entry is rectified by a caisse: it never counted, and another says what should have
//! been entered, or nothing does.

use chrono::TimeDelta;

use super::{Dossier, NouveauChoix, RefMedecin, RefPatient, SignatureRecue};
use crate::domain::acteur::Acteur;
use crate::domain::declaration::Etat;
use crate::domain::ids::DeclarationId;
use crate::services::frises::Ecriture;
use crate::services::{Contexte, Demande, Memoire, Rendu, ServiceError, Services};
use crate::storage::declarations;

/// What should have been entered, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rectification {
    /// Why.
    pub motif: String,
    /// Doctors and signatures as they should have been entered.
    pub remplacement: Option<Remplacement>,
}

/// What should have been entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remplacement {
    /// Doctors.
    pub medecins: Vec<RefMedecin>,
    /// Whether it was an amendment.
    pub avenant: bool,
    /// Signatures, all of them.
    pub signatures: Vec<SignatureRecue>,
}

impl Services {
    /// Rectifies a declaration that counts; history is unrolled again without it, and with what
    /// replaces it.
    pub async fn rectify_declaration(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (DeclarationId, i32),
        rectification: &Rectification,
        rendre: impl Fn(&Dossier) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        if !matches!(contexte.acteur, Acteur::Caisse(_)) {
            return Err(ServiceError::Interdit("seule une caisse rectifie une déclaration"));
        }
        let mut tx = self.db.begin("declaration.rectify").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return self.replayed(tx, contexte, vue.0, answered).await;
        }
        let (mut wrong, instant) = self.take(&mut tx, contexte, vue).await?;
        wrong.rectify(rectification.motif.clone())?;
        declarations::advance(&mut tx, &mut wrong, instant).await?;
        self.record(&mut tx, contexte, &wrong, "declaration.rectifiee", instant).await?;
        let mut instant = instant;
        // An amendment extends the designation that is in force without the wrong entry; any other
        // replacement takes its place in one go.
        if rectification.remplacement.as_ref().is_none_or(|right| right.avenant) {
            let ecriture = Ecriture::par(contexte, wrong.patient_id, instant);
            self.replay(&mut tx, &ecriture).await?;
            // What is written twice about one person is known at two instants.
            instant = instant.checked_add_signed(TimeDelta::microseconds(1)).unwrap_or(instant);
        }
        if let Some(right) = &rectification.remplacement {
            let choix = NouveauChoix {
                patient: RefPatient::Id(wrong.patient_id),
                medecins: right.medecins.clone(),
                avenant: right.avenant,
                signatures: right.signatures.clone(),
            };
            let projet = self.prepare(&mut tx, contexte, &choix).await.map_err(inside)?;
            let made = self
                .lodge(&mut tx, contexte, (projet, Some(&wrong)), &choix.signatures, instant)
                .await?;
            if made.etat != Etat::Active {
                return Err(ServiceError::champ(
                    "/remplacement/signatures",
                    "signatures_manquantes",
                    "toutes les signatures de la déclaration telle qu'elle est sur le papier",
                ));
            }
        }
        self.finish(tx, contexte, demande, wrong, instant, rendre).await
    }
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
