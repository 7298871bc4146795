//! Patients outside the mechanism: AME, passage, caisses of the Pacific.
//!
//! # Base légale
//!
//! « Ne sont pas concernés » : les bénéficiaires de l'aide médicale de l'État, les étrangers de passage et
//! les assurés des caisses des territoires d'outre-mer (Cour des comptes, 2013 ; règles de facturation).
//!
//! # Our reading
//!
//! Code 31 (X): excluded from the numerator and the denominator of every statistic, never majored. The
//! feuille says it, or the register knows it: a designation that sleeps for one of these reasons does
//! not count.

use super::shared::exclu;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-061.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 61),
        titre: "Patient en dehors du dispositif",
        bases: &["CDC-2013", "SV-RG-BS"],
        rang: Rang::Exception { priorite: 97 },
        faits: &[
            Fait::Complementaire,
            Fait::SituationParticuliere,
            Fait::Organisme,
            Fait::CouvertureConnue,
        ],
        phrase: "Le parcours de soins ne s'applique pas à votre couverture.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::EXCLUSION, Fait::SituationParticuliere),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Parcours(exclu(CodeDetermine::Exclusion)))
}
