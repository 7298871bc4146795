//! The doctors of a choice: found by their RPPS, then each at a place where he can be designated on the day.

use chrono::{DateTime, NaiveDate, Utc};

use super::RefMedecin;
use super::parties::Famille;
use super::signature::membre;
use crate::domain::clock::paris_day;
use crate::domain::declaration::{
    DeclarationRefusee, LieuDeclare, MedecinDeclare, MedecinDesigne, MembreConjoint,
};
use crate::domain::fuseau::Fuseau;
use crate::domain::medecin::Medecin;
use crate::services::{ServiceError, latest_knowledge};
use crate::storage::{Connection, medecins};

/// The doctors of a choice: as designated, as compared, as written.
#[derive(Default)]
pub(super) struct Designes {
    pub(super) medecins: Vec<MedecinDesigne>,
    pub(super) membres: Vec<MembreConjoint>,
    pub(super) declares: Vec<MedecinDeclare>,
}

/// A doctor of a choice: where the request names him, how, and who he is.
pub(super) type Choisi<'a> = (usize, &'a RefMedecin, Medecin);

/// The doctors of a choice, in the order of their RPPS.
pub(super) async fn chosen_all<'a>(
    conn: &mut Connection,
    wanted: &'a [RefMedecin],
) -> Result<Vec<Choisi<'a>>, ServiceError> {
    let mut ordered: Vec<(usize, &RefMedecin)> = wanted.iter().enumerate().collect();
    ordered.sort_by_key(|(_, medecin)| medecin.rpps);
    let mut all: Vec<Choisi<'a>> = Vec::with_capacity(ordered.len());
    for (index, wanted) in ordered {
        if all.last().is_some_and(|(_, last, _)| last.rpps == wanted.rpps) {
            let pointer = format!("/medecins/{index}/rpps");
            return Err(ServiceError::champ(pointer, "en_double", "chaque médecin une fois"));
        }
        let found = medecins::find(conn, &wanted.rpps, latest_knowledge()).await?;
        let medecin = found.ok_or_else(|| {
            ServiceError::champ(
                format!("/medecins/{index}/rpps"),
                "medecin_inconnu",
                "le RPPS d'un médecin enregistré",
            )
        })?;
        all.push((index, wanted, medecin));
    }
    Ok(all)
}

/// The civil time of the place where a choice is signed: that where the first of its doctors is to be
/// designated, else of the caisse of the patient.
pub(super) fn place_of(choisis: &[Choisi<'_>], famille: &Famille, now: DateTime<Utc>) -> Fuseau {
    // Whatever the place, today is this day or one beside it: which place it is does not change in between.
    let about = paris_day(now);
    let place = choisis.first().and_then(|(_, wanted, medecin)| {
        let named = medecin.exercices.iter().map(|fait| &fait.valeur.lieu);
        let named = named.rev().find(|lieu| Some(lieu.id) == wanted.lieu_id);
        named.or_else(|| medecin.exercice_designable(about, None).map(|one| &one.lieu))
    });
    match (place, famille.patient.organisme_le(about)) {
        (Some(lieu), _) => Fuseau::de_commune(&lieu.commune),
        (None, Some(organisme)) => Fuseau::de_caisse(organisme),
        (None, None) => Fuseau::PARIS,
    }
}

/// The doctors of a choice, each of whom must practise as one who can be designated.
pub(super) fn designated_all(
    choisis: &[Choisi<'_>],
    jour: NaiveDate,
) -> Result<Designes, ServiceError> {
    let mut all = Designes::default();
    for (_, wanted, medecin) in choisis {
        let (designe, membre, declare) = designated(wanted, medecin, jour)?;
        all.medecins.push(designe);
        all.membres.push(membre);
        all.declares.push(declare);
    }
    Ok(all)
}

/// A doctor of a choice, who must practise as one who can be designated.
fn designated(
    wanted: &RefMedecin,
    medecin: &Medecin,
    jour: NaiveDate,
) -> Result<(MedecinDesigne, MembreConjoint, MedecinDeclare), ServiceError> {
    let elsewhere = medecin.exercice_designable(jour, None).is_some();
    let refused = || {
        let rpps = wanted.rpps;
        if elsewhere && wanted.lieu_id.is_some() {
            DeclarationRefusee::LieuNonDesignable { rpps, jour }
        } else {
            DeclarationRefusee::MedecinNonDesignable { rpps, jour }
        }
    };
    let exercice = medecin.exercice_designable(jour, wanted.lieu_id).ok_or_else(refused)?;
    let membre = membre(medecin, jour, wanted.lieu_id).ok_or_else(refused)?;
    let nom = medecin.nom_le(jour).ok_or_else(refused)?;
    let lieu = &exercice.lieu;
    Ok((
        MedecinDesigne {
            medecin_id: medecin.id,
            rpps: medecin.rpps,
            lieu_id: lieu.id,
            commune: lieu.commune,
        },
        membre.clone(),
        MedecinDeclare {
            lieu: LieuDeclare {
                adresse: lieu.adresse.clone(),
                commune: lieu.commune.to_string(),
                finess_et: lieu.finess_et.map(|finess| finess.to_string()),
                nom: lieu.nom.clone(),
            },
            nom: nom.nom.clone(),
            prenom: nom.prenom.clone(),
            rpps: medecin.rpps.to_string(),
            specialite: membre.specialite.libelle(),
        },
    ))
}
