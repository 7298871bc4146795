//! The rules: one file each, one line each in [`REGISTRY`]. The order here has no meaning.

mod acces_direct;
mod acte_lourd;
mod adressage_enregistre;
mod aide_medicale;
mod alsace_moselle;
mod article_d162_1_6;
mod cabinet_secondaire;
mod contrat_non_responsable;
mod contrat_responsable;
mod date_installation_manquante;
mod depart_du_medecin_traitant;
mod depassement;
mod droits_a_verifier;
mod eloignement;
mod exclus;
mod exclusions_du_contrat;
mod executant_non_medecin;
mod exoneration_ald;
mod exoneration_maternite;
mod garantie_responsable;
mod generaliste_recent;
mod hors_acces_direct;
mod indicateur_absent;
mod majoration_due;
mod majoration_plafonnee;
mod mayotte;
mod medecin_traitant;
mod medecin_traitant_inconnu;
mod medecin_traitant_remplace;
mod moins_de_16_ans;
mod motif_exclusion_manquant;
mod non_remboursable;
mod non_respect;
mod nouveau_medecin_traitant;
mod oriente_par_le_medecin_traitant;
mod oriente_par_un_autre_medecin;
mod participation_depistage;
mod participation_due;
mod participation_executant_non_medecin;
mod participation_maternite;
mod participation_mineur;
mod participation_plafond_an;
mod participation_plafond_jour;
mod participation_solidarite;
mod sans_complementaire;
mod sans_medecin_traitant;
mod shared;
mod soins_coordonnes;
mod solidarite;
mod somme_hospitaliere;
mod specialite_hors_acces_direct;
mod taux_autre_profession;
mod taux_ordinaire;
mod teleconsultation;
mod teleconsultation_exception;
mod urgence;
mod zone_sous_medicalisee;

use super::rule::Regle;

/// Every rule.
pub static REGISTRY: [&Regle; 56] = [
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
    &acces_direct::REGLE,
    &acte_lourd::REGLE,
    &aide_medicale::REGLE,
    &article_d162_1_6::REGLE,
    &depart_du_medecin_traitant::REGLE,
    &exclus::REGLE,
    &exclusions_du_contrat::REGLE,
    &generaliste_recent::REGLE,
    &hors_acces_direct::REGLE,
    &mayotte::REGLE,
    &medecin_traitant_remplace::REGLE,
    &non_remboursable::REGLE,
    &nouveau_medecin_traitant::REGLE,
    &oriente_par_un_autre_medecin::REGLE,
    &participation_depistage::REGLE,
    &soins_coordonnes::REGLE,
    &specialite_hors_acces_direct::REGLE,
    &taux_autre_profession::REGLE,
    &teleconsultation::REGLE,
    &zone_sous_medicalisee::REGLE,
    &adressage_enregistre::REGLE,
    &cabinet_secondaire::REGLE,
    &contrat_non_responsable::REGLE,
    &date_installation_manquante::REGLE,
    &droits_a_verifier::REGLE,
    &garantie_responsable::REGLE,
    &medecin_traitant_inconnu::REGLE,
    &motif_exclusion_manquant::REGLE,
    &teleconsultation_exception::REGLE,
    &somme_hospitaliere::REGLE,
];
