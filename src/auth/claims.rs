//! From the claims of an issuer to somebody: where they are and what its words mean are settings.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::acteur::{Acteur, Caisse, Role, Sujet};
use crate::domain::droits::Portee;
use crate::domain::identifiers::{DateNaissanceAmo, Idnps, Nir, Organisme, Rpps};
use crate::domain::vocabulary::Vocabulaire;

/// What a token proves about its bearer.
#[derive(Clone, PartialEq, Eq)]
pub enum Porteur {
    /// Somebody.
    Acteur(Acteur),
    /// A patient whom the register finds by their own number, and by their birth if it is said.
    PatientParNumero {
        /// NIR, or NIA, which has its form.
        numero: Nir,
        /// Birth date.
        naissance: Option<DateNaissanceAmo>,
    },
}

impl std::fmt::Debug for Porteur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Acteur(acteur) => acteur.fmt(f),
            Self::PatientParNumero { .. } => f.write_str("PatientParNumero(…)"),
        }
    }
}

/// Who calls, and what their token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appelant {
    /// Who, for this service.
    pub porteur: Porteur,
    /// Who, for the issuer.
    pub sujet: Sujet,
    /// Scopes.
    pub portees: BTreeSet<Portee>,
}

/// What an issuer calls a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleNames {
    /// The role.
    pub role: Role,
    /// Its words that mean it.
    pub mots: Vec<String>,
    /// The scopes of its bearers, when the token says none.
    pub portees: BTreeSet<Portee>,
}

/// Where an issuer puts its claims. A path of names between dots leads into nested claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// Role.
    pub role: String,
    /// RPPS, or IDNPS.
    pub rpps: String,
    /// Id of the register.
    pub patient: String,
    /// A patient's own number.
    pub numero: Option<String>,
    /// A patient's birth date, which must then be that of the register.
    pub naissance: Option<String>,
    /// Régime, caisse and centre.
    pub organisme: String,
    /// The organisation that the subject acts for.
    pub organisation: Option<String>,
    /// Scopes.
    pub portees: String,
    /// What roles are called.
    pub roles: Vec<RoleNames>,
}

impl Default for ClaimNames {
    fn default() -> Self {
        let own = |role: &Role| RoleNames {
            role: *role,
            mots: vec![role.mot().to_owned()],
            portees: BTreeSet::new(),
        };
        Self {
            role: "role".to_owned(),
            rpps: "rpps".to_owned(),
            patient: "patient_id".to_owned(),
            numero: None,
            naissance: None,
            organisme: "organisme".to_owned(),
            organisation: None,
            portees: "scope".to_owned(),
            roles: Role::TOUS.iter().map(own).collect(),
        }
    }
}

impl ClaimNames {
    /// Who bears a token; `None` when its claims name nobody, or several.
    pub(super) fn appelant(&self, claims: &Map<String, Value>) -> Option<Appelant> {
        let names = self.role(claims)?;
        let porteur = match names.role {
            Role::Medecin => Porteur::Acteur(Acteur::Medecin(rpps(text(claims, &self.rpps)?)?)),
            Role::Patient => self.patient(claims)?,
            Role::Caisse => {
                let organisme = Organisme::parse(text(claims, &self.organisme)?).ok()?;
                Porteur::Acteur(Acteur::Caisse(Caisse::of(organisme)))
            }
            Role::Referentiel => Porteur::Acteur(Acteur::Referentiel),
            Role::Statistiques => Porteur::Acteur(Acteur::Statistiques),
        };
        let organisation = self.organisation.as_ref().and_then(|path| claim(claims, path));
        let organisation = organisation.map(|value| value.as_str().unwrap_or_default());
        let sujet = Sujet::new(text(claims, "sub")?, organisation)?;
        let portees = match claim(claims, &self.portees) {
            None => names.portees.clone(),
            Some(value) => {
                words(value).flat_map(str::split_whitespace).filter_map(Portee::du_mot).collect()
            }
        };
        Some(Appelant { porteur, sujet, portees })
    }

    /// The one role that the token names; when it names none, the one whose claim it holds.
    fn role(&self, claims: &Map<String, Value>) -> Option<&RoleNames> {
        let named = claim(claims, &self.role);
        let held = |role| match role {
            Role::Medecin => claim(claims, &self.rpps).is_some(),
            Role::Patient => {
                let numero = self.numero.as_ref().and_then(|path| claim(claims, path));
                claim(claims, &self.patient).or(numero).is_some()
            }
            Role::Caisse => claim(claims, &self.organisme).is_some(),
            Role::Referentiel | Role::Statistiques => false,
        };
        let mut possible = self.roles.iter().filter(|names| match named {
            Some(value) => words(value).any(|word| names.mots.iter().any(|mot| mot == word)),
            None => held(names.role),
        });
        possible.next().filter(|_| possible.next().is_none())
    }

    fn patient(&self, claims: &Map<String, Value>) -> Option<Porteur> {
        if let Some(value) = claim(claims, &self.patient) {
            return Some(Porteur::Acteur(Acteur::Patient(value.as_str()?.parse().ok()?)));
        }
        let numero = Nir::parse(text(claims, self.numero.as_ref()?)?).ok()?;
        let naissance = match &self.naissance {
            None => None,
            Some(path) => Some(DateNaissanceAmo::parse(text(claims, path)?).ok()?),
        };
        Some(Porteur::PatientParNumero { numero, naissance })
    }
}

/// An RPPS, alone or behind the `8` of an IDNPS, as Pro Santé Connect writes it.
fn rpps(text: &str) -> Option<Rpps> {
    match (Rpps::parse(text), Idnps::parse(text)) {
        (Ok(rpps), _) | (_, Ok(Idnps::Rpps(rpps))) => Some(rpps),
        _ => None,
    }
}

/// The claim at a path; one that is null is not there. A name may hold dots itself.
fn claim<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let nested = || {
        let (name, rest) = path.split_once('.')?;
        claim(claims.get(name)?.as_object()?, rest)
    };
    claims.get(path).or_else(nested).filter(|value| !value.is_null())
}

fn text<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a str> {
    claim(claims, path).and_then(Value::as_str)
}

/// The words of a claim: one text, or a list of them.
fn words(value: &Value) -> impl Iterator<Item = &str> {
    let several = value.as_array().into_iter().flatten();
    several.filter_map(Value::as_str).chain(value.as_str())
}
