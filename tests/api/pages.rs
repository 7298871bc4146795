//! The pages for a browser: light, whole without a script, from this service alone, labelled, and right in what they say.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::TestApp;
use crate::support::app::Reply;
use crate::support::logs;

/// A page may weigh that much, its style included.
const POIDS: usize = 60 * 1024;

pub fn page(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status.as_u16(), status);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    String::from_utf8(reply.body.clone()).unwrap()
}

/// The values of an attribute, in the order of the page.
pub fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let begins = format!(" {name}=\"");
    html.split(begins.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Whether a page is light, whole, from this service alone and labelled.
pub fn is_sound(reply: &Reply, html: &str) {
    assert!(
        html.len() + include_str!("../../src/http/pages/style.css").len() <= POIDS,
        "{}",
        html.len()
    );
    assert!(html.starts_with("<!doctype html>\n<html lang=\"fr\">"));
    assert!(html.contains("name=\"viewport\" content=\"width=device-width, initial-scale=1\""));
    for once in ["<title>", "<h1>", "<main id=\"contenu\">", "href=\"#contenu\""] {
        assert_eq!(html.matches(once).count(), 1, "{once}");
    }
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("cache-control"), "no-store");
    // One script may make it nicer, from here.
    let html = &html.replacen("<script src=\"/copier.js\" defer></script>\n", "", 1);
    for never in ["<script", " style=", "<style", " onclick", "<img", "@import"] {
        assert!(!html.contains(never), "{never}");
    }
    // Nothing comes from elsewhere, and nothing is sent there.
    let here = ["href", "src", "action"].map(|name| attributes(html, name)).concat();
    for target in here {
        let own = target.starts_with('/') && !target.starts_with("//");
        assert!(own || target.starts_with('#') || target == "data:,", "{target}");
    }
    // Each field has its label, each description is there, each id is one.
    let ids = attributes(html, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "an id stands twice");
    let labelled: BTreeSet<&str> = attributes(html, "for").into_iter().collect();
    let is_field = |tag: &&str| {
        ["input", "select", "textarea"].iter().any(|name| tag.starts_with(name))
            && !tag.contains("type=\"hidden\"")
    };
    for tag in html.split('<').filter(is_field) {
        let id = attributes(tag, "id");
        assert!(id.iter().all(|id| labelled.contains(id)) && id.len() == 1, "{tag}");
    }
    let described = ["aria-describedby", "aria-labelledby"].map(|name| attributes(html, name));
    for name in described.concat().iter().flat_map(|names| names.split(' ')) {
        assert!(known.contains(name), "{name}");
    }
    // Headings go down one step at a time.
    let levels: Vec<u32> =
        html.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10)).collect();
    assert_eq!(levels.first(), Some(&1));
    assert!(levels.windows(2).all(|two| two[1] <= two[0] + 1), "{levels:?}");
}

#[tokio::test]
async fn the_home_of_the_sandbox_shows_everybody_and_a_request_that_works() {
    let app = TestApp::bac_a_sable().await;
    let reply = app.anonymous().get("/").await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    for needed in [
        "Lucas ESSAI-GIRARD",
        "Inès ESSAI-RENAUD",
        "href=\"/docs/\"",
        "href=\"/docs/problemes\"",
        "16\u{a0}juin 2025",
    ] {
        assert!(html.contains(needed), "{needed}");
    }
    // The request that it shows: its token lets in, its body finds Bernard's doctor.
    let token = html.split("Bearer ").nth(1).unwrap().split("&#39;").next().unwrap();
    let body = html.split("-d &#39;").nth(1).unwrap().split("&#39;").next().unwrap();
    let body = serde_json::from_str(&body.replace("&quot;", "\"")).unwrap();
    let asked = app.bearer(token.to_owned());
    let found = asked.post("/v1/medecins-traitants/consultation", body).await.expect(200);
    assert_eq!(found["designation"]["medecins"][0]["rpps"], "99900001233");
    // Everybody has a page of their own.
    let list = app.anonymous().get("/bac-a-sable/liste").await.expect(200);
    let people = attributes(&html, "href");
    let people: Vec<_> =
        people.iter().filter(|link| link.starts_with("/bac-a-sable/personnes/")).collect();
    let count = |group: &str| list[group].as_array().unwrap().len();
    assert_eq!(people.len(), count("patients") + count("medecins") + count("autres"));
    for link in people {
        let reply = app.anonymous().get(link).await;
        let html = page(&reply, 200);
        is_sound(&reply, &html);
        assert!(html.contains("Authorization: Bearer ey"), "{link}");
    }
    assert_eq!(
        app.anonymous().get("/bac-a-sable/personnes/personne").await.problem(404),
        "introuvable"
    );
    let style = app.anonymous().get("/style.css").await;
    assert_eq!(
        (style.status.as_u16(), style.header("content-type")),
        (200, "text/css; charset=utf-8")
    );
    assert!(!String::from_utf8(style.body).unwrap().contains("url("));
}

/// The answers of a form, as a browser writes them.
fn address(changes: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("date", "2025-06-13"),
        ("soin", "consultation"),
        ("lieu", "cabinet"),
        ("prix", "30"),
        ("qui", "01"),
        ("secteur", "1"),
        ("mt", "aucun"),
        ("age", "52"),
        ("ald", "non"),
        ("complementaire", "amc"),
        ("base", ""),
    ];
    for (name, value) in changes {
        all.iter_mut().find(|(known, _)| known == name).unwrap().1 = value;
    }
    let query = all.iter().map(|(name, value)| format!("{name}={}", value.replace(',', "%2C")));
    format!("/simulateur?{}", query.collect::<Vec<_>>().join("&"))
}

#[tokio::test]
async fn the_simulator_says_what_a_simulation_says_and_its_address_says_it_again() {
    let app = TestApp::bac_a_sable().await;
    let blank = app.anonymous().get("/simulateur").await;
    is_sound(&blank, &page(&blank, 200));
    let first = format!("min=\"{}\"", app.core.law().premier_jour());
    assert!(page(&blank, 200).contains(&first), "the first day of the law");
    let body = json!({
        "date_soins": "2025-06-13", "patient": { "age": 52, "complementaire": "amc" },
        "medecin_traitant": "aucun", "executant": { "specialite": "01", "convention": "secteur_1" },
        "actes": [{ "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000 }],
    });
    let said =
        app.anonymous().request("POST", "/v1/simulations", &[], Some(&body)).await.expect(200);
    let reply = app.anonymous().get(&address(&[])).await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    let plain = html.replace("&#39;", "'").replace("&amp;", "&");
    for sentence in said["pour_le_patient"]["phrases"].as_array().unwrap() {
        assert!(plain.contains(sentence.as_str().unwrap()), "{sentence}");
    }
    for text in said["pour_le_patient"]["references"].as_array().unwrap() {
        assert!(plain.contains(text.as_str().unwrap()), "{text}");
    }
    // The examples of the README: 8.40 € and 9 € paid, 12.60 € left, 10.60 € less with a médecin traitant.
    for amount in ["8,40", "9,00", "12,60", "10,60"] {
        let whole = amount.trim_end_matches(",00");
        assert!(plain.contains(amount) || plain.contains(&format!("{whole}\u{a0}€")), "{amount}");
    }
    assert!(plain.contains("Ce qui l'aurait changé") && plain.contains("<svg viewBox"));
    let again = plain.split("<a href=\"/simulateur?").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(page(&app.anonymous().get(&format!("/simulateur?{again}")).await, 200), html);
    // Nothing of the answers is logged.
    let logged = logs::take();
    assert!(logged.contains("\"/simulateur\""), "the request is logged, by its route");
    for answer in ["complementaire=", "age=52", "2025-06-13"] {
        assert!(!logged.contains(answer), "{answer}");
    }
}

#[tokio::test]
async fn the_simulator_knows_the_prices_of_the_day_and_names_what_is_wrong_beside_it() {
    let app = TestApp::bac_a_sable().await;
    // The base is the published price of the day, of the doctor and of the sector: « sur les … » of which the rate is paid.
    for (changes, base) in [
        (&[("date", "2024-06-13"), ("prix", "26,50")][..], 2650),
        (&[("date", "2012-06-13"), ("prix", "23")], 2300),
        (&[("qui", "12"), ("age", "1"), ("date", "2026-03-01"), ("prix", "40")], 4000),
        (&[("secteur", "2"), ("prix", "60")], 2300),
        (&[("secteur", "2"), ("prix", "30")], 3000),
        (&[("secteur", "optam"), ("prix", "60")], 3000),
        (&[("secteur", "3"), ("prix", "60"), ("base", "0,61")], 61),
        (&[("mt", "adresse"), ("qui", "03"), ("soin", "avis"), ("prix", "60")], 6000),
        (&[("soin", "visite"), ("prix", "30")], 3000),
        (&[("prix", "20")], 2000),
    ] {
        let reply = app.anonymous().get(&address(changes)).await;
        let html = page(&reply, 200);
        is_sound(&reply, &html);
        let sent = format!("&quot;base_remboursement_centimes&quot;: {base}");
        assert!(html.contains(&sent), "{changes:?}");
    }
    for (changes, field) in [
        (&[("date", "2025-02-30")][..], "date"),
        (&[("date", "2005-12-31")], "date"),
        (&[("age", "131")], "age"),
        (&[("age", "abc")], "age"),
        (&[("prix", "trente")], "prix"),
        (&[("prix", "30,555")], "prix"),
        (&[("prix", "0")], "prix"),
        (&[("qui", "99")], "qui"),
        (&[("mt", "")], "mt"),
        (&[("base", "31")], "base"),
        (&[("secteur", "3")], "base"),
    ] {
        let reply = app.anonymous().get(&address(changes)).await;
        let html = page(&reply, 422);
        is_sound(&reply, &html);
        let beside = format!("<p class=\"erreur\" id=\"{field}-erreur\">");
        assert!(html.contains(&beside), "{changes:?}");
        assert!(html.contains(&format!("<a href=\"#{field}\">")), "{changes:?}");
        assert_eq!(html.matches("aria-invalid").count(), 1, "{changes:?}");
    }
    // What somebody writes is shown as it is, never as a part of the page.
    let reply = app.anonymous().get(&address(&[("prix", "%3Cscript%3E%22")])).await;
    let html = page(&reply, 422);
    is_sound(&reply, &html);
    assert!(html.contains("&lt;script&gt;&quot;"));
}

#[tokio::test]
async fn the_catalogue_of_problems_fits_a_telephone_and_has_the_codes_of_fields() {
    let app = TestApp::new().await;
    let reply = app.anonymous().get("/docs/problemes").await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    assert_eq!(html.matches("<table class=\"large\">").count(), 2);
    for id in ["champs_invalides", "champ-luhn", "champ-cle_incorrecte"] {
        assert!(html.contains(&format!("<tr id=\"{id}\">")), "{id}");
    }
}
