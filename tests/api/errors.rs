//! Bad input gets a clear problem that names the field and what is expected.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use http_body_util::{BodyExt, Empty};
use serde_json::{Value, json};
use tower::ServiceExt;
use traitant::auth::{DEV_AUDIENCE, DEV_ISSUER, Verifier};
use traitant::domain::clock::{Clock, FixedClock};
use traitant::http::router;

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille};
use crate::support::contract;

fn fields(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test]
async fn every_wrong_field_of_a_feuille_is_reported_at_once() {
    let app = TestApp::new().await;
    let mut body = feuille("BERNARD", "1", "2025-06-16", json!("V"));
    body["beneficiaire"]["identifiant_individuel"]["valeur"] = json!("158070100199153");
    body["beneficiaire"]["date_naissance"] = json!("1958-02-30");
    body["beneficiaire"]["organisme"]["regime"] = json!("00");
    body["executant"]["rpps"] = json!("9990000123");
    body["executant"]["specialite"] = json!("52");
    body["parcours"]["orienteurr"] = json!({});
    body["date_etablissement"] = json!("2025-06-31");
    body["actes"][0]["honoraires_centimes"] = json!(30.5);
    body["actes"][0]["date_execution"] = json!("16/06/2025");
    body["actes"][0]["nomenclature"] = json!("NGAP");
    body["support"] = Value::Null;
    let reply = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await;
    assert_eq!(reply.problem(422), "champs_invalides");
    assert_eq!(
        reply.wrong_fields(),
        fields(&[
            ("/support", "type_invalide"),
            ("/date_etablissement", "hors_calendrier"),
            ("/beneficiaire/identifiant_individuel/valeur", "cle_incorrecte"),
            ("/beneficiaire/date_naissance", "hors_calendrier"),
            ("/beneficiaire/organisme/regime", "regime_inconnu"),
            ("/executant/rpps", "longueur_invalide"),
            ("/executant/specialite", "code_inconnu"),
            ("/parcours/indicateur", "code_calcule"),
            ("/parcours/orienteurr", "champ_inconnu"),
            ("/actes/0/date_execution", "format_invalide"),
            ("/actes/0/nomenclature", "valeur_inconnue"),
            ("/actes/0/honoraires_centimes", "type_invalide"),
        ])
    );
    let text = String::from_utf8(reply.body).unwrap();
    assert!(text.contains("12 champs sont invalides"));
    assert!(!text.contains("158070100199153"), "a problem never repeats a number");
    assert!(!text.contains("52\""), "nor the expected key");
}

#[tokio::test]
async fn fields_that_contradict_each_other_are_reported_together() {
    let app = TestApp::new().await;
    let mut body = feuille("BERNARD", "12a", "2025-06-16", json!("O"));
    body["executant"]["code_convention"] = json!("3");
    body["assurance"]["code_nature"] = json!("30");
    body["actes"][0]["depassement_centimes"] = json!(100);
    body["actes"][0]["code"] = json!("gs");
    body["actes"][0]["coefficient"] = json!("1,5");
    let reply = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await;
    assert_eq!(reply.problem(422), "champs_invalides");
    assert_eq!(
        reply.wrong_fields(),
        fields(&[
            ("/numero_facture", "format_invalide"),
            ("/parcours/orienteur", "champ_requis"),
            ("/executant/code_convention", "code_incoherent"),
            ("/assurance/code_nature", "code_incoherent"),
            ("/actes/0/code", "format_invalide"),
            ("/actes/0/depassement_centimes", "montant_incoherent"),
            ("/actes/0/coefficient", "format_invalide"),
        ])
    );
}

#[tokio::test]
async fn days_that_do_not_hold_together_are_refused() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let mut body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    body["actes"][0]["date_execution"] = json!("2025-06-17");
    let reply = martin.post("/v1/feuilles-de-soins", body).await;
    assert_eq!(reply.wrong_fields(), fields(&[("/actes/0/date_execution", "apres_etablissement")]));
    let tomorrow = feuille("BERNARD", "1", "2025-06-17", json!("T"));
    let reply = martin.post("/v1/feuilles-de-soins", tomorrow).await;
    assert_eq!(reply.wrong_fields(), fields(&[("/date_etablissement", "date_future")]));
    let mut body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    body["actes"][0]["date_execution"] = json!("1958-07-13");
    let reply = martin.post("/v1/feuilles-de-soins", body).await;
    assert_eq!(reply.wrong_fields(), fields(&[("/actes/0/date_execution", "avant_naissance")]));
    let mut body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    body["actes"][0]["serie"] = json!({ "date_prescription": "1958-07-13" });
    let reply = martin.post("/v1/feuilles-de-soins", body).await;
    let before = fields(&[("/actes/0/serie/date_prescription", "avant_naissance")]);
    assert_eq!(reply.wrong_fields(), before);
    let before_the_law = feuille("BERNARD", "1", "2005-12-31", json!("T"));
    let reply = martin.post("/v1/feuilles-de-soins", before_the_law).await;
    assert_eq!(reply.problem(422), "hors_couverture");
}

#[tokio::test]
async fn an_unknown_beneficiary_is_a_field_and_not_a_missing_page() {
    let app = TestApp::new().await;
    let mut body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    body["beneficiaire"]["date_naissance"] = json!("1958-07-15");
    let reply = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await;
    assert_eq!(reply.wrong_fields(), fields(&[("/beneficiaire", "beneficiaire_inconnu")]));
}

#[tokio::test]
async fn unreadable_requests_say_why() {
    let app = TestApp::new().await;
    let send = async |content_type: &str, body: &str| {
        let request = Request::post("/v1/simulations")
            .header("content-type", content_type)
            .body(Body::from(body.to_owned()))
            .unwrap();
        app.send(request).await
    };
    let broken = send("application/json", "{\"date_soins\": \"2025-06-16\",\n  oops }").await;
    assert_eq!(broken.problem(400), "corps_illisible");
    assert!(broken.expect(400)["detail"].as_str().unwrap().contains("ligne 2"));
    assert_eq!(send("application/json", "").await.problem(400), "corps_illisible");
    assert_eq!(send("text/plain", "{}").await.problem(415), "type_de_contenu");
    let huge = format!("{{\"x\":\"{}\"}}", "a".repeat(300_000));
    assert_eq!(send("application/json", &huge).await.problem(413), "corps_trop_grand");
    let deep = "[".repeat(200);
    assert_eq!(send("application/json", &deep).await.problem(400), "corps_illisible");
    assert_eq!(
        send("application/json; charset=utf-8", "[]").await.wrong_fields(),
        fields(&[("", "type_invalide")])
    );
}

#[tokio::test]
async fn an_unreadable_body_names_its_cause() {
    let app = TestApp::new().await;
    let members: Vec<String> = (0..257).map(|index| format!("\"m{index}\":1")).collect();
    let members = format!("{{{}}}", members.join(","));
    for (body, cause) in [
        (b"".to_vec(), "il est vide"),
        (b"\xef\xbb\xbf{}".to_vec(), "une marque d'ordre des octets (BOM)"),
        ("[".repeat(200).into_bytes(), "trop profondément"),
        (members.into_bytes(), "plus de 256 membres"),
        (br#"{"a":"\ud800"}"#.to_vec(), "la moitié d'un caractère"),
        (br#"{"a":"\ud800\u0041"}"#.to_vec(), "la moitié d'un caractère"),
        (b"{\"a\":\"\xff\"}".to_vec(), "UTF-8"),
        (b"{\"a\":".to_vec(), "il n'est pas terminé"),
        (b"{} {}".to_vec(), "autre chose suit"),
        (b"{\"a\":1,}".to_vec(), "une virgule y est de trop"),
        (b"{\"a\" 1}".to_vec(), "la syntaxe"),
    ] {
        let request = Request::post("/v1/simulations")
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let reply = app.send(request).await;
        assert_eq!(reply.problem(400), "corps_illisible");
        let detail = reply.expect(400)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(cause), "{detail}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for_for_ever() {
    let app = TestApp::new().await;
    let keys = app.emetteur.keys().unwrap();
    let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(&app.clock);
    let verifier = Verifier::new(DEV_ISSUER.to_owned(), DEV_AUDIENCE.to_owned(), keys, clock);
    let state = app.state(verifier);
    let router = router(state.with_body_time_limit(Duration::from_millis(20)));
    let never = Empty::<Bytes>::new().with_trailers(std::future::pending());
    let request = Request::post("/v1/simulations")
        .header("content-type", "application/json")
        .body(Body::new(never))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 408);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    contract::check("POST", "/v1/simulations", 408, "application/problem+json", &body);
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["code"], "corps_trop_lent");
}

#[tokio::test]
async fn addresses_methods_and_parameters_that_do_not_exist_are_problems_too() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    assert_eq!(nobody.get("/v1/nulle-part").await.problem(404), "introuvable");
    let wrong = nobody.request("DELETE", "/v1/simulations", &[], None).await;
    assert_eq!(wrong.problem(405), "methode_interdite");
    let martin = app.medecin(MARTIN);
    let reply = martin.get("/v1/patients/pas-un-identifiant").await;
    assert_eq!(reply.problem(400), "parametre_invalide");
    assert_eq!(reply.wrong_fields(), fields(&[("id", "format_invalide")]));
    let path = "/v1/patients/0192f0c4-0000-7000-8000-000000000001/medecin-traitant";
    let reply = martin.get(&format!("{path}?en_vigueur_le=2025-02-30&en_viguer=x")).await;
    assert_eq!(reply.problem(400), "parametre_invalide");
    assert_eq!(
        reply.wrong_fields(),
        fields(&[("en_vigueur_le", "hors_calendrier"), ("en_viguer", "champ_inconnu")])
    );
}

#[tokio::test]
async fn a_problem_carries_the_id_of_its_request() {
    let app = TestApp::new().await;
    let id = "0192f0c4-7a0e-7c55-9d0f-3a1b2c4d5e6f";
    let reply =
        app.anonymous().request("GET", "/v1/nulle-part", &[("x-request-id", id)], None).await;
    assert_eq!(reply.header("x-request-id"), id);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let body = reply.expect(404);
    assert_eq!(body["identifiant_correlation"], id);
    assert_eq!(body["instance"], format!("urn:uuid:{id}"));
    assert_eq!(body["type"], "/docs/problemes#introuvable");
}

#[tokio::test]
async fn a_simulation_outside_the_covered_period_or_without_rule_is_refused_by_name() {
    let app = TestApp::new().await;
    let ask = async |change: &dyn Fn(&mut Value)| {
        let mut body = json!({
            "date_soins": "2025-06-16",
            "patient": { "age": 45 },
            "medecin_traitant": "autre",
            "executant": { "specialite": "01", "convention": "secteur_1" },
            "actes": [{ "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000 }],
        });
        change(&mut body);
        app.anonymous().post("/v1/simulations", body).await
    };
    let early = ask(&|body| body["date_soins"] = json!("2005-12-31")).await;
    assert_eq!(early.problem(422), "hors_couverture");
    let detail = early.expect(422)["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.ends_with("hors de la période couverte, qui commence le 01/01/2006."),
        "{detail}"
    );
    let unknown = ask(&|body| {
        body["date_soins"] = json!("2006-01-02");
        body["parcours"] = json!({ "indicateur": "J" });
        body["executant"]["date_installation"] = json!("2005-06-01");
    });
    let unknown = unknown.await;
    assert_eq!(unknown.problem(422), "parametre_inconnu");
    let detail = unknown.expect(422)["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("GENERALISTE_RECENT_DUREE"), "{detail}");
    assert!(detail.contains("au 02/01/2006"), "the hole ends the day before: {detail}");
    // The day before teleconsultation is reimbursed names the field that asks for it.
    let remote = async |day: &str| {
        ask(&|body| {
            body["date_soins"] = json!(day);
            body["actes"][0]["code"] = json!("TC");
        })
        .await
    };
    let too_early = remote("2018-09-14").await;
    assert_eq!(too_early.problem(422), "situation_non_couverte");
    let detail = too_early.expect(422)["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("« code »") && detail.contains("ligne 1"), "{detail}");
    assert!(detail.contains("à partir du 15/09/2018"), "{detail}");
    assert_eq!(too_early.wrong_fields(), fields(&[("/actes/0/code", "pas_encore_rembourse")]));
    remote("2018-09-15").await.expect(200);
    // So does the place, when it is what makes a teleconsultation of the act.
    let by_place = async |day: &str| {
        ask(&|body| {
            body["date_soins"] = json!(day);
            body["executant"]["lieu"] = json!("teleconsultation");
        })
        .await
    };
    let too_early = by_place("2018-09-14").await;
    assert_eq!(too_early.problem(422), "situation_non_couverte");
    assert_eq!(too_early.wrong_fields(), fields(&[("/executant/lieu", "pas_encore_rembourse")]));
    let detail = too_early.expect(422)["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("lieu des soins") && !detail.contains("« code »"), "{detail}");
    by_place("2018-09-15").await.expect(200);
    let received = async |amount: i64| {
        ask(&|body| body["paiement"] = json!({ "montant_percu_centimes": amount })).await
    };
    assert_eq!(
        received(3001).await.wrong_fields(),
        fields(&[("/paiement/montant_percu_centimes", "montant_incoherent")])
    );
    received(3000).await.expect(200);
    let free = async |fees: i64| {
        ask(&|body| {
            body["actes"][0]["qualificatif_depense"] = json!("gratuit");
            body["actes"][0]["honoraires_centimes"] = json!(fees);
            body["actes"][0]["base_remboursement_centimes"] = json!(0);
        })
        .await
    };
    let paid = free(1).await;
    assert_eq!(
        paid.wrong_fields(),
        fields(&[("/actes/0/honoraires_centimes", "montant_incoherent")])
    );
    free(0).await.expect(200);
    let both = ask(&|body| body["patient"]["date_naissance"] = json!("1980-01-01")).await;
    assert_eq!(both.wrong_fields(), fields(&[("/patient/age", "un_seul_des_deux")]));
}
