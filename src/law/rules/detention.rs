//! Somebody in prison pays no ticket modérateur.
//!
//! # Base légale
//!
//! Article L381-30 du Code de la sécurité sociale ; depuis le 1er janvier 2016 l'administration pénitentiaire prend en charge le
//! ticket modérateur, que les caisses avancent (CPAM de Paris, page pour les travailleurs sociaux ; rapport du Sénat n° 682,
//! 2016-2017 : « un accès gratuit aux soins »).
//!
//! # Our reading
//!
//! The ticket modérateur alone. No text read spares the participation forfaitaire: it is due. A complementary insurance that
//! the feuille names is asked first.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::feuille_de_soins::Complementaire;
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, PriseEnCharge, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// AMC-031.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Complementaire, 31),
        titre: "Personne détenue",
        periode: (Some((2016, 1, 1)), None),
        bases: &["CPAM75-DETENUS", "SENAT-R16-682"],
        rang: Rang::Exception { priorite: 35 },
        faits: &[Fait::SituationParticuliere, Fait::MotifExclusion, Fait::Complementaire],
        phrase: "L'administration pénitentiaire paie le reste du tarif de base ({part_amc}).",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::DETENTION, Fait::SituationParticuliere),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    if situation.complementaire != Complementaire::Aucune {
        return Jugement::Ecarte(Fait::Complementaire);
    }
    Jugement::Applique(Effet::Complementaire(PriseEnCharge::Etat))
}
