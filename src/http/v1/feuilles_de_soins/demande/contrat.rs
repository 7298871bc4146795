//! The complementary contract.

use crate::domain::feuille_de_soins::{Complementaire, Contrat, Garantie};
use crate::domain::money::Centimes;
use crate::http::lecture::{Entier, lecture};
use crate::http::verification::Verification;

lecture! {
    /// Contrat complémentaire. Sans lui, un contrat responsable qui paie le ticket modérateur est supposé.
    pub(crate) struct ContratDemande {
        /// Contrat responsable, oui par défaut : il ne paie ni la majoration, ni la participation
        /// forfaitaire, ni ce que la loi exclut des dépassements.
        responsable: Option<bool>,
        /// Garantie en dix-millièmes de la base, part obligatoire comprise : 20000 pour « 200 % ».
        garantie_base_dix_milliemes: Option<Entier<0, 100_000>>,
        /// Garantie en centimes par acte, en plus de la part obligatoire.
        garantie_centimes: Option<Centimes>,
    }
}

/// The contract, which only a complementary insurance has.
pub(crate) fn contrat(
    demande: Option<ContratDemande>,
    complementaire: Complementaire,
    pointeur: &str,
    check: &mut Verification,
) -> Option<Contrat> {
    let demande = demande?;
    if !matches!(complementaire, Complementaire::Amc | Complementaire::AcsAncienne) {
        let message = "attendu : aucun contrat sans complémentaire « amc » ou « acs_ancienne »";
        check.complain(pointeur.to_owned(), "champ_inadapte", message);
    }
    let garantie = match (demande.garantie_base_dix_milliemes, demande.garantie_centimes) {
        (None, None) => Garantie::TicketModerateur,
        (Some(rate), None) => Garantie::TauxDeBase(u32::try_from(rate.0).unwrap_or_default()),
        (None, Some(montant)) => Garantie::Montant(montant),
        (Some(_), Some(montant)) => {
            let message = "attendu : une garantie en part de la base ou en centimes, pas les deux";
            check.complain(format!("{pointeur}/garantie_centimes"), "un_seul_des_deux", message);
            Garantie::Montant(montant)
        }
    };
    Some(Contrat { responsable: demande.responsable.unwrap_or(true), garantie })
}
