//! One message on its way: whose address it is, how it is signed, and what is not trusted.

use std::net::SocketAddr;
use std::time::Duration;

use aws_lc_rs::hmac as mac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, StatusCode};
use serde_json::json;
use tokio::net::lookup_host;
use tokio::time::timeout;

use crate::domain::vocabulary::Vocabulaire;
use crate::domain::webhook::{AdresseWebhook, est_publique};
use crate::services::abonnements::{Envoi, Refus};
use crate::services::{Core, Mode};

/// Longest time to find an address, to connect, and for the whole of a message.
const RESOLUTION: Duration = Duration::from_secs(3);
const CONNECTION: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);

/// Who carries messages.
#[derive(Debug, Clone, Default)]
pub struct Facteur {
    /// Authorities accepted beside those of the system.
    authorities: Vec<Certificate>,
}

/// A refusal that may pass.
fn later(raison: impl Into<String>) -> Refus {
    Refus { raison: raison.into(), definitif: false }
}

/// The signature of a message under one secret.
pub fn signature(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let key = mac::Key::new(mac::HMAC_SHA256, secret);
    let tag = mac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag.as_ref()))
}

impl Facteur {
    /// A carrier that also trusts these authorities (PEM).
    pub fn new(ca: Option<&[u8]>) -> Result<Self, reqwest::Error> {
        let authorities = ca.map(Certificate::from_pem_bundle).transpose()?;
        Ok(Self { authorities: authorities.unwrap_or_default() })
    }

    /// Sends a message. The host must still be one that the operator allows; what it resolves to is verified, and it is that
    /// which is connected to; no other address is followed, and the answer is read no further than its status.
    pub async fn send(&self, core: &Core, envoi: &Envoi, now: DateTime<Utc>) -> Result<(), Refus> {
        let Some(adresse) = AdresseWebhook::parse(&envoi.adresse) else {
            return Err(later("adresse illisible"));
        };
        let sandbox = core.mode() == Mode::BacASable;
        if !core.hotes().acceptent(&adresse) {
            return Err(later("hôte qui n'est plus autorisé par l'exploitant"));
        }
        if !adresse.est_securisee() && !sandbox {
            return Err(later("adresse sans https"));
        }
        let addresses = resolve(&adresse, sandbox).await?;
        let client = self.client(&adresse, &addresses).map_err(|error| {
            tracing::error!(%error, "no client could be made");
            later("client indisponible")
        })?;
        // Nothing of a person: what happened is read in the feed, under one's own rights.
        let body = json!({
            "type": envoi.nature.mot(),
            "timestamp": envoi.enregistre_le,
            "data": { "evenement_id": envoi.evenement, "abonnement_id": envoi.abonnement },
        })
        .to_string();
        let (id, timestamp) = (format!("msg_{}", envoi.evenement), now.timestamp());
        let signatures: Vec<String> = envoi
            .secrets
            .iter()
            .map(|secret| signature(&secret.0, &id, timestamp, &body))
            .collect();
        let sent = client
            .post(adresse.as_str())
            .header("content-type", "application/json")
            .header("user-agent", "traitant")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signatures.join(" "))
            .body(body)
            .send()
            .await
            .map_err(|error| later(reason(&error)))?;
        match sent.status() {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(Refus {
                raison: "réponse 410 : le destinataire n'en veut plus".to_owned(),
                definitif: true,
            }),
            status if status.is_redirection() => {
                Err(later(format!("réponse {} : aucun renvoi n'est suivi", status.as_u16())))
            }
            status => Err(later(format!("réponse {}", status.as_u16()))),
        }
    }

    /// A client that connects to these addresses, whatever the name says by then.
    fn client(
        &self,
        adresse: &AdresseWebhook,
        addresses: &[SocketAddr],
    ) -> Result<Client, reqwest::Error> {
        let mut client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECTION)
            .timeout(TOTAL)
            .https_only(adresse.est_securisee())
            .resolve_to_addrs(adresse.hote(), addresses);
        if !self.authorities.is_empty() {
            client = client.tls_certs_merge(self.authorities.clone());
        }
        client.build()
    }
}

/// The addresses of a host: all of the Internet, or none is used. In a sandbox, this machine too.
async fn resolve(adresse: &AdresseWebhook, sandbox: bool) -> Result<Vec<SocketAddr>, Refus> {
    let found = timeout(RESOLUTION, lookup_host((adresse.hote(), adresse.port()))).await;
    let Ok(Ok(found)) = found else { return Err(later("hôte introuvable")) };
    let found: Vec<SocketAddr> = found.collect();
    let allowed = |one: &SocketAddr| est_publique(one.ip()) || sandbox && one.ip().is_loopback();
    if found.is_empty() {
        return Err(later("hôte introuvable"));
    }
    if !found.iter().all(allowed) {
        return Err(later("l'hôte est d'un réseau privé : rien n'y est envoyé"));
    }
    Ok(found)
}

/// Why a message did not arrive, without anything of what was sent.
fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "pas de réponse en dix secondes"
    } else if error.is_connect() {
        "connexion impossible"
    } else {
        "échange interrompu"
    }
}
