//! What handlers take from a request. Ours answer with a problem that names the field.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

pub(crate) use super::chemin::{Chemin, Chemins};
use super::json::Json;
use super::lecture::{Lire, lire_document};
use super::problem::{Code, Refus, est_redite};
use super::query::Surplus;
use super::{AppState, BODY_LIMIT, affluence};
use crate::auth::{Appelant, JetonRefuse, Porteur, certificate_digest};
use crate::domain::acteur::{Acteur, Auteur};
use crate::domain::digest::Empreinte;
use crate::domain::droits::{Demarche, Portee};
use crate::domain::identifiers::IdentifiantPersonne;
use crate::domain::identifiers::texte_libre::reference_contient_un_numero;
use crate::domain::ids::RequestId;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::{ChampInvalide, Contexte, Demande};

/// A JSON body, read field by field, and the digest of the request that carried it.
#[derive(Debug)]
pub(crate) struct Corps<T> {
    /// What it says.
    pub(crate) valeur: T,
    /// Digest of method, path and body.
    pub(crate) requete: Empreinte,
}

impl<T: Lire> FromRequest<AppState> for Corps<T> {
    type Rejection = Refus;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refus> {
        exige_type(request.headers(), "application/json", "Le corps")?;
        let head = format!("{} {}\n", request.method(), request.uri().path());
        let entering = affluence::enter(request.extensions());
        let reading = Bytes::from_request(request, state);
        let bytes = tokio::time::timeout(state.corps_limite, reading)
            .await
            .map_err(|_elapsed| {
                Refus::new(Code::CorpsTropLent, "Le corps n'est pas arrivé à temps.")
            })?
            .map_err(|why| corps_non_lu(&why))?;
        entering.await?;
        let json = Json::parse(&bytes).map_err(|error| {
            Refus::new(
                Code::CorpsIllisible,
                format!(
                    "Le corps n'est pas un document JSON lisible : {} (ligne {}, colonne {}).",
                    Json::cause(&bytes, &error),
                    error.line(),
                    error.column()
                ),
            )
        })?;
        let valeur = lire_document(&json).map_err(Refus::champs)?;
        let requete = Empreinte::of([head.as_bytes(), &bytes].concat());
        Ok(Self { valeur, requete })
    }
}

/// A body taken whole, and with it the place of its request.
pub(crate) async fn corps_entier(request: Request, state: &AppState) -> Result<Bytes, Refus> {
    let entering = affluence::enter(request.extensions());
    let bytes = Bytes::from_request(request, state).await.map_err(|why| corps_non_lu(&why))?;
    entering.await?;
    Ok(bytes)
}

/// Why a body could not be taken whole.
pub(crate) fn corps_non_lu(why: &BytesRejection) -> Refus {
    match why {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            corps_trop_grand()
        }
        BytesRejection::FailedToBufferBody(_) | _ => corps_rompu(),
    }
}

/// A document that is too long, once it is no longer compressed.
pub(crate) fn corps_trop_grand() -> Refus {
    let most = BODY_LIMIT / 1024;
    let detail = format!(
        "Le corps dépasse {most} Kio, une fois décompressé : un document ne va pas au-delà."
    );
    Refus::new(Code::CorpsTropGrand, detail)
}

/// A body that ends before its end, or whose compression is not what it says.
pub(crate) fn corps_rompu() -> Refus {
    let detail = "Le corps s'interrompt, ou n'est pas compressé comme Content-Encoding l'annonce.";
    Refus::new(Code::CorpsIllisible, detail)
}

/// Refuses a body that is not announced as what it must be, in UTF-8.
pub(crate) fn exige_type(headers: &HeaderMap, attendu: &str, quoi: &str) -> Result<(), Refus> {
    let announced = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = announced.unwrap_or_default().split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    if kind.eq_ignore_ascii_case(attendu)
        && jeu_de_caracteres(parts).is_none_or(|one| one == "utf-8")
    {
        return Ok(());
    }
    let detail = format!("{quoi} doit être annoncé par Content-Type: {attendu}, en UTF-8.");
    Err(Refus::new(Code::TypeDeContenu, detail))
}

/// The character set that the parameters of a type of content tell, in its usual name.
pub(crate) fn jeu_de_caracteres<'a>(
    mut parameters: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let told = parameters.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })?;
    let told = told.to_ascii_lowercase();
    Some(if told == "utf8" { "utf-8".to_owned() } else { told })
}

/// The parameters of the query, read like the members of a body.
#[derive(Debug)]
pub(crate) struct Requete<T>(pub(crate) T);

impl<T: Lire> FromRequestParts<AppState> for Requete<T> {
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Refus> {
        lire_membres(parts.uri.query().unwrap_or_default().as_bytes())
            .map(Self)
            .map_err(|wrong| Refus::champs(wrong).en_parametres())
    }
}

/// What a form sends, read like a body: a field that was left empty is not there.
pub(crate) async fn lire_formulaire<T: Lire>(
    request: Request,
    state: &AppState,
) -> Result<T, Refus> {
    let bytes = corps_entier(request, state).await?;
    let mut filled = form_urlencoded::Serializer::new(String::new());
    filled.extend_pairs(form_urlencoded::parse(&bytes).filter(|(_, value)| !value.is_empty()));
    lire_membres(filled.finish().as_bytes()).map_err(Refus::champs)
}

/// What a form sends, by name, in its order.
pub(crate) async fn lire_champs(
    request: Request,
    state: &AppState,
) -> Result<Vec<(String, String)>, Refus> {
    exige_type(request.headers(), "application/x-www-form-urlencoded", "Le formulaire")?;
    let bytes = corps_entier(request, state).await?;
    Ok(form_urlencoded::parse(&bytes).into_owned().collect())
}

/// Reads names and values as the members of an object.
fn lire_membres<T: Lire>(text: &[u8]) -> Result<T, Vec<ChampInvalide>> {
    let members: Vec<(Cow<'_, str>, Json<'_>)> =
        form_urlencoded::parse(text).map(|(name, value)| (name, Json::Parametre(value))).collect();
    lire_document(&Json::Objet(members))
}

/// The key of a creation.
#[derive(Debug)]
pub(crate) struct CleIdempotence(String);

impl CleIdempotence {
    /// A request that writes, under this key.
    pub(crate) fn demande(self, contexte: Contexte, requete: Empreinte) -> Demande {
        Demande { contexte, cle: self.0, requete }
    }

    /// One without a body: what its address names, the version that was seen and the act are the whole request.
    pub(crate) fn demande_sans_corps(self, contexte: Contexte, requete: &str) -> Demande {
        self.demande(contexte, Empreinte::of(requete))
    }
}

impl FromRequestParts<AppState> for CleIdempotence {
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Refus> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Err(Refus::new(
                Code::CleAbsente,
                "Cette requête demande l'en-tête Idempotency-Key, par exemple un UUID.",
            ));
        };
        let text = value.to_str().unwrap_or_default();
        let accepted = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        if (8..=128).contains(&text.len()) && text.chars().all(accepted) {
            if reference_contient_un_numero(text) {
                let message = "attendu : une clé sans numéro de personne, de préférence un UUID";
                return Err(Refus::parametre("Idempotency-Key", "numero_de_personne", message));
            }
            return Ok(Self(text.to_owned()));
        }
        Err(Refus::parametre(
            "Idempotency-Key",
            "format_invalide",
            "attendu : 8 à 128 lettres, chiffres, tirets, points ou deux-points, de préférence un UUID",
        ))
    }
}

/// Neither let in nor refused.
pub(crate) const CLES_INDISPONIBLES: &str =
    "Les clés de l'émetteur des jetons ne sont pas joignables : aucun jeton ne peut être vérifié.";

/// Who calls, with what their token allows.
#[derive(Debug)]
pub(crate) struct Appel {
    auteur: Auteur,
    portees: BTreeSet<Portee>,
    requete_id: RequestId,
}

impl Appel {
    /// The request of an operation, if the token carries its scope.
    pub(crate) fn exige(self, demarche: Demarche) -> Result<Contexte, Refus> {
        self.verifie(demarche)?;
        Ok(Contexte { auteur: self.auteur, demarche, requete_id: self.requete_id })
    }

    /// The same, of one of the operations that an answer is made of.
    pub(crate) fn pour(&self, demarche: Demarche) -> Result<Contexte, Refus> {
        self.verifie(demarche)?;
        Ok(Contexte { auteur: self.auteur.clone(), demarche, requete_id: self.requete_id })
    }

    fn verifie(&self, demarche: Demarche) -> Result<(), Refus> {
        match demarche.jeton().portee(self.acteur().role()) {
            Some(portee) if !self.portees.contains(&portee) => Err(Refus::portee(portee)),
            Some(_) | None => Ok(()),
        }
    }

    /// Who calls, whatever the scopes.
    pub(crate) const fn acteur(&self) -> &Acteur {
        &self.auteur.acteur
    }

    /// The scopes of the token.
    pub(crate) fn portees(&self) -> impl Iterator<Item = Portee> {
        self.portees.iter().copied()
    }
}

impl FromRequestParts<AppState> for Appel {
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refus> {
        let requete_id = *parts
            .extensions
            .get::<RequestId>()
            .ok_or_else(|| Refus::new(Code::ErreurInterne, "Requête sans identifiant."))?;
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Err(Refus::new(
                Code::JetonAbsent,
                "Cette adresse demande un jeton : Authorization: Bearer <jeton>.",
            ));
        };
        let certificat = certificate(state, parts);
        let verified = state.verifier.verify(token, certificat).await.map_err(refused);
        let appelant = verified
            .map_err(|refus| state.debits.echec(refus, &parts.headers, &parts.extensions))?;
        let acteur = actor(state, token, &appelant.porteur).await?;
        // The request log names the role, never the person.
        if let Some(role) = parts.extensions.get::<Role>() {
            role.0.get_or_init(|| acteur.role().mot());
        }
        let Appelant { sujet, portees, .. } = appelant;
        let auteur = Auteur { acteur, sujet };
        state.debits.porteur(&auteur, &parts.extensions)?;
        if let Some(Surplus(refus)) = parts.extensions.get() {
            return Err(refus.clone());
        }
        Ok(Self { auteur, portees, requete_id })
    }
}

/// The digest of the certificate that the caller showed, if a proxy whose word is taken says so.
fn certificate(state: &AppState, parts: &Parts) -> Option<Empreinte> {
    let proxy = state.verifier.proxy()?;
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let mut written = parts.headers.get_all(proxy.header.as_str()).iter();
    // Of two, one may be the caller's own.
    let only = written.next().filter(|_| written.next().is_none() && proxy.is(peer.ip()))?;
    certificate_digest(only.to_str().ok()?)
}

/// Who acts: the bearer of the token, whom the register looks for when it is told a number only.
async fn actor(state: &AppState, token: &str, porteur: &Porteur) -> Result<Acteur, Refus> {
    match porteur {
        Porteur::Acteur(acteur) => Ok(*acteur),
        Porteur::PatientParNumero { numero, naissance } => {
            let numero = IdentifiantPersonne::Nir(*numero);
            let found = state.core.find_bearer(&numero, *naissance).await?;
            let acteur = Acteur::Patient(found.ok_or_else(|| {
                Refus::new(Code::JetonInvalide, "Le registre ne connaît pas le porteur du jeton.")
            })?);
            state.verifier.found(token, acteur);
            Ok(acteur)
        }
    }
}

/// What the bearer of a refused token is told.
fn refused(why: JetonRefuse) -> Refus {
    tracing::info!(%why, "token refused");
    let detail = match why {
        JetonRefuse::ClesIndisponibles => {
            return Refus::new(Code::ServiceIndisponible, CLES_INDISPONIBLES);
        }
        JetonRefuse::Expire => "Le jeton est expiré : en demander un autre à son émetteur.",
        JetonRefuse::PasEncoreValide => {
            "Le jeton n'est pas encore valide : son « nbf » est à plus de trente secondes d'ici."
        }
        JetonRefuse::TropDurable => {
            "Le jeton est valable trop longtemps pour ce service : en demander un de plus courte durée."
        }
        JetonRefuse::Certificat => {
            "Le jeton est lié à un certificat, que la connexion n'a pas présenté."
        }
        JetonRefuse::LieAUneCle => {
            "Le jeton est lié à une clé (DPoP ou autre), dont ce service ne vérifie pas la preuve."
        }
        JetonRefuse::Malforme
        | JetonRefuse::CleInconnue
        | JetonRefuse::Invalide
        | JetonRefuse::PorteurInconnu => {
            "Le jeton n'est pas accepté : sa signature, son émetteur (iss), son audience (aud) ou son porteur \
             n'est pas de ceux que ce service attend."
        }
    };
    Refus::new(Code::JetonInvalide, detail)
}

/// The role of the caller, once known, for the request log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Role(pub(crate) Arc<OnceLock<&'static str>>);

/// Answers a method that an address does not have, or which ones it has: the header Allow says it.
pub(crate) async fn methode_interdite(method: Method) -> Result<StatusCode, Refus> {
    if method == Method::OPTIONS {
        return Ok(StatusCode::NO_CONTENT);
    }
    let named = Some(method.as_str()).filter(|name| est_redite(name));
    let detail = format!(
        "Cette adresse n'accepte pas {} ; l'en-tête Allow dit lesquelles.",
        named.unwrap_or("cette méthode")
    );
    Err(Refus::new(Code::MethodeInterdite, detail))
}

/// Answers an address that does not exist.
pub(crate) async fn route_inconnue() -> Refus {
    Refus::new(Code::Introuvable, "Cette adresse n'existe pas ; voir /docs.")
}
