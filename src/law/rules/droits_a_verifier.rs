//! Undetermined: the register says that the person has no rights, or lives abroad.
//!
//! # Base légale
//!
//! Aucun texte trouvé sur le parcours d'une personne dont les droits sont suspendus.
//!
//! # Our reading
//!
//! A designation sleeps then, and is used again on return. Whether the care is reimbursed at all is for the
//! caisse to say: no majoration is applied meanwhile.

use super::shared::indeterminee;
use crate::domain::evaluation::{Avertissement, CodeRegle, Fait, Issue, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-073.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 73),
        titre: "Droits à vérifier",
        bases: &["CHOIX-TRAITANT"],
        rang: Rang::Exception { priorite: 95 },
        faits: &[Fait::CouvertureConnue],
        phrase: "D'après le registre, vos droits à l'assurance maladie n'étaient pas ouverts ce jour-là : votre caisse doit le vérifier.",
        avertit: Some((Issue::Retenue, Avertissement::DroitsAVerifier)),
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::SANS_DROITS, Fait::CouvertureConnue),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Parcours(indeterminee()))
}
