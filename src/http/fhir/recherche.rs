//! What a search asks: every parameter is read, and one that is not known is refused rather than left out.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{FromRequest, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::forme::{est_json, indisponible};
use super::jeton::{Jeton, Jetons};
use super::ressource::RPPS;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::PatientId;
use crate::http::AppState;
use crate::http::extract::{corps_entier, exige_type};
use crate::http::lecture::Entier;
use crate::http::pagination::{self, Cadre, Curseur, Limite};
use crate::http::problem::Refus;
use crate::http::query::Surplus;
use crate::services::pages::PageVoulue;

/// How the whole of a list may be counted: what is asked nearly is answered exactly.
const TOTAUX: [&str; 3] = ["none", "estimate", "accurate"];

/// The most doctors whom one search names.
const PRATICIENS: usize = 20;

/// The page that a search asks for.
#[derive(Debug)]
pub(super) struct PageDemandee {
    limite: Option<Limite>,
    curseur: Option<Curseur>,
    /// How `_total` was asked: the pages that follow ask the same.
    total: Option<String>,
}

impl PageDemandee {
    /// The page, of the list of a question, and what the address of the next one asks before its cursor.
    pub(super) fn voulue<K: std::str::FromStr>(
        self,
        cadre: &Cadre,
    ) -> Result<(PageVoulue<K>, String), Refus> {
        let counted = self.total.as_deref().is_some_and(|kind| kind != "none");
        let wanted = pagination::voulue(cadre, (self.limite, self.curseur, Some(counted)));
        let wanted: PageVoulue<K> = wanted.map_err(|refus| refus.renomme("curseur", "_cursor"))?;
        let mut kept = format!("_count={}", wanted.limite);
        if let Some(kind) = self.total {
            kept.push_str("&_total=");
            kept.push_str(&kind);
        }
        Ok((wanted, kept))
    }
}

/// Refuses every parameter of an interaction that has none, once it is known who calls; how the answer is written is none.
pub(super) async fn sans_parametre(mut request: Request, next: Next) -> Response {
    let read = Recherche::of(request.uri().query().unwrap_or_default().as_bytes());
    if let Err(refus) = read.and_then(Recherche::fin) {
        request.extensions_mut().insert(Surplus(refus));
    }
    next.run(request).await
}

/// The parameters of a search, each given once.
#[derive(Debug)]
pub(super) struct Recherche(BTreeMap<String, String>);

/// Of an address, or of the form of a `POST _search`, which may hold what no address does: its address then says nothing.
impl FromRequest<AppState> for Recherche {
    type Rejection = Refus;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refus> {
        let asked = Self::of(request.uri().query().unwrap_or_default().as_bytes())?;
        if request.method() != Method::POST {
            return Ok(asked);
        }
        if let Some(name) = asked.0.keys().next() {
            let message = "attendu : dans le formulaire, et non dans l'adresse";
            return Err(Refus::parametre(name, "parametre_inconnu", message));
        }
        exige_type(request.headers(), "application/x-www-form-urlencoded", "Le formulaire")?;
        let form = corps_entier(request, state).await?;
        Self::of(&form)
    }
}

/// Instants between which something was last recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct MisAJour {
    /// The first.
    du: Option<DateTime<Utc>>,
    /// The first that is too late.
    au: Option<DateTime<Utc>>,
}

impl MisAJour {
    /// Whether an instant is among them.
    pub(super) fn contient(&self, instant: DateTime<Utc>) -> bool {
        self.du.is_none_or(|du| du <= instant) && self.au.is_none_or(|au| instant < au)
    }
}

impl Recherche {
    /// Those of a query or of a form.
    fn of(text: &[u8]) -> Result<Self, Refus> {
        let mut all = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            // How the answer is written: it is always JSON.
            if name == "_pretty" || name == "_format" && est_json(&value) {
                continue;
            }
            if name == "_format" {
                return Err(indisponible());
            }
            if all.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                return Err(Refus::parametre(
                    &name,
                    "valeur_en_double",
                    "attendu : une seule fois",
                ));
            }
        }
        Ok(Self(all))
    }

    /// Whether a parameter was given.
    pub(super) fn donne(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A parameter, if it was given.
    pub(super) fn prend(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// A parameter without which nothing is searched.
    pub(super) fn exige(&mut self, name: &str) -> Result<String, Refus> {
        self.prend(name).ok_or_else(|| manquant(name))
    }

    /// The person whose things are searched.
    pub(super) fn patient(&mut self) -> Result<PatientId, Refus> {
        let text = self.exige("patient")?;
        let id = text.strip_prefix("Patient/").unwrap_or(&text);
        let wrong = || Refus::parametre("patient", "format_invalide", "attendu : Patient/<id>");
        id.parse().map_err(|_wrong| wrong())
    }

    /// A token, if it was given.
    pub(super) fn jetons(&mut self, name: &str) -> Result<Option<Jetons>, Refus> {
        self.prend(name).map(|text| Jetons::lire(name, &text)).transpose()
    }

    /// Doctors by their numbers: nobody has a number of another system.
    pub(super) fn numeros(&mut self, name: &str) -> Result<Option<BTreeSet<Rpps>>, Refus> {
        let Some(asked) = self.jetons(name)? else { return Ok(None) };
        let wrong = || {
            let attendu = "attendu : de 1 à 20 numéros, https://rpps.esante.gouv.fr|<RPPS>";
            Refus::parametre(name, "format_invalide", attendu)
        };
        if asked.0.len() > PRATICIENS {
            return Err(wrong());
        }
        let own = |jeton: &Jeton| jeton.systeme.as_deref().is_none_or(|one| one == RPPS);
        let read = asked.0.iter().filter(|jeton| own(jeton)).map(|jeton| {
            let number = jeton.code.as_deref().and_then(|text| Rpps::parse(text).ok());
            number.ok_or_else(wrong)
        });
        read.collect::<Result<_, Refus>>().map(Some)
    }

    /// The first instant of a history that is asked for.
    pub(super) fn depuis(&mut self) -> Result<MisAJour, Refus> {
        let Some(text) = self.prend("_since") else { return Ok(MisAJour::default()) };
        let wrong = || Refus::parametre("_since", "format_invalide", "attendu : un instant");
        let instant = DateTime::parse_from_rfc3339(&text).map_err(|_wrong| wrong())?;
        Ok(MisAJour { du: Some(instant.to_utc()), au: None })
    }

    /// A doctor, by reference or by number.
    pub(super) fn praticien(&mut self, name: &str) -> Result<Option<Rpps>, Refus> {
        let Some(text) = self.prend(name) else { return Ok(None) };
        let number = text.strip_prefix("Practitioner/").or_else(|| {
            let (system, value) = text.split_once('|').unwrap_or((RPPS, &text));
            (system == RPPS).then_some(value)
        });
        let wrong = || {
            let attendu = "attendu : Practitioner/<RPPS>, ou https://rpps.esante.gouv.fr|<RPPS>";
            Refus::parametre(name, "format_invalide", attendu)
        };
        number.and_then(|text| Rpps::parse(text).ok()).map(Some).ok_or_else(wrong)
    }

    /// When what is searched was last recorded: a day or an instant, after a prefix.
    pub(super) fn mis_a_jour(&mut self) -> Result<MisAJour, Refus> {
        let Some(text) = self.prend("_lastUpdated") else { return Ok(MisAJour::default()) };
        let wrong = || {
            let attendu = "attendu : un jour ou un instant, précédé de ge, gt, le, lt ou eq";
            Refus::parametre("_lastUpdated", "format_invalide", attendu)
        };
        let (prefix, date) = match text.split_at_checked(2) {
            Some((prefix @ ("ge" | "gt" | "le" | "lt" | "eq"), date)) => (prefix, date),
            _ => ("eq", text.as_str()),
        };
        let (first, after) = instants(date).ok_or_else(wrong)?;
        let (du, au) = match prefix {
            "ge" => (Some(first), None),
            "gt" => (Some(after), None),
            "le" => (None, Some(after)),
            "lt" => (None, Some(first)),
            _ => (Some(first), Some(after)),
        };
        Ok(MisAJour { du, au })
    }

    /// Which page of a list: `_count` and `_cursor`.
    pub(super) fn page(&mut self) -> Result<PageDemandee, Refus> {
        let count = match self.prend("_count") {
            None => None,
            Some(text) => {
                let read = text.parse().ok().filter(|count| (1..=100).contains(count));
                let wrong = || {
                    Refus::parametre(
                        "_count",
                        "hors_bornes",
                        "attendu : un nombre entier entre 1 et 100",
                    )
                };
                Some(Entier(read.ok_or_else(wrong)?))
            }
        };
        let total = self.prend("_total");
        if total.as_deref().is_some_and(|kind| !TOTAUX.contains(&kind)) {
            let attendu = "attendu : none, estimate ou accurate";
            return Err(Refus::parametre("_total", "code_inconnu", attendu));
        }
        let curseur = self.prend("_cursor").map(Curseur::rendu);
        Ok(PageDemandee { limite: count, curseur, total })
    }

    /// Refuses what nobody read.
    pub(super) fn fin(self) -> Result<(), Refus> {
        match self.0.keys().next() {
            Some(name) => {
                let message = "attendu : un paramètre que /fhir/r4/metadata annonce";
                Err(Refus::parametre(name, "parametre_inconnu", message))
            }
            None => Ok(()),
        }
    }
}

/// The refusal of a search without what it searches by.
pub(super) fn manquant(name: &str) -> Refus {
    Refus::parametre(name, "champ_requis", "attendu : ce paramètre de recherche")
}

/// The instants that a date covers: the first, and the first after them.
fn instants(date: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    if let Ok(day) = date.parse::<NaiveDate>() {
        let first = day.and_time(NaiveTime::MIN).and_utc();
        return Some((first, first.checked_add_signed(TimeDelta::days(1))?));
    }
    let instant = DateTime::parse_from_rfc3339(date).ok()?.to_utc();
    // What is written to the millisecond covers it.
    Some((instant, instant.checked_add_signed(TimeDelta::milliseconds(1))?))
}
