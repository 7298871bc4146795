//! What a client of FHIR relies on beside the resources.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use traitant::domain::clock::Clock;

use super::{BASE, FORM, read, refused, resources, said, under};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, patient_id};
use crate::support::auth::sandbox_verifier;

/// What a client of FHIR relies on: addresses that it can follow as they are, versions as headers, forms as addresses.
#[tokio::test]
async fn answers_say_where_they_are_and_which_version_they_give() {
    let mut app = TestApp::new().await;
    let (bernard, person) = (app.patient("BERNARD"), patient_id("BERNARD"));
    let path = format!("{BASE}/Patient/{person}");
    let reply = bernard.get(&path).await;
    let etag = reply.headers["etag"].to_str().unwrap().to_owned();
    assert!(etag.starts_with("W/\"1-") && etag.len() == 38, "{etag}");
    for tags in [&etag, "*", etag.trim_start_matches("W/")] {
        let again = bernard.request("GET", &path, &[("if-none-match", tags)], None).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{tags}");
        assert_eq!(again.headers["etag"], etag.as_str());
    }
    // The version alone says nothing of what another reader is told.
    let version = [("if-none-match", "W/\"1\"")];
    assert_eq!(bernard.request("GET", &path, &version, None).await.status, 200);
    let known = reply.headers["last-modified"].to_str().unwrap().to_owned();
    let known = DateTime::parse_from_rfc2822(&known).unwrap();
    let patient = reply.expect(200);
    let written: DateTime<Utc> =
        serde_json::from_value(patient["meta"]["lastUpdated"].clone()).unwrap();
    assert_eq!(known.timestamp(), written.timestamp());
    let asked = format!("CareTeam?patient=Patient/{person}");
    let found = read(&bernard, &asked).await;
    assert_eq!(under(&found["link"][0]["url"]), asked);
    let team = resources(&found)[0];
    assert_eq!(
        under(&found["entry"][0]["fullUrl"]),
        format!("CareTeam/{}", team["id"].as_str().unwrap())
    );
    let form = format!("patient=Patient/{person}");
    let posted = bernard.send_file("/fhir/r4/CareTeam/_search", FORM, form.as_bytes()).await;
    assert_eq!(posted.expect(200)["entry"], found["entry"]);
    let history = read(&bernard, &format!("Patient/{person}/_history")).await;
    let entry = &history["entry"][0];
    assert_eq!(entry["fullUrl"], format!("http://registre.test{path}"));
    assert_eq!(entry["response"]["etag"], "W/\"1\"");
    // One form of answers alone.
    let unwritten = said("forme_indisponible", "not-supported");
    let own = path.strip_prefix(&format!("{BASE}/")).unwrap();
    for address in [format!("{asked}&_format=xml"), format!("{own}?_format=application/fhir%2Bxml")]
    {
        assert_eq!(refused(&bernard, &address, 406).await, unwritten, "{address}");
    }
    let xml = [("accept", "application/fhir+xml")];
    let refusal = bernard.request("GET", &path, &xml, None).await.expect(406);
    assert_eq!(refusal["resourceType"], "OperationOutcome");
    let named = bernard.request("GET", &format!("{path}?_format=json"), &xml, None).await;
    assert_eq!(named.status, 200, "an address is more precise than a header");
    let posted = format!("{form}&_format=xml");
    let posted = bernard.send_file("/fhir/r4/CareTeam/_search", FORM, posted.as_bytes()).await;
    assert_eq!(posted.status, 406);
    assert_eq!(read(&bernard, &format!("{asked}&_format=json")).await["total"], found["total"]);
    // Where the service is reached by another name than its own, as behind what speaks TLS.
    let id = team["id"].as_str().unwrap().to_owned();
    let clock: Arc<dyn Clock> = app.clock.clone();
    let state = app.state(sandbox_verifier(&app.emetteur, &clock));
    let origine = "https://registre.exemple.fr";
    app.router = traitant::http::router(state.with_origine_fhir(Some(origine)));
    let other = read(&app.patient("BERNARD"), &asked).await;
    assert_eq!(other["entry"][0]["fullUrl"], format!("{origine}{BASE}/CareTeam/{id}"));
}

#[tokio::test]
async fn a_doctor_pages_through_his_patients() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let mut path =
        format!("Patient?general-practitioner=Practitioner/{MARTIN}&_count=2&_total=accurate");
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = read(&martin, &path).await;
        seen.extend(resources(&page).iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        pages += 1;
        let links = page["link"].as_array().unwrap().clone();
        let next = links.iter().find(|link| link["relation"] == "next");
        let Some(next) = next else { break };
        path = under(&next["url"]).to_owned();
    }
    assert_eq!((seen.len(), pages), (5, 3));
    seen.dedup();
    assert_eq!(seen.len(), 5);
    let other = format!("Patient?general-practitioner=Practitioner/{PONS}");
    assert_eq!(refused(&martin, &other, 404).await, said("introuvable", "not-found"));
    for wrong in ["Patient", "Patient?_count=0", "Patient?family=X"] {
        assert_eq!(refused(&martin, wrong, 400).await.0, "parametre_invalide", "{wrong}");
    }
}
