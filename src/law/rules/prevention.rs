//! What is prevention is paid in full.
//!
//! # Base légale
//!
//! Dépistage organisé du cancer du sein (pris en charge à 100 % depuis 2004), actes d'un programme de prévention
//! (article R160-17 du Code de la sécurité sociale), nature d'assurance « prévention » des factures.
//!
//! # Our reading
//!
//! The item of the indicator A, the nature d'assurance and the exemption code 7, 81 or 82 say the same thing: any of
//! them is enough.

use super::shared::en_entier;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Quand, Rang, Regle};

/// TAU-013.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 13),
        titre: "Prévention",
        bases: &["CSS-R160-17", "SV-RG-VF"],
        rang: Rang::Exception { priorite: 55 },
        faits: &[Fait::MotifExclusion, Fait::NatureAssurance, Fait::Exoneration],
        parametres: &[Parametre::TauxAmoExonere],
        phrase: "Ces soins sont de la prévention : ils sont pris en charge à {taux} du tarif de base.",
        cause: "pour de la prévention",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::PREVENTION, Fait::NatureAssurance),
    juge: Juge::FaitsEtValeurs(en_entier),
};
