//! « Mon médecin traitant », without a script: what a patient may read, by their own token, which is kept nowhere.

use traitant::auth::Emetteur;
use traitant::http::{AppState, router};

use crate::essai::{form, plain, submit};
use crate::pages::{attributes, is_sound, page};
use crate::support::TestApp;
use crate::support::app::{MARTIN, patient_id};
use crate::support::auth::sandbox_verifier;

const PAGE: &str = "/mon-medecin-traitant";

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn in_the_sandbox_one_click_shows_what_somebody_may_read() {
    let app = TestApp::bac_a_sable().await;
    let reply = app.anonymous().get(PAGE).await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    let (action, _) = form(&html, "id=\"personne\"");
    let reply = submit(&app, &action, &[field("personne", "ingrid")]).await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    let ingrid = app.patient("INGRID");
    let list = format!("/v1/patients/{}/feuilles-de-soins?du=2024-01-01", patient_id("INGRID"));
    let list = ingrid.get(&list).await.expect(200);
    let sheets = list["donnees"].as_array().unwrap();
    assert!(sheets.len() >= 3);
    for sheet in sheets {
        let address = format!("/v1/feuilles-de-soins/{}", sheet["id"].as_str().unwrap());
        let read = ingrid.get(&address).await.expect(200);
        for sentence in read["evaluations"][0]["pour_le_patient"]["phrases"].as_array().unwrap() {
            assert!(plain(&html).contains(sentence.as_str().unwrap()), "{sentence}");
        }
    }
    for shown in ["Dr CAMILLE ESSAI-MARTIN", "Qui a regardé votre dossier", "class=\"frise\""] {
        assert!(html.contains(shown), "{shown}");
    }
    // The reading left the traces of a reading by herself.
    let seen = ingrid.get("/v1/moi/acces?limite=100").await.expect(200);
    let seen = seen["donnees"].as_array().unwrap();
    assert!(
        seen.iter().any(|one| one["operation"] == "designation.lister" && one["role"] == "patient")
    );
    // Her children are those of Karine.
    let html = page(&submit(&app, &action, &[field("personne", "karine")]).await, 200);
    for child in ["Lucas", "LUCAS", "Nina", "NINA"].chunks(2) {
        assert!(child.iter().any(|name| html.contains(name)), "{child:?}");
    }
    assert!(!html.contains("eyJ"), "no token is shown");
    // Codes are told in words.
    let told = plain(&html);
    for said in ["titulaire de l'autorité parentale", "liste des médecins traitants"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    for raw in [": lister", "titulaire autorité", "demandee", "patientele", "apercu"] {
        assert!(!told.contains(raw), "{raw}: {told}");
    }
}

#[tokio::test]
async fn each_reads_how_they_choose_and_until_when_a_protection_lasts() {
    let app = TestApp::bac_a_sable().await;
    let read = async |who: &str| {
        let reply = submit(&app, PAGE, &[field("personne", who)]).await;
        plain(&page(&reply, 200)).replace('\u{a0}', " ")
    };
    for (who, said, not) in [
        ("lucas", "Avant 16 ans, c'est un de vos parents", "Le médecin de votre choix et vous"),
        ("gabriel", "Avant 16 ans, c'est un de vos parents", "Le médecin de votre choix et vous"),
        (
            "manon",
            "Vous choisissez vous-même, avec l'accord d'un de vos parents",
            "choix et vous signez",
        ),
        (
            "nina",
            "Un de vos parents, titulaire de l'autorité parentale, peut en changer",
            "Vous en changez",
        ),
        ("alice", "Le médecin de votre choix et vous signez ensemble", "parents"),
        ("germaine", "ne vous coûte rien de plus, jusqu'au ", "n'avez pas besoin"),
        ("yasmine", "Ce qui a été payé", "de 0,00 € de moins"),
    ] {
        let text = read(who).await;
        let today = text.split("Ce qui vous attend").next().unwrap_or_default();
        let shown = if who == "yasmine" { text.as_str() } else { today };
        assert!(shown.contains(said), "{who}: {shown}");
        assert!(!shown.contains(not), "{who}: {shown}");
    }
}

#[tokio::test]
async fn a_token_reads_its_own_record_and_is_neither_shown_nor_logged() {
    let mut app = TestApp::new().await;
    assert_eq!(app.anonymous().get(PAGE).await.problem(404), "introuvable");
    // In production, when the setting says so: nobody is invented, and there is no other page.
    let clock: std::sync::Arc<dyn traitant::domain::clock::Clock> = app.clock.clone();
    let state =
        AppState::new(app.core.clone(), sandbox_verifier(&app.emetteur, &clock), app.preuves());
    app.router = router(state.with_dossier());
    let reply = app.anonymous().get(PAGE).await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    assert!(!html.contains("<select"));
    let links = attributes(&html, "href");
    assert!(!links.contains(&"/") && !links.contains(&"/simulateur"), "{links:?}");
    assert_eq!(app.anonymous().get("/bac-a-sable").await.problem(404), "introuvable");

    let issue =
        |emetteur: &Emetteur, acteur| emetteur.issue(acteur, &*app.clock, &app.ids, 3600).unwrap();
    let bernard = traitant::domain::acteur::Acteur::Patient(patient_id("BERNARD"));
    let token = issue(&app.emetteur, &bernard);
    let reply = submit(&app, PAGE, &[field("jeton", &token)]).await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    assert!(html.contains("CAMILLE ESSAI-MARTIN"), "{html}");
    assert!(!html.contains(&token));

    let martin = traitant::domain::acteur::Acteur::Medecin(MARTIN.parse().unwrap());
    for (jeton, status) in [
        (issue(&app.emetteur, &martin), 403),
        (issue(&Emetteur::ephemeral().unwrap(), &bernard), 401),
        ("rien".to_owned(), 401),
        ("é\n".to_owned(), 401),
        (String::new(), 401),
    ] {
        // Somebody invented is nobody here.
        let reply = submit(&app, PAGE, &[field("jeton", &jeton), field("personne", "alice")]).await;
        let html = page(&reply, status);
        is_sound(&reply, &html);
        assert!(
            html.contains("role=\"alert\"") && (jeton.len() < 9 || !html.contains(&jeton)),
            "{html}"
        );
    }
    let logged = crate::support::logs::take();
    assert!(logged.contains("\"/mon-medecin-traitant\"") && !logged.contains(&token));
}
