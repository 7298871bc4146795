//! The shape of a feuille that is read back: who the patient is, by internal id, and no number.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::feuille_de_soins::{
    Acte, Complementaire, Convention, Exoneration, ModeSecurisation, NatureAssurance, Nomenclature,
    OptionTarifaire, QualificatifDepense, RegimeLocal, SituationParticuliere, Support,
};
use crate::domain::identifiers::{IndicateurParcours, RangGemellaire, Rpps, Specialite};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::domain::money::Centimes;
use crate::http::v1::evaluation::{Contexte, EvaluationVue};
use crate::services::feuilles_de_soins::FeuilleEvaluee;
use crate::services::{ServiceError, Services};

/// Feuille de soins enregistrée, avec ses évaluations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeuilleVue {
    /// Identifiant de la feuille.
    id: FeuilleId,
    /// Patient, par son identifiant interne : aucun numéro n'est rendu.
    patient_id: PatientId,
    /// Enregistrement par ce service.
    enregistree_le: DateTime<Utc>,
    /// Numéro de facture.
    #[schema(example = "000000101")]
    numero_facture: String,
    /// Électronique ou papier.
    support: Support,
    /// Mode de sécurisation.
    mode_securisation: ModeSecurisation,
    /// Date d'établissement.
    date_etablissement: NaiveDate,
    /// Réception par la caisse.
    recue_le: Option<DateTime<Utc>>,
    /// Référence de l'appelant.
    reference_externe: Option<String>,
    /// Bénéficiaire, sans ses numéros.
    beneficiaire: BeneficiaireVue,
    /// Exécutant.
    executant: ExecutantVue,
    /// Indicateur de parcours transmis.
    indicateur: Option<IndicateurParcours>,
    /// Nature d'assurance.
    nature_assurance: NatureAssurance,
    /// Lignes.
    actes: Vec<ActeVue>,
    /// Évaluations, la première d'abord ; la dernière fait foi.
    evaluations: Vec<EvaluationVue>,
}

/// Bénéficiaire.
#[derive(Debug, Serialize, ToSchema)]
struct BeneficiaireVue {
    /// Qualité.
    #[schema(example = "0")]
    qualite: String,
    /// Rang gémellaire.
    rang: RangGemellaire,
    /// Couverture complémentaire.
    complementaire: Complementaire,
    /// Exonération.
    #[schema(value_type = String)]
    exoneration: Exoneration,
    /// Régime local.
    regime_local: RegimeLocal,
    /// Situation particulière.
    situation_particuliere: SituationParticuliere,
}

/// Exécutant.
#[derive(Debug, Serialize, ToSchema)]
struct ExecutantVue {
    /// RPPS.
    rpps: Rpps,
    /// Spécialité.
    specialite: Specialite,
    /// Spécialité, en clair.
    #[schema(example = "médecine générale")]
    specialite_libelle: &'static str,
    /// Convention.
    convention: Convention,
    /// Option tarifaire.
    option_tarifaire: OptionTarifaire,
}

/// Ligne d'acte.
#[derive(Debug, Serialize, ToSchema)]
struct ActeVue {
    /// Numéro de la ligne.
    #[schema(example = 1)]
    numero_ligne: u16,
    /// Date des soins.
    date_execution: NaiveDate,
    /// Nomenclature.
    nomenclature: Nomenclature,
    /// Code.
    #[schema(example = "G")]
    code: String,
    /// Nombre d'actes.
    #[schema(example = 1)]
    quantite: u16,
    /// Honoraires.
    honoraires_centimes: Centimes,
    /// Base de remboursement.
    base_remboursement_centimes: Option<Centimes>,
    /// Qualificatif de dépense.
    qualificatif_depense: Option<QualificatifDepense>,
}

impl ActeVue {
    fn new(acte: &Acte) -> Self {
        Self {
            numero_ligne: acte.numero_ligne,
            date_execution: acte.date_execution,
            nomenclature: acte.code.nomenclature(),
            code: acte.code.as_str().to_owned(),
            quantite: acte.quantite,
            honoraires_centimes: acte.honoraires,
            base_remboursement_centimes: acte.base,
            qualificatif_depense: acte.qualificatif,
        }
    }
}

impl FeuilleVue {
    /// The shape of a feuille; its reasons are rendered now, from codes, facts and amounts.
    pub(crate) fn new(services: &Services, evaluee: &FeuilleEvaluee) -> Result<Self, ServiceError> {
        let (kept, feuille) = (&evaluee.feuille, &evaluee.feuille.feuille);
        let soins = &feuille.soins;
        let mut evaluations = Vec::new();
        for (evaluation, regles_version) in &evaluee.evaluations {
            let motifs = services.explain(soins, &evaluation.faits, &evaluation.evaluation)?;
            let contexte = Contexte {
                numero: Some(evaluation.numero),
                regles_version: *regles_version,
                connu_le: Some(evaluation.connu_le),
                indicateur: soins.parcours.indicateur,
                declaration_id: evaluation.declaration_id,
                motifs: &motifs,
            };
            evaluations.extend(EvaluationVue::new(&evaluation.evaluation, &contexte));
        }
        Ok(Self {
            id: kept.id,
            patient_id: kept.patient_id,
            enregistree_le: kept.enregistre_le,
            numero_facture: feuille.numero_facture.clone(),
            support: feuille.support,
            mode_securisation: feuille.mode_securisation,
            date_etablissement: feuille.date_etablissement,
            recue_le: feuille.recue_le,
            reference_externe: feuille.reference_externe.clone(),
            beneficiaire: BeneficiaireVue {
                qualite: soins.beneficiaire.qualite.get().to_string(),
                rang: soins.beneficiaire.rang,
                complementaire: soins.beneficiaire.complementaire,
                exoneration: soins.beneficiaire.exoneration,
                regime_local: soins.beneficiaire.regime_local,
                situation_particuliere: soins.beneficiaire.situation,
            },
            executant: ExecutantVue {
                rpps: feuille.executant_rpps,
                specialite: soins.executant.specialite,
                specialite_libelle: soins.executant.specialite.libelle(),
                convention: soins.executant.convention,
                option_tarifaire: soins.executant.option_tarifaire,
            },
            indicateur: soins.parcours.indicateur,
            nature_assurance: soins.assurance.nature,
            actes: soins.actes.iter().map(ActeVue::new).collect(),
            evaluations,
        })
    }
}
