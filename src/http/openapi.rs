//! The document of the API, taken from the router and completed with what every operation shares.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::problem::{Code, ErreurChamp, Probleme, Refus};
use super::{AppState, health, v1};
use crate::domain::droits::{Demarche, Jeton};
use crate::domain::ids::RequestId;
use crate::domain::vocabulary::Vocabulaire;

const DESCRIPTION: &str = "\
Traitant tient le registre des médecins traitants et évalue chaque feuille de soins contre ce registre, \
tel qu'il était le jour des soins : dans ou hors du parcours de soins coordonnés, ce que paie l'Assurance \
maladie, ce qui reste au patient, et pourquoi, avec l'article qui le dit.

- Les montants sont des entiers en centimes, les taux des entiers en dix-millièmes.
- Les périodes vont du premier jour, inclus, au premier jour qui n'en fait plus partie.
- Toute création demande un en-tête `Idempotency-Key` ; toute transition, un en-tête `If-Match`.
- Un champ ou un paramètre inconnu est refusé : un nom mal orthographié ne peut pas se perdre.
- Un texte libre qui contient un numéro de personne ou un jeton est refusé.
- Les programmes comparent les codes, jamais les phrases.
- Ce qui est hors du périmètre de l'appelant n'existe pas pour lui (404).";

/// Every route, and the document that describes them.
pub(super) fn routes_and_document() -> (Router<AppState>, OpenApi) {
    let info = InfoBuilder::new()
        .title("Traitant")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .contact(Some(ContactBuilder::new().name(Some("Traitant")).build()))
        .license(Some(LicenseBuilder::new().name("EUPL-1.2").identifier(Some("EUPL-1.2")).build()))
        .build();
    let base = OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").description(Some("Cette instance")).build()]))
        .tags(Some(tags()))
        .build();
    let (router, mut document) = OpenApiRouter::with_openapi(base)
        .merge(v1::router())
        .merge(health::router())
        .split_for_parts();
    complete(&mut document);
    (router, flattened(document))
}

/// The document of the API.
pub fn document() -> OpenApi {
    routes_and_document().1
}

/// The document, as the repository keeps it.
pub fn yaml() -> String {
    to_yaml(&document())
}

/// YAML of a document.
pub(super) fn to_yaml(document: &OpenApi) -> String {
    document.to_yaml().unwrap_or_default()
}

fn tags() -> Vec<utoipa::openapi::Tag> {
    let tag = |name: &str, description: &str| {
        TagBuilder::new().name(name).description(Some(description)).build()
    };
    vec![
        tag("Simulations", "Essayer l'évaluation sans registre ni jeton."),
        tag("Feuilles de soins", "Enregistrer, évaluer et relire."),
        tag(
            "Créances",
            "Ce que la caisse réclame après un tiers payant, et ce qu'elle en a recouvré.",
        ),
        tag("Déclarations", "Choisir son médecin traitant, à deux signatures."),
        tag("Médecin traitant", "Qui est médecin traitant, quel jour, connu quand."),
        tag("Adressages", "Orienter un patient vers un correspondant, et le retour d'information."),
        tag("Conciliations", "Aider un patient qui ne trouve pas de médecin traitant."),
        tag("Patients", "Personnes et leurs faits datés."),
        tag(
            "Vie du patient",
            "Caisse, statut, numéros, adresse, décès, fusions, scissions, conflits.",
        ),
        tag("Médecins", "Médecins et lieux d'exercice."),
        tag("Opérations", "Ce qui arrive à un médecin, pour tous ses patients à la fois."),
        tag("Moi", "Ce que le jeton dit de son porteur, et qui a lu son dossier."),
        tag("État", "Le service vit ; le service peut répondre."),
    ]
}

/// The same document, where a field that is described beside an inlined schema carries its
/// description itself. The generator writes the two as alternatives of different types, which
/// nothing satisfies.
fn flattened(document: OpenApi) -> OpenApi {
    let Ok(mut value) = serde_json::to_value(&document) else { return document };
    flatten(&mut value);
    // Unknown members are refused, and amounts have a limit: the document says so wherever a body
    // is read.
    let schemas = value.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        if name.ends_with("Demande") {
            limit_amounts(schema);
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("additionalProperties".to_owned(), json!(false));
            }
        }
    }
    serde_json::from_value(value).unwrap_or(document)
}

/// An amount that is read has an upper limit, which a sum that is answered has not.
fn limit_amounts(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(limit_amounts),
        Value::Object(members) => {
            let amount = "#/components/schemas/Centimes";
            if members.get("$ref").and_then(Value::as_str) == Some(amount) {
                members.insert("$ref".to_owned(), json!(format!("{amount}Demande")));
            }
            members.values_mut().for_each(limit_amounts);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn flatten(value: &mut Value) {
    if let Value::Array(items) = value {
        items.iter_mut().for_each(flatten);
    }
    let Value::Object(members) = value else { return };
    members.values_mut().for_each(flatten);
    let Some(Value::Array(parts)) = members.get("allOf") else { return };
    let [Value::Object(schema), Value::Object(described)] = &parts[..] else { return };
    let only_described = described.len() == 2
        && described.get("type").is_some_and(|kind| kind == "object")
        && described.contains_key("description");
    if only_described {
        let mut merged = schema.clone();
        merged.extend(described.clone().into_iter().filter(|(name, _)| name != "type"));
        *members = merged;
    }
}

/// Adds what is the same everywhere: security, problems, size of bodies.
fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.insert("Probleme".to_owned(), Probleme::schema());
    components.schemas.insert("ErreurChamp".to_owned(), ErreurChamp::schema());
    components.schemas.insert("CentimesDemande".to_owned(), super::schemas::centimes_demande());
    for code in Code::ALL {
        components.examples.insert(code.as_str().to_owned(), example(*code));
    }
    components.add_security_scheme(
        "jeton",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("JWT")
                .description(Some(
                    "Jeton JWT d'un émetteur accepté (`iss`, `aud`, `exp`, portées dans `scope`, rôle dans \
                     `role`). Le bac à sable en délivre : `traitant jeton medecin`.",
                ))
                .build(),
        ),
    );
    for (path, item) in &mut document.paths.paths {
        let operations =
            [&mut item.get, &mut item.post, &mut item.put, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            let demarche = operation.operation_id.as_deref().and_then(Demarche::du_mot);
            operation.security = demarche.map(|demarche| vec![security(demarche.jeton())]);
            let of_a_person = path.starts_with("/v1/patients/{id}");
            add_problems(operation, of_a_person.then_some(Code::PatientFusionne));
        }
    }
}

/// What an operation asks of a token, as the contract says it.
fn security(jeton: Jeton) -> SecurityRequirement {
    match jeton {
        Jeton::Public => SecurityRequirement::default(),
        Jeton::Jeton => SecurityRequirement::new("jeton", [""; 0]),
        Jeton::Portee(portee) => SecurityRequirement::new("jeton", [portee.mot()]),
    }
}

/// The problems that an operation can answer: its own, and those of its form.
fn add_problems(operation: &mut Operation, of_the_address: Option<Code>) {
    let mut codes: BTreeSet<Code> = own_problems(operation);
    codes.extend(of_the_address);
    codes.extend([Code::ErreurInterne, Code::ServiceIndisponible, Code::DelaiDepasse]);
    let public = [SecurityRequirement::default()];
    if operation.security.as_deref() != Some(&public) {
        codes.extend([Code::JetonAbsent, Code::JetonInvalide, Code::PorteeInsuffisante]);
    }
    if operation.request_body.is_some() {
        codes.extend([
            Code::CorpsIllisible,
            Code::CorpsTropGrand,
            Code::CorpsTropLent,
            Code::TypeDeContenu,
            Code::ChampsInvalides,
        ]);
    }
    // An unknown parameter is refused everywhere.
    codes.insert(Code::ParametreInvalide);
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        if parameter.parameter_in == ParameterIn::Header {
            match parameter.name.as_str() {
                "Idempotency-Key" => {
                    codes.extend([Code::CleAbsente, Code::CleEnCours, Code::CleReutilisee]);
                }
                "If-Match" => codes.extend([Code::VersionAbsente, Code::VersionPerimee]),
                _ => {}
            }
        }
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(code);
    }
    for (status, codes) in by_status {
        operation.responses.responses.insert(status.to_string(), response(&codes));
    }
}

/// The codes that an operation names itself.
fn own_problems(operation: &mut Operation) -> BTreeSet<Code> {
    let Some(extensions) = operation.extensions.as_mut() else { return BTreeSet::new() };
    let named = extensions.remove("x-problemes").unwrap_or(Value::Null);
    let codes: Vec<&str> = named
        .as_array()
        .map(|codes| codes.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    codes.into_iter().filter_map(Code::parse).collect()
}

/// An example of a problem.
fn example(code: Code) -> RefOr<Example> {
    let request = RequestId::from_uuid(uuid::uuid!("0192f0c4-7a0e-7c55-9d0f-3a1b2c4d5e6f"));
    let value = serde_json::to_value(Refus::new(code, code.help()).probleme(request));
    RefOr::T(
        ExampleBuilder::new().summary(code.title()).value(Some(value.unwrap_or_default())).build(),
    )
}

/// One response for all problems of a status, with an example of each.
fn response(codes: &[Code]) -> RefOr<utoipa::openapi::Response> {
    let titles: Vec<String> =
        codes.iter().map(|code| format!("`{}` : {}", code.as_str(), code.title())).collect();
    let examples = codes.iter().map(|code| {
        let reference = Ref::new(format!("#/components/examples/{}", code.as_str()));
        (code.as_str().to_owned(), RefOr::Ref(reference))
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Probleme::name())))
        .examples_from_iter(examples)
        .build();
    RefOr::T(
        ResponseBuilder::new()
            .description(titles.join(" ; "))
            .content("application/problem+json", content)
            .build(),
    )
}
