//! A choice taken over from the register that a caisse had before: its days and the proof it had there. Nobody signs
//! it here, and no signature is invented.

use chrono::NaiveDate;
use serde::Serialize;

use super::super::digest::Empreinte;
use super::super::ids::RepriseId;
use super::super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// How a choice had been entered where it comes from.
    OrigineSaisie ("origine_saisie") {
        Saisie = 1 "saisie",
        SaisieModifiee = 2 "saisie_modifiee",
        Scan = 3 "scan",
        Teledeclaration = 4 "teledeclaration",
        Inconnue = 5 "inconnue",
    }
);

impl OrigineSaisie {
    /// The letter of the national history table (`MTT_ORI_COD`).
    pub const fn snds(self) -> &'static str {
        match self {
            Self::Saisie => "M",
            Self::SaisieModifiee => "R",
            Self::Scan => "S",
            Self::Teledeclaration => "T",
            Self::Inconnue => "X",
        }
    }
}

/// Where a taken-over choice comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reprise {
    pub reprise_id: RepriseId,
    /// Day from which it counts.
    pub effet_du: NaiveDate,
    /// Day of its signatures, when that register had it.
    pub signe_le: Option<NaiveDate>,
    pub origine: OrigineSaisie,
    /// Where its proof is: number of an archive, or of a previous electronic declaration.
    pub reference: Option<String>,
}

/// What was taken over, as it is kept. Fields are in alphabetical order, which is that of the canonical form.
#[derive(Debug, Serialize)]
pub struct ContenuRepris<'a> {
    effet_du: NaiveDate,
    formulaire: &'static str,
    medecins: Vec<MedecinRepris<'a>>,
    origine: &'static str,
    patient: PatientRepris<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signe_le: Option<NaiveDate>,
}

#[derive(Debug, Serialize)]
struct MedecinRepris<'a> {
    rpps: &'a str,
}

#[derive(Debug, Serialize)]
struct PatientRepris<'a> {
    id: &'a str,
}

impl<'a> ContenuRepris<'a> {
    /// Of a choice of some doctors, in the order of their RPPS, by a person.
    pub fn new(patient: &'a str, medecins: &'a [String], repris: &'a Reprise) -> Self {
        Self {
            effet_du: repris.effet_du,
            formulaire: "reprise-1",
            medecins: medecins.iter().map(|rpps| MedecinRepris { rpps }).collect(),
            origine: repris.origine.mot(),
            patient: PatientRepris { id: patient },
            reference: repris.reference.as_deref(),
            signe_le: repris.signe_le,
        }
    }

    /// The canonical form (RFC 8785: members in order, no space, UTF-8), and its digest.
    pub fn canonical(&self) -> Result<(String, Empreinte), serde_json::Error> {
        let text = serde_json::to_string(self)?;
        let digest = Empreinte::of(&text);
        Ok((text, digest))
    }
}
