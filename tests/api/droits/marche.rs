//! Every operation, by everybody, about what is of the time of a caisse and what is not, with every token.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use serde_json::Value;
use traitant::domain::droits::{Demarche, Jeton};

use super::appelants::{self, Appelant, Defaut};
use super::monde::{Cible, Jour, Monde, interdits};
use super::mondes::Mondes;
use super::recettes::recette;
use super::{Issue, attendue, demande, issue};
use crate::support::app::Reply;

/// The lines of an answer, without what names the request.
fn anonyme(reply: &Reply) -> Vec<Value> {
    let anonymous = |line: &str| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        for place in ["", "/probleme", "/lignes/0/probleme"] {
            if let Some(members) = value.pointer_mut(place).and_then(Value::as_object_mut) {
                members.remove("instance");
                members.remove("identifiant_correlation");
            }
        }
        value
    };
    std::str::from_utf8(&reply.body).unwrap().lines().map(anonymous).collect()
}

/// What is wrong with an answer.
async fn faute(
    mondes: &mut Mondes<'_>,
    demarche: Demarche,
    qui: &Appelant<'_>,
    jour: Jour,
) -> Option<String> {
    let asked = recette(demarche, qui, qui.cible, jour);
    let expected = attendue(demarche, qui, &asked, jour);
    let reply = mondes.ask(demarche, qui, &asked, expected == Issue::Permise).await;
    let found = issue(&reply, &asked);
    if found.as_ref() != Ok(&expected) {
        return Some(format!(
            "attendu {expected:?}, {found:?} {}",
            String::from_utf8_lossy(&reply.body)
        ));
    }
    let text = String::from_utf8_lossy(&reply.body);
    let shown: Vec<String> =
        interdits(qui).into_iter().filter(|secret| text.contains(secret)).collect();
    if demarche.trace().is_some() && !shown.is_empty() {
        return Some(format!("montre {shown:?}: {text}"));
    }
    if expected == Issue::Inconnue {
        let nobody = Cible::personne();
        let asked = recette(demarche, qui, &nobody, jour);
        let unknown = mondes.ask(demarche, qui, &asked, false).await;
        if reply.status != unknown.status || anonyme(&reply) != anonyme(&unknown) {
            let unknown = String::from_utf8_lossy(&unknown.body);
            return Some(format!("se distingue d'une personne inconnue: {text} {unknown}"));
        }
    }
    None
}

async fn walk(jour: Jour) {
    let monde = Monde::commun().await;
    let mut mondes = Mondes::new(monde).await;
    let mut wrong = Vec::new();
    for demarche in Demarche::TOUTES.iter().copied() {
        for qui in appelants::tous(monde) {
            let faulty = AssertUnwindSafe(faute(&mut mondes, demarche, &qui, jour)).catch_unwind();
            let what = match faulty.await {
                Ok(None) => continue,
                Ok(Some(what)) => what,
                Err(_) => "réponse hors du contrat".to_owned(),
            };
            wrong.push(format!("{} par {} ({}): {what}", demarche.mot(), qui.nom, qui.cible.nom));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn every_operation_answers_everybody_as_the_table_says_of_what_a_caisse_left() {
    walk(Jour::Dedans).await;
}

#[tokio::test]
async fn every_operation_answers_everybody_as_the_table_says_of_what_came_after() {
    walk(Jour::Dehors).await;
}

#[tokio::test]
async fn a_token_that_is_worth_nothing_opens_nothing() {
    let monde = Monde::commun().await;
    let app = monde.copie().await;
    let mut wrong = Vec::new();
    for demarche in Demarche::TOUTES.iter().copied() {
        if demarche.est_publique() {
            continue;
        }
        // One of each role: what a token is worth does not depend on who its bearer is to the person.
        for nom in ["la personne", "caisse actuelle", "médecin traitant", "agent du référentiel"]
        {
            let qui = appelants::nomme(monde, nom);
            let asked = recette(demarche, &qui, qui.cible, Jour::Dehors);
            let nobody = std::iter::once((app.anonymous(), "aucun".to_owned(), Issue::SansJeton));
            let bad = Defaut::TOUS.into_iter().filter_map(|defaut| {
                let expected = match defaut {
                    Defaut::SansPortee if demarche.jeton() == Jeton::Jeton => return None,
                    Defaut::SansPortee => Issue::SansPortee,
                    Defaut::Expire | Defaut::Contrefait | Defaut::AutreAudience => Issue::SansJeton,
                };
                Some((qui.appelle_mal(&app, defaut), format!("{defaut:?}"), expected))
            });
            for (caller, token, expected) in nobody.chain(bad) {
                let reply = demande(&app, &caller, demarche, &asked).await;
                let found = issue(&reply, &asked);
                if found.as_ref() != Ok(&expected) {
                    wrong.push(format!("{} par {}, {token}: {found:?}", demarche.mot(), qui.nom));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn what_is_hidden_from_some_is_there_to_be_seen() {
    let monde = Monde::commun().await;
    let app = monde.copie().await;
    let own = appelants::nomme(monde, "la personne");
    let mut seen = String::new();
    for page in ["", "/representations", "/designations", "/declarations"] {
        let path = format!("/v1/patients/{}{page}", own.cible.id);
        seen.push_str(&own.appelle(&app).get(&path).await.expect(200).to_string());
    }
    for secret in interdits(&appelants::nomme(monde, "autre médecin")) {
        assert!(seen.contains(&secret), "{secret} is nowhere");
    }
}
