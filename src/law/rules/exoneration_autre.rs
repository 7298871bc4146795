//! Exemptions that are neither a long-term condition nor a pregnancy.
//!
//! # Base légale
//!
//! Article L160-14 du Code de la sécurité sociale ; codes des factures et nomenclature nationale des exonérations : la
//! personne (invalidité, pension militaire, rente), son régime, un long séjour, des soins particuliers, la suite d'un
//! acte coûteux.
//!
//! # Our reading
//!
//! A code that no published list names exempts from nothing, and the reader is warned.

use super::shared::en_entier;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Quand, Rang, Regle};

/// TAU-016.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 16),
        titre: "Exonération du ticket modérateur",
        bases: &["SNDS-EXO", "SNDS-RAC"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Exoneration],
        parametres: &[Parametre::TauxAmoExonere],
        phrase: "Ces soins sont pris en charge à {taux} du tarif de base, {exoneration}.",
        cause: "{exoneration}",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::EXONERATION_AUTRE, Fait::Exoneration),
    juge: Juge::FaitsEtValeurs(en_entier),
};
