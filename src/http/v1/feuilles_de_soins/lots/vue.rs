//! The answer to a line.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::evaluation::{Appartenance, Avertissement, CodeDetermine};
use crate::domain::ids::{FeuilleId, PatientId, RequestId};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::vocabulaire;
use crate::http::problem::{Probleme, Refus};
use crate::http::schemas::{LettreDeterminee, NumeroEvaluation};
use crate::http::v1::feuilles_de_soins::vue::FeuilleVue;
use crate::services::ServiceError;
use crate::services::feuilles_de_soins::{FeuilleEvaluee, Reception};

vocabulaire!(
    /// How much the answer to a line says.
    FormeReponse ("forme_reponse") {
        /// The decision and its amounts.
        Synthese = 1 "synthese",
        /// The feuille and its evaluations, with their reasons, as a single feuille is answered.
        Complete = 2 "complete",
    }
);

vocabulaire!(
    /// What became of a line.
    ResultatLigne ("resultat_ligne") {
        /// Received now.
        Enregistree = 1 "enregistree",
        /// Received before, the same.
        DejaRecue = 2 "deja_recue",
        /// Refused.
        Refusee = 3 "refusee",
    }
);

/// Réponse à une ligne.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LigneLotVue)]
pub(crate) struct LigneLotVue {
    /// Numéro de la ligne, à partir de 1.
    ligne: u64,
    /// Ce que la ligne est devenue.
    resultat: ResultatLigne,
    /// Identifiant de la feuille ; absent si la ligne est refusée.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    feuille_id: Option<FeuilleId>,
    /// Décision et montants de la dernière évaluation, dans la forme synthese.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    synthese: Option<SyntheseVue>,
    /// La feuille et ses évaluations, dans la forme complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    feuille: Option<FeuilleVue>,
    /// Le problème ; absent si la ligne n'est pas refusée.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    probleme: Option<Probleme>,
}

/// Décision et montants d'une feuille.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SyntheseVue {
    /// Patient, par son identifiant interne.
    patient_id: PatientId,
    /// Numéro de l'évaluation ; la dernière fait foi.
    #[schema(value_type = NumeroEvaluation)]
    numero: i16,
    /// Situation déterminée par le service.
    situation_determinee: CodeDetermine,
    /// Lettre de la caisse pour cette situation.
    #[schema(value_type = Option<LettreDeterminee>)]
    code_determine: Option<&'static str>,
    /// Où se situe la feuille.
    appartenance: Appartenance,
    /// Honoraires facturés.
    honoraires_centimes: Centimes,
    /// Ce que rembourse l'Assurance maladie obligatoire.
    rembourse_amo_centimes: Centimes,
    /// Majoration du ticket modérateur hors parcours.
    majoration_centimes: Centimes,
    /// Participation forfaitaire.
    participation_forfaitaire_centimes: Centimes,
    /// Ce que paie la complémentaire.
    part_amc_centimes: Centimes,
    /// Ce qui reste au patient.
    reste_a_charge_centimes: Centimes,
    /// Ce que le lecteur doit savoir et qui ne bloque rien.
    avertissements: Vec<AvertissementLotVue>,
}

/// Avertissement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AvertissementLotVue {
    /// Code stable.
    code: Avertissement,
    /// Ligne d'acte concernée, ou null pour toute la feuille.
    numero_ligne: Option<u16>,
}

impl LigneLotVue {
    /// A line that was refused.
    pub(crate) fn refusee(ligne: u64, refus: &Refus, requete_id: RequestId) -> Self {
        Self {
            ligne,
            resultat: ResultatLigne::Refusee,
            feuille_id: None,
            synthese: None,
            feuille: None,
            probleme: Some(refus.probleme(requete_id)),
        }
    }

    /// A line whose feuille the register has now.
    pub(crate) fn recue(
        forme: FormeReponse,
        ligne: u64,
        reception: &Reception,
    ) -> Result<Self, ServiceError> {
        let evaluee = &reception.evaluee;
        let (synthese, feuille) = match forme {
            FormeReponse::Synthese => (SyntheseVue::new(evaluee), None),
            FormeReponse::Complete => (None, Some(FeuilleVue::new(evaluee)?)),
        };
        let resultat = if reception.deja_recue {
            ResultatLigne::DejaRecue
        } else {
            ResultatLigne::Enregistree
        };
        let feuille_id = Some(evaluee.feuille.id);
        Ok(Self { ligne, resultat, feuille_id, synthese, feuille, probleme: None })
    }
}

impl SyntheseVue {
    /// What the last evaluation of a feuille says.
    pub(crate) fn new(evaluee: &FeuilleEvaluee) -> Option<Self> {
        let (last, _) = evaluee.evaluations.last()?;
        let decision = last.evaluation.synthese()?;
        let totaux = &last.evaluation.totaux;
        Some(Self {
            patient_id: evaluee.feuille.patient_id,
            numero: last.numero,
            situation_determinee: decision.code,
            code_determine: decision.code.lettre(),
            appartenance: decision.appartenance,
            honoraires_centimes: totaux.honoraires,
            rembourse_amo_centimes: totaux.rembourse_amo,
            majoration_centimes: totaux.majoration,
            participation_forfaitaire_centimes: totaux.participation,
            part_amc_centimes: totaux.part_amc,
            reste_a_charge_centimes: totaux.reste_a_charge,
            avertissements: last
                .evaluation
                .avertissements
                .iter()
                .map(|own| AvertissementLotVue { code: own.code, numero_ligne: own.numero_ligne })
                .collect(),
        })
    }
}
