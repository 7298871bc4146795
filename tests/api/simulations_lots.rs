//! What if on a lot: real persons beside invented care, each line for itself.

use axum::body::{Body, Bytes};
use axum::http::Request;
use chrono::TimeDelta;
use futures_util::StreamExt;
use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;
use traitant::domain::identifiers::Rpps;

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, Caller, MARTIN, feuille};
use crate::support::database::TestDatabase;
use crate::support::vie::{AIN, AUTRE_NIR};

const LOTS: &str = "/v1/simulations/lots";
const REGISTRE: &str = "/v1/simulations/registre";

/// A third euro of participation forfaitaire: one euro more for who pays it.
fn dearer() -> Value {
    json!({ "reforme": [{ "code": "PF_MONTANT", "valeur": 300, "du": "2025-01-01" }] })
}

fn invented() -> Value {
    json!({
        "date_soins": "2025-06-16",
        "patient": { "age": 45, "complementaire": "amc" },
        "medecin_traitant": "executant",
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "parcours": { "indicateur": "T" },
        "actes": [{ "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000 }]
    })
}

fn real(prenom: &str, numero: &str) -> Value {
    json!({ "feuille": feuille(prenom, numero, "2025-03-10", json!("T")) })
}

async fn lot(caller: &Caller<'_>, lines: &[Value]) -> Vec<Value> {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let reply = caller.send_ndjson(LOTS, &text.join("\n")).await;
    assert_eq!(reply.status, 200);
    let text = String::from_utf8(reply.body).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn refusal(answer: &Value) -> (&str, Vec<(&str, &str)>) {
    assert_eq!(answer["resultat"], "refusee", "{answer:#}");
    let problem = &answer["probleme"];
    let fields = problem["erreurs"].as_array().map_or(&[][..], Vec::as_slice);
    let fields = fields
        .iter()
        .map(|field| (field["pointeur"].as_str().unwrap(), field["code"].as_str().unwrap()))
        .collect();
    (problem["code"].as_str().unwrap(), fields)
}

#[tokio::test]
async fn real_and_invented_care_are_asked_together_in_their_order() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let events = app.events().await.len();
    let alone = martin.post(REGISTRE, real("BERNARD", "1")).await.expect(200);
    let without = martin.post(REGISTRE, real("ALICE", "1")).await.expect(200);
    assert_ne!(alone["appartenance"], without["appartenance"], "the register decides");
    let lines = [
        dearer(),
        invented(),
        real("BERNARD", "1"),
        real("ALICE", "1"),
        invented(),
        real("BERNARD", "1"),
    ];
    let answers = lot(&martin, &lines).await;
    let told: Vec<(Option<u64>, &str)> = answers
        .iter()
        .map(|answer| (answer["ligne"].as_u64(), answer["resultat"].as_str().unwrap()))
        .collect();
    let line = |number| (Some(number), "evaluee");
    assert_eq!(told, [line(2), line(3), line(4), line(5), line(6), (None, "total")]);
    let before = |answer: &Value| answer["en_vigueur"]["reste_a_charge_centimes"].as_i64().unwrap();
    assert_eq!(answers[1]["en_vigueur"], alone["totaux"]);
    assert_eq!(answers[2]["en_vigueur"], without["totaux"]);
    // Each is asked for itself: the same feuille twice is the same answer.
    assert_eq!(answers[1]["en_vigueur"], answers[4]["en_vigueur"]);
    for answer in &answers[..5] {
        assert_eq!(answer["ecart"]["patient_centimes"], 100);
    }
    let total = answers.last().unwrap();
    assert_eq!((total["evaluees"].as_u64(), total["refusees"].as_u64()), (Some(5), Some(0)));
    assert_eq!(before(total), answers[..5].iter().map(before).sum::<i64>());
    assert_eq!(total["ecart"]["amo_centimes"], -500);
    // Nothing is stored but the accesses: one a line, as when each is asked alone.
    assert_eq!(app.events().await.len(), events);
    let traces = app.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    let traces = traces["donnees"].as_array().unwrap();
    assert_eq!(traces.iter().filter(|trace| trace["operation"] == "feuille.simuler").count(), 3);
}

#[tokio::test]
async fn a_bad_line_is_told_on_its_line_and_stops_nobody() {
    let app = TestApp::new().await;
    let mut nobody = real("BERNARD", "1");
    nobody["feuille"]["beneficiaire"]["identifiant_individuel"]["valeur"] = json!(AUTRE_NIR);
    let mut foreign = real("BERNARD", "1");
    foreign["feuille"]["executant"]["rpps"] = json!(CARDIOLOGUE);
    let mut future = real("BERNARD", "1");
    future["connu_le"] = json!("2031-01-01T00:00:00Z");
    let mut own = real("BERNARD", "1");
    own["reforme"] = dearer()["reforme"].clone();
    let mut wrong = real("BERNARD", "1");
    wrong["feuille"]["actes"][0]["code"] = json!(7);
    let lines = [
        dearer(),
        nobody,
        real("BERNARD", "2"),
        foreign,
        json!("feuille"),
        future,
        own,
        wrong,
        real("BERNARD", "3"),
    ];
    let answers = lot(&app.medecin(MARTIN), &lines).await;
    assert_eq!(
        refusal(&answers[0]),
        ("champs_invalides", vec![("/feuille/beneficiaire", "beneficiaire_inconnu")])
    );
    assert_eq!(refusal(&answers[2]), ("role_interdit", vec![]));
    assert_eq!(refusal(&answers[3]).0, "champs_invalides");
    assert_eq!(refusal(&answers[4]), ("champs_invalides", vec![("/connu_le", "date_future")]));
    assert_eq!(refusal(&answers[5]), ("champs_invalides", vec![("/reforme", "champ_inconnu")]));
    assert_eq!(refusal(&answers[6]).1[0].0, "/feuille/actes/0/code");
    assert_eq!(
        (&answers[1]["resultat"], &answers[7]["resultat"]),
        (&json!("evaluee"), &json!("evaluee"))
    );
    let total = answers.last().unwrap();
    assert_eq!((total["evaluees"].as_u64(), total["refusees"].as_u64()), (Some(2), Some(6)));
}

#[tokio::test]
async fn a_caisse_asks_about_its_own_and_a_patient_about_nobody() {
    let app = TestApp::new().await;
    let lines = [dearer(), real("BERNARD", "1"), real("ALICE", "1")];
    let answers = lot(&app.caisse(AIN), &lines).await;
    assert_eq!(answers[0]["resultat"], "evaluee");
    assert_eq!(refusal(&answers[1]).1, [("/feuille/beneficiaire", "beneficiaire_inconnu")]);
    let own = app.patient("BERNARD").send_ndjson(LOTS, &dearer().to_string()).await;
    assert_eq!(own.problem(403), "portee_insuffisante");
}

#[tokio::test]
async fn an_empty_reform_is_the_law_in_force() {
    let app = TestApp::new().await;
    let lines = [json!({ "reforme": [] }), real("BERNARD", "1"), invented()];
    let answers = lot(&app.medecin(MARTIN), &lines).await;
    for answer in &answers {
        assert_eq!(answer["en_vigueur"], answer["reforme"]);
        assert_eq!(answer["ecart"]["patient_centimes"], 0);
    }
    assert_eq!(answers.last().unwrap()["evaluees"], 2);
}

#[tokio::test]
async fn what_was_known_at_an_instant_is_asked_line_by_line() {
    let app = TestApp::new().await;
    let before = app.clock();
    app.advance(TimeDelta::seconds(1));
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    app.on("2025-06-18");
    let now = json!({ "feuille": feuille("ALICE", "1", "2025-06-18", json!("T")) });
    let mut then = now.clone();
    then["connu_le"] = json!(before);
    let answers = lot(&app.medecin(MARTIN), &[dearer(), now, then]).await;
    let majored = |answer: &Value| answer["en_vigueur"]["majoration_centimes"].as_i64().unwrap();
    assert_eq!(majored(&answers[0]), 0);
    assert!(majored(&answers[1]) > 0);
}

#[tokio::test]
async fn many_lines_need_no_more_connections_than_there_are() {
    let app = TestApp::over(TestDatabase::with_people().await, 2).await;
    let mut lines = vec![dearer()];
    lines.extend((1..=60).map(|number| real("BERNARD", &number.to_string())));
    let answers = lot(&app.medecin(MARTIN), &lines).await;
    let numbers: Vec<u64> = answers.iter().filter_map(|answer| answer["ligne"].as_u64()).collect();
    assert_eq!(numbers, (2..=61).collect::<Vec<u64>>());
    assert_eq!(answers.last().unwrap()["evaluees"], 60);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "it is what a caller sends")]
async fn an_answer_is_given_before_the_next_line_is_sent() {
    let app = TestApp::new().await;
    let martin = Acteur::Medecin(Rpps::parse(MARTIN).unwrap());
    let token = app.emetteur.issue(&martin, &*app.clock, &app.ids, 3600).unwrap();
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let coming = futures_util::stream::unfold(receiver, async |mut receiver| {
        let next = receiver.recv().await?;
        Some((next, receiver))
    });
    let request = Request::builder()
        .method("POST")
        .uri(LOTS)
        .header("content-type", "application/x-ndjson")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from_stream(coming))
        .unwrap();
    sender.send(Ok(Bytes::from(format!("{}\n", dearer())))).await.unwrap();
    let response = app.open(request).await;
    let mut answers = response.into_body().into_data_stream();
    for number in 1..=3 {
        let line = format!("{}\n", real("BERNARD", &number.to_string()));
        sender.send(Ok(Bytes::from(line))).await.unwrap();
        let answer: Value =
            serde_json::from_slice(&answers.next().await.unwrap().unwrap()).unwrap();
        assert_eq!(answer["ligne"], number + 1);
    }
    drop(sender);
    let total: Value = serde_json::from_slice(&answers.next().await.unwrap().unwrap()).unwrap();
    assert_eq!((total["resultat"].as_str(), total["evaluees"].as_u64()), (Some("total"), Some(3)));
    assert!(answers.next().await.is_none());
}
