//! A responsible contract pays the ticket modérateur, never the majoration nor the participation.
//!
//! # Base légale
//!
//! « La plupart des contrats complémentaires santé (contrats dits « responsables ») exclut la prise en
//! charge des majorations tarifaires en cas de non-respect du parcours de soins » (France Assos Santé) ;
//! articles L871-1 et R871-1 du Code de la sécurité sociale.
//!
//! # Our reading
//!
//! The 30 % ticket modérateur stays coverable outside the parcours: the Cour des comptes' 9.20 € left
//! out of 16.10 € are exactly the majoration.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, PriseEnCharge, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// AMC-010.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Complementaire, 10),
        titre: "Contrat complémentaire responsable",
        bases: &["CSS-L871-1", "FAS"],
        rang: Rang::Exception { priorite: 20 },
        faits: &[Fait::Complementaire],
        parametres: &[Parametre::ContratResponsableActif],
        phrase: "Votre complémentaire paie le ticket modérateur ({part_amc}), la part du tarif de base que l'Assurance maladie ne rembourse pas.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::CONTRAT, Fait::Complementaire),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(_situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !valeurs.oui(Parametre::ContratResponsableActif)? {
        return Ok(Jugement::Ecarte(Fait::Complementaire));
    }
    Ok(Jugement::Applique(Effet::Complementaire(PriseEnCharge::TicketModerateur)))
}
