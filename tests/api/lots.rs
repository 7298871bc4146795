//! Lots of feuilles: one answer a line, in order, and the same lot twice changes nothing.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, feuille};

const LOTS: &str = "/v1/feuilles-de-soins/lots";
/// The same, where each answer is the whole feuille.
const COMPLETE: &str = "/v1/feuilles-de-soins/lots?reponse=complete";

async fn send(caller: &Caller<'_>, lot: &str) -> Vec<Value> {
    let reply = caller.send_ndjson(COMPLETE, lot).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let text = String::from_utf8(reply.body).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn lot(lines: &[Value]) -> String {
    lines.iter().map(|line| line.to_string() + "\n").collect()
}

fn results(answers: &[Value]) -> Vec<(u64, &str)> {
    answers
        .iter()
        .map(|answer| (answer["ligne"].as_u64().unwrap(), answer["resultat"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_bad_line_is_told_on_its_line_and_stops_nobody() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let good = |numero: &str| feuille("BERNARD", numero, "2025-03-10", json!("T")).to_string();
    let mut unknown = feuille("BERNARD", "9", "2025-03-10", json!("T"));
    unknown["champ"] = json!(1);
    let mut other = feuille("BERNARD", "10", "2025-03-10", json!("T"));
    other["executant"]["rpps"] = json!("99900007016");
    let body = format!("{}\n\n{{\n{unknown}\n{other}\n{}", good("1"), good("2"));
    let answers = send(&martin, &body).await;
    assert_eq!(
        results(&answers),
        [(1, "enregistree"), (3, "refusee"), (4, "refusee"), (5, "refusee"), (6, "enregistree")]
    );
    assert_eq!(answers[1]["probleme"]["code"], "corps_illisible");
    assert_eq!(answers[2]["probleme"]["erreurs"][0]["pointeur"], "/champ");
    assert_eq!(answers[3]["probleme"]["code"], "role_interdit");
    let read = answers[0]["feuille"]["id"].as_str().unwrap();
    let read = martin.get(&format!("/v1/feuilles-de-soins/{read}")).await.expect(200);
    assert_eq!(read, answers[0]["feuille"], "what is read back is what was answered");
}

#[tokio::test]
async fn large_batches_in_two_lanes_need_no_more_connections_than_there_are() {
    let database = crate::support::database::TestDatabase::with_people().await;
    let app = TestApp::over(database, 2).await;
    // Two batches and a half, of persons in both lanes; every tenth line is wrong.
    let lines: Vec<String> = (1..=2_500)
        .map(|number: usize| {
            let name = ["BERNARD", "CHARLES", "DIANE", "ALICE", "HUGO"][number % 5];
            let mut line = feuille(name, &number.to_string(), "2025-03-10", json!("T"));
            if number.is_multiple_of(10) {
                line["support"] = json!("parchemin");
            }
            line.to_string() + "\n"
        })
        .collect();
    let reply = app.medecin(MARTIN).send_ndjson(LOTS, &lines.concat()).await;
    assert_eq!(reply.status, 200);
    let text = String::from_utf8(reply.body).unwrap();
    let answers: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let expected = (1..=2_500_u64)
        .map(|line| (line, if line % 10 == 0 { "refusee" } else { "enregistree" }))
        .collect::<Vec<_>>();
    assert_eq!(results(&answers), expected);
    // Charles's were evaluated in their order: the ceiling of the day leaves four participations.
    let kept = |answer: &&Value| {
        answer["synthese"]["participation_forfaitaire_centimes"].as_i64().is_some_and(|c| c > 0)
    };
    let own: Vec<u64> = answers
        .iter()
        .filter(|answer| answer["ligne"].as_u64().unwrap() % 5 == 1)
        .filter(kept)
        .map(|answer| answer["ligne"].as_u64().unwrap())
        .collect();
    assert_eq!(own, [1, 6, 11, 16]);
}

#[tokio::test]
async fn the_same_lot_twice_changes_nothing() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let lines: Vec<Value> = ["BERNARD", "CHARLES", "DIANE", "ALICE"]
        .iter()
        .enumerate()
        .map(|(index, name)| feuille(name, &(index + 1).to_string(), "2025-03-10", json!("T")))
        .collect();
    let first = send(&martin, &lot(&lines)).await;
    let events = app.events().await.len();
    let again = send(&martin, &lot(&lines)).await;
    assert!(again.iter().all(|answer| answer["resultat"] == "deja_recue"), "{again:?}");
    for (one, other) in first.iter().zip(&again) {
        assert_eq!(one["feuille"], other["feuille"]);
    }
    assert_eq!(app.events().await.len(), events);
    // The same number for other care is not the same feuille.
    let mut changed = lines[0].clone();
    changed["actes"][0]["honoraires_centimes"] = json!(3100);
    let refused = send(&martin, &lot(&[changed])).await;
    assert_eq!(refused[0]["probleme"]["code"], "feuille_existante");
}

#[tokio::test]
async fn feuilles_of_one_person_are_done_in_their_order() {
    let app = TestApp::new().await;
    let lines: Vec<Value> = (1..=30)
        .map(|number: u32| feuille("BERNARD", &number.to_string(), "2025-03-10", json!("T")))
        .collect();
    let answers = send(&app.medecin(MARTIN), &lot(&lines)).await;
    let kept: Vec<i64> = answers
        .iter()
        .map(|answer| {
            let totals = &answer["feuille"]["evaluations"][0]["totaux"];
            totals["participation_forfaitaire_centimes"].as_i64().unwrap()
        })
        .collect();
    let expected: Vec<i64> = (0..30).map(|index| if index < 4 { 200 } else { 0 }).collect();
    assert_eq!(kept, expected, "four participations a day, the first four");
}

#[tokio::test]
async fn a_line_without_end_is_refused_without_being_kept() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let long =
        format!("{}\n{}\n", "x".repeat(70_000), feuille("BERNARD", "1", "2025-03-10", json!("T")));
    let answers = send(&martin, &long).await;
    assert_eq!(results(&answers), [(1, "refusee"), (2, "enregistree")]);
    assert_eq!(answers[0]["probleme"]["code"], "corps_trop_grand");
    let empty = send(&martin, "").await;
    assert_eq!(empty, Vec::<Value>::new());
    let json = martin.post(LOTS, json!({})).await;
    assert_eq!(json.problem(415), "type_de_contenu");
}
