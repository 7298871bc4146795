//! The feed gives nothing that its reader could not read: of every kind that this world knows, to everybody that somebody can be.

use std::collections::BTreeSet;

use super::appelants;
use super::monde::Monde;
use crate::support::TestApp;
use crate::support::app::Caller;

/// Reads a whole feed, and follows each of its addresses; gives the kinds that had one.
pub async fn follow(caller: &Caller<'_>, nom: &str, wrong: &mut Vec<String>) -> BTreeSet<String> {
    let (mut kinds, mut seen, mut after) = (BTreeSet::new(), BTreeSet::new(), String::new());
    loop {
        let path = format!("/v1/evenements?limite=100{after}");
        let page = caller.get(&path).await.expect(200);
        for one in page["donnees"].as_array().unwrap() {
            let Some(path) = one["lien"].as_str() else { continue };
            let nature = one["nature"].as_str().unwrap();
            kinds.insert(nature.to_owned());
            if !seen.insert(path.to_owned()) {
                continue;
            }
            // A record that was merged says into which.
            let status = caller.get(path).await.status.as_u16();
            if ![200, 410].contains(&status) {
                wrong.push(format!("{nom}: {nature} leads to {path}, which answers {status}"));
            }
        }
        if page["pagination"]["curseur_suivant"].is_null() {
            return kinds;
        }
        let next = page["pagination"]["curseur_reprise"].as_str().unwrap();
        after = format!("&curseur={next}");
    }
}

#[tokio::test]
async fn whoever_is_told_where_to_read_may_read_there() {
    let monde = Monde::commun().await;
    let app = monde.copie().await;
    let (mut wrong, mut kinds) = (Vec::new(), BTreeSet::new());
    for qui in appelants::tous(monde) {
        if qui.nom != "lecteur de statistiques" {
            kinds.extend(follow(&qui.appelle(&app), qui.nom, &mut wrong).await);
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert!(kinds.len() >= 20, "{kinds:?}");
}

/// The same of everybody to whom something is told in the sandbox, whose stories have former doctors and former caisses.
#[tokio::test]
async fn in_the_sandbox_too() {
    let app = TestApp::bac_a_sable().await;
    app.caisse("010110000").get("/v1/evenements?limite=1").await.expect(200);
    let pool = app.database.pool(1).await;
    let told: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT destinataire FROM fil WHERE destinataire ~ '^(caisse|medecin):' ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    let mut wrong = Vec::new();
    for who in &told {
        let caller = match who.split_once(':').unwrap() {
            ("caisse", code) => app.caisse(&format!("{code}0000")),
            (_, rpps) => app.medecin(rpps),
        };
        follow(&caller, who, &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert!(told.len() > 10, "{told:?}");
}
