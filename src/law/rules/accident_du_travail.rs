//! Work accidents and occupational diseases are paid in full.
//!
//! # Base légale
//!
//! Articles L431-1 et L432-1 du Code de la sécurité sociale : soins pris en charge en entier. Le dernier alinéa du
//! second rend la participation forfaitaire applicable.

use super::shared::en_entier;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Quand, Rang, Regle};

/// TAU-012.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 12),
        titre: "Accident du travail ou maladie professionnelle",
        bases: &["CSS-L432-1", "SV-RG-VF"],
        rang: Rang::Exception { priorite: 56 },
        faits: &[Fait::NatureAssurance],
        parametres: &[Parametre::TauxAmoExonere],
        phrase: "Ces soins suivent un accident du travail ou une maladie professionnelle : ils sont pris en charge à {taux} du tarif de base.",
        cause: "pour un accident du travail ou une maladie professionnelle",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::AT_MP, Fait::NatureAssurance),
    juge: Juge::FaitsEtValeurs(en_entier),
};
