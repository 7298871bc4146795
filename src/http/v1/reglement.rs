//! Who pays whom, as people read it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::evaluation::{Creance, NatureCreance, Reglement};
use crate::domain::money::Centimes;

/// Qui paie qui, selon le tiers payant. Ce que reçoit le professionnel fait la somme des honoraires.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReglementVue {
    /// Payé par le patient au professionnel.
    paye_par_le_patient_centimes: Centimes,
    /// Payé par l'Assurance maladie au professionnel.
    paye_par_amo_centimes: Centimes,
    /// Payé par la complémentaire au professionnel.
    paye_par_amc_centimes: Centimes,
    /// Remboursé par l'Assurance maladie au patient.
    rembourse_par_amo_centimes: Centimes,
    /// Remboursé par la complémentaire au patient.
    rembourse_par_amc_centimes: Centimes,
    /// Ce que la caisse réclamera plus tard au patient, faute de l'avoir retenu ; déjà compris dans le
    /// reste à charge. Ce qui en est recouvré se lit sous `/v1/patients/{id}/creances`.
    creances: Vec<CreanceVue>,
}

/// Somme que la caisse réclamera.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreanceVue {
    /// Ligne principale de l'acte.
    #[schema(example = 1)]
    numero_ligne: u16,
    /// Nature.
    nature: NatureCreance,
    /// Montant.
    montant_centimes: Centimes,
}

impl ReglementVue {
    pub(crate) fn new(reglement: &Reglement) -> Self {
        let claim = |one: &Creance| CreanceVue {
            numero_ligne: one.numero_ligne,
            nature: one.nature,
            montant_centimes: one.montant,
        };
        Self {
            paye_par_le_patient_centimes: reglement.paye_par_le_patient,
            paye_par_amo_centimes: reglement.paye_par_amo,
            paye_par_amc_centimes: reglement.paye_par_amc,
            rembourse_par_amo_centimes: reglement.rembourse_par_amo,
            rembourse_par_amc_centimes: reglement.rembourse_par_amc,
            creances: reglement.creances.iter().map(claim).collect(),
        }
    }
}
