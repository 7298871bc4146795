//! The declaration of choice: shown, created, signed, refused, cancelled, expired.

mod creation;
mod effect;
mod signature;
mod transitions;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Contexte, ServiceError, Services, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::clock::paris_day;
use crate::domain::declaration::{Declaration, Etat, MoyenSignature, Preuve, RoleSignataire};
use crate::domain::designation::Designation;
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DeclarationId, DesignationId, LieuId, MedecinId, PatientId};
use crate::domain::patient::ClePatient;
use crate::storage::{Connection, declarations, designations};

/// A patient, as a request designates one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefPatient {
    /// By internal id.
    Id(PatientId),
    /// As the Vitale card does.
    Cle(ClePatient),
}

/// A doctor, as a request designates one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefMedecin {
    /// RPPS.
    pub rpps: Rpps,
    /// Where; the principal practice when absent.
    pub lieu_id: Option<LieuId>,
}

/// A choice to declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauChoix {
    /// Who chooses.
    pub patient: RefPatient,
    /// Whom.
    pub medecins: Vec<RefMedecin>,
    /// Signatures already taken.
    pub signatures: Vec<SignatureRecue>,
}

/// A signature handed over by a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureRecue {
    /// Quality.
    pub role: RoleSignataire,
    /// The doctor, for that quality; the only one of the declaration when absent.
    pub rpps: Option<Rpps>,
    /// Means.
    pub moyen: MoyenSignature,
    /// Level of identification.
    pub niveau: Option<String>,
    /// Instant, for a machine.
    pub signe_a: Option<DateTime<Utc>>,
    /// Day, for paper.
    pub signe_le: Option<NaiveDate>,
    /// Digest of the content signed.
    pub contenu_sha256: Empreinte,
    /// Evidence.
    pub preuve: Preuve,
}

/// A declaration and the designation that it opened, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// The declaration.
    pub declaration: Declaration,
    /// Its designation, as known now.
    pub designation: Option<Designation>,
    /// The designation of the same doctors that this declaration only confirms.
    pub confirme: Option<DesignationId>,
}

/// What both parties are to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apercu {
    /// Canonical content.
    pub contenu: String,
    /// Its digest.
    pub contenu_sha256: Empreinte,
}

impl Services {
    /// Reads a declaration.
    pub async fn get_declaration(
        &self,
        contexte: &Contexte,
        id: DeclarationId,
    ) -> Result<Dossier, ServiceError> {
        let mut conn = self.db.read("declaration.get").await?;
        let declaration = self.visible(&mut conn, contexte, id).await?;
        let dossier = dossier(&mut conn, declaration).await?;
        drop(conn);
        self.trace(contexte, dossier.declaration.patient_id, "declaration.lire").await?;
        Ok(dossier)
    }

    /// The declarations of a person, the last first. A doctor sees those that name him.
    pub async fn list_declarations(
        &self,
        contexte: &Contexte,
        patient: PatientId,
    ) -> Result<Vec<Dossier>, ServiceError> {
        let mut conn = self.db.read("declaration.list").await?;
        let vue = self.verify_perimeter(&mut conn, &contexte.acteur, patient).await?;
        let all = declarations::list(&mut conn, self.db.coffre(), patient).await?;
        let mut dossiers = Vec::new();
        for declaration in all {
            if may_see(&contexte.acteur, &declaration) && vue.contient(jour_de(&declaration)) {
                dossiers.push(dossier(&mut conn, declaration).await?);
            }
        }
        drop(conn);
        self.trace(contexte, patient, "declaration.lister").await?;
        Ok(dossiers)
    }

    /// A declaration that the caller may see.
    async fn visible(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        id: DeclarationId,
    ) -> Result<Declaration, ServiceError> {
        let patient = declarations::patient_of(conn, id).await?.ok_or(ServiceError::Introuvable)?;
        let declaration = declarations::get(conn, self.db.coffre(), patient, id)
            .await?
            .ok_or(ServiceError::Introuvable)?;
        // A doctor sees the declarations that name him, whether the patient became his or not.
        if !matches!(contexte.acteur, Acteur::Medecin(_)) {
            let vue = self.verify_perimeter(conn, &contexte.acteur, patient).await?;
            if !vue.contient(jour_de(&declaration)) {
                return Err(ServiceError::Introuvable);
            }
        }
        if may_see(&contexte.acteur, &declaration) {
            Ok(declaration)
        } else {
            Err(ServiceError::Introuvable)
        }
    }
}

/// A declaration with the designation that it opened or confirms.
async fn dossier(conn: &mut Connection, declaration: Declaration) -> Result<Dossier, ServiceError> {
    if declaration.etat != Etat::Active {
        return Ok(Dossier { declaration, designation: None, confirme: None });
    }
    let timeline = designations::list(conn, declaration.patient_id, latest_knowledge()).await?;
    let own = timeline.iter().find(|known| known.declaration_id == declaration.id).cloned();
    let chosen: BTreeSet<MedecinId> =
        declaration.medecins.iter().map(|medecin| medecin.medecin_id).collect();
    let same_doctors = |known: &&Designation| {
        known.membres.iter().map(|membre| membre.medecin_id).collect::<BTreeSet<_>>() == chosen
    };
    let day = declaration.signatures.iter().map(|signature| signature.signe_le).max();
    let confirme = day
        .filter(|_| own.is_none())
        .and_then(|day| timeline.iter().find(|known| known.effet.contient(day)))
        .filter(same_doctors)
        .map(|known| known.id);
    Ok(Dossier { declaration, designation: own, confirme })
}

/// The day of a declaration, for a former caisse: that of its last signature, or of its recording.
fn jour_de(declaration: &Declaration) -> NaiveDate {
    let signed = declaration.signatures.iter().map(|signature| signature.signe_le).max();
    signed.unwrap_or_else(|| paris_day(declaration.enregistre_le))
}

/// What a doctor may see of the declarations of a person: those that name him.
fn may_see(acteur: &Acteur, declaration: &Declaration) -> bool {
    match acteur {
        Acteur::Medecin(rpps) => declaration.medecins.iter().any(|medecin| medecin.rpps == *rpps),
        Acteur::Patient(_) | Acteur::Caisse(_) => true,
    }
}
