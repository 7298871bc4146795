//! The declaration of choice: shown, created, signed, refused, cancelled, expired.

mod creation;
mod departs;
mod effect;
mod parties;
mod rectification;
pub mod retrait;
mod signature;
mod transitions;

pub use self::departs::NouveauDepart;
pub use self::rectification::{Rectification, Remplacement};

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Contexte, ServiceError, Services, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::clock::paris_day;
use crate::domain::declaration::{
    Action, CotePatient, Declaration, Etat, MoyenSignature, Preuve, RoleSignataire,
};
use crate::domain::designation::Designation;
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DeclarationId, LieuId, MedecinId, PatientId, RepresentationId};
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
    /// Whether the doctors who are not in place join those who are.
    pub avenant: bool,
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
    /// The link of the holder or representative; the only one of that quality when absent.
    pub representation_id: Option<RepresentationId>,
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
    pub confirmee: Option<Designation>,
    /// The patient's side, while a signature is missing.
    pub cote: Option<CotePatient>,
    /// Whether the caller may end the choice for the patient.
    pub peut_rompre: bool,
    /// The declaration that rectifies this one.
    pub rectifiee_par: Option<DeclarationId>,
}

impl Dossier {
    /// The dossier as a caller may see it: a doctor who left does not learn who came afterwards.
    fn vue_par(mut self, acteur: &Acteur) -> Self {
        if let Acteur::Medecin(rpps) = acteur {
            self.designation = self.designation.map(|known| known.vue_par(*rpps));
        }
        self
    }

    /// What the caller may do: to the declaration, and to the line that it opened or confirms.
    pub fn actions(&self, acteur: &Acteur) -> Vec<Action> {
        // A caisse of before only reads.
        if matches!(acteur, Acteur::Caisse(_)) && !self.peut_rompre {
            return Vec::new();
        }
        let mut actions = self.declaration.actions(acteur, self.cote.as_ref());
        let shown = self.designation.as_ref().or(self.confirmee.as_ref());
        if self.declaration.etat.permet(Action::Retirer)
            && shown.is_some_and(|known| known.se_quitte(acteur, self.peut_rompre))
        {
            actions.push(Action::Retirer);
        }
        actions
    }
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
        let patient = declaration.patient_id;
        let speaks = self.may_end(&mut conn, &contexte.acteur, patient).await?;
        let dossier = self.dossier_of(&mut conn, declaration, speaks).await?;
        let dossier = dossier.vue_par(&contexte.acteur);
        drop(conn);
        self.trace(contexte, patient, "declaration.lire").await?;
        Ok(dossier)
    }

    /// The declarations of a person, the last first. A doctor sees those that name him.
    pub async fn list_declarations(
        &self,
        contexte: &Contexte,
        patient: PatientId,
    ) -> Result<Vec<Dossier>, ServiceError> {
        let mut conn = self.db.read("declaration.list").await?;
        let vue = self.verify_represented_perimeter(&mut conn, &contexte.acteur, patient).await?;
        let all = declarations::list(&mut conn, self.db.coffre(), patient).await?;
        let speaks = self.may_end(&mut conn, &contexte.acteur, patient).await?;
        let mut dossiers = Vec::new();
        for declaration in all {
            if may_see(&contexte.acteur, &declaration) && vue.contient(jour_de(&declaration)) {
                let dossier = self.dossier_of(&mut conn, declaration, speaks).await?;
                dossiers.push(dossier.vue_par(&contexte.acteur));
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
            let vue = self.verify_represented_perimeter(conn, &contexte.acteur, patient).await?;
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

    /// A declaration with the designation that it opened, extended or confirms.
    async fn dossier_of(
        &self,
        conn: &mut Connection,
        declaration: Declaration,
        peut_rompre: bool,
    ) -> Result<Dossier, ServiceError> {
        let mut dossier = Dossier {
            declaration,
            designation: None,
            confirmee: None,
            cote: None,
            peut_rompre,
            rectifiee_par: None,
        };
        let declaration = &dossier.declaration;
        match declaration.etat {
            Etat::EnAttente => {
                let famille = self.famille(conn, declaration.patient_id).await?;
                let jour = declaration.jour_de_reference(self.clock.today());
                dossier.cote = Some(self.cote(&famille, jour)?);
            }
            Etat::Active => {
                let patient = declaration.patient_id;
                let timeline = designations::list(conn, patient, latest_knowledge()).await?;
                (dossier.designation, dossier.confirmee) = effect_of(declaration, &timeline);
            }
            Etat::Rectifiee => {
                let (patient, id) = (declaration.patient_id, declaration.id);
                dossier.rectifiee_par = declarations::rectified_by(conn, patient, id).await?;
            }
            Etat::Refusee | Etat::Annulee | Etat::Expiree => {}
        }
        Ok(dossier)
    }
}

/// The designation that a declaration opened or extended, or the one that it confirms.
fn effect_of(
    declaration: &Declaration,
    timeline: &[Designation],
) -> (Option<Designation>, Option<Designation>) {
    let chosen: BTreeSet<MedecinId> =
        declaration.medecins.iter().map(|medecin| medecin.medecin_id).collect();
    let Some(day) = declaration.signatures.iter().map(|signature| signature.signe_le).max() else {
        return (None, None);
    };
    let extends = |known: &Designation| {
        let joined = known.membres.iter().filter(|membre| membre.effet.du() == day);
        declaration.en_place.is_some()
            && joined.map(|membre| membre.medecin_id).any(|id| chosen.contains(&id))
    };
    let own =
        timeline.iter().find(|known| known.declaration_id == declaration.id || extends(known));
    if own.is_some() {
        return (own.cloned(), None);
    }
    let present = |known: &Designation| -> BTreeSet<MedecinId> {
        known.membres_le(day).map(|membre| membre.medecin_id).collect()
    };
    let same = timeline.iter().find(|known| known.effet.contient(day) && present(known) == chosen);
    (None, same.cloned())
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
