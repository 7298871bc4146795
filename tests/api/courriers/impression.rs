//! A lot, printed on one side or on both.

use serde_json::{Value, json};

use super::{TEXTE, asked, bookmarks, lot, made, spaced};
use crate::support::TestApp;
use crate::support::app::{MARTIN, paper, patient_id};
use crate::support::papier::pages;
use crate::support::vie::{BOUCHES_DU_RHONE, paper_choice};

#[tokio::test]
async fn printed_on_both_sides_each_letter_begins_on_a_front() {
    let app = TestApp::new().await;
    for name in ["ALICE", "HUGO", "GABRIEL"] {
        let id = patient_id(name).to_string();
        if name == "GABRIEL" {
            let caisse = app.caisse(BOUCHES_DU_RHONE);
            let mut choix = json!({ "patient": { "id": id }, "medecins": [{ "rpps": MARTIN }] });
            choix["signatures"] =
                json!([paper("titulaire_autorite_parentale", "2025-06-10", &"0".repeat(64))]);
            let digest = caisse.digest_of(&choix).await;
            let roles = ["titulaire_autorite_parentale", "medecin"];
            choix["signatures"] = json!(roles.map(|role| paper(role, "2025-06-10", &digest)));
            caisse.post("/v1/declarations", choix).await.expect(201);
        } else {
            paper_choice(&app, BOUCHES_DU_RHONE, &id, MARTIN, "2025-06-10").await;
        }
    }
    app.on("2025-06-17");
    for (both, sides) in [(false, 3), (true, 5)] {
        let mut body = asked("choix_en_son_nom", "2025-06-16");
        body["recto_verso"] = json!(both);
        let read = made(&app, BOUCHES_DU_RHONE, body).await;
        let (pdf, letters) = lot(&app.caisse(BOUCHES_DU_RHONE), &read, 0).await;
        assert_eq!(letters.len(), 3);
        let printed = pages(&pdf);
        assert_eq!((printed.len(), bookmarks(&pdf)), (sides, 3), "{printed:?}");
        let step = if both { 2 } else { 1 };
        for (letter, page) in letters.iter().zip(printed.iter().step_by(step)) {
            assert!(page.contains("Un choix se conteste une seule fois."), "{page}");
            let reference = letter.lines().nth(3).unwrap();
            assert!(page.contains(reference), "{reference}: {page}");
        }
    }
    // A child's is written to the parent: about the child, before whose sixteenth birthday nothing is borne.
    let path = format!("/v1/patients/{}/courriers/choix_en_son_nom", patient_id("GABRIEL"));
    let letter = app.caisse(BOUCHES_DU_RHONE).request("GET", &path, &TEXTE, None).await;
    let letter = spaced(&String::from_utf8(letter.body.clone()).unwrap());
    for said in
        ["ALICE ESSAI-FAURE", "enregistrée au nom de GABRIEL", "Rien ne change avant 16 ans"]
    {
        assert!(letter.contains(said), "{said}: {letter}");
    }
    let both = app.patient("ALICE").get("/v1/moi/acces").await.expect(200);
    let read = |one: &&Value| one["operation"] == "courrier.lire";
    assert!(
        both["donnees"].as_array().unwrap().iter().any(|one| read(&one)),
        "the parent was shown too"
    );
}
