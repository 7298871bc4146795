//! What a médecin traitant writes, before it is a referral: everything wrong is said at once.

use chrono::NaiveDate;

use crate::domain::calendar::{Periode, plus_mois};
use crate::domain::feuille_de_soins::CodeActe;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::MedecinId;
use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// Kind of referral.
    NatureAdressage ("nature_adressage") {
        /// One opinion of a consultant, who does not follow the patient.
        AvisPonctuel = 1 "avis_ponctuel",
        /// Repeated care whose content and periodicity are agreed.
        PlanDeSoins = 2 "plan_de_soins",
        /// Several doctors for one condition, in concertation.
        Sequence = 3 "sequence",
        /// Care written in the protocol of a long-term condition.
        ProtocoleAld = 4 "protocole_ald",
    }

    /// Unit of a periodicity.
    UnitePeriodicite ("unite_periodicite") {
        Jour = 1 "jour",
        Semaine = 2 "semaine",
        Mois = 3 "mois",
        Annee = 4 "annee",
    }
);

/// To whom a patient is referred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Correspondant {
    Medecin { id: MedecinId, rpps: Rpps },
    Specialite(Specialite),
}

impl Correspondant {
    /// Whether a doctor, of a specialty when it is known, is this correspondent.
    pub fn est(&self, rpps: &Rpps, specialite: Option<Specialite>) -> bool {
        match self {
            Self::Medecin { rpps: own, .. } => own == rpps,
            // The codes of general practice are three for one profession.
            Self::Specialite(own) => specialite.is_some_and(|other| {
                other == *own || (other.est_generaliste() && own.est_generaliste())
            }),
        }
    }
}

/// How often care comes back: every so many units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periodicite {
    pub tous_les: u16,
    pub unite: UnitePeriodicite,
}

/// An act that a referral provides for.
pub type ActePrevu = CodeActe;

/// The most correspondents of one referral.
pub const MAX_CORRESPONDANTS: usize = 10;

/// What a referral is for: codes, never a diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SoinsPrevus {
    pub actes: Vec<ActePrevu>,
    pub periodicite: Option<Periodicite>,
}

/// What the author of a referral says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjetAdressage {
    pub nature: NatureAdressage,
    pub effet_du: NaiveDate,
    /// First day without effect; a single opinion has one by itself.
    pub effet_au: Option<NaiveDate>,
    pub correspondants: Vec<Correspondant>,
    pub soins: SoinsPrevus,
}

/// Parameters of the first day of a referral, in months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitesAdressage {
    /// Longest time for which one opinion is asked.
    pub avis_ponctuel: i32,
    /// Longest protocol of a long-term condition.
    pub protocole_ald: i32,
}

/// What is wrong with what somebody wrote about a referral. One variant, one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AdressageInvalide {
    #[error("no end")]
    FinAbsente,
    #[error("ends before it begins")]
    FinAvantDebut,
    #[error("must end on {au_plus_tard} at the latest")]
    DureeExcessive {
        /// The last possible first day without effect.
        au_plus_tard: NaiveDate,
    },
    #[error("begins before it was established")]
    DebutAvantEtablissement,
    #[error("a plan has a content")]
    SansActe,
    #[error("a plan has a periodicity")]
    SansPeriodicite,
    #[error("a single opinion has no periodicity")]
    PeriodiciteInutile,
    #[error("one correspondent only")]
    CorrespondantUnique,
    #[error("correspondent {rang} is there twice")]
    CorrespondantEnDouble {
        /// Which one, from 0.
        rang: usize,
    },
    /// The patient's own médecin traitant needs no referral.
    #[error("correspondent {rang} is the médecin traitant")]
    CorrespondantMedecinTraitant {
        /// Which one, from 0.
        rang: usize,
    },
    /// Closed in the past, or after its own end, or before its first day.
    #[error("closed outside its period")]
    ClotureHorsPeriode,
    #[error("care outside the period")]
    SoinsHorsPeriode,
    #[error("care in the future")]
    SoinsFuturs,
}

impl NatureAdressage {
    /// Whether a referral of this kind may have several correspondents.
    const fn a_plusieurs(self) -> bool {
        matches!(self, Self::Sequence | Self::ProtocoleAld)
    }

    /// The last possible end of a referral that begins on a day, when something limits it.
    fn fin_au_plus_tard(self, du: NaiveDate, limites: LimitesAdressage) -> Option<NaiveDate> {
        match self {
            Self::AvisPonctuel => plus_mois(du, limites.avis_ponctuel),
            Self::ProtocoleAld => plus_mois(du, limites.protocole_ald),
            Self::PlanDeSoins | Self::Sequence => None,
        }
    }
}

impl ProjetAdressage {
    /// The period, or everything that is wrong. `medecins_traitants` are those of the patient on
    /// the day of establishment.
    pub fn verify(
        &self,
        etabli_le: NaiveDate,
        medecins_traitants: &[MedecinId],
        limites: LimitesAdressage,
    ) -> Result<Periode, Vec<AdressageInvalide>> {
        let mut wrong = Vec::new();
        if self.effet_du < etabli_le {
            wrong.push(AdressageInvalide::DebutAvantEtablissement);
        }
        let periode = self.periode(limites).map_err(|error| wrong.push(error)).ok();
        self.verify_correspondants(medecins_traitants, &mut wrong);
        match self.nature {
            NatureAdressage::PlanDeSoins => {
                if self.soins.actes.is_empty() {
                    wrong.push(AdressageInvalide::SansActe);
                }
                if self.soins.periodicite.is_none() {
                    wrong.push(AdressageInvalide::SansPeriodicite);
                }
            }
            NatureAdressage::AvisPonctuel if self.soins.periodicite.is_some() => {
                wrong.push(AdressageInvalide::PeriodiciteInutile);
            }
            NatureAdressage::AvisPonctuel
            | NatureAdressage::Sequence
            | NatureAdressage::ProtocoleAld => {}
        }
        match periode {
            Some(periode) if wrong.is_empty() => Ok(periode),
            _ => Err(wrong),
        }
    }

    fn periode(&self, limites: LimitesAdressage) -> Result<Periode, AdressageInvalide> {
        let latest = self.nature.fin_au_plus_tard(self.effet_du, limites);
        let own = match self.nature {
            NatureAdressage::AvisPonctuel => self.effet_au.or(latest),
            NatureAdressage::PlanDeSoins
            | NatureAdressage::Sequence
            | NatureAdressage::ProtocoleAld => self.effet_au,
        };
        let au = own.ok_or(AdressageInvalide::FinAbsente)?;
        if let Some(au_plus_tard) = latest.filter(|latest| au > *latest) {
            return Err(AdressageInvalide::DureeExcessive { au_plus_tard });
        }
        Periode::new(self.effet_du, Some(au)).map_err(|_empty| AdressageInvalide::FinAvantDebut)
    }

    fn verify_correspondants(
        &self,
        medecins_traitants: &[MedecinId],
        wrong: &mut Vec<AdressageInvalide>,
    ) {
        if self.correspondants.len() > 1 && !self.nature.a_plusieurs() {
            wrong.push(AdressageInvalide::CorrespondantUnique);
        }
        for (rang, one) in self.correspondants.iter().enumerate() {
            if self.correspondants.iter().take(rang).any(|earlier| earlier == one) {
                wrong.push(AdressageInvalide::CorrespondantEnDouble { rang });
            }
            if let Correspondant::Medecin { id, .. } = one
                && medecins_traitants.contains(id)
            {
                wrong.push(AdressageInvalide::CorrespondantMedecinTraitant { rang });
            }
        }
    }
}
