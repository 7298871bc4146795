//! Who pays whom, and what is claimed afterwards.

use crate::domain::money::Centimes;
use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// What the caisse claims afterwards.
    NatureCreance ("nature_creance") {
        Majoration = 1 "majoration",
        ParticipationForfaitaire = 2 "participation_forfaitaire",
    }
);

/// A sum that the caisse claims from the patient afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Creance {
    /// Principal line of the act.
    pub numero_ligne: u16,
    pub nature: NatureCreance,
    pub montant: Centimes,
}

/// Who pays whom. What the professional receives adds up to the fees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reglement {
    /// By the patient, to the professional.
    pub paye_par_le_patient: Centimes,
    /// By the compulsory insurance, to the professional.
    pub paye_par_amo: Centimes,
    /// By the complementary insurance, to the professional.
    pub paye_par_amc: Centimes,
    /// By the compulsory insurance, to the patient.
    pub rembourse_par_amo: Centimes,
    /// By the complementary insurance, to the patient.
    pub rembourse_par_amc: Centimes,
    pub creances: Vec<Creance>,
}
