//! Feuilles evaluated again: tried first, looked at, then applied.

mod vue;

use std::fmt;
use std::str::FromStr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use self::vue::{FeuilleChangeeVue, FeuillesChangeesVue, ReevaluationVue};
use crate::domain::droits::Demarche;
use crate::domain::ids::{FeuilleId, PatientId, ReevaluationId};
use crate::domain::reevaluation::{Changement, Etendue, MotifReevaluation, Reevaluation};
use crate::http::AppState;
use crate::http::conditionnel::SiCorrespond;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Requete};
use crate::http::idempotency::{json_version, rendre, respond};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::pagination::{Cadre, PageDemande, Tranche, montrer};
use crate::http::problem::Refus;
use crate::http::v1::acte::{consultation, creation};
use crate::services::Rendu;
use crate::services::reevaluations;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(get))
        .routes(routes!(changes))
        .routes(routes!(apply))
}

lecture! {
    /// Feuilles à réévaluer. Sans patient, toutes celles des patients de la caisse qui appelle.
    #[schema(example = json!({
        "motif": "fait_tardif", "patient_id": "0192f0c4-0000-7000-8000-000000000001", "du": "2025-01-01"
    }))]
    pub(crate) struct ReevaluationDemande {
        /// Pourquoi.
        motif: MotifReevaluation,
        /// Un seul patient.
        patient_id: Option<PatientId>,
        /// Seulement les patients dont le dossier a changé depuis cet instant.
        depuis: Option<DateTime<Utc>>,
        /// Premier jour de soins.
        du: NaiveDate,
        /// Dernier jour de soins ; aujourd'hui par défaut.
        au: Option<NaiveDate>,
    }
}

/// Renders a reevaluation, with its version as ETag.
fn accepted(reevaluation: &Reevaluation) -> Result<Rendu, serde_json::Error> {
    let location = format!("/v1/reevaluations/{}", reevaluation.id);
    let version = Some(reevaluation.version);
    rendre(StatusCode::ACCEPTED, Some(location), version, &ReevaluationVue::new(reevaluation))
}

creation! {
    /// Essayer une réévaluation
    ///
    /// Après un fait arrivé tard, une correction ou un changement de la loi. Un travail de fond évalue de
    /// nouveau les feuilles des jours demandés, avec ce que le registre sait maintenant et la loi
    /// d'aujourd'hui, et dit lesquelles changent, pourquoi et de combien. Rien n'est écrit sur les feuilles
    /// tant que la réévaluation n'est pas appliquée.
    create: EssayerReevaluation = "/v1/reevaluations", ReevaluationDemande
        => 202 ReevaluationVue "La réévaluation, dont l'essai commence" ("Location"), [],
    |core, demande, recue| {
        let ReevaluationDemande { motif, patient_id, depuis, du, au } = recue;
        let au = au.unwrap_or_else(|| core.clock().today());
        reevaluations::create(core, demande, (motif, Etendue { patient_id, depuis, du, au }), accepted).await
    }
}

consultation! {
    /// Suivre une réévaluation
    ///
    /// Son avancement, ce qu'elle a examiné et la différence totale par payeur. Seule la caisse qui l'a
    /// demandée la lit.
    get: LireReevaluation = "/v1/reevaluations/{id}" => ReevaluationVue "La réévaluation", [],
    (core, contexte, Chemin(id): Chemin<ReevaluationId>) {
        let reevaluation = reevaluations::get(core, contexte, id).await?;
        json_version(&ReevaluationVue::new(&reevaluation), reevaluation.version)
    }
}

/// Lister les feuilles qu'une réévaluation change
///
/// Chacune avec ses causes, le code et les montants d'avant et d'après. Les feuilles qui gardent leur
/// décision n'y sont pas.
#[utoipa::path(
    get,
    path = "/v1/reevaluations/{id}/feuilles",
    operation_id = "lister_feuilles_reevaluees",
    responses((status = 200, description = "Les feuilles qui changent", body = FeuillesChangeesVue))
)]
async fn changes(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<ReevaluationId>,
    Requete(demande): Requete<PageDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerFeuillesReevaluees)?;
    let question = format!("reevaluation:{id}");
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let page = demande.voulue::<Place>(&cadre)?.map(|place| place.0);
    let found = reevaluations::list_changes(&state.core, &contexte, id, page).await?;
    let key = |one: &Changement| Place((one.patient_id, one.feuille_id)).to_string();
    let shown = found.map(|found| Tranche::suivie(found, page.limite, &cadre, key));
    montrer(shown, FeuilleChangeeVue::new)
}

/// Appliquer une réévaluation essayée
///
/// Un travail de fond écrit les nouvelles évaluations, avec ce que le registre sait quand il passe.
/// Les anciennes restent : chacune garde son numéro, sa date et sa loi.
#[utoipa::path(
    post,
    path = "/v1/reevaluations/{id}/application",
    operation_id = "appliquer_reevaluation",
    responses((status = 202, description = "La réévaluation, dont l'application commence", body = ReevaluationVue,
        headers(("Location")))),
    extensions(("x-problemes" = json!(["transition_interdite"])))
)]
async fn apply(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<ReevaluationId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::AppliquerReevaluation)?;
    let requete = format!("reevaluation {id} {version} application");
    let demande = cle.demande_sans_corps(contexte, &requete);
    let seen = (id, version);
    respond(reevaluations::apply(&state.core, &demande, seen, accepted).await)
}

/// Where a page ended.
struct Place((PatientId, FeuilleId));

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.0, self.0.1)
    }
}

impl FromStr for Place {
    type Err = crate::domain::identifiers::Invalide;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (patient, feuille) = text.split_once(' ').unwrap_or((text, ""));
        Ok(Self((patient.parse()?, feuille.parse()?)))
    }
}
