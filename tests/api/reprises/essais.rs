//! Trials: which file is the same, when it is tried again, and how a trial is dropped.

use serde_json::{Value, json};

use super::{
    CSV, ENTETE, NDJSON, REPRISES, applied, caisse_of, choix, counts, nir, place, refused, taken,
    timeline, tried,
};
use crate::support::TestApp;
use crate::support::app::MARTIN;
use crate::support::database::TestDatabase;
use crate::support::process::{Folder, run, said, sandbox};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE};

/// Sends a file; gives what the service answers.
async fn sent(app: &TestApp, nature: &str, content: &str, file: &[u8]) -> Value {
    let path = format!("{REPRISES}?nature={nature}");
    app.caisse(caisse_of(nature)).send_file(&path, content, file).await.expect(202)
}

#[tokio::test]
async fn the_same_bytes_read_in_another_way_are_another_file() {
    let app = TestApp::new().await;
    let mut file = format!("{ENTETE}\r\nnir;{};ESSAI-L", nir("1860213055997")).into_bytes();
    file.push(0xc9);
    file.extend(b"CA;ANGE;11/02/1986;1;01;011;0000;01/09/2012\r\n".to_vec());
    let utf8 = tried(&app, "affilies", CSV, &file).await;
    assert_eq!(refused(&app, &utf8).await, [(2, String::new(), "encodage_invalide".to_owned())]);
    // As the report advises.
    let windows = tried(&app, "affilies", "text/csv; charset=windows-1252", &file).await;
    assert_ne!(windows["id"], utf8["id"]);
    assert_eq!(counts(&windows), [1, 0, 0]);
    assert_eq!(counts(&applied(&app, &windows).await), [1, 0, 0]);
    // So is a list of objects that was said to be a table.
    let line = choix("ALICE", &[MARTIN], "2012-03-01").to_string();
    let lines = tried(&app, "choix", NDJSON, line.as_bytes()).await;
    let path = format!("{REPRISES}?nature=choix");
    let windows = "application/x-ndjson; charset=windows-1252";
    let other = app.caisse(BOUCHES_DU_RHONE).send_file(&path, windows, line.as_bytes()).await;
    assert_ne!(other.expect(202)["id"], lines["id"]);
}

#[tokio::test]
async fn a_trial_that_refused_lines_is_tried_again_when_the_file_comes_again() {
    let app = TestApp::new().await;
    let numero = nir("1860213055997");
    let line = json!({
        "identifiant": { "type": "nir", "valeur": numero }, "date_naissance": "1986-02-11",
        "medecins": [MARTIN], "effet_du": "2015-03-01",
    })
    .to_string();
    // Two files: of choices before their affiliates, and of affiliates, all of one caisse.
    let caisse = app.caisse(AIN);
    let path = format!("{REPRISES}?nature=choix");
    let send = async || caisse.send_file(&path, NDJSON, line.as_bytes()).await.expect(202);
    let read = async |reprise: &Value| caisse.get(&place(reprise)).await.expect(200);
    let first = send().await;
    assert_eq!(send().await["id"], first["id"], "while it is tried");
    app.run_jobs().await;
    let first = read(&first).await;
    assert_eq!(
        (counts(&first), &first["actions"]),
        ([0, 0, 1], &json!(["executer", "abandonner"]))
    );
    let affilie = json!({
        "identifiant": { "type": "nir", "valeur": numero }, "nom": "ESSAI-LECA", "prenom": "ANGE",
        "date_naissance": "1986-02-11", "affilie_du": "2012-09-01",
        "organisme": { "regime": "01", "caisse": "011", "centre": "0000" },
    });
    taken(&app, "affilies", &[affilie]).await;
    let again = send().await;
    assert_ne!(again["id"], first["id"]);
    app.run_jobs().await;
    let again = read(&again).await;
    assert_eq!((counts(&again), &again["etat"]), ([1, 0, 0], &json!("essayee")));
    let ended = read(&first).await;
    assert_eq!((&ended["etat"], &ended["actions"]), (&json!("abandonnee"), &json!([])));
    let execute = format!("{}/execution", place(&first));
    let late = caisse.act_on(&execute, ended["version"].as_i64().unwrap()).await;
    assert_eq!(late.problem(409), "transition_interdite");
    // Without a refusal, nothing is left to be tried again.
    assert_eq!(send().await["id"], again["id"]);
    assert_eq!(kept_lines(&app).await, 1);
}

/// Blocks of lines that wait.
async fn kept_lines(app: &TestApp) -> i64 {
    let count = "SELECT count(*) FROM reprise_bloc";
    sqlx::query_scalar(count).fetch_one(&app.database.pool(1).await).await.unwrap()
}

#[tokio::test]
async fn a_trial_is_dropped_by_its_caisse_and_never_what_is_applied() {
    let app = TestApp::new().await;
    let line = choix("ALICE", &[MARTIN], "2012-03-01").to_string();
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let drop = async |reprise: &Value| {
        let version = caisse.get(&place(reprise)).await.expect(200)["version"].as_i64().unwrap();
        caisse.act_on(&format!("{}/abandon", place(reprise)), version).await
    };
    // Before the job, and after it.
    for run in [false, true] {
        let first = sent(&app, "choix", NDJSON, line.as_bytes()).await;
        if run {
            app.run_jobs().await;
        }
        let path = format!("{}/abandon", place(&first));
        let version = caisse.get(&place(&first)).await.expect(200)["version"].as_i64().unwrap();
        assert_eq!(caisse.act_on(&path, version + 1).await.problem(412), "version_perimee");
        let stranger = app.caisse(AIN).act_on(&path, version).await;
        assert_eq!(stranger.problem(404), "introuvable");
        assert_eq!(kept_lines(&app).await, 1);
        let dropped = caisse.act_on(&path, version).await;
        assert_eq!(dropped.header("etag"), format!("\"{}\"", version + 1));
        let dropped = dropped.expect(200);
        assert_eq!((&dropped["etat"], &dropped["actions"]), (&json!("abandonnee"), &json!([])));
        assert_eq!(kept_lines(&app).await, 0);
        app.run_jobs().await;
        assert_eq!(caisse.get(&place(&first)).await.expect(200), dropped);
        assert_eq!(drop(&first).await.problem(409), "transition_interdite");
        // Who did, and when.
        let by = "SELECT count(*) FROM reprise JOIN auteur ON auteur.auteur_id = abandon_auteur_id
                  WHERE etat = 'abandonnee' AND abandonnee_le IS NOT NULL";
        let by: i64 = sqlx::query_scalar(by).fetch_one(&app.database.pool(1).await).await.unwrap();
        assert_eq!(by, 1 + i64::from(run));
    }
    // The same file is another one from then on.
    let last = tried(&app, "choix", NDJSON, line.as_bytes()).await;
    applied(&app, &last).await;
    assert_eq!(drop(&last).await.problem(409), "transition_interdite");
    assert_eq!(timeline(&app, "ALICE").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_reads_the_file_again_as_it_is_told_and_speaks_french() {
    let (database, folder) = (TestDatabase::bac_a_sable().await, Folder::new());
    let url = database.service_url().await;
    let settings = sandbox(&url, &folder);
    let file = folder.path().join("affilies.csv");
    let mut content = format!("{ENTETE}\nnir;{};ESSAI-L", nir("1860213055997")).into_bytes();
    content.push(0xc9);
    content.extend(b"CA;ANGE;11/02/1986;1;01;011;0000;01/09/2012\n".to_vec());
    std::fs::write(&file, content).unwrap();
    let take = |more: &[&str]| {
        let path = file.to_str().unwrap();
        let base = ["reprise", "--organisme", AIN, "--nature", "affilies", path];
        run(&settings, &[&base, more].concat())
    };
    let utf8 = take(&[]);
    assert_eq!(utf8.status.code(), Some(3), "{}", said(&utf8));
    let windows = take(&["--encodage", "windows-1252"]);
    assert!(windows.status.success(), "{}", said(&windows));
    assert!(said(&windows).contains("1 ligne à enregistrer"), "{}", said(&windows));
    let again = take(&["--encodage", "windows-1252", "--executer"]);
    assert!(again.status.success(), "{}", said(&again));
    let told = said(&again);
    assert!(told.contains("Ce fichier est déjà essayé sans refus : la reprise "), "{told}");
    assert!(told.contains("1 ligne enregistrée") && !told.contains("the same file"), "{told}");
}

/// What a trial registers is forgotten: it names nobody by an identifier that leads nowhere.
#[tokio::test]
async fn two_persons_under_one_number_in_a_file_are_said_of_lines_until_one_is_registered() {
    let app = TestApp::new().await;
    let numero = nir("1860213055997");
    let row =
        |nom: &str, du: &str| format!("nir;{numero};{nom};ANGE;{du};1;01;011;0000;01/09/2012\r\n");
    let (one, other) = (row("ESSAI-LECA", "11/02/1986"), row("ESSAI-DUR", "11/02/1986"));
    let file = format!("{ENTETE}\r\n{one}{other}");
    let message = async |reprise: &Value| {
        let path = format!("{}/lignes", place(reprise));
        let read = app.caisse(AIN).get(&path).await.expect(200);
        read["donnees"][0]["message"].as_str().unwrap().to_owned()
    };
    let trial = tried(&app, "affilies", CSV, file.as_bytes()).await;
    assert_eq!(counts(&trial), [1, 0, 1]);
    assert_eq!(
        message(&trial).await,
        "ce numéro est celui d'une autre ligne de ce fichier, dont l'identité est autre"
    );
    let done = applied(&app, &trial).await;
    assert_eq!(counts(&done), [1, 0, 1]);
    // Now the person is there to be read.
    let again = tried(&app, "affilies", CSV, format!("{ENTETE}\r\n{other}").as_bytes()).await;
    let said = message(&again).await;
    let id =
        said.split_whitespace().find_map(|word| word.trim_matches(',').parse::<uuid::Uuid>().ok());
    let path = format!("/v1/patients/{}", id.expect("an identifier"));
    app.caisse(AIN).get(&path).await.expect(200);
}

#[tokio::test]
async fn a_wrong_day_of_a_spreadsheet_is_told_both_ways_in_which_it_may_be_written() {
    let app = TestApp::new().await;
    let row = |du: &str, au: &str| {
        format!("nir;{};ESSAI-LECA;ANGE;{du};1;01;011;0000;{au}\r\n", nir("1860213055997"))
    };
    let messages = async |reprise: Value| {
        let read = app.caisse(AIN).get(&format!("{}/lignes", place(&reprise))).await.expect(200);
        let all = read["donnees"].as_array().unwrap().clone();
        all.iter().map(|one| one["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let file =
        format!("{ENTETE}\r\n{}{}", row("11/2/1986", "01/09/2012"), row("11/02/1986", "1/9/12"));
    let said = messages(tried(&app, "affilies", CSV, file.as_bytes()).await).await;
    assert_eq!(said.len(), 2, "{said:?}");
    for one in said {
        assert!(one.starts_with("attendu : une date JJ/MM/AAAA ou AAAA-MM-JJ"), "{one}");
    }
    // A list of objects has one way.
    let line = json!({
        "identifiant": { "type": "nir", "valeur": nir("1860213055997") }, "nom": "ESSAI-LECA",
        "prenom": "ANGE", "date_naissance": "1986-02-11", "affilie_du": "01/09/2012",
        "organisme": { "regime": "01", "caisse": "011", "centre": "0000" },
    });
    let said = messages(tried(&app, "affilies", NDJSON, line.to_string().as_bytes()).await).await;
    assert_eq!(said, ["attendu : une date AAAA-MM-JJ"]);
}
