//! A gesture that is made: each request, shown and answered, until the last one or the first that is refused.

use axum::http::{Method, header};
use serde_json::{Value, json};

use super::super::requete::Requete;
use super::gabarit::{Contexte, Inconnu};
use super::geste::{Etape, Geste};
use crate::domain::declaration::{MoyenSignature, RoleSignataire, SignatureAnnoncee};
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::Rpps;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::bac_a_sable::BacASable;
use crate::http::interne::Interne;

/// Who makes it, with what.
#[derive(Debug)]
pub(super) struct Jeu<'a> {
    pub(super) service: &'a Interne,
    pub(super) bac: &'a dyn BacASable,
    /// Token of whoever acts.
    pub(super) jeton: &'a str,
    /// How the idempotency keys of this gesture begin: sent again, it is done once.
    pub(super) cle: &'a str,
}

/// What happened at one step.
#[derive(Debug)]
pub(super) enum Trace {
    /// A request and its answer.
    Echange(Echange),
    /// A signature: the command that gives its proof, and who signed.
    Signature { commande: String, role: String, moyen: &'static str },
    /// Nothing more could be asked.
    Arret(String),
}

/// A request and its answer.
#[derive(Debug)]
pub(super) struct Echange {
    pub(super) requete: Requete,
    pub(super) statut: u16,
    pub(super) raison: &'static str,
    pub(super) etag: Option<String>,
    /// The answer, null when it is no JSON document.
    pub(super) document: Value,
    pub(super) texte: String,
}

impl Jeu<'_> {
    /// Makes it.
    pub(super) async fn joue(&self, geste: &Geste, contexte: &mut Contexte) -> Vec<Trace> {
        let (mut traces, mut last) = (Vec::new(), Value::Null);
        for (index, etape) in geste.etapes.iter().enumerate() {
            let done = self.etape(index, *etape, contexte, &mut last).await;
            let (trace, goes_on) = match done {
                Ok(None) => continue,
                Ok(Some(Trace::Echange(echange))) => {
                    let goes_on = (200..300).contains(&echange.statut);
                    last = echange.document.clone();
                    (Trace::Echange(echange), goes_on)
                }
                Ok(Some(trace)) => (trace, true),
                Err(why) => (Trace::Arret(why), false),
            };
            traces.push(trace);
            if !goes_on {
                break;
            }
        }
        traces
    }

    async fn etape(
        &self,
        index: usize,
        etape: Etape,
        contexte: &mut Contexte,
        last: &mut Value,
    ) -> Result<Option<Trace>, String> {
        let requete = match etape {
            Etape::Garder(nom, pointer) => {
                let found = last.pointer(pointer).cloned();
                let found = found.ok_or_else(|| format!("La réponse n'a pas de « {pointer} »."))?;
                contexte.sait(nom, found);
                return Ok(None);
            }
            Etape::Choisir(action) => {
                *last = choisi(last, action)?;
                return Ok(None);
            }
            Etape::Dernier => {
                *last = liste(last)?.last().cloned().unwrap_or_default();
                return Ok(None);
            }
            Etape::Signer(role, moyen, nom) => {
                return self.signe(index, (role, moyen, nom), contexte).map(Some);
            }
            Etape::Lire(chemin) => {
                Requete::lecture(self.jeton, contexte.adresse(chemin).map_err(manque)?)
            }
            Etape::Demander(chemin, corps)
            | Etape::Creer(chemin, corps)
            | Etape::Agir(chemin, corps) => {
                let mut asked =
                    Requete::lecture(self.jeton, contexte.adresse(chemin).map_err(manque)?);
                asked.methode = Method::POST;
                if !corps.is_empty() {
                    let corps = contexte.corps(corps).map_err(manque)?;
                    asked = asked.envoie(serde_json::to_string_pretty(&corps).unwrap_or_default());
                }
                if !matches!(etape, Etape::Demander(..)) {
                    asked.en_tetes.push(self.cle(index));
                }
                if matches!(etape, Etape::Agir(..)) {
                    asked.en_tetes.push(if_match(&contexte.mot("version")));
                }
                asked
            }
            Etape::Envoyer(methode, chemin) => self.brute(index, (methode, chemin), contexte)?,
        };
        self.demande(requete).await.map(|echange| Some(Trace::Echange(echange)))
    }

    fn cle(&self, index: usize) -> (&'static str, String) {
        ("Idempotency-Key", format!("{}-{index}", self.cle))
    }

    /// A request that somebody wrote.
    fn brute(
        &self,
        index: usize,
        (methode, chemin): (&str, &str),
        contexte: &Contexte,
    ) -> Result<Requete, String> {
        let text = |modele: &str| contexte.adresse(modele).map_err(manque);
        let (methode, chemin) = (text(methode)?, text(chemin)?);
        if !chemin.starts_with('/') {
            return Err("L'adresse commence par « / », par exemple /v1/moi.".to_owned());
        }
        let mut asked = Requete::lecture(self.jeton, chemin);
        asked.methode = Method::from_bytes(methode.as_bytes()).unwrap_or_default();
        let corps = contexte.mot("corps");
        if !corps.trim().is_empty() && asked.methode != Method::GET {
            asked.corps = Some(corps);
        }
        if asked.methode != Method::GET {
            asked.en_tetes.push(self.cle(index));
        }
        let etag = contexte.mot("etag");
        if !etag.is_empty() {
            asked.en_tetes.push(if_match(&etag));
        }
        Ok(asked)
    }

    async fn demande(&self, mut requete: Requete) -> Result<Echange, String> {
        // The addresses of the sandbox ask for no token.
        requete.jeton = requete.jeton.filter(|_| !requete.chemin.starts_with("/bac-a-sable"));
        let request = requete
            .http()
            .map_err(|_unwritable| "Cette adresse ne s'écrit pas ainsi.".to_owned())?;
        let reponse = self.service.send(request).await;
        let reponse = reponse
            .map_err(|_too_large| "La réponse est trop longue pour cette page.".to_owned())?;
        let document = serde_json::from_slice(&reponse.corps).unwrap_or_default();
        let texte = match (&document, std::str::from_utf8(&reponse.corps)) {
            (Value::Null, Ok(text)) => text.to_owned(),
            (Value::Null, Err(_)) => {
                format!("({} octets, qui ne sont pas un texte)", reponse.corps.len())
            }
            (document, _) => serde_json::to_string_pretty(document).unwrap_or_default(),
        };
        let etag = reponse.en_tetes.get(header::ETAG).and_then(|value| value.to_str().ok());
        Ok(Echange {
            requete,
            statut: reponse.statut.as_u16(),
            raison: reponse.statut.canonical_reason().unwrap_or_default(),
            etag: etag.map(str::to_owned),
            document,
            texte,
        })
    }

    /// Somebody signs, as their card or their account proves it.
    fn signe(
        &self,
        index: usize,
        (role, moyen, nom): (&str, &'static str, &'static str),
        contexte: &mut Contexte,
    ) -> Result<Trace, String> {
        let role = contexte.texte(role).map_err(manque)?;
        let contenu = contexte.mot("contenu");
        let unknown = || format!("Personne ne signe ce contenu comme « {role} ».");
        let quality = RoleSignataire::du_mot(&role).ok_or_else(unknown)?;
        let doctor = contexte.mot("rpps");
        let rpps = Rpps::parse(&doctor).ok().filter(|_| quality == RoleSignataire::Medecin);
        let annoncee = SignatureAnnoncee {
            role: quality,
            rpps,
            moyen: MoyenSignature::du_mot(moyen).ok_or_else(unknown)?,
            contenu_sha256: Empreinte::parse(&contenu).ok_or_else(unknown)?,
            signe_a: None,
        };
        let jws = self.bac.prouver(&self.cle(index).1, &annoncee).map_err(|why| {
            tracing::error!(%why, "the sandbox did not prove a signature");
            "Le bac à sable n'a pas pu prouver la signature ; l'erreur est enregistrée.".to_owned()
        })?;
        let commande = match rpps {
            Some(_) => format!("traitant preuve medecin --rpps {doctor} --moyen {moyen} {contenu}"),
            None => format!("traitant preuve patient --role {role} --moyen {moyen} {contenu}"),
        };
        contexte.sait(
            nom,
            json!({
                "role": role, "moyen": moyen, "contenu_sha256": contenu, "preuve": { "jws": jws },
            }),
        );
        Ok(Trace::Signature { commande, role, moyen })
    }
}

fn if_match(version: &str) -> (&'static str, String) {
    ("If-Match", format!("\"{version}\""))
}

/// Of a list, the first item on which this may be done; the first one when there is none, and the service says why not.
fn choisi(last: &Value, action: &str) -> Result<Value, String> {
    let all = liste(last)?;
    let may = |one: &&Value| {
        let actions = one.get("actions").and_then(Value::as_array);
        actions.is_some_and(|actions| actions.iter().any(|known| known == action))
    };
    Ok(all.iter().find(may).or_else(|| all.first()).cloned().unwrap_or_default())
}

/// The items of a list, when there are some.
fn liste(last: &Value) -> Result<&[Value], String> {
    let all = last.get("donnees").and_then(Value::as_array).filter(|all| !all.is_empty());
    let none = "La liste est vide : il n'y a rien sur quoi agir.";
    all.map(Vec::as_slice).ok_or_else(|| none.to_owned())
}

/// What is missing, for who fills the form.
fn manque(Inconnu(nom): Inconnu) -> String {
    format!("Il manque « {nom} » pour écrire cette requête.")
}
