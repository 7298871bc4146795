//! Proofs of signature: what an issuer that this deployment trusts says of a signature that it took.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::jwks::KeySource;
use super::jws::{Jws, JwsError, instant};
use crate::domain::acteur::Sujet;
use crate::domain::declaration::{
    MoyenSignature, Preuve, PreuveRecue, PreuveRefusee, PreuveVerifiee, RoleSignataire,
};
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::Rpps;
use crate::domain::identifiers::texte_libre::est_un_pseudonyme;
use crate::domain::vocabulary::Vocabulaire;

/// Type of a proof, so that no token is ever taken for one.
pub(super) const TYPE: &str = "preuve-signature+jwt";

/// Who may prove signatures, and by which means.
#[derive(Debug, Clone)]
pub struct EmetteurPreuves {
    /// `iss`.
    pub emetteur: String,
    /// Its keys.
    pub keys: KeySource,
    /// The means of which its word is taken.
    pub moyens: BTreeSet<MoyenSignature>,
}

/// Checks proofs of signature.
#[derive(Debug)]
pub struct Preuves {
    emetteurs: Vec<EmetteurPreuves>,
    declarees: BTreeSet<MoyenSignature>,
}

impl From<JwsError> for PreuveRefusee {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::TooLong => Self::TropLongue,
            JwsError::Malformed => Self::Illisible,
            JwsError::Header => Self::EnTete,
            JwsError::UnknownKey => Self::CleInconnue,
            JwsError::NoKeys => Self::ClesIndisponibles,
            JwsError::Signature => Self::SignatureFausse,
        }
    }
}

impl Preuves {
    /// Believes these issuers, and whoever declares a signature by one of these means.
    pub const fn new(emetteurs: Vec<EmetteurPreuves>, declarees: BTreeSet<MoyenSignature>) -> Self {
        Self { emetteurs, declarees }
    }

    /// The keys of the issuers.
    pub fn keys(&self) -> impl Iterator<Item = &KeySource> {
        self.emetteurs.iter().map(|emetteur| &emetteur.keys)
    }

    /// What came with a signature: its proof, or references where they are enough.
    pub async fn receive(
        &self,
        moyen: MoyenSignature,
        jws: Option<&str>,
        references: Preuve,
    ) -> PreuveRecue {
        match jws {
            Some(jws) => match self.verify(jws).await {
                Ok(verifiee) => PreuveRecue::Verifiee(Box::new(verifiee)),
                Err(why) => PreuveRecue::Refusee(why),
            },
            None if moyen.est_papier() || self.declarees.contains(&moyen) => {
                PreuveRecue::Declaree(references)
            }
            None => PreuveRecue::Refusee(PreuveRefusee::Absente),
        }
    }

    /// What a proof says. Whether that is the signature announced, whether its instant is acceptable
    /// and whether it was used before, is for who records the signature.
    pub async fn verify(&self, preuve: &str) -> Result<PreuveVerifiee, PreuveRefusee> {
        let jws = Jws::read(preuve, &[Some(TYPE)])?;
        let iss = text(&jws.claims, "iss")?;
        let emetteur = self.emetteurs.iter().find(|known| known.emetteur == iss);
        let emetteur = emetteur.ok_or(PreuveRefusee::EmetteurInconnu)?;
        let (_, cle) = jws.verify(&emetteur.keys).await?;
        let verifiee = read(&jws.claims, iss, cle)?;
        if !emetteur.moyens.contains(&verifiee.moyen) {
            return Err(PreuveRefusee::MoyenNonAdmis);
        }
        Ok(verifiee)
    }
}

fn read(
    claims: &Map<String, Value>,
    iss: &str,
    cle: Empreinte,
) -> Result<PreuveVerifiee, PreuveRefusee> {
    let role: RoleSignataire = word(claims, "role")?;
    let (rpps, sujet) = if role == RoleSignataire::Medecin {
        (Some(Rpps::parse(text(claims, "rpps")?).map_err(|_why| incomplete("rpps"))?), None)
    } else if claims.contains_key("rpps") {
        return Err(incomplete("rpps"));
    } else {
        let sujet = Sujet::new(text(claims, "sub")?, None).ok_or(incomplete("sub"))?;
        (None, Some(sujet))
    };
    let digest = Empreinte::parse(text(claims, "contenu_sha256")?);
    Ok(PreuveVerifiee {
        emetteur: iss.to_owned(),
        cle,
        identifiant: pseudonym(claims, "jti")?,
        signe_a: signe_a(claims)?,
        moyen: word(claims, "moyen")?,
        role,
        rpps,
        sujet,
        support: pseudonym(claims, "support")?,
        contenu_sha256: digest.ok_or(incomplete("contenu_sha256"))?,
    })
}

fn signe_a(claims: &Map<String, Value>) -> Result<DateTime<Utc>, PreuveRefusee> {
    claims.get("iat").and_then(instant).ok_or(PreuveRefusee::SansInstant)
}

const fn incomplete(name: &'static str) -> PreuveRefusee {
    PreuveRefusee::Incomplete(name)
}

fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, PreuveRefusee> {
    claims.get(name).and_then(Value::as_str).ok_or(incomplete(name))
}

fn word<V: Vocabulaire>(
    claims: &Map<String, Value>,
    name: &'static str,
) -> Result<V, PreuveRefusee> {
    V::du_mot(text(claims, name)?).ok_or(incomplete(name))
}

fn pseudonym(claims: &Map<String, Value>, name: &'static str) -> Result<String, PreuveRefusee> {
    let text = text(claims, name)?;
    if est_un_pseudonyme(text) { Ok(text.to_owned()) } else { Err(incomplete(name)) }
}
