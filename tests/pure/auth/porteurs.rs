//! Who the claims of a token name, as settings say where they are.

use serde_json::{Value, json};
use traitant::auth::{Appelant, ClaimNames, JetonRefuse, Porteur, TokenRules, Verifier};
use traitant::config::{Config, JetonsConfig};
use traitant::domain::acteur::Acteur;
use traitant::domain::vocabulary::Vocabulaire;

use super::issuer::{ISSUER, Key, claims_with, clock, fixed, set, verifier as over};

const RPPS: &str = "99900001233";
const PATIENT: &str = "018cc92f-c400-7962-9d51-c30f2dc4d148";

struct World {
    key: Key,
    verifier: Verifier,
}

/// The settings of a sandbox that accepts another issuer.
fn config(more: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let given = [
        ("TRAITANT_EMETTEUR", ISSUER),
        ("TRAITANT_AUDIENCE", "traitant"),
        ("TRAITANT_JWKS_URL", "https://jetons.exemple.invalid/cles"),
    ];
    let all: Vec<(&str, &str)> = given.iter().chain(more).copied().collect();
    let lookup = |name: &str| {
        all.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    Config::read(lookup).map_err(|wrong| wrong.0)
}

fn rules(more: &[(&str, &str)]) -> TokenRules {
    let JetonsConfig::Emetteur { regles, .. } = config(more).unwrap().jetons else {
        panic!("the issuer of the sandbox")
    };
    *regles
}

fn world(settings: &[(&str, &str)]) -> World {
    let key = Key::new("a");
    let verifier = over(fixed(&set(&[&key])), &clock()).with_rules(rules(settings));
    World { key, verifier }
}

impl World {
    /// Who bears a doctor's token of which these claims are changed.
    async fn bearer(&self, changes: Value) -> Option<Appelant> {
        let token = self.key.sign(&claims_with(&changes));
        match self.verifier.verify(&token, None).await {
            Ok(appelant) => Some(appelant),
            Err(JetonRefuse::PorteurInconnu) => None,
            Err(other) => panic!("{other}: {changes}"),
        }
    }

    async fn role(&self, changes: Value) -> Option<&'static str> {
        self.bearer(changes).await.map(|appelant| match appelant.porteur {
            Porteur::Acteur(acteur) => acteur.role().mot(),
            Porteur::PatientParNumero { .. } => "patient par numéro",
        })
    }
}

#[test]
fn without_settings_claims_are_where_the_sandbox_puts_them() {
    assert_eq!(rules(&[]), TokenRules::default());
}

#[tokio::test]
async fn a_role_is_said_or_is_that_of_the_one_claim_that_is_there() {
    let world = world(&[("TRAITANT_JETON_NUMERO", "nir")]);
    for (changes, role) in [
        (json!({}), Some("medecin")),
        (json!({ "role": null }), Some("medecin")),
        (json!({ "role": ["autre", "medecin"] }), Some("medecin")),
        (json!({ "role": null, "rpps": null, "patient_id": PATIENT }), Some("patient")),
        (
            json!({ "role": null, "rpps": null, "nir": "158070100199152" }),
            Some("patient par numéro"),
        ),
        (json!({ "role": "patient", "patient_id": PATIENT, "nir": "x" }), Some("patient")),
        (json!({ "role": null, "rpps": null, "organisme": "011310000" }), Some("caisse")),
        (json!({ "role": "caisse", "organisme": "011310000" }), Some("caisse")),
        (json!({ "role": "referentiel" }), Some("referentiel")),
        // Nobody, or several.
        (json!({ "role": null, "rpps": null }), None),
        (json!({ "role": null, "organisme": "011310000" }), None),
        (json!({ "role": ["medecin", "caisse"], "organisme": "011310000" }), None),
        (json!({ "role": [] }), None),
        (json!({ "role": "administrateur" }), None),
        (json!({ "role": "Medecin" }), None),
        (json!({ "role": { "medecin": true } }), None),
        // Who it is, is not said.
        (json!({ "role": "patient" }), None),
        (json!({ "role": "caisse" }), None),
        (json!({ "rpps": null }), None),
        (json!({ "rpps": 99_900_001_233_i64 }), None),
        (json!({ "rpps": "99900001234" }), None),
        (json!({ "role": "patient", "nir": "158070100199153" }), None),
        (json!({ "role": "patient", "patient_id": 5, "nir": "158070100199152" }), None),
        (json!({ "role": "caisse", "organisme": "01131" }), None),
    ] {
        assert_eq!(world.role(changes.clone()).await, role, "{changes}");
    }
}

#[tokio::test]
async fn claims_may_be_nested_and_a_name_may_hold_dots() {
    let world = world(&[
        ("TRAITANT_JETON_ROLE", "https://exemple.invalid/role"),
        ("TRAITANT_JETON_ROLE_MEDECIN", "10^1.2.250.1.213.1.1.5.5 , praticien"),
        ("TRAITANT_JETON_RPPS", "psc.identite.SubjectNameID"),
    ]);
    let told = |role: Value, psc: Value| json!({ "role": null, "rpps": null, "https://exemple.invalid/role": role, "psc": psc });
    let nested = |id: &str| json!({ "identite": { "SubjectNameID": id } });
    for accepted in [
        told(json!("praticien"), nested(RPPS)),
        told(json!(["10^1.2.250.1.213.1.1.5.5"]), nested("899900001233")),
        told(Value::Null, nested("899900001233")),
        told(json!("praticien"), json!({ "identite.SubjectNameID": RPPS })),
    ] {
        let bearer = world.bearer(accepted.clone()).await.map(|appelant| appelant.porteur);
        let Some(Porteur::Acteur(Acteur::Medecin(rpps))) = bearer else { panic!("{accepted}") };
        assert_eq!(rpps.as_str(), RPPS);
    }
    for refused in [
        told(json!("medecin"), nested(RPPS)),
        told(json!("praticien"), nested("099900001")),
        told(json!("praticien"), nested("999900001233")),
        told(json!("praticien"), json!("99900001233")),
        told(json!("praticien"), json!({ "identite": null })),
    ] {
        assert_eq!(world.bearer(refused.clone()).await, None, "{refused}");
    }
}

#[tokio::test]
async fn scopes_are_a_text_or_a_list_and_a_role_has_some_where_there_are_none() {
    let world = world(&[
        ("TRAITANT_JETON_PORTEES", "droits.traitant"),
        ("TRAITANT_JETON_PORTEES_MEDECIN", "declarations.lire, medecin_traitant.lire"),
    ]);
    for (given, scopes) in [
        (json!("feuilles.lire  autre"), vec!["feuilles.lire"]),
        (
            json!(["feuilles.lire", "declarations.lire", "autre"]),
            vec!["declarations.lire", "feuilles.lire"],
        ),
        (json!(""), vec![]),
        (json!([]), vec![]),
        (Value::Null, vec!["declarations.lire", "medecin_traitant.lire"]),
    ] {
        let claims = json!({ "scope": "administration", "droits": { "traitant": given } });
        let bearer = world.bearer(claims).await.unwrap();
        let words: Vec<&str> = bearer.portees.iter().map(|portee| portee.mot()).collect();
        assert_eq!(words, scopes, "{given}");
    }
}

#[tokio::test]
async fn a_subject_is_required_kept_and_never_printed() {
    let world = world(&[("TRAITANT_JETON_ORGANISATION", "org.nom")]);
    let long = "x".repeat(255);
    for (sub, org) in [("agent-42", Value::Null), (&long, json!({ "nom": "CPAM fictive" }))] {
        let bearer = world.bearer(json!({ "sub": sub, "org": org })).await.unwrap();
        assert_eq!(bearer.sujet.as_str(), sub);
        assert_eq!(bearer.sujet.organisation(), org["nom"].as_str());
        assert!(!format!("{bearer:?}").contains(sub));
    }
    let longer = format!("{long}x");
    for refused in [
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": 42 }),
        json!({ "sub": longer }),
        json!({ "sub": "158070100199152" }),
        json!({ "sub": "a\u{202e}b" }),
        json!({ "org": { "nom": "" } }),
        json!({ "org": { "nom": 5 } }),
        json!({ "org": { "nom": "1580701001991" } }),
    ] {
        assert_eq!(world.bearer(refused.clone()).await, None, "{refused}");
    }
}

#[tokio::test]
async fn a_number_of_a_person_is_never_printed() {
    let world = world(&[("TRAITANT_JETON_NUMERO", "nir"), ("TRAITANT_JETON_NAISSANCE", "ne_le")]);
    let claims =
        json!({ "role": "patient", "nir": "1 58 07 01 001 991 52", "ne_le": "1958-07-14" });
    let bearer = world.bearer(claims).await.unwrap();
    let Porteur::PatientParNumero { numero, naissance } = &bearer.porteur else { panic!() };
    assert_eq!(numero.expose(), "158070100199152");
    assert_eq!(naissance.unwrap().as_str(), "1958-07-14");
    let printed = format!("{bearer:?}");
    assert!(!printed.contains("1991") && !printed.contains("1958"), "{printed}");
}

#[test]
fn what_is_wrong_with_settings_of_claims_is_told_at_once() {
    let wrong = config(&[
        ("TRAITANT_JETON_NAISSANCE", "birthdate"),
        ("TRAITANT_JETON_ROLE_PATIENT", "medecin"),
        ("TRAITANT_JETON_PORTEES_CAISSE", "tout"),
        ("TRAITANT_JETON_CERTIFICAT", "deux mots"),
        ("TRAITANT_JETON_DUREE_MAX", "0"),
        ("TRAITANT_CLES_AGE", "7200"),
    ])
    .unwrap_err();
    for name in [
        "NAISSANCE",
        "ROLE_PATIENT",
        "PORTEES_CAISSE",
        "CERTIFICAT",
        "MANDATAIRES",
        "DUREE_MAX",
        "CLES_AGE_MAX",
    ] {
        assert!(wrong.iter().any(|error| error.contains(name)), "{name}: {wrong:?}");
    }
    assert_eq!(wrong.len(), 7, "{wrong:?}");
    for networks in ["partout", "10.0.0.0/33", "10.0.0/8", "::/129"] {
        let wrong = config(&[
            ("TRAITANT_JETON_CERTIFICAT", "X-Certificat"),
            ("TRAITANT_JETON_MANDATAIRES", networks),
        ]);
        assert_eq!(wrong.unwrap_err().len(), 1, "{networks}");
    }
    assert_eq!(ClaimNames::default().roles.len(), 5);
}
