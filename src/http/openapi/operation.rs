//! What an operation declares because of what it is: its parameters and its body are read from the
//! arguments of its handler, so that none can be forgotten, nor written twice.

use std::collections::BTreeSet;
use std::slice::from_ref;

use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::HeaderMap;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Ref, RefOr, Required, Response, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

use super::{answers, shapes};
use crate::domain::droits::{Demarche, Jeton, Portee};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::affluence::Sortie;
use crate::http::conditionnel::SiCorrespond;
use crate::http::delai::Delai;
use crate::http::extract::{Appel, Chemin, Chemins, CleIdempotence, Corps, Requete};
use crate::http::problem::Code;

/// A route of the document: that of its handler, completed with what the handler takes.
macro_rules! routes {
    ($($handler:ident)::+) => {
        $crate::http::openapi::completed(utoipa_axum::routes!($($handler)::+), $($handler)::+)
    };
}
pub(crate) use routes;

/// An operation under way, and where it is.
pub(crate) struct Announced<'a> {
    path: &'a str,
    read: bool,
    operation: &'a mut Operation,
    schemas: &'a mut Vec<(String, RefOr<Schema>)>,
    codes: BTreeSet<Code>,
}

/// An argument of a handler.
pub(crate) trait Argument {
    /// What it adds to the operation.
    fn announce(_to: &mut Announced<'_>) {}
}

impl Argument for State<AppState> {}
impl Argument for Delai {}
impl Argument for Sortie {}
impl Argument for HeaderMap {}
/// A body that is taken as it comes: its route describes it.
impl Argument for Request {}

impl Argument for Appel {
    fn announce(to: &mut Announced<'_>) {
        to.codes.extend([Code::JetonAbsent, Code::JetonInvalide, Code::DebitDepasse]);
    }
}

impl Argument for CleIdempotence {
    fn announce(to: &mut Announced<'_>) {
        to.shared("Idempotency-Key");
        to.codes.extend([Code::CleAbsente, Code::CleEnCours, Code::CleReutilisee]);
    }
}

impl Argument for SiCorrespond {
    fn announce(to: &mut Announced<'_>) {
        to.shared("If-Match");
        to.codes.extend([Code::VersionAbsente, Code::VersionPerimee]);
    }
}

impl<T: ToSchema> Argument for Chemin<T> {
    fn announce(to: &mut Announced<'_>) {
        to.segment::<T>(0);
    }
}

impl<A: ToSchema, B: ToSchema> Argument for Chemins<A, B> {
    fn announce(to: &mut Announced<'_>) {
        to.segment::<A>(0);
        to.segment::<B>(1);
    }
}

impl<T: ToSchema> Argument for Requete<T> {
    fn announce(to: &mut Announced<'_>) {
        T::schemas(to.schemas);
        let shape = serde_json::to_value(T::schema()).unwrap_or_default();
        let required = |name: &str| {
            let names = shape.get("required").and_then(Value::as_array);
            names.into_iter().flatten().any(|one| one == name)
        };
        for (name, member) in
            shape.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            to.codes.extend((name == "curseur").then_some(Code::CurseurAutreRequete));
            let required = if required(name) { Required::True } else { Required::False };
            to.own(parameter(name, member.clone()).required(required).build());
        }
    }
}

impl<T: ToSchema> Argument for Corps<T> {
    fn announce(to: &mut Announced<'_>) {
        let content = ContentBuilder::new().schema(Some(to.reference::<T>())).build();
        let body = RequestBodyBuilder::new()
            .description(description::<T>())
            .content("application/json", content)
            .required(Some(Required::True));
        to.operation.request_body = Some(RefOr::T(body.build()));
    }
}

/// The arguments of a handler, behind the marker that its trait asks for.
pub(crate) trait Arguments {
    /// What they add to the operation.
    fn announce(to: &mut Announced<'_>);
}

macro_rules! arguments {
    ($($argument:ident)*) => {
        impl<M, $($argument: Argument),*> Arguments for (M, $($argument,)*) {
            fn announce(_to: &mut Announced<'_>) {
                $( $argument::announce(_to); )*
            }
        }
    };
}
arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E F);

/// A route whose operation says what its handler takes and all that it may answer.
pub(crate) fn completed<H, T>(
    (mut schemas, mut paths, route): UtoipaMethodRouter<AppState>,
    _handler: H,
) -> UtoipaMethodRouter<AppState>
where
    H: Handler<T, AppState>,
    T: Arguments,
{
    for (path, item) in &mut paths.paths {
        let read = item.get.is_some();
        for operation in operations(item) {
            let (schemas, codes) = (&mut schemas, BTreeSet::new());
            let mut to = Announced { path, read, operation, schemas, codes };
            T::announce(&mut to);
            to.complete();
        }
    }
    (schemas, paths, route)
}

/// The operations of an address.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, post, put, delete, patch, .. } = item;
    [get, post, put, delete, patch].into_iter().flatten()
}

impl Announced<'_> {
    /// A parameter that the document describes once.
    fn shared(&mut self, name: &str) {
        let place = Ref::new(format!("#/components/parameters/{name}"));
        self.operation.parameters.get_or_insert_default().push(RefOr::Ref(place));
    }

    /// A parameter of this operation alone.
    fn own(&mut self, parameter: Parameter) {
        self.operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    }

    /// A type that the document describes under its name.
    fn reference<T: ToSchema>(&mut self) -> Ref {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(self.schemas);
        Ref::from_schema_name(T::name())
    }

    /// A variable segment of the address.
    fn segment<T: ToSchema>(&mut self, rank: usize) {
        self.codes.insert(Code::Introuvable);
        let mut names = self.path.split(['{', '}']).skip(1).step_by(2);
        let Some(name) = names.nth(rank) else { return };
        // The route may describe it better.
        let same = |one: &RefOr<Parameter>| matches!(one, RefOr::T(own) if own.name == name);
        if self.operation.parameters.iter().flatten().any(same) {
            return;
        }
        let schema = self.reference::<T>();
        let segment = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(description::<T>())
            .schema(Some(schema));
        self.own(segment.build());
    }

    /// What has a version is not sent again to who already has it.
    fn say_known(&mut self) {
        let responses = &mut self.operation.responses.responses;
        let versioned = |one: &RefOr<Response>| match one {
            RefOr::T(response) => {
                response.headers.contains_key("ETag")
                    || answers::has_version(response, self.schemas)
            }
            RefOr::Ref(_) => false,
        };
        if self.read && responses.get("200").is_some_and(versioned) {
            let known = Response::new("L'appelant a déjà cette version");
            responses.insert("304".to_owned(), RefOr::T(known));
            self.shared("If-None-Match");
        }
    }

    /// All that the operation asks of a token and may answer.
    fn complete(mut self) {
        let anywhere =
            [Code::ErreurInterne, Code::ServiceIndisponible, Code::Surcharge, Code::DelaiDepasse];
        self.codes.extend(anywhere);
        // An unknown parameter is refused everywhere.
        self.codes.insert(Code::ParametreInvalide);
        self.codes.extend(own_problems(self.operation));
        if self.path.starts_with("/v1/patients/{id}") {
            self.codes.insert(Code::PatientFusionne);
        }
        let id = self.operation.operation_id.as_deref().unwrap_or_default();
        self.operation.security = Demarche::du_mot(id).map(|demarche| {
            let ligne = demarche.ligne();
            // A lot refuses line by line.
            let told = !self.path.ends_with("/lots")
                && (!ligne.reservee.is_empty() || ligne.sinon.is_some() || demarche.est_parole());
            self.codes.extend(told.then_some(Code::RoleInterdit));
            self.codes.extend(demarche.est_limitable().then_some(Code::TraitementLimite));
            // An answer that is given again is judged again.
            if self.codes.contains(&Code::CleAbsente) && demarche.trace().is_some() {
                self.codes.insert(Code::Introuvable);
                let limited = demarche.est_limitable_rejouee();
                self.codes.extend(limited.then_some(Code::TraitementLimite));
            }
            let scopes = match demarche.jeton() {
                Jeton::Public => return vec![SecurityRequirement::default()],
                Jeton::Jeton => return vec![SecurityRequirement::new("jeton", [""; 0])],
                Jeton::Portee(portee) => vec![portee],
                Jeton::PorteeOuAudit(portee) => vec![portee, Portee::Audit],
                Jeton::PorteeOuAdministration(portee) => vec![portee, Portee::Administration],
            };
            self.codes.insert(Code::PorteeInsuffisante);
            scopes.into_iter().map(|one| SecurityRequirement::new("jeton", [one.mot()])).collect()
        });
        if self.operation.request_body.is_some() {
            self.codes.extend([
                Code::CorpsIllisible,
                Code::CorpsTropGrand,
                Code::CorpsTropLent,
                Code::TypeDeContenu,
                Code::EncodageInconnu,
                Code::ChampsInvalides,
            ]);
        }
        self.say_known();
        let form = (self.read, self.codes.contains(&Code::CleAbsente));
        for (status, response) in &mut self.operation.responses.responses {
            if let RefOr::T(response) = response {
                answers::add_headers(status, response, form, self.schemas);
            }
        }
        answers::add_problems(self.operation, self.codes);
    }
}

/// The codes that an operation names itself, alone or by lists. A name that no problem has stays where it is,
/// for a test to find it.
fn own_problems(operation: &mut Operation) -> Vec<Code> {
    let Some(extensions) = operation.extensions.as_mut() else { return Vec::new() };
    let named = extensions.remove("x-problemes").unwrap_or_default();
    let each = named.as_array().into_iter().flatten();
    let each = each.flat_map(|one| one.as_array().map_or(from_ref(one), Vec::as_slice));
    let named: Vec<&str> = each.filter_map(Value::as_str).collect();
    let codes: Vec<Code> = named.iter().copied().filter_map(Code::parse).collect();
    if codes.len() != named.len() {
        extensions.insert("x-problemes".to_owned(), named.into());
    }
    codes
}

/// What a type says of itself.
fn description<T: ToSchema>() -> Option<String> {
    let schema = serde_json::to_value(T::schema()).ok()?;
    Some(schema.get("description")?.as_str()?.to_owned())
}

/// A parameter of the address: a member that may be null in a body may be absent there.
fn parameter(name: &str, mut member: Value) -> ParameterBuilder {
    shapes::flatten(&mut member);
    let mut take = |name: &str| member.as_object_mut().and_then(|own| own.remove(name));
    let (description, example) = (take("description"), take("example"));
    if let Some(Value::Array(kinds)) = take("oneOf") {
        member = kinds.into_iter().next().unwrap_or_default();
    }
    if let Some(kind) = member.get_mut("type")
        && let Some(only) = kind.as_array().and_then(|kinds| kinds.first()).cloned()
    {
        *kind = only;
    }
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .description(description.as_ref().and_then(Value::as_str))
        .example(example)
        .schema(serde_json::from_value::<RefOr<Schema>>(member).ok())
}
