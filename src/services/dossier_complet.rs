//! Everything that is kept on one person, given to that person or to an auditor of their caisse.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::acces::{self, Consultation};
use super::feuilles_de_soins::{FeuilleEvaluee, with_evaluations};
use super::pages::PageVoulue;
use super::{Contexte, Core, Seen, ServiceError};
use crate::domain::ids::PatientId;
use crate::storage::dossier_complet::{self, RUBRIQUES};
use crate::storage::faits;
use crate::storage::feuilles_de_soins::{self, QuestionFeuilles};

pub use crate::storage::dossier_complet::Rubrique;

/// A year before any feuille, and one after all of them.
const JOURS: (i32, i32) = (1900, 2999);

/// Everything that is kept on one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierComplet {
    /// The person.
    pub patient: PatientId,
    /// When it was read.
    pub etabli_le: DateTime<Utc>,
    /// Rows, table by table; a table without any is left out.
    pub rubriques: Vec<(&'static Rubrique, Vec<Value>)>,
    /// Feuilles, each with all its evaluations.
    pub feuilles: Vec<FeuilleEvaluee>,
    /// Who looked, the last first.
    pub acces: Vec<Consultation>,
}

fn first_of(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default()
}

/// Reads everything that is kept on a person, under all of their records.
pub async fn export(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
) -> Result<Seen<DossierComplet>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let dossiers: Vec<PatientId> =
        faits::records(access.conn(), &[patient]).await?.into_keys().collect();
    let mut rubriques = Vec::new();
    for rubrique in &RUBRIQUES {
        let coffre = core.coffre();
        let lignes = dossier_complet::lignes(access.conn(), coffre, rubrique, &dossiers).await?;
        if !lignes.is_empty() {
            rubriques.push((rubrique, lignes));
        }
    }
    let question = QuestionFeuilles {
        dossiers,
        executant: None,
        jours: (first_of(JOURS.0), first_of(JOURS.1)),
        apres: None,
        limite: i64::MAX,
    };
    let found = feuilles_de_soins::of_person(access.conn(), core.coffre(), &question).await?;
    let feuilles = with_evaluations(core, access.conn(), found).await?;
    let page = PageVoulue { apres: None, limite: i64::MAX, avec_total: false };
    let (acces, _) = acces::read(&mut access, page).await?;
    let etabli_le = core.now();
    access.show(DossierComplet { patient, etabli_le, rubriques, feuilles, acces }).await
}
