//! The referral: the médecin traitant sends a patient to a correspondent, for a period.
//!
//! ```text
//!            ┌─ the correspondent reports ─▶ actif   (clos stays clos)
//! actif ─────┼─ the author corrects ───────▶ actif   (from clos too)
//!            ├─ closed before its end ─────▶ clos
//!            └─ established by mistake ────▶ annule  (from clos too)
//! ```
//!
//! What the evaluation of an act asks is [`Adressage::couvre`]. A referral that is over by its own
//! end stays `actif`: its period says it.

mod projet;

use chrono::{DateTime, NaiveDate, Utc};

pub use self::projet::{
    ActePrevu, AdressageInvalide, Correspondant, LimitesAdressage, MAX_CORRESPONDANTS,
    NatureAdressage, Periodicite, ProjetAdressage, SoinsPrevus, UnitePeriodicite,
};

use super::calendar::{Periode, plus_mois};
use super::identifiers::{Rpps, Specialite};
use super::ids::{AdressageId, MedecinId, PatientId, RetourId};
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// State of a referral.
    EtatAdressage ("etat_adressage") {
        Actif = 1 "actif",
        /// Ended before the period first given.
        Clos = 2 "clos",
        /// Established by mistake: never held.
        Annule = 3 "annule",
    }

    /// What somebody may do to a referral.
    ActionAdressage ("action_adressage") {
        RendreCompte = 1 "rendre_compte",
        Rectifier = 2 "rectifier",
        /// End before the period first given.
        Clore = 3 "clore",
        /// Erase what was established by mistake.
        Annuler = 4 "annuler",
    }

    /// Why a referral ends before its period.
    MotifCloture ("motif_cloture") {
        SoinsTermines = 1 "soins_termines",
        /// The patient does not want it any more.
        Patient = 2 "patient",
        Correspondant = 3 "correspondant",
        AutreAdressage = 4 "autre_adressage",
        Autre = 5 "autre",
    }

    /// Kind of report.
    NatureRetour ("nature_retour") {
        /// Conclusions and proposals: the opinion is given.
        Conclusions = 1 "conclusions",
        CompteRendu = 2 "compte_rendu",
        Synthese = 3 "synthese",
    }
);

/// What a correspondent reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retour {
    pub id: RetourId,
    pub medecin_id: MedecinId,
    pub rpps: Rpps,
    pub nature: NatureRetour,
    pub soins_le: NaiveDate,
    /// Where the document is kept.
    pub reference: Option<String>,
    pub enregistre_le: DateTime<Utc>,
}

/// A referral, in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adressage {
    /// Its id, the same in every version.
    pub id: AdressageId,
    pub patient_id: PatientId,
    pub medecin_id: MedecinId,
    pub rpps: Rpps,
    pub nature: NatureAdressage,
    /// Day on which the author, médecin traitant, established it.
    pub etabli_le: NaiveDate,
    /// Version, from 1.
    pub version: i32,
    pub etat: EtatAdressage,
    pub motif_cloture: Option<MotifCloture>,
    pub effet: Periode,
    pub correspondants: Vec<Correspondant>,
    pub soins: SoinsPrevus,
    pub retours: Vec<Retour>,
    pub enregistre_le: DateTime<Utc>,
    pub remplace_le: Option<DateTime<Utc>>,
}

/// Why a referral does not move: its state forbids the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{action:?} is impossible in state {etat:?}")]
pub struct AdressageRefuse {
    pub etat: EtatAdressage,
    pub action: ActionAdressage,
}

impl Adressage {
    /// Whether care given on a day by a doctor, of that specialty, is given on this referral.
    pub fn couvre(&self, jour: NaiveDate, rpps: &Rpps, specialite: Option<Specialite>) -> bool {
        self.en_vigueur(jour) && self.adresse_a(rpps, specialite)
    }

    /// Whether the referral holds on a day. A single opinion holds until the day it is given.
    pub fn en_vigueur(&self, jour: NaiveDate) -> bool {
        self.etat != EtatAdressage::Annule
            && self.effet.contient(jour)
            && self.avis_rendu_le().is_none_or(|given| jour <= given)
    }

    /// Whether a doctor, of that specialty, is one of the correspondents.
    pub fn adresse_a(&self, rpps: &Rpps, specialite: Option<Specialite>) -> bool {
        self.correspondants.iter().any(|one| one.est(rpps, specialite))
    }

    /// Whether the referral names a doctor, or holds a report by that doctor.
    pub fn nomme(&self, rpps: &Rpps) -> bool {
        self.adresse_a(rpps, None) || self.retours.iter().any(|retour| retour.rpps == *rpps)
    }

    /// The day on which a single opinion was given: that of the last conclusions.
    fn avis_rendu_le(&self) -> Option<NaiveDate> {
        if self.nature != NatureAdressage::AvisPonctuel {
            return None;
        }
        self.retours
            .iter()
            .filter(|retour| retour.nature == NatureRetour::Conclusions)
            .map(|retour| retour.soins_le)
            .max()
    }

    /// What is possible now, among what the rights of a caller give.
    pub fn actions(&self, may: impl Fn(ActionAdressage) -> bool) -> Vec<ActionAdressage> {
        let open = |action: &ActionAdressage| self.allow(*action).is_ok() && may(*action);
        ActionAdressage::TOUS.iter().copied().filter(open).collect()
    }

    /// Refuses an action that the state forbids.
    pub const fn allow(&self, action: ActionAdressage) -> Result<(), AdressageRefuse> {
        let possible = match self.etat {
            EtatAdressage::Actif => true,
            EtatAdressage::Clos => !matches!(action, ActionAdressage::Clore),
            EtatAdressage::Annule => false,
        };
        if possible { Ok(()) } else { Err(AdressageRefuse { etat: self.etat, action }) }
    }

    /// Closes the referral: `au` is its first day without effect, today or later.
    pub fn close(
        &mut self,
        au: NaiveDate,
        motif: MotifCloture,
        aujourd_hui: NaiveDate,
    ) -> Result<(), AdressageInvalide> {
        let own_end = self.effet.au().is_some_and(|end| end < au);
        let effet = self.effet.jusqu_au(au).filter(|_| !own_end && au >= aujourd_hui);
        self.effet = effet.ok_or(AdressageInvalide::ClotureHorsPeriode)?;
        self.etat = EtatAdressage::Clos;
        self.motif_cloture = Some(motif);
        Ok(())
    }

    /// Erases the referral: it never held.
    pub fn cancel(&mut self) {
        self.etat = EtatAdressage::Annule;
        self.motif_cloture = None;
    }

    /// Puts a corrected content in the place of the present one.
    pub fn correct(&mut self, projet: ProjetAdressage, effet: Periode) {
        self.effet = effet;
        self.correspondants = projet.correspondants;
        self.soins = projet.soins;
        self.etat = EtatAdressage::Actif;
        self.motif_cloture = None;
    }

    /// Adds a report about care of the period, already given.
    pub fn report(
        &mut self,
        retour: Retour,
        aujourd_hui: NaiveDate,
    ) -> Result<(), AdressageInvalide> {
        if retour.soins_le > aujourd_hui {
            return Err(AdressageInvalide::SoinsFuturs);
        }
        if !self.effet.contient(retour.soins_le) {
            return Err(AdressageInvalide::SoinsHorsPeriode);
        }
        self.retours.push(retour);
        Ok(())
    }
}

/// Whether another act of the same doctor on `autre` makes of an opinion given on `avis` continuing
/// care: the two are less than the delay apart, whichever comes first. A delay in months ends with
/// the day of the same number.
pub fn suivi_continu(avis: NaiveDate, autre: NaiveDate, delai_mois: i32) -> bool {
    avis != autre
        && plus_mois(avis.min(autre), delai_mois).is_some_and(|end| avis.max(autre) <= end)
}
