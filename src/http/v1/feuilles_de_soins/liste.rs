//! The feuilles of a patient, page by page.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use super::lots::SyntheseVue;
use crate::domain::calendar::plus_mois;
use crate::domain::droits::Demarche;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Requete};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::pagination::{
    self, Cadre, Curseur, JoursDemandes, Limite, Page, Tranche, montrer_avec,
};
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
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
        /// Compter aussi toute la liste.
        avec_total: Option<bool>,
    }
}

/// The feuilles of a person, by month of care, then as they were received.
type FeuillesVue = Page<FeuilleListeeVue, JoursDemandes>;

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
    let question = format!("feuilles {id} {du} {au}");
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let asked = (demande.limite, demande.curseur, demande.avec_total);
    let voulue = pagination::voulue::<FeuilleId>(&cadre, asked)?;
    let page = feuilles_de_soins::list(&state.core, &contexte, id, (du, au), voulue).await?;
    let suite = page.get().suite;
    let shown =
        page.map(|page| Tranche::finie((page.feuilles, page.total), suite.as_ref(), &cadre));
    montrer_avec(shown, JoursDemandes { du, au }, FeuilleListeeVue::new)
}
