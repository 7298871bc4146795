//! Letters to patients: what calls for one, on which day, to whom it goes, and who may read it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use pdf_extract::Document;
use serde_json::{Value, json};
use traitant::domain::digest::Empreinte;

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, choix, patient_id, signature};
use crate::support::cessation::{operate, simple, undo};
use crate::support::papier::{Picture, pages};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, paper_choice};

mod impression;
mod refus;

const COURRIERS: &str = "/v1/courriers";
const TEXTE: [(&str, &str); 1] = [("accept", "text/plain")];

/// Asks for letters, and lets the service write them.
async fn made(app: &TestApp, caisse: &str, body: Value) -> Value {
    let asked = app.caisse(caisse).post(COURRIERS, body).await;
    let location = asked.header("location").to_owned();
    assert_eq!(asked.expect(202)["etat"], "en_preparation");
    app.run_jobs().await;
    let read = app.caisse(caisse).get(&location).await.expect(200);
    assert_eq!(read["etat"], "pret", "{read}");
    assert_eq!(read["prevus"], read["traites"], "{read}");
    read
}

fn asked(nature: &str, day: &str) -> Value {
    json!({ "nature": nature, "du": day, "au": day })
}

/// Why events had no letter.
fn without(read: &Value) -> BTreeMap<String, u64> {
    let all = read["sans_objet"].as_array().unwrap().iter();
    all.map(|one| (one["raison"].as_str().unwrap().to_owned(), one["nombre"].as_u64().unwrap()))
        .collect()
}

/// A lot, held against its manifest: the file to print, and the letters as texts.
async fn lot(caisse: &Caller<'_>, read: &Value, rang: usize) -> (Vec<u8>, Vec<String>) {
    let said = &read["lots"][rang];
    let path = said["contenu"].as_str().unwrap();
    let pdf = caisse.get(path).await;
    assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"));
    assert_eq!(said["octets_pdf"], pdf.body.len());
    assert_eq!(said["sha256_pdf"], Empreinte::of(&pdf.body).to_string());
    let text = caisse.request("GET", path, &TEXTE, None).await;
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(said["octets_texte"], text.body.len());
    assert_eq!(said["sha256_texte"], Empreinte::of(&text.body).to_string());
    let text = String::from_utf8(text.body.clone()).unwrap();
    let letters: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
    assert_eq!(said["lettres"], letters.len());
    (pdf.body.clone(), letters)
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn bookmarks(pdf: &[u8]) -> usize {
    Document::load_mem(pdf).unwrap().get_toc().unwrap().toc.len()
}

#[tokio::test]
async fn a_retirement_is_written_to_the_patients_of_the_caisse_and_to_nobody_else() {
    let app = TestApp::new().await;
    operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    app.run_jobs().await;
    let today = app.caisse(AIN).post(COURRIERS, asked("depart_medecin", "2025-06-16")).await;
    assert_eq!(
        today.wrong_fields(),
        [("/au".to_owned(), "date_future".to_owned())],
        "not over yet"
    );
    app.on("2025-06-18");
    for (day, letters) in [("2025-06-15", 0), ("2025-06-16", 1), ("2025-06-17", 0)] {
        let read = made(&app, AIN, asked("depart_medecin", day)).await;
        assert_eq!(
            (&read["lettres"], &read["prevus"]),
            (&json!(letters), &json!(letters)),
            "{day}"
        );
        assert_eq!(read["lots"].as_array().unwrap().len(), letters, "{day}");
    }
    let read = made(&app, AIN, asked("depart_medecin", "2025-06-16")).await;
    let caisse = app.caisse(AIN);
    let (pdf, letters) = lot(&caisse, &read, 0).await;
    let printed = pages(&pdf);
    assert_eq!((printed.len(), bookmarks(&pdf)), (1, 1));
    for said in [
        "Caisse d'assurance maladie 01011",
        "Le 18 juin 2025",
        "BERNARD ESSAI-COLIN",
        "À partir du 1er juillet 2025, vous n'avez plus pour médecin traitant le docteur CAMILLE ESSAI-MARTIN.",
        "départ à la retraite",
        "Jusqu'au 30 juin 2026 inclus, rien ne change.",
        "une consultation de généraliste à 30 € sera remboursée 10,40 € au lieu de 21 € dans le cas général",
        "Avant le 1er juillet 2026",
        "Article L. 162-5-3, 5°",
        "conciliateur de votre caisse",
    ] {
        assert!(printed[0].contains(said), "{said}: {}", printed[0]);
        assert!(spaced(&letters[0]).contains(said), "{said}: {}", letters[0]);
    }
    assert!(letters[0].contains("(adresse non connue du registre)"));
    for other in ["CHARLES", "DIANE", "HUGO"] {
        assert!(!printed[0].contains(other), "{other}");
    }
    // The same day, hours later, the same demand makes the same bytes.
    app.advance(TimeDelta::seconds(4 * 3600 + 61));
    let again = made(&app, AIN, asked("depart_medecin", "2025-06-16")).await;
    assert_eq!(again["lots"][0]["sha256_pdf"], read["lots"][0]["sha256_pdf"]);
    assert_eq!(again["lots"][0]["sha256_texte"], read["lots"][0]["sha256_texte"]);
    assert_ne!(again["id"], read["id"]);
}

#[tokio::test]
async fn what_was_undone_settled_or_is_another_caisse_s_is_written_to_nobody_and_counted() {
    let app = TestApp::new().await;
    let made_now = operate(&app, simple(MARTIN, "retraite", "2025-06-16")).await;
    app.run_jobs().await;
    app.on("2025-06-17");
    let day = || asked("depart_medecin", "2025-06-16");
    let path = format!("/v1/patients/{}/courriers/depart_medecin", patient_id("BERNARD"));
    let alone = app.caisse(AIN).request("GET", &path, &TEXTE, None).await;
    assert_eq!(alone.status, 200);
    // What is accepted most is given; a letter of one day is the same bytes at each hour.
    for (accept, kind) in [
        ("text/plain;q=0.5, application/pdf", "application/pdf"),
        ("application/pdf;q=0.5, TEXT/Plain", "text/plain; charset=utf-8"),
        ("application/pdf;q=0, */*", "text/plain; charset=utf-8"),
        ("*/*", "application/pdf"),
    ] {
        let given = app.caisse(AIN).request("GET", &path, &[("accept", accept)], None).await;
        assert_eq!((given.status.as_u16(), given.header("content-type")), (200, kind), "{accept}");
    }
    for accept in ["application/json", "text/plain;q=0"] {
        let none = app.caisse(AIN).request("GET", &path, &[("accept", accept)], None).await;
        assert_eq!(none.problem(406), "forme_indisponible", "{accept}");
    }
    let printed = app.caisse(AIN).get(&path).await.body;
    app.advance(TimeDelta::seconds(3 * 3600 + 1));
    assert_eq!(app.caisse(AIN).get(&path).await.body, printed);
    // Another doctor.
    let bernard = patient_id("BERNARD").to_string();
    paper_choice(&app, AIN, &bernard, PONS, "2025-06-17").await;
    let read = made(&app, AIN, day()).await;
    assert_eq!(
        (&read["lettres"], without(&read)),
        (&json!(0), BTreeMap::from([("deja_choisi".to_owned(), 1)]))
    );
    assert_eq!(app.caisse(AIN).get(&path).await.problem(409), "transition_interdite");
    // A death.
    let charles = patient_id("CHARLES").to_string();
    let caisse = app.caisse("029150000");
    let body = json!({ "jour": "2025-06-16", "source": "etat_civil" });
    act(&caisse, &charles, "deces", body).await.expect(200);
    let read = made(&app, "029150000", day()).await;
    assert_eq!(without(&read), BTreeMap::from([("decede".to_owned(), 1)]));
    // A departure for another caisse.
    let diane = patient_id("DIANE").to_string();
    let body =
        json!({ "organisme": crate::support::vie::organisme(AIN), "effet_du": "2025-06-17" });
    act(&app.caisse("019740000"), &diane, "changements-d-organisme", body).await.expect(200);
    let read = made(&app, "019740000", day()).await;
    assert_eq!(without(&read), BTreeMap::from([("autre_caisse".to_owned(), 1)]));
    // No departure at all.
    undo(&app, &made_now).await.expect(202);
    app.run_jobs().await;
    let read = made(&app, "012010000", day()).await;
    assert_eq!(
        (&read["lettres"], without(&read)),
        (&json!(0), BTreeMap::from([("annule".to_owned(), 1)]))
    );
}

#[tokio::test]
async fn a_choice_is_written_to_whoever_did_not_sign_it_by_a_proof_of_their_own() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    let choice = paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-06-10").await;
    app.on("2025-06-17");
    let read = made(&app, BOUCHES_DU_RHONE, asked("choix_en_son_nom", "2025-06-16")).await;
    assert_eq!(read["lettres"], 1, "{read}");
    let (_, letters) = lot(&app.caisse(BOUCHES_DU_RHONE), &read, 0).await;
    let letter = spaced(&letters[0]);
    for said in [
        "ALICE ESSAI-FAURE",
        "enregistrée à votre nom, d'après un formulaire signé sur papier",
        "Depuis le 10 juin 2025, le docteur CAMILLE ESSAI-MARTIN est médecin traitant.",
        choice["numero"].as_str().unwrap(),
        "contestez-le",
        "Un choix se conteste une seule fois.",
    ] {
        assert!(letter.contains(said), "{said}: {letter}");
    }
    // Contested, it is not written again.
    let patient = app.patient("ALICE");
    let path = format!("/v1/declarations/{}/contestation", choice["id"].as_str().unwrap());
    let words = json!({ "motif": "Je n'ai pas choisi ce médecin." });
    patient.post_on(&path, choice["version"].as_i64().unwrap(), words).await.expect(200);
    let read = made(&app, BOUCHES_DU_RHONE, asked("choix_en_son_nom", "2025-06-16")).await;
    assert_eq!(without(&read), BTreeMap::from([("deja_conteste".to_owned(), 1)]));

    // What she signs herself, by a proof that is verified, is told to nobody.
    let martin = app.medecin(PONS);
    let mut own = choix("ALICE", PONS);
    let digest = martin.digest_of(&own).await;
    own["signatures"] =
        json!([signature("medecin", "cps", &digest), signature("assure", "carte_vitale", &digest)]);
    martin.post("/v1/declarations", own).await.expect(201);
    app.on("2025-06-18");
    let read = made(&app, BOUCHES_DU_RHONE, asked("choix_en_son_nom", "2025-06-17")).await;
    assert_eq!(
        (&read["lettres"], without(&read)),
        (&json!(0), BTreeMap::from([("de_sa_part".to_owned(), 1)]))
    );
}

#[tokio::test]
async fn the_end_of_the_twelve_months_is_told_sixty_days_before_once_and_to_whoever_has_chosen_nobody()
 {
    let app = TestApp::new().await;
    operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    app.run_jobs().await;
    let told = async || {
        let all = app.events().await;
        all.iter().filter(|nature| *nature == "neutralisation.fin_proche").count()
    };
    // Sixty days before 1 July 2026.
    app.on("2026-05-01");
    app.run_jobs().await;
    assert_eq!(told().await, 0);
    let charles = patient_id("CHARLES").to_string();
    paper_choice(&app, "029150000", &charles, PONS, "2026-05-01").await;
    app.on("2026-05-02");
    app.run_jobs().await;
    assert_eq!(told().await, 4, "Charles has chosen");
    for day in ["2026-05-03", "2026-06-30", "2026-07-01", "2026-07-02"] {
        app.on(day);
        app.run_jobs().await;
    }
    assert_eq!(told().await, 4);
    app.on("2026-05-04");
    for (day, letters) in [("2026-05-01", 0), ("2026-05-02", 1), ("2026-05-03", 0)] {
        let read = made(&app, AIN, asked("fin_protection", day)).await;
        assert_eq!(read["lettres"], letters, "{day}");
    }
    let read = made(&app, AIN, asked("fin_protection", "2026-05-02")).await;
    let (_, letters) = lot(&app.caisse(AIN), &read, 0).await;
    let letter = spaced(&letters[0]);
    for said in [
        "Depuis le départ de votre médecin, vous n'avez pas de médecin traitant. Pendant 12 mois,",
        "Le dernier jour de cette période est le 30 juin 2026.",
        "À partir du 1er juillet 2026, sans médecin traitant, une consultation de généraliste à 30 € sera remboursée 10,40 €",
        "Avant le 1er juillet 2026",
    ] {
        assert!(letter.contains(said), "{said}: {letter}");
    }
    let bernard = patient_id("BERNARD").to_string();
    paper_choice(&app, AIN, &bernard, PONS, "2026-05-04").await;
    let read = made(&app, AIN, asked("fin_protection", "2026-05-02")).await;
    assert_eq!(without(&read), BTreeMap::from([("deja_choisi".to_owned(), 1)]));
}

#[tokio::test]
async fn a_sixteenth_birthday_is_written_to_the_parent_and_from_that_day_on_to_the_young_person() {
    let app = TestApp::new().await;
    app.on("2031-04-21");
    app.run_jobs().await;
    app.on("2031-04-22");
    let alice = patient_id("ALICE").to_string();
    let body = json!({ "effet_du": "2031-04-01", "voie": "3 rue des Essais", "complement": "Bâtiment B",
                       "code_postal": "13000", "localite": "MARSEILLE"  });
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    act(&caisse, &alice, "changements-d-adresse", body).await.expect(200);
    let day = || asked("seize_ans", "2031-04-21");
    for (on, who, said, address) in [
        ("2031-06-19", "ALICE ESSAI-FAURE", "GABRIEL aura 16 ans le 20 juin 2031", true),
        ("2031-06-20", "GABRIEL ESSAI-FAURE", "Le jour de vos 16 ans est le 20 juin 2031", false),
        (
            "2031-06-21",
            "GABRIEL ESSAI-FAURE",
            "c'est à vous de choisir votre médecin traitant",
            false,
        ),
    ] {
        app.on(on);
        let read = made(&app, BOUCHES_DU_RHONE, day()).await;
        let (pdf, letters) = lot(&app.caisse(BOUCHES_DU_RHONE), &read, 0).await;
        let letter = spaced(&letters[0]);
        assert!(letter.contains(who) && letter.contains(said), "{letter}");
        assert!(
            letter.contains("sans médecin traitant, une consultation de généraliste à 30 € est remboursée 10,40 €"),
            "{letter}"
        );
        assert_eq!(
            letter.contains("Bâtiment B 3 rue des Essais 13000 MARSEILLE"),
            address,
            "{letter}"
        );
        assert_eq!(letter.contains("adresse non connue"), !address, "{letter}");
        // Who and where, in the window of the envelope, and nothing else in it.
        let seen = Picture::of(&pdf, 0, false);
        assert!(seen.ink((312, 540), (134, 150)) > 30, "a name");
        assert_eq!(seen.ink((312, 540), (151, 220)) > 30, address, "an address, when there is one");
        assert_eq!(seen.ink((280, 310), (120, 240)) + seen.ink((541, 595), (0, 842)), 0, "margins");
        let (whole, height) = (seen.ink((0, 595), (0, 842)), seen.height);
        assert!(whole > 3_000 && height == 842, "{whole}");
    }
}

#[tokio::test]
async fn letters_are_their_caisse_s_alone_and_whoever_reads_them_is_told_to_each_person() {
    let app = TestApp::new().await;
    let hugo = patient_id("HUGO").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &hugo, MARTIN, "2025-06-10").await;
    app.on("2025-06-17");
    let body = asked("choix_en_son_nom", "2025-06-16");
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let one = caisse.post(COURRIERS, body.clone()).await.expect(202);
    let place = format!("{COURRIERS}/{}", one["id"].as_str().unwrap());
    let first = format!("{place}/lots/1");
    assert_eq!(caisse.get(&first).await.problem(409), "transition_interdite");
    app.run_jobs().await;
    let alone = format!("/v1/patients/{hugo}/courriers/choix_en_son_nom");
    for path in [&place, &first, &alone] {
        assert_eq!(app.caisse(AIN).get(path).await.problem(404), "introuvable");
        assert_eq!(app.medecin(MARTIN).get(path).await.status, 403);
        assert_eq!(app.patient("HUGO").get(path).await.status, 403);
    }
    assert_eq!(app.medecin(MARTIN).post(COURRIERS, body).await.status, 403);
    assert_eq!(caisse.get(&format!("{place}/lots/2")).await.problem(404), "introuvable");
    assert_eq!(caisse.get(&format!("/v1/patients/{hugo}/courriers/autre")).await.status, 400);
    let traces = async |name: &str, operation: &str| {
        let read = app.patient(name).get("/v1/moi/acces").await.expect(200);
        let all = read["donnees"].as_array().unwrap().iter();
        all.filter(|one| one["operation"] == operation).count()
    };
    assert_eq!(traces("HUGO", "courrier.imprimer").await, 0, "nobody was shown anything yet");
    for times in 1..=2 {
        assert_eq!(caisse.get(&first).await.status, 200);
        assert_eq!(traces("HUGO", "courrier.imprimer").await, times);
    }
    for times in 1..=2 {
        assert_eq!(caisse.get(&alone).await.status, 200);
        assert_eq!(traces("HUGO", "courrier.lire").await, times);
    }
    assert_eq!(traces("ALICE", "courrier.imprimer").await, 0, "nothing is of her");
    let other = format!("/v1/patients/{hugo}/courriers/fin_protection");
    assert_eq!(
        caisse.get(&other).await.problem(409),
        "transition_interdite",
        "nothing calls for it"
    );
    for (body, field, code) in [
        (
            json!({ "nature": "seize_ans", "du": "2025-06-16", "au": "2025-06-15" }),
            "/du",
            "apres_la_fin",
        ),
        (
            json!({ "nature": "seize_ans", "du": "2024-06-14", "au": "2025-06-15" }),
            "/du",
            "duree_excessive",
        ),
        (
            json!({ "nature": "seize_ans", "du": "2025-06-15", "au": "2025-06-17" }),
            "/au",
            "date_future",
        ),
    ] {
        let refused = caisse.post(COURRIERS, body).await;
        assert_eq!(refused.wrong_fields(), [(field.to_owned(), code.to_owned())]);
    }
    // Kept seven days, as exports are.
    app.advance(TimeDelta::days(8));
    app.run_jobs().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    assert_eq!(caisse.get(&place).await.expect(200)["etat"], "perime");
    assert_eq!(caisse.get(&first).await.problem(409), "transition_interdite");
}
