//! No participation forfaitaire under 18.
//!
//! # Base légale
//!
//! Article L160-13 du Code de la sécurité sociale.
//!
//! # Our reading
//!
//! Age on the day of care, 18 and not 16: at 17, outside the parcours, the majoration is due and the
//! participation is not.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PF-010.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 10),
        titre: "Patient de moins de 18 ans",
        bases: &["CSS-L160-13"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Age],
        parametres: &[Parametre::PfAgeExoneration],
        phrase: "Le patient avait moins de {age_participation} : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs) -> Result<Jugement, ParametreInconnu> {
    if situation.age_execution >= valeurs.ans(Parametre::PfAgeExoneration)? {
        return Ok(Jugement::Ecarte(Fait::Age));
    }
    Ok(Jugement::Applique(Effet::Participation(false)))
}
