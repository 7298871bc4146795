//! Whoever is shown is told, by a reading, by a writing, and by its answer given again.

use serde_json::json;
use traitant::domain::droits::Demarche;

use super::appelants::{self, Appelant};
use super::monde::{ANCIENNE, Jour, Monde};
use super::mondes::Mondes;
use super::recettes::{Corps, Recette, adresse, recette};
use super::{Issue, attendue, demande_sous};
use crate::conjointes::{cabinet, choix, enter};
use crate::support::TestApp;
use crate::support::app::patient_id;
use crate::support::auth::Lecteur;

/// How many traces there are.
async fn traces(app: &TestApp) -> i64 {
    let pool = app.database.pool(1).await;
    let count = "SELECT (SELECT count(*) FROM acces)
                      + (SELECT count(*) FROM feuille_de_soins WHERE reception_id IS NOT NULL)";
    let count = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
    pool.close().await;
    count
}

/// The same request, with the proof of what it signs: a repeated one has the same.
fn prouvee(app: &TestApp, qui: &Appelant<'_>, asked: Recette) -> Recette {
    let Corps::Json(body) = &asked.corps else { return asked };
    Recette { corps: Corps::Json(Lecteur::of(&qui.acteur).prove(app, body)), ..asked }
}

#[tokio::test]
async fn what_shows_a_person_is_traced_each_time_that_it_is_answered() {
    let monde = Monde::commun().await;
    let mut mondes = Mondes::new(monde).await;
    let (mut wrong, mut silent) = (Vec::new(), Vec::new());
    'all: for demarche in Demarche::TOUTES.iter().copied() {
        // Of a file that is taken over, each person is told by the job that does their line (tests/api/reprises.rs).
        if demarche.trace().is_none() || demarche == Demarche::ExecuterReprise {
            continue;
        }
        for qui in appelants::tous(monde) {
            for jour in [Jour::Dehors, Jour::Dedans] {
                let asked = recette(demarche, &qui, qui.cible, jour);
                if attendue(demarche, &qui, &asked, jour) != Issue::Permise {
                    continue;
                }
                mondes.prepare(&qui, &asked).await;
                let app = &mondes.own;
                let asked = prouvee(app, &qui, asked);
                let (caller, key) = (qui.appelle(app), app.key());
                let before = traces(app).await;
                let first = demande_sous(&caller, demarche, &asked, &key).await;
                if !first.status.is_success() {
                    continue;
                }
                let after = traces(app).await - before;
                let again = demande_sous(&caller, demarche, &asked, &key).await;
                let replayed = traces(app).await - before - after;
                let keyed = adresse(demarche).cle;
                let same = again.body == first.body && again.status == first.status;
                // A list of nobody tells nobody.
                let nobody = String::from_utf8_lossy(&first.body).contains(r#""donnees":[]"#);
                if after == 0 && !nobody || replayed != after || keyed && !same {
                    wrong.push(format!("{} : {after}, puis {replayed}", demarche.mot()));
                }
                mondes.leave(&qui, &asked);
                continue 'all;
            }
        }
        silent.push(demarche.mot());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Nobody in this world withdrew, chose two doctors together, or has a letter to read (tests/api/courriers.rs).
    assert_eq!(silent, ["annuler_retrait", "enregistrer_depart", "lire_courrier"]);
}

#[tokio::test]
async fn a_doctor_who_leaves_the_others_is_traced_each_time_too() {
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    let made = enter(&app, choix(&[&one, &two]), &[&one, &two], "2025-06-01").await.expect(201);
    let path = format!("/v1/designations/{}/departs", made["designation"]["id"].as_str().unwrap());
    let patient = patient_id("ALICE").to_string();
    let body = json!({ "patient_id": patient, "rpps": one, "jour": "2025-06-10", "motif": "changement_de_lieu" });
    let mut before = traces(&app).await;
    for _ in 0..2 {
        let headers = [("idempotency-key", "cle-du-depart"), ("if-match", "\"1\"")];
        app.caisse(ANCIENNE).request("POST", &path, &headers, Some(&body)).await.expect(200);
        let after = traces(&app).await;
        assert_eq!(after, before + 1);
        before = after;
    }
}
