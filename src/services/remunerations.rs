//! What a doctor receives in a year for being médecin traitant: for himself of all his patients, for the caisse of
//! his territory of those who depend on it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Contexte, Core, ServiceError, exercices, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::age_revolu;
use crate::domain::droits::{Rapports, Relation};
use crate::domain::identifiers::Rpps;
use crate::domain::medecin::{Lieu, Medecin};
use crate::domain::remuneration::{Classe, TarifsPratiques, TrancheAge};
use crate::law::LawError;
use crate::law::remunerations::{Annee, Patientele};
use crate::storage::medecins;
use crate::storage::remunerations::{QuestionComptes, par_naissance};

pub use crate::law::remunerations::{Encadrement, Remuneration, Valeur};

/// What a doctor receives in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remunerations {
    pub rpps: Rpps,
    pub annee: i32,
    /// The day whose patients count.
    pub jour: NaiveDate,
    /// Whether that day is still to come.
    pub provisoire: bool,
    /// The caisse whose insured are counted; all of them for the doctor.
    pub caisse: Option<String>,
    pub patientele: Patientele,
    pub calcul: Annee,
}

/// What a doctor receives in a year, on what the register knew at an instant. It shows counts and amounts, nobody: a
/// doctor knows his patients, and a caisse is told of no other person than its own.
pub async fn read(
    core: &Core,
    contexte: &Contexte,
    (rpps, annee): (&Rpps, i32),
    connu_le: Option<DateTime<Utc>>,
) -> Result<Remunerations, ServiceError> {
    let mut search = core.search(contexte).await?;
    let connu_le = connu_le.unwrap_or_else(latest_knowledge);
    let before = annee.saturating_sub(1);
    let jour = NaiveDate::from_ymd_opt(before, 12, 31).ok_or(ServiceError::Introuvable)?;
    let found = medecins::find(search.conn(), rpps, latest_knowledge()).await?;
    let rapports = found.as_ref().map_or_else(
        || Rapports::aucun(*contexte.acteur()),
        |medecin| rapports(contexte.acteur(), medecin, jour),
    );
    contexte.demarche.juger(&rapports)?;
    let caisse = contexte.acteur().caisse().map(crate::domain::acteur::Caisse::code);
    let question = QuestionComptes { rpps: *rpps, jour, connu_le, caisse: caisse.as_deref() };
    let counted = par_naissance(search.conn(), &question).await?;
    let known = medecins::find(search.conn(), rpps, connu_le).await?;
    drop(search);
    let mut classes: BTreeMap<Classe, u64> = BTreeMap::new();
    for one in counted {
        let age = age_revolu(one.naissance.pour_calcul_age(), jour);
        let (tranche, en_commun) = (TrancheAge::de(age), one.en_commun);
        let patients = classes.entry(Classe { tranche, ald: None, en_commun }).or_default();
        *patients = patients.saturating_add(u64::try_from(one.patients).unwrap_or_default());
    }
    let tarifs = known
        .map_or(TarifsPratiques::Inconnus, |known| TarifsPratiques::de(known.exercices_le(jour)));
    let patientele = Patientele { classes, tarifs };
    let calcul = core.law().remunerations(annee, &patientele).map_err(LawError::from)?;
    let provisoire = jour > core.today();
    Ok(Remunerations { rpps: *rpps, annee, jour, provisoire, caisse, patientele, calcul })
}

/// What the caller is to the doctor: himself, or the caisse in whose territory all his places are on that day (all those
/// he ever had, when he had none that day).
fn rapports(acteur: &Acteur, medecin: &Medecin, jour: NaiveDate) -> Rapports {
    match acteur {
        Acteur::Medecin(own) if *own == medecin.rpps => {
            Rapports::aucun(*acteur).avec(Relation::LeMedecin)
        }
        Acteur::Caisse(_) => {
            let then: Vec<&Lieu> = medecin.exercices_le(jour).map(|one| &one.lieu).collect();
            let all = medecin.exercices.iter().map(|fait| &fait.valeur.lieu);
            let places = if then.is_empty() { all.collect() } else { then };
            exercices::rapports(acteur, places.into_iter())
        }
        Acteur::Medecin(_) | Acteur::Patient(_) | Acteur::Referentiel | Acteur::Statistiques => {
            Rapports::aucun(*acteur)
        }
    }
}
