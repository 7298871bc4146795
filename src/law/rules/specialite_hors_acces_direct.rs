//! Outside the parcours: a specialty that needs a referral.
//!
//! # Base légale
//!
//! Nomenclature nationale IR_QPS_V, code 26 (F) : spécialité hors accès direct, médecin traitant déclaré ;
//! majoré selon la fiche de la DREES.
//!
//! # Our reading
//!
//! The closer code of a breach when the performer is a specialist; the amounts are those of code 23.

use super::shared::hors_parcours;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-005.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 5),
        titre: "Spécialiste consulté sans être adressé",
        bases: &["SNDS-IR-QPS-V", "DREES-MTM"],
        rang: Rang::Exception { priorite: 6 },
        faits: &[Fait::MedecinTraitant, Fait::Indicateur, Fait::Specialite],
        phrase: "Vous avez consulté ce spécialiste sans que votre médecin traitant vous ait adressé à lui.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::AUTRE_MEDECIN, Fait::MedecinTraitant),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    if situation.indicateur.is_none() {
        return Jugement::Ecarte(Fait::Indicateur);
    }
    let specialite = situation.specialite;
    if specialite.est_generaliste() || specialite.est_en_acces_direct() {
        return Jugement::Ecarte(Fait::Specialite);
    }
    let code = CodeDetermine::SpecialiteHorsAccesDirect;
    Jugement::Applique(Effet::Parcours(hors_parcours(situation, code)))
}
