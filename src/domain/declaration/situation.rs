//! What a declaration is worth on a day, in one word: its state says how far its signatures are, not whether it counts.

use chrono::NaiveDate;

use super::super::calendar::Periode;
use super::super::designation::{MotifDepart, MotifFin};
use super::super::vocabulary::vocabulaire;
use super::{Declaration, Etat};

vocabulaire!(
    /// What a declaration is worth today.
    Situation ("situation_declaration") {
        EnAttente = 1 "en_attente",
        /// Its doctors are médecins traitants, by it or by the one that it confirms.
        EnVigueur = 2 "en_vigueur",
        /// Another choice took its place.
        Remplacee = 3 "remplacee",
        /// It ended without another choice.
        Terminee = 4 "terminee",
        /// Signed by all, it never counted: another choice prevails on all its days, or the person was dead.
        JamaisEnVigueur = 5 "jamais_en_vigueur",
        /// Two merged records contradict each other, and the caisse has not chosen yet.
        EnConflit = 6 "en_conflit",
        Refusee = 7 "refusee",
        Annulee = 8 "annulee",
        Expiree = 9 "expiree",
        /// A choice that was expressed later counts.
        Caduque = 10 "caduque",
        Rectifiee = 11 "rectifiee",
    }
);

/// What a declaration is worth, since or until which day, and why it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SituationDeclaration {
    pub situation: Situation,
    /// First day on which it counted.
    pub du: Option<NaiveDate>,
    /// First day on which it no longer counts, past or announced.
    pub au: Option<NaiveDate>,
    pub fin: Option<FinSituation>,
    /// Why it never counted.
    pub jamais: Option<JamaisCompte>,
}

/// Why a choice that everybody signed never counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JamaisCompte {
    /// Another choice prevails on all its days.
    AutreChoix,
    /// It was signed after the person died, on that day.
    Deces(NaiveDate),
    /// It ended on its very day, for this reason.
    FinDuJour(MotifDepart),
    /// The doctors whom it completes were no longer there.
    PlusEnPlace,
}

/// Why days end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinSituation {
    pub motif: MotifFin,
    /// Why the last doctor left, where that is the reason.
    pub depart: Option<MotifDepart>,
}

impl SituationDeclaration {
    const fn sans_jour(situation: Situation) -> Self {
        Self { situation, du: None, au: None, fin: None, jamais: None }
    }

    /// That of a declaration which no designation has: it waits, was closed, or never counted.
    pub const fn sans_effet(declaration: &Declaration, en_conflit: bool) -> Self {
        Self::sans_jour(match declaration.etat {
            Etat::EnAttente => Situation::EnAttente,
            Etat::Refusee => Situation::Refusee,
            Etat::Annulee => Situation::Annulee,
            Etat::Expiree => Situation::Expiree,
            Etat::Caduque => Situation::Caduque,
            Etat::Rectifiee => Situation::Rectifiee,
            Etat::Active if en_conflit => Situation::EnConflit,
            Etat::Active => Situation::JamaisEnVigueur,
        })
    }

    /// That of a declaration by the days on which it counts, seen from a day: those of the day, or else the last.
    pub fn par_ses_jours(
        jours: &[(Periode, Option<FinSituation>)],
        aujourd_hui: NaiveDate,
    ) -> Option<Self> {
        let today = jours.iter().find(|(effet, _)| effet.contient(aujourd_hui));
        let (effet, fin) = today.or_else(|| jours.iter().max_by_key(|(effet, _)| effet.du()))?;
        let over = effet.au().is_some_and(|au| au <= aujourd_hui);
        let situation = match fin {
            Some(FinSituation { motif: MotifFin::Remplacement, .. }) if over => {
                Situation::Remplacee
            }
            _ if over => Situation::Terminee,
            _ => Situation::EnVigueur,
        };
        let fin = fin.filter(|_| effet.au().is_some());
        Some(Self { situation, du: Some(effet.du()), au: effet.au(), fin, jamais: None })
    }
}
