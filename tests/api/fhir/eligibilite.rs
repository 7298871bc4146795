//! Whether care is in the parcours and what it would be paid back, asked in the words of FHIR.

use serde_json::{Value, json};

use super::{BASE, JSON, read, said};
use crate::support::app::{Caller, MARTIN, PONS, feuille, patient_id};
use crate::support::vie::AIN;
use crate::support::{TestApp, fhir};

const NIR: &str = "urn:oid:1.2.250.1.213.1.4.8";

/// A visit for 30 €, of somebody, by a doctor.
fn visit(patient: &Value, rpps: &str) -> Value {
    json!({
        "resourceType": "CoverageEligibilityRequest",
        "identifier": [{ "system": "urn:x-essai:demande", "value": "1" }],
        "status": "active",
        "purpose": ["benefits"],
        "patient": patient,
        "servicedDate": "2025-06-16",
        "created": "2025-06-16",
        "provider": { "reference": format!("Practitioner/{rpps}") },
        "insurer": { "display": "Assurance maladie obligatoire" },
        "item": [{
            "productOrService": { "coding": [{ "system": "urn:x-traitant:ngap", "code": "G" }] },
            "unitPrice": { "value": 30.0, "currency": "EUR" },
        }],
    })
}

fn by_id(prenom: &str) -> Value {
    json!({ "reference": format!("Patient/{}", patient_id(prenom)) })
}

/// The same, of whoever has this card.
fn by_card(number: &str, birth: &str, rpps: &str) -> Value {
    let mut asked = visit(&json!({ "reference": "#carte" }), rpps);
    asked["contained"] = json!([{
        "resourceType": "Patient", "id": "carte", "birthDate": birth,
        "identifier": [{ "system": NIR, "value": number }],
    }]);
    asked
}

async fn submit(caller: &Caller<'_>, asked: &Value, status: u16) -> Value {
    fhir::valid(asked);
    let path = format!("{BASE}/CoverageEligibilityRequest/$submit");
    caller.send_file(&path, JSON, asked.to_string().as_bytes()).await.expect(status)
}

/// The code of a refusal, its kind, and where.
async fn refused(
    caller: &Caller<'_>,
    asked: &Value,
    status: u16,
) -> ((String, String), Vec<String>) {
    let outcome = submit(caller, asked, status).await;
    let issues = outcome["issue"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let first = (text(&issues[0]["details"]["coding"][0]["code"]), text(&issues[0]["code"]));
    let places = issues.iter().filter_map(|issue| issue["expression"][0].as_str());
    (first, places.map(str::to_owned).collect())
}

fn benefit<'a>(item: &'a Value, code: &str) -> &'a Value {
    let all = item["benefit"].as_array().unwrap();
    all.iter().find(|one| one["type"]["coding"][0]["code"] == code).unwrap()
}

#[tokio::test]
async fn a_visit_to_the_medecin_traitant_is_in_network_as_the_simulation_says() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let answer = submit(&martin, &visit(&by_id("BERNARD"), MARTIN), 200).await;
    assert_eq!(answer["resourceType"], "CoverageEligibilityResponse");
    assert_eq!(answer["outcome"], "complete");
    assert_eq!(answer["patient"]["reference"], format!("Patient/{}", patient_id("BERNARD")));
    assert_eq!(answer["request"]["identifier"]["value"], "1");
    assert_eq!(answer["insurer"]["identifier"]["value"], "010110000");
    let insurance = &answer["insurance"][0];
    assert_eq!(insurance["inforce"], true);
    let item = &insurance["item"][0];
    assert_eq!(item["excluded"], false);
    let network: Vec<&Value> =
        item["network"]["coding"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(network, ["in", "dans_parcours"]);
    assert_eq!(benefit(item, "taux-remboursement")["allowedUnsignedInt"], 7000);
    assert_eq!(benefit(item, "benefit")["allowedMoney"]["value"].to_string(), "19.0");
    // The coverage of the day is one that the caller reads.
    let coverage = insurance["coverage"]["reference"].as_str().unwrap();
    assert_eq!(read(&martin, coverage).await["payor"][0]["identifier"]["value"], "010110000");

    // The simulation says the same, in its words.
    let asked = json!({ "feuille": feuille("BERNARD", "000000101", "2025-06-16", Value::Null) });
    let simulated = martin.post("/v1/simulations/registre", asked).await.expect(200);
    let texts = |all: &Value| -> Vec<String> {
        let all = all.as_array().unwrap().iter();
        // A string of FHIR has no other blanks.
        all.filter_map(Value::as_str).map(|text| text.replace('\u{a0}', " ")).collect()
    };
    let (reasons, told) =
        (texts(&simulated["explication"]), texts(&simulated["pour_le_patient"]["phrases"]));
    assert_eq!(reasons.last().map(String::as_str), answer["disposition"].as_str());
    assert!(item["description"].as_str().unwrap().starts_with(reasons[0].as_str()));
    let said = answer["extension"].as_array().unwrap().iter();
    let said: Vec<&str> = said.filter_map(|one| one["valueString"].as_str()).collect();
    assert_eq!(said, told);
    // Two prices of one act: what goes beyond the base is an overrun.
    let mut two = visit(&by_id("BERNARD"), MARTIN);
    two["item"][0]["quantity"] = json!({ "value": 1 });
    two["item"][0]["unitPrice"]["value"] = json!(45.5);
    two["item"][0]["extension"] = json!([{
        "url": "urn:x-traitant:base-remboursement", "valueMoney": { "value": 30, "currency": "EUR" },
    }]);
    let dearer = submit(&martin, &two, 200).await;
    let item = &dearer["insurance"][0]["item"][0];
    assert_eq!(benefit(item, "depassement")["allowedMoney"]["value"].to_string(), "15.5");

    // It is traced as what it is, and nothing else is written.
    let bernard = app.patient("BERNARD");
    let looked = bernard.get("/v1/moi/acces?limite=100").await.expect(200);
    let operations: Vec<&str> = looked["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["operation"].as_str().unwrap())
        .collect();
    assert!(operations.contains(&"feuille.simuler") && operations.contains(&"patient.lire"));
    let claims = read(&bernard, &format!("Claim?patient={}", patient_id("BERNARD"))).await;
    assert_eq!(claims.get("entry"), None);
}

#[tokio::test]
async fn a_visit_to_another_doctor_is_out_of_network_and_he_asks_with_the_card() {
    let app = TestApp::new().await;
    let pons = app.medecin(PONS);
    let card = by_card("158070100199152", "1958-07-14", PONS);
    let answer = submit(&pons, &card, 200).await;
    let insurance = &answer["insurance"][0];
    let item = &insurance["item"][0];
    let network = &item["network"]["coding"];
    assert_eq!([&network[0]["code"], &network[1]["code"]], ["out", "hors_parcours"]);
    assert_eq!(item["excluded"], false);
    assert_ne!(
        benefit(item, "majoration-hors-parcours")["allowedMoney"]["value"].to_string(),
        "0.0"
    );
    assert!(item["description"].as_str().unwrap().contains("parcours"));
    // He does not read the person: he is told no address of theirs but what the card gives.
    assert_eq!(insurance["coverage"].get("reference"), None);
    assert_eq!(insurance["coverage"]["identifier"]["value"], "010110000");
    let by_id = visit(&by_id("BERNARD"), PONS);
    assert_eq!(refused(&pons, &by_id, 404).await.0, said("introuvable", "not-found"));
    // The caisse asks for any doctor, of those whom it insures.
    let caisse = submit(&app.caisse(AIN), &by_id, 200).await;
    assert_eq!(caisse["insurance"][0]["item"], insurance["item"]);
    // An indicator that the doctor would declare is read as that of a feuille: an emergency is no matter of the parcours.
    let mut urgent = card;
    urgent["extension"] =
        json!([{ "url": "urn:x-traitant:indicateur-parcours", "valueCode": "U" }]);
    let urgent = submit(&pons, &urgent, 200).await;
    let item = &urgent["insurance"][0]["item"][0];
    let coded = item["network"]["coding"].as_array().unwrap();
    assert_eq!((coded.len(), &coded[0]["code"]), (1, &json!("non_concerne")));
    let reduced = &benefit(item, "majoration-hors-parcours")["allowedMoney"]["value"];
    assert_eq!(reduced.to_string(), "0.0");
}

#[tokio::test]
async fn who_may_not_ask_is_told_so_and_who_is_unknown_is_not_found() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let asked = visit(&by_id("BERNARD"), MARTIN);
    assert_eq!(refused(&app.anonymous(), &asked, 401).await.0, said("jeton_absent", "login"));
    let own = refused(&app.patient("BERNARD"), &asked, 403).await.0;
    assert_eq!(own.1, "forbidden");
    // A doctor asks for what he would do himself.
    let other = refused(&martin, &visit(&by_id("BERNARD"), PONS), 403).await.0;
    assert_eq!(other, said("role_interdit", "forbidden"));
    let nobody = json!({ "reference": "Patient/018cc92f-c400-7000-8000-000000000000" });
    let unknown = refused(&martin, &visit(&nobody, MARTIN), 404).await.0;
    assert_eq!(unknown, said("introuvable", "not-found"));
    // A card of nobody is refused where it is.
    let card = by_card("158070100199152", "1958-07-15", MARTIN);
    let (code, places) = refused(&martin, &card, 422).await;
    assert_eq!(code, said("champs_invalides", "processing"));
    assert_eq!(places, ["CoverageEligibilityRequest.patient"]);
}

#[tokio::test]
async fn what_is_not_understood_of_a_request_is_refused_where_it_is() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let right = visit(&by_id("BERNARD"), MARTIN);
    let changed = |place: &str, value: Value| {
        let mut wrong = right.clone();
        *wrong.pointer_mut(place).unwrap() = value;
        wrong
    };
    let system = "urn:x-traitant:ngap";
    let coded = |code: &str| json!({ "coding": [{ "system": system, "code": code }] });
    for (wrong, place) in [
        (changed("/status", json!("draft")), "status"),
        (changed("/purpose", json!(["validation"])), "purpose"),
        (changed("/servicedDate", json!("2025")), "servicedDate"),
        (changed("/servicedDate", json!("2025-06-17")), "servicedDate"),
        (changed("/patient", json!({ "reference": "Patient/x" })), "patient"),
        (changed("/patient", json!({ "reference": "#personne" })), "patient"),
        (changed("/provider", json!({ "reference": "Practitioner/1" })), "provider"),
        (changed("/provider", json!({ "reference": "Practitioner/99900009988" })), "provider"),
        (changed("/item/0/productOrService", coded("consultation")), "item[0].productOrService"),
        (changed("/item/0/productOrService", json!({ "text": "G" })), "item[0].productOrService"),
        (changed("/item/0/unitPrice", json!({ "value": 30.005 })), "item[0].unitPrice"),
        (changed("/item/0/unitPrice", json!({ "value": -1 })), "item[0].unitPrice"),
        (
            changed("/item/0/unitPrice", json!({ "value": 30, "currency": "USD" })),
            "item[0].unitPrice",
        ),
        (changed("/item", json!([])), "item"),
    ] {
        let (_, places) = refused(&martin, &wrong, 422).await;
        assert_eq!(places, [format!("CoverageEligibilityRequest.{place}")], "{wrong:#}");
    }
    // What would change the question is not left out, and all that is wrong is said at once.
    let mut wrong = changed("/item/0/productOrService", coded("?"));
    wrong["item"][0]["modifier"] = json!([coded("F")]);
    wrong["item"][0]["quantity"] = json!({ "value": 1.5 });
    let (_, places) = refused(&martin, &wrong, 422).await;
    let places: Vec<&str> = places.iter().map(|place| place.rsplit_once('.').unwrap().1).collect();
    assert_eq!(places, ["modifier", "productOrService", "quantity"]);
    // Neither a body of another type, nor one that is no document.
    let path = format!("{BASE}/CoverageEligibilityRequest/$submit");
    martin.send_file(&path, "application/fhir+xml", b"<x/>").await.expect(415);
    martin.send_file(&path, JSON, b"{").await.expect(400);
}

/// What an operation takes is written by FHIR as `Parameters`, in which the request is the one resource.
#[tokio::test]
async fn a_request_comes_bare_or_in_the_parameters_of_the_operation() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let right = visit(&by_id("BERNARD"), MARTIN);
    let inside = |request: &Value| {
        json!({
            "resourceType": "Parameters", "parameter": [{ "name": "resource", "resource": request }],
        })
    };
    let send = async |asked: &Value, status: u16| -> Value {
        let path = format!("{BASE}/CoverageEligibilityRequest/$submit");
        martin.send_file(&path, JSON, asked.to_string().as_bytes()).await.expect(status)
    };
    let bare = submit(&martin, &right, 200).await;
    let told = send(&inside(&right), 200).await;
    assert_eq!(
        (&told["insurance"], &told["disposition"]),
        (&bare["insurance"], &bare["disposition"])
    );
    let place = |outcome: &Value| outcome["issue"][1]["expression"][0].clone();
    let mut wrong = right.clone();
    wrong["item"][0]["unitPrice"]["value"] = json!(-1);
    let outcome = send(&inside(&wrong), 422).await;
    assert_eq!(place(&outcome), "Parameters.parameter[0].resource.item[0].unitPrice");
    let unknown = inside(&visit(&by_id("BERNARD"), "99900009988"));
    let outcome = send(&unknown, 422).await;
    assert_eq!(place(&outcome), "Parameters.parameter[0].resource.provider");
    for (asked, expected) in [
        (json!({ "resourceType": "Parameters" }), "parameter"),
        (json!({ "resourceType": "Parameters", "parameter": [] }), "parameter"),
        (
            json!({ "resourceType": "Parameters", "parameter": [{ "name": "x", "resource": right }] }),
            "parameter[0].name",
        ),
        (
            json!({ "resourceType": "Parameters", "parameter": [{ "name": "resource" }] }),
            "parameter[0].resource",
        ),
        (
            json!({ "resourceType": "Parameters", "parameter": [
                { "name": "resource", "resource": right }, { "name": "resource", "resource": right },
            ] }),
            "parameter",
        ),
        (inside(&json!({ "resourceType": "Patient" })), "parameter[0].resource.resourceType"),
    ] {
        let outcome = send(&asked, 422).await;
        let said = place(&outcome);
        let own = said.as_str().unwrap();
        let own = own.split_once('.').unwrap().1;
        assert_eq!(own, expected, "{asked:#}");
    }
}
