//! Acts, insurance, prescription, payment and signatures.

use chrono::NaiveDate;

use crate::domain::feuille_de_soins::{
    Acte, Assurance, DetailCcam, Exoneration, NatureAssurance, Nomenclature, Paiement,
    Prescription, QualificatifDepense, SignatureFeuille,
};
use crate::domain::money::Centimes;
use crate::http::v1::feuilles_de_soins::ecrit::{
    AccidentEcrit, PrescriptionEcrite, SerieEcrite, SignatureEcrite,
};
use crate::http::vue::vue;

vue! {
    /// Ligne d'acte.
    pub(crate) struct ActeVue(acte: &Acte) {
        let decimal = |hundredths: u32| format!("{}.{:02}", hundredths / 100, hundredths % 100);

        /// Numéro de la ligne.
        #[schema(example = 1)]
        numero_ligne: u16 = acte.numero_ligne,
        /// Date des soins.
        date_execution: NaiveDate = acte.date_execution,
        /// Acte en série.
        serie: Option<SerieEcrite> =
            acte.date_prescription_serie.map(|date_prescription| SerieEcrite { date_prescription }),
        /// Nomenclature.
        nomenclature: Nomenclature = acte.code.nomenclature(),
        /// Code.
        #[schema(example = "G")]
        code: String = acte.code.as_str().to_owned(),
        /// Coefficient, à deux décimales.
        #[schema(example = "1.00")]
        coefficient: Option<String> = acte.coefficient_centiemes.map(decimal),
        /// Nombre d'actes.
        #[schema(example = 1)]
        quantite: u16 = acte.quantite,
        /// Précisions de la CCAM.
        ccam: Option<CcamVue> = acte.ccam.as_ref().map(CcamVue::new),
        /// Honoraires.
        honoraires_centimes: Centimes = acte.honoraires,
        /// Base de remboursement.
        base_remboursement_centimes: Option<Centimes> = acte.base,
        /// Qualificatif de dépense.
        qualificatif_depense: Option<QualificatifDepense> = acte.qualificatif,
        /// Dépassement écrit sur la feuille.
        depassement_centimes: Option<Centimes> = acte.depassement,
        /// Exonération de cet acte.
        exoneration_acte: Option<Exoneration> = acte.exoneration,
    }

    /// Précisions de la CCAM.
    pub(crate) struct CcamVue(ccam: &DetailCcam) {
        /// Code d'activité.
        activite: u8 = ccam.activite,
        /// Code de phase.
        phase: u8 = ccam.phase,
        /// Modificateurs.
        modificateurs: Vec<String> = ccam.modificateurs.iter().map(char::to_string).collect(),
        /// Code d'association.
        association: Option<u8> = ccam.association,
    }

    /// Nature d'assurance.
    pub(crate) struct AssuranceVue(assurance: &Assurance) {
        /// Nature.
        nature: NatureAssurance = assurance.nature,
        /// Date de la grossesse ou de l'accident.
        date_reference_nature: Option<NaiveDate> = assurance.date_reference,
        /// Numéro d'accident du travail ou de maladie professionnelle.
        numero_at_mp: Option<String> = assurance.numero_at_mp.clone(),
        /// Accident causé par un tiers.
        accident_tiers: Option<AccidentEcrit> = assurance
            .accident_tiers
            .map(|accident| AccidentEcrit { declare: accident.declare, date: accident.date }),
    }
}

impl PrescriptionEcrite {
    pub(super) fn new(prescription: &Prescription) -> Self {
        Self {
            date: prescription.date,
            prescripteur: prescription.prescripteur,
            origine: prescription.origine,
        }
    }
}

vue! {
    /// Paiement.
    pub(crate) struct PaiementVue(paiement: &Paiement) {
        /// Le patient n'a pas payé la part obligatoire.
        tiers_payant_amo: bool = paiement.tiers_payant_amo,
        /// Le patient n'a pas payé la part complémentaire.
        tiers_payant_amc: bool = paiement.tiers_payant_amc,
        /// Montant reçu par le professionnel.
        montant_percu_centimes: Option<Centimes> = paiement.montant_percu,
    }
}

impl SignatureEcrite {
    pub(super) fn new(signature: &SignatureFeuille) -> Self {
        Self { role: signature.role, moyen: signature.moyen, signe_a: signature.signe_a }
    }
}
