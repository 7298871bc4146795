//! The façade of FHIR: the same persons, rights and traces as `/v1`. Each answer is validated against R4 as it comes
//! (`support/fhir.rs`).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::conjointes::{cabinet, choix, enter};
use crate::support::app::{Caller, MARTIN, PONS, feuille, patient_id};
use crate::support::contract::document;
use crate::support::vie::BOUCHES_DU_RHONE;
use crate::support::{TestApp, fhir};

mod adresses;
mod eligibilite;
mod recherches;
mod versions;

const BASE: &str = "/fhir/r4";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/fhir+json";

async fn read(caller: &Caller<'_>, path: &str) -> Value {
    caller.get(&format!("{BASE}/{path}")).await.expect(200)
}

/// What an address of an answer is under the façade: each is absolute.
fn under(url: &Value) -> &str {
    let all = format!("http://{}{BASE}/", fhir::HOST);
    url.as_str().unwrap().strip_prefix(all.as_str()).unwrap()
}

/// The code of a refusal, and its kind in the words of FHIR.
async fn refused(caller: &Caller<'_>, path: &str, status: u16) -> (String, String) {
    let outcome = caller.get(&format!("{BASE}/{path}")).await.expect(status);
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    let issue = &outcome["issue"][0];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&issue["details"]["coding"][0]["code"]), text(&issue["code"]))
}

fn said(code: &str, kind: &str) -> (String, String) {
    (code.to_owned(), kind.to_owned())
}

fn resources(bundle: &Value) -> Vec<&Value> {
    bundle["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]).collect()
}

async fn by_card(caller: &Caller<'_>, form: &str) -> (u16, Value) {
    let reply = caller.send_file("/fhir/r4/Patient/_search", FORM, form.as_bytes()).await;
    let status = reply.status.as_u16();
    (status, reply.expect(status))
}

#[tokio::test]
async fn what_is_announced_is_there_and_nothing_else() {
    let app = TestApp::new().await;
    let capabilities = read(&app.anonymous(), "metadata").await;
    assert_eq!(capabilities["fhirVersion"], "4.0.1");
    assert_eq!(capabilities["implementation"]["url"], "http://registre.test/fhir/r4");
    let page = include_str!("../../docs/FHIR.md");
    let martin = app.medecin(MARTIN);
    let resources = capabilities["rest"][0]["resource"].as_array().unwrap();
    for resource in resources {
        let kind = resource["type"].as_str().unwrap();
        assert!(page.contains(&format!("| `{kind}` |")), "{kind} is not in docs/FHIR.md");
        for interaction in resource["interaction"].as_array().into_iter().flatten() {
            let path = match interaction["code"].as_str().unwrap() {
                "search-type" => kind.to_owned(),
                "read" => format!("{kind}/x"),
                "history-instance" => format!("{kind}/x/_history"),
                "vread" => format!("{kind}/x/_history/1"),
                other => panic!("{other} is not read-only"),
            };
            let reply = martin.get(&format!("{BASE}/{path}")).await;
            let outcome: Value = serde_json::from_slice(&reply.body).unwrap();
            let said = outcome["issue"][0]["diagnostics"].as_str().unwrap_or_default();
            assert!(!said.contains("n'existe pas ; voir /docs"), "{path}: {said}");
            // Nothing is written here.
            let body = json!({});
            let written = martin.request("POST", &format!("{BASE}/{kind}"), &[], Some(&body)).await;
            assert_eq!(written.status, 405, "{kind}");
            // What an address may ask, a form may.
            if interaction["code"] == "search-type" {
                let posted = martin.send_file(&format!("{BASE}/{kind}/_search"), FORM, b"").await;
                let refused = posted.expect(posted.status.as_u16());
                assert_ne!(refused["issue"][0]["code"], "not-found", "{kind}");
                assert_ne!(refused["issue"][0]["code"], "not-supported", "{kind}");
            }
        }
        for operation in resource["operation"].as_array().into_iter().flatten() {
            let path = format!("{kind}/${}", operation["name"].as_str().unwrap());
            assert!(page.contains(&format!("`{path}`")), "{path} is not in docs/FHIR.md");
            let asked = martin.send_file(&format!("{BASE}/{path}"), JSON, b"{}").await;
            asked.expect(422);
        }
        for parameter in resource["searchParam"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            assert!(page.contains(&format!("`{name}`")), "{kind}: {name} is not in docs/FHIR.md");
        }
    }
    for unknown in ["Observation", "EpisodeOfCare", "Patient/x/y/z"] {
        assert_eq!(refused(&martin, unknown, 404).await, said("introuvable", "not-found"));
    }
    // The contract of /v1 says nothing of it: this statement does.
    assert!(document()["paths"].as_object().unwrap().keys().all(|path| !path.contains("fhir")));
}

#[tokio::test]
async fn a_person_is_read_with_their_medecin_traitant_and_without_their_number() {
    let app = TestApp::new().await;
    let (bernard, path) = (app.patient("BERNARD"), format!("Patient/{}", patient_id("BERNARD")));
    let person = read(&bernard, &path).await;
    assert_eq!(person["name"][0]["family"], "ESSAI-COLIN");
    assert_eq!(person["birthDate"], "1958-07-14");
    assert_eq!(person["generalPractitioner"][0]["reference"], format!("Practitioner/{MARTIN}"));
    assert_eq!(person["managingOrganization"]["identifier"]["value"], "010110000");
    let number = &person["identifier"][0];
    assert_eq!(number["system"], "urn:oid:1.2.250.1.213.1.4.8");
    assert_eq!(number["_value"]["extension"][0]["valueCode"], "masked");
    assert!(!person.to_string().contains("158070100199152"));
    // A lunar date is a year, and what the insurance writes is beside it.
    let lisa = read(&app.medecin(MARTIN), &format!("Patient/{}", patient_id("LISA"))).await;
    assert_eq!(lisa["birthDate"], "1950");
    assert_eq!(lisa["_birthDate"]["extension"][0]["valueString"], "1950-00-00");
    assert_eq!(lisa["address"], Value::Null);

    // The same rights, and the same traces, as the operations.
    let stranger = app.medecin(PONS);
    assert_eq!(refused(&stranger, &path, 404).await, said("introuvable", "not-found"));
    assert_eq!(refused(&app.anonymous(), &path, 401).await, said("jeton_absent", "login"));
    let reads = bernard.get("/v1/moi/acces").await.expect(200);
    let all = reads["donnees"].as_array().unwrap().iter().take(2);
    let operations: BTreeSet<&str> = all.map(|one| one["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, BTreeSet::from(["medecin_traitant.lire", "patient.lire"]));
    assert_eq!(refused(&bernard, "Patient/x", 400).await, said("parametre_invalide", "invalid"));
}

#[tokio::test]
async fn somebody_is_found_by_a_card_in_a_form_and_never_in_an_address() {
    let app = TestApp::new().await;
    let card = "identifier=urn:oid:1.2.250.1.213.1.4.8%7C158070100199152&birthdate=1958-07-14";
    let (status, found) = by_card(&app.medecin(MARTIN), card).await;
    assert_eq!((status, &found["total"]), (200, &json!(1)));
    assert_eq!(resources(&found)[0]["name"][0]["given"][0], "BERNARD");
    // Whoever holds the card learns that there is somebody, and no more.
    let (_, found) = by_card(&app.medecin(PONS), card).await;
    let id = patient_id("BERNARD").to_string();
    assert_eq!(*resources(&found)[0], json!({ "resourceType": "Patient", "id": id }));
    let (_, nobody) = by_card(&app.medecin(PONS), &card.replace("1958-07-14", "1958-07-15")).await;
    assert_eq!(nobody["total"], 0);
    for wrong in
        ["", "identifier=x&birthdate=1958-07-14", &card.replace("&birthdate=1958-07-14", "")]
    {
        let (status, outcome) = by_card(&app.medecin(MARTIN), wrong).await;
        assert_eq!(
            (status, &outcome["resourceType"]),
            (400, &json!("OperationOutcome")),
            "{wrong}"
        );
    }
    let martin = app.medecin(MARTIN);
    let path = "Patient?identifier=urn:oid:1.2.250.1.213.1.4.8%7C1";
    assert_eq!(refused(&martin, path, 400).await, said("parametre_invalide", "invalid"));
    // Not in the address of a form either.
    let path = format!("/fhir/r4/Patient/_search?{card}");
    let refused = martin.send_file(&path, FORM, b"").await.expect(400);
    assert_eq!(refused["issue"][1]["expression"][0], "http.birthdate");
}

#[tokio::test]
async fn doctors_and_their_practices_are_public() {
    let app = TestApp::new().await;
    let alice = app.patient("ALICE");
    let doctor = read(&alice, &format!("Practitioner/{MARTIN}")).await;
    assert_eq!(doctor["identifier"][0]["system"], "https://rpps.esante.gouv.fr");
    assert_eq!(doctor["name"][0]["family"], "ESSAI-MARTIN");
    assert_eq!(doctor["active"], true);
    let found =
        read(&alice, &format!("Practitioner?identifier=https://rpps.esante.gouv.fr%7C{MARTIN}"))
            .await;
    assert_eq!(*resources(&found)[0], doctor);
    let roles = read(&alice, &format!("PractitionerRole?practitioner=Practitioner/{MARTIN}")).await;
    let role = resources(&roles)[0].clone();
    assert_eq!(role["specialty"][0]["coding"][0]["code"], "01");
    assert_eq!(role["contained"][0]["name"], "Cabinet des Tilleuls");
    let id = role["id"].as_str().unwrap();
    assert_eq!(read(&alice, &format!("PractitionerRole/{id}")).await, role);
    let unknown = "Practitioner?identifier=99900009999";
    assert_eq!(refused(&alice, unknown, 400).await.0, "parametre_invalide");
    assert_eq!(refused(&alice, "PractitionerRole", 400).await.0, "parametre_invalide");
    assert_eq!(refused(&alice, "PractitionerRole/x", 404).await.0, "introuvable");
}

#[tokio::test]
async fn a_designation_is_a_care_team_with_its_versions_and_its_evidence() {
    let app = TestApp::new().await;
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    app.advance(TimeDelta::days(1));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    let (alice, person) = (app.patient("ALICE"), patient_id("ALICE"));
    let all = read(&alice, &format!("CareTeam?patient=Patient/{person}")).await;
    let teams = resources(&all);
    assert_eq!(teams.len(), 2);
    assert_eq!([&teams[0]["status"], &teams[1]["status"]], ["inactive", "active"]);
    // The last day of care is the eve of the change: a Period of FHIR ends with its last day.
    assert_eq!(teams[0]["period"], json!({ "start": "2025-06-16", "end": "2025-06-16" }));
    assert_eq!(teams[1]["participant"][0]["role"][0]["coding"][0]["code"], "PCP");
    assert_eq!(teams[1]["participant"][0]["member"]["identifier"]["value"], PONS);
    let id = teams[0]["id"].as_str().unwrap();
    assert_eq!(id.len(), 64);
    assert_eq!(read(&alice, &format!("CareTeam/{id}")).await, *teams[0]);

    // Two versions: while it was open, and since it ended.
    let history = read(&alice, &format!("CareTeam/{id}/_history")).await;
    assert_eq!(history["type"], "history");
    let versions: Vec<(&Value, bool)> = resources(&history)
        .iter()
        .map(|one| (&one["meta"]["versionId"], one["period"].get("end").is_some()))
        .collect();
    assert_eq!(versions, [(&json!("2"), true), (&json!("1"), false)]);
    // However many versions it shows, a history is one reading of the person.
    let looked = async || {
        let page = alice.get("/v1/moi/acces?limite=100").await.expect(200);
        page["donnees"].as_array().unwrap().len()
    };
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let before = looked().await;
    assert_eq!(read(&caisse, &format!("CareTeam/{id}/_history")).await["total"], 2);
    assert_eq!(looked().await, before + 1);
    let first = read(&alice, &format!("CareTeam/{id}/_history/1")).await;
    assert_eq!(first, *resources(&history)[1]);
    assert_eq!(refused(&alice, &format!("CareTeam/{id}/_history/3"), 404).await.0, "introuvable");

    // Recorded on which day: the day before, the day, the day after.
    for (asked, count) in [
        ("ge2025-06-17", 2),
        ("lt2025-06-17", 0),
        ("gt2025-06-17", 0),
        ("le2025-06-17", 2),
        ("2025-06-17", 2),
        ("2025-06-16", 0),
    ] {
        let path = format!("CareTeam?patient={person}&_lastUpdated={asked}");
        assert_eq!(read(&alice, &path).await["total"], count, "{asked}");
    }
    let active = read(&alice, &format!("CareTeam?patient={person}&status=active")).await;
    assert_eq!(resources(&active).len(), 1);
    // A doctor sees what names him.
    let martin = read(&app.medecin(MARTIN), &format!("CareTeam?patient={person}")).await;
    assert_eq!(resources(&martin).len(), 1);
    let path = format!("CareTeam?patient={person}&_lastUpdated=hier");
    assert_eq!(refused(&alice, &path, 400).await.0, "parametre_invalide");
    assert_eq!(refused(&alice, "CareTeam/x", 404).await.0, "introuvable");
    assert_eq!(
        refused(&app.patient("BERNARD"), &format!("CareTeam/{id}"), 404).await.0,
        "introuvable"
    );

    let proofs = read(&alice, &format!("Provenance?patient=Patient/{person}")).await;
    let proofs = resources(&proofs);
    assert_eq!(proofs.len(), 2);
    let targets: Vec<&str> =
        proofs.iter().map(|one| one["target"][0]["reference"].as_str().unwrap()).collect();
    assert!(targets.contains(&format!("CareTeam/{id}").as_str()));
    assert_eq!(proofs[0]["agent"].as_array().unwrap().len(), 2);
    let own = proofs[0]["id"].as_str().unwrap();
    assert_eq!(read(&alice, &format!("Provenance/{own}")).await, *proofs[0]);
}

/// Two feuilles of Bernard, by his médecin traitant.
async fn deux_feuilles(martin: &Caller<'_>) {
    for number in ["000000101", "000000102"] {
        let sent = feuille("BERNARD", number, "2025-06-16", "T");
        martin.post("/v1/feuilles-de-soins", sent).await.expect(201);
    }
}

#[tokio::test]
async fn a_feuille_is_a_claim_and_its_evaluations_are_the_versions_of_a_response() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    deux_feuilles(&martin).await;
    let (bernard, person) = (app.patient("BERNARD"), patient_id("BERNARD"));
    let first =
        read(&bernard, &format!("Claim?patient=Patient/{person}&_count=1&_total=accurate")).await;
    assert_eq!((resources(&first).len(), &first["total"]), (1, &json!(2)));
    let second = read(&bernard, under(&first["link"][1]["url"])).await;
    let claim = resources(&second)[0].clone();
    assert_ne!(claim["id"], resources(&first)[0]["id"]);
    assert_eq!(claim["item"][0]["net"], json!({ "value": 30.0, "currency": "EUR" }));
    assert_eq!(claim["provider"]["identifier"]["value"], MARTIN);
    let id = claim["id"].as_str().unwrap();
    assert_eq!(read(&bernard, &format!("Claim/{id}")).await, claim);

    // 30 € by the médecin traitant: 70 % less 2 €.
    let response = read(&bernard, &format!("ClaimResponse/{id}")).await;
    let paid = |category: &str| {
        let all = response["total"].as_array().unwrap();
        let own = all.iter().find(|one| one["category"]["coding"][0]["code"] == category).unwrap();
        own["amount"]["value"].to_string()
    };
    assert_eq!(paid("benefit"), "19.0");
    assert_eq!(paid("participation-forfaitaire"), "2.0");
    assert_eq!(paid("majoration-hors-parcours"), "0.0");
    assert_eq!(response["outcome"], "complete");
    assert_eq!(response["request"]["reference"], format!("Claim/{id}"));
    let history = read(&bernard, &format!("ClaimResponse/{id}/_history")).await;
    assert_eq!(resources(&history).len(), 1);
    assert_eq!(read(&bernard, &format!("ClaimResponse/{id}/_history/1")).await, response);
    assert_eq!(
        refused(&bernard, &format!("ClaimResponse/{id}/_history/2"), 404).await.0,
        "introuvable"
    );
    let all = read(&bernard, &format!("ClaimResponse?patient={person}")).await;
    assert_eq!(resources(&all).len(), 2);
    assert_eq!(refused(&app.medecin(PONS), &format!("Claim/{id}"), 404).await.0, "introuvable");
}

#[tokio::test]
async fn whom_a_person_depends_on_and_who_read_them_is_told() {
    let app = TestApp::new().await;
    let (bernard, person) = (app.patient("BERNARD"), patient_id("BERNARD"));
    let all = read(&bernard, &format!("Coverage?patient=Patient/{person}")).await;
    let coverage = resources(&all)[0].clone();
    assert_eq!(coverage["payor"][0]["identifier"]["value"], "010110000");
    let id = coverage["id"].as_str().unwrap();
    assert_eq!(read(&bernard, &format!("Coverage/{id}")).await, coverage);
    app.advance(TimeDelta::seconds(1));
    read(&app.medecin(MARTIN), &format!("Patient/{person}")).await;
    let page = read(&bernard, &format!("AuditEvent?patient=Patient/{person}&_count=1")).await;
    let event = resources(&page)[0];
    assert_eq!(event["agent"][0]["who"]["identifier"]["value"], MARTIN);
    let read_as = event["subtype"][0]["code"].as_str().unwrap();
    assert!(["medecin_traitant.lire", "patient.lire"].contains(&read_as), "{read_as}");
    assert_eq!(event["entity"][0]["what"]["reference"], format!("Patient/{person}"));
    let next = under(&page["link"][1]["url"]);
    assert_eq!(resources(&read(&bernard, next).await).len(), 1);
    let path = format!("AuditEvent?patient={person}");
    let doctor = refused(&app.medecin(MARTIN), &path, 403).await;
    assert_eq!(doctor, said("portee_insuffisante", "forbidden"));
}

#[tokio::test]
async fn doctors_chosen_together_are_one_team_and_paper_has_a_day_and_no_instant() {
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    let both = [one.as_str(), two.as_str()];
    enter(&app, choix(&both), &both, "2025-06-10").await.expect(201);
    let (alice, person) = (app.patient("ALICE"), patient_id("ALICE"));
    let all = read(&alice, &format!("CareTeam?patient={person}&status=active")).await;
    let team = resources(&all)[0];
    assert_eq!(team["name"], "Médecins traitants conjoints");
    let members: BTreeSet<&str> = team["participant"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["member"]["identifier"]["value"].as_str().unwrap())
        .collect();
    assert_eq!(members, BTreeSet::from(both));
    let patient = read(&alice, &format!("Patient/{person}")).await;
    assert_eq!(patient["generalPractitioner"].as_array().unwrap().len(), 2);
    let proofs = read(&alice, &format!("Provenance?patient={person}")).await;
    let proof = resources(&proofs)[0];
    assert_eq!(proof["occurredDateTime"], "2025-06-10");
    assert_eq!(proof["agent"].as_array().unwrap().len(), 3);
    assert_eq!(proof["signature"], Value::Null);
}

/// The definitions find what is wrong: they are not satisfied with anything.
#[test]
fn the_definitions_refuse_what_is_no_resource() {
    fhir::valid(&json!({ "resourceType": "Patient", "birthDate": "1950" }));
    for wrong in [
        json!({ "resourceType": "Patient", "naissance": "1950" }),
        json!({ "resourceType": "Patient", "birthDate": "1950-00-00" }),
        json!({ "resourceType": "CareTeam", "status": "actif" }),
        json!({ "resourceType": "Claim", "status": "active" }),
    ] {
        let refused = std::panic::catch_unwind(|| fhir::valid(&wrong));
        assert!(refused.is_err(), "{wrong}");
    }
}
