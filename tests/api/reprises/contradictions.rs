//! Choices that contradict each other, or themselves.

use serde_json::{Value, json};

use super::{NDJSON, choix, counts, ended, refused, taken, timeline, tried};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, patient_id};

#[tokio::test]
async fn lines_of_one_person_that_contradict_each_other_are_both_refused() {
    let contredit = |ligne: u64| (ligne, "effet_du".to_owned(), "choix_contredit".to_owned());
    let signed = |mut line: Value, day: &str| {
        line["signe_le"] = json!(day);
        line
    };
    let (martin, pons) = ([MARTIN], [PONS]);
    let day = "2012-03-01";
    for (lines, expected, wrong) in [
        // Other doctors on the same day, and nothing to tell which.
        (vec![choix("ALICE", &martin, day), choix("ALICE", &pons, day)], [0, 0, 2], vec![1, 2]),
        // One was signed later: it alone ever counts.
        (
            vec![
                signed(choix("ALICE", &martin, day), "2012-02-20"),
                signed(choix("ALICE", &pons, day), "2012-02-21"),
            ],
            [1, 0, 1],
            vec![1],
        ),
        // One says that it went on, the other that it did not.
        (
            vec![
                ended(choix("ALICE", &martin, day), "2014-01-01", "remplacement"),
                choix("ALICE", &pons, "2013-12-31"),
            ],
            [0, 0, 2],
            vec![1, 2],
        ),
        (
            vec![
                ended(choix("ALICE", &martin, day), "2014-01-01", "patient"),
                ended(choix("ALICE", &martin, day), "2014-01-02", "patient"),
            ],
            [0, 0, 2],
            vec![1, 2],
        ),
        // One follows the other.
        (
            vec![
                ended(choix("ALICE", &martin, day), "2014-01-01", "remplacement"),
                choix("ALICE", &pons, "2014-01-01"),
            ],
            [2, 0, 0],
            vec![],
        ),
        // The same choice, then its end.
        (
            vec![
                choix("ALICE", &martin, day),
                ended(choix("ALICE", &martin, day), "2014-01-01", "patient"),
                choix("ALICE", &martin, day),
            ],
            [2, 1, 0],
            vec![],
        ),
    ] {
        let app = TestApp::new().await;
        let done = taken(&app, "choix", &lines).await;
        assert_eq!(counts(&done), expected, "{lines:?}");
        let wrong: Vec<_> = wrong.into_iter().map(contredit).collect();
        assert_eq!(refused(&app, &done).await, wrong, "{lines:?}");
        // What is counted as registered is in force on some day.
        let path = format!("/v1/patients/{}/declarations", patient_id("ALICE"));
        let read = app.patient("ALICE").get(&path).await.expect(200);
        for declaration in read["donnees"].as_array().unwrap() {
            assert_ne!(declaration["situation"]["code"], "jamais_en_vigueur", "{lines:?}");
        }
    }
}

#[tokio::test]
async fn a_choice_that_an_earlier_takeover_contradicts_is_refused_too() {
    let app = TestApp::new().await;
    taken(&app, "choix", &[choix("ALICE", &[MARTIN], "2012-03-01")]).await;
    let before = timeline(&app, "ALICE").await;
    let mut earlier = choix("ALICE", &[PONS], "2012-03-01");
    earlier["signe_le"] = json!("2012-02-28");
    for line in [choix("ALICE", &[PONS], "2012-03-01"), earlier] {
        let done = taken(&app, "choix", &[line]).await;
        assert_eq!(counts(&done), [0, 0, 1]);
        assert_eq!(refused(&app, &done).await[0].2, "choix_contredit");
        assert_eq!(timeline(&app, "ALICE").await, before);
    }
}

#[tokio::test]
async fn a_doctor_is_named_once_and_nobody_signs_after_the_choice_counts() {
    let app = TestApp::new().await;
    let signed = |day: &str| {
        let mut line = choix("ALICE", &[MARTIN], "2016-03-01");
        line["signe_le"] = json!(day);
        line
    };
    for (line, wrong) in [
        (choix("ALICE", &[MARTIN, MARTIN], "2016-03-01"), Some(("medecins", "en_double"))),
        (signed("2016-03-02"), Some(("signe_le", "signature_apres_effet"))),
        (signed("2016-03-01"), None),
    ] {
        let tried = tried(&app, "choix", NDJSON, line.to_string().as_bytes()).await;
        let expected: Vec<_> = wrong
            .iter()
            .map(|(champ, code)| (1, (*champ).to_owned(), (*code).to_owned()))
            .collect();
        assert_eq!(refused(&app, &tried).await, expected);
    }
}
