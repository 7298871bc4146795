//! Every state of a declaration against every action, and the diagram that shows them.

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::domain::declaration::{Action, Etat, TRANSITIONS};
use traitant::domain::vocabulary::Vocabulaire;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, signature};

const CAISSE: &str = "011310000";

/// A declaration of Alice in a state, as read last.
async fn in_state(app: &TestApp, etat: Etat) -> Value {
    // Two choices are never of one instant.
    app.advance(TimeDelta::seconds(1));
    let martin = app.medecin(MARTIN);
    let created = martin.post("/v1/declarations", choix("ALICE", MARTIN)).await.expect(201);
    let path = format!("/v1/declarations/{}", created["id"].as_str().unwrap());
    let act = async |who: &str, name: &str, version: i64, body: Value| {
        let caller = if who == "caisse" { app.caisse(CAISSE) } else { app.medecin(MARTIN) };
        caller.post_on(&format!("{path}/{name}"), version, body).await.expect(200)
    };
    let digest = created["contenu_sha256"].as_str().unwrap();
    match etat {
        Etat::EnAttente => {}
        Etat::Refusee => drop(act("medecin", "refus", 1, json!({})).await),
        Etat::Annulee => drop(act("medecin", "annulation", 1, json!({})).await),
        Etat::Expiree => {
            app.advance(TimeDelta::days(90));
            app.run_jobs().await;
        }
        Etat::Caduque => overtake(app, &path).await,
        Etat::Active | Etat::Rectifiee => {
            act("medecin", "signatures", 1, signature("medecin", "cps", digest)).await;
            let card = signature("assure", "carte_vitale", digest);
            act("medecin", "signatures", 2, card).await;
            if etat == Etat::Rectifiee {
                act("caisse", "rectifications", 3, json!({ "motif": "essai" })).await;
            }
        }
    }
    let read = app.caisse(CAISSE).get(&path).await.expect(200);
    assert_eq!(read["etat"], etat.mot());
    read
}

/// The patient signs the declaration that waits, and then chooses another doctor, who accepts at once.
async fn overtake(app: &TestApp, path: &str) {
    let read = app.caisse(CAISSE).get(path).await.expect(200);
    if read["etat"] == "en_attente" {
        let digest = read["contenu_sha256"].as_str().unwrap();
        let own = signature("assure", "franceconnect", digest);
        let version = read["version"].as_i64().unwrap();
        app.patient("ALICE").post_on(&format!("{path}/signatures"), version, own).await.expect(200);
    }
    app.advance(TimeDelta::seconds(1));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
}

#[tokio::test]
async fn every_action_is_possible_in_the_states_of_the_table_and_refused_in_all_others() {
    let app = TestApp::new().await;
    for etat in Etat::TOUS {
        for action in Action::TOUS {
            let read = in_state(&app, *etat).await;
            let path = format!("/v1/declarations/{}", read["id"].as_str().unwrap());
            let version = read["version"].as_i64().unwrap();
            let digest = read["contenu_sha256"].as_str().unwrap();
            let (martin, caisse) = (app.medecin(MARTIN), app.caisse(CAISSE));
            let reply = match action {
                Action::Signer => {
                    let body = signature("medecin", "cps", digest);
                    martin.post_on(&format!("{path}/signatures"), version, body).await
                }
                Action::Refuser => {
                    martin.post_on(&format!("{path}/refus"), version, json!({})).await
                }
                Action::Annuler => {
                    martin.post_on(&format!("{path}/annulation"), version, json!({})).await
                }
                Action::Rectifier => {
                    let body = json!({ "motif": "essai" });
                    caisse.post_on(&format!("{path}/rectifications"), version, body).await
                }
                Action::Retirer => {
                    martin.post_on(&format!("{path}/retrait"), version, json!({})).await
                }
                Action::Contester => {
                    let body = json!({ "motif": "Je n’ai pas choisi ce médecin." });
                    app.patient("ALICE")
                        .post_on(&format!("{path}/contestation"), version, body)
                        .await
                }
                Action::Trancher => {
                    let version = if etat == &Etat::Active {
                        let body = json!({ "motif": "Je n’ai pas choisi ce médecin." });
                        let alice = app.patient("ALICE");
                        let path = format!("{path}/contestation");
                        let open = alice.post_on(&path, version, body).await.expect(200);
                        open["version"].as_i64().unwrap()
                    } else {
                        version
                    };
                    let body = json!({ "retenue": true, "motif": "essai" });
                    caisse.post_on(&format!("{path}/contestation/decision"), version, body).await
                }
                Action::AnnulerRetrait => {
                    let version = if etat == &Etat::Active {
                        let path = format!("{path}/retrait");
                        let gone = martin.post_on(&path, version, json!({})).await.expect(200);
                        gone["version"].as_i64().unwrap()
                    } else {
                        version
                    };
                    let path = format!("{path}/retrait/annulation");
                    martin.post_on(&path, version, json!({})).await
                }
                Action::Depasser => {
                    overtake(&app, &path).await;
                    app.caisse(CAISSE).get(&path).await
                }
                // What ends and begins again with a doctor or a life: tests/api/caduques.rs.
                Action::RendreCaduque | Action::Reprendre => continue,
                Action::Expirer => {
                    app.advance(TimeDelta::days(91));
                    app.run_jobs().await;
                    app.caisse(CAISSE).get(&path).await
                }
            };
            let possible: Vec<&str> = TRANSITIONS
                .iter()
                .filter(|(from, by, _)| from == etat && by == action)
                .map(|(_, _, to)| to.mot())
                .collect();
            let what = format!("{} in {}", action.mot(), etat.mot());
            if matches!(action, Action::Expirer | Action::Depasser) {
                let after = reply.expect(200)["etat"].as_str().unwrap().to_owned();
                let expected = possible.first().copied().unwrap_or(etat.mot());
                assert_eq!(after, expected, "{what}");
            } else if possible.is_empty() {
                assert_eq!(reply.problem(409), "transition_interdite", "{what}");
                let same = caisse.get(&path).await;
                assert_eq!(same.expect(200)["version"], json!(version), "{what}");
            } else {
                let after = reply.expect(200)["etat"].as_str().unwrap().to_owned();
                assert!(possible.contains(&after.as_str()), "{what}: {after}");
            }
        }
    }
}

#[tokio::test]
async fn each_state_shows_each_role_what_it_may_do() {
    let app = TestApp::new().await;
    for etat in Etat::TOUS {
        let read = in_state(&app, *etat).await;
        let path = format!("/v1/declarations/{}", read["id"].as_str().unwrap());
        let expected = match etat {
            Etat::EnAttente => [
                json!(["signer", "refuser", "annuler"]),
                json!(["signer", "annuler"]),
                json!(["signer", "annuler"]),
            ],
            Etat::Active => [
                json!(["retirer"]),
                json!(["retirer", "contester"]),
                json!(["rectifier", "retirer"]),
            ],
            Etat::Refusee | Etat::Annulee | Etat::Expiree | Etat::Caduque | Etat::Rectifiee => {
                [json!([]), json!([]), json!([])]
            }
        };
        let callers = [app.medecin(MARTIN), app.patient("ALICE"), app.caisse(CAISSE)];
        for (caller, actions) in callers.iter().zip(expected) {
            let seen = caller.get(&path).await.expect(200);
            assert_eq!(seen["actions"], actions, "{etat:?}");
            assert_eq!(seen["expire_le"].is_null(), *etat != Etat::EnAttente, "{etat:?}");
        }
    }
}

/// The life of a declaration as a Mermaid diagram, written from [`TRANSITIONS`].
fn diagram() -> String {
    let mut text = "stateDiagram-v2\n".to_owned();
    let mut line = |from: &str, to: &str, label: &str| {
        let label = if label.is_empty() { String::new() } else { format!(" : {label}") };
        text.extend(["    ", from, " --> ", to, &label, "\n"]);
    };
    line("[*]", Etat::EnAttente.mot(), "déposer");
    for (from, action, to) in TRANSITIONS {
        line(from.mot(), to.mot(), action.mot());
    }
    let leaves = |etat| TRANSITIONS.iter().any(|(from, _, to)| *from == etat && *to != etat);
    for etat in Etat::TOUS.iter().filter(|etat| !leaves(**etat)) {
        line(etat.mot(), "[*]", "");
    }
    text
}

#[test]
fn the_diagram_of_the_documents_is_the_one_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/CYCLE-DE-VIE.md");
    let text = std::fs::read_to_string(path).unwrap();
    let shown = text.split("```mermaid\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(shown, Some(diagram().as_str()), "write into docs/CYCLE-DE-VIE.md:\n{}", diagram());
}
