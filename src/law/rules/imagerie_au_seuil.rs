//! Imaging at or above the threshold of heavy acts: nothing is left, not even the flat sum.
//!
//! # Base légale
//!
//! Article R160-16, II, du Code de la sécurité sociale : radiodiagnostic, imagerie par résonance magnétique,
//! scanographie, scintigraphie et tomographie par émission de positons. La participation est supprimée.
//!
//! # Our reading
//!
//! The tariff of each act alone: those of imaging do not add up. What an act is, the CCAM says by its code of
//! regroupement (ADI); of one that is not known, its third and fourth letters do. Below the threshold the rate is the
//! ordinary one.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::money::{Centimes, Taux};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-032.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 32),
        titre: "Imagerie au-dessus du seuil de la somme fixe",
        bases: &["CSS-R160-16", "SP-F165"],
        rang: Rang::Exception { priorite: 25 },
        faits: &[Fait::Acte, Fait::Montants],
        parametres: &[Parametre::ForfaitActeLourdSeuil],
        phrase: "Pour un acte d'imagerie de ce tarif, l'Assurance maladie rembourse {taux} du tarif de base.",
        cause: "pour un acte d'imagerie de ce tarif",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::IMAGERIE_A_SEUIL, Fait::Acte),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    let seen = &situation.consultation;
    if seen.tarifs < valeurs.centimes(Parametre::ForfaitActeLourdSeuil)? {
        return Ok(Jugement::Ecarte(Fait::Montants));
    }
    Ok(Jugement::Applique(Effet::Forfait { taux: Taux::FULL, forfait: Centimes::ZERO }))
}
