//! The feuilles of a patient, page by page.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::lots::SyntheseVue;
use crate::domain::calendar::plus_mois;
use crate::domain::droits::Demarche;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Requete};
use crate::http::idempotency::show;
use crate::http::lecture::{Entier, lecture};
use crate::http::openapi::routes;
use crate::http::pagination::{self, Curseur, LIMITE, PaginationVue};
use crate::http::problem::Refus;
use crate::http::vue::vue;
use crate::services::feuilles_de_soins;
use crate::services::feuilles_de_soins::FeuilleEvaluee;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

lecture! {
    /// Feuilles d'un patient.
    struct FeuillesDemande {
        /// Premier jour de soins ; un an avant le dernier par défaut.
        du: Option<NaiveDate>,
        /// Dernier jour de soins ; aujourd'hui par défaut.
        au: Option<NaiveDate>,
        /// Nombre de feuilles par page, 20 par défaut.
        limite: Option<Entier<1, 100>>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
    }
}

/// Feuilles de soins d'un patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeuillesVue {
    /// Premier jour de soins demandé.
    du: NaiveDate,
    /// Dernier jour de soins demandé.
    au: NaiveDate,
    /// Par mois de soins, puis dans l'ordre de réception.
    donnees: Vec<FeuilleListeeVue>,
    /// Suite.
    pagination: PaginationVue,
}

vue! {
    /// Feuille de soins, en bref, avec sa dernière évaluation.
    pub(crate) struct FeuilleListeeVue(evaluee: &FeuilleEvaluee) {
        let kept = &evaluee.feuille;

        /// Identifiant ; la feuille entière se lit sous `/v1/feuilles-de-soins/{id}`.
        id: FeuilleId = kept.id,
        /// Premier jour des soins.
        date_soins: Option<NaiveDate> = kept.feuille.soins.date_soins(),
        /// Jour où la feuille a été établie.
        date_etablissement: NaiveDate = kept.feuille.date_etablissement,
        /// Reçue par le registre à cet instant.
        enregistree_le: DateTime<Utc> = kept.enregistre_le,
        /// Numéro donné par qui facture.
        #[schema(example = "000000101")]
        numero_facture: String = kept.feuille.numero_facture.clone(),
        /// Médecin qui a fait les soins.
        executant_rpps: Rpps = kept.feuille.executant_rpps,
        /// Sa spécialité.
        specialite: Specialite = kept.feuille.soins.executant.specialite,
        /// Ce que dit la dernière évaluation.
        synthese: Option<SyntheseVue> = SyntheseVue::new(evaluee),
    }
}

/// Lister les feuilles de soins d'un patient
///
/// Celles dont les soins ont eu lieu entre deux jours inclus, page par page, avec leur dernière évaluation en
/// bref. Le patient lit les siennes, la caisse celles de ses assurés du temps où ils dépendaient d'elle, le
/// médecin celles dont il est l'exécutant.
#[utoipa::path(
    get,
    path = "/v1/patients/{id}/feuilles-de-soins",
    operation_id = "lister_feuilles_de_soins",
    responses((status = 200, description = "Une page de feuilles", body = FeuillesVue))
)]
async fn list(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    Requete(demande): Requete<FeuillesDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerFeuillesDeSoins)?;
    let au = demande.au.unwrap_or_else(|| state.core.clock().today());
    let (du, au) = pagination::jours(demande.du.or_else(|| plus_mois(au, -12)).unwrap_or(au), au)?;
    let limite = demande.limite.map_or(LIMITE, |limite| limite.0);
    let question = format!("feuilles {} {id} {du} {au}", contexte.acteur().cle());
    let apres = pagination::lire::<FeuilleId>(&question, demande.curseur)?;
    let page =
        feuilles_de_soins::list(&state.core, &contexte, id, (du, au), (apres, limite)).await?;
    let next = page.get().suite.map(|last| pagination::ecrire(&question, &last.to_string()));
    show(&page.map(|page| FeuillesVue {
        du,
        au,
        donnees: page.feuilles.iter().map(FeuilleListeeVue::new).collect(),
        pagination: PaginationVue { curseur_suivant: next },
    }))
}
