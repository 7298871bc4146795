//! The participation forfaitaire concerns doctors only.
//!
//! # Base légale
//!
//! Article L160-13 du Code de la sécurité sociale : actes et consultations de médecins, et biologie médicale.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::identifiers::Profession;
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PF-013.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 13),
        titre: "Acte d'un professionnel qui n'est pas médecin",
        bases: &["CSS-L160-13"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Specialite],
        phrase: "Cet acte n'est pas celui d'un médecin : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::HORS_MEDECINE, Fait::Specialite),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    let biology = situation.specialite.profession() == Profession::Laboratoire;
    if situation.executant_medecin() || biology {
        return Jugement::Ecarte(Fait::Specialite);
    }
    Jugement::Applique(Effet::Participation(false))
}
