//! « Mon médecin traitant », without a script: what a patient may read, by their own token, which is kept nowhere.

use serde_json::json;
use traitant::auth::Emetteur;
use traitant::http::{AppState, router};

use crate::essai::{form, plain, submit};
use crate::pages::{attributes, is_sound, page};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, feuille, patient_id, signature};
use crate::support::auth::sandbox_verifier;
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act};

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
        ("xenia", "vous n'avez pas besoin de choisir un médecin traitant", "signez ensemble"),
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

/// The page of somebody, as it is read.
async fn reads(app: &TestApp, who: &str) -> String {
    let reply = submit(app, PAGE, &[field("personne", who)]).await;
    let html = page(&reply, 200);
    is_sound(&reply, &html);
    plain(&html).replace('\u{a0}', " ")
}

/// A part of a page, by its title.
fn part<'a>(html: &'a str, title: &str) -> &'a str {
    let found = html.split("<section>").find(|one| one.contains(&format!("<h2>{title}</h2>")));
    found.unwrap_or_else(|| panic!("no part: {title}"))
}

#[tokio::test]
async fn nothing_is_asked_of_the_dead() {
    let app = TestApp::bac_a_sable().await;
    let germaine = patient_id("GERMAINE").to_string();
    assert!(part(&reads(&app, "germaine").await, "Aujourd'hui").contains("Choisissez-en un avant"));
    let body = json!({ "jour": "2025-06-10", "source": "famille" });
    act(&app.caisse(AIN), &germaine, "deces", body).await.expect(200);
    let html = reads(&app, "germaine").await;
    assert!(
        part(&html, "Aujourd'hui")
            .contains("cette personne est décédée le 10 juin 2025. Il n'y a plus rien à choisir"),
        "{html}"
    );
    for not in ["hoisissez", "signez ensemble", "votre médecin est parti", "Ce qui vous attend"] {
        assert!(!html.contains(not), "{not}: {html}");
    }
    let inbox = app.patient("GERMAINE").get("/v1/moi/a-faire").await.expect(200);
    for one in inbox["donnees"].as_array().unwrap() {
        assert_eq!(one["rubrique"], "enregistre", "{one:#}");
    }
}

#[tokio::test]
async fn what_the_caisse_decided_of_a_contest_is_told_and_no_longer_waited_for() {
    let app = TestApp::new().await;
    let declared = app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let path = format!("/v1/declarations/{}", declared["id"].as_str().unwrap());
    let version = declared["version"].as_i64().unwrap();
    app.on("2025-06-20");
    let (alice, caisse) = (app.patient("ALICE"), app.caisse(BOUCHES_DU_RHONE));
    let words = json!({ "motif": "Je n’ai jamais vu ce médecin." });
    alice.post_on(&format!("{path}/contestation"), version, words).await.expect(200);
    let sheet = feuille("ALICE", "1", "2025-06-20", "T");
    let sent = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    let read = async || {
        let sheet = format!("/v1/feuilles-de-soins/{}", sent["id"].as_str().unwrap());
        let read = app.patient("ALICE").get(&sheet).await.expect(200);
        let evaluation = &read["evaluations"][0];
        [&evaluation["pour_le_patient"]["phrases"], &evaluation["avertissements"]]
            .map(|one| one.to_string().replace('\u{a0}', " "))
    };
    let [told, warned] = read().await;
    assert!(told.contains("votre caisse n'a pas encore répondu"), "{told}");
    assert!(warned.contains("sa caisse n'a pas encore tranché"), "{warned}");
    let decision = json!({ "retenue": true, "motif": "La carte était déclarée perdue." });
    let decide = format!("{path}/contestation/decision");
    caisse.post_on(&decide, version + 1, decision).await.expect(200);
    let [told, warned] = read().await;
    assert!(
        told.contains("votre caisse a répondu depuis, et vous pouvez lui demander de le refaire"),
        "{told}"
    );
    assert!(warned.contains("la caisse a tranché depuis"), "{warned}");
    assert!(!told.contains("pas encore") && !warned.contains("pas encore"), "{told} {warned}");
    let inbox = app.patient("ALICE").get("/v1/moi/a-faire?rubrique=a_savoir").await.expect(200);
    let lines = inbox["donnees"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "{inbox:#}");
    assert_eq!(lines[0]["nature"], "declaration.contestation_retenue");
    assert_eq!(lines[0]["action"]["chemin"], path.as_str());
    assert!(lines[0]["action"]["pourquoi"].as_str().unwrap().contains("elle vous donne raison"));
    let other = app.patient("BERNARD").get("/v1/moi/a-faire?rubrique=a_savoir").await.expect(200);
    assert_eq!(other["donnees"], json!([]));
}

#[tokio::test]
async fn what_waits_is_told_with_who_is_awaited_and_until_when() {
    let app = TestApp::bac_a_sable().await;
    let waits = async |who: &str| part(&reads(&app, who).await, "Ce qui vous attend").to_owned();
    for (who, said) in [
        ("corentin", "attend votre signature, jusqu'au "),
        (
            "damien",
            "(Dr CAMILLE ESSAI-MARTIN) attend la signature du médecin (Dr CAMILLE ESSAI-MARTIN), jusqu'au ",
        ),
        ("estelle", "votre caisse cherche avec vous un médecin traitant."),
        ("jonas", "votre caisse n'a pas encore répondu. En attendant, ce choix compte."),
    ] {
        let told = waits(who).await;
        assert!(told.contains(said), "{who}: {told}");
        assert!(!told.contains("Il n'y a rien"), "{who}: {told}");
    }
    // What is of a child bears the name of the child.
    let pons = app.medecin(PONS);
    let mut choice = choix("GABRIEL", PONS);
    let digest = pons.digest_of(&choice).await;
    choice["signatures"] = json!([signature("medecin", "cps", &digest)]);
    pons.post("/v1/declarations", choice).await.expect(201);
    let told = waits("alice").await;
    assert!(told.contains(">GABRIEL<") && told.contains("JEANNE ESSAI-PONS"), "{told}");
}

#[tokio::test]
async fn the_page_speaks_to_who_reads_it_and_its_amounts_add_up() {
    let app = TestApp::bac_a_sable().await;
    for who in ["lucas", "jonas", "ingrid", "mireille", "xenia", "yasmine", "william", "bernard"] {
        let html = reads(&app, who).await;
        for not in [
            "ce jour-là</p>",
            "(UTC)",
            "dort",
            "IR_QPS_V",
            "(DA)",
            "Le patient conteste",
            "votre enfant",
            ",00 €",
        ] {
            assert!(!html.contains(not), "{who}, {not}: {html}");
        }
        for title in
            html.split("<summary>").skip(1).map(|rest| rest.split("</summary>").next().unwrap())
        {
            let sums: Vec<i64> = title
                .split(" €")
                .filter_map(|before| before.rsplit(' ').next())
                .filter_map(|sum| {
                    let (whole, rest) = sum.split_once(',').unwrap_or((sum, "00"));
                    Some(whole.parse::<i64>().ok()? * 100 + rest.parse::<i64>().ok()?)
                })
                .collect();
            let (asked, parts) = sums.split_first().unwrap();
            assert_eq!(parts.iter().sum::<i64>(), *asked, "{title}");
        }
    }
}
