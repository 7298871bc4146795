//! The rules: one file each, one line each in the list below, whose order has no meaning.

mod shared;

use super::rule::Regle;

/// Declares the modules of the rules, and [`REGISTRY`] of what they hold.
macro_rules! registry {
    ($($regle:ident,)+) => {
        $(mod $regle;)+

        /// Every rule.
        pub static REGISTRY: [&Regle; [$(stringify!($regle)),+].len()] = [$(&$regle::REGLE),+];
    };
}

registry!(
    non_respect,
    sans_medecin_traitant,
    indicateur_absent,
    medecin_traitant,
    oriente_par_le_medecin_traitant,
    urgence,
    eloignement,
    moins_de_16_ans,
    executant_non_medecin,
    forfait,
    participation_forfait,
    taux_ordinaire,
    exoneration_ald,
    exoneration_maternite,
    alsace_moselle,
    majoration_due,
    majoration_plafonnee,
    participation_due,
    participation_mineur,
    participation_solidarite,
    participation_maternite,
    participation_executant_non_medecin,
    participation_plafond_jour,
    participation_plafond_an,
    sans_complementaire,
    contrat_responsable,
    solidarite,
    depassement,
    acces_direct,
    acte_lourd,
    aide_medicale,
    article_d162_1_6,
    depart_du_medecin_traitant,
    exclus,
    exclusions_du_contrat,
    generaliste_recent,
    hors_acces_direct,
    mayotte,
    medecin_traitant_remplace,
    non_remboursable,
    nouveau_medecin_traitant,
    oriente_par_un_autre_medecin,
    participation_depistage,
    soins_coordonnes,
    specialite_hors_acces_direct,
    taux_autre_profession,
    teleconsultation,
    zone_sous_medicalisee,
    adressage_enregistre,
    cabinet_secondaire,
    contrat_non_responsable,
    date_installation_manquante,
    droits_a_verifier,
    garantie_responsable,
    medecin_traitant_inconnu,
    motif_exclusion_manquant,
    teleconsultation_exception,
    somme_hospitaliere,
    accident_du_travail,
    acte_lourd_sans_somme,
    allocation_personnes_agees,
    autre_risque,
    bilan_prevention,
    contraception,
    examen_obligatoire,
    exoneration_autre,
    imagerie_au_seuil,
    participation_ancienne_aide,
    participation_pension_militaire,
    prevention,
    interruption_grossesse,
    detention,
);
