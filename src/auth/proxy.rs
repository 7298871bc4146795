//! The proxy that ends TLS, and says which certificate the caller showed.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::digest::Empreinte;

/// An address, or those that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads `10.0.0.7`, `10.0.0.0/8` or their like in IPv6.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().ok()?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(all), |bits| bits.parse().ok().filter(|bits| *bits <= all))?;
        Some(Self { address, bits })
    }

    /// Whether an address is one of them.
    pub fn contains(&self, other: IpAddr) -> bool {
        let number = |address| match address {
            IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
            IpAddr::V6(address) => u128::from(address),
        };
        let same = (number(self.address) ^ number(other)).leading_zeros() >= self.bits;
        same && self.address.is_ipv4() == other.is_ipv4()
    }
}

/// A proxy whose word is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// The header in which it writes the digest of the certificate, whatever the caller wrote there.
    pub header: String,
    /// From where it calls.
    pub networks: Vec<Network>,
}

impl Proxy {
    /// Whether a peer is the proxy.
    pub fn is(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.networks.iter().any(|network| network.contains(peer))
    }
}

/// The SHA-256 digest of a certificate, as tokens (base64url) and proxies (hexadecimal, base64) write it.
pub fn certificate_digest(text: &str) -> Option<Empreinte> {
    let text = text.trim();
    Empreinte::parse(&text.replace(':', "")).or_else(|| {
        let url_safe =
            text.trim_matches(':').trim_end_matches('=').replace('+', "-").replace('/', "_");
        let bytes = URL_SAFE_NO_PAD.decode(url_safe).ok()?.try_into().ok()?;
        Some(Empreinte::from_bytes(bytes))
    })
}
