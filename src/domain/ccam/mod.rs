//! The CCAM: which acts exist, since when, at which tariffs, and what is true of one on a day.
//!
//! The file that the Assurance maladie publishes says all of the past of an act, not its present alone. What of it an
//! evaluation needs is kept as [`ActeCcam`], and read for one day and one performer into [`ActeConnu`].

pub mod nx;

use std::collections::BTreeSet;

use arrayvec::ArrayString;
use chrono::NaiveDate;

use super::feuille_de_soins::{CodeActe, DetailCcam, Executant};
use super::identifiers::Profession;
use super::medecin::{Convention, OptionTarifaire};
use super::money::Centimes;
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Whether the insurance reimburses an act.
    Admission ("admission") {
        Remboursable = 1 "remboursable",
        NonRemboursable = 2 "non_remboursable",
        SelonLesCas = 3 "selon_les_cas",
    }
);

/// What changes from a day on: the values by their first day, in order, each until the day before the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Historique<T>(Vec<(NaiveDate, T)>);

impl<T> Default for Historique<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// The same first day was given two different values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction(pub NaiveDate);

impl<T: PartialEq> Historique<T> {
    /// Puts values in order. A value that is the one before it changes nothing and is left out.
    pub fn new(mut valeurs: Vec<(NaiveDate, T)>) -> Result<Self, Contradiction> {
        valeurs.sort_by_key(|(du, _)| *du);
        let mut kept: Vec<(NaiveDate, T)> = Vec::with_capacity(valeurs.len());
        let mut last_day = None;
        for (du, valeur) in valeurs {
            let same = kept.last().is_some_and(|(_, before)| *before == valeur);
            if last_day == Some(du) && !same {
                return Err(Contradiction(du));
            }
            last_day = Some(du);
            if !same {
                kept.push((du, valeur));
            }
        }
        Ok(Self(kept))
    }
}

impl<T> Historique<T> {
    /// The value of a day; none before the first one.
    pub fn le(&self, jour: NaiveDate) -> Option<&T> {
        self.0.iter().rev().find(|(du, _)| *du <= jour).map(|(_, valeur)| valeur)
    }

    /// The values with their first days.
    pub fn valeurs(&self) -> &[(NaiveDate, T)] {
        &self.0
    }
}

/// Code of regroupement: what kind of act it is, for statistics and for billing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regroupement(ArrayString<3>);

impl Regroupement {
    /// Reads three capital letters or digits.
    pub fn parse(text: &str) -> Option<Self> {
        let formed = text.len() == 3
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        ArrayString::from(text).ok().filter(|_| formed).map(Self)
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Radiodiagnostic, tomography, magnetic resonance, scintigraphy; ultrasound has a code of its own.
    pub fn est_imagerie(&self) -> bool {
        self.as_str() == "ADI"
    }
}

/// How an act counts towards the threshold of heavy acts: the field 25 of the specifications of billing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seuil {
    /// Its tariff adds up with that of the others of the consultation: treatment, or invasive diagnosis.
    Cumulable,
    /// Its tariff alone is compared: diagnosis that is not invasive.
    Isole,
    /// The act itself exempts.
    Exempte,
    /// Something else: it counts nowhere.
    Autre,
}

/// What holds of an act from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions {
    pub admission: Admission,
    /// Codes of exemption, one to five digits; the first one is always there.
    pub exonerations: Vec<u8>,
}

/// Prices of a phase by tariff grid.
pub type Prix = Vec<(u16, Centimes)>;

/// A phase of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    pub numero: u8,
    pub prix: Historique<Prix>,
}

/// What one professional does of an act: 1 the operator, 4 the anaesthetist…
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activite {
    pub numero: u8,
    pub regroupement: Historique<Regroupement>,
    pub phases: Vec<Phase>,
}

/// An act of the CCAM with all that is known of its past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActeCcam {
    pub code: CodeActe,
    pub cree_le: NaiveDate,
    /// Last day, included.
    pub fini_le: Option<NaiveDate>,
    pub conditions: Historique<Conditions>,
    pub activites: Vec<Activite>,
}

/// What the CCAM says of the act of a line, on the day of the act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActeConnu {
    pub admission: Admission,
    /// Codes of exemption, the first one first.
    pub exonerations: Vec<u8>,
    /// Nothing when the file gives none that day.
    pub regroupement: Option<Regroupement>,
    /// Tariffs that the performer may apply, in order. Several when the grid also depends on what only the beneficiary
    /// tells; none when the file has no price for the performer.
    pub tarifs: Vec<Centimes>,
}

impl ActeConnu {
    /// How it counts towards the threshold of heavy acts.
    pub fn seuil(&self) -> Seuil {
        match self.exonerations.first() {
            Some(1) => Seuil::Cumulable,
            Some(2) => Seuil::Isole,
            Some(3) => Seuil::Exempte,
            _ => Seuil::Autre,
        }
    }

    /// Whether it is imaging, as far as the regroupement says.
    pub fn est_imagerie(&self) -> Option<bool> {
        self.regroupement.map(|regroupement| regroupement.est_imagerie())
    }
}

/// A grid that performers of a context apply on some days, whatever the beneficiary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrilleDatee {
    pub contexte: u16,
    pub grille: u16,
    pub du: NaiveDate,
    /// Last day, included.
    pub au: Option<NaiveDate>,
}

/// Which grids are for whom: the table TB22.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grilles(pub Vec<GrilleDatee>);

impl Grilles {
    /// The grids that a performer may apply on a day; none when the table says nothing of them: every price of the day is
    /// then possible.
    pub fn de(&self, executant: &Executant, jour: NaiveDate) -> Option<BTreeSet<u16>> {
        let contexte = contexte(executant)?;
        let held = self.0.iter().filter(|one| {
            one.contexte == contexte && one.du <= jour && one.au.is_none_or(|last| jour <= last)
        });
        let found: BTreeSet<u16> = held.map(|one| one.grille).collect();
        if found.is_empty() { None } else { Some(found) }
    }
}

/// Context of a performer in the table of grids; none for those of whom it does not speak.
fn contexte(executant: &Executant) -> Option<u16> {
    use Convention as C;
    use OptionTarifaire as O;
    if executant.specialite.profession() == Profession::Dentiste {
        return (executant.convention != C::NonConventionne).then_some(10);
    }
    if !executant.specialite.est_medecin() {
        return None;
    }
    Some(match (executant.convention, executant.option_tarifaire) {
        (C::Secteur1 | C::Secteur1Dp, O::OptamCo) => 3,
        (C::Secteur1, O::Optam) => 1,
        (C::Secteur1, O::Aucune) => 2,
        (C::Secteur1Dp, O::Optam) => 4,
        (C::Secteur1Dp, O::Aucune) => 5,
        (C::Secteur2, O::OptamCo) => 6,
        (C::Secteur2, O::Optam) => 7,
        (C::Secteur2, O::Aucune) => 8,
        (C::NonConventionne, _) => 9,
        (C::Salarie, _) => return None,
    })
}

impl ActeCcam {
    /// What is true of it on a day, for the activity and the phase of a line and for its performer. Nothing when it does
    /// not exist that day, or when it has no such activity or phase.
    pub fn le(
        &self,
        jour: NaiveDate,
        detail: Option<&DetailCcam>,
        grilles: Option<&BTreeSet<u16>>,
    ) -> Option<ActeConnu> {
        let over = self.fini_le.is_some_and(|last| last < jour);
        if over || jour < self.cree_le {
            return None;
        }
        let conditions = self.conditions.le(jour)?;
        // A line that does not say which has the first one.
        let activite = match detail {
            Some(detail) => self.activites.iter().find(|one| one.numero == detail.activite)?,
            None => self.activites.iter().min_by_key(|one| one.numero)?,
        };
        let phase = match detail {
            Some(detail) => activite.phases.iter().find(|one| one.numero == detail.phase)?,
            None => activite.phases.iter().min_by_key(|one| one.numero)?,
        };
        let prix = phase.prix.le(jour).map_or(&[][..], Vec::as_slice);
        let possible = |grille: &u16| grilles.is_none_or(|known| known.contains(grille));
        let tarifs: BTreeSet<Centimes> =
            prix.iter().filter(|(grille, _)| possible(grille)).map(|(_, prix)| *prix).collect();
        Some(ActeConnu {
            admission: conditions.admission,
            exonerations: conditions.exonerations.clone(),
            regroupement: activite.regroupement.le(jour).copied(),
            tarifs: tarifs.into_iter().collect(),
        })
    }
}

/// Which version of the CCAM a file holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Five digits: 07500 is the version 75.00.
    pub numero: String,
    pub cree_le: NaiveDate,
    /// Number of the delivery.
    pub chronologique: u32,
}
