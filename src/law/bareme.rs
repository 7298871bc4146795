//! The law of one day: every value in force, and the rules to be considered.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::circonstances::{Circonstances, NB_CIRCONSTANCES, rangs};
use super::parameters::{Ensemble, Parametre, Parametres};
use super::rule::{Juge, JugeDeMontant, Quand, Rang, Regle};
use super::template::Template;
use super::valeurs::{Table, Valeurs};
use crate::domain::calendar::{Periode, lendemain};
use crate::domain::evaluation::{CodeRegle, Constat, Constats, Issue};
use crate::domain::vocabulary::Vocabulaire;

/// Values and rules in force during a period without any change.
#[derive(Debug)]
pub struct Bareme {
    table: Table,
    regles: Vec<&'static Regle>,
    /// What is asked before the calculation, then what explains its amounts.
    questions: Questions,
    de_montant: Vec<(CodeRegle, JugeDeMontant)>,
    /// All of them with what the period knows, in the order in which an evaluation asks them: those of
    /// amounts come last.
    entries: Vec<Entry>,
}

/// What an evaluation needs of a rule, side by side with the others: sheets are for readers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) juge: Juge,
    pub(super) regle: CodeRegle,
    /// Number of its topic.
    pub(super) theme: usize,
    /// A principle yields to every exception.
    pub(super) priorite: u8,
}

impl Question {
    fn of(regle: &Regle) -> Self {
        let priorite = match regle.fiche.rang {
            Rang::Principe | Rang::Montant => 0,
            Rang::Exception { priorite } => priorite,
        };
        let code = regle.fiche.code;
        Self { juge: regle.juge, regle: code, theme: usize::from(code.theme.code()), priorite }
    }
}

/// The questions of a period, and which of them an act is asked.
#[derive(Debug)]
pub(super) struct Questions {
    toutes: Vec<Question>,
    /// What becomes of each when it is not asked.
    ecartees: Vec<Constat>,
    /// Those of every act, then those of each circumstance: a bit each.
    toujours: u128,
    par_circonstance: [u128; NB_CIRCONSTANCES],
}

impl Questions {
    fn new(regles: &[&'static Regle]) -> Self {
        let (mut toujours, mut par_circonstance) = (0, [0; NB_CIRCONSTANCES]);
        let (mut toutes, mut ecartees) = (Vec::new(), Vec::new());
        for (regle, place) in regles.iter().zip(0_u32..) {
            let bit = 1_u128.checked_shl(place).unwrap_or(0);
            let issue = match regle.quand {
                Quand::Toujours => {
                    toujours |= bit;
                    Issue::Surclassee
                }
                Quand::Si(circonstances, fait) => {
                    for numero in circonstances.numeros() {
                        if let Some(asked) = par_circonstance.get_mut(numero) {
                            *asked |= bit;
                        }
                    }
                    Issue::Ecartee(fait)
                }
            };
            toutes.push(Question::of(regle));
            ecartees.push(Constat { regle: regle.fiche.code, issue });
        }
        Self { toutes, ecartees, toujours, par_circonstance }
    }

    /// What becomes of the questions that no act is asked, in their order.
    pub(super) fn ecartees(&self) -> &[Constat] {
        &self.ecartees
    }

    /// Those that an act is asked, each with its place.
    pub(super) fn posees(
        &self,
        circonstances: Circonstances,
    ) -> impl Iterator<Item = (usize, &Question)> {
        let mut left = self.toujours;
        for numero in circonstances.numeros() {
            left |= self.par_circonstance.get(numero).copied().unwrap_or_default();
        }
        rangs(left).filter_map(|place| Some((place, self.toutes.get(place)?)))
    }
}

/// A rule of a period.
#[derive(Debug)]
struct Entry {
    /// Beside the others, so that whoever compares codes reads no sheet.
    code: CodeRegle,
    regle: &'static Regle,
    /// What it rests on during the period: its texts, then those of the values that it reads.
    fondement: Box<[Cow<'static, str>]>,
    /// The values that it reads, as far as the period knows them.
    valeurs: Box<[(Parametre, i64)]>,
    /// Its sentence, as far as the period writes it.
    phrase: Template,
    cause: Template,
}

/// A rule of a period, with what the period knows of it.
#[derive(Debug, Clone, Copy)]
pub struct RegleDuJour<'a> {
    pub regle: &'static Regle,
    /// What it rests on.
    pub fondement: &'a [Cow<'static, str>],
    /// The values that it reads, as far as the period knows them.
    pub valeurs: &'a [(Parametre, i64)],
    pub(super) phrase: &'a Template,
    pub(super) cause: &'a Template,
}

impl Entry {
    #[inline]
    fn du_jour(&self) -> RegleDuJour<'_> {
        RegleDuJour {
            regle: self.regle,
            fondement: &self.fondement,
            valeurs: &self.valeurs,
            phrase: &self.phrase,
            cause: &self.cause,
        }
    }
}

impl Bareme {
    /// Values and rules of a period, each with what it rests on.
    pub(super) fn new(table: Table, regles: Vec<(&'static Regle, Vec<Cow<'static, str>>)>) -> Self {
        let explains = |regle: &Regle| matches!(regle.juge, Juge::Montants(_));
        let all: Vec<&'static Regle> = regles.iter().map(|(regle, _)| *regle).collect();
        let asked: Vec<_> = all.iter().copied().filter(|regle| !explains(regle)).collect();
        let questions = Questions::new(&asked);
        let amounts = |regle: &&Regle| match regle.juge {
            Juge::Montants(juge) => Some((regle.fiche.code, juge)),
            Juge::Faits(_) | Juge::FaitsEtValeurs(_) => None,
        };
        let de_montant = all.iter().filter_map(amounts).collect();
        let valeurs = table.valeurs();
        let known = |regle: &Regle| {
            let read = regle.fiche.parametres.iter();
            read.filter_map(|own| Some((*own, valeurs.valeur(*own).ok()?))).collect()
        };
        let (last, first): (Vec<_>, Vec<_>) =
            regles.into_iter().partition(|(regle, _)| explains(regle));
        let entry = |(regle, fondement): (&'static Regle, Vec<_>)| Entry {
            code: regle.fiche.code,
            regle,
            fondement: fondement.into_boxed_slice(),
            valeurs: known(regle),
            phrase: Template::new(regle.fiche.phrase, &valeurs),
            cause: Template::new(regle.fiche.cause, &valeurs),
        };
        let entries = first.into_iter().chain(last).map(entry).collect();
        Self { table, regles: all, questions, de_montant, entries }
    }

    /// The days during which nothing of this changes.
    pub const fn periode(&self) -> Periode {
        self.table.periode()
    }

    /// The values in force.
    #[inline]
    pub const fn valeurs(&self) -> Valeurs<'_> {
        self.table.valeurs()
    }

    /// The same for one evaluation: see [`Table::suivies`].
    #[inline]
    pub(super) fn valeurs_suivies(&self) -> Valeurs<'_> {
        self.table.suivies()
    }

    /// The rules to be considered, in the order of the registry.
    pub fn regles(&self) -> &[&'static Regle] {
        &self.regles
    }

    /// Those that are asked before the calculation.
    pub(super) const fn questions(&self) -> &Questions {
        &self.questions
    }

    /// Those that explain amounts, after the calculation.
    pub(super) fn regles_de_montant(&self) -> &[(CodeRegle, JugeDeMontant)] {
        &self.de_montant
    }

    /// A rule of the day, and what it rests on.
    pub fn regle(&self, code: CodeRegle) -> Option<RegleDuJour<'_>> {
        self.entries.iter().find(|entry| entry.code == code).map(Entry::du_jour)
    }

    /// The rules that an evaluation considered, with what became of each.
    pub fn considerees<'a, 'c>(
        &'a self,
        constats: &'c Constats,
    ) -> impl Iterator<Item = (&'c Constat, RegleDuJour<'a>)> {
        let all = constats.iter().enumerate();
        all.filter_map(|(index, constat)| Some((constat, self.regle_de(index, *constat)?)))
    }

    /// Those that it kept: they decided their topic or explain an amount.
    pub fn retenues<'a, 'c>(
        &'a self,
        constats: &'c Constats,
    ) -> impl Iterator<Item = (&'c Constat, RegleDuJour<'a>)> {
        let kept = constats.iter().enumerate().filter(|(_, one)| one.issue == Issue::Retenue);
        kept.filter_map(|(index, constat)| Some((constat, self.regle_de(index, *constat)?)))
    }

    /// The rule at a place of an evaluation. One of this period has its rules in the order of the period:
    /// then nothing is searched.
    #[inline]
    fn regle_de(&self, index: usize, constat: Constat) -> Option<RegleDuJour<'_>> {
        match self.entries.get(index) {
            Some(known) if known.code == constat.regle => Some(known.du_jour()),
            _ => self.regle(constat.regle),
        }
    }
}

/// The law of every period without any change, in order.
#[derive(Debug)]
pub(super) struct Baremes {
    tous: Vec<Bareme>,
    /// The first day of each, side by side: each act looks for one.
    debuts: Vec<NaiveDate>,
}

impl Baremes {
    /// Those of the days from the first one on, where these rules are considered.
    pub(super) fn new(
        premier_jour: NaiveDate,
        parametres: &Parametres,
        regles: &[&'static Regle],
    ) -> Self {
        let tous = decoupes(premier_jour, parametres, regles);
        let debuts = tous.iter().map(|bareme| bareme.periode().du()).collect();
        Self { tous, debuts }
    }

    pub(super) fn tous(&self) -> &[Bareme] {
        &self.tous
    }

    /// That of a day; none before the first.
    pub(super) fn du(&self, jour: NaiveDate) -> Option<&Bareme> {
        let place = self.debuts.partition_point(|debut| *debut <= jour);
        self.tous.get(place.checked_sub(1)?)
    }
}

/// Cuts the covered period at every day where a value or a rule changes, and after the last for which a value
/// was verified.
fn decoupes(
    premier_jour: NaiveDate,
    parametres: &Parametres,
    regles: &[&'static Regle],
) -> Vec<Bareme> {
    let mut days = BTreeSet::from([premier_jour]);
    let mut cut = |periode: &Periode| {
        let bounds = [Some(periode.du()), periode.au()].into_iter().flatten();
        days.extend(bounds.filter(|day| *day >= premier_jour));
    };
    for (_, historique) in parametres.iter() {
        for valeur in &historique.valeurs {
            cut(&valeur.periode);
        }
        if let Some(beyond) = lendemain(historique.verifie_jusqu_au) {
            cut(&Periode::depuis(beyond));
        }
    }
    let dated: Vec<_> = regles
        .iter()
        .filter_map(|regle| regle.fiche.periode().map(|periode| (*regle, periode)))
        .collect();
    for (_, periode) in &dated {
        cut(periode);
    }
    let starts: Vec<NaiveDate> = days.into_iter().collect();
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|(du, au)| Periode::new(*du, au).ok())
        .map(|periode| {
            let (mut a_verifier, mut discutees) = (Ensemble::default(), Ensemble::default());
            for (parametre, historique) in parametres.iter() {
                if historique.en_vigueur(periode.du()).is_some_and(|valeur| valeur.discutee) {
                    discutees.insert(parametre);
                }
                if historique.est_a_verifier(periode.du()) {
                    a_verifier.insert(parametre);
                }
            }
            let regles = dated
                .iter()
                .filter(|(_, valid)| valid.contient(periode.du()))
                .map(|(regle, _)| (*regle, regle.fiche.fondement(parametres, periode.du())))
                .collect();
            let known = parametres.iter().filter_map(|(parametre, historique)| {
                Some((parametre, historique.en_vigueur(periode.du())?.valeur?))
            });
            Bareme::new(Table::new(periode, known, [a_verifier, discutees]), regles)
        })
        .collect()
}
