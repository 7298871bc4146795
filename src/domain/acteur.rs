//! Who acts: what a token proves about its bearer, and nothing more.

use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;

use super::identifiers::texte_libre::est_un_pseudonyme;
use super::identifiers::{CommuneExercice, Organisme, Rpps};
use super::ids::PatientId;
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// In which role somebody calls.
    Role ("role") {
        /// A doctor, or the software that acts under their card.
        Medecin = 1 "medecin",
        /// A patient, from their portal.
        Patient = 2 "patient",
        /// A caisse.
        Caisse = 3 "caisse",
        /// Who keeps the national register of doctors.
        Referentiel = 4 "referentiel",
        /// Who reads statistics, and sees nobody.
        Statistiques = 5 "statistiques",
    }
);

/// A caisse: régime and caisse gestionnaire. Its agents and machines act in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caisse(Organisme);

impl Caisse {
    /// The caisse of an organisme, whatever the centre.
    pub const fn of(organisme: Organisme) -> Self {
        Self(organisme)
    }

    /// Whether an organisme belongs to this caisse.
    pub fn gere(&self, organisme: &Organisme) -> bool {
        self.0.same_caisse(organisme)
    }

    /// Whether a commune is of its territory.
    pub fn couvre(&self, commune: &CommuneExercice) -> bool {
        self.0.departement() == Some(commune.departement())
    }

    /// The organisme given for the caisse.
    pub const fn organisme(&self) -> &Organisme {
        &self.0
    }

    /// Régime and caisse, five digits.
    pub fn code(&self) -> String {
        [self.0.regime(), self.0.caisse()].concat()
    }
}

/// The bearer of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Acteur {
    /// A doctor, or the software that acts under their card.
    Medecin(Rpps),
    /// A patient, from their portal.
    Patient(PatientId),
    Caisse(Caisse),
    /// Who keeps the national register of doctors. There is one: its agents are told apart by the subjects of
    /// their tokens, which are sealed, and an identity is not.
    Referentiel,
    /// Who reads statistics of the whole register, and nothing about anybody.
    Statistiques,
}

impl Acteur {
    /// The role.
    pub const fn role(&self) -> Role {
        match self {
            Self::Medecin(_) => Role::Medecin,
            Self::Patient(_) => Role::Patient,
            Self::Caisse(_) => Role::Caisse,
            Self::Referentiel => Role::Referentiel,
            Self::Statistiques => Role::Statistiques,
        }
    }

    /// The caisse, if it is one.
    pub const fn caisse(&self) -> Option<&Caisse> {
        if let Self::Caisse(caisse) = self { Some(caisse) } else { None }
    }

    /// Who, as written in traces: an RPPS, an internal id, the code of a caisse, or the one national register.
    pub fn identite(&self) -> String {
        match self {
            Self::Medecin(rpps) => rpps.to_string(),
            Self::Patient(id) => id.to_string(),
            Self::Caisse(caisse) => caisse.code(),
            Self::Referentiel | Self::Statistiques => self.role().mot().to_owned(),
        }
    }

    /// Role and identity: the owner of idempotency keys.
    pub fn cle(&self) -> String {
        format!("{}:{}", self.role().mot(), self.identite())
    }
}

/// Who answers for an act or for a reading: a role, an identity, and the subject of the token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Auteur {
    /// In which role, for whom.
    pub acteur: Acteur,
    /// Who, inside of it.
    pub sujet: Sujet,
}

impl Auteur {
    /// All of it as one text, to be digested.
    pub fn texte(&self) -> String {
        let organisation = self.sujet.organisation().unwrap_or_default();
        [&self.acteur.cle(), organisation, self.sujet.as_str()].join("\n")
    }

    /// The same, of one person however their subject is written.
    pub fn personne(&self) -> String {
        let organisation = self.sujet.organisation().unwrap_or_default();
        [&self.acteur.cle(), organisation, &self.sujet.personne()].join("\n")
    }
}

/// Who holds a token, as its issuer names them: an agent of a caisse, a doctor's delegate, a machine.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sujet {
    sub: Arc<str>,
    organisation: Option<Arc<str>>,
}

impl std::fmt::Debug for Sujet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sujet(…)")
    }
}

impl Sujet {
    /// A subject, and the organisation that it acts for; `None` for what is no pseudonym.
    pub fn new(sub: &str, organisation: Option<&str>) -> Option<Self> {
        let pseudonyms = est_un_pseudonyme(sub) && organisation.is_none_or(est_un_pseudonyme);
        let made = || Self { sub: sub.into(), organisation: organisation.map(Arc::from) };
        pseudonyms.then(made)
    }

    /// The name that its issuer gives it.
    pub fn as_str(&self) -> &str {
        &self.sub
    }

    /// The person whom it names, however it is written: an issuer, or what copies from one to another, may change the case, the
    /// spaces or the form of a name, and it is still of one person. Where two persons must act, this is compared.
    pub fn personne(&self) -> String {
        // Folding may undo the form: it is made again.
        let folded: String = self.sub.nfkc().flat_map(char::to_uppercase).collect();
        let folded: String = folded.nfkc().flat_map(char::to_lowercase).nfkc().collect();
        folded.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The organisation that it acts for, when its issuer says so.
    pub fn organisation(&self) -> Option<&str> {
        self.organisation.as_deref()
    }
}
