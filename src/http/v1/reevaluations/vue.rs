//! The shapes of a reevaluation.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::evaluation::Appartenance;
use crate::domain::ids::{FeuilleId, PatientId, ReevaluationId};
use crate::domain::reevaluation::{
    ActionReevaluation, Changement, EtatReevaluation, Issue, MotifReevaluation,
};
use crate::http::idempotency::Anonymous;
use crate::http::pagination::PaginationVue;
use crate::http::schemas::{LettreDeterminee, NumeroEvaluation};
use crate::services::reevaluations::SuiviReevaluation;

/// Réévaluation de feuilles.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReevaluationVue {
    /// Identifiant.
    id: ReevaluationId,
    /// Pourquoi.
    motif: MotifReevaluation,
    /// Le seul patient concerné, ou null.
    patient_id: Option<PatientId>,
    /// Seulement les patients dont le dossier a changé depuis cet instant ; null : tous.
    depuis: Option<DateTime<Utc>>,
    /// Premier jour de soins.
    du: NaiveDate,
    /// Dernier jour de soins.
    au: NaiveDate,
    /// Avancement.
    etat: EtatReevaluation,
    /// Version : l'ETag, qui change avec l'état.
    #[schema(example = 2)]
    version: i32,
    /// Demande.
    enregistree_le: DateTime<Utc>,
    /// Patients examinés.
    #[schema(example = 1)]
    patients: i64,
    /// Feuilles examinées.
    #[schema(example = 12)]
    feuilles: i64,
    /// Feuilles que la loi d'aujourd'hui ne sait pas évaluer : elles gardent leur évaluation.
    #[schema(example = 0)]
    sans_reponse: i64,
    /// Feuilles dont la décision change.
    #[schema(example = 2)]
    feuilles_changees: i64,
    /// Différence totale, par payeur.
    difference: DifferenceVue,
    /// Ce que l'appelant peut faire maintenant.
    actions: Vec<ActionReevaluation>,
}

impl Anonymous for ReevaluationVue {}

/// Ce que chacun paie de plus, ou de moins, en centimes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceVue {
    /// Assurance maladie obligatoire.
    #[schema(example = 1200)]
    rembourse_amo_centimes: i64,
    /// Complémentaire.
    #[schema(example = 0)]
    part_amc_centimes: i64,
    /// Patient.
    #[schema(example = -1200)]
    reste_a_charge_centimes: i64,
}

impl From<&SuiviReevaluation> for ReevaluationVue {
    fn from(suivi: &SuiviReevaluation) -> Self {
        let SuiviReevaluation { reevaluation, bilan } = suivi;
        let (etendue, examen) = (&reevaluation.etendue, &reevaluation.examen);
        Self {
            id: reevaluation.id,
            motif: reevaluation.motif,
            patient_id: etendue.patient_id,
            depuis: etendue.depuis,
            du: etendue.du,
            au: etendue.au,
            etat: reevaluation.etat,
            version: reevaluation.version,
            enregistree_le: reevaluation.enregistre_le,
            patients: examen.patients,
            feuilles: examen.feuilles,
            sans_reponse: examen.sans_reponse,
            feuilles_changees: bilan.feuilles,
            difference: DifferenceVue {
                rembourse_amo_centimes: bilan.rembourse_amo,
                part_amc_centimes: bilan.part_amc,
                reste_a_charge_centimes: bilan.reste_a_charge,
            },
            actions: reevaluation.actions(),
        }
    }
}

/// Feuilles dont la décision change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeuillesChangeesVue {
    /// Feuilles, patient par patient.
    pub(super) donnees: Vec<FeuilleChangeeVue>,
    /// Pour la suite.
    pub(super) pagination: PaginationVue,
}

/// Feuille dont la décision change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeuilleChangeeVue {
    /// Feuille.
    feuille_id: FeuilleId,
    /// Patient.
    patient_id: PatientId,
    /// Jour des soins.
    date_soins: NaiveDate,
    /// Ce qui a été enregistré depuis l'ancienne évaluation et qui vaut le jour des soins : natures
    /// d'événements ; « loi » si la loi a changé ; « plafonds » si une autre feuille a changé.
    #[schema(example = json!(["declaration.prise_effet"]))]
    causes: Vec<String>,
    /// Décision d'avant.
    avant: IssueVue,
    /// Décision d'après.
    apres: IssueVue,
    /// Différence, par payeur.
    difference: DifferenceVue,
}

/// Une décision, en bref.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssueVue {
    /// Numéro de l'évaluation ; null tant que la réévaluation n'est pas appliquée.
    #[schema(value_type = Option<NumeroEvaluation>)]
    numero: Option<i16>,
    /// Situation vis-à-vis du parcours.
    appartenance: Appartenance,
    /// Code déterminé, ou null.
    #[schema(value_type = Option<LettreDeterminee>)]
    code_determine: Option<&'static str>,
    /// Assurance maladie obligatoire.
    #[schema(example = 1900)]
    rembourse_amo_centimes: i64,
    /// Complémentaire.
    #[schema(example = 900)]
    part_amc_centimes: i64,
    /// Patient.
    #[schema(example = 200)]
    reste_a_charge_centimes: i64,
}

impl IssueVue {
    fn new(numero: Option<i16>, issue: &Issue) -> Self {
        Self {
            numero,
            appartenance: issue.appartenance,
            code_determine: issue.code.lettre(),
            rembourse_amo_centimes: issue.rembourse_amo.get(),
            part_amc_centimes: issue.part_amc.get(),
            reste_a_charge_centimes: issue.reste_a_charge.get(),
        }
    }
}

impl From<&Changement> for FeuilleChangeeVue {
    fn from(change: &Changement) -> Self {
        let (avant, apres) = (&change.avant, &change.apres);
        let more = |part: fn(&Issue) -> i64| part(apres).saturating_sub(part(avant));
        Self {
            feuille_id: change.feuille_id,
            patient_id: change.patient_id,
            date_soins: change.date_soins,
            causes: change.causes.clone(),
            avant: IssueVue::new(Some(change.ancien), avant),
            apres: IssueVue::new(change.nouveau, apres),
            difference: DifferenceVue {
                rembourse_amo_centimes: more(|issue| issue.rembourse_amo.get()),
                part_amc_centimes: more(|issue| issue.part_amc.get()),
                reste_a_charge_centimes: more(|issue| issue.reste_a_charge.get()),
            },
        }
    }
}
