//! « Essayer tout », without a script: each gesture of each role is a form that is sent, a request that is shown as it was made, an
//! answer; and production has none of it.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::pages::{attributes, is_sound, page};
use crate::support::TestApp;
use crate::support::app::Reply;

const MARTIN: &str = "99900001233";
const RENAUD: &str = "99900008048";
const PONS: &str = "99900007016";

/// A text of a page, as the reader sees it.
pub fn plain(html: &str) -> String {
    let html = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    html.replace("&#39;", "'").replace("&amp;", "&")
}

/// The form of a page that holds a text: where it is sent, and what its fields say at first.
pub fn form(html: &str, holds: &str) -> (String, Vec<(String, String)>) {
    let mut forms = html.split("<form ").skip(1).map(|rest| rest.split("</form>").next().unwrap());
    let form =
        forms.find(|form| form.contains(holds)).unwrap_or_else(|| panic!("no form: {holds}"));
    let action =
        plain(attributes(form.split('>').next().unwrap(), "action").first().unwrap_or(&""));
    let mut fields = Vec::new();
    for (start, _) in form.match_indices('<') {
        let rest = form.get(start + 1..).unwrap();
        let tag = rest.split('>').next().unwrap();
        let Some(name) = attributes(tag, "name").first().map(|name| (*name).to_owned()) else {
            continue;
        };
        let inside = rest.split_once('>').unwrap().1;
        let value = match tag.split(' ').next().unwrap() {
            "input" => {
                attributes(tag, "value").first().map(|value| plain(value)).unwrap_or_default()
            }
            "textarea" => plain(inside.split("</textarea>").next().unwrap()),
            "select" => {
                let options = inside.split("</select>").next().unwrap();
                let mut all = options.split("<option").skip(1);
                let chosen = all.clone().find(|one| one.contains(" selected"));
                let chosen = chosen.or_else(|| all.next()).unwrap();
                plain(attributes(chosen, "value")[0])
            }
            _ => continue,
        };
        fields.push((name, value));
    }
    (action, fields)
}

/// Sends a form as a browser does.
pub async fn submit(app: &TestApp, action: &str, fields: &[(String, String)]) -> Reply {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let action = action.split('#').next().unwrap();
    let request = Request::builder().method("POST").uri(action);
    let request =
        request.header("sec-fetch-site", "same-origin").header("host", "exemple.test:8080");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    app.send(request.body(Body::from(body)).unwrap()).await
}

/// A page on which somebody acts.
async fn scene(app: &TestApp, (personne, medecin, qui): (&str, &str, &str)) -> String {
    let address = format!("/bac-a-sable?personne={personne}&medecin={medecin}&qui={qui}");
    let reply = app.anonymous().get(&address).await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    html
}

/// Makes a gesture with some fields filled otherwise; gives the page.
async fn fait(
    app: &TestApp,
    who: (&str, &str, &str),
    cle: &str,
    filled: &[(&str, &str)],
) -> String {
    let html = scene(app, who).await;
    let (action, mut fields) = form(&html, &format!("name=\"geste\" value=\"{cle}\""));
    for (name, value) in filled {
        let field = fields.iter_mut().find(|(known, _)| known == name).unwrap();
        (*value).clone_into(&mut field.1);
    }
    fields.push(("geste".to_owned(), cle.to_owned()));
    let reply = submit(app, &action, &fields).await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    html
}

/// The statuses that were answered, in order.
fn statuts(html: &str) -> Vec<u16> {
    let steps = html.split("<li><h3>").skip(1).map(|rest| rest.split("</h3>").next().unwrap());
    let told = steps.filter_map(|step| step.rsplit(" : ").next()?.split(' ').next()?.parse().ok());
    told.collect()
}

/// Every gesture of every role, on whom it is good for, and the last status.
const JOUES: &[(&str, (&str, &str, &str), u16)] = &[
    ("moi", ("alice", MARTIN, "patient"), 200),
    ("medecin-traitant", ("bernard", MARTIN, "patient"), 200),
    ("medecin-traitant", ("nina", RENAUD, "representant-0"), 200),
    ("medecin-traitant", ("bernard", MARTIN, "caisse"), 200),
    ("consultation", ("bernard", MARTIN, "medecin"), 200),
    ("famille", ("karine", RENAUD, "medecin"), 200),
    ("histoire", ("hugo", PONS, "patient"), 200),
    ("histoire", ("hugo", PONS, "medecin"), 200),
    ("histoire", ("germaine", RENAUD, "caisse"), 200),
    ("declarations", ("hugo", PONS, "patient"), 200),
    ("dossier", ("julien", RENAUD, "medecin"), 200),
    ("proches", ("karine", RENAUD, "patient"), 200),
    ("patientele", ("julien", RENAUD, "medecin"), 200),
    ("a-faire", ("corentin", MARTIN, "patient"), 200),
    ("a-faire", ("damien", MARTIN, "medecin"), 200),
    ("a-faire", ("jonas", PONS, "caisse"), 200),
    ("fil", ("mireille", RENAUD, "caisse"), 200),
    ("fil", ("mireille", RENAUD, "patient"), 200),
    ("acces", ("ingrid", MARTIN, "patient"), 200),
    ("traces", ("ingrid", MARTIN, "caisse"), 200),
    ("traces", ("nina", RENAUD, "representant-0"), 200),
    ("declarer", ("alice", MARTIN, "medecin"), 201),
    ("declarer", ("nina", PONS, "medecin"), 201),
    ("proposer", ("estelle", PONS, "medecin"), 201),
    ("signer", ("estelle", PONS, "patient"), 200),
    ("signer", ("corentin", MARTIN, "patient"), 200),
    ("signer-medecin", ("damien", MARTIN, "medecin"), 200),
    ("choisir", ("mireille", MARTIN, "patient"), 201),
    ("refuser", ("mireille", MARTIN, "medecin"), 200),
    ("choisir", ("quentin", PONS, "representant-1"), 201),
    ("papier", ("yasmine", PONS, "caisse"), 201),
    ("papier", ("suzanne", PONS, "caisse"), 201),
    ("contester", ("yasmine", PONS, "patient"), 200),
    ("trancher", ("jonas", PONS, "caisse"), 200),
    ("retirer", ("virginie", MARTIN, "patient"), 200),
    ("retirer", ("brigitte", MARTIN, "caisse"), 200),
    ("feuille", ("alice", MARTIN, "medecin"), 201),
    ("simuler", ("alice", PONS, "medecin"), 200),
    ("feuilles", ("ingrid", MARTIN, "patient"), 200),
    ("explication", ("ingrid", MARTIN, "patient"), 200),
    ("explication", ("ingrid", MARTIN, "caisse"), 200),
    ("instruction", ("ingrid", MARTIN, "caisse"), 200),
    ("adresser", ("bernard", MARTIN, "medecin"), 201),
    ("reevaluer", ("ingrid", MARTIN, "caisse"), 202),
    ("caisse", ("bernard", MARTIN, "caisse-011310000"), 201),
    ("retraite", ("bernard", MARTIN, "agent-1"), 202),
    ("confirmer", ("bernard", MARTIN, "agent-2"), 202),
    ("libre", ("ingrid", MARTIN, "patient"), 200),
    ("statistiques", ("ingrid", MARTIN, "statistiques"), 200),
];

#[tokio::test]
async fn every_gesture_works_without_scripts_for_its_role() {
    let app = TestApp::bac_a_sable().await;
    let mut made = BTreeSet::new();
    for (cle, who, last) in JOUES {
        let html = fait(&app, *who, cle, &[]).await;
        assert_eq!(statuts(&html).last(), Some(last), "{cle} {who:?}: {}", told(&html));
        assert!(html.contains("curl -s "), "{cle}");
        made.insert((*cle).to_owned());
    }
    // The clock and the new beginning are for everybody; a reset is too long for this test, and has its own.
    let html = fait(&app, ("alice", MARTIN, "patient"), "horloge", &[]).await;
    assert_eq!(statuts(&html), [200], "{}", told(&html));
    made.extend(["horloge".to_owned(), "zero".to_owned()]);
    // Nobody has a gesture that was not made here.
    for qui in ["patient", "representant-0", "medecin", "caisse", "agent-1", "statistiques"] {
        let html = scene(&app, ("nina", RENAUD, qui)).await;
        for form in html.split("<form ").filter(|form| form.contains("name=\"geste\"")) {
            let cle =
                form.split("name=\"geste\" value=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(made.contains(cle), "{qui} {cle}");
        }
    }
}

/// What a page says of a refusal.
fn told(html: &str) -> String {
    let answer = html.split("id=\"reponse\"").nth(1).unwrap_or_default();
    plain(answer).chars().take(4_000).collect()
}

#[tokio::test]
async fn what_is_shown_is_what_was_asked_and_a_form_sent_twice_acts_once() {
    let app = TestApp::bac_a_sable().await;
    let html = fait(&app, ("ingrid", MARTIN, "patient"), "explication", &[]).await;
    // The last request, as the page shows it.
    let shown = plain(html.rsplit("curl -s ").next().unwrap().split("</code>").next().unwrap());
    let address = shown.split(' ').next().unwrap().trim_matches('\'');
    assert!(address.starts_with("http://exemple.test:8080/v1/feuilles-de-soins/"), "{address}");
    let token = shown.split("Bearer ").nth(1).unwrap().split('\'').next().unwrap();
    let path = address.strip_prefix("http://exemple.test:8080").unwrap();
    let again = app.bearer(token.to_owned()).get(path).await.expect(200);
    for sentence in again["evaluations"][0]["pour_le_patient"]["phrases"].as_array().unwrap() {
        assert!(plain(&html).contains(sentence.as_str().unwrap()), "{sentence}");
    }
    // A quotation mark in a body is one for the shell too.
    let said = [("motif", "je n'ai rien signé")];
    let html = fait(&app, ("corentin", MARTIN, "patient"), "refuser", &said).await;
    assert!(plain(&html).contains(r"je n'\''ai rien signé"));

    let html = scene(&app, ("alice", MARTIN, "medecin")).await;
    let (action, mut fields) = form(&html, "name=\"geste\" value=\"feuille\"");
    fields.push(("geste".to_owned(), "feuille".to_owned()));
    for _ in 0..2 {
        let html = page(&submit(&app, &action, &fields).await, 200);
        assert_eq!(statuts(&html), [201], "{}", told(&html));
    }
    let list = fait(&app, ("alice", MARTIN, "patient"), "feuilles", &[]).await;
    assert_eq!(
        list.matches("&quot;numero_facture&quot;").count()
            + list.matches("\"numero_facture\"").count(),
        1
    );
    // So does a page with signatures that is reloaded: the same proofs are shown again.
    let signed = [
        ("declarer", ("alice", MARTIN, "medecin"), 201),
        ("choisir", ("mireille", MARTIN, "patient"), 201),
        ("signer", ("corentin", MARTIN, "patient"), 200),
    ];
    for (cle, who, last) in signed {
        let html = scene(&app, who).await;
        let (action, mut fields) = form(&html, &format!("name=\"geste\" value=\"{cle}\""));
        fields.push(("geste".to_owned(), cle.to_owned()));
        for _ in 0..2 {
            let html = page(&submit(&app, &action, &fields).await, 200);
            assert_eq!(statuts(&html).last(), Some(&last), "{cle}: {}", told(&html));
        }
    }
    // One that is damaged is refused by the service, in its own words.
    let damaged = [("corps", "{\"numero_facture\": 12")];
    let html = fait(&app, ("alice", MARTIN, "medecin"), "feuille", &damaged).await;
    assert_eq!(statuts(&html), [400]);
    assert!(html.contains("corps_illisible"));
    // What somebody writes is shown as it is, never as a part of the page; what is not ours is not asked.
    let wild =
        [("chemin", "/v1/moi?<script>"), ("corps", "</textarea><script>"), ("methode", "POST")];
    fait(&app, ("alice", MARTIN, "patient"), "libre", &wild).await;
    let elsewhere = [("chemin", "https://exemple.test/v1/moi")];
    let html = fait(&app, ("alice", MARTIN, "patient"), "libre", &elsewhere).await;
    assert!(statuts(&html).is_empty() && html.contains("L&#39;adresse commence par"));
}

#[tokio::test]
async fn the_ready_feuilles_are_accepted_and_each_is_another() {
    let app = TestApp::bac_a_sable().await;
    let html = scene(&app, ("bernard", MARTIN, "medecin")).await;
    let links = attributes(&html, "href").into_iter().map(plain);
    let links: Vec<String> = links.filter(|link| link.contains("&exemple=")).collect();
    assert!(links.len() >= 5, "{links:?}");
    let mut bodies = BTreeSet::new();
    for link in links {
        let reply = app.anonymous().get(link.split('#').next().unwrap()).await;
        let html = page(&reply, 200);
        is_sound(&reply, &html);
        assert!(html.contains("id=\"g-feuille\" open"), "{link}");
        let (action, mut fields) = form(&html, "name=\"geste\" value=\"feuille\"");
        let mut body: Value = serde_json::from_str(&fields[0].1).unwrap();
        body["numero_facture"] = Value::Null;
        bodies.insert(body.to_string());
        fields.push(("geste".to_owned(), "feuille".to_owned()));
        let html = page(&submit(&app, &action, &fields).await, 200);
        assert_eq!(statuts(&html), [201], "{link} {}", told(&html));
        assert!(html.contains("<svg viewBox"), "{link}");
    }
    assert!(bodies.len() >= 5);
}

#[tokio::test]
async fn another_site_does_not_act_in_the_sandbox_and_production_has_none() {
    let app = TestApp::bac_a_sable().await;
    let request = Request::builder().method("POST").uri("/bac-a-sable?qui=patient");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("sec-fetch-site", "cross-site").body(Body::from("geste=moi"));
    assert_eq!(app.send(request.unwrap()).await.problem(403), "role_interdit");
    // A gesture that the role does not have.
    let alone = [("geste".to_owned(), "declarer".to_owned())];
    assert_eq!(submit(&app, "/bac-a-sable?qui=patient", &alone).await.problem(404), "introuvable");
    let script = app.anonymous().get("/copier.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert!(!String::from_utf8(script.body).unwrap().contains("://"));

    let app = TestApp::new().await;
    assert_eq!(app.anonymous().get("/bac-a-sable").await.problem(404), "introuvable");
    assert_eq!(submit(&app, "/bac-a-sable?qui=patient", &alone).await.problem(404), "introuvable");
    assert_eq!(app.anonymous().get("/copier.js").await.problem(404), "introuvable");
}
