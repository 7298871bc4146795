//! The people for whom every page of the documentation can be played at once: some families, some ages, some
//! places, and what happened to them. They are made by the requests that anybody sends, so many days before
//! the sandbox is opened: ages and deadlines are right whenever that is.

mod conteur;
mod habitants;
mod praticiens;
mod recit;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use self::conteur::{Conteur, merge, praticien};
pub use self::habitants::HABITANTS;
pub use self::praticiens::PRATICIENS;
use super::people::{PARENTS, PATIENTS, Personne};
use super::{SandboxError, enregistre, id_at};
use crate::domain::clock::paris_day;
use crate::domain::ids::PatientId;
use crate::law::Law;
use crate::storage::Db;

/// Where their ids begin: those of the first people of the sandbox come before.
const FIRST: usize = 100;

/// The id of somebody, by first name.
pub(super) fn patient_id(prenom: &str) -> Option<PatientId> {
    let index = HABITANTS.iter().position(|one| one.prenom.eq_ignore_ascii_case(prenom))?;
    Some(id_at(FIRST.checked_add(index)?))
}

/// Everybody in the sandbox that was made at an instant, in the order of their ids.
pub fn personnes(cree_le: DateTime<Utc>) -> Vec<Personne> {
    let first = PATIENTS.iter().enumerate().map(|(index, one)| one.personne(id_at(index)));
    let debut = paris_day(cree_le);
    let then = HABITANTS.iter().enumerate();
    let then = then.map(|(index, one)| one.personne(id_at(FIRST.saturating_add(index)), debut));
    first.chain(then).collect()
}

/// Who may choose for somebody, by first name, and the quality in which they sign.
pub(super) fn representants(prenom: &str) -> Vec<(&'static str, &'static str)> {
    let first = PARENTS.iter().filter(|(enfant, _)| *enfant == prenom);
    let first = first.map(|(_, parent)| (*parent, "titulaire_autorite_parentale"));
    let then = recit::LIENS.iter().filter(|(autre, ..)| *autre == prenom);
    let then = then.map(|(_, qui, nature, _)| {
        (*qui, if *nature == "tutelle" { "tuteur" } else { "titulaire_autorite_parentale" })
    });
    first.chain(then).collect()
}

/// The feuille of a consultation on a day, of somebody by a doctor, in the sandbox that was made at an instant.
pub(super) fn consultation(
    cree_le: DateTime<Utc>,
    (prenom, rpps): (&str, &str),
    jour: NaiveDate,
) -> Option<Value> {
    let personnes = personnes(cree_le);
    let personne = personnes.iter().find(|one| one.prenom.eq_ignore_ascii_case(prenom))?;
    let medecin = praticien(rpps)?;
    let generaliste = matches!(medecin.specialite, "01" | "22" | "23");
    let price = if generaliste { ("G", 3000) } else { ("CS", 2650) };
    let mut feuille = conteur::consultation(personne, medecin, jour, price);
    merge(&mut feuille, json!({ "beneficiaire": { "complementaire": "amc" } }));
    Some(feuille)
}

/// Loads them into the sandbox that is made at an instant.
pub(super) async fn load(
    db: &Db,
    law: &Arc<Law>,
    cree_le: DateTime<Utc>,
) -> Result<(), SandboxError> {
    let personnes = personnes(cree_le);
    for (index, personne) in personnes.iter().skip(PATIENTS.len()).enumerate() {
        enregistre(db, law, FIRST.saturating_add(index), personne).await?;
    }
    let conteur = Conteur::new(db.clone(), Arc::clone(law), cree_le, personnes)?;
    recit::raconter(&conteur).await
}
