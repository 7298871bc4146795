//! Outside the parcours because nothing says how the patient came to another doctor.
//!
//! # Base légale
//!
//! Nomenclature nationale IR_QPS_V, code 22 (I) : « non renseigné par un exécutant autre que le
//! médecin traitant », dont la fiche de la DREES dit qu'il est majoré.
//!
//! # Our reading
//!
//! The Cour des comptes saw in 2013 that such feuilles were counted inside: they are in the statistics of 2013, and no overrun is
//! authorised. The conflict is settled
//! by the parameter `INDICATEUR_ABSENT_MAJORE`; when it says no, the act stays inside (code 0).

use super::shared::{dans_parcours, hors_parcours};
use crate::domain::evaluation::{Classe2013, CodeDetermine, CodeRegle, Fait, Qualification, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-003.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 3),
        titre: "Indicateur de parcours non renseigné",
        bases: &["SNDS-IR-QPS-V", "DREES-MTM"],
        rang: Rang::Exception { priorite: 5 },
        faits: &[Fait::MedecinTraitant, Fait::Indicateur],
        parametres: &[Parametre::IndicateurAbsentMajore],
        phrase: "La feuille de soins ne dit pas que votre médecin traitant vous a adressé à ce médecin.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::AUTRE_MEDECIN, Fait::MedecinTraitant),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if situation.indicateur.is_some() {
        return Ok(Jugement::Ecarte(Fait::Indicateur));
    }
    let qualification = if valeurs.oui(Parametre::IndicateurAbsentMajore)? {
        Qualification {
            da_possible: false,
            coordination_possible: false,
            classe_2013: Classe2013::ParcoursEtAssimiles,
            ..hors_parcours(situation, CodeDetermine::IndicateurAbsent)
        }
    } else {
        dans_parcours(CodeDetermine::SansObjet)
    };
    Ok(Jugement::Applique(Effet::Parcours(qualification)))
}
