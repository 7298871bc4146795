//! Acts, insurance, prescription, payment and signatures.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::feuille_de_soins::{
    Acte, Assurance, DetailCcam, Exoneration, NatureAssurance, Nomenclature, Paiement,
    Prescription, QualificatifDepense, SignatureFeuille,
};
use crate::domain::money::Centimes;
use crate::http::v1::feuilles_de_soins::ecrit::{
    AccidentEcrit, PrescriptionEcrite, SerieEcrite, SignatureEcrite,
};

/// Ligne d'acte.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActeVue {
    /// Numéro de la ligne.
    #[schema(example = 1)]
    numero_ligne: u16,
    /// Date des soins.
    date_execution: NaiveDate,
    /// Acte en série.
    serie: Option<SerieEcrite>,
    /// Nomenclature.
    nomenclature: Nomenclature,
    /// Code.
    #[schema(example = "G")]
    code: String,
    /// Coefficient, à deux décimales.
    #[schema(example = "1.00")]
    coefficient: Option<String>,
    /// Nombre d'actes.
    #[schema(example = 1)]
    quantite: u16,
    /// Précisions de la CCAM.
    ccam: Option<CcamVue>,
    /// Honoraires.
    honoraires_centimes: Centimes,
    /// Base de remboursement.
    base_remboursement_centimes: Option<Centimes>,
    /// Qualificatif de dépense.
    qualificatif_depense: Option<QualificatifDepense>,
    /// Dépassement écrit sur la feuille.
    depassement_centimes: Option<Centimes>,
    /// Exonération de cet acte.
    exoneration_acte: Option<Exoneration>,
}

/// Précisions de la CCAM.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CcamVue {
    /// Code d'activité.
    activite: u8,
    /// Code de phase.
    phase: u8,
    /// Modificateurs.
    modificateurs: Vec<String>,
    /// Code d'association.
    association: Option<u8>,
}

impl CcamVue {
    fn new(ccam: &DetailCcam) -> Self {
        Self {
            activite: ccam.activite,
            phase: ccam.phase,
            modificateurs: ccam.modificateurs.iter().map(char::to_string).collect(),
            association: ccam.association,
        }
    }
}

impl ActeVue {
    pub(super) fn new(acte: &Acte) -> Self {
        let decimal = |hundredths: u32| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        Self {
            numero_ligne: acte.numero_ligne,
            date_execution: acte.date_execution,
            serie: acte
                .date_prescription_serie
                .map(|date_prescription| SerieEcrite { date_prescription }),
            nomenclature: acte.code.nomenclature(),
            code: acte.code.as_str().to_owned(),
            coefficient: acte.coefficient_centiemes.map(decimal),
            quantite: acte.quantite,
            ccam: acte.ccam.as_ref().map(CcamVue::new),
            honoraires_centimes: acte.honoraires,
            base_remboursement_centimes: acte.base,
            qualificatif_depense: acte.qualificatif,
            depassement_centimes: acte.depassement,
            exoneration_acte: acte.exoneration,
        }
    }
}

/// Nature d'assurance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssuranceVue {
    /// Nature.
    nature: NatureAssurance,
    /// Date de la grossesse ou de l'accident.
    date_reference_nature: Option<NaiveDate>,
    /// Numéro d'accident du travail ou de maladie professionnelle.
    numero_at_mp: Option<String>,
    /// Accident causé par un tiers.
    accident_tiers: Option<AccidentEcrit>,
}

impl AssuranceVue {
    pub(super) fn new(assurance: &Assurance) -> Self {
        Self {
            nature: assurance.nature,
            date_reference_nature: assurance.date_reference,
            numero_at_mp: assurance.numero_at_mp.clone(),
            accident_tiers: assurance
                .accident_tiers
                .map(|accident| AccidentEcrit { declare: accident.declare, date: accident.date }),
        }
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

/// Paiement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaiementVue {
    /// Le patient n'a pas payé la part obligatoire.
    tiers_payant_amo: bool,
    /// Le patient n'a pas payé la part complémentaire.
    tiers_payant_amc: bool,
    /// Montant reçu par le professionnel.
    montant_percu_centimes: Option<Centimes>,
}

impl PaiementVue {
    pub(super) fn new(paiement: &Paiement) -> Self {
        Self {
            tiers_payant_amo: paiement.tiers_payant_amo,
            tiers_payant_amc: paiement.tiers_payant_amc,
            montant_percu_centimes: paiement.montant_percu,
        }
    }
}

impl SignatureEcrite {
    pub(super) fn new(signature: &SignatureFeuille) -> Self {
        Self { role: signature.role, moyen: signature.moyen, signe_a: signature.signe_a }
    }
}
