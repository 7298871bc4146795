//! The form of a declaration, read as text, looked at as a picture, and followed as a screen reader does.

use pdf_extract::Document;
use rqrr::PreparedImage;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, choix, cle, paper, patient_id, signature};
use crate::support::papier::{Picture, pages};
use crate::support::vie::BOUCHES_DU_RHONE;

/// The number of Alice without its key, which no form shows.
const NIR: &str = "1720801001995";

async fn printed(app: &TestApp, who: &str, declaration: &Value) -> Vec<u8> {
    let path = format!("/v1/declarations/{}/formulaire.pdf", declaration["id"].as_str().unwrap());
    let answer = app.patient(who).get(&path).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/pdf"));
    assert!(answer.header("content-disposition").contains(declaration["numero"].as_str().unwrap()));
    answer.body.clone()
}

/// What the code of the first page says to whoever reads its picture.
fn code(pdf: &[u8]) -> String {
    let picture = Picture::of(pdf, 0, true);
    let (width, height) = (picture.width, picture.height);
    let dark = picture.ink((0, width), (0, height));
    assert!(dark * 200 > width * height, "a page with something on it");
    let mut image = PreparedImage::prepare_from_greyscale(width, height, |x, y| picture.grey(x, y));
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    grids[0].decode().unwrap().1
}

#[tokio::test]
async fn a_form_says_who_chose_whom_who_signed_and_where_to_sign() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let mut choix = choix("ALICE", MARTIN);
    choix["patient"] = cle("ALICE");
    let digest = martin.digest_of(&choix).await;
    choix["signatures"] = json!([signature("medecin", "cps", &digest)]);
    let waiting = martin.post("/v1/declarations", choix).await.expect(201);
    let numero = waiting["numero"].as_str().unwrap();
    let pdf = printed(&app, "ALICE", &waiting).await;
    assert_eq!(pdf, printed(&app, "ALICE", &waiting).await, "the same bytes each time");

    let text = pages(&pdf).concat();
    for said in [
        "Déclaration de choix du médecin traitant",
        numero,
        "En attente de signature.",
        "ESSAI-FAURE",
        "ALICE",
        "9 août 1972",
        "CAMILLE ESSAI-MARTIN",
        MARTIN,
        "Cabinet des Tilleuls",
        "Le médecin (RPPS 99900001233) : signé le 16 juin 2025, par carte de professionnel de santé, preuve vérifiée.",
        "Le patient Date : Signature :",
        &digest,
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains(NIR), "no number of a person");
    assert_eq!(code(&pdf), format!("traitant:{numero}:{digest}"));

    // Structure, language and title: what a screen reader follows.
    let document = Document::load_mem(&pdf).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"fr-FR");
    assert!(catalog.has(b"StructTreeRoot") && catalog.has(b"MarkInfo") && catalog.has(b"Outlines"));

    // Signed by both, nothing is left to sign.
    let path = format!("/v1/declarations/{}/signatures", waiting["id"].as_str().unwrap());
    let own = signature("assure", "franceconnect", &digest);
    let signed = app.patient("ALICE").post_on(&path, 1, own).await.expect(200);
    let text = pages(&printed(&app, "ALICE", &signed).await).concat();
    assert!(
        text.contains("Le patient : signé le 16 juin 2025, par FranceConnect, preuve vérifiée.")
    );
    assert!(text.contains("En vigueur depuis le 16/06/2025.") && !text.contains("Signature :"));
}

#[tokio::test]
async fn whoever_signs_for_a_child_has_a_page() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let mut choix =
        json!({ "patient": { "id": patient_id("GABRIEL") }, "medecins": [{ "rpps": MARTIN }] });
    let day = "2025-06-10";
    choix["signatures"] = json!([paper("titulaire_autorite_parentale", day, &"0".repeat(64))]);
    let digest = caisse.digest_of(&choix).await;
    choix["signatures"] = json!([
        paper("titulaire_autorite_parentale", day, &digest),
        paper("medecin", day, &digest),
    ]);
    let entered = caisse.post("/v1/declarations", choix).await.expect(201);
    let pages = pages(&printed(&app, "ALICE", &entered).await);
    assert_eq!(pages.len(), 2, "{pages:?}");
    assert!(
        pages[0].contains("GABRIEL") && pages[0].contains("Le médecin (RPPS 99900001233) : signé")
    );
    for said in [
        "Qui signe pour le patient",
        "Titulaire de l'autorité parentale",
        "ALICE",
        "signé le 10 juin 2025, sur papier, original vu par la caisse",
    ] {
        assert!(pages[1].contains(said), "{said}: {}", pages[1]);
    }
}
