//! The table of rights is what happens: each of its lines asked by everybody that somebody can be to a person.

mod acces;
mod actions;
mod appelants;
mod etags;
mod fabrique;
pub mod fil;
mod marche;
mod monde;
mod mondes;
mod recettes;
mod traces;

use serde_json::Value;
use traitant::domain::droits::{Demarche, Refuse, Relation};

use self::appelants::Appelant;
use self::monde::Jour;
use self::recettes::{Corps, Porte, Recette, adresse};
use crate::support::TestApp;
use crate::support::app::{Caller, Reply};

/// What is told to a doctor who reads a card without practising.
const CARTE: &str = "seul un médecin connu du registre et qui exerce aujourd'hui consulte une personne par sa carte";

/// What becomes of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issue {
    /// It is granted, or refused for a reason that only who has the right may read.
    Permise,
    /// What it is about does not exist, for this caller.
    Inconnue,
    /// It is refused for this reason.
    Interdite(String),
    /// The token is worth nothing.
    SansJeton,
    /// The token does not have the scope.
    SansPortee,
}

/// What the table says.
pub fn attendue(demarche: Demarche, qui: &Appelant<'_>, recette: &Recette, jour: Jour) -> Issue {
    let refused = |why| match why {
        Refuse::Introuvable => Issue::Inconnue,
        Refuse::Interdit(phrase) => Issue::Interdite(phrase.to_owned()),
        Refuse::Limite => panic!("nobody of this world is limited"),
    };
    if demarche.est_publique() {
        return Issue::Permise;
    }
    if let Err(why) = demarche.verify_role(&qui.acteur) {
        return refused(why);
    }
    let mut rapports = qui.rapports.clone();
    match &recette.porte {
        Porte::Role => return Issue::Permise,
        Porte::Personne => {}
        Porte::Rien => return Issue::Inconnue,
        Porte::Carte(_) if qui.est_medecin() && !qui.exerce => {
            return Issue::Interdite(CARTE.to_owned());
        }
        Porte::Carte(relations) | Porte::Chose(relations) => {
            rapports = relations.iter().fold(rapports, |all, relation| all.avec(*relation));
            if matches!(recette.porte, Porte::Carte(_)) && qui.est_medecin() {
                rapports = rapports.avec(Relation::PorteurDeLaCarte);
            }
        }
    }
    if recette.du_jour {
        let day: chrono::NaiveDate = jour.date().parse().unwrap();
        rapports = rapports.sur(Some(&day.into()));
    }
    match (demarche.juger(&rapports), recette.sauf) {
        (Ok(_), None) => Issue::Permise,
        (Ok(_), Some(phrase)) => Issue::Interdite(phrase.to_owned()),
        (Err(why), _) => refused(why),
    }
}

/// Asks, under a new key, about whatever version there is.
pub async fn demande(
    app: &TestApp,
    caller: &Caller<'_>,
    demarche: Demarche,
    recette: &Recette,
) -> Reply {
    demande_sous(caller, demarche, recette, &app.key()).await
}

/// Asks under a key.
pub async fn demande_sous(
    caller: &Caller<'_>,
    demarche: Demarche,
    recette: &Recette,
    key: &str,
) -> Reply {
    let place = adresse(demarche);
    let mut path = place.chemin;
    for (name, value) in &recette.chemin {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    if !recette.requete.is_empty() {
        path = format!("{path}?{}", recette.requete);
    }
    let body = match &recette.corps {
        Corps::Rien => None,
        Corps::Json(value) => Some(value),
        Corps::Lignes(lines) => return caller.send_ndjson_under(&path, lines, key).await,
    };
    let mut headers = Vec::new();
    if place.cle {
        headers.push(("idempotency-key", key));
    }
    if place.version {
        headers.push(("if-match", "*"));
    }
    caller.request(&place.methode, &path, &headers, body).await
}

/// What became of a question. A file of lines is answered line by line: the first one tells.
pub fn issue(reply: &Reply, recette: &Recette) -> Result<Issue, String> {
    let text = String::from_utf8_lossy(&reply.body);
    let first = text.lines().next().unwrap_or_default();
    let mut told: Value = serde_json::from_str(first).unwrap_or_default();
    let mut status = reply.status.as_u16();
    let line = if told["lignes"].is_array() { told["lignes"][0].clone() } else { told.clone() };
    if line["probleme"].is_object() {
        told = line["probleme"].clone();
        status = u16::try_from(told["status"].as_u64().unwrap()).unwrap();
    }
    // A line of a file of operations says the code of its refusal, and not its status.
    if told["donnees"][0]["ligne"].is_number() && told["donnees"][0]["code"].is_string() {
        told = told["donnees"][0].clone();
        status = if told["code"] == "role_interdit" { 403 } else { 422 };
    }
    let code = told["code"].as_str().unwrap_or_default();
    let unknown = |field: &Value| {
        ["patient_inconnu", "beneficiaire_inconnu"].contains(&field["code"].as_str().unwrap())
    };
    Ok(match (status, code) {
        (200..300, _) => Issue::Permise,
        (401, _) => Issue::SansJeton,
        (403, "portee_insuffisante") => Issue::SansPortee,
        (404, "introuvable") => Issue::Inconnue,
        (422, "champs_invalides") if told["erreurs"].as_array().unwrap().iter().any(unknown) => {
            Issue::Inconnue
        }
        (_, code) if recette.apres_le_droit.contains(&code) => Issue::Permise,
        (403, "role_interdit") => {
            let why = told["detail"].as_str().unwrap();
            let phrase =
                why.strip_prefix("Action refusée : ").and_then(|why| why.strip_suffix('.'));
            Issue::Interdite(phrase.unwrap_or(why).to_owned())
        }
        _ => return Err(format!("{status} {text}")),
    })
}
