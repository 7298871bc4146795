//! A responsible contract that promises more than the ticket modérateur.
//!
//! # Base légale
//!
//! Articles L871-1 et R871-1 du Code de la sécurité sociale : un contrat responsable ne prend en charge ni la
//! majoration, ni la participation forfaitaire, ni, hors du parcours, la part des dépassements que la loi
//! exclut ; il prend en charge tout le ticket modérateur dans le parcours depuis le 1er avril 2015 (décret
//! 2014-1374) ; il limite les dépassements des médecins sans option tarifaire maîtrisée.
//!
//! # Our reading
//!
//! The guarantee is a rate of the base, the compulsory share included, or an amount for each act. The amount
//! excluded outside the parcours is the highest authorised overrun of the day; on a day for which no
//! publication gives it, the question is refused by its name.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::feuille_de_soins::Garantie;
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, PriseEnCharge, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// AMC-012.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Complementaire, 12),
        titre: "Garantie du contrat responsable",
        bases: &["CSS-L871-1", "DECRET-2014-1374"],
        rang: Rang::Exception { priorite: 21 },
        faits: &[Fait::Complementaire, Fait::Contrat],
        parametres: &[
            Parametre::ContratResponsableActif,
            Parametre::ContratResponsableTmIntegral,
            Parametre::ContratResponsablePlafonne,
            Parametre::ContratResponsablePlafondNonOptam,
            Parametre::AmcDaExclu,
        ],
        phrase: "Votre complémentaire paie {part_amc}, selon la garantie de votre contrat.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::CONTRAT, Fait::Complementaire),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !valeurs.oui(Parametre::ContratResponsableActif)? {
        return Ok(Jugement::Ecarte(Fait::Complementaire));
    }
    match situation.contrat {
        Some(contrat) if contrat.responsable && contrat.garantie != Garantie::TicketModerateur => {
            Ok(Jugement::Applique(Effet::Complementaire(PriseEnCharge::Contrat(contrat))))
        }
        _ => Ok(Jugement::Ecarte(Fait::Contrat)),
    }
}
