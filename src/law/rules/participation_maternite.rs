//! No participation forfaitaire from the sixth month of pregnancy to the twelfth day after birth.
//!
//! # Base légale
//!
//! Article L160-13 du Code de la sécurité sociale.
//!
//! # Our reading
//!
//! Before the sixth month maternity insurance pays the compulsory examinations only, and these bear no participation
//! either: the nature d'assurance is believed. The exemption code of the sixth month is not believed against the day
//! that the feuille gives.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::feuille_de_soins::NatureAssurance;
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PF-012.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 12),
        titre: "Assurance maternité",
        bases: &["CSS-L160-13", "AMELI-PF-2016"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::NatureAssurance, Fait::Exoneration, Fait::DateSoins],
        parametres: &[Parametre::PfExoMaternite],
        phrase: "Ces soins relèvent de l'assurance maternité : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::MATERNITE, Fait::NatureAssurance),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !valeurs.oui(Parametre::PfExoMaternite)? {
        return Ok(Jugement::Ecarte(Fait::NatureAssurance));
    }
    if situation.nature != NatureAssurance::Maternite && !situation.est_fin_de_grossesse() {
        return Ok(Jugement::Ecarte(Fait::DateSoins));
    }
    Ok(Jugement::Applique(Effet::Participation(false)))
}
