//! One record that was two persons.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::PatientDemande;
use super::vue::PatientVue;
use crate::domain::ids::{DeclarationId, FeuilleId, PatientId};
use crate::domain::vie::{DossierPatient, MotifRectification};
use crate::http::AppState;
use crate::http::idempotency::rendre;
use crate::http::lecture::{Liste, lecture};
use crate::http::openapi::routes;
use crate::http::v1::acte::acte;
use crate::services::patients;
use crate::services::patients::NouvelleScission;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(split))
}

type DeclarationsDemande = Liste<DeclarationId, 0, 200>;
type FeuillesDemande = Liste<FeuilleId, 0, 500>;

lecture! {
    /// Scission d'un dossier qui était celui de deux personnes.
    #[schema(example = json!({
        "patient": {
            "identifiant": { "type": "nir", "valeur": "186022B03399191" },
            "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
            "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
            "affilie_du": "2012-09-01"
        },
        "declarations": ["0192f0c4-0000-7000-8000-000000000001"],
        "feuilles": [],
        "motif": "collision"
    }))]
    pub(crate) struct ScissionDemande {
        /// L'autre personne.
        patient: PatientDemande,
        /// Déclarations qui étaient les siennes.
        declarations: DeclarationsDemande,
        /// Feuilles de soins qui étaient les siennes.
        feuilles: FeuillesDemande,
        /// Pourquoi.
        motif: MotifRectification,
    }
}

/// Les deux dossiers après une scission.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScissionVue {
    /// Dossier d'origine.
    origine: PatientVue,
    /// Dossier de l'autre personne.
    nouveau: PatientVue,
}

acte! {
    /// Scinder un dossier
    ///
    /// Le dossier était celui de deux personnes : les déclarations et les feuilles choisies passent à un
    /// nouveau dossier, et les désignations de chacun suivent. Une fusion, elle, s'annule : voir
    /// `/v1/fusions/{id}/annulation`. Rien ne passe à une personne qui n'était pas encore née ou rattachée ce
    /// jour-là, ni une déclaration qui attend une signature : l'annuler ou la faire signer d'abord. Les évaluations
    /// déjà faites et les participations déjà retenues ne sont pas recalculées.
    split: ScinderPatient = "/v1/patients/{id}/scissions" (PatientId),
        ScissionDemande => 201 ScissionVue "Les deux dossiers" ("Location", "ETag"), ["patient_existant"],
    |core, demande, vu, recue| {
        let scission = NouvelleScission {
            nouveau: recue.patient.into_domain(),
            declarations: recue.declarations.0,
            feuilles: recue.feuilles.0,
            motif: recue.motif,
        };
        patients::split(core, demande, vu, &scission, |origine: &DossierPatient, nouveau: &DossierPatient| {
            let location = format!("/v1/patients/{}", nouveau.patient.id);
            let (origine, version) = (PatientVue::new(origine), origine.version);
            let vue = ScissionVue { origine, nouveau: PatientVue::new(nouveau) };
            rendre(StatusCode::CREATED, Some(location), Some(version), &vue)
        }).await
    }
}
