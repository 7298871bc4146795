//! What a doctor receives in a year for being médecin traitant: the dated amounts of the conventions, on the list of
//! his patients. What the list does not say bounds the amount, or leaves it out; nothing is guessed.

mod phrases;
mod table;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use self::table::{Compte, DEFINITIONS, Definition};
use super::Law;
use super::livre::ParametreDuJour;
use super::nomenclature::{Ligne, table as lettres};
use super::parameters::Parametre;
use crate::domain::money::{AmountOverflow, Centimes};
use crate::domain::remuneration::{
    Classe, Manque, NatureRemuneration, TarifsPratiques, TrancheAge,
};

/// Years for which something was paid, the first of the option of 1998.
pub const PREMIERE_ANNEE: i32 = 1998;

/// On what an amount is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patientele {
    /// How many patients of each class.
    pub classes: BTreeMap<Classe, u64>,
    pub tarifs: TarifsPratiques,
}

/// An amount between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Encadrement {
    pub minimum: Centimes,
    pub maximum: Centimes,
}

/// What patients of one class are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Valeur {
    pub classe: Classe,
    pub patients: u64,
    /// For one patient.
    pub unitaire: Encadrement,
    /// For all of them.
    pub total: Encadrement,
}

/// One of the things that are paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remuneration {
    pub nature: NatureRemuneration,
    pub libelle: &'static str,
    /// First and last year in which it is paid; no last one when it still is.
    pub annees: (i32, Option<i32>),
    /// Its dated amounts, with their texts.
    pub montants: Vec<ParametreDuJour>,
    /// Its letters, with their tariffs.
    pub lettres: Vec<&'static Ligne>,
    pub valeurs: Vec<Valeur>,
    /// Between what and what it is; nothing when it cannot be bounded.
    pub total: Option<Encadrement>,
    /// What is missing to say it exactly.
    pub manque: Vec<Manque>,
    /// All of it in French.
    pub explication: String,
}

/// What is paid in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annee {
    pub remunerations: Vec<Remuneration>,
    /// The sum of those that are bounded.
    pub total: Encadrement,
    /// Those that are not in the sum.
    pub non_comptees: Vec<NatureRemuneration>,
    pub explication: String,
}

impl Encadrement {
    fn plus(self, other: Self) -> Result<Self, AmountOverflow> {
        let (minimum, maximum) =
            (self.minimum.plus(other.minimum)?, self.maximum.plus(other.maximum)?);
        Ok(Self { minimum, maximum })
    }

    fn times(self, patients: u64) -> Result<Self, AmountOverflow> {
        let factor = signed(patients)?;
        Ok(Self { minimum: self.minimum.times(factor)?, maximum: self.maximum.times(factor)? })
    }
}

impl Patientele {
    /// How many patients there are.
    pub fn patients(&self) -> u64 {
        self.classes.values().sum()
    }

    fn some(&self, wanted: impl Fn(&Classe) -> bool) -> bool {
        self.classes.iter().any(|(classe, patients)| *patients > 0 && wanted(classe))
    }
}

impl Law {
    /// What these patients are worth to their doctor in a year, with the amounts in force on its last day.
    pub fn remunerations(
        &self,
        annee: i32,
        patientele: &Patientele,
    ) -> Result<Annee, AmountOverflow> {
        let last = NaiveDate::from_ymd_opt(annee, 12, 31).unwrap_or_default();
        let paid = DEFINITIONS.iter().filter(|one| (one.annees.0..=one.annees.1).contains(&annee));
        let computed =
            paid.map(|one| Calcul { law: self, last, patientele, definition: one }.done());
        let remunerations = computed.collect::<Result<Vec<_>, _>>()?;
        let mut total = Encadrement::default();
        let mut non_comptees = Vec::new();
        for one in &remunerations {
            match one.total {
                Some(own) => total = total.plus(own)?,
                None => non_comptees.push(one.nature),
            }
        }
        let explication = phrases::of_year(annee, total, &remunerations);
        Ok(Annee { remunerations, total, non_comptees, explication })
    }
}

fn signed(patients: u64) -> Result<i64, AmountOverflow> {
    i64::try_from(patients).map_err(|_too_many| AmountOverflow)
}

/// One remuneration being computed.
struct Calcul<'a> {
    law: &'a Law,
    /// The day whose amounts count.
    last: NaiveDate,
    patientele: &'a Patientele,
    definition: &'static Definition,
}

impl Calcul<'_> {
    fn done(self) -> Result<Remuneration, AmountOverflow> {
        let Definition { nature, libelle, annees, .. } = *self.definition;
        let valeurs = self.valeurs()?;
        let total = self.total(&valeurs)?;
        let mut done = Remuneration {
            nature,
            libelle,
            annees: (annees.0, Some(annees.1).filter(|last| *last < i32::MAX)),
            montants: self
                .parametres()
                .iter()
                .filter_map(|one| self.law.parametre_du(*one, self.last))
                .collect(),
            lettres: self.lettres(),
            valeurs,
            total,
            manque: self.manque(),
            explication: String::new(),
        };
        let point = match self.definition.compte {
            Compte::Point | Compte::Points(_) => self.points(Some(1))?,
            Compte::ParEtat { .. }
            | Compte::AuPlus(_)
            | Compte::HorsListe(_)
            | Compte::Lettres(_) => None,
        };
        done.explication = phrases::of(&done, self.patientele, (self.definition, point));
        Ok(done)
    }

    /// The amounts that it reads, each once.
    fn parametres(&self) -> Vec<Parametre> {
        let mut found = match self.definition.compte {
            Compte::ParEtat { hors_ald, ald, plancher } => {
                hors_ald.into_iter().flatten().chain(ald).chain(plancher).collect()
            }
            Compte::AuPlus(amount) => vec![amount],
            Compte::Points(points) => {
                vec![points, Parametre::RospValeurPoint, Parametre::RospPatienteleReference]
            }
            Compte::Point => vec![Parametre::RospValeurPoint, Parametre::RospPatienteleReference],
            Compte::HorsListe(amounts) => amounts.to_vec(),
            Compte::Lettres(_) => Vec::new(),
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    fn lettres(&self) -> Vec<&'static Ligne> {
        let Compte::Lettres(codes) = self.definition.compte else { return Vec::new() };
        let rows = lettres().lignes.iter();
        rows.filter(|row| codes.contains(&row.code) && row.en_vigueur(self.last)).collect()
    }

    fn montant(&self, parametre: Parametre) -> Option<Centimes> {
        self.law.valeur(parametre, self.last).ok().map(Centimes::new)
    }

    /// Whether it is kept for doctors at tariffs that this one does not practise, or may not.
    fn reserve(&self) -> Option<TarifsPratiques> {
        let tarifs = self.patientele.tarifs;
        (self.definition.opposables && tarifs != TarifsPratiques::Opposables).then_some(tarifs)
    }

    /// Between what and what one patient of a class is worth; nothing when an amount is unknown.
    fn unitaire(&self, classe: Classe) -> Option<Encadrement> {
        let Compte::ParEtat { hors_ald, ald, plancher } = self.definition.compte else {
            return None;
        };
        let rank = match classe.tranche {
            TrancheAge::MoinsDe7 => 0,
            TrancheAge::De7a74 => 1,
            TrancheAge::De75a79 => 2,
            TrancheAge::De80 => 3,
        };
        let outside = match hors_ald.get(rank).copied().flatten() {
            Some(parametre) => self.montant(parametre)?,
            None => Centimes::ZERO,
        };
        let inside = self.montant(*ald.get(rank)?)?;
        let (mut minimum, mut maximum) = match classe.ald {
            Some(true) => (inside, inside),
            Some(false) => (outside, outside),
            None => (outside.min(inside), outside.max(inside)),
        };
        if let Some(plancher) = plancher {
            minimum = minimum.min(self.montant(plancher)?);
        }
        if classe.en_commun || self.reserve().is_some() {
            minimum = Centimes::ZERO;
        }
        if self.reserve() == Some(TarifsPratiques::Libres) {
            maximum = Centimes::ZERO;
        }
        Some(Encadrement { minimum, maximum })
    }

    fn valeurs(&self) -> Result<Vec<Valeur>, AmountOverflow> {
        let mut found = Vec::new();
        for (classe, patients) in &self.patientele.classes {
            if let Some(unitaire) = self.unitaire(*classe) {
                let total = unitaire.times(*patients)?;
                found.push(Valeur { classe: *classe, patients: *patients, unitaire, total });
            }
        }
        Ok(found)
    }

    fn total(&self, valeurs: &[Valeur]) -> Result<Option<Encadrement>, AmountOverflow> {
        let patients = self.patientele.patients();
        let at_most = match self.definition.compte {
            Compte::ParEtat { .. } => {
                let start = Encadrement::default();
                return valeurs.iter().try_fold(start, |sum, one| sum.plus(one.total)).map(Some);
            }
            Compte::AuPlus(parametre) => {
                self.montant(parametre).map(|one| one.times(signed(patients)?)).transpose()?
            }
            Compte::Points(points) => self.points(self.law.valeur(points, self.last).ok())?,
            Compte::Point | Compte::HorsListe(_) | Compte::Lettres(_) => None,
        };
        let none = self.reserve() == Some(TarifsPratiques::Libres);
        let own = |maximum| if none { Centimes::ZERO } else { maximum };
        Ok(at_most.map(|maximum| Encadrement { minimum: Centimes::ZERO, maximum: own(maximum) }))
    }

    /// What so many points are worth for this list of patients, the part of a cent left out.
    fn points(&self, points: Option<i64>) -> Result<Option<Centimes>, AmountOverflow> {
        let of = |parametre| self.law.valeur(parametre, self.last).ok();
        let worth = of(Parametre::RospValeurPoint).zip(of(Parametre::RospPatienteleReference));
        let Some((points, (value, reference))) = points.zip(worth) else { return Ok(None) };
        let whole =
            Centimes::new(value).times(points)?.times(signed(self.patientele.patients())?)?;
        Ok(whole.get().checked_div(reference).map(Centimes::new))
    }

    fn manque(&self) -> Vec<Manque> {
        let mut found = self.definition.manque.to_vec();
        if let Compte::ParEtat { plancher, .. } = self.definition.compte {
            if self.patientele.some(|classe| classe.ald.is_none()) {
                found.push(Manque::Ald);
            }
            if plancher.is_some() {
                found.push(Manque::PatientsVus);
            }
        }
        if self.patientele.some(|classe| classe.en_commun) {
            found.push(Manque::PartageConjoint);
        }
        if self.reserve() == Some(TarifsPratiques::Inconnus) {
            found.push(Manque::Tarifs);
        }
        found.sort_unstable();
        found
    }
}
