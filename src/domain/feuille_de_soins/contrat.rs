//! What a complementary contract promises.

use crate::domain::money::Centimes;

/// How much a contract pays for an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Garantie {
    /// The ticket modérateur and nothing more.
    #[default]
    TicketModerateur,
    /// Up to a rate of the base, the share of the compulsory insurance included: 20 000
    /// ten-thousandths are the « 200 % » of an advertisement.
    TauxDeBase(u32),
    /// Up to an amount for each act, beside what the compulsory insurance pays.
    Montant(Centimes),
}

/// A complementary contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contrat {
    /// Whether it keeps the rules of a *contrat responsable*.
    pub responsable: bool,
    pub garantie: Garantie,
}

impl Default for Contrat {
    /// A responsible contract that pays the ticket modérateur.
    fn default() -> Self {
        Self { responsable: true, garantie: Garantie::TicketModerateur }
    }
}
