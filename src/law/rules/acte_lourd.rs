//! Heavy acts: a flat sum takes the place of the ticket modérateur.
//!
//! # Base légale
//!
//! Article R160-16 du Code de la sécurité sociale (ancien R322-8) : pour les actes dont le tarif atteint un seuil, ou
//! dont le coefficient l'atteint, l'assuré verse une somme fixe au lieu du ticket modérateur : 18 € en 2006, 24 € en
//! 2019, 32 € en 2026. Les tarifs des actes d'une même consultation se cumulent, et la somme n'est due qu'une fois.
//! Avant juin 2006 le ticket modérateur était supprimé sans contrepartie.
//!
//! # Our reading
//!
//! The acts of one feuille on one day are one consultation. The dearest one bears the sum, never that of an
//! anaesthetist. The local scheme of Alsace-Moselle pays the sum. The majoration outside the parcours comes on top
//! (R160-6). An exemption code that says that the act exempts is believed for the rate, and the sum is due only when
//! the threshold is reached. Imaging has a rule of its own. Which acts add up, and which one is compared alone, the CCAM
//! says when it knows them (`consultation.rs`).

use super::shared::somme_fixe;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::money::Taux;
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-030.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 30),
        titre: "Acte au-dessus du seuil de la somme fixe",
        bases: &["CSS-R160-16"],
        rang: Rang::Exception { priorite: 25 },
        faits: &[Fait::Acte, Fait::Montants, Fait::Exoneration, Fait::RegimeLocal],
        parametres: &[
            Parametre::ForfaitActeLourdSeuil,
            Parametre::ForfaitActeLourdCoefficient,
            Parametre::ForfaitActeLourd,
        ],
        phrase: "Pour un acte de cette importance, une somme fixe de {forfait} remplace la part ordinaire du patient (le « ticket modérateur »), une fois par consultation.",
        cause: "pour un acte coûteux",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::ACTE_A_SEUIL, Fait::Acte),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    match somme_fixe(situation, valeurs)? {
        Err(fait) => Ok(Jugement::Ecarte(fait)),
        Ok(false) => Ok(Jugement::Ecarte(Fait::RegimeLocal)),
        Ok(true) => {
            let forfait = valeurs.centimes(Parametre::ForfaitActeLourd)?;
            Ok(Jugement::Applique(Effet::Forfait { taux: Taux::FULL, forfait }))
        }
    }
}
