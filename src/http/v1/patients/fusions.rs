//! Two records of one person: shown, merged, put apart again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use super::conflits::ConflitVue;
use super::demande::AnnulationDossierDemande;
use crate::domain::droits::Demarche;
use crate::domain::ids::{DeclarationId, FusionId, PatientId};
use crate::domain::vie::MotifRectification;
use crate::domain::vie::fusion::{Chevauchement, Difference};
use crate::http::AppState;
use crate::http::conditionnel::SiCorrespond;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Corps};
use crate::http::idempotency::{rendre, respond, show, show_version};
use crate::http::lecture::{Entier, lecture};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::schemas::ActionFusion;
use crate::http::v1::acte::{acte, consultation};
use crate::http::vue::vue;
use crate::services::patients;
use crate::services::patients::{ApercuFusion, DossierApercu, DossierFusion, NouvelleFusion};
use crate::services::{Rendu, VersionsVues};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(merge))
        .routes(routes!(get))
        .routes(routes!(undo))
}

lecture! {
    /// Dossier que l'on absorberait.
    #[schema(example = json!({ "absorbe_id": "0192f0c4-0000-7000-8000-0000000000aa" }))]
    pub(crate) struct ApercuFusionDemande {
        /// Dossier à absorber.
        absorbe_id: PatientId,
    }

    /// Fusion de deux dossiers d'une même personne.
    #[schema(example = json!({
        "absorbe_id": "0192f0c4-0000-7000-8000-0000000000aa", "absorbe_version": 1, "motif": "doublon"
    }))]
    pub(crate) struct FusionDemande {
        /// Dossier à absorber.
        absorbe_id: PatientId,
        /// Version du dossier à absorber, telle que l'aperçu la donne.
        absorbe_version: Entier<1, 1_000_000>,
        /// Pourquoi.
        motif: MotifRectification,
    }
}

vue! {
    /// Ce qu'un dossier contient.
    pub(crate) struct DossierApercuVue(dossier: &DossierApercu) {
        /// Patient.
        patient_id: PatientId = dossier.patient_id,
        /// Version.
        #[schema(example = 1)]
        version: i32 = dossier.version,
        /// Déclarations, dans tous leurs états.
        #[schema(example = 2)]
        declarations: usize = dossier.declarations,
        /// Désignations, en cours ou finies.
        #[schema(example = 1)]
        designations: usize = dossier.designations,
        /// Feuilles de soins reçues.
        #[schema(example = 12)]
        feuilles: i64 = dossier.feuilles,
    }

    /// Jours où les deux dossiers désignent des médecins différents.
    pub(crate) struct ChevauchementVue(overlap: &Chevauchement) {
        /// Déclaration du dossier conservé.
        declaration_conservee: DeclarationId = overlap.conservee,
        /// Déclaration du dossier absorbé.
        declaration_absorbee: DeclarationId = overlap.absorbee,
        /// Premier jour.
        effet_du: NaiveDate = overlap.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = overlap.effet.au(),
    }

    /// Ce que ferait une fusion.
    pub(crate) struct ApercuFusionVue(apercu: &ApercuFusion) {
        /// Dossier conservé.
        conserve: DossierApercuVue = DossierApercuVue::new(&apercu.conserve),
        /// Dossier absorbé : ses déclarations, ses feuilles et ses numéros mèneront au dossier conservé.
        absorbe: DossierApercuVue = DossierApercuVue::new(&apercu.absorbe),
        /// Ce que les deux dossiers disent différemment de la personne ; ceux du dossier conservé restent.
        differences: Vec<Difference> = apercu.differences.clone(),
        /// Ce qui serait mis en conflit.
        conflits: Vec<ChevauchementVue> =
            apercu.conflits.iter().map(ChevauchementVue::new).collect(),
        /// Pourquoi la fusion serait refusée, ou null.
        obstacle: Option<&'static str> = apercu.obstacle,
    }

    /// Fusion de deux dossiers.
    pub(crate) struct FusionVue(dossier: &DossierFusion) {
        let fusion = &dossier.fusion;
        let undoable = fusion.remplace_le.is_none();

        /// Identifiant.
        id: FusionId = fusion.id,
        /// Dossier conservé.
        patient_id: PatientId = fusion.patient_id,
        /// Dossier absorbé : il répond 410 tant que la fusion n'est pas annulée.
        absorbe_id: PatientId = fusion.absorbe_id,
        /// Version du dossier conservé, à rendre dans If-Match pour annuler la fusion.
        #[schema(example = 2)]
        version: i32 = dossier.version,
        /// Pourquoi.
        motif: MotifRectification = fusion.motif,
        /// Déclarations venues du dossier absorbé.
        #[schema(example = 1)]
        declarations: usize = dossier.declarations,
        /// Conflits nés de la fusion, dans leur état présent.
        conflits: Vec<ConflitVue> = dossier.conflits.iter().map(ConflitVue::new).collect(),
        /// Enregistrée à cet instant.
        enregistree_le: DateTime<Utc> = fusion.enregistre_le,
        /// Annulée à cet instant, ou null.
        annulee_le: Option<DateTime<Utc>> = fusion.remplace_le,
        /// Ce que l'appelant peut faire maintenant.
        #[schema(value_type = Vec<ActionFusion>)]
        actions: Vec<&'static str> = undoable.then_some("annuler").into_iter().collect(),
    }
}

/// Renders a merge, with the version of the kept record as ETag.
fn render(statut: StatusCode) -> impl Fn(&DossierFusion) -> Result<Rendu, serde_json::Error> {
    move |dossier| {
        let location =
            (statut == StatusCode::CREATED).then(|| format!("/v1/fusions/{}", dossier.fusion.id));
        rendre(statut, location, Some(dossier.version), &FusionVue::new(dossier))
    }
}

/// Voir ce que ferait une fusion
///
/// Rien n'est changé. L'aperçu dit ce que chaque dossier contient, en quoi ils diffèrent et ce qui
/// serait mis en conflit.
#[utoipa::path(
    post,
    path = "/v1/patients/{id}/fusions/apercu",
    operation_id = "apercu_fusion",
    params(("id" = PatientId, Path, description = "Dossier à conserver")),
    responses((status = 200, description = "Ce que ferait la fusion", body = ApercuFusionVue))
)]
async fn preview(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    corps: Corps<ApercuFusionDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ApercuFusion)?;
    let absorbe = corps.valeur.absorbe_id;
    let apercu = patients::preview_fusion(&state.core, &contexte, id, absorbe).await?;
    show(&apercu.map(|apercu| ApercuFusionVue::new(&apercu)))
}

/// Fusionner deux dossiers d'une même personne
///
/// Les déclarations du dossier absorbé suivent, sous leur identifiant. Les jours où les deux dossiers
/// désignaient des médecins différents sont mis en conflit : la désignation du dossier conservé vaut
/// jusqu'à ce que la caisse choisisse. Le dossier absorbé répond ensuite 410 ; ses numéros et ses
/// feuilles mènent au dossier conservé, où se lisent aussi ses adressages, ses conciliations et ses liens.
#[utoipa::path(
    post,
    path = "/v1/patients/{id}/fusions",
    operation_id = "fusionner_patients",
    params(("id" = PatientId, Path, description = "Dossier à conserver")),
    responses((status = 201, description = "La fusion", body = FusionVue,
        headers(("Location")))),
    extensions(("x-problemes" = json!(["fusion_impossible"])))
)]
async fn merge(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<FusionDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::FusionnerPatients)?;
    let demande = cle.demande(contexte, corps.requete);
    let nouvelle = NouvelleFusion {
        absorbe_id: corps.valeur.absorbe_id,
        absorbe_version: VersionsVues::une(
            i32::try_from(corps.valeur.absorbe_version.0).unwrap_or(i32::MAX),
        ),
        motif: corps.valeur.motif,
    };
    let rendre = render(StatusCode::CREATED);
    respond(patients::merge(&state.core, &demande, (id, version), nouvelle, rendre).await)
}

consultation! {
    /// Lire une fusion
    ///
    /// Ce qu'elle a apporté au dossier conservé, et les conflits qui en sont nés, dans leur état présent.
    get: LireFusion = "/v1/fusions/{id}" => FusionVue "La fusion", ["patient_fusionne"],
    (core, contexte, Chemin(id): Chemin<FusionId>) {
        let dossier = patients::get_fusion(core, contexte, id).await?;
        let version = dossier.get().version;
        show_version(&dossier.map(|dossier| FusionVue::new(&dossier)), version)
    }
}

acte! {
    /// Annuler une fusion
    ///
    /// Ce que le dossier absorbé avait apporté lui revient, dans son état présent, avec ce qui est venu
    /// depuis sous son numéro ; le reste demeure au dossier conservé. Les conflits nés de la fusion sont annulés. Une
    /// déclaration que le patient a signée depuis la fusion et qui attend encore est à annuler, ou à faire signer, d'abord.
    undo: AnnulerFusion = "/v1/fusions/{id}/annulation" (FusionId),
        AnnulationDossierDemande => 200 FusionVue "La fusion annulée", ["fusion_impossible", "patient_fusionne"],
    |core, demande, vu, recue| {
        patients::undo_fusion(core, demande, vu, recue.motif, render(StatusCode::OK)).await
    }
}
