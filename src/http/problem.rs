//! Problems (RFC 9457): every refusal has a stable code, a status and a sentence in French.

mod catalogue;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::catalogue::Code;
use super::schemas::{CodeChamp, CodeProbleme};
use crate::domain::droits::Portee;
use crate::domain::identifiers::texte_libre::contient_un_numero;
use crate::domain::ids::RequestId;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::ChampInvalide;

/// Champ ou paramètre refusé.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErreurChamp {
    /// Pointeur JSON (RFC 6901) du champ dans le corps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/actes/0/date_execution", nullable = false)]
    pub(crate) pointeur: Option<String>,
    /// Nom du paramètre d'adresse ou de l'en-tête, quand l'erreur n'est pas dans le corps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "en_vigueur_le", nullable = false)]
    pub(crate) parametre: Option<String>,
    /// Code stable.
    #[schema(value_type = CodeChamp)]
    pub(crate) code: &'static str,
    /// Ce qui est attendu, en français.
    #[schema(example = "attendu : une date qui existe dans le calendrier")]
    pub(crate) message: String,
}

impl From<ChampInvalide> for ErreurChamp {
    fn from(champ: ChampInvalide) -> Self {
        Self {
            pointeur: Some(champ.pointeur),
            parametre: None,
            code: champ.code,
            message: champ.message,
        }
    }
}

/// Refus d'une requête (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Probleme {
    /// Adresse relative de la page qui documente ce code.
    #[serde(rename = "type")]
    #[schema(example = "/docs/problemes#champs_invalides")]
    kind: String,
    /// Titre, constant pour un code.
    title: &'static str,
    /// Statut HTTP.
    status: u16,
    /// Explication pour ce cas, en français.
    detail: String,
    /// Cette occurrence.
    #[schema(example = "urn:uuid:0192f0c4-7a0e-7c55-9d0f-3a1b2c4d5e6f")]
    instance: String,
    /// Code stable, à comparer par les programmes.
    #[schema(value_type = CodeProbleme)]
    code: &'static str,
    /// Identifiant à donner à l'exploitant ; le même que l'en-tête X-Request-Id.
    #[schema(value_type = String, format = Uuid)]
    identifiant_correlation: RequestId,
    /// Champs refusés : tous ceux qui ne se lisent pas, et sinon tous ceux que les autres contredisent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    erreurs: Vec<ErreurChamp>,
    /// Ressources dont parle ce refus : celle qui existe déjà, le dossier conservé.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    ressources: Vec<RessourceDite>,
}

/// Ressource dont parle un refus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RessourceDite {
    /// Identifiant.
    #[schema(value_type = String, format = Uuid)]
    id: String,
    /// Adresse où la lire.
    #[schema(example = "/v1/feuilles-de-soins/0192f0c4-0000-7000-8000-000000000001")]
    adresse: String,
}

/// The most wrong fields listed at once; the sentence says how many there are.
const MAX_ERREURS: usize = 100;

/// The longest name that is told back, in bytes.
const NOM_MAX: usize = 64;

/// Whether a name that the caller made up may be told back: it is short, and holds no number of a person.
pub(crate) fn est_redite(name: &str) -> bool {
    name.len() <= NOM_MAX && !contient_un_numero(name)
}

/// A refusal about to be answered. What is private stays in the logs.
#[derive(Debug, Clone)]
pub(crate) struct Refus {
    pub(crate) code: Code,
    pub(crate) detail: String,
    pub(crate) erreurs: Vec<ErreurChamp>,
    /// What the sentence speaks of, for a program to read.
    ressources: Vec<RessourceDite>,
    /// The scope that the token should have carried.
    portee: Option<Portee>,
    /// After how many seconds to try again, where that makes sense.
    delai: i64,
}

impl Refus {
    /// A refusal with its sentence.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            erreurs: Vec::new(),
            ressources: Vec::new(),
            portee: None,
            delai: 2,
        }
    }

    /// The same refusal, with the one resource that its code speaks of, if it speaks of any.
    pub(crate) fn designe(self, id: &impl ToString) -> Self {
        match self.code.collection() {
            Some(collection) => self.designe_dans(collection, id),
            None => self,
        }
    }

    /// The same refusal, with a resource that it speaks of, of a collection of `/v1`.
    pub(crate) fn designe_dans(mut self, collection: &str, id: &impl ToString) -> Self {
        let id = id.to_string();
        let adresse = format!("/v1/{collection}/{id}");
        self.ressources.push(RessourceDite { id, adresse });
        self
    }

    /// Fields of the body.
    pub(crate) fn champs(wrong: Vec<ChampInvalide>) -> Self {
        let detail = match wrong.len() {
            1 => "Un champ est invalide.".to_owned(),
            count @ 2..=MAX_ERREURS => format!("{count} champs sont invalides."),
            count => format!(
                "{count} champs sont invalides ; seuls les {MAX_ERREURS} premiers sont listés."
            ),
        };
        let erreurs = wrong.into_iter().take(MAX_ERREURS).map(ErreurChamp::from).collect();
        Self { erreurs, ..Self::new(Code::ChampsInvalides, detail) }
    }

    /// The same refusal, with the field at fault.
    pub(crate) fn sur(mut self, champ: ChampInvalide) -> Self {
        self.erreurs.push(champ.into());
        self
    }

    /// A parameter of the address, or a header.
    pub(crate) fn parametre(name: &str, code: &'static str, message: impl Into<String>) -> Self {
        let told = Some(name).filter(|name| est_redite(name));
        let (parametre, message) = (told.map(str::to_owned), message.into());
        let erreur = ErreurChamp { pointeur: None, parametre, code, message };
        let detail = told.map_or_else(
            || "Un paramètre est invalide.".to_owned(),
            |name| format!("Le paramètre « {name} » est invalide."),
        );
        Self { erreurs: vec![erreur], ..Self::new(Code::ParametreInvalide, detail) }
    }

    /// The same refusal, of a parameter that has another name where it was given.
    pub(crate) fn renomme(mut self, from: &str, to: &str) -> Self {
        let own = |erreur: &&mut ErreurChamp| erreur.parametre.as_deref() == Some(from);
        for erreur in self.erreurs.iter_mut().filter(own) {
            erreur.parametre = Some(to.to_owned());
            self.detail = self.detail.replace(&format!("« {from} »"), &format!("« {to} »"));
        }
        self
    }

    /// The same refusal, of fields that are inside a part of what was sent.
    pub(crate) fn sous(mut self, place: &str) -> Self {
        for erreur in &mut self.erreurs {
            erreur.pointeur = erreur.pointeur.take().map(|own| format!("{place}{own}"));
        }
        self
    }

    /// The same refusal, of fields that came as parameters of the address.
    pub(crate) fn en_parametres(mut self) -> Self {
        if self.code != Code::ChampsInvalides {
            return self;
        }
        self.code = Code::ParametreInvalide;
        self.detail = self.detail.replace("champ", "paramètre");
        for erreur in &mut self.erreurs {
            let pointer = erreur.pointeur.take();
            let name = pointer.map(|pointer| pointer.trim_start_matches('/').to_owned());
            // A name that is not told back has none.
            erreur.parametre = name.filter(|name| !name.is_empty());
            erreur.message = erreur.message.replace("champ", "paramètre");
        }
        self
    }

    /// The refusal of a token without the scope of an operation.
    pub(crate) fn portee(portee: Portee) -> Self {
        let detail = format!(
            "Le jeton ne porte pas la portée « {} » : en demander un qui la porte.",
            portee.mot()
        );
        Self { portee: Some(portee), ..Self::new(Code::PorteeInsuffisante, detail) }
    }

    /// The refusal of one try too many, for some seconds and what is begun of the next.
    pub(crate) fn trop_d_essais(secondes: i64) -> Self {
        let detail =
            "Ce numéro a été donné plusieurs fois sans désigner personne : il faut attendre.";
        Self { delai: secondes.saturating_add(1), ..Self::new(Code::TropDEssais, detail) }
    }

    /// The refusal of one request too many, for some seconds and what is begun of the next.
    pub(crate) fn debit(secondes: i64) -> Self {
        let detail = "Trop de requêtes en trop peu de temps : il faut attendre.";
        Self { delai: secondes.saturating_add(1), ..Self::new(Code::DebitDepasse, detail) }
    }

    /// The refusal of an answer that is too much for now: too many large ones wait for their readers.
    pub(crate) fn surcharge() -> Self {
        Self::new(Code::Surcharge, "Trop de grandes réponses attendent leurs lecteurs.")
    }

    /// The refusal of a request for which there is no place now.
    pub(crate) fn affluence() -> Self {
        Self::new(Code::Surcharge, "Le service répond déjà à autant de demandes qu'il peut.")
    }

    /// What a client of OAuth reads of a refusal (RFC 6750, 3).
    fn challenge(&self) -> Option<HeaderValue> {
        let text = match (self.code, self.portee) {
            (Code::JetonAbsent, _) => "Bearer".to_owned(),
            (Code::JetonInvalide, _) => r#"Bearer error="invalid_token""#.to_owned(),
            (_, Some(portee)) => {
                format!(r#"Bearer error="insufficient_scope", scope="{}""#, portee.mot())
            }
            _ => return None,
        };
        HeaderValue::from_str(&text).ok()
    }

    /// The document of this refusal.
    pub(crate) fn probleme(&self, requete_id: RequestId) -> Probleme {
        Probleme {
            kind: format!("/docs/problemes#{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status(),
            detail: self.detail.clone(),
            instance: format!("urn:uuid:{requete_id}"),
            code: self.code.as_str(),
            identifiant_correlation: requete_id,
            erreurs: self.erreurs.clone(),
            ressources: self.ressources.clone(),
        }
    }
}

impl IntoResponse for Refus {
    /// The refusal travels in the extensions; the outermost layer, which knows the request's id,
    /// writes the document.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the document of a refusal.
pub(crate) fn respond(refus: &Refus, requete_id: RequestId) -> Response {
    let body = serde_json::to_vec(&refus.probleme(requete_id)).unwrap_or_default();
    let mut response = respond_as(refus, ("application/problem+json", body));
    if let [only] = refus.ressources.as_slice()
        && let Ok(place) = HeaderValue::from_str(&only.adresse)
    {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// Answers a refusal by a document of some type.
pub(crate) fn respond_as(refus: &Refus, (kind, body): (&'static str, Vec<u8>)) -> Response {
    let status =
        StatusCode::from_u16(refus.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(challenge) = refus.challenge() {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if refus.code.may_be_tried_again() {
        headers.insert(header::RETRY_AFTER, refus.delai.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_unique_and_says_something_in_french() {
        let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!((400..=599).contains(&code.status()), "{code:?}");
            assert!(code.help().ends_with('.'), "{code:?}");
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
        assert!(Code::ALL.is_sorted_by_key(|code| code.status()));
    }
}
