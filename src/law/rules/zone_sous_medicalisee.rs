//! A general practitioner newly installed in an under-served zone.
//!
//! # Base légale
//!
//! Article L162-5-3, 2°, du Code de la sécurité sociale, tel que le présente la fiche 163 de 2021.
//!
//! # Our reading
//!
//! Indicator B with the day of the installation: from that day until the day before its fifth anniversary.

use super::shared::{dans_parcours, installe_depuis_moins_de};
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-042.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 42),
        titre: "Généraliste installé en zone sous-médicalisée",
        bases: &["CSS-L162-5-3"],
        rang: Rang::Exception { priorite: 63 },
        faits: &[Fait::Indicateur, Fait::Specialite, Fait::DateInstallation],
        parametres: &[Parametre::ZoneSousMedicaliseeDuree],
        phrase: "Ce généraliste est installé depuis moins de {installation} dans une zone qui manque de médecins : vous pouviez le consulter sans passer par un médecin traitant.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INDICATEUR_B, Fait::Indicateur),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !situation.specialite.est_generaliste() {
        return Ok(Jugement::Ecarte(Fait::Specialite));
    }
    if !installe_depuis_moins_de(situation, valeurs.ans(Parametre::ZoneSousMedicaliseeDuree)?) {
        return Ok(Jugement::Ecarte(Fait::DateInstallation));
    }
    Ok(Jugement::Applique(Effet::Parcours(dans_parcours(CodeDetermine::ZoneSousMedicalisee))))
}
