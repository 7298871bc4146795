//! What a person asks to be put right in their record, and what their caisse answers (RGPD, art. 12 and 16).

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use crate::domain::ids::{PatientId, RectificationId};
use crate::domain::rectification::{
    ActionRectification, IssueRectification, ObjetRectification, ReponseRectification,
};
use crate::http::AppState;
use crate::http::extract::Chemin;
use crate::http::idempotency::{rendre, show, show_version};
use crate::http::lecture::{Texte, lecture};
use crate::http::openapi::routes;
use crate::http::v1::acte::{acte, consultation, creation};
use crate::http::vue::vue;
use crate::services::Rendu;
use crate::services::patients;
use crate::services::patients::RectificationLue;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(request))
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(answer))
}

lecture! {
    /// Demande de rectification.
    #[schema(example = json!({ "objet": "adresse", "demande": "j'habite au 4 et non au 14 rue des Lilas" }))]
    pub(crate) struct NouvelleRectificationDemande {
        /// Ce qui est faux.
        objet: ObjetRectification,
        /// Ce qui est faux et ce qui est juste, sans donnée médicale ni numéro de personne.
        demande: Texte<1, 2000>,
    }

    /// Réponse à une demande de rectification.
    #[schema(example = json!({ "issue": "refusee", "motif": "l'acte de naissance dit le contraire" }))]
    pub(crate) struct ReponseRectificationDemande {
        /// Ce qu'il en est.
        issue: IssueRectification,
        /// Pourquoi, sans donnée médicale ; requis pour un refus.
        motif: Option<Texte<1, 2000>>,
    }
}

vue! {
    /// Demande de rectification, et ce que la caisse en a répondu.
    pub(crate) struct RectificationVue(lue: &RectificationLue) {
        let one = &lue.rectification;

        /// Identifiant.
        id: RectificationId = one.id,
        /// Patient.
        patient_id: PatientId = one.patient_id,
        /// Version, à rendre dans If-Match.
        #[schema(example = 1)]
        version: i32 = one.version(),
        /// Ce qui est dit faux.
        objet: ObjetRectification = one.objet,
        /// Ce qui est faux et ce qui est juste, selon qui demande.
        #[schema(example = "j'habite au 4 et non au 14 rue des Lilas")]
        demande: String = one.demande.clone(),
        /// Enregistrement de la demande.
        demandee_le: DateTime<Utc> = one.enregistre_le,
        /// Dernier jour pour répondre : un mois après la demande (RGPD, art. 12, 3).
        repondre_au_plus_tard_le: NaiveDate = one.terme,
        /// Réponse de la caisse ; null tant qu'elle n'a pas répondu.
        reponse: Option<ReponseRectificationVue> = one.reponse.as_ref().map(ReponseRectificationVue::new),
        /// Ce que l'appelant peut faire maintenant.
        actions: Vec<ActionRectification> = lue.actions.clone(),
    }

    /// Réponse de la caisse.
    pub(crate) struct ReponseRectificationVue(reponse: &ReponseRectification) {
        /// Ce qu'il en est.
        issue: IssueRectification = reponse.issue,
        /// Pourquoi.
        #[schema(example = "l'acte de naissance dit le contraire")]
        motif: Option<String> = reponse.motif.clone(),
        /// Enregistrement de la réponse.
        repondue_le: DateTime<Utc> = reponse.enregistre_le,
    }

    /// Demandes de rectification d'un patient.
    pub(crate) struct RectificationsVue(all: &[RectificationLue]) {
        /// La dernière d'abord.
        donnees: Vec<RectificationVue> = all.iter().map(RectificationVue::new).collect(),
    }
}

fn render(statut: StatusCode) -> impl Fn(&RectificationLue) -> Result<Rendu, serde_json::Error> {
    move |lue| {
        let (id, version) = (lue.rectification.id, lue.rectification.version());
        let location =
            (statut == StatusCode::CREATED).then(|| format!("/v1/demandes-de-rectification/{id}"));
        rendre(statut, location, Some(version), &RectificationVue::new(lue))
    }
}

creation! {
    /// Demander une rectification
    ///
    /// Le patient, un titulaire de l'autorité parentale avant seize ans ou qui le représente, demande que ce qui est faux
    /// soit rectifié (RGPD, art. 16). Sa caisse la trouve dans ce qu'elle a à faire, et répond dans le mois.
    request: DemanderRectification = "/v1/patients/{id}/demandes-de-rectification" (patient: PatientId),
        NouvelleRectificationDemande => 201 RectificationVue "La demande" ("Location"), [],
    |core, demande, recue| {
        let asked = (recue.objet, recue.demande.0);
        patients::request_rectification(core, demande, patient, asked, render(StatusCode::CREATED)).await
    }
}

consultation! {
    /// Lire les demandes de rectification d'un patient
    ///
    /// La dernière d'abord, avec leurs réponses ; celles d'un dossier réuni au sien aussi.
    list: ListerRectifications = "/v1/patients/{id}/demandes-de-rectification"
        => RectificationsVue "Les demandes", [],
    (core, contexte, Chemin(patient): Chemin<PatientId>) {
        let all = patients::list_rectifications(core, contexte, patient).await?;
        show(&all.map(|all| RectificationsVue::new(&all)))
    }
}

consultation! {
    /// Lire une demande de rectification
    ///
    /// Avec sa réponse. Qui peut la faire et la caisse dont le patient dépend la lisent.
    get: LireRectification = "/v1/demandes-de-rectification/{id}" => RectificationVue "La demande", [],
    (core, contexte, Chemin(id): Chemin<RectificationId>) {
        let lue = patients::get_rectification(core, contexte, id).await?;
        let version = lue.get().rectification.version();
        show_version(&lue.map(|lue| RectificationVue::new(&lue)), version)
    }
}

acte! {
    /// Répondre à une demande de rectification
    ///
    /// Une fois, par la caisse dont le patient dépend. Ce qui est rectifié l'est par les actes qui rectifient ; un refus dit
    /// pourquoi, et qui a demandé en est informé.
    answer: RepondreRectification = "/v1/demandes-de-rectification/{id}/reponse" (RectificationId),
        ReponseRectificationDemande => 200 RectificationVue "La demande et sa réponse", ["transition_interdite"],
    |core, demande, vu, recue| {
        let reponse = (recue.issue, recue.motif.map(|motif| motif.0));
        patients::answer_rectification(core, demande, vu, reponse, render(StatusCode::OK)).await
    }
}
