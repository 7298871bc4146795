//! Claims after third-party payment, and their recoveries.

mod demande;
mod vue;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use self::demande::{AnnulationRecouvrementDemande, CreancesDemande, RecouvrementDemande};
use self::vue::{CreanceSuivieVue, CreancesDemandeesVue, CreancesVue, RecouvrementLuVue};
use crate::domain::creance::SoldeCherche;
use crate::domain::droits::Demarche;
use crate::domain::ids::{FeuilleId, PatientId, RecouvrementId};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::conditionnel::SiCorrespond;
use crate::http::extract::{Appel, Chemin, Chemins, CleIdempotence, Corps, Requete};
use crate::http::idempotency::{rendre, respond, show_version};
use crate::http::openapi::routes;
use crate::http::pagination::{self, Cadre, Tranche, montrer_avec};
use crate::http::problem::Refus;
use crate::http::v1::acte::creation;
use crate::services::Rendu;
use crate::services::creances;
use crate::services::creances::{QuestionCreances, RecouvrementLu};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(recover))
        .routes(routes!(get))
        .routes(routes!(cancel))
}

/// Renders a recovery of a feuille, with its version as ETag.
fn render(
    statut: StatusCode,
    feuille: FeuilleId,
) -> impl Fn(&RecouvrementLu) -> Result<Rendu, serde_json::Error> {
    move |lu| {
        let id = lu.recouvrement.id;
        let location = (statut == StatusCode::CREATED)
            .then(|| format!("/v1/feuilles-de-soins/{feuille}/recouvrements/{id}"));
        rendre(statut, location, Some(lu.recouvrement.version()), &RecouvrementLuVue::new(lu))
    }
}

/// Lister les créances sur un patient
///
/// Après un tiers payant, personne n'a retenu la majoration ni la participation forfaitaire le jour des soins :
/// la caisse les recouvre plus tard. Chaque créance est celle de l'évaluation en vigueur de sa feuille, avec ce
/// qui en est recouvré et ce qui en reste ; elle est comprise dès le début dans le reste à charge. Le patient
/// lit les siennes, la caisse celles de ses assurés du temps où ils dépendaient d'elle.
#[utoipa::path(
    get,
    path = "/v1/patients/{id}/creances",
    operation_id = "lister_creances",
    responses((status = 200, description = "Une page de créances", body = CreancesVue))
)]
async fn list(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    Requete(demande): Requete<CreancesDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerCreances)?;
    let au = demande.au.unwrap_or_else(|| state.core.clock().today());
    // A debt does not disappear after a year: without a first day, all of them are looked at.
    let first = state.core.law().premier_jour();
    let (du, au) = pagination::jours(demande.du.unwrap_or_else(|| first.min(au)), au)?;
    let solde = demande.solde.map_or("", SoldeCherche::mot);
    let filters = format!("creances {id} {du} {au} {solde}");
    let cadre = Cadre::new(&state.core, contexte.acteur(), &filters);
    let asked = (demande.limite, demande.curseur, demande.avec_total);
    let voulue = pagination::voulue(&cadre, asked)?;
    let question = QuestionCreances {
        jours: (du, au),
        solde: demande.solde,
        apres: voulue.apres,
        limite: voulue.limite,
        avec_total: voulue.avec_total,
    };
    let page = creances::list(&state.core, &contexte, id, &question).await?;
    let said = CreancesDemandeesVue::new((du, au), page.get());
    let (regard, suite) = (page.get().regard.clone(), page.get().suite);
    let shown =
        page.map(|page| Tranche::finie((page.creances, page.nombre), suite.as_ref(), &cadre));
    montrer_avec(shown, said, |one| CreanceSuivieVue::new(one, &regard))
}

creation! {
    /// Enregistrer un recouvrement
    ///
    /// La caisse dont le patient dépend recouvre tout ou partie de ce qui reste d'une créance, ou y renonce. Deux
    /// demandes faites au même moment ne recouvrent jamais ensemble plus que ce qui reste.
    recover: EnregistrerRecouvrement = "/v1/feuilles-de-soins/{id}/recouvrements" (id: FeuilleId),
        RecouvrementDemande => 201 RecouvrementLuVue "Le recouvrement et sa créance" ("Location", "ETag"),
        ["transition_interdite"],
    |core, demande, recue| {
        creances::recover(core, demande, id, recue.into_domain(), render(StatusCode::CREATED, id)).await
    }
}

/// Lire un recouvrement
///
/// Avec la créance qu'il recouvre, telle qu'elle est maintenant.
#[utoipa::path(
    get,
    path = "/v1/feuilles-de-soins/{id}/recouvrements/{recouvrement_id}",
    operation_id = "lire_recouvrement",
    responses((status = 200, description = "Le recouvrement et sa créance", body = RecouvrementLuVue,
        headers(("ETag"))))
)]
async fn get(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(feuille, id): Chemins<FeuilleId, RecouvrementId>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireRecouvrement)?;
    let lu = creances::get(&state.core, &contexte, (feuille, id)).await?;
    let version = lu.get().recouvrement.version();
    show_version(&lu.map(|lu| RecouvrementLuVue::new(&lu)), version)
}

/// Annuler un recouvrement
///
/// Il fut saisi à tort, le paiement a été rejeté, ou la somme est rendue au patient : elle reste de nouveau à
/// recouvrer, s'il y a lieu. L'ancien et son annulation restent lisibles.
#[utoipa::path(
    post,
    path = "/v1/feuilles-de-soins/{id}/recouvrements/{recouvrement_id}/annulation",
    operation_id = "annuler_recouvrement",
    responses((status = 200, description = "Le recouvrement annulé et sa créance", body = RecouvrementLuVue,
        headers(("ETag")))),
    extensions(("x-problemes" = json!(["transition_interdite"])))
)]
async fn cancel(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(feuille, id): Chemins<FeuilleId, RecouvrementId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<AnnulationRecouvrementDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::AnnulerRecouvrement)?;
    let demande = cle.demande(contexte, corps.requete);
    let motif = corps.valeur.motif;
    let rendre = render(StatusCode::OK, feuille);
    let vu = (feuille, id, version);
    respond(creances::cancel(&state.core, &demande, vu, motif, rendre).await)
}
