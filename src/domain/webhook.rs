//! Where the service may send what it tells: addresses, and the hosts that the operator allows.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::identifiers::texte_libre::contient_un_numero;

/// Longest address.
const LONGEST: usize = 300;

/// An address to which events are sent: a scheme, a host, a port, a path, and nothing that hides another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdresseWebhook {
    texte: String,
    securisee: bool,
    hote: String,
    port: u16,
}

impl AdresseWebhook {
    /// Reads an address; `None` for what is not plainly one, or holds a number of a person.
    pub fn parse(texte: &str) -> Option<Self> {
        if texte.len() > LONGEST || !texte.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        if contient_un_numero(texte) {
            return None;
        }
        let (securisee, rest) =
            match (texte.strip_prefix("https://"), texte.strip_prefix("http://")) {
                (Some(rest), _) => (true, rest),
                (None, Some(rest)) => (false, rest),
                (None, None) => return None,
            };
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, path),
            None => (rest, ""),
        };
        if path.contains(['#', '\\', '@']) {
            return None;
        }
        let (hote, port) = match authority.split_once(':') {
            Some((hote, port)) => (hote, port.parse().ok().filter(|port| *port > 0)?),
            None => (authority, if securisee { 443 } else { 80 }),
        };
        let named =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        let plain =
            hote.bytes().all(named) && !hote.starts_with(['-', '.']) && !hote.ends_with(['-', '.']);
        // What the network would read as a number is one, written whole.
        let last = hote.rsplit('.').next().unwrap_or_default();
        let number = last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit());
        let whole = !number || hote.parse::<Ipv4Addr>().is_ok();
        (plain && whole && !hote.is_empty()).then(|| Self {
            texte: texte.to_owned(),
            securisee,
            hote: hote.to_owned(),
            port,
        })
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.texte
    }

    /// Whether it is https.
    pub const fn est_securisee(&self) -> bool {
        self.securisee
    }

    /// Its host.
    pub fn hote(&self) -> &str {
        &self.hote
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for AdresseWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texte)
    }
}

/// The hosts to which the operator lets the service send, each with its port when it is not the usual one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hotes(BTreeSet<(String, u16)>);

impl Hotes {
    /// Reads hosts: `hote` or `hote:port`. An error is the one that is not a host.
    pub fn parse<'a>(textes: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut found = BTreeSet::new();
        for texte in textes {
            let read = AdresseWebhook::parse(&format!("https://{texte}/"));
            let one = read.filter(|_| !texte.contains('/')).ok_or_else(|| texte.to_owned())?;
            found.insert((one.hote, one.port));
        }
        Ok(Self(found))
    }

    /// Whether an address is of one of them.
    pub fn acceptent(&self, adresse: &AdresseWebhook) -> bool {
        self.0.contains(&(adresse.hote.clone(), adresse.port))
    }

    /// Whether there are none: nothing is sent.
    pub fn est_vide(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether an address of the network is one of the Internet, and not of a machine, a local network, a provider's inside, a
/// documentation or a tunnel that leads to one of these.
pub fn est_publique(adresse: IpAddr) -> bool {
    match adresse {
        IpAddr::V4(own) => est_publique_v4(own),
        IpAddr::V6(own) => est_publique_v6(own),
    }
}

fn est_publique_v4(adresse: Ipv4Addr) -> bool {
    let [first, second, third, _] = adresse.octets();
    let inner = match (first, second, third) {
        // This network, carriers' own, protocol assignments, relays of 6to4, benchmarks, and what is reserved.
        (0 | 240..=255, ..)
        | (100, 64..=127, _)
        | (192, 0, 0)
        | (192, 88, 99)
        | (198, 18 | 19, _) => true,
        _ => false,
    };
    !(inner
        || adresse.is_loopback()
        || adresse.is_private()
        || adresse.is_link_local()
        || adresse.is_documentation()
        || adresse.is_multicast())
}

fn est_publique_v6(adresse: Ipv6Addr) -> bool {
    if let Some(inner) = adresse.to_ipv4_mapped() {
        return est_publique_v4(inner);
    }
    // Global unicast only, without documentation, Teredo, ORCHID, 6to4 and what is set aside for protocols.
    let [first, second, ..] = adresse.segments();
    let global = first & 0xe000 == 0x2000;
    let set_aside = match (first, second) {
        (0x2001, second) => second < 0x0200 || second == 0x0db8,
        (0x2002, _) => true,
        (0x3fff, second) => second < 0x1000,
        _ => false,
    };
    global && !set_aside
}
