//! Teleconsultation outside the parcours although a médecin traitant is declared.
//!
//! # Base légale
//!
//! Avenant 6 à la convention médicale de 2016, depuis le 15 septembre 2018 : la téléconsultation échappe au
//! parcours, entre autres, quand le médecin traitant n'est pas disponible dans un délai compatible avec
//! l'état du patient, pour les spécialités en accès direct et pour les résidents d'établissements pour
//! personnes âgées ou handicapées.
//!
//! # Our reading
//!
//! Not concerned. These cases are transmitted with a blank indicator: the item is given, with or without the
//! letter A, or the specialty is one of direct access at that age.

use super::shared::{acces_direct_ouvert, non_concerne};
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, RelationMt, Theme};
use crate::domain::feuille_de_soins::MotifExclusion;
use crate::domain::identifiers::IndicateurParcours;
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-053.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 53),
        titre: "Téléconsultation hors du parcours",
        periode: (Some((2018, 9, 15)), None),
        bases: &["AVENANT-6"],
        rang: Rang::Exception { priorite: 54 },
        faits: &[
            Fait::Acte,
            Fait::Lieu,
            Fait::MedecinTraitant,
            Fait::Indicateur,
            Fait::MotifExclusion,
            Fait::Specialite,
        ],
        parametres: &[Parametre::AdsPsyAgeMin, Parametre::AdsPsyAgeMax],
        phrase: "Cette téléconsultation est de celles pour lesquelles le passage par le médecin traitant n'est pas demandé.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::TELECONSULTATION, Fait::Acte),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    // Unknown whether there is one: without any, a teleconsultation is not concerned either.
    if !situation.relation_mt.declare() && situation.relation_mt != RelationMt::Inconnu {
        return Ok(Jugement::Ecarte(Fait::MedecinTraitant));
    }
    let blank = situation.indicateur.is_none();
    if !blank && situation.indicateur != Some(IndicateurParcours::A) {
        return Ok(Jugement::Ecarte(Fait::Indicateur));
    }
    let said = matches!(
        situation.motif_exclusion,
        Some(MotifExclusion::MtIndisponible | MotifExclusion::ResidentEtablissement)
    );
    let direct = blank
        && situation.specialite.est_en_acces_direct()
        && acces_direct_ouvert(situation, valeurs)?;
    if !said && !direct {
        return Ok(Jugement::Ecarte(Fait::MotifExclusion));
    }
    Ok(Jugement::Applique(Effet::Parcours(non_concerne(CodeDetermine::SansObjet))))
}
