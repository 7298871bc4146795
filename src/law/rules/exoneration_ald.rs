//! Care related to a long-term condition.
//!
//! # Base légale
//!
//! « Appliqué à tous les bénéficiaires de l'Assurance maladie, y compris les assurés pris en charge à
//! 100 % » (France Assos Santé) : le taux est de 100 %, la majoration reste due hors parcours.
//!
//! # Our reading
//!
//! Exemption codes 4, 42, 44 and 46 (care *related* to the condition). 41, 43 and 45 mark unrelated care,
//! at the ordinary rate.

use super::shared::en_entier;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Quand, Rang, Regle};

/// TAU-010.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 10),
        titre: "Soins en rapport avec une affection de longue durée",
        bases: &["FAS", "CSS-R160-6"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Exoneration],
        parametres: &[Parametre::TauxAmoExonere],
        phrase: "Ces soins sont en rapport avec votre affection de longue durée : ils sont pris en charge à {taux} du tarif de base.",
        cause: "pour votre affection de longue durée",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::EXONERATION_ALD, Fait::Exoneration),
    juge: Juge::FaitsEtValeurs(en_entier),
};
