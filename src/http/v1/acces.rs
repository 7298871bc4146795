//! Who looked at a person's data: read by the person, by a parent, by an auditor of a caisse.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use utoipa_axum::router::OpenApiRouter;

use crate::domain::acteur::Sujet;
use crate::domain::droits::Demarche;
use crate::domain::ids::{AccesId, PatientId, RequestId};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Requete};
use crate::http::openapi::routes;
use crate::http::pagination::{self, Cadre, PageDemande, Tranche, montrer};
use crate::http::problem::Refus;
use crate::http::schemas::{OperationTracee, RoleAppelant};
use crate::http::vue::vue;
use crate::services::Seen;
use crate::services::acces::{self, Consultation, Qui};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(of_caller)).routes(routes!(of_patient))
}

/// Accesses, the last first.
type AccesListeVue = pagination::Page<AccesVue>;

vue! {
    /// Une lecture du dossier.
    pub(crate) struct AccesVue(consultation: &Consultation) {
        let Consultation { acces, qui, agent } = consultation;
        let qui = match (qui, &acces.nom) {
            (Qui::SoiMeme, _) => "vous-même".to_owned(),
            (Qui::Representant, _) => "une personne qui vous représente".to_owned(),
            (Qui::AutreDossier, _) => {
                "la personne dans le dossier de laquelle étaient vos données".to_owned()
            }
            (Qui::SaCaisse, _) => "un agent de votre caisse".to_owned(),
            (Qui::AutreCaisse, _) => format!("un agent de la caisse {}", acces.identite),
            (Qui::Medecin, Some(nom)) => format!("le Dr {nom} ou son équipe"),
            (Qui::Medecin, None) => format!("le médecin {} ou son équipe", acces.identite),
            (Qui::Referentiel, _) => "le référentiel national des médecins".to_owned(),
        };

        /// Identifiant de l'accès.
        id: AccesId = acces.id,
        /// Instant.
        survenu_le: DateTime<Utc> = acces.survenu_le,
        /// Rôle de l'appelant.
        #[schema(value_type = RoleAppelant)]
        role: String = acces.role.clone(),
        /// RPPS, code de caisse ou identifiant du patient.
        #[schema(example = "99900001233")]
        appelant: String = acces.identite.clone(),
        /// Qui, tel que le patient le lit.
        #[schema(example = "un agent de votre caisse (réf. 3FA94C07)")]
        qui: String = format!("{qui} (réf. {})", acces.reference),
        /// Désigne qui a agi sans le nommer ; une caisse retrouve par elle son agent.
        #[schema(example = "3FA94C07")]
        reference: String = acces.reference.clone(),
        /// L'agent, pour un auditeur de sa caisse ; null pour tout autre.
        agent: Option<AgentVue> = agent.as_ref().map(AgentVue::new),
        /// Ce qui a été lu.
        #[schema(value_type = OperationTracee)]
        operation: String = acces.operation.clone(),
        /// Requête.
        identifiant_correlation: RequestId = acces.requete_id,
    }

    /// Agent d'une caisse.
    pub(crate) struct AgentVue(sujet: &Sujet) {
        let organisation = sujet.organisation().map(str::to_owned);

        /// Sujet de son jeton.
        #[schema(example = "agent-004217")]
        sujet: String = sujet.as_str().to_owned(),
        /// Organisation que dit son jeton.
        organisation: Option<String> = organisation,
    }
}

/// Savoir qui a consulté son dossier
///
/// Chaque lecture des données d'un patient laisse une trace, écrite avant la réponse. Le patient la
/// lit ici.
#[utoipa::path(
    get,
    path = "/v1/moi/acces",
    operation_id = "lister_acces",
    responses((status = 200, description = "Les accès, les derniers d'abord", body = AccesListeVue))
)]
async fn of_caller(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<PageDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerAcces)?;
    let place = Place::new(Cadre::new(&state.core, contexte.acteur(), "/v1/moi/acces"), demande)?;
    place.answer(acces::of_caller(&state.core, &contexte, place.page).await?)
}

/// Savoir qui a consulté un dossier
///
/// Pour le patient, un titulaire de l'autorité parentale avant seize ans, et un auditeur d'une caisse (portée
/// « audit »), à qui les agents de sa propre caisse sont nommés.
#[utoipa::path(
    get,
    path = "/v1/patients/{id}/acces",
    operation_id = "lister_acces_patient",
    responses((status = 200, description = "Les accès, les derniers d'abord", body = AccesListeVue))
)]
async fn of_patient(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    Requete(demande): Requete<PageDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerAccesPatient)?;
    let question = format!("/v1/patients/{id}/acces");
    let place = Place::new(Cadre::new(&state.core, contexte.acteur(), &question), demande)?;
    place.answer(acces::of_patient(&state.core, &contexte, id, place.page).await?)
}

/// Where a page of accesses is. Its address is the question that cursors are bound to.
struct Place {
    cadre: Cadre,
    page: acces::Page,
}

impl Place {
    fn new(cadre: Cadre, demande: PageDemande) -> Result<Self, Refus> {
        let page = demande.voulue(&cadre)?;
        Ok(Self { cadre, page })
    }

    fn answer(&self, found: Seen<(Vec<Consultation>, Option<u64>)>) -> Result<Response, Refus> {
        let key = |one: &Consultation| one.acces.id.to_string();
        let page = |found| Tranche::suivie(found, self.page.limite, &self.cadre, key);
        montrer(found.map(page), AccesVue::new)
    }
}
