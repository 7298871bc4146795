//! Undetermined: the indicators J and B without the day of the installation.
//!
//! # Base légale
//!
//! Article L162-5-3, 1° et 2°, du Code de la sécurité sociale : le médecin donne la date de son installation.
//!
//! # Our reading
//!
//! The exemption lasts from the installation to the eve of its fifth anniversary: without the day, nothing
//! tells whether it still holds.

use super::shared::indeterminee;
use crate::domain::evaluation::{Avertissement, CodeRegle, Fait, Issue, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-072.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 72),
        titre: "Date d'installation manquante",
        bases: &["CSS-L162-5-3"],
        rang: Rang::Exception { priorite: 15 },
        faits: &[Fait::Indicateur, Fait::Specialite, Fait::DateInstallation],
        phrase: "La feuille de soins ne donne pas la date d'installation de ce généraliste : sans elle, on ne peut pas dire si ces soins sont dans le parcours.",
        avertit: Some((Issue::Retenue, Avertissement::DateInstallationManquante)),
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INDICATEUR_J.ou(Circonstances::INDICATEUR_B), Fait::Indicateur),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    if !situation.specialite.est_generaliste() {
        return Jugement::Ecarte(Fait::Specialite);
    }
    if situation.date_installation.is_some() {
        return Jugement::Ecarte(Fait::DateInstallation);
    }
    Jugement::Applique(Effet::Parcours(indeterminee()))
}
