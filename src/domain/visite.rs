//! A person in front of a doctor, for the time of a visit: what a consultation by a card gives, and what the acts that
//! follow name the person by.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use super::digest::{Hexadecimal, octets};
use super::identifiers::{Invalide, Rpps};
use super::ids::PatientId;

/// How long a visit lasts, for the acts that name it.
pub const DUREE: TimeDelta = TimeDelta::hours(2);

/// A person whom a card showed to a doctor, until an instant; the seal says that this service wrote it, for him.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Visite {
    pub patient_id: PatientId,
    /// Seconds since 1970.
    pub jusqu_a: i64,
    pub sceau: [u8; 16],
}

impl fmt::Debug for Visite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Visite(…)")
    }
}

impl Visite {
    /// What is sealed.
    pub fn texte(patient: PatientId, rpps: &Rpps, jusqu_a: i64) -> String {
        format!("{patient} {rpps} {jusqu_a}")
    }

    /// Whether it still lasts.
    pub fn dure(&self, maintenant: DateTime<Utc>) -> bool {
        maintenant.timestamp() < self.jusqu_a
    }

    /// Whether it bears a seal. Every byte is compared, wherever they differ.
    pub fn porte(&self, sceau: [u8; 16]) -> bool {
        self.sceau.iter().zip(sceau).fold(0, |differ, (one, other)| differ | (one ^ other)) == 0
    }
}

impl fmt::Display for Visite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.patient_id, self.jusqu_a, Hexadecimal(&self.sceau))
    }
}

impl FromStr for Visite {
    type Err = Invalide;

    fn from_str(text: &str) -> Result<Self, Invalide> {
        let wrong = Invalide {
            code: "format_invalide",
            attendu: "une visite telle qu'une consultation par la carte la rend",
        };
        let mut parts = text.split('.');
        let (Some(patient), Some(until), Some(seal), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong);
        };
        Ok(Self {
            patient_id: patient.parse().map_err(|_no_id| wrong)?,
            jusqu_a: until.parse().map_err(|_no_instant| wrong)?,
            sceau: octets(seal).and_then(|bytes| bytes.try_into().ok()).ok_or(wrong)?,
        })
    }
}
