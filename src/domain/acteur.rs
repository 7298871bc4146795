//! Who acts: what a token proves about its bearer, and nothing more.

use super::identifiers::{Organisme, Rpps};
use super::ids::PatientId;

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
}

impl Acteur {
    /// The role, as written in traces and events.
    pub const fn role(&self) -> &'static str {
        match self {
            Self::Medecin(_) => "medecin",
            Self::Patient(_) => "patient",
            Self::Caisse(_) => "caisse",
        }
    }

    /// Who, as written in traces: an RPPS, an internal id or the code of a caisse.
    pub fn identite(&self) -> String {
        match self {
            Self::Medecin(rpps) => rpps.to_string(),
            Self::Patient(id) => id.to_string(),
            Self::Caisse(caisse) => caisse.code(),
        }
    }

    /// Role and identity: the owner of idempotency keys.
    pub fn cle(&self) -> String {
        format!("{}:{}", self.role(), self.identite())
    }
}
