//! Who may do what, and who sees whom.

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::auth::{Claims, DEV_AUDIENCE, DEV_ISSUER, Emetteur};
use traitant::domain::acteur::Acteur;
use traitant::domain::declaration::NumeroDeclaration;
use traitant::domain::identifiers::Rpps;

use crate::support::TestApp;
use crate::support::app::{
    CARDIOLOGUE, MARTIN, NOW, PONS, choix, cle, feuille, patient_id, signature,
};
use crate::support::contract;

/// Every operation of the document, with an address that its form accepts.
fn operations() -> Vec<(String, String, &'static Value)> {
    let mut all = Vec::new();
    for (path, item) in contract::document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let address = path
                .replace("{rpps}", MARTIN)
                .replace("{tableau}", "designation")
                .replace("{id}", "0192f0c4-0000-7000-8000-000000000001")
                .replace("{recouvrement_id}", "0192f0c4-0000-7000-8000-000000000002")
                .replace(
                    "numeros/{numero}",
                    &format!("numeros/{}", NumeroDeclaration::from_random(1)),
                )
                .replace("{numero}", "1")
                .replace("{rang}", "1")
                .replace("{nature}", "depart_medecin");
            let required: Vec<String> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|known| known["in"] == "query" && known["required"] == true)
                .map(|known| {
                    let (name, mut example) = (&known["name"], &known["example"]);
                    // A word of a closed list is described by its list.
                    if let Some(list) = known["schema"]["$ref"].as_str() {
                        let list = contract::document().pointer(list.trim_start_matches('#'));
                        example = &list.unwrap()["enum"][0];
                    }
                    // A number is described by its bounds.
                    let least = || known["schema"]["minimum"].to_string();
                    let word = example.as_str().map_or_else(least, str::to_owned);
                    format!("{}={word}", name.as_str().unwrap())
                })
                .collect();
            let address = [address, required.join("&")].join("?");
            all.push((method.to_uppercase(), address.trim_end_matches('?').to_owned(), operation));
        }
    }
    all
}

fn scopes(operation: &Value) -> Option<Vec<String>> {
    let requirement = &operation["security"][0]["jeton"];
    requirement.as_array().map(|list| list.iter().map(|s| s.as_str().unwrap().to_owned()).collect())
}

/// What the token of Martin says, with some scope.
pub fn claims(scope: &str) -> Claims {
    let now = NOW.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
    Claims {
        iss: DEV_ISSUER.to_owned(),
        aud: DEV_AUDIENCE.to_owned(),
        sub: "medecin:99900001233".to_owned(),
        exp: now + 3600,
        nbf: Some(now),
        iat: Some(now),
        jti: None,
        scope: scope.to_owned(),
        role: "medecin".to_owned(),
        rpps: Some(MARTIN.to_owned()),
        patient_id: None,
        organisme: None,
    }
}

#[tokio::test]
async fn every_operation_refuses_a_caller_without_token_and_a_token_without_scope() {
    let app = TestApp::new().await;
    let bare = app.emetteur.sign(&claims("")).unwrap();
    let mut secured = 0;
    for (method, path, operation) in operations() {
        let body = if method == "POST" {
            let content = &operation["requestBody"]["content"]["application/json"];
            // A file of lines has no JSON body.
            content["schema"]["$ref"].as_str().map(|reference| {
                let name = reference.rsplit('/').next().unwrap();
                contract::document()["components"]["schemas"][name]["example"].clone()
            })
        } else {
            None
        };
        let headers = [("idempotency-key", "cle-sans-jeton"), ("if-match", "\"1\"")];
        let nobody = app.anonymous().request(&method, &path, &headers, body.as_ref()).await;
        let Some(scopes) = scopes(operation) else {
            // A file of lines that is announced as nothing is refused for that, and for nothing else.
            let lines = &operation["requestBody"]["content"]["application/x-ndjson"];
            let expected = if lines.is_null() { 200 } else { 415 };
            assert_eq!(nobody.status, expected, "{method} {path} is public");
            continue;
        };
        secured += 1;
        assert_eq!(nobody.problem(401), "jeton_absent", "{method} {path}");
        assert_eq!(nobody.header("www-authenticate"), "Bearer");
        let reply = app.bearer(bare.clone()).request(&method, &path, &headers, body.as_ref()).await;
        if scopes.is_empty() {
            assert_ne!(reply.status, 401, "{method} {path}");
        } else {
            assert_eq!(reply.problem(403), "portee_insuffisante", "{method} {path}");
            let asked = format!(r#"Bearer error="insufficient_scope", scope="{}""#, scopes[0]);
            assert_eq!(reply.header("www-authenticate"), asked);
        }
    }
    assert!(secured >= 18, "{secured}");
}

#[tokio::test]
async fn a_token_is_accepted_from_its_issuer_for_its_audience_in_its_time() {
    let app = TestApp::new().await;
    let now = claims("").iat.unwrap();
    let good = claims("declarations.lire");
    let with = |change: &dyn Fn(&mut Claims)| {
        let mut altered = good.clone();
        change(&mut altered);
        app.emetteur.sign(&altered).unwrap()
    };
    assert_eq!(app.bearer(with(&|_| {})).get("/v1/moi").await.status, 200);
    let refused = [
        with(&|c| c.iss = "https://quelqu-un-d-autre".to_owned()),
        with(&|c| c.aud = "un-autre-service".to_owned()),
        with(&|c| c.exp = now - 30),
        with(&|c| c.nbf = Some(now + 31)),
        with(&|c| c.role = "administrateur".to_owned()),
        with(&|c| c.rpps = None),
        with(&|c| c.rpps = Some("99900001234".to_owned())),
        Emetteur::ephemeral().unwrap().sign(&good).unwrap(),
        format!("{}x", with(&|_| {})),
        "pas-un-jeton".to_owned(),
        "x".repeat(10_000),
    ];
    for token in refused {
        let reply = app.bearer(token.clone()).get("/v1/moi").await;
        assert_eq!(reply.problem(401), "jeton_invalide", "{token}");
        assert_eq!(reply.header("www-authenticate"), r#"Bearer error="invalid_token""#);
    }
    // Just inside the tolerance for clocks.
    assert_eq!(app.bearer(with(&|c| c.exp = now - 29)).get("/v1/moi").await.status, 200);
    assert_eq!(app.bearer(with(&|c| c.nbf = Some(now + 30))).get("/v1/moi").await.status, 200);
}

#[tokio::test]
async fn a_token_without_signature_or_signed_by_a_shared_secret_is_refused() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let app = TestApp::new().await;
    let payload = serde_json::to_vec(&claims("declarations.lire")).unwrap();
    for header in
        [r#"{"alg":"none","kid":"bac-a-sable"}"#, r#"{"alg":"HS256","kid":"bac-a-sable"}"#]
    {
        let token = format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(&payload),
            URL_SAFE_NO_PAD.encode("signature")
        );
        assert_eq!(app.bearer(token).get("/v1/moi").await.problem(401), "jeton_invalide");
    }
}

#[tokio::test]
async fn a_token_that_was_accepted_expires_although_it_is_remembered() {
    let app = TestApp::new().await;
    let acteur = Acteur::Medecin(Rpps::parse(MARTIN).unwrap());
    let token = app.emetteur.issue(&acteur, &*app.clock, &app.ids, 600).unwrap();
    assert_eq!(app.bearer(token.clone()).get("/v1/moi").await.status, 200);
    app.advance(TimeDelta::seconds(629));
    assert_eq!(app.bearer(token.clone()).get("/v1/moi").await.status, 200);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(app.bearer(token).get("/v1/moi").await.problem(401), "jeton_invalide");
}

#[tokio::test]
async fn what_is_outside_the_perimeter_does_not_exist() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD");
    let feuille = app
        .medecin(MARTIN)
        .post("/v1/feuilles-de-soins", feuille("BERNARD", "1", "2025-06-16", json!("T")))
        .await
        .expect(201);
    let history = format!("/v1/patients/{bernard}/declarations");
    let history = app.patient("BERNARD").get(&history).await.expect(200);
    let declaration = history["donnees"][0]["id"].as_str().unwrap();
    let paths = [
        format!("/v1/patients/{bernard}"),
        format!("/v1/patients/{bernard}/declarations"),
        format!("/v1/patients/{bernard}/designations"),
        format!("/v1/patients/{bernard}/medecin-traitant"),
        format!("/v1/declarations/{declaration}"),
        format!("/v1/feuilles-de-soins/{}", feuille["id"].as_str().unwrap()),
    ];
    for path in &paths {
        for inside in [app.patient("BERNARD"), app.medecin(MARTIN), app.caisse("010110000")] {
            assert_eq!(inside.get(path).await.status, 200, "{path}");
        }
        for outside in [
            app.patient("ALICE"),
            app.medecin(PONS),
            app.medecin(CARDIOLOGUE),
            app.caisse("011310000"),
            // The same caisse code of another régime is another caisse.
            app.caisse("020110000"),
        ] {
            assert_eq!(outside.get(path).await.problem(404), "introuvable", "{path}");
        }
    }
    let caisse = app.caisse("011310000");
    assert_eq!(caisse.post("/v1/patients/recherche", cle("BERNARD")).await.status, 404);
    assert_eq!(
        app.patient("ALICE").post("/v1/patients/recherche", cle("BERNARD")).await.status,
        404
    );
    assert_eq!(app.medecin(PONS).post("/v1/patients/recherche", cle("BERNARD")).await.status, 200);
}

#[tokio::test]
async fn a_doctor_reads_an_identity_as_long_as_he_cares_for_the_person() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD");
    let (identity, timeline) =
        (format!("/v1/patients/{bernard}"), format!("/v1/patients/{bernard}/designations"));
    assert_eq!(app.medecin(PONS).get(&identity).await.status, 404);
    let waiting = app.patient("BERNARD").post("/v1/declarations", choix("BERNARD", PONS)).await;
    assert_eq!(waiting.expect(201)["etat"], "en_attente");
    // The doctor whose signature is waited for must know for whom.
    assert_eq!(app.medecin(PONS).get(&identity).await.status, 200);
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    // The doctor before keeps the days that name him, and no more.
    assert_eq!(app.medecin(MARTIN).get(&identity).await.status, 404);
    let own = app.medecin(MARTIN).get(&timeline).await.expect(200);
    let own = own["donnees"].as_array().unwrap();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["effet_au"], "2025-06-16");
}

#[tokio::test]
async fn roles_do_only_their_own_work() {
    let app = TestApp::new().await;
    let sheet = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    let forbidden = [
        (app.medecin(PONS), "/v1/feuilles-de-soins", sheet.clone()),
        (app.medecin(PONS), "/v1/declarations", choix("ALICE", MARTIN)),
    ];
    for (caller, path, body) in forbidden {
        assert_eq!(caller.post(path, body).await.problem(403), "role_interdit", "{path}");
    }
    // A patient's token of the sandbox has no scope for feuilles, nor a doctor's for registration.
    let reply = app.patient("BERNARD").post("/v1/feuilles-de-soins", sheet).await;
    assert_eq!(reply.problem(403), "portee_insuffisante");
    let administrator = app.emetteur.sign(&claims("administration")).unwrap();
    let body = json!({
        "identifiant": { "type": "nir", "valeur": "186022B03399191" },
        "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
        "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
        "affilie_du": "2012-09-01",
    });
    assert_eq!(
        app.bearer(administrator).post("/v1/patients", body.clone()).await.problem(403),
        "role_interdit"
    );
    let elsewhere = app.caisse("017510000").post("/v1/patients", body).await;
    assert_eq!(elsewhere.wrong_fields(), [("/organisme".to_owned(), "hors_perimetre".to_owned())]);
}

#[tokio::test]
async fn every_reading_leaves_a_trace_that_the_person_can_read() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD");
    app.advance(TimeDelta::seconds(1));
    app.medecin(MARTIN).get(&format!("/v1/patients/{bernard}/medecin-traitant")).await.expect(200);
    app.advance(TimeDelta::seconds(1));
    app.caisse("010110000").get(&format!("/v1/patients/{bernard}")).await.expect(200);
    app.advance(TimeDelta::seconds(1));
    app.medecin(PONS).post("/v1/medecins-traitants/consultation", cle("BERNARD")).await.expect(200);
    let reader = app.patient("BERNARD");
    let first = reader.get("/v1/moi/acces?limite=2").await.expect(200);
    let seen = |page: &Value| -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        page["donnees"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| (text(&a["role"]), text(&a["appelant"]), text(&a["operation"])))
            .collect()
    };
    let row =
        |role: &str, who: &str, what: &str| (role.to_owned(), who.to_owned(), what.to_owned());
    assert_eq!(
        seen(&first),
        [
            row("medecin", PONS, "medecin_traitant.consulter"),
            row("caisse", "01011", "patient.lire"),
        ]
    );
    let cursor = first["pagination"]["curseur_suivant"].as_str().unwrap();
    let second = reader.get(&format!("/v1/moi/acces?limite=2&curseur={cursor}")).await.expect(200);
    assert_eq!(seen(&second)[0], row("medecin", MARTIN, "medecin_traitant.lire"));
    assert_eq!(app.medecin(MARTIN).get("/v1/moi/acces").await.problem(403), "portee_insuffisante");
}

#[tokio::test]
async fn a_doctor_who_is_not_the_medecin_traitant_learns_only_that_there_is_one() {
    let app = TestApp::new().await;
    let ask = async |rpps: &str, prenom: &str| {
        app.medecin(rpps).post("/v1/medecins-traitants/consultation", cle(prenom)).await.expect(200)
    };
    let own = ask(MARTIN, "BERNARD").await;
    assert_eq!(own["relation"], "executant");
    assert!(own["designation"].is_object());
    let other = ask(PONS, "BERNARD").await;
    assert_eq!(other["relation"], "autre");
    assert_eq!(other["declare"], true);
    assert_eq!(other["designation"], Value::Null);
    let nobody = ask(PONS, "ALICE").await;
    assert_eq!(nobody["relation"], "aucun");
    assert_eq!(nobody["declare"], false);
}

#[tokio::test]
async fn writings_that_show_a_person_leave_a_trace_too() {
    let app = TestApp::new().await;
    let written = async || {
        let page = app.patient("BERNARD").get("/v1/moi/acces?limite=100").await.expect(200);
        let list = page["donnees"].as_array().unwrap();
        list.iter().filter(|a| a["operation"] == "declaration.ecrire").count()
    };
    let before = written().await;
    let key = [("idempotency-key", "cle-de-bernard-1")];
    let choice = choix("BERNARD", PONS);
    let pons = app.medecin(PONS);
    let made = pons.request("POST", "/v1/declarations", &key, Some(&choice)).await.expect(201);
    assert_eq!(written().await, before + 1);
    let again = pons.request("POST", "/v1/declarations", &key, Some(&choice)).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(written().await, before + 2, "an answer given again is seen again");
    let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    let digest = made["contenu_sha256"].as_str().unwrap();
    let signed = signature("medecin", "cps", digest);
    pons.post_on(&format!("{path}/signatures"), 1, signed.clone()).await.expect(200);
    assert_eq!(written().await, before + 3);
    let headers = [("idempotency-key", "cle-de-bernard-2"), ("if-match", "\"2\"")];
    for times in [4, 5] {
        let refused =
            pons.request("POST", &format!("{path}/refus"), &headers, Some(&json!({}))).await;
        assert_eq!(refused.expect(200)["etat"], "refusee");
        assert_eq!(written().await, before + times);
    }
    let made = app.patient("BERNARD").post("/v1/declarations", choice).await.expect(201);
    let path = format!("/v1/declarations/{}/annulation", made["id"].as_str().unwrap());
    app.patient("BERNARD").post_on(&path, 1, json!({})).await.expect(200);
    assert_eq!(written().await, before + 7);
    // What is refused shows nobody.
    assert_eq!(pons.post_on(&path, 1, json!({})).await.status, 412);
    assert_eq!(written().await, before + 7);
}

#[tokio::test]
async fn a_known_number_gives_the_id_of_a_person_to_their_caisse_only() {
    let app = TestApp::new().await;
    let body = |caisse: &str| {
        json!({
            "identifiant": { "type": "nir", "valeur": "158070100199152" },
            "nom": "ESSAI-COLIN", "prenom": "BERNARD", "date_naissance": "1958-07-14",
            "organisme": { "regime": "01", "caisse": caisse, "centre": "0000" },
            "affilie_du": "2012-09-01",
        })
    };
    let bernard = patient_id("BERNARD").to_string();
    let own = app.caisse("010110000").post("/v1/patients", body("011")).await;
    assert_eq!(own.problem(409), "patient_existant");
    assert!(own.expect(409)["detail"].as_str().unwrap().contains(&bernard));
    let other = app.caisse("011310000").post("/v1/patients", body("131")).await;
    assert_eq!(other.problem(409), "patient_existant");
    let text = String::from_utf8(other.body).unwrap();
    assert!(!text.contains(&bernard), "{text}");
    assert!(text.contains("est déjà enregistré"), "{text}");
}
