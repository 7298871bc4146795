//! The question of every day: who is the médecin traitant, on which day, as known when.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::designation::{ActionDesignation, Designation, MotifFin};
use crate::domain::droits::Demarche;
use crate::domain::evaluation::RelationMt;
use crate::domain::fin::MotifDepart;
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne, RangGemellaire, Rpps};
use crate::domain::ids::{DeclarationId, DesignationId, PatientId};
use crate::domain::patient::ClePatient;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Corps, Requete};
use crate::http::idempotency::show;
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::schemas::MotifSnds;
use crate::services::medecins_traitants;
use crate::services::medecins_traitants::{Dates, DesignationLue, MedecinTraitant};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(current)).routes(routes!(consult)).routes(routes!(list))
}

lecture! {
    /// Les deux dates de toute question sur le médecin traitant.
    struct DatesDemande {
        /// En vigueur ce jour ; aujourd'hui par défaut.
        en_vigueur_le: Option<NaiveDate>,
        /// Tel que connu à cet instant ; maintenant par défaut.
        connu_le: Option<DateTime<Utc>>,
    }

    /// La seule date d'un historique.
    pub(crate) struct ConnaissanceDemande {
        /// Tel que connu à cet instant ; maintenant par défaut.
        pub(crate) connu_le: Option<DateTime<Utc>>,
    }

    /// Question sur le médecin traitant d'une personne désignée comme sur sa carte Vitale.
    #[schema(example = json!({
        "identifiant": { "type": "nir", "valeur": "172080100199557" },
        "date_naissance": "1972-08-09", "en_vigueur_le": "2025-05-15"
    }))]
    pub(crate) struct ConsultationDemande {
        /// Numéro du patient ou de l'assuré.
        identifiant: IdentifiantPersonne,
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: DateNaissanceAmo,
        /// Rang gémellaire, 1 par défaut.
        rang: Option<RangGemellaire>,
        /// En vigueur ce jour ; aujourd'hui par défaut.
        en_vigueur_le: Option<NaiveDate>,
        /// Tel que connu à cet instant ; maintenant par défaut.
        connu_le: Option<DateTime<Utc>>,
    }
}

/// Médecin traitant d'un patient, un jour donné.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MedecinTraitantVue {
    /// Patient.
    patient_id: PatientId,
    /// Jour de la question.
    en_vigueur_le: NaiveDate,
    /// Instant de la connaissance, s'il a été demandé.
    connu_le: Option<DateTime<Utc>>,
    /// Une déclaration est en vigueur ce jour.
    declare: bool,
    /// Pour un médecin : « executant » si c'est lui. Pour les autres : « autre » s'il y en a un.
    relation: RelationMt,
    /// Désignation en vigueur ; null s'il n'y en a pas, ou si elle désigne un autre médecin que celui
    /// qui demande.
    designation: Option<DesignationVue>,
    /// La désignation dort ce jour : le patient relève d'une caisse ou d'un statut hors du parcours de
    /// soins. Elle n'a pas pris fin et sert de nouveau à son retour.
    en_sommeil: bool,
}

/// Désignation : qui est médecin traitant, de quel jour à quel jour.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DesignationVue {
    /// Identifiant, le même dans toutes les versions.
    id: DesignationId,
    /// Déclaration qui l'a ouverte.
    declaration_id: DeclarationId,
    /// Version, à partir de 1.
    #[schema(example = 1)]
    version: i32,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
    /// Motif de fin.
    motif_fin: Option<MotifFin>,
    /// Motif de la table nationale.
    #[schema(value_type = Option<MotifSnds>)]
    motif_fin_snds: Option<&'static str>,
    /// Médecins désignés.
    medecins: Vec<MembreVue>,
    /// Ce que l'appelant peut faire maintenant : « retirer » y met fin par sa déclaration, « quitter »
    /// enregistre le départ d'un des médecins. Absent là où la déclaration dit ses propres actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<Vec<ActionDesignation>>,
    /// Le registre connaît cette version depuis cet instant.
    enregistree_le: DateTime<Utc>,
    /// Une autre version l'a remplacée à cet instant, ou null.
    remplacee_le: Option<DateTime<Utc>>,
}

/// Médecin d'une désignation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MembreVue {
    /// RPPS.
    rpps: Rpps,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
    /// Pourquoi il a quitté les autres, quand il l'a fait.
    motif_depart: Option<MotifDepart>,
}

impl DesignationVue {
    /// The shape of a designation.
    pub(crate) fn new(designation: &Designation) -> Self {
        Self {
            id: designation.id,
            declaration_id: designation.declaration_id,
            version: designation.version,
            effet_du: designation.effet.du(),
            effet_au: designation.effet.au(),
            motif_fin: designation.motif_fin,
            motif_fin_snds: designation.motif_fin.and_then(MotifFin::snds),
            medecins: designation
                .membres
                .iter()
                .filter_map(|membre| {
                    let effet = membre.effet.intersection(&designation.effet)?;
                    Some(MembreVue {
                        rpps: membre.rpps,
                        effet_du: effet.du(),
                        effet_au: effet.au(),
                        motif_depart: membre.motif_fin,
                    })
                })
                .collect(),
            actions: None,
            enregistree_le: designation.enregistre_le,
            remplacee_le: designation.remplace_le,
        }
    }

    /// The same, with what the caller may do.
    fn with(designation: &Designation, actions: &[ActionDesignation]) -> Self {
        Self { actions: Some(actions.to_vec()), ..Self::new(designation) }
    }
}

impl MedecinTraitantVue {
    fn new(answer: &MedecinTraitant) -> Self {
        Self {
            patient_id: answer.patient_id,
            en_vigueur_le: answer.en_vigueur_le,
            connu_le: answer.connu_le,
            declare: answer.relation != RelationMt::Aucun,
            relation: answer.relation,
            designation: answer
                .designation
                .as_ref()
                .map(|known| DesignationVue::with(known, &answer.actions)),
            en_sommeil: answer.en_sommeil,
        }
    }
}

/// Lire le médecin traitant d'un patient
///
/// En vigueur un jour donné, tel que connu à un instant donné. Un médecin qui n'est pas le médecin
/// traitant apprend seulement s'il y en a un.
#[utoipa::path(
    get,
    path = "/v1/patients/{id}/medecin-traitant",
    operation_id = "lire_medecin_traitant",
    responses((status = 200, description = "La réponse, à la mesure de ce que l'appelant peut savoir", body = MedecinTraitantVue)),
    extensions(("x-problemes" = json!(["introuvable"])))
)]
async fn current(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    Requete(dates): Requete<DatesDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireMedecinTraitant)?;
    let dates = Dates { en_vigueur_le: dates.en_vigueur_le, connu_le: dates.connu_le };
    let asked = medecins_traitants::get(&state.core, &contexte, id, dates).await;
    let answer = asked.map_err(|error| Refus::from(error).en_parametres())?;
    show(&answer.map(|answer| MedecinTraitantVue::new(&answer)))
}

/// Demander s'il existe un médecin traitant
///
/// La personne est désignée comme sur sa carte Vitale, dans le corps et jamais dans l'adresse.
#[utoipa::path(
    post,
    path = "/v1/medecins-traitants/consultation",
    operation_id = "consulter_medecin_traitant",
    responses((status = 200, description = "La réponse, à la mesure de ce que l'appelant peut savoir", body = MedecinTraitantVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable"])))
)]
async fn consult(
    State(state): State<AppState>,
    appel: Appel,
    corps: Corps<ConsultationDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ConsulterMedecinTraitant)?;
    let demande = corps.valeur;
    let cle = ClePatient {
        numero: demande.identifiant,
        date_naissance: demande.date_naissance,
        rang: demande.rang.unwrap_or(RangGemellaire::ONE),
    };
    let dates = Dates { en_vigueur_le: demande.en_vigueur_le, connu_le: demande.connu_le };
    let answer = medecins_traitants::consult(&state.core, &contexte, &cle, dates).await?;
    show(&answer.map(|answer| MedecinTraitantVue::new(&answer)))
}

/// Désignations d'un patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DesignationsVue {
    /// Par premier jour.
    donnees: Vec<DesignationVue>,
}

/// Lire l'historique des désignations d'un patient
///
/// Tel que connu à un instant donné. Un médecin y voit les désignations qui le nomment.
#[utoipa::path(
    get,
    path = "/v1/patients/{id}/designations",
    operation_id = "lister_designations",
    responses((status = 200, description = "Les désignations, par premier jour", body = DesignationsVue)),
    extensions(("x-problemes" = json!(["introuvable"])))
)]
async fn list(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    Requete(demande): Requete<ConnaissanceDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerDesignations)?;
    let asked = medecins_traitants::list(&state.core, &contexte, id, demande.connu_le).await;
    let timeline = asked.map_err(|error| Refus::from(error).en_parametres())?;
    let shape = |lue: &DesignationLue| DesignationVue::with(&lue.designation, &lue.actions);
    show(&timeline.map(|all| DesignationsVue { donnees: all.iter().map(shape).collect() }))
}
