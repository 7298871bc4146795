//! Links that never were, that cannot be, or that end by themselves: what was signed under them, and what the caisse is told.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, PONS, Reply, choix, patient_id, signature};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE};

const HOLDER: &str = "titulaire_autorite_parentale";
const MESURES: [&str; 4] =
    ["tutelle", "curatelle", "habilitation_familiale", "mandat_de_protection_future"];
const PREUVES: [&str; 5] = [
    "livret_de_famille",
    "acte_de_naissance",
    "decision_de_justice",
    "mandat_vise",
    "rattachement_ayant_droit",
];
const FINS: [&str; 6] = [
    "majorite",
    "decision_de_justice",
    "fin_de_mesure",
    "deces",
    "protection_du_representant",
    "erreur_de_saisie",
];

/// What proves a link of a nature.
fn proof(nature: &str) -> &'static str {
    match nature {
        HOLDER => "acte_de_naissance",
        "mandat_de_protection_future" => "mandat_vise",
        _ => "decision_de_justice",
    }
}

fn path(prenom: &str) -> String {
    format!("/v1/patients/{}/representations", patient_id(prenom))
}

/// A link to somebody of the register, on days.
fn by(prenom: &str, nature: &str, du: &str, au: Option<&str>) -> Value {
    json!({
        "representant": { "patient_id": patient_id(prenom).to_string() }, "nature": nature,
        "preuve": proof(nature), "effet_du": du, "effet_au": au,
    })
}

/// A link to somebody whom the register does not know.
fn somebody(nature: &str, du: &str) -> Value {
    json!({
        "representant": { "nom": "ESSAI-MERCIER", "prenom": "LOU" }, "nature": nature,
        "preuve": proof(nature), "effet_du": du,
    })
}

async fn end(caisse: &Caller<'_>, lien: &Value, body: Value) -> Reply {
    let path = format!("/v1/representations/{}/fin", lien["id"].as_str().unwrap());
    caisse.post_on(&path, lien["version"].as_i64().unwrap(), body).await
}

async fn never(caisse: &Caller<'_>, lien: &Value) {
    end(caisse, lien, json!({ "motif": "erreur_de_saisie" })).await.expect(200);
}

fn refused(reply: &Reply) -> (String, String) {
    reply.expect(422);
    let mut wrong = reply.wrong_fields();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    wrong.remove(0)
}

fn field(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

/// What Hugo chose for Bernard, alone, as his tutor on the day; and the link.
async fn chosen_by_the_tutor(app: &TestApp) -> (Value, Value) {
    let body = by("HUGO", "tutelle", "2025-06-01", None);
    let lien = app.caisse(AIN).post(&path("BERNARD"), body).await.expect(201);
    let hugo = app.patient("HUGO");
    let mut choice = choix("BERNARD", PONS);
    choice["patient"] = json!({ "id": patient_id("BERNARD").to_string() });
    let digest = hugo.digest_of(&choice).await;
    choice["signatures"] = json!([signature("tuteur", "franceconnect", &digest)]);
    let made = hugo.post("/v1/declarations", choice).await.expect(201);
    let place = format!("/v1/declarations/{}/signatures", made["id"].as_str().unwrap());
    let own = signature("medecin", "cps", &digest);
    let active = app.medecin(PONS).post_on(&place, 1, own).await.expect(200);
    assert_eq!(active["etat"], "active");
    (active, lien)
}

/// The choices that the caisse of Bernard has to look at.
async fn to_verify(app: &TestApp) -> Vec<String> {
    let page = app.caisse(AIN).get("/v1/moi/a-faire?rubrique=choix_a_verifier").await.expect(200);
    let lines = page["donnees"].as_array().unwrap().iter();
    lines.map(|one| one["action"]["chemin"].as_str().unwrap().to_owned()).collect()
}

/// Letters of some days: how many, and why the others are none.
async fn letters(app: &TestApp, du: &str, au: &str) -> (u64, Value) {
    let caisse = app.caisse(AIN);
    let body = json!({ "nature": "choix_en_son_nom", "du": du, "au": au });
    let asked = caisse.post("/v1/courriers", body).await;
    let location = asked.header("location").to_owned();
    app.run_jobs().await;
    let read = caisse.get(&location).await.expect(200);
    (read["lettres"].as_u64().unwrap(), read["sans_objet"].clone())
}

#[tokio::test]
async fn what_somebody_signed_under_a_link_that_never_was_is_written_to_the_person_and_waits_for_the_caisse()
 {
    let app = TestApp::new().await;
    let (made, lien) = chosen_by_the_tutor(&app).await;
    let own = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    let letter = format!("/v1/patients/{}/courriers/choix_en_son_nom", patient_id("BERNARD"));
    app.on("2025-06-17");
    assert_eq!(app.caisse(AIN).get(&letter).await.problem(409), "transition_interdite");
    assert_eq!(to_verify(&app).await, Vec::<String>::new());
    assert_eq!(letters(&app, "2025-06-16", "2025-06-16").await.0, 0);

    never(&app.caisse(AIN), &lien).await;
    assert_eq!(to_verify(&app).await, std::slice::from_ref(&own));
    assert_eq!(app.caisse(AIN).get(&letter).await.status, 200);
    app.on("2025-06-18");
    // The days follow each other: each letter is written once, to the person.
    let before = json!([{ "raison": "a_verifier", "nombre": 1 }]);
    assert_eq!(letters(&app, "2025-06-16", "2025-06-16").await, (0, before.clone()));
    assert_eq!(letters(&app, "2025-06-17", "2025-06-17").await, (1, json!([])));
    assert_eq!(letters(&app, "2025-06-16", "2025-06-17").await, (1, before));
    // Another caisse has nothing to do with it.
    let others = app.caisse(BOUCHES_DU_RHONE).get("/v1/moi/a-faire").await.expect(200);
    assert!(!others["donnees"].to_string().contains("choix_a_verifier"), "{others}");

    // Bernard makes the choice his own.
    let bernard = app.patient("BERNARD");
    let mut choice = choix("BERNARD", PONS);
    choice["patient"] = json!({ "id": patient_id("BERNARD").to_string() });
    let digest = bernard.digest_of(&choice).await;
    choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
    let confirms = bernard.post("/v1/declarations", choice).await.expect(201);
    assert_eq!(to_verify(&app).await, std::slice::from_ref(&own), "it waits for the doctor");
    let place = format!("/v1/declarations/{}/signatures", confirms["id"].as_str().unwrap());
    let doctor = signature("medecin", "cps", &digest);
    app.medecin(PONS).post_on(&place, 1, doctor).await.expect(200);
    assert_eq!(to_verify(&app).await, Vec::<String>::new());
    assert_eq!(app.caisse(AIN).get(&letter).await.problem(409), "transition_interdite");
}

#[tokio::test]
async fn a_choice_is_to_be_verified_when_its_link_did_not_hold_on_the_day_of_its_signature() {
    // Signed on 16 June 2025.
    let ends = [
        (json!({ "motif": "erreur_de_saisie" }), 1),
        (json!({ "motif": "fin_de_mesure", "jour": "2025-06-15" }), 1),
        (json!({ "motif": "fin_de_mesure", "jour": "2025-06-16" }), 1),
        (json!({ "motif": "fin_de_mesure", "jour": "2025-06-17" }), 0),
    ];
    for (body, count) in ends {
        let app = TestApp::new().await;
        let (made, lien) = chosen_by_the_tutor(&app).await;
        app.advance(TimeDelta::seconds(1));
        end(&app.caisse(AIN), &lien, body.clone()).await.expect(200);
        assert_eq!(to_verify(&app).await.len(), count, "{body}");
        let place = format!("/v1/declarations/{}/rectifications", made["id"].as_str().unwrap());
        let version = made["version"].as_i64().unwrap();
        let never = json!({ "motif": "Signé par qui ne le représentait pas." });
        app.caisse(AIN).post_on(&place, version, never).await.expect(200);
        assert_eq!(to_verify(&app).await.len(), 0, "{body}");
    }
}

#[tokio::test]
async fn whoever_is_protected_represents_nobody_on_those_days_and_stays_a_parent() {
    let app = TestApp::new().await;
    let (ain, bouches) = (app.caisse(AIN), app.caisse(BOUCHES_DU_RHONE));
    let protected = field("/representant/patient_id", "representant_protege");
    for own in MESURES {
        let mut body = somebody(own, "2025-06-01");
        body["effet_au"] = json!("2025-07-01");
        let protection = bouches.post(&path("HUGO"), body).await.expect(201);
        for nature in MESURES {
            for (du, au) in [("2025-05-01", Some("2025-06-02")), ("2025-06-30", None)] {
                let made = ain.post(&path("BERNARD"), by("HUGO", nature, du, au)).await;
                assert_eq!(refused(&made), protected, "{own} {nature} {du}");
            }
            for (du, au) in [("2025-05-01", Some("2025-06-01")), ("2025-07-01", None)] {
                let made = ain.post(&path("BERNARD"), by("HUGO", nature, du, au)).await;
                never(&ain, &made.expect(201)).await;
            }
        }
        let child = bouches.post(&path("GABRIEL"), by("HUGO", HOLDER, "2025-06-10", None)).await;
        never(&bouches, &child.expect(201)).await;
        never(&bouches, &protection).await;
    }
    // Nor each other.
    bouches.post(&path("HUGO"), by("ALICE", "tutelle", "2025-06-01", None)).await.expect(201);
    let back = bouches.post(&path("ALICE"), by("HUGO", "tutelle", "2025-06-01", None)).await;
    assert_eq!(refused(&back), protected);
}

#[tokio::test]
async fn who_comes_to_be_protected_represents_nobody_from_that_day_on() {
    let app = TestApp::new().await;
    let (ain, bouches) = (app.caisse(AIN), app.caisse(BOUCHES_DU_RHONE));
    let known = async || {
        let read = app.caisse(AIN).get(&path("BERNARD")).await.expect(200);
        let all = read["donnees"].as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        all.iter()
            .map(|one| (text(&one["effet_du"]), text(&one["effet_au"]), text(&one["motif_fin"])))
            .collect::<Vec<_>>()
    };
    let days = |du: &str, au: &str, motif: &str| (du.to_owned(), au.to_owned(), motif.to_owned());
    let made = async |du: &str, au: Option<&str>| {
        ain.post(&path("BERNARD"), by("HUGO", "tutelle", du, au)).await.expect(201);
    };
    made("2025-01-01", Some("2025-03-01")).await;
    made("2025-03-01", Some("2025-06-10")).await;
    made("2025-06-10", Some("2025-06-12")).await;
    made("2025-06-13", None).await;
    bouches.post(&path("GABRIEL"), by("HUGO", HOLDER, "2025-06-10", None)).await.expect(201);
    app.advance(TimeDelta::seconds(1));
    bouches.post(&path("HUGO"), somebody("curatelle", "2025-06-14")).await.expect(201);
    app.run_jobs().await;
    let ended = "protection_du_representant";
    let past = [
        days("2025-01-01", "2025-03-01", "-"),
        days("2025-03-01", "2025-06-10", "-"),
        days("2025-06-10", "2025-06-12", "-"),
    ];
    assert_eq!(known().await[..3], past);
    assert_eq!(known().await[3..], [days("2025-06-13", "2025-06-14", ended)]);
    // One that began on the first day never did.
    app.advance(TimeDelta::seconds(1));
    let read = bouches.get(&path("HUGO")).await.expect(200);
    never(&bouches, &read["donnees"][0]).await;
    made("2025-06-14", None).await;
    app.advance(TimeDelta::seconds(1));
    bouches.post(&path("HUGO"), somebody("curatelle", "2025-06-14")).await.expect(201);
    app.run_jobs().await;
    assert_eq!(known().await.len(), 4);
    let child = bouches.get(&path("GABRIEL")).await.expect(200);
    let father = patient_id("HUGO").to_string();
    let all = child["donnees"].as_array().unwrap();
    let own = all.iter().find(|one| one["representant"]["patient_id"] == father.as_str()).unwrap();
    assert_eq!(own["effet_au"], "2033-06-20", "he is still a parent");
}

#[tokio::test]
async fn a_quality_is_proved_and_ends_as_the_civil_code_says() {
    let app = TestApp::new().await;
    let (ain, bouches) = (app.caisse(AIN), app.caisse(BOUCHES_DU_RHONE));
    let proofs = |nature: &str| match nature {
        HOLDER => vec![PREUVES[0], PREUVES[1], PREUVES[2], PREUVES[4]],
        "mandat_de_protection_future" => vec!["mandat_vise"],
        _ => vec!["decision_de_justice"],
    };
    let reasons = |nature: &str| {
        if nature == HOLDER { vec![FINS[1], FINS[3], FINS[5]] } else { FINS[1..].to_vec() }
    };
    for nature in [HOLDER, MESURES[0], MESURES[1], MESURES[2], MESURES[3]] {
        let (caisse, who) =
            if nature == HOLDER { (&bouches, "GABRIEL") } else { (&ain, "BERNARD") };
        for preuve in PREUVES {
            let mut body = somebody(nature, "2025-06-01");
            body["preuve"] = json!(preuve);
            let made = caisse.post(&path(who), body).await;
            if proofs(nature).contains(&preuve) {
                never(caisse, &made.expect(201)).await;
            } else {
                assert_eq!(
                    refused(&made),
                    field("/preuve", "preuve_inadaptee"),
                    "{nature} {preuve}"
                );
                let said = made.expect(422).to_string();
                assert!(said.contains(proofs(nature)[0]), "what is expected: {said}");
            }
        }
        for motif in FINS {
            let made = caisse.post(&path(who), somebody(nature, "2025-06-01")).await;
            let lien = made.expect(201);
            let ended = end(caisse, &lien, json!({ "motif": motif, "jour": "2025-06-10" })).await;
            if reasons(nature).contains(&motif) {
                assert_eq!(ended.expect(200)["motif_fin"], motif, "{nature}");
                if motif != "erreur_de_saisie" {
                    never(caisse, &ended.expect(200)).await;
                }
            } else {
                assert_eq!(refused(&ended), field("/motif", "motif_inadapte"), "{nature} {motif}");
                never(caisse, &lien).await;
            }
        }
    }
}

#[tokio::test]
async fn an_adult_has_one_kind_of_protection_on_a_day_by_one_or_several() {
    let app = TestApp::new().await;
    let ain = app.caisse(AIN);
    for first in MESURES {
        let mut body = by("HUGO", first, "2025-06-01", Some("2025-06-10"));
        let known = ain.post(&path("BERNARD"), body.clone()).await.expect(201);
        for second in MESURES {
            for who in ["HUGO", "ALICE"] {
                for (du, au, beside) in [
                    ("2025-05-01", "2025-06-01", true),
                    ("2025-05-01", "2025-06-02", false),
                    ("2025-06-09", "2025-07-01", false),
                    ("2025-06-10", "2025-07-01", true),
                ] {
                    body = by(who, second, du, Some(au));
                    let made = ain.post(&path("BERNARD"), body.clone()).await;
                    if beside || (first == second && who != "HUGO") {
                        never(&ain, &made.expect(201)).await;
                    } else if first == second {
                        assert_eq!(made.problem(409), "representation_existante");
                    } else {
                        let wrong = field("/nature", "mesure_en_vigueur");
                        assert_eq!(refused(&made), wrong, "{first} {second} {who} {du}");
                    }
                }
            }
        }
        never(&ain, &known).await;
    }
}

#[tokio::test]
async fn a_link_that_has_not_begun_ends_before_it_begins_for_any_reason() {
    let app = TestApp::new().await;
    let ain = app.caisse(AIN);
    // Today is 16 June 2025.
    for motif in ["deces", "fin_de_mesure", "decision_de_justice", "protection_du_representant"] {
        for jour in [json!(null), json!("2025-06-30"), json!("2025-07-01")] {
            let made = ain.post(&path("BERNARD"), somebody("tutelle", "2025-07-01")).await;
            let body = json!({ "motif": motif, "jour": jour });
            let ended = end(&ain, &made.expect(201), body).await.expect(200);
            assert_eq!(ended["motif_fin"], motif);
            assert!(ended["remplacee_le"].is_string());
            let read = ain.get(&path("BERNARD")).await.expect(200);
            assert_eq!(read["donnees"], json!([]), "{motif} {jour}");
        }
    }
    let made = ain.post(&path("BERNARD"), somebody("tutelle", "2025-07-01")).await;
    let body = json!({ "motif": "deces", "jour": "2025-07-02" });
    assert_eq!(end(&ain, &made.expect(201), body).await.expect(200)["effet_au"], "2025-07-02");
    // One that has begun existed: that it never did is a mistake, and is called one.
    let read = ain.get(&path("BERNARD")).await.expect(200);
    never(&ain, &read["donnees"][0]).await;
    let made = ain.post(&path("BERNARD"), somebody("tutelle", "2025-06-16")).await;
    let lien = made.expect(201);
    for jour in ["2025-06-15", "2025-06-16"] {
        let wrong = end(&ain, &lien, json!({ "motif": "deces", "jour": jour })).await;
        assert_eq!(refused(&wrong), field("/jour", "hors_periode"), "{jour}");
        assert!(wrong.expect(422).to_string().contains("erreur_de_saisie"));
    }
    end(&ain, &lien, json!({ "motif": "deces", "jour": "2025-06-17" })).await.expect(200);
}
