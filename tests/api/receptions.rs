//! Lots against everything else that happens at the same moment: single feuilles, other lots, a database
//! that goes away, a reader who does not read.

mod pareil;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use chrono::TimeDelta;
use futures_util::StreamExt;
use serde_json::{Value, json};
use sqlx::PgPool;
use traitant::domain::acteur::{Acteur, Auteur, Caisse, Sujet};
use traitant::domain::droits::Demarche;
use traitant::domain::identifiers::{Organisme, Rpps};
use traitant::domain::ids::RequestId;
use traitant::http::{FormeReponse, evaluer_lot};
use traitant::services::Contexte;

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, feuille, patient_id};
use crate::support::database::TestDatabase;

const LOTS: &str = "/v1/feuilles-de-soins/lots";
const CAISSE: &str = "011310000";
/// Persons whose number is their own.
const PEOPLE: [&str; 4] = ["BERNARD", "CHARLES", "DIANE", "ALICE"];

async fn send(caller: &Caller<'_>, lines: &[Value]) -> Vec<Value> {
    let lot: String = lines.iter().map(|line| line.to_string() + "\n").collect();
    let reply = caller.send_ndjson(LOTS, &lot).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let text = String::from_utf8(reply.body).unwrap();
    let answers: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    answers
}

fn results(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["resultat"].as_str().unwrap()).collect()
}

fn kept(answer: &Value) -> i64 {
    answer["synthese"]["participation_forfaitaire_centimes"].as_i64().unwrap()
}

async fn number(pool: &PgPool, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(pool).await.unwrap()
}

const FEUILLES: &str = "SELECT count(*) FROM feuille_de_soins";
/// The cents of every participation: the last two of its nine bytes.
pub const PARTICIPATIONS: &str =
    "SELECT coalesce(sum(get_byte(retenues, 9 * i + 7) * 256 + get_byte(retenues, 9 * i + 8)), 0)
     FROM (SELECT retenues FROM participation_retenue
           UNION ALL SELECT substr(retenues, 3) FROM patient WHERE retenues IS NOT NULL) AS kept,
          generate_series(0, octet_length(retenues) / 9 - 1) AS i";

#[tokio::test]
async fn what_is_wrong_in_a_batch_is_told_on_its_line() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let good = feuille("BERNARD", "1", "2025-03-10", json!("T"));
    let mut changed = good.clone();
    changed["actes"][0]["honoraires_centimes"] = json!(3100);
    let mut stranger = feuille("BERNARD", "2", "2025-03-10", json!("T"));
    stranger["beneficiaire"]["date_naissance"] = json!("1958-07-15");
    let mut old = feuille("BERNARD", "3", "2004-12-31", json!("T"));
    old["date_etablissement"] = json!("2025-03-10");
    let future = feuille("BERNARD", "4", "2025-06-17", json!("T"));
    let last = feuille("CHARLES", "5", "2025-03-10", json!("T"));
    let lines = [good.clone(), good, changed, stranger, old, future, last];
    let answers = send(&martin, &lines).await;
    assert_eq!(
        results(&answers),
        ["enregistree", "deja_recue", "refusee", "refusee", "refusee", "refusee", "enregistree"]
    );
    assert_eq!(answers[0]["feuille_id"], answers[1]["feuille_id"]);
    assert_eq!(answers[0]["synthese"], answers[1]["synthese"]);
    let codes: Vec<&Value> =
        answers[2..6].iter().map(|answer| &answer["probleme"]["code"]).collect();
    assert_eq!(
        codes,
        ["feuille_existante", "champs_invalides", "hors_couverture", "champs_invalides"]
    );
    let wrong = &answers[3]["probleme"]["erreurs"][0];
    assert_eq!(
        (&wrong["pointeur"], &wrong["code"]),
        (&json!("/beneficiaire"), &json!("beneficiaire_inconnu"))
    );
    // The caisse of a person has the feuille already; another one does not know this person.
    let answers = send(&app.caisse("010110000"), &lines[..1]).await;
    assert_eq!(results(&answers), ["deja_recue"]);
    let answers = send(&app.caisse(CAISSE), &lines[..1]).await;
    assert_eq!(answers[0]["probleme"]["erreurs"][0]["code"], "beneficiaire_inconnu");
    // One event for each feuille, in the order of the lot.
    let pool = app.database.pool(1).await;
    let told: Vec<uuid::Uuid> = sqlx::query_scalar(
        "SELECT feuille_id FROM journal WHERE nature = 'feuille.evaluee'
         ORDER BY sequence, rang",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(told, [answers_id(&app, "1").await, answers_id(&app, "5").await]);
}

/// The id of the feuille that bears a number.
async fn answers_id(app: &TestApp, numero: &str) -> String {
    let numero = format!("1{numero}");
    let id: uuid::Uuid = sqlx::query_scalar(
        "SELECT feuille_id FROM feuille_de_soins WHERE numero_facture = $1::integer",
    )
    .bind(numero.parse::<i32>().unwrap())
    .fetch_one(&app.database.pool(1).await)
    .await
    .unwrap();
    id.to_string()
}

/// Feuilles of four persons over a year, one a day and a person: more than the yearly ceiling takes.
fn year(first: usize, count: usize) -> Vec<Value> {
    (first..first + count)
        .flat_map(|number| {
            PEOPLE.map(|person| {
                let day = format!("2024-{:02}-{:02}", 1 + number % 12, 1 + number / 12);
                feuille(person, &number.to_string(), &day, json!("T"))
            })
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_yearly_ceiling_holds_over_lots_and_feuilles_that_arrive_together() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let lots: Vec<_> = [0, 20, 40]
        .into_iter()
        .map(|first| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                // Persons come in another order in each lot: nobody waits in a circle.
                let mut lines = year(first, 20);
                lines.rotate_left(first / 20);
                let answers = send(&app.medecin(MARTIN), &lines).await;
                assert!(results(&answers).iter().all(|result| *result == "enregistree"));
                answers.iter().map(kept).sum::<i64>()
            })
        })
        .collect();
    let singles: Vec<_> = year(60, 8)
        .into_iter()
        .map(|line| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let stored = app.medecin(MARTIN).post("/v1/feuilles-de-soins", line).await;
                let totals = &stored.expect(201)["evaluations"][0]["totaux"];
                totals["participation_forfaitaire_centimes"].as_i64().unwrap()
            })
        })
        .collect();
    let mut all = 0;
    for done in lots.into_iter().chain(singles) {
        all += done.await.unwrap();
    }
    assert_eq!(all, 4 * 5_000, "fifty euros a year, each of the four");
    assert_eq!(number(&app.database.pool(1).await, PARTICIPATIONS).await, all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_lot_sent_twice_at_once_is_stored_once() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let sending: Vec<_> = (0..4)
        .map(|turn| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let mut lines = year(0, 25);
                if turn % 2 == 1 {
                    lines.reverse();
                }
                let mut answers = send(&app.medecin(MARTIN), &lines).await;
                if turn % 2 == 1 {
                    answers.reverse();
                }
                answers
            })
        })
        .collect();
    let mut received = Vec::new();
    for sent in sending {
        received.push(sent.await.unwrap());
    }
    for place in 0..100 {
        let mut stored = 0;
        for answers in &received {
            let answer = &answers[place];
            stored += u32::from(answer["resultat"] == "enregistree");
            assert_ne!(answer["resultat"], "refusee", "{answer:#}");
            assert_eq!(answer["feuille_id"], received[0][place]["feuille_id"]);
            assert_eq!(answer["synthese"], received[0][place]["synthese"]);
        }
        assert_eq!(stored, 1);
    }
    let pool = app.database.pool(1).await;
    assert_eq!(number(&pool, FEUILLES).await, 100);
    let taken: i64 = received[0].iter().map(kept).sum();
    assert_eq!(number(&pool, PARTICIPATIONS).await, taken, "each feuille counts once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_goes_away_is_told_on_each_line_and_the_lot_is_sent_again() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 8).await);
    let pool = app.database.pool(4).await;
    // Somebody holds the last person of the lot.
    let mut holding = pool.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM patient WHERE patient_id = $1 FOR UPDATE")
        .bind(patient_id("CHARLES").uuid())
        .execute(&mut *holding)
        .await
        .unwrap();
    let lines = year(0, 10);
    let sending = {
        let (app, lines) = (Arc::clone(&app), lines.clone());
        tokio::spawn(async move { send(&app.medecin(MARTIN), &lines).await })
    };
    let waiting = "SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1";
    let pid: i32 = loop {
        if let Some(pid) = sqlx::query_scalar(waiting).fetch_optional(&pool).await.unwrap() {
            break pid;
        }
        tokio::task::yield_now().await;
    };
    sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(&pool).await.unwrap();
    let answers = sending.await.unwrap();
    for answer in &answers {
        assert_eq!(answer["probleme"]["code"], "service_indisponible", "{answer:#}");
    }
    holding.rollback().await.unwrap();
    assert_eq!(number(&pool, FEUILLES).await, 0);
    assert_eq!(
        number(&pool, "SELECT count(*) FROM journal WHERE nature = 'feuille.evaluee'").await,
        0
    );
    assert_eq!(number(&pool, PARTICIPATIONS).await, 0);
    let again = send(&app.medecin(MARTIN), &lines).await;
    assert!(results(&again).iter().all(|result| *result == "enregistree"));
}

#[tokio::test]
async fn a_person_whose_row_is_broken_stops_nobody() {
    let app = TestApp::new().await;
    let pool = app.database.pool(1).await;
    sqlx::query("SET session_replication_role = replica").execute(&pool).await.unwrap();
    sqlx::query("UPDATE affiliation SET organisme = '000000000' WHERE patient_id = $1")
        .bind(patient_id("DIANE").uuid())
        .execute(&pool)
        .await
        .unwrap();
    let people = ["BERNARD", "DIANE", "CHARLES"];
    let lines = people.map(|person| feuille(person, "1", "2025-03-10", json!("T")));
    let answers = send(&app.medecin(MARTIN), &lines).await;
    assert_eq!(results(&answers), ["enregistree", "refusee", "enregistree"]);
    assert_eq!(answers[1]["probleme"]["code"], "erreur_interne");
}

fn contexte(app: &TestApp) -> Contexte {
    let acteur = Acteur::Caisse(Caisse::of(Organisme::parse(CAISSE).unwrap()));
    let auteur = Auteur { acteur, sujet: Sujet::new("agent", None).unwrap() };
    let requete_id = RequestId::from_uuid(app.ids.uuid());
    Contexte { auteur, demarche: Demarche::EnregistrerLot, requete_id }
}

/// However long the lot is, only what is under way is taken from the sender.
#[tokio::test]
async fn lines_are_taken_as_answers_are_read() {
    let app = TestApp::new().await;
    let taken = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&taken);
    // A sender who never stops: ten lines at a time.
    let endless = futures_util::stream::repeat_with(move || {
        counting.fetch_add(10, Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(Bytes::from_static(
            b"{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
        ))
    });
    let answers = evaluer_lot(app.core.clone(), contexte(&app), FormeReponse::Synthese, endless);
    let mut answers = Box::pin(answers);
    for read in 1..=5 {
        let answer = answers.next().await.unwrap().unwrap();
        assert_eq!(answer.bilan.refusees, 2_000);
        // What was answered, three batches under way, one being taken.
        assert!(taken.load(Ordering::Relaxed) <= (read + 4) * 2_000, "{taken:?} after {read}");
    }
    assert!(taken.load(Ordering::Relaxed) >= 10_000);
}

/// A sender who waits for an answer before the next line gets it.
#[tokio::test]
async fn a_line_is_answered_while_the_next_one_is_not_written_yet() {
    let app = TestApp::new().await;
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Bytes>(1);
    let coming = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    let mut martin = contexte(&app);
    martin.auteur.acteur = Acteur::Medecin(Rpps::parse(MARTIN).unwrap());
    let mut answers = Box::pin(evaluer_lot(
        app.core.clone(),
        martin,
        FormeReponse::Synthese,
        coming.map(Ok::<_, std::convert::Infallible>),
    ));
    for number in 1..=3 {
        let line = feuille("BERNARD", &number.to_string(), "2025-03-10", json!("T"));
        sender.send(Bytes::from(format!("{line}\n"))).await.unwrap();
        let answer = answers.next().await.unwrap().unwrap();
        let answer: Value = serde_json::from_slice(&answer.texte).unwrap();
        assert_eq!(
            (answer["ligne"].as_i64(), answer["resultat"].as_str()),
            (Some(number), Some("enregistree"))
        );
    }
    drop(sender);
    assert!(answers.next().await.is_none());
}

/// The accesses that a person reads: who, what, by which request, a page of one at a time.
async fn accesses(app: &TestApp, prenom: &str) -> Vec<(String, String, String, String)> {
    let reader = app.patient(prenom);
    let mut all = Vec::new();
    let mut path = "/v1/moi/acces?limite=1".to_owned();
    loop {
        let page = reader.get(&path).await.expect(200);
        for one in page["donnees"].as_array().unwrap() {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            all.push((
                text("id"),
                text("appelant"),
                text("operation"),
                text("identifiant_correlation"),
            ));
        }
        let Some(cursor) = page["pagination"]["curseur_suivant"].as_str() else { return all };
        path = format!("/v1/moi/acces?limite=1&curseur={cursor}");
    }
}

#[tokio::test]
async fn the_persons_of_a_lot_read_who_received_it_once_for_each_of_their_feuilles() {
    let app = TestApp::new().await;
    app.advance(TimeDelta::seconds(1));
    let lines = [
        feuille("BERNARD", "1", "2025-03-10", json!("T")),
        feuille("ALICE", "2", "2025-03-10", json!("T")),
        feuille("BERNARD", "3", "2025-02-10", json!("T")),
    ];
    send(&app.medecin(MARTIN), &lines).await;
    app.advance(TimeDelta::seconds(1));
    send(&app.medecin(MARTIN), &lines[..1]).await;
    app.advance(TimeDelta::seconds(1));
    let bernard = accesses(&app, "BERNARD").await;
    let said: Vec<&str> = bernard.iter().take(3).map(|(_, _, what, _)| what.as_str()).collect();
    // The lot that came again is answered with what was received: read, not received.
    assert_eq!(said, ["feuille.lire", "feuille.enregistrer", "feuille.enregistrer"]);
    let [again, one, other, ..] = bernard.as_slice() else { panic!("{bernard:?}") };
    assert!([again, one, other].iter().all(|(_, who, ..)| who == MARTIN));
    assert!(one.0 != other.0 && one.3 == other.3 && again.3 != one.3, "{bernard:?}");
    let alice = accesses(&app, "ALICE").await;
    let lots = alice.iter().filter(|(_, _, what, _)| what == "feuille.enregistrer");
    assert_eq!(lots.map(|(.., request)| request).collect::<Vec<_>>(), [&one.3]);
    let others = accesses(&app, "CHARLES").await;
    assert!(others.iter().all(|(_, _, what, _)| what != "feuille.enregistrer"), "{others:?}");
}
