//! The law of one day: every value in force, and the rules to be considered.

use std::borrow::Cow;

use super::rule::{Juge, Regle};
use super::template::Template;
use super::valeurs::Valeurs;
use crate::domain::calendar::Periode;
use crate::domain::evaluation::{CodeRegle, Constat, Constats, Issue};

/// Values and rules in force during a period without any change.
#[derive(Debug)]
pub struct Bareme {
    pub valeurs: Valeurs,
    regles: Vec<&'static Regle>,
    /// Those of them that explain amounts, after the calculation.
    de_montant: Vec<&'static Regle>,
    /// All of them with what the period knows, in the order in which an evaluation asks them: those of
    /// amounts come last.
    entries: Vec<Entry>,
}

/// A rule of a period.
#[derive(Debug)]
struct Entry {
    regle: &'static Regle,
    /// What it rests on during the period: its texts, then those of the values that it reads.
    fondement: Box<[Cow<'static, str>]>,
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
    pub(super) phrase: &'a Template,
    pub(super) cause: &'a Template,
}

impl Entry {
    fn du_jour(&self) -> RegleDuJour<'_> {
        RegleDuJour {
            regle: self.regle,
            fondement: &self.fondement,
            phrase: &self.phrase,
            cause: &self.cause,
        }
    }
}

impl Bareme {
    /// Values and rules of a period, each with what it rests on.
    pub(super) fn new(
        valeurs: Valeurs,
        regles: Vec<(&'static Regle, Vec<Cow<'static, str>>)>,
    ) -> Self {
        let explains = |regle: &Regle| matches!(regle.juge, Juge::Montants(_));
        let all: Vec<&'static Regle> = regles.iter().map(|(regle, _)| *regle).collect();
        let de_montant = all.iter().copied().filter(|regle| explains(regle)).collect();
        let (last, first): (Vec<_>, Vec<_>) =
            regles.into_iter().partition(|(regle, _)| explains(regle));
        let entry = |(regle, fondement): (&'static Regle, Vec<_>)| Entry {
            regle,
            fondement: fondement.into_boxed_slice(),
            phrase: Template::new(regle.fiche.phrase, &valeurs),
            cause: Template::new(regle.fiche.cause, &valeurs),
        };
        let entries = first.into_iter().chain(last).map(entry).collect();
        Self { valeurs, regles: all, de_montant, entries }
    }

    /// The days during which nothing of this changes.
    pub const fn periode(&self) -> Periode {
        self.valeurs.periode
    }

    /// The rules to be considered, in the order of the registry.
    pub fn regles(&self) -> &[&'static Regle] {
        &self.regles
    }

    /// Those that explain amounts, after the calculation.
    pub(super) fn regles_de_montant(&self) -> &[&'static Regle] {
        &self.de_montant
    }

    /// A rule of the day, and what it rests on.
    pub fn regle(&self, code: CodeRegle) -> Option<RegleDuJour<'_>> {
        self.entries.iter().find(|entry| entry.regle.fiche.code == code).map(Entry::du_jour)
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
    fn regle_de(&self, index: usize, constat: Constat) -> Option<RegleDuJour<'_>> {
        match self.entries.get(index) {
            Some(known) if known.regle.fiche.code == constat.regle => Some(known.du_jour()),
            _ => self.regle(constat.regle),
        }
    }
}
