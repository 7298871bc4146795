//! `CapabilityStatement`: what the façade does, and nothing else.

use axum::response::Response;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::adresse::Ici;
use super::recherche::Recherche;
use super::ressource::{Ressource, moment, publier};
use crate::http::problem::Refus;

/// A type of resource: its interactions, and its search parameters with their types.
struct Capacite {
    kind: &'static str,
    interactions: &'static [&'static str],
    parametres: &'static [(&'static str, &'static str)],
    documentation: &'static str,
    /// Operations, by name and definition.
    operations: &'static [(&'static str, &'static str)],
}

const UPDATED: (&str, &str) = ("_lastUpdated", "date");

const CAPACITES: [Capacite; 10] = [
    Capacite {
        kind: "Patient",
        interactions: &["read", "vread", "history-instance", "search-type"],
        parametres: &[
            ("identifier", "token"),
            ("birthdate", "date"),
            ("rang", "number"),
            ("general-practitioner", "reference"),
        ],
        documentation: "Par un numéro, une date de naissance et un rang, par POST _search seulement ; ou les patients du médecin qui appelle. Aucun numéro n'est rendu. Une version par acte de la caisse.",
        operations: &[],
    },
    Capacite {
        kind: "Practitioner",
        interactions: &["read", "search-type"],
        parametres: &[("identifier", "token"), UPDATED],
        documentation: "Par son RPPS.",
        operations: &[],
    },
    Capacite {
        kind: "PractitionerRole",
        interactions: &["read", "search-type"],
        parametres: &[("practitioner", "reference"), UPDATED],
        documentation: "Les exercices d'un médecin, le lieu contenu.",
        operations: &[],
    },
    Capacite {
        kind: "CareTeam",
        interactions: &["read", "vread", "history-instance", "search-type"],
        parametres: &[("patient", "reference"), ("status", "token"), UPDATED],
        documentation: "Les désignations d'un patient, conjointes ou non. Une version par connaissance du registre.",
        operations: &[],
    },
    Capacite {
        kind: "Coverage",
        interactions: &["read", "search-type"],
        parametres: &[("patient", "reference"), UPDATED],
        documentation: "Les organismes dont un patient dépend.",
        operations: &[],
    },
    Capacite {
        kind: "Claim",
        interactions: &["read", "search-type"],
        parametres: &[("patient", "reference")],
        documentation: "Les feuilles de soins d'un patient.",
        operations: &[],
    },
    Capacite {
        kind: "ClaimResponse",
        interactions: &["read", "vread", "history-instance", "search-type"],
        parametres: &[("patient", "reference")],
        documentation: "La dernière évaluation de chaque feuille ; une version par évaluation.",
        operations: &[],
    },
    Capacite {
        kind: "CoverageEligibilityRequest",
        interactions: &[],
        parametres: &[],
        documentation: "Des soins sont-ils dans le parcours, et que seraient-ils remboursés ? La demande vient seule, ou en paramètre « resource » d'un Parameters. Rien n'est enregistré : la réponse est un CoverageEligibilityResponse.",
        operations: &[(
            "submit",
            "http://hl7.org/fhir/OperationDefinition/CoverageEligibilityRequest-submit",
        )],
    },
    Capacite {
        kind: "Provenance",
        interactions: &["read", "search-type"],
        parametres: &[("patient", "reference"), UPDATED],
        documentation: "Qui a signé quelle déclaration, quand et par quel moyen.",
        operations: &[],
    },
    Capacite {
        kind: "AuditEvent",
        interactions: &["search-type"],
        parametres: &[("patient", "reference")],
        documentation: "Qui a lu le dossier d'un patient.",
        operations: &[],
    },
];

/// The day on which the façade was last changed.
const DATE: &str = "2026-11-30T00:00:00Z";

fn resource(one: &Capacite) -> Value {
    let interactions: Vec<Value> =
        one.interactions.iter().map(|code| json!({ "code": code })).collect();
    let parameters: Vec<Value> =
        one.parametres.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
    let operations: Vec<Value> = one
        .operations
        .iter()
        .map(|(name, definition)| json!({ "name": name, "definition": definition }))
        .collect();
    json!({
        "type": one.kind,
        "documentation": one.documentation,
        "interaction": interactions,
        "versioning": if one.interactions.contains(&"vread") { "versioned" } else { "no-version" },
        "searchParam": parameters,
        "operation": operations,
    })
}

/// What the service can do, to anybody.
pub(super) async fn read(ici: Ici, mut asked: Recherche) -> Result<Response, Refus> {
    // One statement: what is normative is all of it.
    if asked.prend("mode").is_some_and(|mode| !["full", "normative"].contains(&mode.as_str())) {
        return Err(Refus::parametre("mode", "code_inconnu", "attendu : full ou normative"));
    }
    asked.fin()?;
    let resources: Vec<Value> = CAPACITES.iter().map(resource).collect();
    let date = DATE.parse::<DateTime<Utc>>().map(moment).unwrap_or_default();
    let content = json!({
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": { "name": "Traitant", "version": env!("CARGO_PKG_VERSION") },
        "implementation": {
            "description": "Registre des médecins traitants : façade en lecture",
            "url": ici.base(),
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [{
            "mode": "server",
            "documentation": "Lecture seule. Les droits, les portées et les traces sont ceux des opérations de /v1.",
            "security": {
                "description": "Jeton OAuth 2 porté par l'en-tête Authorization (Bearer), le même que pour /v1.",
            },
            "resource": resources,
        }],
    });
    publier(Ressource::new("CapabilityStatement", None, content))
}
