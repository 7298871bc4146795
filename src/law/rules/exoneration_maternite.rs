//! Maternity from the sixth month.
//!
//! # Base légale
//!
//! Article L160-9 du Code de la sécurité sociale : examens obligatoires, puis tous les soins du sixième mois au douzième
//! jour après l'accouchement.
//!
//! # Our reading
//!
//! Nature d'assurance *maternité* (compulsory examinations from the start, everything from the sixth month), or
//! exemption code 55 (sixth month of pregnancy).

use super::shared::en_entier;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Quand, Rang, Regle};

/// TAU-011.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 11),
        titre: "Assurance maternité",
        bases: &["CSS-L160-9", "SP-F164"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::NatureAssurance, Fait::Exoneration],
        parametres: &[Parametre::TauxAmoExonere],
        phrase: "Ces soins relèvent de l'assurance maternité : ils sont pris en charge à {taux} du tarif de base.",
        cause: "grâce à l'assurance maternité",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::MATERNITE, Fait::NatureAssurance),
    juge: Juge::FaitsEtValeurs(en_entier),
};
