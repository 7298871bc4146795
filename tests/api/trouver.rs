//! Finding: doctors, declarations, persons, and the lists of a caisse.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, patient_id};

const CAISSE: &str = "011310000";

fn firsts<'v>(page: &'v Value, member: &str) -> Vec<&'v str> {
    let all = page["donnees"].as_array().unwrap();
    all.iter().map(|one| one[member].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_doctor_is_found_by_name_however_it_is_written_and_by_specialty_commune_and_place() {
    let app = TestApp::new().await;
    let alice = app.patient("ALICE");
    for nom in
        ["essai-martin", "ESSAI%20MARTIN", "Essai+Martin+Cam", "camille", "c%C3%A0mille%20essai"]
    {
        let found = alice.get(&format!("/v1/medecins?nom={nom}")).await.expect(200);
        assert_eq!(firsts(&found, "rpps"), [MARTIN], "{nom}");
    }
    let hearts = alice.get("/v1/medecins?specialite=03").await.expect(200);
    assert_eq!(firsts(&hearts, "rpps"), [CARDIOLOGUE]);
    let one = alice.get(&format!("/v1/medecins/{MARTIN}")).await.expect(200);
    let place = &one["exercices"][0]["lieu"];
    let (id, commune) = (place["id"].as_str().unwrap(), place["commune"].as_str().unwrap());
    let there = alice.get(&format!("/v1/medecins?lieu_id={id}")).await.expect(200);
    assert!(firsts(&there, "rpps").contains(&MARTIN));
    let near =
        alice.get(&format!("/v1/medecins?commune={commune}&specialite=01")).await.expect(200);
    assert!(firsts(&near, "rpps").contains(&MARTIN));
    let named = place["nom"].as_str().unwrap().replace(' ', "%20");
    let named = alice.get(&format!("/v1/medecins?lieu={named}")).await.expect(200);
    assert!(firsts(&named, "rpps").contains(&MARTIN));
    for none in ["nom=zzz", "commune=75056", "specialite=99"] {
        let nobody = alice.get(&format!("/v1/medecins?{none}")).await;
        assert!(nobody.status == 400 || nobody.expect(200)["donnees"] == json!([]), "{none}");
    }
    assert_eq!(app.anonymous().get("/v1/medecins").await.problem(401), "jeton_absent");
}

#[tokio::test]
async fn the_directory_is_followed_to_its_end_by_its_links() {
    let app = TestApp::new().await;
    let alice = app.patient("ALICE");
    let whole = alice.get("/v1/medecins?limite=100&avec_total=true").await.expect(200);
    let all = firsts(&whole, "rpps");
    assert_eq!(whole["pagination"]["total"], all.len());
    assert!(whole["pagination"]["curseur_suivant"].is_null());
    let (mut path, mut seen) = ("/v1/medecins?limite=2&avec_total=true".to_owned(), Vec::new());
    loop {
        let page = alice.get(&path).await;
        let body = page.expect(200);
        assert_eq!(body["pagination"]["total"], all.len());
        seen.extend(firsts(&body, "rpps").iter().map(|rpps| (*rpps).to_owned()));
        let link = page.header("link");
        let Some(next) = link.strip_prefix('<').and_then(|link| link.split('>').next()) else {
            break;
        };
        assert!(link.ends_with("; rel=\"next\""), "{link}");
        assert!(next.contains("limite=2&avec_total=true&curseur="), "{next}");
        path = next.to_owned();
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_doctor_says_whether_he_takes_new_patients_and_what_he_said_stays() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let says = async |body: Value| app.medecin(MARTIN).post("/v1/moi/accueil", body).await;
    let asked = "/v1/medecins?nom=essai-martin&accepte_nouveaux_patients=true";
    assert_eq!(martin.get(asked).await.expect(200)["donnees"], json!([]));
    let said = says(json!({ "accepte": true })).await.expect(200);
    assert_eq!(said["nouveaux_patients"][0]["effet_du"], "2025-06-16");
    let found = app.patient("ALICE").get(asked).await.expect(200);
    assert_eq!(found["donnees"][0]["accepte_nouveaux_patients"], true);
    assert_eq!(found["donnees"][0]["accueil_du"], "2025-06-16");
    let again = says(json!({ "accepte": true })).await;
    assert_eq!(again.wrong_fields(), [("/accepte".to_owned(), "sans_changement".to_owned())]);
    says(json!({ "accepte": false, "effet_du": "2025-09-01" })).await.expect(200);
    for (day, accepts) in [("2025-08-31", true), ("2025-09-01", false)] {
        let path = format!("/v1/medecins?nom=essai-martin&en_vigueur_le={day}");
        let found = martin.get(&path).await.expect(200);
        assert_eq!(found["donnees"][0]["accepte_nouveaux_patients"], accepts, "{day}");
    }
    for (day, code) in [("2025-06-15", 422), ("2025-12-16", 200), ("2025-12-17", 422)] {
        let reply = says(json!({ "accepte": true, "effet_du": day })).await;
        assert_eq!(reply.status.as_u16(), code, "{day}");
    }
    let alice = app.patient("ALICE").post("/v1/moi/accueil", json!({ "accepte": true })).await;
    assert_eq!(alice.problem(403), "role_interdit");
}

#[tokio::test]
async fn a_declaration_is_read_by_its_public_number_by_whoever_may_read_it() {
    let app = TestApp::new().await;
    let made = app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let numero = made["numero"].as_str().unwrap().to_owned();
    let path = format!("/v1/declarations/numeros/{numero}");
    for caller in [app.medecin(MARTIN), app.patient("ALICE"), app.caisse(CAISSE)] {
        let read = caller.get(&path).await;
        assert_eq!(read.expect(200)["id"], made["id"]);
        assert_eq!(read.version_lue(), "1");
    }
    let typed = numero.to_lowercase().replace('-', "%20");
    let read = app.patient("ALICE").get(&format!("/v1/declarations/numeros/{typed}")).await;
    assert_eq!(read.expect(200)["id"], made["id"]);
    for caller in [app.medecin(PONS), app.patient("BERNARD"), app.caisse("017510000")] {
        assert_eq!(caller.get(&path).await.problem(404), "introuvable");
    }
    let wrong = app.patient("ALICE").get("/v1/declarations/numeros/MT-0000").await;
    assert_eq!(wrong.wrong_fields(), [("numero".to_owned(), "format_invalide".to_owned())]);
}

#[tokio::test]
async fn a_caisse_lists_its_declarations_by_state() {
    let app = TestApp::new().await;
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let choix = json!({ "patient": { "id": patient_id("HUGO").to_string() }, "medecins": [{ "rpps": MARTIN }] });
    let waiting = app.patient("HUGO").post("/v1/declarations", choix).await.expect(201);
    let caisse = app.caisse(CAISSE);
    let all = caisse.get("/v1/declarations?avec_total=true").await.expect(200);
    let pending = caisse.get("/v1/declarations?etat=en_attente&avec_total=true").await.expect(200);
    assert_eq!(firsts(&pending, "id"), [waiting["id"].as_str().unwrap()]);
    assert_eq!(pending["pagination"]["total"], 1);
    assert_eq!(all["pagination"]["total"], all["donnees"].as_array().unwrap().len());
    assert_eq!(all["donnees"][0]["medecins"], json!([MARTIN]));
    let elsewhere = app.caisse("017510000").get("/v1/declarations?etat=en_attente").await;
    assert_eq!(elsewhere.expect(200)["donnees"], json!([]));
    let read = app.patient("HUGO").get("/v1/moi/acces").await.expect(200);
    assert!(read.to_string().contains("declaration.lister"), "{read}");
    let doctor = app.medecin(MARTIN).get("/v1/declarations").await;
    assert_eq!(doctor.problem(403), "role_interdit");
}

#[tokio::test]
async fn a_caisse_lists_its_affiliates_by_doctor_age_and_address() {
    let app = TestApp::new().await;
    let names = async |query: &str| {
        let page = app.caisse(CAISSE).get(&format!("/v1/patients?{query}")).await.expect(200);
        assert_eq!(page["en_vigueur_le"], "2025-06-16");
        let mut all: Vec<String> =
            firsts(&page, "prenom").iter().map(|name| (*name).to_owned()).collect();
        all.sort();
        all
    };
    assert_eq!(names("").await, ["ALICE", "GABRIEL", "HUGO"]);
    assert_eq!(names("medecin_traitant=true").await, ["HUGO"]);
    assert_eq!(names("medecin_traitant=false").await, ["ALICE", "GABRIEL"]);
    // Gabriel is ten on 20 June 2025.
    assert_eq!(names("age_max=9").await, ["GABRIEL"]);
    let path = format!("/v1/patients/{}/changements-d-adresse", patient_id("ALICE"));
    let body = json!({
        "voie": "1 rue d'Ailleurs", "code_postal": "13001", "localite": "Marseille",
        "commune": "13055", "effet_du": "2025-06-01",
    });
    app.caisse(CAISSE).post_on(&path, 1, body).await.expect(200);
    for query in ["commune=13055", "code_postal=13001", "commune=13055&age_min=52&age_max=52"] {
        assert_eq!(names(query).await, ["ALICE"], "{query}");
    }
    for query in ["commune=75056", "commune=13055&age_min=53", "code_postal=13002"] {
        assert!(names(query).await.is_empty(), "{query}");
    }
    // A range that holds no age is a mistake, and no empty page.
    let none = app.caisse(CAISSE).get("/v1/patients?age_min=53&age_max=52").await;
    assert_eq!(none.problem(400), "parametre_invalide");
    assert_eq!(none.wrong_fields(), [("age_max".to_owned(), "hors_bornes".to_owned())]);
    for (day, children) in [("2025-06-19", 1), ("2025-06-20", 0)] {
        app.on(day);
        let path = "/v1/patients?age_max=9&avec_total=true";
        let page = app.caisse(CAISSE).get(path).await.expect(200);
        assert_eq!(page["pagination"]["total"], children, "{day}");
    }
}

#[tokio::test]
async fn a_person_is_found_by_traits_with_a_score_and_nobody_is_a_try() {
    let app = TestApp::new().await;
    let looks = async |nom: &str, prenom: &str, day: &str, near: bool| {
        let body = json!({ "nom": nom, "prenom": prenom, "date_naissance": day, "approche": near });
        app.caisse(CAISSE).post("/v1/patients/recherche-par-traits", body).await
    };
    let alice = patient_id("ALICE").to_string();
    let exact = looks("Essai Faure", "alice", "1972-08-09", false).await.expect(200);
    assert_eq!(
        (&exact["donnees"][0]["patient_id"], &exact["donnees"][0]["score"]),
        (&json!(alice), &json!(100))
    );
    assert_eq!((&exact["maximum"], &exact["autres"]), (&json!(5), &json!(false)));
    let swapped = looks("ALICE", "ESSAI-FAURE", "1972-09-08", true).await.expect(200);
    assert_eq!(swapped["donnees"][0]["patient_id"], alice);
    assert!(swapped["donnees"][0]["score"].as_u64().unwrap() < 90);
    let strict = looks("ESSAI-FAURE", "ALICE", "1972-09-08", false).await.expect(200);
    assert_eq!(strict["donnees"], json!([]));
    // Of another caisse, nobody; the fourth try with one birth date waits.
    let elsewhere = app.caisse("017510000");
    let body = json!({ "nom": "ESSAI-FAURE", "prenom": "ALICE", "date_naissance": "1972-08-09" });
    for _ in 0..3 {
        let none = elsewhere.post("/v1/patients/recherche-par-traits", body.clone()).await;
        assert_eq!(none.expect(200)["donnees"], json!([]));
    }
    let refused = elsewhere.post("/v1/patients/recherche-par-traits", body).await;
    assert_eq!(refused.problem(429), "trop_d_essais");
    assert!(!refused.header("retry-after").is_empty());
    let read = app.patient("ALICE").get("/v1/moi/acces").await.expect(200);
    assert!(read.to_string().contains("patient.rechercher"), "{read}");
}
