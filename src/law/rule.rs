//! What a rule is: a sheet that people read, and a function that decides.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::circonstances::Circonstances;
use super::parameters::{Parametre, Parametres};
use super::references::{Reference, reference};
use super::situation::Situation;
use super::valeurs::{ParametreInconnu, Valeurs};
use crate::domain::calendar::Periode;
use crate::domain::evaluation::{
    Avertissement, CodeRegle, Fait, Issue, Montants, Qualification, Theme,
};
use crate::domain::feuille_de_soins::Contrat;
use crate::domain::money::{Centimes, Taux};

/// What a rule states about itself. The only place where a sentence about the law is written.
#[derive(Debug)]
pub struct Fiche {
    /// Stable code.
    pub code: CodeRegle,
    /// Title, in French.
    pub titre: &'static str,
    /// First day, and last day included, as year, month, day; open when absent.
    pub periode: (Option<Ymd>, Option<Ymd>),
    pub bases: &'static [&'static str],
    /// Place among the rules of its topic.
    pub rang: Rang,
    pub faits: &'static [Fait],
    pub parametres: &'static [Parametre],
    /// Sentence for the patient when the rule decides. `{majoration}`, `{participation}`,
    /// `{taux}`, `{age}`… are replaced by the facts and amounts of the act.
    pub phrase: &'static str,
    /// Of a rule of rate that is not the ordinary one: why, after « à 100 % ».
    pub cause: &'static str,
    /// What the reader is warned of when this becomes of the rule. A rule that leaves an act
    /// undetermined names the fact that is missing.
    pub avertit: Option<(Issue, Avertissement)>,
}

/// A civil day of a sheet: year, month, day.
pub type Ymd = (i32, u32, u32);

impl Fiche {
    /// What most sheets say: in force at all times, no parameter, no warning. What a rule is (its code, its
    /// title, its texts, its rank, its facts, its sentence) it says itself.
    pub(super) const COURANTE: Self = Self {
        code: CodeRegle::new(Theme::Parcours, 0),
        titre: "",
        periode: (None, None),
        bases: &[],
        rang: Rang::Principe,
        faits: &[],
        parametres: &[],
        phrase: "",
        cause: "",
        avertit: None,
    };

    /// Its legal bases.
    pub fn textes(&self) -> impl Iterator<Item = &'static Reference> {
        self.bases.iter().filter_map(|cle| reference(cle))
    }

    /// What the rule rests on, on a day: its texts, then those of the values that it reads.
    pub(super) fn fondement(
        &self,
        parametres: &Parametres,
        jour: NaiveDate,
    ) -> Vec<Cow<'static, str>> {
        let values = self
            .parametres
            .iter()
            .filter_map(|parametre| parametres.get(*parametre)?.en_vigueur(jour))
            .flat_map(|valeur| &valeur.bases);
        let mut citations = Vec::new();
        let mut cite = |texte: &Reference| {
            if !citations.contains(&texte.citation) {
                citations.push(texte.citation.clone());
            }
        };
        self.textes().for_each(&mut cite);
        values.for_each(|texte| cite(texte));
        citations
    }

    /// The period of the rule, open on a side that is absent.
    pub fn periode(&self) -> Option<Periode> {
        let day = |(year, month, day): Ymd| NaiveDate::from_ymd_opt(year, month, day);
        let du = self.periode.0.map_or(Some(NaiveDate::MIN), day)?;
        let au = match self.periode.1 {
            Some(last) => Some(crate::domain::calendar::lendemain(day(last)?)?),
            None => None,
        };
        Periode::new(du, au).ok()
    }
}

/// Place of a rule among those of its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rang {
    /// Applies when no exception does.
    Principe,
    /// Overrides the principle, and exceptions of a lower priority. Two exceptions of the same
    /// priority must agree on their effect.
    Exception {
        /// The higher, the stronger.
        priorite: u8,
    },
    /// Explains an amount, after the calculation.
    Montant,
}

/// What the complementary insurance takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriseEnCharge {
    Rien,
    TicketModerateur,
    /// The ticket modérateur, by the State: no contract, and none of its limits.
    Etat,
    TicketEtMajoration,
    /// What a contract promises.
    Contrat(Contrat),
}

/// What a rule decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effet {
    /// Where the act stands.
    Parcours(Qualification),
    Taux(Taux),
    /// Rate of the compulsory insurance, and a flat sum that takes the place of the ticket
    /// modérateur of the principal line.
    Forfait {
        taux: Taux,
        forfait: Centimes,
    },
    Participation(bool),
    Complementaire(PriseEnCharge),
}

/// The answer of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jugement {
    Applique(Effet),
    /// It does not apply, because of this fact.
    Ecarte(Fait),
}

/// The figures of an act once calculated, for the rules that explain amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an event of the calculation")]
pub struct Liquidation {
    pub qualification: Qualification,
    pub montants: Montants,
    pub prise_en_charge: PriseEnCharge,
    /// Whether the principal line is not reimbursed, or free.
    pub non_rembourse: bool,
    /// Whether a hospital charges its own sum for a consultation without a letter.
    pub somme_hospitaliere: bool,
    /// Whether the ceiling of the majoration was reached.
    pub majoration_plafonnee: bool,
    /// Whether the participation was reduced by the ceiling of the day.
    pub plafond_jour_atteint: bool,
    /// Whether the participation was reduced by the ceiling of the year.
    pub plafond_an_atteint: bool,
}

/// When a rule is asked.
#[derive(Debug, Clone, Copy)]
pub enum Quand {
    /// Of every act.
    Toujours,
    /// Of an act that meets one of these circumstances; any other sets the rule aside by this fact.
    Si(Circonstances, Fait),
}

/// How a rule answers, when it is asked.
#[derive(Debug, Clone, Copy)]
pub enum Juge {
    Faits(fn(&Situation) -> Jugement),
    /// From the facts and the values of the day.
    FaitsEtValeurs(fn(&Situation, &Valeurs<'_>) -> Result<Jugement, ParametreInconnu>),
    Montants(JugeDeMontant),
}

/// How a rule that explains an amount answers, after the calculation.
pub type JugeDeMontant = fn(&Liquidation) -> Issue;

/// A rule.
#[derive(Debug)]
pub struct Regle {
    /// What people read.
    pub fiche: Fiche,
    /// What it is about: the only place that says so, which the function does not look at again.
    pub quand: Quand,
    /// What decides.
    pub juge: Juge,
}
