//! What is asked beside what is read: tokens as FHIR writes them, histories since an instant, pages counted to the end, and
//! nothing left out in silence.

use chrono::TimeDelta;
use serde_json::Value;

use super::{BASE, by_card, read, refused, resources, under};
use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, feuille, patient_id};

/// The parameter that a refusal names.
async fn named(caller: &Caller<'_>, path: &str) -> String {
    let outcome = caller.get(&format!("{BASE}/{path}")).await.expect(400);
    outcome["issue"][1]["expression"][0].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_one_of_several_of_a_system_or_of_any() {
    let app = TestApp::new().await;
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    app.advance(TimeDelta::days(1));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    let (alice, person) = (app.patient("ALICE"), patient_id("ALICE"));
    let own = "http://hl7.org/fhir/care-team-status";
    for (asked, states) in [
        ("active".to_owned(), vec!["active"]),
        ("active,inactive".to_owned(), vec!["inactive", "active"]),
        ("suspended,inactive".to_owned(), vec!["inactive"]),
        (format!("{own}%7Cactive"), vec!["active"]),
        (format!("{own}%7Cproposed,{own}%7Cinactive"), vec!["inactive"]),
        (format!("{own}%7C"), vec!["inactive", "active"]),
        // The codes of a state have a system, which is not this one.
        ("%7Cactive".to_owned(), vec![]),
        ("http://example.org%7Cactive".to_owned(), vec![]),
        ("ACTIVE".to_owned(), vec![]),
    ] {
        let found = read(&alice, &format!("CareTeam?patient={person}&status={asked}")).await;
        let told: Vec<&Value> = resources(&found).iter().map(|one| &one["status"]).collect();
        assert_eq!(told, states, "{asked}");
        assert_eq!(found["total"], states.len(), "{asked}");
    }
    for wrong in ["", "active,", "%7C"] {
        let path = format!("CareTeam?patient={person}&status={wrong}");
        assert_eq!(named(&alice, &path).await, "http.status", "{wrong}");
    }

    let system = "https://rpps.esante.gouv.fr";
    for (asked, count) in [
        (MARTIN.to_owned(), 1),
        (format!("{system}%7C{MARTIN},{system}%7C{PONS}"), 2),
        (format!("{MARTIN},{MARTIN}"), 1),
        (format!("http://example.org%7C{MARTIN}"), 0),
        (format!("%7C{MARTIN}"), 0),
        (format!("http://example.org%7C1,{PONS}"), 1),
    ] {
        let found = read(&alice, &format!("Practitioner?identifier={asked}")).await;
        assert_eq!(found["total"], count, "{asked}");
    }
    let many = vec![MARTIN; 21].join(",");
    for wrong in ["", "1", &format!("{system}%7C"), &format!("{system}%7C1"), &many] {
        let path = format!("Practitioner?identifier={wrong}");
        assert_eq!(named(&alice, &path).await, "http.identifier", "{wrong}");
    }

    let martin = app.medecin(MARTIN);
    for (system, count) in [("urn:oid:1.2.250.1.213.1.4.8", 1), ("urn:oid:1.2.3", 0), ("", 0)] {
        let form = format!("identifier={system}%7C158070100199152&birthdate=1958-07-14");
        let (status, found) = by_card(&martin, &form).await;
        assert_eq!((status, &found["total"]), (200, &Value::from(count)), "{system}");
    }
    let nir = "urn:oid:1.2.250.1.213.1.4.8%7C158070100199152";
    for wrong in ["", "158070100199152", &format!("{nir},{nir}"), "urn:oid:1.2.250.1.213.1.4.8%7C"]
    {
        let (status, _) =
            by_card(&martin, &format!("identifier={wrong}&birthdate=1958-07-14")).await;
        assert_eq!(status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_history_begins_at_an_instant_and_what_nobody_reads_is_refused_by_name() {
    let app = TestApp::new().await;
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    app.advance(TimeDelta::days(1));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    let (alice, person) = (app.patient("ALICE"), patient_id("ALICE"));
    let all = read(&alice, &format!("CareTeam?patient={person}")).await;
    let team = resources(&all)[0]["id"].as_str().unwrap().to_owned();
    let path = format!("CareTeam/{team}/_history");
    let history = read(&alice, &path).await;
    let last = resources(&history)[0]["meta"]["lastUpdated"].as_str().unwrap().to_owned();
    for (since, count) in
        [("2025-06-01T00:00:00Z", 2), (last.as_str(), 1), ("2025-06-30T00:00:00%2B02:00", 0)]
    {
        let found = read(&alice, &format!("{path}?_since={since}")).await;
        assert_eq!((&found["type"], &found["total"]), (&"history".into(), &count.into()));
        assert_eq!(resources(&found).len(), count, "{since}");
    }
    assert_eq!(named(&alice, &format!("{path}?_since=hier")).await, "http._since");
    let sent = feuille("ALICE", "000000101", "2025-06-16", Value::Null);
    let martin = app.medecin(MARTIN);
    let kept = martin.post("/v1/feuilles-de-soins", sent).await.expect(201);
    let claim = kept["id"].as_str().unwrap().to_owned();
    let versions = format!("ClaimResponse/{claim}/_history");
    assert_eq!(read(&alice, &format!("{versions}?_since=2025-06-30T00:00:00Z")).await["total"], 0);
    let record = format!("Patient/{person}/_history");
    assert_eq!(read(&alice, &format!("{record}?_since=2025-06-30T00:00:00Z")).await["total"], 0);

    for path in [
        path.clone(),
        format!("{path}/1"),
        format!("CareTeam/{team}"),
        versions.clone(),
        format!("{versions}/1"),
        format!("Claim/{claim}"),
        format!("ClaimResponse/{claim}"),
        record.clone(),
        format!("{record}/1"),
        format!("Patient/{person}"),
        format!("Practitioner/{MARTIN}"),
        "metadata".to_owned(),
    ] {
        for unknown in ["_count", "_elements", "_summary", "_cursor", "x"] {
            let asked = format!("{path}?{unknown}=1");
            assert_eq!(named(&alice, &asked).await, format!("http.{unknown}"), "{asked}");
        }
        read(&alice, &format!("{path}?_format=json&_pretty=true")).await;
    }
    assert_eq!(
        refused(&app.anonymous(), &format!("Patient/{person}?x=1"), 401).await.0,
        "jeton_absent"
    );
    read(&app.anonymous(), "metadata?mode=full").await;
    assert_eq!(named(&app.anonymous(), "metadata?mode=terminology").await, "http.mode");
    let submit = format!("{BASE}/CoverageEligibilityRequest/$submit?_count=1");
    let outcome = martin.send_file(&submit, super::JSON, b"{}").await.expect(400);
    assert_eq!(outcome["issue"][1]["expression"][0], "http._count");
}

#[tokio::test]
async fn a_list_that_is_counted_is_counted_to_its_end() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    super::deux_feuilles(&martin).await;
    let (bernard, person) = (app.patient("BERNARD"), patient_id("BERNARD"));
    let lists = [
        format!("Claim?patient={person}"),
        format!("ClaimResponse?patient={person}"),
        format!("AuditEvent?patient={person}"),
    ];
    for list in &lists {
        for (kind, counted) in [("accurate", true), ("estimate", true), ("none", false)] {
            let first = read(&bernard, &format!("{list}&_count=1&_total={kind}")).await;
            let next = under(&first["link"][1]["url"]);
            assert!(next.contains(&format!("&_total={kind}&")), "{next}");
            let second = read(&bernard, next).await;
            for page in [&first, &second] {
                assert_eq!(page.get("total").is_some(), counted, "{list} {kind}");
            }
        }
        assert_eq!(named(&bernard, &format!("{list}&_total=foo")).await, "http._total");
        assert_eq!(named(&bernard, &format!("{list}&_cursor=zzz")).await, "http._cursor");
    }
    let own = format!("Patient?general-practitioner=Practitioner/{MARTIN}");
    assert_eq!(named(&martin, &format!("{own}&_cursor=zzz")).await, "http._cursor");
}
