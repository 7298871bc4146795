//! Caisses and statuses outside the parcours de soins: the designation sleeps, and is used again on
//! return. Nothing of it ends: sleep is read from dated facts, never written into the designation.

use chrono::NaiveDate;

use crate::domain::calendar::Periode;
use crate::domain::fait_date::{FaitDate, en_vigueur};
use crate::domain::identifiers::Organisme;
use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// How a person is covered, as far as the parcours de soins is concerned.
    StatutPatient ("statut_patient") {
        /// Insured like everybody.
        Ordinaire = 1 "ordinaire",
        Ame = 2 "ame",
        /// In transit, under the coordination of two schemes.
        Passage = 3 "passage",
        SansDroits = 4 "sans_droits",
        HorsDeFrance = 5 "hors_de_france",
    }

    /// Why a designation sleeps.
    MotifSommeil ("motif_sommeil") {
        /// The caisse is outside the parcours de soins.
        CaisseExclue = 1 "caisse_exclue",
        Ame = 2 "ame",
        Passage = 3 "passage",
        SansDroits = 4 "sans_droits",
        HorsDeFrance = 5 "hors_de_france",
    }
);

/// A caisse outside the parcours de soins, from a first day.
struct CaisseExclue {
    caisse: &'static str,
    /// Year, month, day.
    du: (i32, u32, u32),
}

/// Caisses of Mayotte and of the overseas territories, since the law that created the médecin
/// traitant (law 2004-810 of 13 August 2004, in force on the 17th). For Mayotte the extension of
/// 2019 changed nothing to the majoration: the exclusion goes on.
const CAISSES_EXCLUES: [CaisseExclue; 4] = [
    // Mayotte.
    CaisseExclue { caisse: "976", du: (2004, 8, 17) },
    // Wallis-et-Futuna.
    CaisseExclue { caisse: "986", du: (2004, 8, 17) },
    // Polynésie française.
    CaisseExclue { caisse: "987", du: (2004, 8, 17) },
    // Nouvelle-Calédonie.
    CaisseExclue { caisse: "988", du: (2004, 8, 17) },
];

/// Whether an organisme was outside the parcours de soins on a day, whatever the régime.
pub fn est_exclu(organisme: &Organisme, jour: NaiveDate) -> bool {
    CAISSES_EXCLUES.iter().any(|exclue| {
        let (year, month, day) = exclue.du;
        let since = NaiveDate::from_ymd_opt(year, month, day).map(Periode::depuis);
        exclue.caisse == organisme.caisse() && since.is_some_and(|since| since.contient(jour))
    })
}

/// Why the designation of a person sleeps on a day, if it does. Between two affiliations nothing
/// excludes anybody: there is no gap.
pub fn sommeil_le(
    affiliations: &[FaitDate<Organisme>],
    statuts: &[FaitDate<StatutPatient>],
    jour: NaiveDate,
) -> Option<MotifSommeil> {
    motif_de(en_vigueur(statuts, jour).copied(), en_vigueur(affiliations, jour), jour)
}

/// Why a designation sleeps on a day, by the status and the caisse of that day.
pub fn motif_de(
    statut: Option<StatutPatient>,
    organisme: Option<&Organisme>,
    jour: NaiveDate,
) -> Option<MotifSommeil> {
    match statut {
        Some(StatutPatient::Ame) => return Some(MotifSommeil::Ame),
        Some(StatutPatient::Passage) => return Some(MotifSommeil::Passage),
        Some(StatutPatient::SansDroits) => return Some(MotifSommeil::SansDroits),
        Some(StatutPatient::HorsDeFrance) => return Some(MotifSommeil::HorsDeFrance),
        Some(StatutPatient::Ordinaire) | None => {}
    }
    organisme.filter(|organisme| est_exclu(organisme, jour)).map(|_| MotifSommeil::CaisseExclue)
}
