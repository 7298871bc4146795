//! What the acts of one consultation weigh together: the flat sum of heavy acts is one for all of them.
//!
//! Article R160-16 du Code de la sécurité sociale (ancien R322-8) : les tarifs des actes d'une même consultation,
//! par un même praticien et pour un même patient, se cumulent pour atteindre le seuil, et une seule somme est due
//! pour l'ensemble. The acts of one feuille on one day are one consultation.

use super::nomenclature::est_cle_a_coefficient;
use crate::domain::feuille_de_soins::{Acte, Nomenclature, Soins};
use crate::domain::identifiers::Specialite;
use crate::domain::money::Centimes;

/// Activity of the anaesthetist beside the operator, in the CCAM.
const ANESTHESIE: u8 = 4;

/// How an act counts towards the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poids {
    /// Its tariff adds up with that of the others.
    Cumulable,
    /// Radiodiagnostic, magnetic resonance, tomography, scintigraphy: alone, and never with a flat sum.
    Imagerie,
    /// An act in coefficients: counted by its coefficient.
    Coefficient,
    /// No threshold: consultations, dental prostheses, biology, pathological anatomy.
    SansSeuil,
}

/// The acts of the day, seen from one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consultation {
    pub poids: Poids,
    /// Tariffs that add up with this act's, its own included; its own alone when it is imaging.
    pub tarifs: Centimes,
    /// Coefficients that add up, in hundredths.
    pub coefficients: u32,
    /// Whether this act bears the flat sum of all: the dearest one, never that of an anaesthetist.
    pub porte_la_somme: bool,
}

impl Consultation {
    /// What an act of a performer of this specialty weighs among those of its feuille.
    pub(super) fn of(soins: &Soins, acte: &Acte, specialite: Specialite) -> Self {
        let poids = poids(acte, specialite);
        let own = acte.base.unwrap_or(Centimes::ZERO);
        let mut seen = Self { poids, tarifs: own, coefficients: 0, porte_la_somme: false };
        if matches!(poids, Poids::SansSeuil | Poids::Imagerie) {
            return seen;
        }
        let beside = soins.actes.iter().filter(|other| {
            other.date_execution == acte.date_execution && self::poids(other, specialite) == poids
        });
        let (mut tarifs, mut coefficients, mut dearest) = (0_i64, 0_u32, None::<&Acte>);
        for other in beside {
            tarifs = tarifs.saturating_add(other.base.map_or(0, Centimes::get));
            coefficients = coefficients.saturating_add(other.coefficient_centiemes.unwrap_or(0));
            if !est_anesthesie(other) && dearest.is_none_or(|known| known.base < other.base) {
                dearest = Some(other);
            }
        }
        seen.tarifs = Centimes::new(tarifs);
        seen.coefficients = coefficients;
        seen.porte_la_somme = dearest.is_some_and(|known| known.numero_ligne == acte.numero_ligne);
        seen
    }
}

fn est_anesthesie(acte: &Acte) -> bool {
    acte.ccam.as_ref().is_some_and(|detail| detail.activite == ANESTHESIE)
}

fn poids(acte: &Acte, specialite: Specialite) -> Poids {
    if !acte.est_rembourse() || specialite.est_biologie() || specialite.est_anatomopathologie() {
        return Poids::SansSeuil;
    }
    match acte.code.nomenclature() {
        Nomenclature::Ngap if est_cle_a_coefficient(&acte.code) => Poids::Coefficient,
        Nomenclature::Ngap => Poids::SansSeuil,
        Nomenclature::Ccam if acte.code.est_prothese_dentaire() => Poids::SansSeuil,
        Nomenclature::Ccam if acte.code.est_imagerie() => Poids::Imagerie,
        Nomenclature::Ccam => Poids::Cumulable,
    }
}
