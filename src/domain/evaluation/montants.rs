//! Amounts of a line, of an act or of a feuille.

use crate::domain::money::{AmountOverflow, Centimes};

/// Amounts of a line, of an act or of a feuille.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Montants {
    pub honoraires: Centimes,
    /// Base of reimbursement retained.
    pub base: Centimes,
    /// Theoretical share of the compulsory insurance: base × rate.
    pub part_amo_brute: Centimes,
    /// Base minus that share.
    pub ticket_moderateur: Centimes,
    pub majoration: Centimes,
    pub participation: Centimes,
    /// What the compulsory insurance pays in the end.
    pub rembourse_amo: Centimes,
    /// Fees minus base.
    pub depassement: Centimes,
    pub part_amc: Centimes,
    pub reste_a_charge: Centimes,
}

impl Montants {
    /// Sums every amount.
    pub fn plus(&self, other: &Self) -> Result<Self, AmountOverflow> {
        Ok(Self {
            honoraires: self.honoraires.plus(other.honoraires)?,
            base: self.base.plus(other.base)?,
            part_amo_brute: self.part_amo_brute.plus(other.part_amo_brute)?,
            ticket_moderateur: self.ticket_moderateur.plus(other.ticket_moderateur)?,
            majoration: self.majoration.plus(other.majoration)?,
            participation: self.participation.plus(other.participation)?,
            rembourse_amo: self.rembourse_amo.plus(other.rembourse_amo)?,
            depassement: self.depassement.plus(other.depassement)?,
            part_amc: self.part_amc.plus(other.part_amc)?,
            reste_a_charge: self.reste_a_charge.plus(other.reste_a_charge)?,
        })
    }
}

/// The amounts of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LigneEvaluee {
    pub numero_ligne: u16,
    pub montants: Montants,
}
