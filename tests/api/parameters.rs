//! Parameters of addresses and headers: those that exist are read, the others are refused.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, cle, patient_id};
use crate::support::contract;

fn fields(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test]
async fn no_operation_accepts_a_parameter_that_it_does_not_have() {
    let app = TestApp::new().await;
    let mut asked = 0;
    for (path, item) in contract::document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let address = path
                .replace("{rpps}", MARTIN)
                .replace("{tableau}", "designation")
                .replace("{id}", &patient_id("BERNARD").to_string());
            let address = format!("{address}?conu_le=2025-01-01");
            let content = &operation["requestBody"]["content"]["application/json"];
            let body = content["schema"]["$ref"].as_str().map(|reference| {
                let name = reference.rsplit('/').next().unwrap();
                contract::document()["components"]["schemas"][name]["example"].clone()
            });
            let key = app.key();
            let headers = [("idempotency-key", key.as_str()), ("if-match", "\"1\"")];
            let method = method.to_uppercase();
            let reply =
                app.patient("BERNARD").request(&method, &address, &headers, body.as_ref()).await;
            assert_eq!(reply.problem(400), "parametre_invalide", "{method} {path}");
            let mut wrong = reply.wrong_fields();
            // Where a parameter is required, it is missing too.
            wrong.retain(|(_, code)| code != "champ_requis");
            assert_eq!(wrong, fields(&[("conu_le", "champ_inconnu")]), "{method} {path}");
            asked += 1;
        }
    }
    assert!(asked >= 20, "{asked}");
}

#[tokio::test]
async fn what_is_wrong_with_parameters_is_said_of_parameters() {
    let app = TestApp::new().await;
    let reply =
        app.patient("BERNARD").get("/v1/moi/acces?limite=0&curseur=x&limit=2&limite=3").await;
    assert_eq!(
        reply.wrong_fields(),
        fields(&[
            ("limite", "hors_bornes"),
            ("curseur", "longueur_invalide"),
            ("limit", "champ_inconnu"),
            ("limite", "champ_en_double"),
        ])
    );
    let body = reply.expect(400);
    assert_eq!(body["detail"], "4 paramètres sont invalides.");
    let text = body["erreurs"].to_string();
    assert!(!text.contains("champ "), "{text}");
    assert!(text.contains("paramètre inconnu ; attendus : limite, curseur"), "{text}");
    assert!(text.contains("une chaîne de 14 à 600 caractères"), "{text}");
}

#[tokio::test]
async fn nobody_asks_what_will_be_known() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD");
    let now = app.clock();
    app.advance(TimeDelta::microseconds(1));
    let later = app.clock();
    app.advance(TimeDelta::microseconds(-1));
    let martin = app.medecin(MARTIN);
    for path in ["medecin-traitant", "designations"] {
        let path = format!("/v1/patients/{bernard}/{path}?connu_le=");
        assert_eq!(martin.get(&format!("{path}{now}")).await.status, 200);
        let reply = martin.get(&format!("{path}{later}")).await;
        assert_eq!(reply.problem(400), "parametre_invalide");
        assert_eq!(reply.wrong_fields(), fields(&[("connu_le", "date_future")]));
        let text = reply.expect(400)["erreurs"][0]["message"].to_string();
        assert_eq!(text, "\"attendu : au plus tard maintenant\"");
        // In universal time, this is the year 10000.
        let reply = martin.get(&format!("{path}9999-12-31T23:59:59-01:00")).await;
        assert_eq!(reply.wrong_fields(), fields(&[("connu_le", "hors_bornes")]));
    }
    let mut body = cle("BERNARD");
    body["connu_le"] = json!(later);
    let reply = martin.post("/v1/medecins-traitants/consultation", body).await;
    assert_eq!(reply.problem(422), "champs_invalides");
    assert_eq!(reply.wrong_fields(), fields(&[("/connu_le", "date_future")]));
}

#[tokio::test]
async fn an_identifier_in_an_address_has_one_form() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD").to_string();
    let reader = app.patient("BERNARD");
    assert_eq!(reader.get(&format!("/v1/patients/{bernard}")).await.status, 200);
    for other in
        [bernard.replace('-', ""), format!("%7B{bernard}%7D"), format!("urn:uuid:{bernard}")]
    {
        let reply = reader.get(&format!("/v1/patients/{other}")).await;
        assert_eq!(reply.problem(400), "parametre_invalide", "{other}");
        assert_eq!(reply.wrong_fields(), fields(&[("id", "format_invalide")]));
    }
}

#[tokio::test]
async fn tags_of_versions_are_compared_as_http_says() {
    let app = TestApp::new().await;
    let made =
        app.patient("ALICE").post("/v1/declarations", choix("ALICE", PONS)).await.expect(201);
    let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    let alice = app.patient("ALICE");
    let read = alice.get(&path).await;
    assert_eq!(read.version_lue(), "1");
    let etag = read.header("etag").to_owned();
    for tags in [etag.clone(), format!("W/{etag}"), "*".to_owned(), format!("\"7\", W/{etag}")] {
        for method in ["GET", "HEAD"] {
            let reply = alice.request(method, &path, &[("if-none-match", &tags)], None).await;
            assert_eq!(reply.status, 304, "{tags}");
            assert_eq!(reply.header("etag"), etag);
        }
    }
    let head = alice.request("HEAD", &path, &[], None).await;
    assert_eq!((head.status.as_u16(), head.header("etag")), (200, etag.as_str()));
    assert_eq!(head.header("content-length"), read.body.len().to_string());
    // The version alone says nothing of the text: it is the same for other readers, and on other days.
    let other = format!("\"2{}", etag.get(2..).unwrap());
    for tags in ["\"1\"", "\"2\"", "W/\"2\"", "1", "", &other] {
        let reply = alice.request("GET", &path, &[("if-none-match", tags)], None).await;
        assert_eq!(reply.status, 200, "{tags}");
    }
    let cancel = format!("{path}/annulation");
    let body = json!({});
    let with = async |tags: &str| {
        let key = app.key();
        let headers = [("if-match", tags), ("idempotency-key", key.as_str())];
        app.patient("ALICE").request("POST", &cancel, &headers, Some(&body)).await
    };
    // One of several is enough, on one line or more; none of them is.
    assert_eq!(with("\"9\", \"2\"").await.problem(412), "version_perimee");
    assert_eq!(with("\"9\", W/\"1\"").await.problem(400), "parametre_invalide");
    assert_eq!(with("*, \"1\"").await.problem(400), "parametre_invalide");
    let many = "\"1\", ".repeat(9);
    assert_eq!(with(&many).await.problem(400), "parametre_invalide");
    // A weak tag never allows a change.
    assert_eq!(with("W/\"1\"").await.problem(400), "parametre_invalide");
    let digest = etag.trim_start_matches("\"1-").trim_end_matches('"').to_owned();
    for wrong in ["0", "+1", "1-", "1-abc", "-1", &format!("1-{}", digest.to_uppercase())] {
        let refused = with(&format!("\"{wrong}\"")).await;
        assert_eq!(refused.problem(400), "parametre_invalide", "{wrong}");
    }
    assert_eq!(with(&other).await.problem(412), "version_perimee");
    assert_eq!(with("\"2\"").await.problem(412), "version_perimee");
    // The tag that was read, as it was read: of it, the version counts.
    assert_eq!(with(&format!("\"9\" , ,{etag}")).await.expect(200)["etat"], "annulee");
    let again = with("*").await;
    assert_eq!(again.problem(409), "transition_interdite");
}

#[tokio::test]
async fn whatever_has_a_tag_is_not_sent_again() {
    let app = TestApp::new().await;
    let bernard = format!("/v1/patients/{}", patient_id("BERNARD"));
    let caisse = app.caisse("010110000");
    let read = caisse.get(&bernard).await;
    let (etag, whole) = (read.header("etag").to_owned(), read.expect(200));
    let ask =
        async |tag: &str| caisse.request("GET", &bernard, &[("if-none-match", tag)], None).await;
    for tag in [etag.clone(), "*".to_owned(), format!("\"99\", {etag}")] {
        let known = ask(&tag).await;
        assert_eq!((known.status.as_u16(), known.body.len()), (304, 0), "{tag}");
        assert_eq!(known.header("etag"), etag);
    }
    assert_eq!(ask("\"99\"").await.expect(200), whole);
    // A search is no reading of something that has a tag, and what is hidden stays so.
    let elsewhere = app.caisse("017510000");
    let hidden = elsewhere.request("GET", &bernard, &[("if-none-match", "*")], None).await;
    assert_eq!(hidden.problem(404), "introuvable");
    // Every reading that the contract says to have a tag answers 304.
    let contract = app.anonymous().get("/v1/openapi.json").await.expect(200);
    let mut tagged = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        let responses = &item["get"]["responses"];
        if !responses["200"]["headers"]["ETag"].is_null() {
            assert!(!responses["304"].is_null(), "{path}");
            tagged.push(path.as_str());
        }
    }
    for path in [
        "/v1/patients/{id}",
        "/v1/fusions/{id}",
        "/v1/conflits-de-designations/{id}",
        "/v1/declarations/{id}",
    ] {
        assert!(tagged.contains(&path), "{path}: {tagged:?}");
    }
}

#[tokio::test]
async fn a_page_of_accesses_leads_to_the_next() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD");
    for _ in 0..3 {
        app.advance(TimeDelta::seconds(1));
        app.medecin(MARTIN).get(&format!("/v1/patients/{bernard}")).await.expect(200);
    }
    let reader = app.patient("BERNARD");
    let first = reader.get("/v1/moi/acces?limite=2").await;
    let link = first.header("link").to_owned();
    let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    let second = reader.get(next).await;
    assert_eq!(second.expect(200)["donnees"][0]["operation"], "patient.lire");
    let whole = reader.get("/v1/moi/acces?limite=100").await;
    assert_eq!(whole.header("link"), "");
}

/// What is read changes by itself: another choice replaces this one, and the day comes. Its version stays.
#[tokio::test]
async fn what_changed_under_the_same_version_is_sent_again() {
    let app = TestApp::new().await;
    let made = app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    let alice = app.patient("ALICE");
    let first = alice.get(&path).await;
    let etag = first.header("etag").to_owned();
    let asked = [("if-none-match", etag.as_str())];
    assert_eq!(alice.request("GET", &path, &asked, None).await.status, 304);
    app.advance(TimeDelta::days(40));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    app.advance(TimeDelta::days(2));
    let later = app.patient("ALICE").request("GET", &path, &asked, None).await;
    assert_eq!(later.status, 200);
    assert_eq!(later.version_lue(), first.version_lue(), "this one was not touched");
    assert_ne!(later.expect(200), first.expect(200));
    // Of one person, each reader has their own text, and its own tag.
    let own = format!("/v1/patients/{}", patient_id("BERNARD"));
    let (person, caisse) = (app.patient("BERNARD"), app.caisse("010110000"));
    let (told, managed) = (person.get(&own).await, caisse.get(&own).await);
    assert_eq!(told.version_lue(), managed.version_lue());
    assert_ne!(told.body, managed.body);
    let theirs = [("if-none-match", managed.header("etag"))];
    assert_eq!(person.request("GET", &own, &theirs, None).await.expect(200), told.expect(200));
}

/// What an address holds is explained as a member of a body would be.
#[tokio::test]
async fn what_is_wrong_in_an_address_says_what_is_expected_there() {
    let app = TestApp::new().await;
    let caisse = app.caisse("010110000");
    for (path, name, code, expected) in [
        // The last digit of an RPPS is its key: one below, and ten digits.
        ("/v1/medecins/99900001232", "rpps", "luhn", "Luhn"),
        ("/v1/medecins/9990000123", "rpps", "longueur_invalide", "onze chiffres"),
        ("/v1/patients/42", "id", "format_invalide", "UUID"),
        ("/v1/declarations/numeros/MT-1", "numero", "format_invalide", "MT-"),
        ("/v1/statistiques/rien", "tableau", "valeur_inconnue", "designation, consultations"),
    ] {
        let reply = caisse.get(path).await;
        assert_eq!(reply.problem(400), "parametre_invalide", "{path}");
        assert_eq!(reply.wrong_fields(), fields(&[(name, code)]), "{path}");
        let message = reply.expect(400)["erreurs"][0]["message"].clone();
        assert!(message.as_str().unwrap().contains(expected), "{path}: {message}");
    }
}
