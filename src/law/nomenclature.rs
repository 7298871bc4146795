//! Which codes are supplements: lines that belong to the act beside them.
//!
//! The participation forfaitaire and the ceiling of the majoration count by act, and a supplement
//! (coordination, urgency, age…) is a part of the act it is billed with, not one more act.

use crate::domain::feuille_de_soins::{Acte, CodeActe, Nomenclature};

/// Codes of the NGAP met in the specifications: code, and whether it is a supplement.
const CODES: [(&str, bool); 68] = [
    ("APC", false),
    ("APU", false),
    ("APV", false),
    ("APY", false),
    ("AVY", false),
    ("C", false),
    ("C2", false),
    ("C2,5", false),
    ("C3", false),
    ("CA", false),
    ("CCE", false),
    ("CCX", false),
    ("CNP", false),
    ("CNPSY", false),
    ("COB", false),
    ("COD", false),
    ("COE", false),
    ("COG", false),
    ("CRD", true),
    ("CRM", true),
    ("CRN", true),
    ("CS", false),
    ("CSC", false),
    ("F", true),
    ("FPE", true),
    ("G", false),
    ("GS", false),
    ("ID", true),
    ("IFD", true),
    ("IK", true),
    ("IMT", true),
    ("MCC", true),
    ("MCG", true),
    ("MCS", true),
    ("MCU", true),
    ("MCX", true),
    ("MD", true),
    ("MDD", true),
    ("MDI", true),
    ("MDN", true),
    ("MEG", true),
    ("MEP", true),
    ("MGE", true),
    ("MIC", true),
    ("MM", true),
    ("MMG", true),
    ("MNO", true),
    ("MOP", true),
    ("MPC", true),
    ("MPE", true),
    ("MPJ", true),
    ("MRT", true),
    ("MSH", true),
    ("MTX", true),
    ("MUT", true),
    ("N", true),
    ("TC", false),
    ("TCG", false),
    ("V", false),
    ("VA", false),
    ("VG", false),
    ("VGS", false),
    ("VL", false),
    ("VNP", false),
    ("VRD", true),
    ("VRM", true),
    ("VRN", true),
    ("VS", false),
];

/// Whether the code is known. Every CCAM code is accepted: its list is a referential of its own.
pub(super) fn est_connu(code: &CodeActe) -> bool {
    code.nomenclature() == Nomenclature::Ccam || lookup(code).is_some()
}

/// Whether the code is that of a supplement of coordination.
pub(super) fn est_majoration_de_coordination(code: &CodeActe) -> bool {
    matches!(code.as_str(), "MCS" | "MCG" | "MCC")
}

/// Whether the code is a key letter whose acts have a coefficient that counts towards the flat sum of heavy acts.
pub(super) fn est_cle_a_coefficient(code: &CodeActe) -> bool {
    matches!(code.as_str(), "K" | "KC" | "KE")
}

/// Whether the code is that of a compulsory examination of a child.
pub(super) fn est_examen_obligatoire(code: &CodeActe) -> bool {
    matches!(code.as_str(), "COE" | "COB" | "COD" | "COA" | "COG")
}

/// Whether the code is that of the first consultation of contraception of a young person.
pub(super) fn est_contraception(code: &CodeActe) -> bool {
    code.as_str() == "CCP"
}

/// Whether the code is that of a teleconsultation.
pub(super) fn est_teleconsultation(code: &CodeActe) -> bool {
    matches!(code.as_str(), "TC" | "TCG")
}

/// Whether the code is that of a complex consultation, or of its supplement.
pub(super) fn est_consultation_complexe(code: &CodeActe) -> bool {
    matches!(code.as_str(), "CCE" | "CCX" | "MCX" | "MTX")
}

/// The characters of a code as a number, in the same order.
#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    reason = "also computed when compiled: no iterator and no conversion is const"
)]
const fn packed(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut number = 0_u64;
    let mut index = 0;
    while index < 8 {
        let byte = if index < bytes.len() { bytes[index] } else { 0 };
        number = (number << 8) | byte as u64;
        index += 1;
    }
    number
}

/// The same codes as numbers: compared in one instruction each.
#[expect(clippy::indexing_slicing, reason = "computed when compiled")]
static PACKED: [u64; CODES.len()] = {
    let mut numbers = [0_u64; CODES.len()];
    let mut index = 0;
    while index < CODES.len() {
        numbers[index] = packed(CODES[index].0);
        index += 1;
    }
    numbers
};

fn lookup(code: &CodeActe) -> Option<bool> {
    if code.nomenclature() == Nomenclature::Ccam {
        return None;
    }
    let place = PACKED.binary_search(&packed(code.as_str())).ok()?;
    CODES.get(place).map(|(_, supplement)| *supplement)
}

/// An act: the place of its principal line among the lines, and those of its supplements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Groupe {
    pub(super) principale: usize,
    pub(super) supplements: Vec<usize>,
}

/// Whether a line is billed with another one: a supplement, or a letter that is not known beside a principal
/// act that is. A second consultation on one feuille would be billed by a letter that everybody knows.
fn is_supplement(acte: &Acte, actes: &[Acte]) -> bool {
    let principal = |other: &&Acte| {
        other.date_execution == acte.date_execution
            && est_connu(&other.code)
            && lookup(&other.code) != Some(true)
    };
    match lookup(&acte.code) {
        Some(supplement) => supplement,
        None => {
            acte.code.nomenclature() == Nomenclature::Ngap && actes.iter().any(|a| principal(&a))
        }
    }
}

/// Groups the lines of a feuille into acts. A supplement joins the nearest principal line before it
/// on the same day, or else the first after it; a supplement alone on its day is an act by itself.
pub(super) fn group(actes: &[Acte]) -> Vec<Groupe> {
    let mut groupes: Vec<Groupe> = Vec::with_capacity(actes.len());
    let is_supplement = |acte: &Acte| is_supplement(acte, actes);
    for (index, acte) in actes.iter().enumerate() {
        if !is_supplement(acte) {
            groupes.push(Groupe { principale: index, supplements: Vec::new() });
        }
    }
    for (index, acte) in actes.iter().enumerate().filter(|(_, acte)| is_supplement(acte)) {
        let same_day = |groupe: &&mut Groupe| {
            actes
                .get(groupe.principale)
                .is_some_and(|principale| principale.date_execution == acte.date_execution)
        };
        let before = groupes.iter().rposition(|groupe| {
            groupe.principale < index
                && actes
                    .get(groupe.principale)
                    .is_some_and(|principale| principale.date_execution == acte.date_execution)
        });
        let host = match before {
            Some(position) => groupes.get_mut(position),
            None => groupes.iter_mut().find(same_day),
        };
        match host {
            Some(groupe) => groupe.supplements.push(index),
            None => groupes.push(Groupe { principale: index, supplements: Vec::new() }),
        }
    }
    groupes.sort_by_key(|groupe| groupe.principale);
    groupes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_for_the_search() {
        assert!(CODES.is_sorted_by(|one, next| one.0 < next.0));
    }
}
