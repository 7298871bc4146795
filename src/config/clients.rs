//! What callers may ask, and how many at once.

use super::Variables;
use crate::auth::Network;
use crate::http::DebitConfig;

/// Limits of callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientsConfig {
    /// Connections at once; others wait to be accepted.
    pub connexions: u32,
    /// What each may ask.
    pub debits: DebitConfig,
}

impl ClientsConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Self {
        let given = variables.list("TRAITANT_MANDATAIRES");
        let networks: Option<Vec<Network>> =
            given.iter().map(|text| Network::parse(text)).collect();
        if networks.is_none() {
            let expected = "attendu des adresses, par exemple 10.0.0.7 ou 10.0.0.0/8";
            variables.wrong("TRAITANT_MANDATAIRES", expected);
        }
        Self {
            connexions: variables.number("TRAITANT_CLIENTS", 1..=100_000, 1000),
            debits: DebitConfig {
                porteur: variables.number("TRAITANT_DEBIT_PORTEUR", 0..=100_000, 500),
                adresse: variables.number("TRAITANT_DEBIT_ADRESSE", 0..=100_000, 50),
                echecs: variables.number("TRAITANT_DEBIT_ECHECS", 0..=100_000, 30),
                mandataires: networks.unwrap_or_default(),
            },
        }
    }
}
