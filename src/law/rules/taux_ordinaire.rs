//! Principle: the ordinary rate.
//!
//! # Base légale
//!
//! « ses soins sont remboursés à hauteur de 70 % du tarif conventionnel par l'Assurance maladie
//! obligatoire » (France Assos Santé).
//!
//! # Our reading
//!
//! The rate is legal and does not change outside the parcours: the majoration is a separate line,
//! capped, deducted afterwards. « 30 % » is never a rate.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-001.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 1),
        titre: "Taux de remboursement ordinaire",
        bases: &["FAS", "CDC-2013"],
        rang: Rang::Principe,
        faits: &[Fait::DateSoins],
        parametres: &[Parametre::TauxAmoMedecin],
        phrase: "L'Assurance maladie rembourse {taux} du tarif de base.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(_situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    valeurs.taux(Parametre::TauxAmoMedecin).map(Effet::Taux).map(Jugement::Applique)
}
