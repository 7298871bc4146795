//! The rules: one file each, one line each in [`REGISTRY`]. The order here has no meaning.

mod alsace_moselle;
mod contrat_responsable;
mod depassement;
mod eloignement;
mod executant_non_medecin;
mod exoneration_ald;
mod exoneration_maternite;
mod indicateur_absent;
mod majoration_due;
mod majoration_plafonnee;
mod medecin_traitant;
mod moins_de_16_ans;
mod non_respect;
mod oriente_par_le_medecin_traitant;
mod participation_due;
mod participation_executant_non_medecin;
mod participation_maternite;
mod participation_mineur;
mod participation_plafond_an;
mod participation_plafond_jour;
mod participation_solidarite;
mod sans_complementaire;
mod sans_medecin_traitant;
mod solidarite;
mod taux_ordinaire;
mod urgence;

use super::rule::Regle;

/// Every rule.
pub static REGISTRY: [&Regle; 26] = [
    &non_respect::REGLE,
    &sans_medecin_traitant::REGLE,
    &indicateur_absent::REGLE,
    &medecin_traitant::REGLE,
    &oriente_par_le_medecin_traitant::REGLE,
    &urgence::REGLE,
    &eloignement::REGLE,
    &moins_de_16_ans::REGLE,
    &executant_non_medecin::REGLE,
    &taux_ordinaire::REGLE,
    &exoneration_ald::REGLE,
    &exoneration_maternite::REGLE,
    &alsace_moselle::REGLE,
    &majoration_due::REGLE,
    &majoration_plafonnee::REGLE,
    &participation_due::REGLE,
    &participation_mineur::REGLE,
    &participation_solidarite::REGLE,
    &participation_maternite::REGLE,
    &participation_executant_non_medecin::REGLE,
    &participation_plafond_jour::REGLE,
    &participation_plafond_an::REGLE,
    &sans_complementaire::REGLE,
    &contrat_responsable::REGLE,
    &solidarite::REGLE,
    &depassement::REGLE,
];
