//! What the acts of one consultation weigh together: the flat sum of heavy acts is one for all of them.
//!
//! Article R160-16 du Code de la sécurité sociale (ancien R322-8) : les tarifs des actes d'une même consultation,
//! par un même praticien et pour un même patient, se cumulent pour atteindre le seuil, et une seule somme est due
//! pour l'ensemble. The acts of one feuille on one day are one consultation.
//!
//! Which acts add up is in the CCAM, when it is loaded: by the field that the specifications of billing number 25, those
//! of treatment and of invasive diagnosis add up, the others of diagnosis are compared alone, one is exempted by what
//! it is, and the rest counts nowhere. Of an act that is not known, everything adds up.

use super::nomenclature::est_cle_a_coefficient;
use crate::domain::ccam::{ActeConnu, Seuil};
use crate::domain::evaluation::FaitsConnus;
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
    /// Diagnosis that is not invasive, says the CCAM: its tariff alone.
    Isole,
    /// The CCAM says that the act itself exempts, whatever its tariff.
    Exempte,
    /// Radiodiagnostic, magnetic resonance, tomography, scintigraphy: alone, and never with a flat sum.
    Imagerie,
    /// An act in coefficients: counted by its coefficient.
    Coefficient,
    /// No threshold: consultations, dental prostheses, biology, pathological anatomy, acts that the CCAM counts nowhere.
    SansSeuil,
}

/// The acts of the day, seen from one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consultation {
    pub poids: Poids,
    /// Tariffs that add up with this act's, its own included; its own alone when it is imaging or compared alone.
    pub tarifs: Centimes,
    /// Coefficients that add up, in hundredths.
    pub coefficients: u32,
    /// Whether this act is the dearest of those that count as it does, those of an anaesthetist put aside.
    premier: bool,
    /// What the dearer of those that count otherwise is compared with the threshold by.
    rival: Option<Centimes>,
}

impl Consultation {
    /// What an act of a performer of this specialty weighs among those of its feuille.
    pub(super) fn of(
        soins: &Soins,
        acte: &Acte,
        (specialite, faits): (Specialite, &FaitsConnus),
    ) -> Self {
        let poids = poids(acte, specialite, faits);
        let own = acte.base.unwrap_or(Centimes::ZERO);
        let mut seen = Self { poids, tarifs: own, coefficients: 0, premier: false, rival: None };
        let other = match poids {
            Poids::SansSeuil | Poids::Imagerie | Poids::Exempte => return seen,
            Poids::Cumulable => Some(Poids::Isole),
            Poids::Isole => Some(Poids::Cumulable),
            Poids::Coefficient => None,
        };
        let of_weight = |wanted: Poids| {
            let same_day = |one: &&Acte| one.date_execution == acte.date_execution;
            let weighs = move |one: &&Acte| self::poids(one, specialite, faits) == wanted;
            DeMemePoids::of(soins.actes.iter().filter(same_day).filter(weighs))
        };
        let ensemble = of_weight(poids);
        seen.coefficients = ensemble.coefficients;
        if poids != Poids::Isole {
            seen.tarifs = ensemble.tarifs;
        }
        seen.premier = ensemble.dearest.is_some_and(|one| one.numero_ligne == acte.numero_ligne);
        let rival = other.map(of_weight).and_then(|rival| Some((rival.dearest?, rival.tarifs)));
        let dearer = |one: &Acte| {
            one.base > acte.base || one.base == acte.base && one.numero_ligne < acte.numero_ligne
        };
        seen.rival = rival.filter(|(one, _)| dearer(one)).map(|(one, tarifs)| {
            if poids == Poids::Isole { tarifs } else { one.base.unwrap_or(Centimes::ZERO) }
        });
        seen
    }

    /// Whether this act bears the flat sum of all those of the consultation: the dearest of those that reach the
    /// threshold, never that of an anaesthetist.
    pub(super) fn porte_la_somme(&self, seuil: Centimes) -> bool {
        self.premier && self.rival.is_none_or(|rival| rival < seuil)
    }
}

/// Acts that count in the same way.
struct DeMemePoids<'a> {
    tarifs: Centimes,
    coefficients: u32,
    dearest: Option<&'a Acte>,
}

impl<'a> DeMemePoids<'a> {
    fn of(actes: impl Iterator<Item = &'a Acte>) -> Self {
        let (mut tarifs, mut coefficients, mut dearest) = (0_i64, 0_u32, None::<&Acte>);
        for one in actes {
            tarifs = tarifs.saturating_add(one.base.map_or(0, Centimes::get));
            coefficients = coefficients.saturating_add(one.coefficient_centiemes.unwrap_or(0));
            if !est_anesthesie(one) && dearest.is_none_or(|known| known.base < one.base) {
                dearest = Some(one);
            }
        }
        Self { tarifs: Centimes::new(tarifs), coefficients, dearest }
    }
}

fn est_anesthesie(acte: &Acte) -> bool {
    acte.ccam.as_ref().is_some_and(|detail| detail.activite == ANESTHESIE)
}

/// Whether an act is imaging: the CCAM says it when it knows the act, its letters otherwise.
pub(super) fn est_imagerie(acte: &Acte, faits: &FaitsConnus) -> bool {
    let known = faits.registre.ccam(acte.numero_ligne).and_then(ActeConnu::est_imagerie);
    known.unwrap_or_else(|| acte.code.est_imagerie())
}

fn poids(acte: &Acte, specialite: Specialite, faits: &FaitsConnus) -> Poids {
    if !acte.est_rembourse() || specialite.est_biologie() || specialite.est_anatomopathologie() {
        return Poids::SansSeuil;
    }
    match acte.code.nomenclature() {
        Nomenclature::Ngap if est_cle_a_coefficient(&acte.code) => Poids::Coefficient,
        Nomenclature::Ngap => Poids::SansSeuil,
        Nomenclature::Ccam if acte.code.est_prothese_dentaire() => Poids::SansSeuil,
        Nomenclature::Ccam if est_imagerie(acte, faits) => Poids::Imagerie,
        Nomenclature::Ccam => match faits.registre.ccam(acte.numero_ligne).map(ActeConnu::seuil) {
            Some(Seuil::Cumulable) | None => Poids::Cumulable,
            Some(Seuil::Isole) => Poids::Isole,
            Some(Seuil::Exempte) => Poids::Exempte,
            Some(Seuil::Autre) => Poids::SansSeuil,
        },
    }
}
