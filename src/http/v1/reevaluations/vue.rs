//! The shapes of a reevaluation.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::evaluation::Appartenance;
use crate::domain::ids::{FeuilleId, PatientId, ReevaluationId};
use crate::domain::reevaluation::{
    ActionReevaluation, Changement, EtatReevaluation, Issue, MotifReevaluation, Reevaluation,
};
use crate::http::idempotency::Anonymous;
use crate::http::pagination::Page;
use crate::http::schemas::{LettreDeterminee, NumeroEvaluation};
use crate::http::vue::vue;

vue! {
    /// Réévaluation de feuilles.
    pub(crate) struct ReevaluationVue(reevaluation: &Reevaluation) {
        let (etendue, examen) = (&reevaluation.etendue, &reevaluation.examen);
        let ecart = &examen.ecart;

        /// Identifiant.
        id: ReevaluationId = reevaluation.id,
        /// Pourquoi.
        motif: MotifReevaluation = reevaluation.motif,
        /// Le seul patient concerné, ou null.
        patient_id: Option<PatientId> = etendue.patient_id,
        /// Seulement les patients dont le dossier a changé depuis cet instant ; null : tous.
        depuis: Option<DateTime<Utc>> = etendue.depuis,
        /// Premier jour de soins.
        du: NaiveDate = etendue.du,
        /// Dernier jour de soins.
        au: NaiveDate = etendue.au,
        /// Avancement.
        etat: EtatReevaluation = reevaluation.etat,
        /// Version : le début de l'ETag, qui change avec l'état.
        #[schema(example = 2)]
        version: i32 = reevaluation.version,
        /// Demande.
        enregistree_le: DateTime<Utc> = reevaluation.enregistre_le,
        /// Patients examinés.
        #[schema(example = 1)]
        patients: i64 = examen.patients,
        /// Feuilles examinées.
        #[schema(example = 12)]
        feuilles: i64 = examen.feuilles,
        /// Feuilles que la loi d'aujourd'hui ne sait pas évaluer : elles gardent leur évaluation.
        #[schema(example = 0)]
        sans_reponse: i64 = examen.sans_reponse,
        /// Feuilles dont la décision change.
        #[schema(example = 2)]
        feuilles_changees: i64 = examen.changees,
        /// Différence totale, par payeur.
        difference: DifferenceVue = DifferenceVue {
            rembourse_amo_centimes: ecart.rembourse_amo,
            part_amc_centimes: ecart.part_amc,
            reste_a_charge_centimes: ecart.reste_a_charge,
        },
        /// Ce que l'appelant peut faire maintenant.
        actions: Vec<ActionReevaluation> = reevaluation.actions(),
    }
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

/// The feuilles whose decision changes, person by person.
pub(super) type FeuillesChangeesVue = Page<FeuilleChangeeVue>;

vue! {
    /// Feuille dont la décision change.
    pub(crate) struct FeuilleChangeeVue(change: &Changement) {
        let (avant, apres) = (&change.avant, &change.apres);
        let more = |part: fn(&Issue) -> i64| part(apres).saturating_sub(part(avant));

        /// Feuille.
        feuille_id: FeuilleId = change.feuille_id,
        /// Patient.
        patient_id: PatientId = change.patient_id,
        /// Jour des soins.
        date_soins: NaiveDate = change.date_soins,
        /// Ce qui a été enregistré depuis l'ancienne évaluation et qui vaut le jour des soins : natures
        /// d'événements ; « loi » si la loi a changé ; « ccam » si la CCAM
        /// chargée ne connaît plus les mêmes actes ; « plafonds » si une autre feuille a changé.
        #[schema(example = json!(["declaration.prise_effet"]))]
        causes: Vec<String> = change.causes.clone(),
        /// Décision d'avant.
        avant: IssueVue = IssueVue::new(Some(change.ancien), avant),
        /// Décision d'après.
        apres: IssueVue = IssueVue::new(change.nouveau, apres),
        /// Différence, par payeur.
        difference: DifferenceVue = DifferenceVue {
            rembourse_amo_centimes: more(|issue| issue.rembourse_amo.get()),
            part_amc_centimes: more(|issue| issue.part_amc.get()),
            reste_a_charge_centimes: more(|issue| issue.reste_a_charge.get()),
        },
    }

    /// Une décision, en bref.
    pub(crate) struct IssueVue(numero: Option<i16>, issue: &Issue) {
        /// Numéro de l'évaluation ; null tant que la réévaluation n'est pas appliquée.
        #[schema(value_type = Option<NumeroEvaluation>)]
        numero: Option<i16> = numero,
        /// Situation vis-à-vis du parcours.
        appartenance: Appartenance = issue.appartenance,
        /// Code déterminé, ou null.
        #[schema(value_type = Option<LettreDeterminee>)]
        code_determine: Option<&'static str> = issue.code.lettre(),
        /// Assurance maladie obligatoire.
        #[schema(example = 1900)]
        rembourse_amo_centimes: i64 = issue.rembourse_amo.get(),
        /// Complémentaire.
        #[schema(example = 900)]
        part_amc_centimes: i64 = issue.part_amc.get(),
        /// Patient.
        #[schema(example = 200)]
        reste_a_charge_centimes: i64 = issue.reste_a_charge.get(),
    }
}
