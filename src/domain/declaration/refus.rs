//! Why a declaration does not move.

use chrono::NaiveDate;

use super::super::identifiers::Rpps;
use super::conjoint::EchecConjoint;
use super::contenu::EcartContenu;
use super::cycle::{Action, Etat};
use super::parties::SignatureManquante;
use super::preuve::PreuveRefusee;
use super::signature::{MoyenSignature, RoleSignataire};

/// Why a declaration does not move. One variant, one rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeclarationRefusee {
    #[error("{action:?} is impossible in state {etat:?}")]
    TransitionInterdite { etat: Etat, action: Action },
    #[error("already signed")]
    DejaSignee,
    /// The digest signed is not that of the content; what differs, when the content that was signed is known.
    #[error("another content was signed")]
    ContenuDifferent(Option<EcartContenu>),
    /// A signature in this quality, by this doctor if any, is none of those that are wanted on that day.
    #[error("no signature of {role:?} is wanted on {jour}")]
    SignataireNonPartie {
        role: RoleSignataire,
        rpps: Option<Rpps>,
        jour: NaiveDate,
        /// Those that are.
        attendues: Vec<SignatureManquante>,
    },
    /// A doctor signs whom the declaration does not name; nobody says who, where it names several.
    #[error("no doctor of the declaration signs")]
    MedecinNonPartie { rpps: Option<Rpps> },
    #[error("{moyen:?} cannot carry a signature of {role:?}")]
    MoyenInadapte { moyen: MoyenSignature, role: RoleSignataire },
    #[error("the caller may not hand over a signature of {role:?} by {moyen:?}")]
    TransmissionInterdite { moyen: MoyenSignature, role: RoleSignataire },
    #[error("a paper signature needs a witness or an archive reference")]
    PapierSansTemoin,
    #[error("signed in the future")]
    SignatureFuture,
    /// Taken by a machine, and transmitted too many days later.
    #[error("signed more than {jours} days ago")]
    SignatureTardive { jours: u64 },
    #[error("the proof of the signature is not believed: {0}")]
    PreuveRefusee(PreuveRefusee),
    /// What is wrong with one signature, of that place among those received; of the only one without a place.
    #[error("{cause}")]
    DeLaSignature { place: Option<usize>, cause: Box<Self> },
    #[error("signed before birth")]
    SignatureAvantNaissance,
    /// Signed after the death of the patient, which the register knows.
    #[error("signed after the death of {jour}")]
    SignatureApresDeces { jour: NaiveDate },
    #[error("the waiting time is over")]
    DelaiDepasse,
    /// The patient is too young to sign: a holder of parental authority does.
    #[error("the patient is too young to sign")]
    PatientMineur { age: u8 },
    #[error("no declaration for a child on {jour}")]
    EnfantAvantOuverture { jour: NaiveDate },
    /// Signed before the person depended on any caisse that the register knows.
    #[error("signed before the first affiliation")]
    SignatureAvantRattachement,
    #[error("nobody is registered as {role:?} on {jour}")]
    RepresentantInconnu { role: RoleSignataire, jour: NaiveDate },
    /// Several holders or representatives: the signature must say which one signed.
    #[error("several are registered as {role:?}")]
    RepresentantAmbigu { role: RoleSignataire },
    /// Conditions of a joint designation that fail, doctor by doctor.
    #[error("joint designation: {} conditions fail", .echecs.len())]
    ConjointImpossible { echecs: Vec<EchecConjoint>, jour: NaiveDate },
    #[error("no joint designation on {jour}")]
    ConjointAvantOuverture { jour: NaiveDate },
    #[error("the amendment does not extend the designation in force on {jour}")]
    AvenantInadapte { jour: NaiveDate },
    /// The holder or the representative who signs is not one of those whom the content names: it is that of a day on which
    /// the patient had come of age, or on which the link did not count or was not known.
    #[error("the content does not name this representative")]
    RepresentantNonNomme { majeur_le: Option<NaiveDate> },
    /// The doctor does not practise, or not as somebody who can be designated, on that day.
    #[error("{rpps} cannot be designated on {jour}")]
    MedecinNonDesignable { rpps: Rpps, jour: NaiveDate },
    /// He can be designated on that day, at another place than the one that is named.
    #[error("{rpps} does not practise at that place on {jour}")]
    LieuNonDesignable { rpps: Rpps, jour: NaiveDate },
}

impl From<PreuveRefusee> for DeclarationRefusee {
    fn from(cause: PreuveRefusee) -> Self {
        Self::PreuveRefusee(cause)
    }
}

impl DeclarationRefusee {
    /// The same, of the signature at a place among several, or of the only one; what is said of the whole declaration, or
    /// names its fields, stays as it is.
    #[must_use]
    pub fn of_signature(self, place: Option<usize>) -> Self {
        let of_all = matches!(
            self,
            Self::TransitionInterdite { .. }
                | Self::DejaSignee
                | Self::DelaiDepasse
                | Self::ContenuDifferent(Some(_))
                | Self::DeLaSignature { .. }
        );
        if of_all { self } else { Self::DeLaSignature { place, cause: Box::new(self) } }
    }
}
