//! Inside the parcours: sent by the médecin traitant.
//!
//! # Base légale
//!
//! « Lorsque le patient respecte le parcours de soins coordonnés par le médecin traitant, ses soins
//! sont remboursés à hauteur de 70 % » (France Assos Santé) ; article L162-5-3 du Code de la
//! sécurité sociale.
//!
//! # Our reading
//!
//! Code 3 (O): indicator O, the name of the doctor who sent the patient, and a declared médecin
//! traitant on the day of care. The paper form has no RPPS, so the name alone is enough.
//!
//! # Left out
//!
//! Whether the referral is recorded and still valid: that needs the referrals of the register.

use super::shared::sous_orientation;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Fiche, Juge, Quand, Rang, Regle};

/// PAR-020.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 20),
        titre: "Patient adressé par son médecin traitant",
        bases: &["CSS-L162-5-3", "FAS"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Indicateur, Fait::MedecinTraitant, Fait::Orienteur],
        phrase: "D'après la feuille de soins, votre médecin traitant vous a adressé à ce médecin.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INDICATEUR_O, Fait::Indicateur),
    juge: Juge::Faits(sous_orientation),
};
