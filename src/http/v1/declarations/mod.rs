//! Declarations: previewed, created, signed, refused, cancelled, read.

mod demande;
mod formulaire;
mod retrait;
mod vue;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use self::demande::{
    ChoixDemande, ContestationDemande, DecisionDemande, MotifDemande, RectificationDemande,
    SignatureDemande,
};
pub(crate) use self::vue::ApercuVue;
use self::vue::{DeclarationVue, DeclarationsVue};
use crate::domain::declaration::NumeroDeclaration;
use crate::domain::droits::Demarche;
use crate::domain::ids::{DeclarationId, PatientId};
use crate::http::AppState;
use crate::http::conditionnel::SiCorrespond;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Corps};
use crate::http::idempotency::{rendre, respond, show, show_version};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::v1::acte::{acte, consultation};
use crate::services::Rendu;
use crate::services::declarations;
use crate::services::declarations::Dossier;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(create))
        .routes(routes!(get))
        .routes(routes!(find))
        .routes(routes!(formulaire::form))
        .routes(routes!(sign))
        .routes(routes!(refuse))
        .routes(routes!(cancel))
        .routes(routes!(rectify))
        .routes(routes!(contest))
        .routes(routes!(decide))
        .routes(routes!(retrait::withdraw))
        .routes(routes!(retrait::take_back))
        .routes(routes!(list))
}

/// The problems of signatures, and of the choice that they make.
const SIGNATURE: [&str; 22] = [
    "contenu_different",
    "deja_signee",
    "signataire_non_partie",
    "moyen_inadapte",
    "papier_sans_temoin",
    "preuve_requise",
    "preuve_refusee",
    "preuve_deja_utilisee",
    "signature_tardive",
    "transmission_interdite",
    "signature_future",
    "signature_avant_naissance",
    "signature_apres_deces",
    "patient_mineur",
    "medecin_non_designable",
    "enfant_avant_ouverture",
    "signature_avant_rattachement",
    "representant_inconnu",
    "representant_ambigu",
    "conjoint_impossible",
    "conjoint_avant_ouverture",
    "avenant_inadapte",
];

/// Renders a declaration for the caller, with its version as ETag.
fn render(statut: StatusCode) -> impl Fn(&Dossier) -> Result<Rendu, serde_json::Error> {
    move |dossier| {
        let vue = DeclarationVue::new(dossier);
        let location = (statut == StatusCode::CREATED)
            .then(|| format!("/v1/declarations/{}", dossier.declaration.id));
        rendre(statut, location, Some(dossier.declaration.version), &vue)
    }
}

/// Voir ce qui sera signé
///
/// Rend le contenu canonique d'un choix et son empreinte, sans rien créer : le logiciel le montre au
/// patient et au médecin, qui signent tous deux cette empreinte.
#[utoipa::path(
    post,
    path = "/v1/declarations/apercu",
    operation_id = "apercu_declaration",
    responses((status = 200, description = "Le contenu à signer", body = ApercuVue)),
    extensions(("x-problemes" = json!(["trop_d_essais", "medecin_non_designable", "conjoint_impossible",
        "conjoint_avant_ouverture", "avenant_inadapte", "signature_apres_deces"])))
)]
async fn preview(
    State(state): State<AppState>,
    appel: Appel,
    corps: Corps<ChoixDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ApercuDeclaration)?;
    let choix = corps.valeur.into_domain(state.preuves()).await.map_err(Refus::champs)?;
    let apercu = declarations::preview(&state.core, &contexte, &choix).await?;
    show(&apercu.map(|apercu| ApercuVue::new(&apercu)))
}

/// Déclarer le choix d'un médecin traitant
///
/// Avec les deux signatures, la déclaration prend effet aussitôt et remplace la précédente. Avec une
/// seule, ou aucune, elle attend les autres. Le médecin transmet sa signature et celle du patient dont
/// la carte Vitale est lue devant lui ; le patient signe depuis son portail ; la caisse saisit le papier.
///
/// Plusieurs médecins de même spécialité, exerçant dans un même cabinet situé dans les mêmes locaux ou
/// dans un même centre de santé, peuvent être désignés conjointement : chacun signe. Avant 16 ans, un
/// titulaire de l'autorité parentale signe pour l'enfant ; à 16 et 17 ans, le jeune et un titulaire ; à
/// partir de 18 ans, la personne, ou son représentant. L'âge est celui du jour de la signature.
#[utoipa::path(
    post,
    path = "/v1/declarations",
    operation_id = "creer_declaration",
    responses((status = 201, description = "La déclaration, active ou en attente de signature", body = DeclarationVue,
        headers(("Location")))),
    extensions(("x-problemes" = json!(["trop_d_essais", SIGNATURE])))
)]
async fn create(
    State(state): State<AppState>,
    appel: Appel,
    cle: CleIdempotence,
    corps: Corps<ChoixDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::CreerDeclaration)?;
    let choix = corps.valeur.into_domain(state.preuves()).await.map_err(Refus::champs)?;
    let demande = cle.demande(contexte, corps.requete);
    let rendre = render(StatusCode::CREATED);
    respond(declarations::create(&state.core, &demande, &choix, rendre).await)
}

consultation! {
    /// Lire une déclaration
    ///
    /// Montre les signatures reçues, celles qui manquent et les actions possibles maintenant pour
    /// l'appelant. Un médecin lit les déclarations qui le désignent.
    get: LireDeclaration = "/v1/declarations/{id}" => DeclarationVue "La déclaration", [],
    (core, contexte, Chemin(id): Chemin<DeclarationId>) {
        let dossier = declarations::get(core, contexte, id).await?;
        let version = dossier.get().declaration.version;
        show_version(&dossier.map(|dossier| DeclarationVue::new(&dossier)), version)
    }
}

consultation! {
    /// Lire une déclaration par son numéro
    ///
    /// Celui que le papier, le téléphone et l'écran montrent, dans toute écriture. Après une rectification, la
    /// déclaration qui le porte maintenant.
    find: TrouverDeclaration = "/v1/declarations/numeros/{numero}" => DeclarationVue "La déclaration", [],
    (core, contexte, Chemin(numero): Chemin<NumeroDeclaration>) {
        let dossier = declarations::find(core, contexte, &numero).await?;
        let version = dossier.get().declaration.version;
        show_version(&dossier.map(|dossier| DeclarationVue::new(&dossier)), version)
    }
}

/// Signer une déclaration
///
/// Chaque partie signe l'empreinte du même contenu. La dernière signature manquante rend la
/// déclaration active et ouvre la désignation, à compter du jour de cette signature.
#[utoipa::path(
    post,
    path = "/v1/declarations/{id}/signatures",
    operation_id = "signer_declaration",
    responses((status = 200, description = "La déclaration signée", body = DeclarationVue)),
    extensions(("x-problemes" = json!(["transition_interdite", "declaration_expiree", SIGNATURE])))
)]
async fn sign(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<DeclarationId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<SignatureDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::SignerDeclaration)?;
    let wrong = corps.valeur.incoherences("");
    if !wrong.is_empty() {
        return Err(Refus::champs(wrong));
    }
    let recue = corps.valeur.into_domain(state.preuves()).await;
    let demande = cle.demande(contexte, corps.requete);
    let rendre = render(StatusCode::OK);
    respond(declarations::sign(&state.core, &demande, (id, version), &recue, rendre).await)
}

acte! {
    /// Refuser une déclaration
    ///
    /// Un médecin désigné refuse, sans avoir à dire pourquoi. Rien n'est écrit au parcours du patient.
    refuse: RefuserDeclaration = "/v1/declarations/{id}/refus" (DeclarationId),
        MotifDemande => 200 DeclarationVue "La déclaration refusée", ["transition_interdite"],
    |core, demande, vu, recue| {
        declarations::refuse(core, demande, vu, recue.into_domain().as_deref(), render(StatusCode::OK)).await
    }
}

acte! {
    /// Annuler une déclaration avant son effet
    ///
    /// Tant qu'elle attend une signature. Rien n'est écrit au parcours du patient.
    cancel: AnnulerDeclaration = "/v1/declarations/{id}/annulation" (DeclarationId),
        MotifDemande => 200 DeclarationVue "La déclaration annulée", ["transition_interdite"],
    |core, demande, vu, recue| {
        declarations::cancel(core, demande, vu, recue.into_domain().as_deref(), render(StatusCode::OK)).await
    }
}

/// Rectifier une déclaration mal saisie
///
/// La caisse dit pourquoi, et ce qui devait être saisi ; ou rien, quand rien ne devait l'être. La
/// déclaration rectifiée n'a jamais compté : l'historique est établi à nouveau sans elle, et ce qu'il
/// disait avant reste lisible à sa date de connaissance. Celle qui la remplace garde son numéro.
#[utoipa::path(
    post,
    path = "/v1/declarations/{id}/rectifications",
    operation_id = "rectifier_declaration",
    responses((status = 200, description = "La déclaration rectifiée", body = DeclarationVue)),
    extensions(("x-problemes" = json!(["transition_interdite", SIGNATURE])))
)]
async fn rectify(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<DeclarationId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<RectificationDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::RectifierDeclaration)?;
    let rectification = corps.valeur.into_domain(state.preuves()).await;
    let demande = cle.demande(contexte, corps.requete);
    let rendre = render(StatusCode::OK);
    let vue = (id, version);
    respond(declarations::rectify(&state.core, &demande, vue, &rectification, rendre).await)
}

acte! {
    /// Contester un choix fait au nom du patient
    ///
    /// Le patient, ou qui agit pour lui, dit qu'il n'a pas fait ce choix. Le choix compte tant que la caisse n'a
    /// pas tranché ; les feuilles de ses jours sont évaluées avec un avertissement, et à revoir.
    contest: ContesterDeclaration = "/v1/declarations/{id}/contestation" (DeclarationId),
        ContestationDemande => 200 DeclarationVue "La déclaration contestée", ["transition_interdite"],
    |core, demande, vu, recue| {
        declarations::contest(core, demande, vu, &recue.motif.0, render(StatusCode::OK)).await
    }
}

acte! {
    /// Trancher une contestation
    ///
    /// Retenue, la déclaration n'a jamais compté et l'historique est établi à nouveau sans elle ; rejetée, elle
    /// compte.
    decide: TrancherContestation = "/v1/declarations/{id}/contestation/decision" (DeclarationId),
        DecisionDemande => 200 DeclarationVue "La déclaration, rectifiée ou maintenue", ["transition_interdite"],
    |core, demande, vu, recue| {
        declarations::decide(core, demande, vu, (recue.retenue, &recue.motif.0), render(StatusCode::OK)).await
    }
}

consultation! {
    /// Lire les déclarations d'un patient
    ///
    /// La dernière enregistrée d'abord. Un médecin y voit celles qui le désignent.
    list: ListerDeclarations = "/v1/patients/{id}/declarations"
        => DeclarationsVue "Les déclarations", [],
    (core, contexte, Chemin(id): Chemin<PatientId>) {
        let dossiers = declarations::list(core, contexte, id).await?;
        show(&dossiers.map(|dossiers| DeclarationsVue::new(&dossiers)))
    }
}
