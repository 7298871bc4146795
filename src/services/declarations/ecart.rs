//! What was signed instead of the content of a declaration, when the register can tell.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::RefMedecin;
use super::choisis::chosen_all;
use super::creation::{Projet, project};
use super::parties::Famille;
use crate::domain::calendar::Periode;
use crate::domain::declaration::{Declaration, DeclarationRefusee, EcartContenu, ecarts};
use crate::domain::digest::Empreinte;
use crate::domain::fait_date::FaitDate;
use crate::domain::medecin::Medecin;
use crate::services::{Core, ServiceError};
use crate::storage::Connection;

/// How many days are tried, the last ones first: a content that is older was not made by the preview.
const TRIED: usize = 24;

/// The refusal of a signature of another content: which day's it was, and in what it differs. The same choice is
/// written again as of each day on which one of its people changed, at the places named and where each doctor mainly
/// practises.
pub(super) async fn explain(
    core: &Core,
    conn: &mut Connection,
    (famille, declaration, digest): (&Famille, &Declaration, Empreinte),
) -> Result<DeclarationRefusee, ServiceError> {
    let unknown = DeclarationRefusee::ContenuDifferent(None);
    if declaration.en_place.is_some() {
        return Ok(unknown);
    }
    let at = |lieu: bool| -> Vec<RefMedecin> {
        let named = declaration.medecins.iter();
        named
            .map(|one| RefMedecin { rpps: one.rpps, lieu_id: Some(one.lieu_id).filter(|_| lieu) })
            .collect()
    };
    for wanted in [at(false), at(true)] {
        let choisis = chosen_all(conn, &wanted).await?;
        let today = declaration.fuseau().jour(core.now());
        let doctors = choisis.iter().map(|(_, _, medecin)| medecin);
        for jour in days(famille, doctors, today).into_iter().rev().take(TRIED) {
            match project(core, conn, (famille, &choisis, false), jour).await {
                Ok(Projet { contenu, contenu_sha256, .. }) if contenu_sha256 == digest => {
                    let membres = ecarts(&declaration.contenu, &contenu);
                    let ecart = EcartContenu { signe: jour, membres };
                    return Ok(DeclarationRefusee::ContenuDifferent(Some(ecart)));
                }
                Ok(_) | Err(ServiceError::Declaration(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(unknown)
}

/// The days, up to one, from which the content of a choice may be another.
fn days<'a>(
    famille: &Famille,
    doctors: impl Iterator<Item = &'a Medecin>,
    today: NaiveDate,
) -> BTreeSet<NaiveDate> {
    fn of<T>(facts: &[FaitDate<T>]) -> impl Iterator<Item = Periode> {
        facts.iter().map(|fait| fait.effet)
    }
    let doctors = doctors.flat_map(|one| {
        of(&one.noms).chain(of(&one.specialites)).chain(of(&one.exercices)).collect::<Vec<_>>()
    });
    let links = famille.liens.iter().map(|lien| lien.effet);
    of(&famille.patient.identites)
        .chain(links)
        .chain(doctors)
        .flat_map(|effet| [Some(effet.du()), effet.au()])
        .flatten()
        .chain([today])
        .filter(|day| *day <= today)
        .collect()
}
