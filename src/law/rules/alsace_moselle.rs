//! Local scheme of Alsace-Moselle.
//!
//! # Base légale
//!
//! Article L325-1 du Code de la sécurité sociale : régime local complémentaire obligatoire, 90 % de tous les soins de
//! ville, attesté depuis 2006.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-020.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 20),
        titre: "Régime local d'Alsace-Moselle",
        bases: &["CSS-L325-1"],
        rang: Rang::Exception { priorite: 20 },
        faits: &[Fait::RegimeLocal],
        parametres: &[Parametre::TauxAmoAlsaceMoselle],
        phrase: "Grâce au régime local d'Alsace-Moselle, l'Assurance maladie rembourse {taux} du tarif de base.",
        cause: "grâce au régime local d'Alsace-Moselle",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::REGIME_LOCAL, Fait::RegimeLocal),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(_situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    valeurs.taux(Parametre::TauxAmoAlsaceMoselle).map(Effet::Taux).map(Jugement::Applique)
}
