//! Pages: every list that is cut has one envelope, one way to ask for the next page, the same limits.
//!
//! A cursor is the key of the last row shown, bound to the caller and to the question, and sealed: nobody reads one, changes one
//! or makes one.

use std::borrow::Cow;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::idempotency::{Anonymous, json, show};
use super::lecture::{Entier, Erreurs, Lire, Noeud, Texte, lecture};
use super::problem::{Code, Refus};
use super::schemas::forme;
use crate::domain::acteur::Acteur;
use crate::domain::digest::{Empreinte, Hexadecimal, octets};
use crate::services::fil::{self, EvenementLu};
use crate::services::pages::{self, PageVoulue};
use crate::services::{Core, Seen};

/// A cursor as a parameter gives it.
#[derive(Debug)]
pub(crate) struct Curseur(String);

impl Curseur {
    /// A cursor, as the address of a page gave it.
    pub(crate) const fn rendu(text: String) -> Self {
        Self(text)
    }
}

impl Lire for Curseur {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        Texte::<14, 600>::lire(noeud, erreurs).map(|text| Self(text.0))
    }
}

/// How many items a page has, at most.
pub(crate) type Limite = Entier<1, 100>;

lecture! {
    /// Page d'une liste.
    pub(crate) struct PageDemande {
        /// Nombre d'éléments par page, 20 par défaut.
        pub(crate) limite: Option<Limite>,
        /// Curseur de la page précédente.
        pub(crate) curseur: Option<Curseur>,
        /// Compter aussi toute la liste.
        pub(crate) avec_total: Option<bool>,
    }
}

/// Items of a page, when the caller does not say.
const LIMITE: i64 = 20;

/// What a cursor is bound to: who asks, and what.
#[derive(Debug, Clone)]
pub(crate) struct Cadre {
    core: Core,
    /// The caller and the question, digested.
    lien: Empreinte,
}

impl Cadre {
    /// A question of a caller, with all its filters.
    pub(crate) fn new(core: &Core, qui: &Acteur, question: &str) -> Self {
        Self { core: core.clone(), lien: Empreinte::of(format!("{}\n{question}", qui.cle())) }
    }

    /// The cursor of a key.
    pub(crate) fn ecrire(&self, cle: &str) -> String {
        match pages::sceller(&self.core, &lier(&self.lien, cle)) {
            Ok(sealed) => Hexadecimal(&sealed).to_string(),
            Err(error) => {
                // The list goes on, and whoever follows it is told.
                tracing::error!(%error, "a cursor could not be sealed");
                Hexadecimal(self.lien.bytes()).to_string()
            }
        }
    }

    /// The key of a cursor of the same caller and question.
    fn lire<K: std::str::FromStr>(&self, curseur: Option<&Curseur>) -> Result<Option<K>, Refus> {
        let Some(curseur) = curseur else { return Ok(None) };
        let clear = pages::ouvrir(&self.core, &sealed(curseur)?).ok_or_else(broken)?;
        let cle = delier(&self.lien, &clear).ok_or_else(|| {
            let detail = "L'appelant ou les filtres ne sont pas ceux du curseur.";
            Refus::new(Code::CurseurAutreRequete, detail)
        })?;
        cle.parse().map(Some).map_err(|_wrong| broken())
    }
}

/// A key behind what binds it.
pub(super) fn lier(lien: &Empreinte, cle: &str) -> Vec<u8> {
    [lien.bytes().as_slice(), cle.as_bytes()].concat()
}

/// The key behind what binds it, if it is the same.
pub(super) fn delier<'a>(lien: &Empreinte, clear: &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(clear.strip_prefix(lien.bytes())?).ok()
}

/// The page of a list that parameters ask for: `limite`, `curseur` and `avec_total`.
pub(crate) fn voulue<K: std::str::FromStr>(
    cadre: &Cadre,
    (limite, curseur, avec_total): (Option<Limite>, Option<Curseur>, Option<bool>),
) -> Result<PageVoulue<K>, Refus> {
    Ok(PageVoulue {
        apres: cadre.lire(curseur.as_ref())?,
        limite: limite.map_or(LIMITE, |limite| limite.0),
        avec_total: avec_total == Some(true),
    })
}

impl PageDemande {
    /// The page, of the list of a question.
    pub(crate) fn voulue<K: std::str::FromStr>(
        self,
        cadre: &Cadre,
    ) -> Result<PageVoulue<K>, Refus> {
        voulue(cadre, (self.limite, self.curseur, self.avec_total))
    }
}

/// Suite d'une liste.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct PaginationVue {
    /// À donner en paramètre « curseur » pour la page suivante ; null à la dernière. L'en-tête Link en donne
    /// l'adresse.
    pub(crate) curseur_suivant: Option<String>,
    /// À garder pour lire plus tard ce qui viendra, dans une liste qui s'allonge.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) curseur_reprise: Option<String>,
    /// Nombre exact d'éléments de toute la liste, s'il a été demandé par « avec_total ».
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) total: Option<u64>,
}

/// What a list says of the question beside its items: nothing, for most.
pub(crate) trait Rappel: Serialize + ToSchema {}

/// Nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SansRappel {}

/// Jour de la question.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JourDemande {
    /// Jour de la question.
    pub(crate) en_vigueur_le: NaiveDate,
}

/// Jours de la question.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JoursDemandes {
    /// Premier jour demandé.
    pub(crate) du: NaiveDate,
    /// Dernier jour demandé.
    pub(crate) au: NaiveDate,
}

impl Rappel for SansRappel {}
impl Rappel for JourDemande {}
impl Rappel for JoursDemandes {}

/// A page of a list: the one envelope.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T, R = SansRappel> {
    /// What the question was.
    #[serde(flatten)]
    rappel: R,
    donnees: Vec<T>,
    pagination: PaginationVue,
}

impl<T: ToSchema, R: ToSchema> PartialSchema for Page<T, R> {
    fn schema() -> RefOr<Schema> {
        let said = serde_json::to_value(R::schema()).unwrap_or_default();
        let place = |name: Cow<'_, str>| serde_json::json!({ "$ref": format!("#/components/schemas/{name}") });
        let mut properties =
            said.get("properties").cloned().unwrap_or_else(|| serde_json::json!({}));
        let mut required: Vec<Value> =
            said.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        required.extend([serde_json::json!("donnees"), serde_json::json!("pagination")]);
        if let Some(own) = properties.as_object_mut() {
            let description = "Éléments de la page, dans l'ordre de la liste.";
            let items = serde_json::json!({
                "type": "array", "items": place(T::name()), "description": description
            });
            own.insert("donnees".to_owned(), items);
            let following = serde_json::json!({
                "$ref": format!("#/components/schemas/{}", PaginationVue::name()),
                "description": "Où est la suite.",
            });
            own.insert("pagination".to_owned(), following);
        }
        forme(serde_json::json!({
            "type": "object", "description": "Page d'une liste.",
            "properties": properties, "required": required,
        }))
    }
}

impl<T: ToSchema, R: ToSchema> ToSchema for Page<T, R> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{PAGE}{}", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
        R::schemas(schemas);
        schemas.push((PaginationVue::name().into_owned(), PaginationVue::schema()));
    }
}

/// Begins the name of the schema of a page.
pub(crate) const PAGE: &str = "Page";

/// What one page shows, and how the next one is found.
#[derive(Debug)]
pub(crate) struct Tranche<T> {
    pub(crate) donnees: Vec<T>,
    /// Cursor of the next page.
    pub(crate) suivant: Option<String>,
    /// Where to begin later, of a list that grows.
    pub(crate) reprise: Option<String>,
    pub(crate) total: Option<u64>,
}

impl<T> Tranche<T> {
    /// What was read, one more than asked for, cut to a page; the next one begins after the key of its last.
    pub(crate) fn suivie(
        (mut found, total): (Vec<T>, Option<u64>),
        limite: i64,
        cadre: &Cadre,
        cle: impl Fn(&T) -> String,
    ) -> Self {
        let size = usize::try_from(limite).unwrap_or(usize::MAX);
        let more = found.len() > size;
        found.truncate(size);
        let last = found.last().filter(|_| more);
        let suivant = last.map(|last| cadre.ecrire(&cle(last)));
        Self { donnees: found, suivant, reprise: None, total }
    }

    /// A page whose end the service found itself.
    pub(crate) fn finie(
        (donnees, total): (Vec<T>, Option<u64>),
        suite: Option<&impl ToString>,
        cadre: &Cadre,
    ) -> Self {
        let suivant = suite.map(|last| cadre.ecrire(&last.to_string()));
        Self { donnees, suivant, reprise: None, total }
    }
}

/// Answers a page, each item in its shape.
pub(crate) fn montrer<T, V: Serialize + ToSchema>(
    tranche: Seen<Tranche<T>>,
    vue: impl Fn(&T) -> V,
) -> Result<Response, Refus> {
    montrer_avec(tranche, SansRappel {}, vue)
}

/// The same, with what the question was.
pub(crate) fn montrer_avec<T, V: Serialize + ToSchema, R: Rappel>(
    tranche: Seen<Tranche<T>>,
    rappel: R,
    vue: impl Fn(&T) -> V,
) -> Result<Response, Refus> {
    let seen = tranche.map(|tranche| Page::of(tranche, rappel, vue));
    Ok(followed(show(&seen)?, seen.into_inner().pagination.curseur_suivant))
}

/// Answers a page that shows nobody.
pub(crate) fn publier<T, V: Anonymous + ToSchema, R: Rappel>(
    tranche: Tranche<T>,
    rappel: R,
    vue: impl Fn(&T) -> V,
) -> Result<Response, Refus> {
    let page = Page::of(tranche, rappel, vue);
    Ok(followed(json(&page)?, page.pagination.curseur_suivant))
}

impl<T, R> Page<T, R> {
    fn of<U>(tranche: Tranche<U>, rappel: R, vue: impl Fn(&U) -> T) -> Self {
        let Tranche { donnees, suivant, reprise, total } = tranche;
        let pagination =
            PaginationVue { curseur_suivant: suivant, curseur_reprise: reprise, total };
        Self { rappel, donnees: donnees.iter().map(vue).collect(), pagination }
    }
}

impl<T: Anonymous, R: Rappel> Anonymous for Page<T, R> {}

fn followed(mut response: Response, next: Option<String>) -> Response {
    if let Some(next) = next {
        response.extensions_mut().insert(Suite(next));
    }
    response
}

/// The cursor of the page that follows an answer.
#[derive(Debug, Clone)]
pub(crate) struct Suite(pub(crate) String);

/// Says where the next page is (RFC 8288): the same question, after this page.
pub(super) async fn link(request: Request, next: Next) -> Response {
    let (path, query) =
        (request.uri().path().to_owned(), request.uri().query().unwrap_or_default().to_owned());
    let mut response = next.run(request).await;
    let Some(Suite(cursor)) = response.extensions_mut().remove() else { return response };
    let kept = query.split('&').filter(|one| !one.is_empty() && !one.starts_with("curseur="));
    let mut asked: Vec<&str> = kept.collect();
    let cursor = format!("curseur={cursor}");
    asked.push(&cursor);
    if let Ok(value) = HeaderValue::from_str(&format!("<{path}?{}>; rel=\"next\"", asked.join("&")))
    {
        response.headers_mut().insert(header::LINK, value);
    }
    response
}

/// How many items a reading of the feed gives, at most.
pub(crate) fn nombre(limite: Option<Limite>) -> usize {
    usize::try_from(limite.map_or(LIMITE, |limite| limite.0)).unwrap_or_default()
}

/// A page of the feed, each event as what is shown of it: it always says from where to go on.
pub(crate) fn du_fil<T>(page: fil::Page, shown: impl Fn(EvenementLu) -> Option<T>) -> Tranche<T> {
    let cursor = Hexadecimal(&page.curseur).to_string();
    let donnees = page.evenements.into_iter().filter_map(shown).collect();
    let suivant = page.suite.then(|| cursor.clone());
    Tranche { donnees, suivant, reprise: Some(cursor), total: None }
}

/// The refusal of a cursor that this service did not make, or made for somebody else.
pub(crate) fn broken() -> Refus {
    Refus::parametre("curseur", "format_invalide", "attendu : un curseur rendu par ce service")
}

/// What a sealed cursor holds, for who sealed it to open.
pub(crate) fn sealed(curseur: &Curseur) -> Result<Vec<u8>, Refus> {
    octets(&curseur.0).ok_or_else(broken)
}

/// Refuses the days of a list whose first comes after the last.
pub(crate) fn jours(du: NaiveDate, au: NaiveDate) -> Result<(NaiveDate, NaiveDate), Refus> {
    if du > au {
        return Err(Refus::parametre(
            "du",
            "apres_la_fin",
            "attendu : au plus tard le dernier jour",
        ));
    }
    Ok((du, au))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_for_the_same_caller_and_question_only() {
        let (own, other) = (Empreinte::of("a\nb"), Empreinte::of("a\nc"));
        let bound = lier(&own, "42");
        assert_eq!(delier(&own, &bound), Some("42"));
        assert_eq!(delier(&own, &lier(&own, "")), Some(""));
        assert_eq!(delier(&other, &bound), None);
        assert_eq!(delier(&own, &bound[..31]), None);
        assert_eq!(delier(&own, b""), None);
    }
}
