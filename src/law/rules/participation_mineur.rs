//! No participation forfaitaire under 18.
//!
//! # Base légale
//!
//! Articles L160-15 et R160-20 du Code de la sécurité sociale : les mineurs, âge compté au 1er janvier de l'année civile.
//!
//! # Our reading
//!
//! 18 and not 16: at 17, outside the parcours, the majoration is due and the participation is not. Who turns 18 in the
//! year pays it from the first of January that follows.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PF-010.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 10),
        titre: "Patient mineur au 1er janvier",
        bases: &["CSS-L160-15", "CSS-R160-20"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Age],
        parametres: &[Parametre::PfAgeExoneration],
        phrase: "Le patient avait moins de {age_participation} au 1er janvier : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if situation.age_debut_annee >= valeurs.ans(Parametre::PfAgeExoneration)? {
        return Ok(Jugement::Ecarte(Fait::Age));
    }
    Ok(Jugement::Applique(Effet::Participation(false)))
}
