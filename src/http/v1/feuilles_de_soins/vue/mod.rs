//! The shape of a feuille that is read back: who the patient is, by internal id, and no number.

mod detail;
mod personnes;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use self::detail::{ActeVue, AssuranceVue, PaiementVue};
use self::personnes::{BeneficiaireVue, ExecutantVue, ParcoursVue};
use crate::domain::feuille_de_soins::{ModeSecurisation, Support};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::http::schemas::MotifReexamen;
use crate::http::v1::evaluation::{Contexte, EvaluationVue};
use crate::http::v1::feuilles_de_soins::ecrit::{PrescriptionEcrite, SignatureEcrite};
use crate::services::ServiceError;
use crate::services::evaluations::{explain, settle};
use crate::services::feuilles_de_soins::FeuilleEvaluee;

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
    /// Ce qui a été déclaré du parcours de soins.
    parcours: ParcoursVue,
    /// Nature d'assurance.
    assurance: AssuranceVue,
    /// Prescription.
    prescription: Option<PrescriptionEcrite>,
    /// Lignes.
    actes: Vec<ActeVue>,
    /// Paiement.
    paiement: PaiementVue,
    /// Signatures.
    signatures: Vec<SignatureEcrite>,
    /// Évaluations, la première d'abord ; la dernière fait foi.
    evaluations: Vec<EvaluationVue>,
    /// Raisons de réexaminer la feuille, apparues depuis son évaluation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    a_reexaminer: Vec<ReexamenVue>,
}

/// Raison de réexaminer une feuille.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReexamenVue {
    /// Pourquoi : le même médecin a vu le patient trop près de l'avis.
    #[schema(value_type = MotifReexamen)]
    motif: &'static str,
    /// Feuille qui en est la cause.
    feuille_id: FeuilleId,
    /// Jour des soins de cette feuille.
    date_soins: NaiveDate,
}

impl FeuilleVue {
    /// The shape of a feuille; its reasons are rendered now, from codes, facts and amounts.
    pub(crate) fn new(evaluee: &FeuilleEvaluee) -> Result<Self, ServiceError> {
        let (kept, feuille) = (&evaluee.feuille, &evaluee.feuille.feuille);
        let soins = &feuille.soins;
        let mut evaluations = Vec::new();
        for (evaluation, loi) in &evaluee.evaluations {
            let mut explication =
                explain(&loi.law, soins, &evaluation.faits, &evaluation.evaluation)?;
            explication.depuis(&evaluee.decidees);
            let contexte = Contexte {
                numero: Some(evaluation.numero),
                regles_version: loi.empreinte,
                connu_le: Some(evaluation.connu_le),
                indicateur: soins.parcours.indicateur,
                declaration_id: evaluation.declaration_id,
                reglement: settle(soins, &evaluation.evaluation)?,
                registre: &evaluation.faits.registre,
                explication: &explication,
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
            beneficiaire: BeneficiaireVue::new(&soins.beneficiaire),
            executant: ExecutantVue::new(feuille),
            parcours: ParcoursVue::new(&soins.parcours),
            assurance: AssuranceVue::new(&soins.assurance),
            prescription: feuille.prescription.as_ref().map(PrescriptionEcrite::new),
            actes: soins.actes.iter().map(ActeVue::new).collect(),
            paiement: PaiementVue::new(&soins.paiement),
            signatures: feuille.signatures.iter().map(SignatureEcrite::new).collect(),
            evaluations,
            a_reexaminer: evaluee
                .a_reexaminer
                .iter()
                .map(|one| ReexamenVue {
                    motif: "avis_ponctuel_rompu",
                    feuille_id: one.feuille,
                    date_soins: one.jour,
                })
                .collect(),
        })
    }
}
