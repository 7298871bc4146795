//! Inside the parcours: sent by a doctor who is not the médecin traitant.
//!
//! # Base légale
//!
//! Règles de facturation des établissements, indicateur M : « orienté par un médecin autre que le médecin
//! traitant », dans le parcours quand un médecin traitant est déclaré.
//!
//! # Our reading
//!
//! Code 3 (O), like a referral by the médecin traitant; without a declared médecin traitant the act is
//! outside.

use super::shared::sous_orientation;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Fiche, Juge, Quand, Rang, Regle};

/// PAR-021.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 21),
        titre: "Patient adressé par un autre médecin que son médecin traitant",
        bases: &["SV-RG-BS"],
        rang: Rang::Exception { priorite: 49 },
        faits: &[Fait::Indicateur, Fait::MedecinTraitant, Fait::Orienteur],
        phrase: "Un médecin vous a adressé à ce médecin, et vous avez un médecin traitant.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INDICATEUR_M, Fait::Indicateur),
    juge: Juge::Faits(sous_orientation),
};
