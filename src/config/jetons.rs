//! Settings of tokens, of proofs, and of the keys with which they are verified.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::TimeDelta;

use super::{Besoin, Variables};
use crate::auth::{ClaimNames, Network, Proxy, TokenRules};
use crate::domain::acteur::Role;
use crate::domain::declaration::MoyenSignature;
use crate::domain::droits::Portee;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::Mode;

/// Most issuers of proofs.
const ISSUERS_OF_PROOFS: u8 = 20;

/// Who issues tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JetonsConfig {
    /// The issuer of the sandbox.
    BacASable,
    /// Nobody: a command receives no caller.
    Personne,
    /// Another one, and only that one.
    Emetteur {
        /// `iss`.
        emetteur: String,
        /// `aud`.
        audience: String,
        /// Where its keys are.
        jwks_url: String,
        /// What is asked of its tokens.
        regles: Box<TokenRules>,
    },
}

impl JetonsConfig {
    pub(super) fn read(mode: Mode, variables: &mut Variables<'_>) -> Self {
        let names = ["TRAITANT_EMETTEUR", "TRAITANT_AUDIENCE", "TRAITANT_JWKS_URL"];
        let given = names.map(|name| variables.get(name));
        if mode == Mode::BacASable && given.iter().all(Option::is_none) {
            return Self::BacASable;
        }
        if variables.besoin != Besoin::Service && given.iter().all(Option::is_none) {
            return Self::Personne;
        }
        for (name, value) in names.iter().zip(&given) {
            if value.is_none() {
                variables.wrong(name, "obligatoire dès qu'un émetteur de jetons est désigné");
            }
        }
        let [emetteur, audience, jwks_url] = given.map(Option::unwrap_or_default);
        verify_url(mode, "TRAITANT_JWKS_URL", &jwks_url, variables);
        if mode == Mode::Production && emetteur == crate::auth::DEV_ISSUER {
            variables
                .wrong("TRAITANT_EMETTEUR", "l'émetteur du bac à sable est refusé en production");
        }
        Self::Emetteur { emetteur, audience, jwks_url, regles: Box::new(rules(variables)) }
    }
}

fn rules(variables: &mut Variables<'_>) -> TokenRules {
    let lifetime = variables.number("TRAITANT_JETON_DUREE_MAX", 60..=604_800, 43_200);
    TokenRules {
        claims: claims(variables),
        lifetime: TimeDelta::seconds(lifetime.into()),
        proxy: proxy(variables),
    }
}

/// Where the claims are, and what roles are called.
fn claims(variables: &mut Variables<'_>) -> ClaimNames {
    let own = ClaimNames::default();
    let name = |variable| variables.get(variable).map(|name| name.trim().to_owned());
    let mut names = ClaimNames {
        role: name("TRAITANT_JETON_ROLE").unwrap_or(own.role),
        rpps: name("TRAITANT_JETON_RPPS").unwrap_or(own.rpps),
        patient: name("TRAITANT_JETON_PATIENT").unwrap_or(own.patient),
        numero: name("TRAITANT_JETON_NUMERO"),
        naissance: name("TRAITANT_JETON_NAISSANCE"),
        organisme: name("TRAITANT_JETON_ORGANISME").unwrap_or(own.organisme),
        organisation: name("TRAITANT_JETON_ORGANISATION"),
        portees: name("TRAITANT_JETON_PORTEES").unwrap_or(own.portees),
        roles: own.roles,
    };
    if names.naissance.is_some() && names.numero.is_none() {
        variables.wrong("TRAITANT_JETON_NAISSANCE", "attendu avec TRAITANT_JETON_NUMERO");
    }
    let mut taken = BTreeSet::new();
    for names in &mut names.roles {
        let (words, scopes) = match names.role {
            Role::Medecin => ("TRAITANT_JETON_ROLE_MEDECIN", "TRAITANT_JETON_PORTEES_MEDECIN"),
            Role::Patient => ("TRAITANT_JETON_ROLE_PATIENT", "TRAITANT_JETON_PORTEES_PATIENT"),
            Role::Caisse => ("TRAITANT_JETON_ROLE_CAISSE", "TRAITANT_JETON_PORTEES_CAISSE"),
            Role::Referentiel => {
                ("TRAITANT_JETON_ROLE_REFERENTIEL", "TRAITANT_JETON_PORTEES_REFERENTIEL")
            }
            Role::Statistiques => {
                ("TRAITANT_JETON_ROLE_STATISTIQUES", "TRAITANT_JETON_PORTEES_STATISTIQUES")
            }
        };
        names.portees = variables.words(scopes, Portee::TOUS);
        let given = variables.list(words);
        if !given.is_empty() {
            names.mots = given;
        }
        if !names.mots.iter().all(|mot| taken.insert(mot.clone())) {
            variables.wrong(words, "attendu des mots qui ne désignent aucun autre rôle");
        }
    }
    names
}

/// The proxy whose word is taken about certificates.
fn proxy(variables: &mut Variables<'_>) -> Option<Proxy> {
    let (certificate, peers) = ("TRAITANT_JETON_CERTIFICAT", "TRAITANT_JETON_MANDATAIRES");
    let (header, given) = (variables.get(certificate), variables.list(peers));
    let token = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if header.as_ref().is_some_and(|name| !token(name.trim())) {
        variables.wrong(certificate, "attendu le nom d'un en-tête HTTP");
    }
    if header.is_some() == given.is_empty() {
        let (missing, other) =
            if given.is_empty() { (peers, certificate) } else { (certificate, peers) };
        variables.wrong(missing, format!("obligatoire avec {other}"));
    }
    let networks: Option<Vec<Network>> = given.iter().map(|text| Network::parse(text)).collect();
    if networks.is_none() {
        variables.wrong(peers, "attendu des adresses, par exemple 10.0.0.7 ou 10.0.0.0/8");
    }
    Some(Proxy { header: header?.trim().to_owned(), networks: networks? })
}

/// Refuses an address that anybody could answer for.
fn verify_url(mode: Mode, name: &str, url: &str, variables: &mut Variables<'_>) {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let here = |rest: &str| rest.is_empty() || rest.starts_with([':', '/']);
    let trusted = url.starts_with("https://")
        || mode == Mode::BacASable
            && local.iter().any(|start| url.strip_prefix(start).is_some_and(here));
    if !url.is_empty() && !trusted {
        variables.wrong(name, "attendu une adresse https");
    }
}

/// The keys of issuers, of tokens and of proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClesConfig {
    /// Age at which a set is asked for again, in seconds.
    pub age: u32,
    /// Age beyond which a set is no longer used, in seconds.
    pub age_max: u32,
    /// File of certificates of authorities, beside those of the system.
    pub ca: Option<PathBuf>,
}

impl ClesConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Self {
        let age = variables.number("TRAITANT_CLES_AGE", 1..=86_400, 600);
        let age_max = variables.number("TRAITANT_CLES_AGE_MAX", 1..=604_800, 3_600);
        if age_max < age {
            variables.wrong("TRAITANT_CLES_AGE_MAX", "attendu au moins TRAITANT_CLES_AGE");
        }
        Self { age, age_max, ca: variables.get("TRAITANT_CA").map(PathBuf::from) }
    }
}

/// Who proves signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreuvesConfig {
    /// The issuers that are configured.
    pub emetteurs: Vec<EmetteurPreuvesConfig>,
    /// Whether the sandbox proves signatures itself: when no issuer is configured.
    pub bac_a_sable: bool,
    /// The means by which a signature may be declared without a proof.
    pub declarees: BTreeSet<MoyenSignature>,
}

/// An issuer of proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmetteurPreuvesConfig {
    /// `iss`.
    pub emetteur: String,
    /// Where its keys are.
    pub jwks_url: String,
    /// What it may prove.
    pub moyens: BTreeSet<MoyenSignature>,
}

impl PreuvesConfig {
    pub(super) fn read(mode: Mode, variables: &mut Variables<'_>) -> Self {
        let mut emetteurs: Vec<EmetteurPreuvesConfig> = Vec::new();
        for n in 1..=ISSUERS_OF_PROOFS {
            let names = [
                format!("TRAITANT_PREUVES_{n}_EMETTEUR"),
                format!("TRAITANT_PREUVES_{n}_JWKS_URL"),
                format!("TRAITANT_PREUVES_{n}_MOYENS"),
            ];
            let given = names.each_ref().map(|name| variables.get(name));
            if given.iter().all(Option::is_none) {
                continue;
            }
            for (name, _) in names.iter().zip(&given).filter(|(_, value)| value.is_none()) {
                variables.wrong(name, "obligatoire dès qu'un émetteur de preuves est désigné");
            }
            let [emetteur, jwks_url, _] = given.map(Option::unwrap_or_default);
            let [name, url, means] = &names;
            verify_url(mode, url, &jwks_url, variables);
            if mode == Mode::Production && emetteur == crate::auth::DEV_PROOF_ISSUER {
                variables.wrong(name, "l'émetteur du bac à sable est refusé en production");
            }
            if emetteurs.iter().any(|other| other.emetteur == emetteur) {
                variables.wrong(name, "un autre émetteur de preuves porte ce nom");
            }
            let moyens = variables.words(means, &MoyenSignature::ELECTRONIQUES);
            emetteurs.push(EmetteurPreuvesConfig { emetteur, jwks_url, moyens });
        }
        Self {
            bac_a_sable: mode == Mode::BacASable && emetteurs.is_empty(),
            emetteurs,
            declarees: variables
                .words("TRAITANT_PREUVES_DECLAREES", &MoyenSignature::ELECTRONIQUES),
        }
    }
}
