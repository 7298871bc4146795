//! The declaration of choice of the médecin traitant, while it is being signed.
//!
//! ```text
//!                    ┌─ last missing signature ─▶ active      (opens a designation)
//! en_attente ────────┼─ the doctor refuses ─────▶ refusee
//!                    ├─ somebody cancels ───────▶ annulee
//!                    └─ nobody signs in time ───▶ expiree
//! ```
//!
//! Every other transition is refused by name. What happens afterwards to the choice itself is the
//! life of the [designation](super::designation).

mod contenu;
mod numero;
mod signature;

use chrono::{DateTime, NaiveDate, Utc};

pub use self::contenu::{Contenu, LieuDeclare, MedecinDeclare, PatientDeclare};
pub use self::numero::NumeroDeclaration;
pub use self::signature::{MoyenSignature, OrdreSignature, Preuve, RoleSignataire, Signature};

use super::acteur::Acteur;
use super::digest::Empreinte;
use super::identifiers::Rpps;
use super::ids::{DeclarationId, LieuId, MedecinId, PatientId};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// State of a declaration.
    Etat ("etat_declaration") {
        /// A signature is missing.
        EnAttente = 1 "en_attente",
        /// Signed by all: the designation is open.
        Active = 2 "active",
        /// Refused by a doctor.
        Refusee = 3 "refusee",
        /// Cancelled before its effect.
        Annulee = 4 "annulee",
        /// Not signed in time.
        Expiree = 5 "expiree",
    }
);

vocabulaire!(
    /// What somebody may do to a declaration.
    Action ("action_declaration") {
        /// Sign.
        Signer = 1 "signer",
        /// Refuse, for a doctor.
        Refuser = 2 "refuser",
        /// Cancel.
        Annuler = 3 "annuler",
        /// Let expire: the service itself, in time.
        Expirer = 4 "expirer",
        /// Withdraw, for a doctor who is a médecin traitant.
        Retirer = 5 "retirer",
    }
);

vocabulaire!(
    /// Where a declaration came from.
    Canal ("canal") {
        /// The doctor's software.
        Teleservice = 1 "teleservice",
        /// The patient's portal.
        Portail = 2 "portail",
        /// Paper, entered by the caisse.
        Papier = 3 "papier",
    }
);

/// A doctor named by a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MedecinDesigne {
    /// Internal id.
    pub medecin_id: MedecinId,
    /// RPPS.
    pub rpps: Rpps,
    /// Where.
    pub lieu_id: LieuId,
}

/// A declaration, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its id.
    pub id: DeclarationId,
    /// Whose choice.
    pub patient_id: PatientId,
    /// Public number.
    pub numero: NumeroDeclaration,
    /// Where it came from.
    pub canal: Canal,
    /// Doctors chosen.
    pub medecins: Vec<MedecinDesigne>,
    /// Canonical content.
    pub contenu: String,
    /// Its digest, which every signature repeats.
    pub contenu_sha256: Empreinte,
    /// Missing signatures are waited for until then.
    pub expire_le: DateTime<Utc>,
    /// When it was created.
    pub enregistre_le: DateTime<Utc>,
    /// State.
    pub etat: Etat,
    /// Why it was refused or cancelled.
    pub motif: Option<String>,
    /// Number of the state, from 1.
    pub version: i32,
    /// Signatures received.
    pub signatures: Vec<Signature>,
}

/// A signature still missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureManquante {
    /// In which quality.
    pub role: RoleSignataire,
    /// Which doctor, for that quality.
    pub rpps: Option<Rpps>,
}

/// What the register must respect about declarations: parameters of the law on the day of
/// signature, and facts about the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionsSignature {
    /// Age of the patient on the day of signature.
    pub age: u8,
    /// Age from which the patient signs alone.
    pub age_sans_accord: u8,
    /// Birth of the patient, or 1 January of the year.
    pub naissance: NaiveDate,
    /// Today, in Paris.
    pub aujourd_hui: NaiveDate,
    /// Now.
    pub maintenant: DateTime<Utc>,
}

/// Why a declaration does not move. One variant, one rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeclarationRefusee {
    /// The state forbids the action.
    #[error("{action:?} is impossible in state {etat:?}")]
    TransitionInterdite {
        /// From which state.
        etat: Etat,
        /// Which action.
        action: Action,
    },
    /// Somebody signs twice.
    #[error("already signed")]
    DejaSignee,
    /// The digest signed is not that of the content.
    #[error("another content was signed")]
    ContenuDifferent,
    /// The signatory is not a party.
    #[error("the signatory is not a party to this declaration")]
    SignataireNonPartie,
    /// The means does not suit the quality.
    #[error("{moyen:?} cannot carry a signature of {role:?}")]
    MoyenInadapte {
        /// Means.
        moyen: MoyenSignature,
        /// Quality.
        role: RoleSignataire,
    },
    /// The caller may not hand over a signature taken by that means.
    #[error("the caller may not hand over a signature of {role:?} by {moyen:?}")]
    TransmissionInterdite {
        /// Means.
        moyen: MoyenSignature,
        /// Quality.
        role: RoleSignataire,
    },
    /// A paper signature without witness or archive reference.
    #[error("a paper signature needs a witness and an archive reference")]
    PapierSansTemoin,
    /// Signed after today.
    #[error("signed in the future")]
    SignatureFuture,
    /// Signed before the patient was born.
    #[error("signed before birth")]
    SignatureAvantNaissance,
    /// The declaration waited too long.
    #[error("the waiting time is over")]
    DelaiDepasse,
    /// The patient is under age: other signatures are needed.
    #[error("the patient is under age")]
    PatientMineur {
        /// Age on the day of signature.
        age: u8,
    },
    /// The doctor does not practise, or not as somebody who can be designated, on that day.
    #[error("{rpps} cannot be designated on {jour}")]
    MedecinNonDesignable {
        /// Which doctor.
        rpps: Rpps,
        /// Which day.
        jour: NaiveDate,
    },
}

impl DeclarationRefusee {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TransitionInterdite { .. } => "transition_interdite",
            Self::DejaSignee => "deja_signee",
            Self::ContenuDifferent => "contenu_different",
            Self::SignataireNonPartie => "signataire_non_partie",
            Self::MoyenInadapte { .. } => "moyen_inadapte",
            Self::TransmissionInterdite { .. } => "transmission_interdite",
            Self::PapierSansTemoin => "papier_sans_temoin",
            Self::SignatureFuture => "signature_future",
            Self::SignatureAvantNaissance => "signature_avant_naissance",
            Self::DelaiDepasse => "delai_depasse",
            Self::PatientMineur { .. } => "patient_mineur",
            Self::MedecinNonDesignable { .. } => "medecin_non_designable",
        }
    }
}

/// What a signature did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signee {
    /// Others are still missing.
    EnAttente,
    /// It was the last: the choice has this order among those of the patient.
    Complete(OrdreSignature),
}

impl Declaration {
    /// The signatures that a declaration of these doctors needs, for an adult.
    fn requises(&self) -> Vec<SignatureManquante> {
        let medecins = self.medecins.iter().map(|medecin| SignatureManquante {
            role: RoleSignataire::Medecin,
            rpps: Some(medecin.rpps),
        });
        std::iter::once(SignatureManquante { role: RoleSignataire::Assure, rpps: None })
            .chain(medecins)
            .collect()
    }

    /// The signatures still missing; none when the declaration no longer waits.
    pub fn manquantes(&self) -> Vec<SignatureManquante> {
        if self.etat != Etat::EnAttente {
            return Vec::new();
        }
        let given = |wanted: &SignatureManquante| {
            self.signatures.iter().any(|signature| {
                signature.role == wanted.role && self.rpps_of(signature.medecin_id) == wanted.rpps
            })
        };
        self.requises().into_iter().filter(|wanted| !given(wanted)).collect()
    }

    fn rpps_of(&self, medecin_id: Option<MedecinId>) -> Option<Rpps> {
        self.medecins
            .iter()
            .find(|medecin| Some(medecin.medecin_id) == medecin_id)
            .map(|medecin| medecin.rpps)
    }

    fn allow(&self, action: Action) -> Result<(), DeclarationRefusee> {
        if self.etat == Etat::EnAttente {
            Ok(())
        } else {
            Err(DeclarationRefusee::TransitionInterdite { etat: self.etat, action })
        }
    }

    /// Adds a signature; the last missing one makes the declaration active.
    pub fn sign(
        &mut self,
        signature: Signature,
        acteur: &Acteur,
        conditions: &ConditionsSignature,
    ) -> Result<Signee, DeclarationRefusee> {
        self.allow(Action::Signer)?;
        if conditions.maintenant >= self.expire_le {
            return Err(DeclarationRefusee::DelaiDepasse);
        }
        let wanted =
            SignatureManquante { role: signature.role, rpps: self.rpps_of(signature.medecin_id) };
        if !self.requises().contains(&wanted) {
            return Err(DeclarationRefusee::SignataireNonPartie);
        }
        if !self.manquantes().contains(&wanted) {
            return Err(DeclarationRefusee::DejaSignee);
        }
        if signature.contenu_sha256 != self.contenu_sha256 {
            return Err(DeclarationRefusee::ContenuDifferent);
        }
        verify_means(&signature, acteur, &wanted)?;
        if signature.signe_le > conditions.aujourd_hui
            || signature.signe_a.is_some_and(|instant| instant > conditions.maintenant)
        {
            return Err(DeclarationRefusee::SignatureFuture);
        }
        if signature.signe_le < conditions.naissance {
            return Err(DeclarationRefusee::SignatureAvantNaissance);
        }
        if conditions.age < conditions.age_sans_accord {
            return Err(DeclarationRefusee::PatientMineur { age: conditions.age });
        }
        self.signatures.push(signature);
        if !self.manquantes().is_empty() {
            return Ok(Signee::EnAttente);
        }
        self.etat = Etat::Active;
        Ok(OrdreSignature::of(&self.signatures).map_or(Signee::EnAttente, Signee::Complete))
    }

    /// A doctor refuses.
    pub fn refuse(&mut self, motif: Option<String>) -> Result<(), DeclarationRefusee> {
        self.close(Action::Refuser, Etat::Refusee, motif)
    }

    /// Somebody cancels before the effect.
    pub fn cancel(&mut self, motif: Option<String>) -> Result<(), DeclarationRefusee> {
        self.close(Action::Annuler, Etat::Annulee, motif)
    }

    /// Time has passed.
    pub fn expire(&mut self, maintenant: DateTime<Utc>) -> Result<(), DeclarationRefusee> {
        self.allow(Action::Expirer)?;
        if maintenant < self.expire_le {
            return Err(DeclarationRefusee::TransitionInterdite {
                etat: self.etat,
                action: Action::Expirer,
            });
        }
        self.close(Action::Expirer, Etat::Expiree, None)
    }

    fn close(
        &mut self,
        action: Action,
        etat: Etat,
        motif: Option<String>,
    ) -> Result<(), DeclarationRefusee> {
        self.allow(action)?;
        self.etat = etat;
        self.motif = motif;
        Ok(())
    }

    /// What somebody may do now. The caller's perimeter was checked before.
    pub fn actions(&self, acteur: &Acteur) -> Vec<Action> {
        if self.etat != Etat::EnAttente {
            return Vec::new();
        }
        let missing = self.manquantes();
        let may_sign = |wanted: &SignatureManquante| match acteur {
            Acteur::Medecin(rpps) => wanted.rpps == Some(*rpps),
            Acteur::Patient(_) => wanted.role == RoleSignataire::Assure,
            Acteur::Caisse(_) => true,
        };
        let mut actions = Vec::new();
        if missing.iter().any(may_sign) {
            actions.push(Action::Signer);
        }
        if let Acteur::Medecin(rpps) = acteur
            && self.medecins.iter().any(|medecin| medecin.rpps == *rpps)
        {
            actions.push(Action::Refuser);
        }
        actions.push(Action::Annuler);
        actions
    }
}

fn verify_means(
    signature: &Signature,
    acteur: &Acteur,
    wanted: &SignatureManquante,
) -> Result<(), DeclarationRefusee> {
    let (moyen, role) = (signature.moyen, signature.role);
    if !moyen.convient_a(role) {
        return Err(DeclarationRefusee::MoyenInadapte { moyen, role });
    }
    if !moyen.transmissible_par(acteur, wanted) {
        return Err(DeclarationRefusee::TransmissionInterdite { moyen, role });
    }
    let evidence = &signature.preuve;
    if moyen.est_papier() && (evidence.temoin.is_none() || evidence.reference_archive.is_none()) {
        return Err(DeclarationRefusee::PapierSansTemoin);
    }
    Ok(())
}
