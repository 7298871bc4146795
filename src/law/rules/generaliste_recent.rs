//! A general practitioner installed for the first time less than five years ago.
//!
//! # Base légale
//!
//! Article L162-5-3, 1°, du Code de la sécurité sociale, tel que le présente la fiche 163 de 2021.
//!
//! # Our reading
//!
//! Indicator J with the day of the installation: from that day until the day before its fifth anniversary.

use super::shared::{dans_parcours, installe_depuis_moins_de};
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-041.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 41),
        titre: "Généraliste récemment installé",
        bases: &["CSS-L162-5-3"],
        rang: Rang::Exception { priorite: 62 },
        faits: &[Fait::Indicateur, Fait::Specialite, Fait::DateInstallation],
        parametres: &[Parametre::GeneralisteRecentDuree],
        phrase: "Ce généraliste est installé depuis moins de {installation} : vous pouviez le consulter sans passer par un médecin traitant.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INDICATEUR_J, Fait::Indicateur),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !situation.specialite.est_generaliste() {
        return Ok(Jugement::Ecarte(Fait::Specialite));
    }
    if !installe_depuis_moins_de(situation, valeurs.ans(Parametre::GeneralisteRecentDuree)?) {
        return Ok(Jugement::Ecarte(Fait::DateInstallation));
    }
    Ok(Jugement::Applique(Effet::Parcours(dans_parcours(CodeDetermine::GeneralisteRecent))))
}
