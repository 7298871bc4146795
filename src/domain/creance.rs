//! Claims of a caisse after third-party payment, and how they are recovered.
//!
//! A claim is what the current evaluation of a feuille says; only recoveries are kept. So what is left is
//! computed when somebody reads, and a new evaluation that lowers a claim shows by itself what the caisse
//! received in excess.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};

use super::evaluation::{Creance, NatureCreance};
use super::feuille_de_soins::Acte;
use super::ids::{FeuilleId, RecouvrementId};
use super::money::{AmountOverflow, Centimes};
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// How a sum was recovered.
    ModeRecouvrement ("mode_recouvrement") {
        RetenueSurRemboursement = 1 "retenue_sur_remboursement",
        Paiement = 2 "paiement",
        /// Given up by the caisse: nobody pays it.
        Remise = 3 "remise",
    }

    /// Why a recovery is taken back.
    MotifAnnulation ("motif_annulation_recouvrement") {
        /// It was never made, or otherwise.
        ErreurDeSaisie = 1 "erreur_de_saisie",
        PaiementRejete = 2 "paiement_rejete",
        /// The sum was given back to the patient.
        SommeRendue = 3 "somme_rendue",
        Reclamation = 4 "reclamation",
    }

    /// Which claims are looked for.
    SoldeCherche ("solde_creance") {
        /// Those of which something is left to recover.
        Restant = 1 "restant",
        /// Those of which something is to be given back.
        ARendre = 2 "a_rendre",
    }

    /// What a caller may do about a claim.
    ActionCreance ("action_creance") {
        Recouvrer = 1 "recouvrer",
    }

    /// What a caller may do about a recovery.
    ActionRecouvrement ("action_recouvrement") {
        Annuler = 1 "annuler",
    }
);

/// Which claim of a feuille.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CleCreance {
    /// Principal line of the act.
    pub numero_ligne: u16,
    pub nature: NatureCreance,
}

/// The place of a claim in a list: by day of the act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceCreance {
    pub date_acte: NaiveDate,
    pub feuille_id: FeuilleId,
    pub cle: CleCreance,
}

impl fmt::Display for PlaceCreance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CleCreance { numero_ligne, nature } = self.cle;
        write!(f, "{} {} {numero_ligne} {}", self.date_acte, self.feuille_id, nature.mot())
    }
}

/// A text that is no place of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceIllisible;

impl FromStr for PlaceCreance {
    type Err = PlaceIllisible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(' ');
        let mut next = || parts.next().ok_or(PlaceIllisible);
        let (jour, feuille, ligne, nature) = (next()?, next()?, next()?, next()?);
        let found = || {
            Some(Self {
                date_acte: jour.parse().ok()?,
                feuille_id: feuille.parse().ok()?,
                cle: CleCreance {
                    numero_ligne: ligne.parse().ok()?,
                    nature: NatureCreance::du_mot(nature)?,
                },
            })
        };
        found().filter(|_| parts.next().is_none()).ok_or(PlaceIllisible)
    }
}

/// The taking back of a recovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnulationRecouvrement {
    pub motif: MotifAnnulation,
    pub jour: NaiveDate,
    /// Code of the caisse.
    pub auteur: String,
    pub enregistre_le: DateTime<Utc>,
}

/// A sum recovered of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recouvrement {
    pub id: RecouvrementId,
    pub cle: CleCreance,
    pub montant: Centimes,
    pub jour: NaiveDate,
    pub mode: ModeRecouvrement,
    /// Code of the caisse.
    pub auteur: String,
    pub enregistre_le: DateTime<Utc>,
    /// How it was taken back, if it was.
    pub annulation: Option<AnnulationRecouvrement>,
}

impl Recouvrement {
    /// Its version: it is taken back at most once.
    pub const fn version(&self) -> i32 {
        if self.annulation.is_some() { 2 } else { 1 }
    }

    /// What its caisse may do now; others do nothing.
    pub fn actions(&self, sa_caisse: bool) -> Vec<ActionRecouvrement> {
        let possible = sa_caisse && self.annulation.is_none();
        possible.then_some(ActionRecouvrement::Annuler).into_iter().collect()
    }
}

/// Where a claim stands, or several together. What was claimed, less what was recovered, is what remains,
/// less what is to be given back; of one claim, one of these two is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Solde {
    /// What the current evaluation claims.
    pub montant: Centimes,
    /// What was recovered, remissions included.
    pub recouvre: Centimes,
    /// The part of it that the caisse gave up.
    pub dont_remise: Centimes,
    pub restant: Centimes,
    /// What was received beyond the claim.
    pub a_rendre: Centimes,
}

impl Solde {
    /// Where a claim stands after payments and remissions. Nobody paid a remission: when the claim
    /// becomes smaller it shrinks first, and is never given back.
    pub fn new(montant: Centimes, paye: Centimes, remis: Centimes) -> Result<Self, AmountOverflow> {
        let dont_remise = remis.min(montant.minus_or_zero(paye));
        let recouvre = paye.plus(dont_remise)?;
        Ok(Self {
            montant,
            recouvre,
            dont_remise,
            restant: montant.minus_or_zero(recouvre),
            a_rendre: recouvre.minus_or_zero(montant),
        })
    }

    /// Of several claims together: what remains of one makes up for nothing of another.
    pub fn plus(self, other: &Self) -> Result<Self, AmountOverflow> {
        Ok(Self {
            montant: self.montant.plus(other.montant)?,
            recouvre: self.recouvre.plus(other.recouvre)?,
            dont_remise: self.dont_remise.plus(other.dont_remise)?,
            restant: self.restant.plus(other.restant)?,
            a_rendre: self.a_rendre.plus(other.a_rendre)?,
        })
    }
}

/// A claim with its recoveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreanceSuivie {
    pub place: PlaceCreance,
    pub solde: Solde,
    /// Its recoveries, in the order in which they were recorded, those taken back included.
    pub recouvrements: Vec<Recouvrement>,
}

/// A recovery that cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecouvrementInvalide {
    JourFutur,
    JourAvantActe { date_acte: NaiveDate },
    AuDelaDuRestant { restant: Centimes },
}

impl CreanceSuivie {
    fn new(
        place: PlaceCreance,
        montant: Centimes,
        recouvrements: Vec<Recouvrement>,
    ) -> Result<Self, AmountOverflow> {
        let (mut paye, mut remis) = (Centimes::ZERO, Centimes::ZERO);
        for one in recouvrements.iter().filter(|one| one.annulation.is_none()) {
            let sum = if one.mode == ModeRecouvrement::Remise { &mut remis } else { &mut paye };
            *sum = sum.plus(one.montant)?;
        }
        Ok(Self { place, solde: Solde::new(montant, paye, remis)?, recouvrements })
    }

    /// Everything that forbids to recover this sum, that day.
    pub fn verify(
        &self,
        montant: Centimes,
        jour: NaiveDate,
        aujourd_hui: NaiveDate,
    ) -> Vec<RecouvrementInvalide> {
        let (date_acte, restant) = (self.place.date_acte, self.solde.restant);
        [
            (jour > aujourd_hui).then_some(RecouvrementInvalide::JourFutur),
            (jour < date_acte).then_some(RecouvrementInvalide::JourAvantActe { date_acte }),
            (montant > restant).then_some(RecouvrementInvalide::AuDelaDuRestant { restant }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Whether it is one of those looked for.
    pub fn est_cherchee(&self, solde: Option<SoldeCherche>) -> bool {
        match solde {
            None => true,
            Some(SoldeCherche::Restant) => self.solde.restant > Centimes::ZERO,
            Some(SoldeCherche::ARendre) => self.solde.a_rendre > Centimes::ZERO,
        }
    }

    /// What its caisse may do now; others do nothing.
    pub fn actions(&self, sa_caisse: bool) -> Vec<ActionCreance> {
        let possible = sa_caisse && self.solde.restant > Centimes::ZERO;
        possible.then_some(ActionCreance::Recouvrer).into_iter().collect()
    }
}

/// The claims of a feuille: those of its current evaluation, and those of which something was recovered
/// although it no longer claims them.
pub fn suivre(
    (feuille_id, date_soins): (FeuilleId, NaiveDate),
    actes: &[Acte],
    creances: &[Creance],
    recouvrements: Vec<Recouvrement>,
) -> Result<Vec<CreanceSuivie>, AmountOverflow> {
    let mut known: BTreeMap<CleCreance, (Centimes, Vec<Recouvrement>)> = BTreeMap::new();
    for one in creances {
        let cle = CleCreance { numero_ligne: one.numero_ligne, nature: one.nature };
        known.entry(cle).or_default().0 = one.montant;
    }
    for one in recouvrements {
        known.entry(one.cle).or_default().1.push(one);
    }
    let day = |numero: u16| {
        let acte = actes.iter().find(|acte| acte.numero_ligne == numero);
        acte.map_or(date_soins, |acte| acte.date_execution)
    };
    known
        .into_iter()
        .map(|(cle, (montant, recouvrements))| {
            let place = PlaceCreance { date_acte: day(cle.numero_ligne), feuille_id, cle };
            CreanceSuivie::new(place, montant, recouvrements)
        })
        .collect()
}
