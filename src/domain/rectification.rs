//! What a person asks to be put right in their record (RGPD, art. 16), and what their caisse answers.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::plus_mois;
use super::ids::{PatientId, RectificationId};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// What is said to be wrong.
    ObjetRectification ("objet_rectification") {
        /// Names, birth, sex.
        Identite = 1 "identite",
        /// A number of the person.
        Numero = 2 "numero",
        Adresse = 3 "adresse",
        /// The caisse, or the coverage.
        Rattachement = 4 "rattachement",
        /// Who represents them.
        Representation = 5 "representation",
        /// A choice of médecin traitant.
        Declaration = 6 "declaration",
        Feuille = 7 "feuille_de_soins",
        Autre = 8 "autre",
    }

    /// What somebody may do with a request.
    ActionRectification ("action_rectification") {
        Repondre = 1 "repondre",
    }

    /// What came of it.
    IssueRectification ("issue_rectification") {
        /// It was put right.
        Faite = 1 "faite",
        /// It was not, for a reason that is told.
        Refusee = 2 "refusee",
    }
);

/// Whoever answers for a file answers within one month of the request (RGPD, art. 12, 3).
const MOIS: i32 = 1;

/// The last day on which a request is answered in time.
pub fn terme(demandee_le: NaiveDate) -> NaiveDate {
    plus_mois(demandee_le, MOIS).unwrap_or(NaiveDate::MAX)
}

/// What a caisse answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReponseRectification {
    pub issue: IssueRectification,
    /// Why, or what was put right.
    pub motif: Option<String>,
    pub enregistre_le: DateTime<Utc>,
}

/// A request, and its answer once there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rectification {
    pub id: RectificationId,
    pub patient_id: PatientId,
    /// The record in which it was made: another one, when that was merged since.
    pub dossier_id: PatientId,
    pub objet: ObjetRectification,
    /// What is wrong and what is right, in the words of who asks.
    pub demande: String,
    /// The last day on which it is answered in time.
    pub terme: NaiveDate,
    pub enregistre_le: DateTime<Utc>,
    pub reponse: Option<ReponseRectification>,
}

impl Rectification {
    /// 1, then 2 once it is answered.
    pub const fn version(&self) -> i32 {
        if self.reponse.is_some() { 2 } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_on_the_same_day_or_on_the_last_one() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (asked, last) in [
            ("2025-06-16", "2025-07-16"),
            ("2025-01-31", "2025-02-28"),
            ("2024-12-31", "2025-01-31"),
        ] {
            assert_eq!(terme(day(asked)), day(last), "{asked}");
        }
    }
}
