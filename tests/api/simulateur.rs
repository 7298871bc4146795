//! The simulator of the patient: a price read as its lines, and an account that accuses nobody without a reason.

use serde_json::Value;

use crate::support::TestApp;

const BASE: [(&str, &str); 11] = [
    ("date", "2025-06-13"),
    ("soin", "consultation"),
    ("lieu", "cabinet"),
    ("prix", "30"),
    ("qui", "03"),
    ("secteur", "1"),
    ("mt", "adresse"),
    ("age", "40"),
    ("ald", "non"),
    ("complementaire", "amc"),
    ("base", ""),
];

fn address(changes: &str) -> String {
    let changes: Vec<(&str, &str)> = changes
        .split('&')
        .filter(|change| !change.is_empty())
        .map(|change| change.split_once('=').unwrap())
        .collect();
    let mut all: Vec<(&str, &str)> = BASE
        .iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name))
        .copied()
        .collect();
    all.extend(&changes);
    let query = all
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(',', "%2C").replace('/', "%2F")));
    format!("/simulateur?{}", query.collect::<Vec<_>>().join("&"))
}

/// The page as it is read: no mark-up of characters, one kind of space.
async fn lue(app: &TestApp, changes: &str, status: u16) -> String {
    let reply = app.anonymous().get(&address(changes)).await;
    assert_eq!(reply.status.as_u16(), status, "{changes}");
    let html = String::from_utf8(reply.body).unwrap();
    let marks = [("&#39;", "'"), ("&quot;", "\""), ("&amp;", "&"), ("\u{a0}", " ")];
    marks.iter().fold(html, |html, (mark, sign)| html.replace(mark, sign))
}

/// The answer alone: the form and its help are not the account.
fn reponse(html: &str) -> &str {
    html.split("<form").next().unwrap()
}

/// What a program would have sent.
fn envoyee(html: &str) -> Value {
    let body = html.split("POST /v1/simulations\n").nth(1).unwrap();
    serde_json::from_str(body.split("</code>").next().unwrap()).unwrap()
}

#[tokio::test]
async fn a_published_price_with_its_supplements_is_no_overrun() {
    let app = TestApp::bac_a_sable().await;
    for (changes, lines, left) in [
        ("prix=31,50", &[("CS", 2650), ("MCS", 500)][..], "2"),
        ("prix=30&date=2018-06-13", &[("CS", 2300), ("MCS", 500), ("MPC", 200)], "1"),
        ("prix=28&date=2012-06-13", &[("CS", 2300), ("MCS", 300), ("MPC", 200)], "1"),
        ("prix=40&soin=visite&qui=01&mt=lui", &[("VG", 3000), ("MD", 1000)], "2"),
        ("prix=35&qui=01&mt=lui&age=4", &[("G", 3000), ("MEG", 500)], ""),
        (
            "prix=38,50&qui=12&mt=sans&age=1&date=2024-06-13",
            &[("CS", 2300), ("MEP", 400), ("NFP", 1150)],
            "",
        ),
        ("prix=51,70&qui=33&date=2024-06-13", &[("CNPSY", 4250), ("MCS", 500), ("MPC", 420)], "2"),
    ] {
        let html = lue(&app, changes, 200).await;
        let sent = envoyee(&html);
        let actes = sent["actes"].as_array().unwrap();
        let mut billed: Vec<(&str, i64)> = actes
            .iter()
            .map(|acte| {
                assert_eq!(acte["honoraires_centimes"], acte["base_remboursement_centimes"]);
                (acte["code"].as_str().unwrap(), acte["honoraires_centimes"].as_i64().unwrap())
            })
            .collect();
        billed[1..].sort_unstable();
        assert_eq!(billed, lines, "{changes}");
        let told = reponse(&html);
        for wrong in ["au-dessus du tarif", "permis", "À savoir"] {
            assert!(!told.contains(wrong), "{changes}: {wrong}: {told}");
        }
        let row = format!("</svg>Vous</th><td class=\"montant\">{left}");
        assert!(told.contains(&row), "{changes}: {told}");
    }
    // Without a letter the same sum holds no supplement of coordination: it is an authorised overrun.
    let alone = lue(&app, "prix=31,50&mt=sans", 200).await;
    assert_eq!(envoyee(&alone)["actes"][0]["qualificatif_depense"], "da");
    // Outside the parcours a GP has neither: nobody says more than is known.
    let gp = lue(&app, "prix=200&qui=01&mt=sans", 200).await;
    assert!(reponse(&gp).contains("ne semblent pas permis"), "{gp}");
    let may = lue(&app, "prix=35&qui=01&mt=lui&age=40", 200).await;
    assert!(!reponse(&may).contains("permis"), "{may}");
}

#[tokio::test]
async fn an_authorised_overrun_is_told_as_the_api_tells_it() {
    let app = TestApp::bac_a_sable().await;
    let html = lue(&app, "mt=sans&prix=37&age=75", 200).await;
    let told = reponse(&html);
    for sentence in [
        "il vous reste 23,10 € à payer",
        "il vous serait resté 2 € à payer : 21,10 € de moins, car le médecin n'aurait pas pu demander 10,50 € de plus",
        "« dépassement autorisé »",
    ] {
        assert!(told.contains(sentence), "{sentence}: {told}");
    }
    assert!(!told.contains("permis"), "{told}");
    // One cent beyond the highest total is no authorised overrun any more.
    let beyond = lue(&app, "mt=sans&prix=37,01&age=75", 200).await;
    assert!(envoyee(&beyond)["actes"][0].get("qualificatif_depense").is_none());
}

#[tokio::test]
async fn direct_access_is_told_to_whom_it_is_open_and_is_an_answer_of_the_form() {
    let app = TestApp::bac_a_sable().await;
    for (changes, price) in
        [("qui=15", "26,50"), ("qui=07", "32"), ("qui=33&age=25", "50"), ("qui=33&age=16", "50")]
    {
        let asked = format!("mt=sans&prix={price}&{changes}");
        let html = lue(&app, &asked, 200).await;
        let told = reponse(&html);
        assert!(told.contains("hors du parcours"), "{asked}: {told}");
        assert!(told.contains("on peut voir ce médecin directement"), "{asked}: {told}");
        assert!(told.contains("à payer. Dites-le"), "{asked}: {told}");
        assert!(html.contains("name=\"pour\""), "{asked}");
        let html = lue(&app, &format!("{asked}&pour=direct"), 200).await;
        let told = reponse(&html);
        assert_eq!(envoyee(&html)["parcours"]["indicateur"], "D");
        assert!(told.contains("que l'on peut voir directement"), "{asked}: {told}");
        assert!(!told.contains("hors du parcours"), "{asked}: {told}");
        let html = lue(&app, &format!("{asked}&pour=autre"), 200).await;
        assert!(!reponse(&html).contains("on peut voir ce médecin directement"), "{asked}");
    }
    // Nobody else is told or asked, whatever an old address says.
    for changes in ["qui=33&age=26&prix=50", "qui=33&age=15&prix=50", "qui=03", "qui=15&mt=aucun"] {
        let html = lue(&app, &format!("mt=sans&pour=direct&{changes}"), 200).await;
        assert!(!html.contains("name=\"pour\""), "{changes}");
        assert_ne!(envoyee(&html)["parcours"]["indicateur"], "D", "{changes}");
    }
}

#[tokio::test]
async fn no_account_names_a_feuille_nor_a_doctor_whom_nobody_has_and_none_tells_the_future_as_past()
{
    let app = TestApp::bac_a_sable().await;
    for qui in ["01", "03", "15", "33"] {
        for mt in ["lui", "adresse", "sans", "aucun", "parti"] {
            for soin in ["consultation", "avis", "teleconsultation", "visite"] {
                for rest in [
                    "age=40",
                    "age=10",
                    "age=40&complementaire=ame",
                    "age=40&secteur=2&prix=60",
                    "age=80&prix=70",
                ] {
                    let asked = format!("qui={qui}&mt={mt}&soin={soin}&base=20&{rest}");
                    let html = lue(&app, &asked, 200).await;
                    let told = reponse(&html);
                    assert!(!told.contains("feuille"), "{asked}: {told}");
                    if mt == "aucun" {
                        for wrong in [
                            "passer d'abord par votre médecin traitant",
                            "consulter votre médecin traitant",
                        ] {
                            assert!(!told.contains(wrong), "{asked}: {told}");
                        }
                    }
                    let html = lue(&app, &format!("{asked}&date=2030-01-01"), 200).await;
                    let told = reponse(&html);
                    assert!(told.contains("Ce jour est à venir"), "{asked}");
                    for past in [
                        "avez consulté",
                        "avez reçu",
                        "aviez eu",
                        "aviez consulté",
                        "aviez l'",
                        "n'aviez",
                        "auriez",
                        "serait resté",
                        "avait",
                        "aurait",
                        "n'était pas",
                    ] {
                        assert!(!told.contains(past), "{asked}: {past}: {told}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_listed_in_the_order_of_the_form_and_a_day_is_written_as_in_french() {
    let app = TestApp::bac_a_sable().await;
    let html = lue(&app, "date=hier&prix=rien&qui=99&age=abc", 422).await;
    let summary =
        html.split("<div class=\"bilan\"").nth(1).unwrap().split("</div>").next().unwrap();
    let places: Vec<usize> =
        ["#date", "#prix", "#qui", "#age"].iter().map(|link| summary.find(link).unwrap()).collect();
    assert!(places.is_sorted(), "{summary}");
    assert!(!summary.contains("<p></p>"), "{summary}");
    assert!(summary.contains("par exemple 15/03/2026"), "{summary}");
    let html = lue(&app, "date=13/06/2025&prix=31,50", 200).await;
    assert!(html.contains("value=\"2025-06-13\"") && html.contains("13 juin 2025"), "{html}");
    let unknown = lue(&app, "secteur=3", 422).await;
    assert!(unknown.contains("après les soins, recopiez celui de votre relevé"), "{unknown}");
}
