//! The letters of the NGAP: what they are worth, who bills them, and which are supplements, lines that belong to
//! the act beside them.
//!
//! The participation forfaitaire and the ceiling of the majoration count by act, and a supplement
//! (coordination, urgency, age…) is a part of the act it is billed with, not one more act.

mod page;
mod table;
mod tarif;

pub(super) use self::page::{historique, page};
pub(super) use self::table::verifier;
pub use self::table::{Ligne, Nature, Secteur, Table, table};
pub use self::tarif::{Composante, Consultation, compositions, explicable, tarif_publie};
use crate::domain::feuille_de_soins::{Acte, CodeActe, Nomenclature};

/// Whether a code is known, by the rows of its letter. Every CCAM code is accepted: its list is a referential of its own.
pub(super) fn est_connu(nomenclature: Nomenclature, rows: &[Ligne]) -> bool {
    nomenclature == Nomenclature::Ccam || nature_des(rows).is_some()
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
    matches!(code.as_str(), "COE" | "COB" | "COD" | "COA" | "COG" | "COH" | "COK" | "COV")
}

/// Whether the code is that of the first consultation of contraception of a young person.
pub(super) fn est_contraception(code: &CodeActe) -> bool {
    code.as_str() == "CCP"
}

/// Whether the code is one of those of a voluntary interruption of pregnancy, its consultations included.
pub(super) fn est_interruption_de_grossesse(code: &CodeActe) -> bool {
    matches!(code.as_str(), "IC" | "IG" | "IVE" | "FHV")
}

/// Whether the code is that of the appointment of prevention.
pub(super) fn est_bilan_prevention(code: &CodeActe) -> bool {
    code.as_str() == "RDV"
}

/// Whether the code is that of a flat sum by patient or by period, which is no act. The one that secures an act of
/// dermatology and that of an interruption of pregnancy pay acts: they follow them.
pub(super) fn est_forfait(code: &CodeActe) -> bool {
    nature(code) == Some(Nature::Forfait) && !matches!(code.as_str(), "FSD" | "FHV")
}

/// Whether the code is that of a teleconsultation.
pub(super) fn est_teleconsultation(code: &CodeActe) -> bool {
    matches!(code.as_str(), "TC" | "TCG" | "TCS" | "TC2")
}

/// Whether the code is that of a complex consultation, or of its supplement.
pub(super) fn est_consultation_complexe(code: &CodeActe) -> bool {
    matches!(code.as_str(), "CCE" | "CCX" | "MCX" | "MTX")
}

/// What a letter is; nothing of a letter that is unknown.
fn nature(code: &CodeActe) -> Option<Nature> {
    nature_des(table().lettre(code))
}

/// What a letter is, by its first row; nothing when it has none.
fn nature_des(rows: &[Ligne]) -> Option<Nature> {
    let first = rows.first()?;
    Some(first.nature).filter(|nature| *nature != Nature::Plafond)
}

/// Whether the rows are those of a known supplement, a way to the patient included.
pub(super) fn est_supplement(rows: &[Ligne]) -> bool {
    matches!(nature_des(rows), Some(Nature::Supplement | Nature::Deplacement))
}

/// An act: the place of its principal line among the lines, and those of its supplements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Groupe {
    pub(super) principale: usize,
    pub(super) supplements: Vec<usize>,
}

/// Whether a line is billed with another one: a supplement, or a letter that is not known, or a sum by patient,
/// beside a principal act that is known. A second consultation on one feuille would be billed by a letter that
/// everybody knows.
fn is_supplement(acte: &Acte, actes: &[Acte]) -> bool {
    let principal = |other: &Acte| {
        other.date_execution == acte.date_execution
            && (other.code.nomenclature() == Nomenclature::Ccam
                || matches!(nature(&other.code), Some(Nature::Acte | Nature::Cle)))
    };
    match nature(&acte.code) {
        Some(Nature::Supplement | Nature::Deplacement) => true,
        Some(Nature::Acte | Nature::Cle) => false,
        Some(Nature::Forfait | Nature::Plafond) | None => {
            acte.code.nomenclature() == Nomenclature::Ngap && actes.iter().any(principal)
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
