//! « Essayer tout »: one window in which anybody acts as anybody of the sandbox. Each click is a request of the contract, which
//! the page shows as it was asked, with its answer.

mod choix;
mod exemples;
mod gabarit;
mod geste;
mod gestes;
mod jeu;
mod rendu;
mod scene;

use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use self::gabarit::Contexte;
use self::geste::Geste;
use self::gestes::trouve;
use self::jeu::Jeu;
use self::scene::{Choix, Scene};
use super::champs::{Question, Saisie};
use crate::http::AppState;
use crate::http::bac_a_sable::{of, panne, refuse_elsewhere};
use crate::http::extract::lire_champs;
use crate::http::problem::{Code, Refus};

/// Shows what may be done.
pub(super) async fn page(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refus> {
    let mut choix = Choix::lit(&query.unwrap_or_default());
    choix.cle = state.core.ids().uuid().to_string();
    let bac = of(&state)?;
    let liste = bac.liste().await.map_err(|why| panne(&why))?;
    let scene = Scene::de(&liste, &choix).ok_or_else(vide)?;
    let contexte = scene.contexte(bac, bac.horloge()).await.map_err(|why| panne(&why))?;
    let page =
        rendu::Page { liste: &liste, scene: &scene, contexte: &contexte, horloge: bac.horloge() };
    Ok(super::html_vive(StatusCode::OK, "Essayer tout", &page.html(&super::site(&headers), None)))
}

/// Does something, and shows what was asked and answered.
pub(super) async fn joue(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Refus> {
    refuse_elsewhere(&headers)?;
    let choix = Choix::lit(&query.unwrap_or_default());
    let fields = lire_champs(request, &state).await?;
    let bac = of(&state)?;
    let service = state.interne.as_deref().ok_or_else(vide)?;
    let liste = bac.liste().await.map_err(|why| panne(&why))?;
    let scene = Scene::de(&liste, &choix).ok_or_else(vide)?;
    let asked = fields.iter().find(|(name, _)| name == "geste").map(|(_, value)| value.as_str());
    let geste = asked.and_then(|cle| trouve(cle, scene.qui.role)).ok_or_else(|| {
        Refus::new(Code::Introuvable, "Ce rôle n'a pas ce geste ; voir /bac-a-sable.")
    })?;
    let mut contexte = scene.contexte(bac, bac.horloge()).await.map_err(|why| panne(&why))?;
    remplit(&mut contexte, geste, &fields);
    let jeu = Jeu { service, bac, jeton: &scene.qui.jeton, cle: cle(&choix.cle) };
    let traces = jeu.joue(geste, &mut contexte).await;
    // The clock may have moved, everybody may be new: what is shown next is asked again.
    let again = Choix { cle: state.core.ids().uuid().to_string(), ..choix };
    let liste = bac.liste().await.map_err(|why| panne(&why))?;
    let scene = Scene::de(&liste, &again).ok_or_else(vide)?;
    let mut contexte = scene.contexte(bac, bac.horloge()).await.map_err(|why| panne(&why))?;
    remplit(&mut contexte, geste, &fields);
    let page =
        rendu::Page { liste: &liste, scene: &scene, contexte: &contexte, horloge: bac.horloge() };
    let done = rendu::Fait { geste, traces: &traces };
    let body = page.html(&super::site(&headers), Some(&done));
    Ok(super::html_vive(StatusCode::OK, geste.titre, &body))
}

fn vide() -> Refus {
    Refus::new(Code::Introuvable, "Ce bac à sable n'a personne.")
}

/// How the keys of a gesture begin, when the address did not lose it.
fn cle(told: &str) -> &str {
    let sound = (8..=60).contains(&told.len())
        && told.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if sound { told } else { "essai-sans-cle" }
}

/// Takes the answers of a form.
fn remplit(contexte: &mut Contexte, geste: &Geste, fields: &[(String, String)]) {
    for question in geste.champs {
        let given = fields.iter().find(|(name, _)| name == question.nom);
        if let Some((_, value)) = given {
            contexte.sait(question.nom, typee(question, value));
        }
    }
}

/// An answer as JSON has it: a number and a yes are no texts, and nothing is null.
fn typee(question: &Question, text: &str) -> Value {
    let word = text.trim();
    let said = || Value::String(word.to_owned());
    match question.saisie {
        Saisie::Long => Value::String(text.to_owned()),
        Saisie::Choix(_) | Saisie::Jour | Saisie::Texte(_) if word.is_empty() => Value::Null,
        Saisie::Texte("numeric") => word.parse::<i64>().map_or_else(|_| said(), Value::from),
        Saisie::Choix(_) => word.parse::<bool>().map_or_else(|_| said(), Value::from),
        Saisie::Jour | Saisie::Texte(_) => said(),
    }
}
