//! The dashboard: every number of the page is that of the same call of a program, whole without a script, readable by whoever does
//! not see the charts.

use std::collections::BTreeSet;

use serde_json::Value;
use traitant::domain::acteur::Acteur;
use traitant::domain::identifiers::Rpps;
use traitant::services::statistiques::verify;

use crate::support::TestApp;
use crate::support::app::{MARTIN, Reply};

const PAGE: &str = "/tableau-de-bord";
/// The page may weigh that much, before it is compressed.
const POIDS: usize = 120 * 1024;

async fn posted(app: &TestApp, form: &str) -> Reply {
    let kind = "application/x-www-form-urlencoded";
    app.anonymous().send_file(PAGE, kind, form.as_bytes()).await
}

fn token(app: &TestApp, acteur: &Acteur) -> String {
    app.emetteur.issue(acteur, &*app.clock, &app.ids, 3600).unwrap()
}

fn text(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status.as_u16(), status);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    String::from_utf8(reply.body.clone()).unwrap()
}

/// The values of an attribute, in the order of the page.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let begins = format!(" {name}=\"");
    html.split(begins.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// What is between two marks, each time.
fn between<'a>(html: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    html.split(begin).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

fn is_sound(reply: &Reply, html: &str) {
    assert!(html.len() <= POIDS, "{}", html.len());
    assert!(html.starts_with("<!doctype html>\n<html lang=\"fr\">"));
    for once in ["<title>", "<h1>", "<main id=\"contenu\">", "href=\"#contenu\""] {
        assert_eq!(html.matches(once).count(), 1, "{once}");
    }
    assert!(reply.header("content-security-policy").starts_with("default-src 'none';"));
    assert_eq!(reply.header("cache-control"), "no-store");
    for never in ["<script", " style=", "<style", " onclick", "<img", "@import", "xlink", "url("] {
        assert!(!html.contains(never), "{never}");
    }
    // Nothing comes from elsewhere but the name of the language of the charts, and nothing is sent there.
    let named = html.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    assert!(
        !named.contains("http:") && !named.contains("https:") && !named.contains("//"),
        "{named}"
    );
    let ids = attributes(html, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "an id stands twice");
    let labelled: BTreeSet<&str> = attributes(html, "for").into_iter().collect();
    for tag in html.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("select")) {
        let id = attributes(tag, "id");
        assert!(id.len() == 1 && labelled.contains(id[0]), "{tag}");
    }
    for names in attributes(html, "aria-labelledby") {
        assert!(names.split(' ').all(|name| known.contains(name)), "{names}");
    }
    for target in attributes(html, "href").iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(known.contains(target), "{target}");
    }
    let levels: Vec<u32> =
        html.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10)).collect();
    assert_eq!(levels.first(), Some(&1));
    assert!(levels.windows(2).all(|two| two[1] <= two[0] + 1), "{levels:?}");
    // Each chart says what it is and what it shows, each table says its rows and its columns.
    for chart in between(html, "<svg", "</svg>") {
        for needed in [" role=\"img\"", "aria-labelledby=", "<title", "<desc"] {
            assert!(chart.contains(needed), "{needed}");
        }
    }
    for table in between(html, "<table", "</table>") {
        assert!(table.contains("<caption") && table.contains("<th scope=\"col\">"), "{table}");
        for row in between(table, "<tbody>", "</tbody>")[0].split("<tr>").skip(1) {
            assert!(row.starts_with("<th scope=\"row\">"), "{row}");
        }
    }
}

/// The numbers of a section, in its order; none for one that is not told.
fn shown(section: &str) -> Vec<Option<i64>> {
    let cells = between(section, "<td class=\"montant\">", "</td>");
    cells
        .iter()
        .map(|cell| attributes(cell, "value").first().map(|own| own.parse().unwrap()))
        .collect()
}

/// The numbers of the same call, in the order in which the section has its columns, that in which they first come; or
/// figure by figure, when it is turned.
fn answered(table: &Value, turned: bool) -> Vec<Option<i64>> {
    let rows = table["lignes"].as_array().unwrap();
    let mut columns: Vec<&Value> = Vec::new();
    for figure in rows.iter().flat_map(|row| row["chiffres"].as_array().unwrap()) {
        if !columns.contains(&&figure["indicateur"]) {
            columns.push(&figure["indicateur"]);
        }
    }
    let of = |row: &Value, column: &Value| {
        let all = row["chiffres"].as_array().unwrap();
        all.iter().find(|one| one["indicateur"] == *column).map(|one| one["valeur"].as_i64())
    };
    if turned {
        return columns
            .iter()
            .flat_map(|column| rows.iter().filter_map(|row| of(row, column)))
            .collect();
    }
    rows.iter().flat_map(|row| columns.iter().filter_map(|column| of(row, column))).collect()
}

#[tokio::test]
async fn every_number_of_the_page_is_that_of_the_same_call() {
    let app = TestApp::new().await;
    verify(&app.core, false, |_| {}).await.unwrap();
    let token = token(&app, &Acteur::Statistiques);
    let reader = app.porteur(&Acteur::Statistiques, token.clone());
    for methode in ["cour_2013", "snds"] {
        let form = format!("jeton={token}&methode={methode}&jour=2025-05-31&csv=");
        let reply = posted(&app, &form).await;
        let html = text(&reply, 200);
        is_sound(&reply, &html);
        assert!(!html.contains(token.get(..40).unwrap()), "the page does not have the token");
        let sections = between(&html, "<section ", "</section>");
        assert!(sections.len() >= 15, "{}", sections.len());
        let mut tables = BTreeSet::new();
        for section in sections {
            let call = between(section, "<code>GET ", "</code>")[0].replace("&amp;", "&");
            let table = reader.get(&call).await.expect(200);
            let turned = section.contains("chiffres tournee");
            assert_eq!(shown(section), answered(&table, turned), "{call}");
            // The same as a file, by the button of the section.
            let button = between(section, "name=\"csv\" value=\"", "\"")[0];
            let asked = format!("jeton={token}&jour=2025-05-31&methode={methode}&csv={button}");
            let file = posted(&app, &asked);
            assert_eq!(
                file.await.body,
                reader.get(&format!("{call}&format=csv")).await.body,
                "{call}"
            );
            assert!(call.contains(&format!("methode={methode}")) && call.contains("2025-05-31"));
            tables.insert(table["tableau"].as_str().unwrap().to_owned());
            let known = attributes(&html, "datetime")[0];
            assert_eq!(table["connu_le"], *known);
        }
        assert_eq!(tables.len(), 10, "every table is there");
    }
    // Its name says what it is.
    let form = format!("jeton={token}&jour=2025-05-31&csv=depenses");
    let file = posted(&app, &form).await;
    let call = "/v1/statistiques/depenses?jour=2025-05-31&annees=5&format=csv";
    assert_eq!(file.body, reader.get(call).await.body);
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"depenses-2025-05-31.csv\""
    );
}

#[tokio::test]
async fn whoever_may_not_read_the_statistics_is_told_so_on_the_page() {
    let app = TestApp::new().await;
    let reply = app.anonymous().get(PAGE).await;
    let html = text(&reply, 200);
    is_sound(&reply, &html);
    assert!(html.contains("type=\"password\""));
    let doctor = token(&app, &Acteur::Medecin(Rpps::parse(MARTIN).unwrap()));
    for (form, status) in [
        (String::new(), 401),
        ("jeton=rien".to_owned(), 401),
        (format!("jeton={doctor}"), 403),
        ("jeton=rien&jour=2025-05-30".to_owned(), 422),
        ("jeton=rien&methode=autre".to_owned(), 422),
        // Only a sandbox invents.
        ("exemple=oui".to_owned(), 401),
    ] {
        let reply = posted(&app, &form).await;
        let html = text(&reply, status);
        is_sound(&reply, &html);
        assert!(html.contains("role=\"alert\"") && !html.contains("<section"), "{form}");
    }
}

/// In a sandbox one click is enough: on its own people, or on invented numbers that are large enough to be told.
#[tokio::test]
async fn in_a_sandbox_one_click_shows_invented_numbers() {
    let app = TestApp::bac_a_sable().await;
    let html = text(&app.anonymous().get(PAGE).await, 200);
    let token = html.split("name=\"jeton\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let reply = posted(&app, &format!("jeton={token}")).await;
    assert!(text(&reply, 200).contains("<section"));
    let reply = posted(&app, "exemple=oui").await;
    let html = text(&reply, 200);
    assert!(html.contains("Chiffres inventés"));
    let cells: usize = between(&html, "<td class=\"montant\">", "</td>").len();
    let told = html.matches("<data value=").count();
    assert!(told * 10 >= cells * 9, "{told} of {cells}");
    assert!(html.len() <= POIDS, "{}", html.len());
}
