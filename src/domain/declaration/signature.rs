//! Signatures: who, when, by which means, over which content. Evidence of the means is kept; none
//! of them is pretended to be a qualified electronic signature.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::super::acteur::Acteur;
use super::super::calendar::Periode;
use super::super::digest::Empreinte;
use super::super::identifiers::Rpps;
use super::super::ids::{MedecinId, RepresentationId, SignatureId};
use super::super::vocabulary::vocabulaire;
use super::preuve::ModePreuve;
use super::refus::DeclarationRefusee;

vocabulaire!(
    /// In which quality somebody signs.
    RoleSignataire ("role_signataire") {
        Assure = 1 "assure",
        TitulaireAutoriteParentale = 2 "titulaire_autorite_parentale",
        /// The representative of a protected adult.
        Tuteur = 3 "tuteur",
        Medecin = 4 "medecin",
        /// Who assists a protected adult, without representing them.
        Curateur = 5 "curateur",
    }

    /// Means of a signature.
    MoyenSignature ("moyen_signature") {
        CarteVitale = 1 "carte_vitale",
        AppCarteVitale = 2 "app_carte_vitale",
        Franceconnect = 3 "franceconnect",
        /// Carte de professionnel de santé.
        Cps = 4 "cps",
        /// Its mobile form.
        ECps = 5 "e_cps",
        ProSanteConnect = 6 "pro_sante_connect",
        /// The signed paper was seen.
        PapierOriginalVu = 7 "papier_original_vu",
        /// A copy of the signed paper was seen.
        PapierCopie = 8 "papier_copie",
    }
);

impl RoleSignataire {
    /// Whether somebody signs in this quality for another person.
    pub const fn represente(self) -> bool {
        matches!(self, Self::TitulaireAutoriteParentale | Self::Tuteur | Self::Curateur)
    }
}

impl MoyenSignature {
    /// Those that a machine takes, and of which it may give a proof.
    pub const ELECTRONIQUES: [Self; 6] = [
        Self::CarteVitale,
        Self::AppCarteVitale,
        Self::Franceconnect,
        Self::Cps,
        Self::ECps,
        Self::ProSanteConnect,
    ];

    /// Whether this means can carry a signature in that quality.
    pub const fn convient_a(self, role: RoleSignataire) -> bool {
        match self {
            Self::CarteVitale | Self::AppCarteVitale | Self::Franceconnect => {
                !matches!(role, RoleSignataire::Medecin)
            }
            Self::Cps | Self::ECps | Self::ProSanteConnect => {
                matches!(role, RoleSignataire::Medecin)
            }
            Self::PapierOriginalVu | Self::PapierCopie => true,
        }
    }

    /// Whether somebody may hand over a signature taken by this means. A doctor hands over his own,
    /// and that of the patient whose card was read in front of him; a patient hands over his own; a
    /// caisse enters paper.
    pub fn transmissible_par(
        self,
        acteur: &Acteur,
        role: RoleSignataire,
        of: Option<Rpps>,
    ) -> bool {
        let for_doctor = role == RoleSignataire::Medecin;
        match (self, acteur) {
            (Self::Cps | Self::ECps | Self::ProSanteConnect, Acteur::Medecin(rpps)) => {
                of == Some(*rpps)
            }
            (Self::CarteVitale | Self::AppCarteVitale, Acteur::Medecin(_))
            | (Self::AppCarteVitale | Self::Franceconnect, Acteur::Patient(_)) => !for_doctor,
            (Self::PapierOriginalVu | Self::PapierCopie, Acteur::Caisse(_)) => true,
            _ => false,
        }
    }

    /// Whether the signature was put on paper: a witness or an archive reference is then needed.
    pub const fn est_papier(self) -> bool {
        matches!(self, Self::PapierOriginalVu | Self::PapierCopie)
    }
}

/// Evidence of the means: digests and references, never a token nor a number of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Preuve {
    /// Digest of the evidence held elsewhere, 64 hexadecimal characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empreinte_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emetteur: Option<String>,
    /// Identifier of the token (`jti`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifiant_jeton: Option<String>,
    /// Pseudonym of the card, or of the account of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numero_serie_support: Option<String>,
    /// Whoever signed, as the issuer of the proof names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sujet: Option<String>,
    /// Thumbprint of the key by which the proof was verified; without it, nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cle_sha256: Option<String>,
    /// Where the paper is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_archive: Option<String>,
    /// Agent who saw the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temoin: Option<String>,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub id: SignatureId,
    pub role: RoleSignataire,
    pub medecin_id: Option<MedecinId>,
    /// The dated link of the holder or representative, for those qualities.
    pub representation_id: Option<RepresentationId>,
    pub signe_le: NaiveDate,
    /// Its instant, when a machine took it.
    pub signe_a: Option<DateTime<Utc>>,
    pub recue_le: DateTime<Utc>,
    pub moyen: MoyenSignature,
    /// Level of the identification, as its issuer names it.
    pub niveau: Option<String>,
    pub preuve: Preuve,
    pub contenu_sha256: Empreinte,
}

impl Signature {
    /// Whether it counts, given the days of every link of the person as known now: that of somebody who signs for another does
    /// as long as its link was in force on its own day.
    pub fn vaut(&self, connus: &[(RepresentationId, Periode)]) -> bool {
        self.representation_id.is_none_or(|link| {
            connus.iter().any(|(id, effet)| *id == link && effet.contient(self.signe_le))
        })
    }

    /// How much it is proved.
    pub const fn mode_preuve(&self) -> ModePreuve {
        if self.moyen.est_papier() {
            ModePreuve::Papier
        } else if self.preuve.cle_sha256.is_some() {
            ModePreuve::Verifiee
        } else {
            ModePreuve::Declaree
        }
    }

    /// Whether its means are those of whose signature it is, and of who transmits it; `rpps` is the
    /// number of the doctor awaited.
    pub(super) fn verify_means(
        &self,
        acteur: &Acteur,
        rpps: Option<Rpps>,
    ) -> Result<(), DeclarationRefusee> {
        let (moyen, role) = (self.moyen, self.role);
        if !moyen.convient_a(role) {
            return Err(DeclarationRefusee::MoyenInadapte { moyen, role });
        }
        if !moyen.transmissible_par(acteur, role, rpps) {
            return Err(DeclarationRefusee::TransmissionInterdite { moyen, role });
        }
        Ok(())
    }
}

/// Order of declarations: the last *signed* prevails, not the last received.
///
/// On one day the instants decide when both are known; a declaration whose instant is known
/// prevails over one whose day only is; between two days only, the last received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrdreSignature {
    /// Day of the last signature.
    pub signe_le: NaiveDate,
    /// Instant of the last signature, when all instants are known.
    pub signe_a: Option<DateTime<Utc>>,
    /// When the last signature was received.
    pub recue_le: DateTime<Utc>,
}

/// Of several signatures in one quality, the last that was given: what came before did not suffice, or counts no more.
pub(super) fn dernieres(signatures: &[Signature]) -> impl Iterator<Item = &Signature> {
    let given_again = |place: usize, one: &Signature| {
        let mut later = signatures.iter().skip(place.saturating_add(1));
        later.any(|other| (other.role, other.medecin_id) == (one.role, one.medecin_id))
    };
    let all = signatures.iter().enumerate();
    all.filter(move |(place, one)| !given_again(*place, one)).map(|(_, one)| one)
}

impl OrdreSignature {
    /// The order of a set of signatures; `None` without any.
    pub fn of(signatures: &[Signature]) -> Option<Self> {
        let signe_a = dernieres(signatures)
            .map(|signature| signature.signe_a)
            .collect::<Option<Vec<_>>>()
            .and_then(|instants| instants.into_iter().max());
        Some(Self {
            signe_le: dernieres(signatures).map(|signature| signature.signe_le).max()?,
            signe_a,
            recue_le: dernieres(signatures).map(|signature| signature.recue_le).max()?,
        })
    }
}

impl OrdreSignature {
    /// Whether it surely comes before another: an instant before, whatever the civil days of the places where both were
    /// signed, or a day before, where an instant is not known. When it was received says nothing of that.
    pub fn precede(&self, other: &Self) -> bool {
        let instants = self.signe_a.zip(other.signe_a);
        instants.map_or(self.signe_le < other.signe_le, |(own, others)| own < others)
    }
}

impl PartialOrd for OrdreSignature {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OrdreSignature {
    fn cmp(&self, other: &Self) -> Ordering {
        self.signe_le.cmp(&other.signe_le).then_with(|| match (self.signe_a, other.signe_a) {
            (Some(own), Some(others)) => own.cmp(&others).then(self.recue_le.cmp(&other.recue_le)),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (None, None) => self.recue_le.cmp(&other.recue_le),
        })
    }
}
