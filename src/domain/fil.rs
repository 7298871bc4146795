//! The feed of events: whose a place of it is.

use std::fmt;

use super::acteur::{Acteur, Caisse};
use super::digest::Empreinte;
use super::identifiers::Rpps;
use super::ids::PatientId;

/// Whose a place of the feed is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destinataire {
    /// What is about a person: read by them and by whoever acts for them, as far as each kind is told to them.
    Personne(PatientId),
    /// A caisse, by régime and caisse.
    Caisse(String),
    /// A doctor.
    Medecin(Rpps),
    /// The arrivals and departures of a doctor's patients, and nothing else of his.
    Patientele(Rpps),
    /// Who keeps the national register of doctors.
    Referentiel,
    /// The persons and the performers of feuilles that came together: their feuilles bear the number of their reception, and
    /// its place says who the performers are.
    Reception(i32),
    /// What statistics follow: every event, whoever is told of it. Nobody reads it as a feed.
    Statistiques,
}

impl Destinataire {
    /// The place of a caller.
    pub fn de(acteur: &Acteur) -> Self {
        match acteur {
            Acteur::Medecin(rpps) => Self::Medecin(*rpps),
            Acteur::Patient(id) => Self::Personne(*id),
            Acteur::Caisse(caisse) => Self::caisse(caisse),
            Acteur::Referentiel => Self::Referentiel,
            Acteur::Statistiques => Self::Statistiques,
        }
    }

    /// That of a caisse.
    pub fn caisse(caisse: &Caisse) -> Self {
        Self::Caisse(caisse.code())
    }

    /// A short number, by which who waits is woken: two may share one, and one of them then looks for nothing. Persons
    /// and doctors are many in a lot: theirs is cut from what they are known by.
    pub fn repere(&self) -> u32 {
        match self {
            Self::Personne(id) => {
                u32::try_from(id.uuid().as_u128() & 0xffff_ffff).unwrap_or_default()
            }
            Self::Medecin(rpps) => rpps.fin().unsigned_abs(),
            Self::Caisse(_)
            | Self::Patientele(_)
            | Self::Referentiel
            | Self::Reception(_)
            | Self::Statistiques => {
                let [a, b, c, d, ..] = *Empreinte::of(self.to_string()).bytes();
                u32::from_be_bytes([a, b, c, d])
            }
        }
    }
}

impl fmt::Display for Destinataire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Personne(id) => write!(f, "patient:{id}"),
            Self::Caisse(code) => write!(f, "caisse:{code}"),
            Self::Medecin(rpps) => write!(f, "medecin:{rpps}"),
            Self::Patientele(rpps) => write!(f, "patientele:{rpps}"),
            Self::Referentiel => f.write_str("referentiel"),
            Self::Reception(number) => write!(f, "reception:{number}"),
            Self::Statistiques => f.write_str("statistiques"),
        }
    }
}
