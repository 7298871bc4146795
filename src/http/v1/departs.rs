//! A doctor leaves a joint designation.

use axum::http::StatusCode;
use chrono::NaiveDate;
use utoipa_axum::router::OpenApiRouter;

use super::medecins_traitants::DesignationVue;
use crate::domain::fin::MotifDepart;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DesignationId, PatientId};
use crate::http::AppState;
use crate::http::idempotency::rendre;
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::v1::acte::acte;
use crate::services::declarations;
use crate::services::declarations::NouveauDepart;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(leave))
}

lecture! {
    /// Départ d'un médecin d'une désignation conjointe.
    #[schema(example = json!({
        "patient_id": "0192f0c4-0000-7000-8000-000000000001", "rpps": "99900001233",
        "jour": "2025-06-16", "motif": "changement_de_lieu"
    }))]
    pub(crate) struct DepartDemande {
        /// Patient de la désignation.
        patient_id: PatientId,
        /// Médecin qui part ; celui qui appelle par défaut.
        rpps: Option<Rpps>,
        /// Premier jour où il n'est plus médecin traitant ; demain par défaut, et au plus tôt, sauf pour la caisse.
        jour: Option<NaiveDate>,
        /// Motif.
        motif: MotifDepart,
    }
}

acte! {
    /// Enregistrer le départ d'un médecin d'une désignation conjointe
    ///
    /// Sa ligne se ferme ce jour-là, avec le motif ; les autres médecins restent et la désignation
    /// continue. Le médecin se retire lui-même ; la caisse enregistre une cessation, un changement de lieu ou
    /// de spécialité. Enregistré par erreur, un départ s'annule comme un retrait, par la déclaration.
    leave: EnregistrerDepart = "/v1/designations/{id}/departs" (DesignationId),
        DepartDemande => 200 DesignationVue "La désignation, telle que connue maintenant",
        ["medecin_non_membre", "medecin_seul", "non_medecin_traitant"],
    |core, demande, vu, recue| {
        let DepartDemande { patient_id, rpps, jour, motif } = recue;
        let depart = NouveauDepart { rpps, jour, motif };
        declarations::leave(core, demande, (patient_id, vu.0, vu.1), depart, |left| {
            rendre(StatusCode::OK, None, Some(left.version), &DesignationVue::new(left))
        }).await
    }
}
