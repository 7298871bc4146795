//! The document of the API, taken from the router and completed with what every operation shares.

mod answers;
mod operation;
mod shapes;
mod yaml;

use std::sync::OnceLock;

use axum::Router;
use utoipa::PartialSchema;
use utoipa::openapi::{Components, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use self::operation::operations;
pub(crate) use self::operation::{completed, routes};
use self::yaml::to_yaml;
use super::problem::{ErreurChamp, Probleme, RessourceDite};
use super::{AppState, health, v1};

const DESCRIPTION: &str = "\
Traitant tient le registre des médecins traitants et évalue chaque feuille de soins contre ce registre, \
tel qu'il était le jour des soins : dans ou hors du parcours de soins coordonnés, ce que paie l'Assurance \
maladie, ce qui reste au patient, et pourquoi, avec l'article qui le dit.

- Les montants sont des entiers en centimes, les taux des entiers en dix-millièmes.
- Les périodes vont du premier jour, inclus, au premier jour qui n'en fait plus partie.
- Toute création demande un en-tête `Idempotency-Key` ; toute transition, un en-tête `If-Match`.
- Un champ ou un paramètre inconnu est refusé : un nom mal orthographié ne peut pas se perdre.
- Un numéro peut s'écrire en groupes, avec des blancs entre eux : ils sont retirés.
- Un texte libre qui contient un numéro de personne ou un jeton est refusé ; une clé ou une référence, si le numéro y est avec \
sa clé ou dans ses groupes : celles qui viennent d'une horloge ou d'un compteur sont acceptées.
- L'`ETag` d'une lecture dit sa version et l'empreinte de ce qui est envoyé : `If-None-Match` compare les deux (304), \
`If-Match` la version seule, et en accepte plusieurs.
- Les programmes comparent les codes, jamais les phrases.
- Ce qui est hors du périmètre de l'appelant n'existe pas pour lui (404).";

/// The document of the API, and how it is written.
pub(super) struct Contrat {
    pub document: OpenApi,
    pub json: String,
    pub yaml: String,
}

/// Every route, and the document that describes them, which is written once.
pub(super) fn routes_and_contract() -> (Router<AppState>, &'static Contrat) {
    static CONTRAT: OnceLock<Contrat> = OnceLock::new();
    let (router, described) = described();
    (router, CONTRAT.get_or_init(|| Contrat::of(described)))
}

impl Contrat {
    fn of(mut document: OpenApi) -> Self {
        complete(&mut document);
        let document = shapes::finished(document);
        let (json, yaml) = (document.to_json().unwrap_or_default(), to_yaml(&document));
        Self { document, json, yaml }
    }
}

/// Every route, and what each says of itself.
fn described() -> (Router<AppState>, OpenApi) {
    // Subjects, headers, what a token is: said once, in a document without operations.
    let mut base: OpenApi = serde_json::from_str(include_str!("base.json")).unwrap_or_default();
    env!("CARGO_PKG_VERSION").clone_into(&mut base.info.version);
    base.info.description = Some(DESCRIPTION.to_owned());
    OpenApiRouter::with_openapi(base)
        .merge(v1::router())
        .merge(about("etat", health::router()))
        .split_for_parts()
}

/// The document of the API.
pub fn document() -> &'static OpenApi {
    &routes_and_contract().1.document
}

/// The document, as the repository keeps it.
pub fn yaml() -> &'static str {
    &routes_and_contract().1.yaml
}

/// The operations of a router under a subject, unless they have one.
pub(crate) fn about(tag: &str, mut router: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    for operation in router.get_openapi_mut().paths.paths.values_mut().flat_map(operations) {
        operation.tags.get_or_insert_with(|| vec![tag.to_owned()]);
    }
    router
}

/// Moves what several operations say to where it is said once.
fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.insert("Probleme".to_owned(), Probleme::schema());
    components.schemas.insert("ErreurChamp".to_owned(), ErreurChamp::schema());
    components.schemas.insert("RessourceDite".to_owned(), RessourceDite::schema());
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        answers::share(operation, components);
    }
}
