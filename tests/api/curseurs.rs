//! Cursors of every list: sealed, and bound to who was given them.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, Caller, MARTIN, PONS, feuille, patient_id};
use crate::support::contract;

/// The cursor of the second page of a list.
async fn cursor(caller: &Caller<'_>, list: &str) -> String {
    let page = caller.get(list).await.expect(200);
    page["pagination"]["curseur_suivant"]
        .as_str()
        .unwrap_or_else(|| panic!("{list}: {page}"))
        .to_owned()
}

/// A caller, made anew for each request.
type Who<'a> = Box<dyn Fn() -> Caller<'a> + 'a>;

#[tokio::test]
async fn a_cursor_is_read_by_its_own_caller_as_it_was_given() {
    let app = TestApp::new().await;
    for name in ["ALICE", "BERNARD", "CHARLES"] {
        app.advance(TimeDelta::seconds(1));
        app.caisse("010110000").get(&format!("/v1/patients/{}", patient_id(name))).await;
        app.caisse("011310000").get(&format!("/v1/patients/{}", patient_id(name))).await;
    }
    for numero in ["1", "2"] {
        let sheet = feuille("BERNARD", numero, "2025-03-10", json!("T"));
        app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    }
    let bernard = patient_id("BERNARD");
    app.medecin(MARTIN).get(&format!("/v1/patients/{bernard}")).await.expect(200);
    let sheets = format!("/v1/patients/{bernard}/feuilles-de-soins?limite=1");
    let doctor = |rpps: &'static str| -> Who<'_> { Box::new(|| app.medecin(rpps)) };
    let patient = |name: &'static str| -> Who<'_> { Box::new(|| app.patient(name)) };
    let lists: [(&str, Who<'_>, Who<'_>); 4] = [
        ("/v1/medecins?limite=1", doctor(MARTIN), doctor(PONS)),
        ("/v1/moi/patients?limite=1", doctor(MARTIN), doctor(CARDIOLOGUE)),
        ("/v1/moi/acces?limite=1", patient("BERNARD"), patient("ALICE")),
        (&sheets, doctor(MARTIN), patient("BERNARD")),
    ];
    for (list, own, other) in lists {
        let given = cursor(&own(), list).await;
        let follow = |cursor: &str| format!("{list}&curseur={cursor}");
        own().get(&follow(&given)).await.expect(200);
        let foreign = other().get(&follow(&given)).await;
        assert_eq!(foreign.problem(422), "curseur_autre_requete", "{list}");
        assert_eq!(given, cursor(&own(), list).await, "the same page has the same cursor");
        // No byte of it may be changed, added or taken away.
        let last = if given.ends_with('0') { "1" } else { "0" };
        let short = |taken: usize| given.get(..given.len() - taken).unwrap();
        let changed = format!("{}{last}", short(1));
        for wrong in [changed.as_str(), short(2), &format!("{given}00")] {
            let refused = own().get(&follow(wrong)).await;
            assert_eq!(refused.problem(400), "parametre_invalide", "{list}");
            let place = ("curseur".to_owned(), "format_invalide".to_owned());
            assert_eq!(refused.wrong_fields(), [place], "{list}");
        }
    }
    // What a cursor holds is read by nobody.
    let given = cursor(&app.medecin(MARTIN), "/v1/medecins?limite=1").await;
    let bytes = traitant::domain::digest::octets(&given).unwrap();
    let shown = app.medecin(MARTIN).get("/v1/medecins?limite=1").await.expect(200);
    let rpps = shown["donnees"][0]["rpps"].as_str().unwrap().as_bytes().to_vec();
    assert!(!bytes.windows(rpps.len()).any(|window| window == rpps));
}

/// Which lists are not counted, as docs/HTTP.md says.
#[test]
fn the_lists_that_are_not_counted_are_those_of_the_documentation() {
    let mut uncounted = BTreeSet::new();
    for (path, item) in contract::document()["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
        let names: BTreeSet<&str> =
            parameters.map(|one| contract::resolved(one)["name"].as_str().unwrap()).collect();
        if names.contains("curseur") && !names.contains("avec_total") {
            uncounted.insert(path.as_str());
        }
    }
    let expected = [
        "/v1/evenements",
        "/v1/moi/a-faire",
        "/v1/moi/patients/mouvements",
        "/v1/reprises/{id}/lignes",
    ];
    assert_eq!(uncounted, BTreeSet::from(expected));
    let page = include_str!("../../docs/HTTP.md");
    for path in &expected[..3] {
        assert!(page.contains(&format!("`{path}`")), "{path}");
    }
}

#[tokio::test]
async fn a_number_below_or_beyond_its_bounds_is_out_of_them() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    for (asked, code) in [
        ("-5", "hors_bornes"),
        ("0", "hors_bornes"),
        ("101", "hors_bornes"),
        ("99999999999999999999999", "hors_bornes"),
        ("1.5", "type_invalide"),
        ("--1", "type_invalide"),
        ("-", "type_invalide"),
        ("dix", "type_invalide"),
    ] {
        let problem = martin.get(&format!("/v1/moi/patients?limite={asked}")).await.expect(400);
        let wrong = &problem["erreurs"][0];
        assert_eq!(
            (&wrong["parametre"], &wrong["code"]),
            (&"limite".into(), &code.into()),
            "{asked}"
        );
    }
}
