//! The refusal of what is not HTTP, before any route: there is neither a method nor a token to speak of.

use super::problem::{Code, Refus};
use super::transport::PROTECTIONS;
use crate::domain::ids::RequestId;
use crate::services::Core;

/// The head lines and the document that go with the status of such a refusal.
pub fn refus_illisible(core: Core) -> impl Fn(u16) -> Option<(String, Vec<u8>)> {
    move |status| {
        let refus = match status {
            400 => Refus::new(
                Code::RequeteIllisible,
                "La première ligne ou un en-tête n'est pas du HTTP : un caractère de contrôle, un nom d'en-tête, une \
                 longueur ou une version qui n'existe pas, un en-tête Host absent, en double ou qui n'est pas un hôte.",
            ),
            431 => Refus::new(
                Code::EnTetesTropGrands,
                "L'adresse et les en-têtes dépassent ce qu'une requête peut porter : 32 Kio, ou cent en-têtes.",
            ),
            _ => return None,
        };
        let requete_id = RequestId::from_uuid(core.ids().uuid());
        let body = serde_json::to_vec(&refus.probleme(requete_id)).ok()?;
        let mut lines = format!(
            "content-type: application/problem+json\r\ncache-control: no-store\r\nx-request-id: {requete_id}\r\n"
        );
        for (name, value) in PROTECTIONS {
            lines.extend([name.as_str(), ": ", value, "\r\n"]);
        }
        Some((lines, body))
    }
}
