//! Proofs that a signature was taken: what a trusted issuer says of it, and why it is not believed.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::acteur::Sujet;
use super::super::digest::Empreinte;
use super::super::identifiers::Rpps;
use super::super::vocabulary::vocabulaire;
use super::signature::{MoyenSignature, Preuve, RoleSignataire};

vocabulaire!(
    /// How much a signature is proved.
    ModePreuve ("mode_preuve") {
        /// By an issuer that this deployment trusts, whose key was verified.
        Verifiee = 1 "verifiee",
        /// Only said by whoever transmitted it, where the deployment accepts that.
        Declaree = 2 "declaree",
        /// By a paper that was seen or is kept.
        Papier = 3 "papier",
    }
);

/// The instant that is announced and that of the proof may differ by so much.
const TOLERANCE: TimeDelta = TimeDelta::seconds(60);

/// What is announced of a signature, and its proof must say too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureAnnoncee {
    pub role: RoleSignataire,
    /// The doctor, for that quality.
    pub rpps: Option<Rpps>,
    pub moyen: MoyenSignature,
    /// Digest of the content.
    pub contenu_sha256: Empreinte,
    /// Its instant; that of the proof is taken when none is announced.
    pub signe_a: Option<DateTime<Utc>>,
}

/// What an issuer has proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreuveVerifiee {
    /// Who says so.
    pub emetteur: String,
    /// Thumbprint of the key that signed it (RFC 7638, SHA-256).
    pub cle: Empreinte,
    /// Its name, once for all from that issuer (`jti`).
    pub identifiant: String,
    /// When the signature was taken.
    pub signe_a: DateTime<Utc>,
    pub moyen: MoyenSignature,
    pub role: RoleSignataire,
    /// The doctor, for that quality.
    pub rpps: Option<Rpps>,
    /// Whoever else signed, as the issuer names them.
    pub sujet: Option<Sujet>,
    /// Pseudonym of the card, or of the account of the application.
    pub support: String,
    /// Digest of the content that was signed.
    pub contenu_sha256: Empreinte,
}

impl PreuveVerifiee {
    /// Refuses the proof of another signature than the one that is announced.
    pub fn confirme(&self, annoncee: &SignatureAnnoncee) -> Result<(), PreuveRefusee> {
        let ecart = |annonce| self.signe_a.signed_duration_since(annonce).abs();
        if self.contenu_sha256 != annoncee.contenu_sha256 {
            Err(PreuveRefusee::AutreContenu)
        } else if self.moyen != annoncee.moyen {
            Err(PreuveRefusee::AutreMoyen)
        } else if self.role != annoncee.role {
            Err(PreuveRefusee::AutreRole)
        } else if self.rpps != annoncee.rpps {
            Err(PreuveRefusee::AutreMedecin)
        } else if annoncee.signe_a.is_some_and(|annonce| ecart(annonce) > TOLERANCE) {
            Err(PreuveRefusee::AutreInstant)
        } else {
            Ok(())
        }
    }
}

/// What came with a signature to prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreuveRecue {
    /// A proof whose issuer and key were verified.
    Verifiee(Box<PreuveVerifiee>),
    /// References: of paper, or of what the deployment lets be declared.
    Declaree(Preuve),
    /// Nothing that is believed.
    Refusee(PreuveRefusee),
}

impl PreuveRecue {
    /// When the signature was taken, as its issuer says.
    pub fn signe_a(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Verifiee(verifiee) => Some(verifiee.signe_a),
            Self::Declaree(_) | Self::Refusee(_) => None,
        }
    }

    /// What is kept of it, once it is that of the signature announced.
    pub fn retenir(&self, annoncee: &SignatureAnnoncee) -> Result<Preuve, PreuveRefusee> {
        match self {
            Self::Verifiee(verifiee) => {
                verifiee.confirme(annoncee)?;
                Ok(Preuve {
                    emetteur: Some(verifiee.emetteur.clone()),
                    identifiant_jeton: Some(verifiee.identifiant.clone()),
                    numero_serie_support: Some(verifiee.support.clone()),
                    sujet: verifiee.sujet.as_ref().map(|sujet| sujet.as_str().to_owned()),
                    cle_sha256: Some(verifiee.cle.to_string()),
                    ..Preuve::default()
                })
            }
            Self::Declaree(preuve) => Ok(preuve.clone()),
            Self::Refusee(why) => Err(*why),
        }
    }
}

/// Why a proof is not believed. Its sentence is read by whoever transmitted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PreuveRefusee {
    /// There is none, and this means needs one.
    #[error("Une signature par ce moyen se transmet avec sa preuve, dans « preuve.jws ».")]
    Absente,
    /// Used for another signature.
    #[error("La preuve a déjà servi : chaque signature a la sienne.")]
    DejaUtilisee,
    /// Longer than any proof.
    #[error("La preuve est trop longue.")]
    TropLongue,
    /// Not a compact JWS.
    #[error("La preuve n'est pas un JWS compact lisible.")]
    Illisible,
    /// Its algorithm or its type, or something that must be understood.
    #[error(
        "L'en-tête de la preuve n'est pas admis : type « preuve-signature+jwt », algorithme à clé publique, sans « crit »."
    )]
    EnTete,
    /// Nobody here trusts who issued it.
    #[error("L'émetteur de la preuve n'est pas reconnu par ce service.")]
    EmetteurInconnu,
    /// Its key is not, or no longer, one of its issuer's.
    #[error("La clé de la preuve n'est pas une clé publiée par son émetteur.")]
    CleInconnue,
    /// The keys of its issuer cannot be had: nobody knows whether it is right.
    #[error("Les clés de l'émetteur de la preuve ne sont pas joignables.")]
    ClesIndisponibles,
    /// Its signature is not its issuer's.
    #[error("La signature de la preuve est fausse.")]
    SignatureFausse,
    /// A claim is missing, or is not what it should be.
    #[error("La preuve n'indique pas « {0} », ou pas sous la forme attendue.")]
    Incomplete(&'static str),
    /// It does not say when.
    #[error("La preuve n'indique pas l'instant de la signature (« iat »).")]
    SansInstant,
    /// Its issuer is not trusted for that means.
    #[error("L'émetteur de la preuve ne prouve pas ce moyen de signature.")]
    MoyenNonAdmis,
    /// Of another content.
    #[error("La preuve porte sur un autre contenu.")]
    AutreContenu,
    /// By another means.
    #[error("La preuve porte sur un autre moyen de signature.")]
    AutreMoyen,
    /// In another quality.
    #[error("La preuve porte sur un signataire d'une autre qualité.")]
    AutreRole,
    /// Of another doctor.
    #[error("La preuve porte sur la signature d'un autre médecin.")]
    AutreMedecin,
    /// At another instant.
    #[error("La preuve porte sur un autre instant que celui qui est annoncé.")]
    AutreInstant,
}

impl PreuveRefusee {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Absente => "preuve_absente",
            Self::DejaUtilisee => "preuve_deja_utilisee",
            Self::TropLongue => "preuve_trop_longue",
            Self::Illisible => "preuve_illisible",
            Self::EnTete => "preuve_en_tete",
            Self::EmetteurInconnu => "preuve_emetteur_inconnu",
            Self::CleInconnue => "preuve_cle_inconnue",
            Self::ClesIndisponibles => "preuve_cles_indisponibles",
            Self::SignatureFausse => "preuve_signature_fausse",
            Self::Incomplete(_) => "preuve_incomplete",
            Self::SansInstant => "preuve_sans_instant",
            Self::MoyenNonAdmis => "preuve_moyen_non_admis",
            Self::AutreContenu => "preuve_autre_contenu",
            Self::AutreMoyen => "preuve_autre_moyen",
            Self::AutreRole => "preuve_autre_role",
            Self::AutreMedecin => "preuve_autre_medecin",
            Self::AutreInstant => "preuve_autre_instant",
        }
    }
}
