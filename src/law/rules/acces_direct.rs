//! Specific direct access: some specialties, for some acts, without a referral.
//!
//! # Base légale
//!
//! « Certains médecins spécialistes peuvent être consultés directement, à condition d'avoir déclaré un
//! médecin traitant » : gynécologie, ophtalmologie, psychiatrie de 16 à 25 ans, stomatologie et chirurgie
//! orale et maxillo-faciale (France Assos Santé ; convention médicale de 2016, article 17).
//!
//! # Our reading
//!
//! Code 4 (D). Specialty and age are verified; whether the content of the act is in the list is what the
//! doctor says by the indicator D: a billing code does not tell it. Before the convention of 2016,
//! psychiatry was open to every patient under 26.

use super::shared::{acces_direct_ouvert, dans_parcours};
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Qualification, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-023.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 23),
        titre: "Accès direct spécifique",
        bases: &["CONV-2016", "FAS"],
        rang: Rang::Exception { priorite: 40 },
        faits: &[Fait::Indicateur, Fait::MedecinTraitant, Fait::Specialite, Fait::Age],
        parametres: &[Parametre::AdsPsyAgeMin, Parametre::AdsPsyAgeMax],
        phrase: "Vous pouviez consulter ce spécialiste directement pour ces soins, puisque vous avez un médecin traitant.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INDICATEUR_D, Fait::Indicateur),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !situation.relation_mt.declare() {
        return Ok(Jugement::Ecarte(Fait::MedecinTraitant));
    }
    if !situation.specialite.est_en_acces_direct() {
        return Ok(Jugement::Ecarte(Fait::Specialite));
    }
    if !acces_direct_ouvert(situation, valeurs)? {
        return Ok(Jugement::Ecarte(Fait::Age));
    }
    Ok(Jugement::Applique(Effet::Parcours(Qualification {
        coordination_possible: true,
        ..dans_parcours(CodeDetermine::AccesDirect)
    })))
}
