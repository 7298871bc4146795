//! Who may represent somebody, by age.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, PONS, Reply, choix, paper, patient_id, signature};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, second_record};

/// What proves a link of a nature.
fn proof(nature: &str) -> &'static str {
    match nature {
        "mandat_de_protection_future" => "mandat_vise",
        _ => "decision_de_justice",
    }
}

/// A link never was.
async fn never(caisse: &Caller<'_>, lien: &Value) {
    let end = format!("/v1/representations/{}/fin", lien["id"].as_str().unwrap());
    caisse.post_on(&end, 1, json!({ "motif": "erreur_de_saisie" })).await.expect(200);
}

async fn link(caisse: &Caller<'_>, prenom: &str, body: Value) -> Reply {
    caisse.post(&format!("/v1/patients/{}/representations", patient_id(prenom)), body).await
}

/// Who represents is of age on the first day. Parents exercise their authority even as minors, as the birth shows: only
/// somebody younger than any parent is a mistake.
#[tokio::test]
async fn a_child_holds_no_authority_and_a_child_represents_nobody() {
    let app = TestApp::new().await;
    let proved = |preuve: &str, prenom: &str, nature: &str, du: &str| {
        json!({
            "representant": { "patient_id": patient_id(prenom).to_string() }, "nature": nature,
            "preuve": preuve, "reference_preuve": "TJ-BOURG-12/345", "effet_du": du,
        })
    };
    let by =
        |prenom: &str, nature: &str, du: &str| proved("decision_de_justice", prenom, nature, du);
    let wrong = |reply: &Reply| {
        reply.expect(422);
        reply.wrong_fields().remove(0)
    };
    let young = ("/representant/patient_id".to_owned(), "representant_trop_jeune".to_owned());
    // Gabriel is nine.
    let holder = "titulaire_autorite_parentale";
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let nir = format!("2141213055002{:02}", 97 - 2_141_213_055_002_u64 % 97);
    let child = second_record(&app, BOUCHES_DU_RHONE, &nir, "2014-12-15").await;
    let path = format!("/v1/patients/{child}/representations");
    let refused = caisse.post(&path, by("GABRIEL", holder, "2025-06-01")).await;
    assert_eq!(wrong(&refused), young);
    // Hugo was twelve on 11 February 1998, and of age six years later.
    for preuve in ["acte_de_naissance", "livret_de_famille"] {
        for (day, twelve) in [("1998-02-10", false), ("1998-02-11", true), ("1998-02-12", true)] {
            let refused = link(&caisse, "GABRIEL", proved(preuve, "HUGO", holder, day)).await;
            assert_eq!(wrong(&refused) == young, !twelve, "{day}");
        }
    }
    for preuve in ["decision_de_justice", "rattachement_ayant_droit"] {
        for (day, of_age) in [("2004-02-10", false), ("2004-02-11", true)] {
            let refused = link(&caisse, "GABRIEL", proved(preuve, "HUGO", holder, day)).await;
            assert_eq!(wrong(&refused) == young, !of_age, "{day}");
        }
    }
    caisse.post(&path, by("HUGO", holder, "2020-01-15")).await.expect(201);
    let ain = app.caisse(AIN);
    for nature in ["tutelle", "curatelle", "habilitation_familiale", "mandat_de_protection_future"]
    {
        let preuve = proof(nature);
        let refused = link(&ain, "BERNARD", proved(preuve, "HUGO", nature, "2004-02-10")).await;
        assert_eq!(wrong(&refused), young, "{nature}");
        let kept = link(&ain, "BERNARD", proved(preuve, "HUGO", nature, "2004-02-11")).await;
        never(&ain, &kept.expect(201)).await;
    }
}

#[tokio::test]
async fn a_body_represents_by_its_name_and_a_curator_signs_as_such() {
    let app = TestApp::new().await;
    let ain = app.caisse(AIN);
    let by = |nature: &str| {
        json!({
            "representant": { "raison_sociale": "ESSAI-TUTELLES DE L'AIN" }, "nature": nature,
            "preuve": "decision_de_justice", "effet_du": "2025-06-01",
        })
    };
    // A family habilitation is given to a relative.
    let refused = link(&ain, "BERNARD", by("habilitation_familiale")).await;
    let wrong = ("/representant/raison_sociale".to_owned(), "representant_inadapte".to_owned());
    assert_eq!(refused.wrong_fields(), [wrong]);
    let mut both = by("curatelle");
    both["representant"]["nom"] = json!("ESSAI-MERCIER");
    let refused = link(&ain, "BERNARD", both).await;
    let wrong = ("/representant".to_owned(), "un_seul_des_deux".to_owned());
    assert_eq!(refused.wrong_fields(), [wrong]);
    let kept = link(&ain, "BERNARD", by("curatelle")).await.expect(201);
    assert_eq!(kept["representant"]["raison_sociale"], "ESSAI-TUTELLES DE L'AIN");
    assert_eq!(kept["representant"]["nom"], json!(null));
    // The form names it, and the quality in which it signs is its own.
    let mut choice =
        json!({ "patient": { "id": patient_id("BERNARD") }, "medecins": [{ "rpps": PONS }] });
    choice["signe_le"] = json!("2025-06-10");
    let shown = ain.post("/v1/declarations/apercu", choice.clone()).await.expect(200);
    let named = &shown["contenu"]["representants"][0];
    assert_eq!(
        (&named["nom"], &named["qualite"]),
        (&json!("ESSAI-TUTELLES DE L'AIN"), &json!("curateur"))
    );
    let digest = shown["contenu_sha256"].as_str().unwrap();
    let signed = |role: &str| {
        json!([paper(role, "2025-06-10", digest), paper("medecin", "2025-06-10", digest)])
    };
    choice["signatures"] = signed("tuteur");
    let as_tutor = ain.post("/v1/declarations", choice.clone()).await;
    assert_eq!(as_tutor.problem(422), "signataire_non_partie");
    assert_eq!(
        as_tutor.expect(422)["detail"],
        "Une signature « tuteur » n'est pas de celles que la déclaration attend le 10/06/2025 : « assure » ou \
         « curateur », « medecin » (99900007016)."
    );
    choice["signatures"] = signed("curateur");
    let made = ain.post("/v1/declarations", choice).await.expect(201);
    assert_eq!(made["etat"], "active");
    let roles: Vec<&serde_json::Value> =
        made["signatures"].as_array().unwrap().iter().map(|one| &one["role"]).collect();
    assert!(roles.contains(&&json!("curateur")), "{roles:?}");
}

/// The present link of Alice to Gabriel, a second holder of the register, and both as the form names them.
async fn two_holders(app: &TestApp) -> (String, String) {
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    let known = caisse.get(&path).await.expect(200);
    let mother = known["donnees"][0]["id"].as_str().unwrap().to_owned();
    let body = json!({
        "representant": { "patient_id": patient_id("HUGO").to_string() },
        "nature": "titulaire_autorite_parentale", "preuve": "acte_de_naissance", "effet_du": "2015-06-20",
    });
    let father = link(&caisse, "GABRIEL", body).await.expect(201)["id"].clone();
    (mother, father.as_str().unwrap().to_owned())
}

/// A choice of Gabriel's that his mother signed on the day, with this doctor, who has not.
async fn signed_by_the_mother(app: &TestApp, mother: &str) -> Value {
    let pons = app.medecin(PONS);
    let mut choice = choix("GABRIEL", PONS);
    let digest = pons.digest_of(&choice).await;
    let mut own = signature("titulaire_autorite_parentale", "carte_vitale", &digest);
    own["representation_id"] = json!(mother);
    choice["signatures"] = json!([own]);
    let made = pons.post("/v1/declarations", choice).await.expect(201);
    assert_eq!((&made["etat"], missing(&made)), (&json!("en_attente"), vec!["medecin"]));
    made.clone()
}

fn missing(declaration: &Value) -> Vec<&str> {
    let all = declaration["signatures_manquantes"].as_array().unwrap();
    all.iter().map(|one| one["role"].as_str().unwrap()).collect()
}

/// A signature counts if its link, as known now, was in force on its own day; if not, somebody else's is wanted.
#[tokio::test]
async fn what_somebody_signed_who_was_no_holder_that_day_counts_no_more() {
    // Signed on 16 June 2025: a link that ends on that day did not hold on it, the day after it did.
    let ends = [
        (json!({ "motif": "erreur_de_saisie" }), false),
        (json!({ "motif": "decision_de_justice", "jour": "2025-06-15" }), false),
        (json!({ "motif": "decision_de_justice", "jour": "2025-06-16" }), false),
        (json!({ "motif": "decision_de_justice", "jour": "2025-06-17" }), true),
    ];
    for (end, counts) in ends {
        let app = TestApp::new().await;
        let (mother, _) = two_holders(&app).await;
        let made = signed_by_the_mother(&app, &mother).await;
        let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
        let digest = made["contenu_sha256"].as_str().unwrap();
        app.advance(chrono::TimeDelta::seconds(1));
        let ending = format!("/v1/representations/{mother}/fin");
        app.caisse(BOUCHES_DU_RHONE).post_on(&ending, 1, end.clone()).await.expect(200);
        let signing = format!("{path}/signatures");
        let by_the_doctor = signature("medecin", "cps", digest);
        let pons = app.medecin(PONS);
        if counts {
            let signed = pons.post_on(&signing, 1, by_the_doctor).await.expect(200);
            assert_eq!(signed["etat"], "active", "{end}");
            continue;
        }
        let told = app.events().await;
        let again = |one: &&String| *one == "declaration.de_nouveau_attendue";
        assert_eq!(told.iter().filter(again).count(), 1, "{end}");
        let both = ["titulaire_autorite_parentale", "medecin"];
        assert_eq!(missing(&pons.get(&path).await.expect(200)), both, "{end}");
        // Who saw it signed by a holder reads it again first.
        let stale = pons.post_on(&signing, 1, by_the_doctor.clone()).await;
        assert_eq!(stale.problem(412), "version_perimee", "{end}");
        let signed = pons.post_on(&signing, 2, by_the_doctor).await.expect(200);
        assert_eq!(signed["etat"], "en_attente", "{end}");
        assert_eq!(missing(&signed), ["titulaire_autorite_parentale"], "{end}");
        // The other holder finds it among what waits for him, and his signature is the one that counts.
        app.advance(chrono::TimeDelta::days(1));
        let father = app.patient("HUGO");
        let waits = father.get("/v1/moi/a-faire").await.expect(200).to_string();
        assert!(waits.contains("signature_demandee"), "{waits}");
        let own = signature("titulaire_autorite_parentale", "franceconnect", digest);
        let complete = father.post_on(&signing, 3, own).await.expect(200);
        assert_eq!(complete["etat"], "active", "{end}");
        assert_eq!(complete["designation"]["effet_du"], "2025-06-17", "{end}");
    }
}

/// What counts already goes on: the caisse reads which choices to look at again.
#[tokio::test]
async fn an_active_choice_whose_signature_lost_its_link_is_named_to_the_caisse() {
    let app = TestApp::new().await;
    let (mother, _) = two_holders(&app).await;
    let made = signed_by_the_mother(&app, &mother).await;
    let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    let digest = made["contenu_sha256"].as_str().unwrap();
    let by_the_doctor = signature("medecin", "cps", digest);
    let pons = app.medecin(PONS);
    let signed = pons.post_on(&format!("{path}/signatures"), 1, by_the_doctor).await.expect(200);
    assert_eq!(signed["etat"], "active");
    app.advance(chrono::TimeDelta::seconds(1));
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let ending = format!("/v1/representations/{mother}/fin");
    caisse.post_on(&ending, 1, json!({ "motif": "erreur_de_saisie" })).await.expect(200);
    let after = caisse.get(&path).await.expect(200);
    assert_eq!((&after["etat"], &after["version"]), (&json!("active"), &signed["version"]));
    let feed = caisse.get("/v1/evenements").await.expect(200);
    let all = feed["donnees"].as_array().unwrap();
    let told = all.iter().find(|one| one["nature"] == "declaration.a_verifier").unwrap();
    assert_eq!(told["declaration_id"], made["id"]);
}

/// A birth that was wrong ends parental authority on another day: what was signed after it counts no more either.
#[tokio::test]
async fn a_birth_put_right_takes_back_what_was_signed_after_majority() {
    let app = TestApp::new().await;
    let (mother, _) = two_holders(&app).await;
    let made = signed_by_the_mother(&app, &mother).await;
    let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    app.advance(chrono::TimeDelta::seconds(1));
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let id = patient_id("GABRIEL").to_string();
    let right = json!({ "date_naissance": "2007-06-16", "motif": "erreur_de_saisie" });
    act(&caisse, &id, "rectifications-d-identite", right).await.expect(200);
    let read = caisse.get(&path).await.expect(200);
    assert_eq!(missing(&read), ["assure", "medecin"]);
    assert_eq!(read["version"], 2);
}

/// A minor has holders of parental authority, or a tutor where nobody holds it; the rest protects adults.
#[tokio::test]
async fn a_minor_has_a_tutor_only_where_nobody_holds_parental_authority() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let by = |nature: &str, du: &str| {
        json!({
            "representant": { "nom": "ESSAI-MERCIER", "prenom": "LOU" }, "nature": nature,
            "preuve": proof(nature), "effet_du": du,
        })
    };
    let wrong = |reply: &Reply| {
        reply.expect(422);
        reply.wrong_fields().remove(0)
    };
    let held = ("/nature".to_owned(), "autorite_parentale_exercee".to_owned());
    let refused = link(&caisse, "GABRIEL", by("tutelle", "2025-06-01")).await;
    assert_eq!(wrong(&refused), held);
    let said = refused.expect(422).to_string();
    assert!(said.contains("20/06/2033"), "{said}");
    let adults = ("/effet_du".to_owned(), "mesure_de_majeur".to_owned());
    for nature in ["curatelle", "habilitation_familiale", "mandat_de_protection_future"] {
        let refused = link(&caisse, "GABRIEL", by(nature, "2033-06-19")).await;
        assert_eq!(wrong(&refused), adults, "{nature}");
        let made = link(&caisse, "GABRIEL", by(nature, "2033-06-20")).await.expect(201);
        never(&caisse, &made).await;
    }
    // His mother's authority ends: from that day on he has a tutor, until his majority, and then no other holder.
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    let known = caisse.get(&path).await.expect(200);
    let mother = known["donnees"].as_array().unwrap();
    let mother = mother.iter().find(|one| one["nature"] == "titulaire_autorite_parentale").unwrap();
    let end = format!("/v1/representations/{}/fin", mother["id"].as_str().unwrap());
    let body = json!({ "motif": "decision_de_justice", "jour": "2025-06-10" });
    caisse.post_on(&end, 1, body).await.expect(200);
    let refused = link(&caisse, "GABRIEL", by("tutelle", "2025-06-09")).await;
    assert_eq!(wrong(&refused), held);
    let made = link(&caisse, "GABRIEL", by("tutelle", "2025-06-10")).await.expect(201);
    assert_eq!((&made["effet_au"], &made["motif_fin"]), (&json!("2033-06-20"), &json!("majorite")));
    let refused = link(&caisse, "GABRIEL", by("titulaire_autorite_parentale", "2025-06-16")).await;
    assert_eq!(wrong(&refused), ("/nature".to_owned(), "tutelle_en_vigueur".to_owned()));
    // An adult has one without either.
    link(&caisse, "GABRIEL", by("tutelle", "2033-06-20")).await.expect(201);
}
