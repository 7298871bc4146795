//! How long each class of data is kept, where somebody decided it: nothing is purged otherwise.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::calendar::plus_mois;
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// Data that have one period.
    Classe ("classe") {
        /// Who looked at the data of a person.
        Traces = 1 "traces",
        /// What happened, and the feed that tells it.
        Evenements = 2 "evenements",
        /// Feuilles de soins, with their evaluations and what was recovered.
        Feuilles = 3 "feuilles",
        /// Records of persons who died, or left every caisse.
        Personnes = 4 "personnes",
    }
);

impl Classe {
    /// The shortest period that may be set, in months. Traces: CNIL, délibération 2021-122, six months at least. The others: what was unduly paid
    /// is claimed for three years (Code de la sécurité sociale, L. 133-4), five where there was a fraud, and nothing that a claim may need is
    /// removed before. Sources: docs/decisions/0043.
    pub const fn plancher(self) -> u32 {
        match self {
            Self::Traces => 6,
            Self::Evenements | Self::Feuilles | Self::Personnes => 60,
        }
    }
}

/// The periods that were set, in months.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conservation(BTreeMap<Classe, u32>);

/// A class of which nothing can be removed, because another is kept longer, or for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlusCourte(pub Classe);

impl Conservation {
    /// The periods of some classes. A record is removed with everything that names the person: the other classes are not kept
    /// longer.
    pub fn new(mois: BTreeMap<Classe, u32>) -> Result<Self, PlusCourte> {
        if let Some(whole) = mois.get(&Classe::Personnes) {
            let longer = |classe: &Classe| mois.get(classe).is_none_or(|own| own > whole);
            let others = [Classe::Traces, Classe::Evenements, Classe::Feuilles];
            if let Some(longer) = others.into_iter().find(longer) {
                return Err(PlusCourte(longer));
            }
        }
        Ok(Self(mois))
    }

    /// Whether nothing is ever purged.
    pub fn est_vide(&self) -> bool {
        self.0.is_empty()
    }

    /// The first day of what is kept of a class, if it has a period.
    pub fn debut(&self, classe: Classe, aujourd_hui: NaiveDate) -> Option<NaiveDate> {
        let mois = i32::try_from(*self.0.get(&classe)?).ok()?;
        plus_mois(aujourd_hui, mois.checked_neg()?)
    }

    /// The period of a class, as it is kept with what it removed.
    pub fn regle(&self, classe: Classe) -> Option<String> {
        self.0.get(&classe).map(|mois| format!("{} : {mois} mois", classe.mot()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_on_the_day_of_the_month_and_a_record_is_kept_longest() {
        let kept = Conservation::new(BTreeMap::from([(Classe::Traces, 6)])).unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(kept.debut(Classe::Traces, day("2026-08-31")), Some(day("2026-02-28")));
        assert_eq!(kept.debut(Classe::Feuilles, day("2026-08-31")), None);
        let alone = Conservation::new(BTreeMap::from([(Classe::Personnes, 60)]));
        assert_eq!(alone, Err(PlusCourte(Classe::Traces)));
        let mut all: BTreeMap<Classe, u32> = Classe::TOUS.iter().map(|one| (*one, 60)).collect();
        assert!(Conservation::new(all.clone()).is_ok());
        all.insert(Classe::Feuilles, 61);
        assert_eq!(Conservation::new(all), Err(PlusCourte(Classe::Feuilles)));
    }
}
