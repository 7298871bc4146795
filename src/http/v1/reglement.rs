//! Who pays whom, as people read it.

use crate::domain::evaluation::{Creance, NatureCreance, Reglement};
use crate::domain::money::Centimes;
use crate::http::vue::vue;

vue! {
    /// Qui paie qui, selon le tiers payant. Ce que reçoit le professionnel fait la somme des honoraires.
    pub(crate) struct ReglementVue(reglement: &Reglement) {
        /// Payé par le patient au professionnel.
        paye_par_le_patient_centimes: Centimes = reglement.paye_par_le_patient,
        /// Payé par l'Assurance maladie au professionnel.
        paye_par_amo_centimes: Centimes = reglement.paye_par_amo,
        /// Payé par la complémentaire au professionnel.
        paye_par_amc_centimes: Centimes = reglement.paye_par_amc,
        /// Remboursé par l'Assurance maladie au patient.
        rembourse_par_amo_centimes: Centimes = reglement.rembourse_par_amo,
        /// Remboursé par la complémentaire au patient.
        rembourse_par_amc_centimes: Centimes = reglement.rembourse_par_amc,
        /// Ce que la caisse réclamera plus tard au patient, faute de l'avoir retenu ; déjà compris dans le
        /// reste à charge. Ce qui en est recouvré se lit sous `/v1/patients/{id}/creances`.
        creances: Vec<CreanceVue> = reglement.creances.iter().map(CreanceVue::new).collect(),
    }

    /// Somme que la caisse réclamera.
    pub(crate) struct CreanceVue(one: &Creance) {
        /// Ligne principale de l'acte.
        #[schema(example = 1)]
        numero_ligne: u16 = one.numero_ligne,
        /// Nature.
        nature: NatureCreance = one.nature,
        /// Montant.
        montant_centimes: Centimes = one.montant,
    }
}
