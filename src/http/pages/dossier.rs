//! « Mon médecin traitant »: what a patient may read of their own record, as a page. The token comes in the body of a form and is
//! kept nowhere; the page asks what any program would ask with it, and leaves the same traces.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::attente::{Attente, medecins};
use super::choisir::{Ages, Assure, Choix, aujourd_hui};
use super::frise::frise;
use super::membres::{elements, mot};
use super::paye::{Dette, feuille};
use super::requete::Requete;
use super::tableaux::{Colonnes, liste};
use super::{echappe, html, suite};
use crate::domain::calendar::{en_toutes_lettres, plus_mois};
use crate::http::AppState;
use crate::http::bac_a_sable::{panne, refuse_elsewhere};
use crate::http::extract::lire_champs;
use crate::http::interne::Interne;
use crate::http::problem::{Code, Refus};
use crate::services::medecins_traitants::ages_du_choix;

/// How many feuilles are explained.
const EXPLIQUEES: usize = 5;
const TITRE: &str = "Mon médecin traitant";

const FERMER: &str = "<p class=\"a-l-ecran\"><a href=\"/mon-medecin-traitant\">Fermer ce dossier</a>\u{a0}: votre jeton n'a pas été gardé.</p>\n";

const HEURES: &str = "<p class=\"aide\">Les heures sont celles de Paris.</p>\n";

const A_FAIRE: &Colonnes = &[
    ("Depuis", "/depuis"),
    ("Pour", "/pour"),
    ("Quoi", "/rubrique"),
    ("Pourquoi", "/action/pourquoi"),
    ("Avec", "/avec"),
    ("Jusqu'au", "/echeance"),
];
const PROCHES: &Colonnes = &[
    ("Prénom", "/prenom"),
    ("Né(e) le", "/date_naissance"),
    ("Âge", "/age"),
    ("Vous êtes", "/nature"),
    ("Choisit avec vous", "/choisit"),
];
const ACCES: &Colonnes = &[("Quand", "/survenu_le"), ("Qui", "/qui"), ("Quoi", "/operation")];

/// Asks for a token, or in a sandbox for somebody invented.
pub(super) async fn page(State(state): State<AppState>) -> Result<Response, Refus> {
    Ok(entiere(&state, StatusCode::OK, &demande(&state, None).await?))
}

/// Reads the record of the bearer of the token.
pub(super) async fn lit(
    State(state): State<AppState>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Refus> {
    refuse_elsewhere(&headers)?;
    let extensions = request.extensions().clone();
    let fields = lire_champs(request, &state).await?;
    let (mut jeton, asked) = (champ(&fields, "jeton"), champ(&fields, "personne"));
    if let (Some(bac), true) = (&state.bac_a_sable, jeton.is_empty()) {
        let liste = bac.liste().await.map_err(|why| panne(&why))?;
        let found = liste.patients.into_iter().find(|one| one.prenom.to_lowercase() == asked);
        jeton = found.map(|one| one.jeton).unwrap_or_default();
    }
    let service = state.interne.clone();
    let service = service.ok_or_else(|| Refus::new(Code::Introuvable, "Adresse inconnue."))?;
    let lecteur = Lecteur { state: state.clone(), service, jeton, headers, extensions };
    match lecteur.lit("/v1/moi").await {
        Ok(moi) if moi.get("role").and_then(Value::as_str) == Some("patient") => {
            let id = moi.get("identite").and_then(Value::as_str).unwrap_or_default();
            Ok(entiere(&state, StatusCode::OK, &lecteur.dossier(id).await))
        }
        Ok(_) => {
            let why = "Ce jeton n'est pas celui d'un patient : cette page montre à chacun son propre dossier.";
            Ok(entiere(&state, StatusCode::FORBIDDEN, &demande(&state, Some(why)).await?))
        }
        Err((status, why)) => Ok(entiere(&state, status, &demande(&state, Some(&why)).await?)),
    }
}

/// What was read, or the status and the sentence of a refusal.
type Lu = Result<Value, (StatusCode, String)>;

/// Whoever reads, and from where.
struct Lecteur {
    state: AppState,
    service: Arc<Interne>,
    jeton: String,
    headers: HeaderMap,
    extensions: Extensions,
}

impl Lecteur {
    /// Asks as the caller would have: from the same address, with what a front says of the same connection.
    async fn lit(&self, chemin: &str) -> Lu {
        let no_token = || (StatusCode::UNAUTHORIZED, "Ce texte n'est pas un jeton.".to_owned());
        if !self.jeton.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(no_token());
        }
        let request = Requete::lecture(&self.jeton, chemin).http();
        let mut request = request.map_err(|_unwritable| no_token())?;
        if let Some(peer) = self.extensions.get::<ConnectInfo<SocketAddr>>() {
            request.extensions_mut().insert(*peer);
        }
        let front = self.state.verifier.proxy().map(|proxy| proxy.header.as_str());
        for name in [Some("x-forwarded-for"), front].into_iter().flatten() {
            for value in self.headers.get_all(name) {
                if let Ok(name) = axum::http::HeaderName::try_from(name) {
                    request.headers_mut().append(name, value.clone());
                }
            }
        }
        let too_large = |_: axum::Error| {
            (StatusCode::INTERNAL_SERVER_ERROR, "La réponse est trop longue.".to_owned())
        };
        let answer = self.service.send(request).await.map_err(too_large)?;
        let document: Value = serde_json::from_slice(&answer.corps).unwrap_or_default();
        if answer.statut.is_success() {
            return Ok(document);
        }
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("code") == Code::PatientFusionne.as_str() {
            let why = "Ce dossier a été réuni avec un autre dossier de la même personne : c'est l'autre qui est tenu à jour.";
            return Err((answer.statut, why.to_owned()));
        }
        Err((answer.statut, format!("{}. {}", text("title"), text("detail"))))
    }

    async fn dossier(&self, id: &str) -> String {
        let history = self.lit(&format!("/v1/patients/{id}/designations")).await;
        let names = match &history {
            Ok(document) => self.noms(document).await,
            Err(_) => BTreeMap::new(),
        };
        let today = self.lit(&format!("/v1/patients/{id}/medecin-traitant")).await;
        let to_do = self.lit("/v1/moi/a-faire").await;
        let paid = self.feuilles(id).await;
        let kin = self.lit("/v1/moi/proches").await;
        let acces = self.lit("/v1/moi/acces?limite=20").await;
        let nom = |rpps: &str| names.get(rpps).cloned().unwrap_or_else(|| rpps.to_owned());
        let record = self.lit(&format!("/v1/patients/{id}")).await.unwrap_or_default();
        if let Some(mort) = mort_le(&record) {
            return [
                format!("<section><h2>Aujourd'hui</h2>\n<p>{}</p></section>\n", echappe(&mort)),
                partie("Ce qui est à savoir", &to_do, |document| liste(document, A_FAIRE)),
                partie("Depuis le début", &history, |document| frise(document, &nom)),
                paid,
                partie("Qui a regardé ce dossier", &acces, |document| liste(document, ACCES)),
                FERMER.to_owned(),
            ]
            .concat();
        }
        let choice = self.choix(id, &record).await;
        let proches = kin.as_ref().unwrap_or(&Value::Null);
        let attend = self.attend((id, proches), to_do).await;
        [
            partie("Aujourd'hui", &today, |document| aujourd_hui(document, &nom, &choice)),
            partie("Ce qui vous attend", &attend, |document| {
                document.as_str().unwrap_or_default().to_owned()
            }),
            partie("Depuis le début", &history, |document| frise(document, &nom)),
            paid,
            partie("Vos enfants, ceux que vous représentez", &kin, |document| {
                liste(document, PROCHES)
            }),
            partie("Qui a regardé votre dossier", &acces, |document| {
                format!("{HEURES}{}", liste(document, ACCES))
            }),
            FERMER.to_owned(),
        ]
        .concat()
    }

    /// What waits, told: for the person, and for those for whom they act.
    async fn attend(&self, (id, proches): (&str, &Value), to_do: Lu) -> Lu {
        let mut to_do = to_do?;
        let declarations = self.lit(&format!("/v1/patients/{id}/declarations")).await;
        let conciliations = self.lit(&format!("/v1/patients/{id}/conciliations")).await;
        let (declarations, conciliations) =
            (declarations.unwrap_or_default(), conciliations.unwrap_or_default());
        let attente = Attente { declarations: &declarations, conciliations: &conciliations };
        let own: BTreeSet<String> =
            attente.ouvertes().flat_map(medecins).map(str::to_owned).collect();
        let names = self.appeles(own).await;
        let told =
            attente.html(&|rpps| names.get(rpps).cloned().unwrap_or_else(|| rpps.to_owned()));
        let mut kept = Vec::new();
        let all = to_do.get_mut("donnees").and_then(Value::as_array_mut);
        for mut one in all.map(std::mem::take).unwrap_or_default() {
            if attente.dit(&one) {
                continue;
            }
            let (pour, avec) = self.pour_qui((id, proches), &one).await;
            if let Some(line) = one.as_object_mut() {
                line.insert("pour".to_owned(), pour.into());
                line.insert("avec".to_owned(), avec.into());
            }
            kept.push(one);
        }
        let table = if kept.is_empty() && !told.is_empty() {
            String::new()
        } else {
            liste(&json!({ "donnees": kept }), A_FAIRE)
        };
        Ok(Value::from(format!("{told}{table}")))
    }

    /// For whom a line of the inbox is, of those whom the person represents, and the doctors that it is about.
    async fn pour_qui(
        &self,
        (id, proches): (&str, &Value),
        affaire: &Value,
    ) -> (String, Option<String>) {
        let person = mot(affaire, "patient_id");
        let pour = if person.is_empty() || person == id {
            "vous".to_owned()
        } else {
            let own = |one: &&Value| mot(one, "patient_id") == person;
            let found = elements(proches, "donnees").find(own);
            found.map(|one| mot(one, "prenom").to_owned()).unwrap_or_default()
        };
        if mot(affaire, "rubrique") != "signature_demandee" {
            return (pour, None);
        }
        let path = affaire.pointer("/action/chemin").and_then(Value::as_str).unwrap_or_default();
        let path = path.strip_suffix("/signatures").unwrap_or(path);
        let declaration = self.lit(path).await.unwrap_or_default();
        let doctors = self.appeles(medecins(&declaration).map(str::to_owned).collect()).await;
        let doctors: Vec<String> = doctors.into_values().collect();
        (pour, Some(doctors.join(" et ")).filter(|names| !names.is_empty()))
    }

    /// How the person chooses, and until when a protection lasts.
    async fn choix(&self, id: &str, record: &Value) -> Choix {
        let core = &self.state.core;
        let jour = core.clock().today();
        let (choix, sans_accord) = ages_du_choix(core, jour).unwrap_or_default();
        let ages = Ages { choix, sans_accord };
        let periods = self.lit(&format!("/v1/patients/{id}/neutralisations")).await;
        let assure = Assure::lit(record, jour);
        let protege = assure.protege(&periods.unwrap_or_default(), jour, ages);
        Choix { assure, ages, protege }
    }

    /// The doctors of a history, by name.
    async fn noms(&self, document: &Value) -> BTreeMap<String, String> {
        self.appeles(rpps(document)).await
    }

    /// Some doctors, by name.
    async fn appeles(&self, all: BTreeSet<String>) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        for rpps in all {
            if let Ok(doctor) = self.lit(&format!("/v1/medecins/{rpps}")).await {
                names.insert(rpps, appele(&doctor));
            }
        }
        names
    }

    /// What was paid, and why.
    async fn feuilles(&self, id: &str) -> String {
        let today = self.state.core.clock().today();
        let since = plus_mois(today, -24).unwrap_or(today);
        let read =
            self.lit(&format!("/v1/patients/{id}/feuilles-de-soins?du={since}&limite=100")).await;
        let all = read.as_ref().ok().and_then(|document| document.get("donnees")?.as_array());
        let all = all.cloned().unwrap_or_default();
        let claims = format!("/v1/patients/{id}/creances?du={since}&limite=100");
        let claims = self.lit(&claims).await.unwrap_or_default();
        let mut html = String::new();
        for (index, one) in all.iter().rev().take(EXPLIQUEES).enumerate() {
            let id = mot(one, "id");
            let said = self.lit(&format!("/v1/feuilles-de-soins/{id}")).await;
            let said = said.map_err(|(_, why)| why);
            let dette = Dette::lue(&claims, id);
            html.push_str(&feuille(mot(one, "date_soins"), &said, dette.as_ref(), index == 0));
        }
        let rest = all.len().saturating_sub(EXPLIQUEES);
        if rest > 0 {
            html =
                format!("{html}<p>{rest} feuilles plus anciennes ne sont pas montrées ici.</p>\n");
        }
        if html.is_empty() {
            "<p>Aucune feuille de soins depuis deux ans.</p>\n".clone_into(&mut html);
        }
        partie("Ce qui a été payé, et pourquoi", &read, |_| html.clone())
    }
}

/// What a form says.
fn champ(fields: &[(String, String)], name: &str) -> String {
    let found = fields.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// A doctor, by the last of their names.
fn appele(doctor: &Value) -> String {
    let last = doctor.get("noms").and_then(Value::as_array).and_then(|all| all.last());
    let last = last.unwrap_or(&Value::Null);
    format!("Dr {} {}", mot(last, "prenom"), mot(last, "nom"))
}

/// The doctors of a history.
fn rpps(document: &Value) -> BTreeSet<String> {
    let all = document.get("donnees").and_then(Value::as_array).into_iter().flatten();
    let doctors = all.filter_map(|one| one.get("medecins")?.as_array()).flatten();
    doctors.filter_map(|one| one.get("rpps")?.as_str()).map(str::to_owned).collect()
}

/// What is said of somebody who died, to whoever reads their record: there is nothing to do.
fn mort_le(record: &Value) -> Option<String> {
    let jour = record.pointer("/deces/jour")?.as_str()?.parse().ok()?;
    Some(format!(
        "D'après le registre, cette personne est décédée le {}. Il n'y a plus rien à choisir ni à signer.",
        en_toutes_lettres(jour)
    ))
}

/// A part of the page, or why it is not shown.
fn partie(titre: &str, lu: &Lu, shown: impl Fn(&Value) -> String) -> String {
    let content = match lu {
        Ok(document) => shown(document),
        Err((_, why)) => format!("<p class=\"erreur\">{}</p>\n", echappe(why)),
    };
    format!("<section><h2>{titre}</h2>\n{content}</section>\n")
}

/// The form that asks who reads.
async fn demande(state: &AppState, wrong: Option<&str>) -> Result<String, Refus> {
    let wrong = wrong.map_or_else(String::new, |wrong| {
        format!(
            "<div class=\"bilan\" role=\"alert\"><h2>Rien n'a été lu</h2>\n<p>{}</p></div>\n",
            echappe(wrong)
        )
    });
    let invented = match &state.bac_a_sable {
        None => String::new(),
        Some(bac) => {
            let liste = bac.liste().await.map_err(|why| panne(&why))?;
            let people = suite(liste.patients.iter().map(|one| {
                format!(
                    "<option value=\"{}\">{} {} — {}</option>\n",
                    echappe(&one.prenom.to_lowercase()),
                    echappe(&one.prenom),
                    echappe(&one.nom),
                    echappe(&one.sert_a)
                )
            }));
            format!(
                "<form method=\"post\" action=\"/mon-medecin-traitant\"><h2>Comme quelqu'un d'inventé</h2>\n\
                 <label for=\"personne\">Qui ?</label>\n<select id=\"personne\" name=\"personne\">\n{people}</select>\n\
                 <button>Lire ce dossier</button></form>\n"
            )
        }
    };
    Ok(format!(
        "{wrong}<p>Qui est votre médecin traitant, ce qui vous attend, ce qui a été payé et pourquoi, qui a regardé votre dossier.</p>\n{invented}\
         <form method=\"post\" action=\"/mon-medecin-traitant\"><h2>Avec votre jeton</h2>\n<label for=\"jeton\">Votre jeton</label>\n\
         <span class=\"aide\" id=\"jeton-aide\">Il sert à cette lecture seule : il n'est ni gardé, ni écrit dans une adresse ou un journal.</span>\n\
         <input id=\"jeton\" name=\"jeton\" type=\"password\" autocomplete=\"off\" required aria-describedby=\"jeton-aide\">\n\
         <button>Lire mon dossier</button></form>\n"
    ))
}

fn entiere(state: &AppState, status: StatusCode, content: &str) -> Response {
    let mut links = String::new();
    if state.bac_a_sable.is_some() {
        links.push_str("<li><a href=\"/\">Bac à sable</a></li>");
    }
    if state.simulateur {
        links.push_str("<li><a href=\"/simulateur\">Combien serai-je remboursé ?</a></li>");
    }
    let body = format!(
        "<nav aria-label=\"Pages\"><ul>{links}<li><a href=\"/docs/\">Documentation de l'API</a></li></ul></nav>\n\
         <main id=\"contenu\">\n<h1>{TITRE}</h1>\n{content}</main>"
    );
    html(status, TITRE, &body)
}
