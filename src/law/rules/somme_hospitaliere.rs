//! The sum that a public hospital charges for an outpatient consultation without a letter.
//!
//! # Base légale
//!
//! Article L162-26 du Code de la sécurité sociale et article 1er de l'arrêté du 28 juillet 2005 : pour une
//! consultation externe d'un spécialiste de l'hôpital sans prescription du médecin traitant, en plus de
//! la majoration, une somme égale au dépassement autorisé maximal de l'acte, arrondie à l'euro supérieur,
//! non remboursable, versée à l'hôpital ; rien dans les situations qui échappent au parcours.
//!
//! # Our reading
//!
//! A doctor employed by the hospital, who is a specialist, outside the parcours. The sum is billed as an
//! overrun with the qualifier A; 17.5 % of the base of each act, rounded up, is its highest amount (a
//! warning says when it is passed). A doctor with a private practice in the hospital bills like one in town.

use crate::domain::evaluation::{CodeRegle, Fait, Issue, Theme};
use crate::domain::money::Centimes;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Liquidation, Quand, Rang, Regle};

/// DEP-002.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Depassement, 2),
        titre: "Somme due à l'hôpital sans lettre du médecin traitant",
        bases: &["CSS-L162-26", "ARRETE-2005-07-28"],
        rang: Rang::Montant,
        faits: &[Fait::Montants, Fait::Lieu, Fait::Qualificatif],
        parametres: &[Parametre::DaTaux],
        phrase: "Sans lettre de votre médecin traitant, l'hôpital demande {depassement} de plus pour cette consultation : l'Assurance maladie ne rembourse pas cette somme.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Montants(juge),
};

fn juge(liquidation: &Liquidation) -> Issue {
    if liquidation.montants.depassement <= Centimes::ZERO {
        Issue::Ecartee(Fait::Montants)
    } else if liquidation.somme_hospitaliere {
        Issue::Retenue
    } else {
        Issue::Ecartee(Fait::Lieu)
    }
}
