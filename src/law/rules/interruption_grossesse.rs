//! A voluntary interruption of pregnancy is paid in full.
//!
//! # Base légale
//!
//! Article R160-17 du Code de la sécurité sociale : « interruption volontaire de grossesse ». Décret 2013-248 du 25 mars
//! 2013 : à 100 % pour toutes depuis le 31 mars 2013 (Service-Public F1551, ameli.fr : « prise en charge à 100 % »).
//!
//! # Our reading
//!
//! The letters that are billed for it alone. Consultations, tests and ultrasound around it are paid in full since 1 April 2016; the
//! flat sums since 2013. No text read spares the participation forfaitaire: it is due.

use super::shared::en_entier;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::{DateDesSoins, Situation};
use crate::law::valeurs::{ParametreInconnu, Valeurs};
use chrono::NaiveDate;

/// From this day on the consultations too.
const CONSULTATIONS: Option<NaiveDate> = NaiveDate::from_ymd_opt(2016, 4, 1);

/// TAU-033.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 33),
        titre: "Interruption volontaire de grossesse",
        periode: (Some((2013, 3, 31)), None),
        bases: &["CSS-R160-17"],
        rang: Rang::Exception { priorite: 55 },
        faits: &[Fait::Acte, Fait::DateSoins],
        parametres: &[Parametre::TauxAmoExonere],
        phrase: "Ces soins sont pris en charge à {taux} du tarif de base.",
        cause: "comme le prévoit le code de la sécurité sociale",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INTERRUPTION_GROSSESSE, Fait::Acte),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    let early = CONSULTATIONS.is_some_and(|first| situation.date < DateDesSoins::new(first));
    if early && matches!(situation.code.as_str(), "IC" | "IVE") {
        return Ok(Jugement::Ecarte(Fait::DateSoins));
    }
    en_entier(situation, valeurs)
}
