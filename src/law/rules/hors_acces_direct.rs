//! Outside the parcours: a specialty of direct access, but not for this act or this age.
//!
//! # Base légale
//!
//! Règle de facturation RG_CF670 : un acte hors de la liste de l'accès direct spécifique est traité comme
//! un non-respect ; nomenclature nationale IR_QPS_V, code 28 (C).
//!
//! # Our reading
//!
//! The DREES does not list code 28 among the majored ones; the rule of billing is followed, by the
//! parameter `ACTE_HORS_ACCES_DIRECT_MAJORE`.

use super::shared::hors_parcours;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Qualification, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-004.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 4),
        titre: "Acte hors de l'accès direct spécifique",
        bases: &["SV-RG-BS", "SNDS-IR-QPS-V"],
        rang: Rang::Exception { priorite: 6 },
        faits: &[Fait::MedecinTraitant, Fait::Indicateur, Fait::Specialite],
        parametres: &[Parametre::ActeHorsAdsMajore],
        phrase: "Ces soins ne sont pas de ceux pour lesquels ce spécialiste peut être consulté directement.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::AUTRE_MEDECIN, Fait::MedecinTraitant),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if situation.indicateur.is_none() {
        return Ok(Jugement::Ecarte(Fait::Indicateur));
    }
    if !situation.specialite.est_en_acces_direct() {
        return Ok(Jugement::Ecarte(Fait::Specialite));
    }
    let outside = hors_parcours(situation, CodeDetermine::ActeHorsAccesDirect);
    let majoration = valeurs.oui(Parametre::ActeHorsAdsMajore)?;
    Ok(Jugement::Applique(Effet::Parcours(Qualification { majoration, ..outside })))
}
