//! Heavy acts on which no flat sum is asked.
//!
//! # Base légale
//!
//! Article R160-16 du Code de la sécurité sociale : une seule somme pour les actes d'une consultation. Le cahier des
//! charges de facturation ne la fait porter ni par l'anesthésie ni par les assurés du régime local d'Alsace-Moselle, qui
//! la paie.
//!
//! # Our reading
//!
//! The act is paid in full: another act of the consultation bears the sum, or nobody does. So is one that its
//! exemption code exempts below the threshold, and one that the CCAM itself says to exempt.

use super::shared::somme_fixe;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::money::{Centimes, Taux};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-031.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 31),
        titre: "Acte au-dessus du seuil, sans somme fixe",
        bases: &["CSS-R160-16", "SV-RG-VF"],
        rang: Rang::Exception { priorite: 25 },
        faits: &[Fait::Acte, Fait::Montants, Fait::Exoneration, Fait::RegimeLocal],
        parametres: &[Parametre::ForfaitActeLourdSeuil, Parametre::ForfaitActeLourdCoefficient],
        phrase: "Cet acte coûteux est pris en charge à {taux} du tarif de base, et aucune somme fixe ne s'y ajoute.",
        cause: "pour un acte coûteux",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::ACTE_A_SEUIL, Fait::Acte),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    Ok(match somme_fixe(situation, valeurs)? {
        Err(fait) => Jugement::Ecarte(fait),
        Ok(true) => Jugement::Ecarte(Fait::Montants),
        Ok(false) => {
            Jugement::Applique(Effet::Forfait { taux: Taux::FULL, forfait: Centimes::ZERO })
        }
    })
}
