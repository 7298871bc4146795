//! The days on which a patient left without médecin traitant bears no majoration.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{OperationId, PatientId};
use crate::domain::operation::{NatureOperation, Neutralisation};
use crate::http::AppState;
use crate::http::extract::{Chemin, Requete};
use crate::http::idempotency::show;
use crate::http::openapi::routes;
use crate::http::v1::acte::consultation;
use crate::http::v1::medecins_traitants::ConnaissanceDemande;
use crate::http::vue::vue;
use crate::services::neutralisations;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Neutralisations d'un patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NeutralisationsVue {
    /// Par premier jour.
    donnees: Vec<NeutralisationVue>,
}

vue! {
    /// Jours sans majoration, parce que le médecin traitant a pris sa retraite ou quitté le département.
    pub(crate) struct NeutralisationVue(fait: &FaitDate<Neutralisation>) {
        /// RPPS du médecin parti.
        rpps: Rpps = fait.valeur.rpps,
        /// Motif : retraite ou changement_departement.
        motif: NatureOperation = fait.valeur.motif,
        /// Opération dont elle vient.
        operation_id: OperationId = fait.valeur.operation_id,
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie.
        effet_au: Option<NaiveDate> = fait.effet.au(),
        /// Le registre le sait depuis cet instant.
        enregistree_le: DateTime<Utc> = fait.enregistre_le,
        /// Une autre version l'a remplacée à cet instant, ou null.
        remplacee_le: Option<DateTime<Utc>> = fait.remplace_le,
    }
}

consultation! {
    /// Lire les neutralisations d'un patient
    ///
    /// Pendant douze mois après la retraite ou le changement de département de son médecin traitant, et
    /// jusqu'à l'effet d'un nouveau choix, le patient qui n'a plus de médecin traitant ne supporte pas de
    /// majoration. Le patient et sa caisse les lisent, tel que connu à un instant donné.
    list: ListerNeutralisations = "/v1/patients/{id}/neutralisations"
        => NeutralisationsVue "Les neutralisations, par premier jour", [],
    (core, contexte, Chemin(id): Chemin<PatientId>, Requete(demande): Requete<ConnaissanceDemande>) {
        let found = neutralisations::list(core, contexte, id, demande.connu_le).await?;
        show(&found.map(|found| NeutralisationsVue {
            donnees: found.iter().map(NeutralisationVue::new).collect(),
        }))
    }
}
