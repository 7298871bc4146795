//! The médecin traitant establishes a referral.

use chrono::NaiveDate;

use super::champs::invalide;
use super::{AdressageLu, ContenuAdressage, NouvelAdressage, RefCorrespondant, finish};
use crate::domain::acteur::Acteur;
use crate::domain::adressage::{
    Adressage, Correspondant, EtatAdressage, LimitesAdressage, NatureAdressage, ProjetAdressage,
};
use crate::domain::calendar::Periode;
use crate::domain::droits::Relation;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{AdressageId, MedecinId, PatientId};
use crate::law::LawError;
use crate::law::parameters::Parametre;
use crate::services::vivant::Vivant;
use crate::services::{ChampInvalide, Core, Demande, Done, Render, ServiceError, latest_knowledge};
use crate::storage::{Connection, adressages, designations, medecins};

/// Establishes a referral: only who is the médecin traitant on that day does.
pub async fn create(
    core: &Core,
    demande: &Demande,
    patient: PatientId,
    nouveau: NouvelAdressage,
    rendre: impl Render<AdressageLu>,
) -> Done {
    let mut act = core.open(demande).await?.on(patient, &[]).await?;
    let (today, instant) = (act.today().await?, act.instant);
    let etabli_le = nouveau.etabli_le.unwrap_or(today);
    if etabli_le > today {
        let message = "attendu : un jour passé ou présent";
        return Err(ServiceError::champ("/etabli_le", "date_future", message).into());
    }
    Vivant::of(act.conn(), patient).await?.verify(etabli_le, "/etabli_le")?;
    let traitants = designations::current(act.conn(), patient, etabli_le).await?;
    let author = traitants
        .iter()
        .flat_map(|known| known.membres_le(etabli_le))
        .find(|membre| *demande.contexte.acteur() == Acteur::Medecin(membre.rpps))
        .ok_or(ServiceError::Interdit(
            "seul le médecin traitant de ce jour établit un adressage",
        ))?;
    let fixe = (nouveau.nature, etabli_le, etabli_le);
    let (projet, effet) = projet(core, act.conn(), patient, fixe, nouveau.contenu).await?;
    let adressage = Adressage {
        id: AdressageId::from_uuid(core.ids().uuid()),
        patient_id: patient,
        medecin_id: author.medecin_id,
        rpps: author.rpps,
        nature: nouveau.nature,
        etabli_le,
        version: 1,
        etat: EtatAdressage::Actif,
        motif_cloture: None,
        effet,
        correspondants: projet.correspondants,
        soins: projet.soins,
        retours: Vec::new(),
        enregistre_le: instant,
        remplace_le: None,
    };
    adressages::insert(act.conn(), &adressage).await?;
    act.rapports = act.rapports.avec(Relation::Auteur);
    finish(act, adressage, NatureEvenement::AdressageEtabli, rendre).await
}

/// What an author wrote, with its people found and its period; `fixe` is what the content does
/// not say: kind, day of establishment, first day by default.
pub(super) async fn projet(
    core: &Core,
    conn: &mut Connection,
    patient: PatientId,
    fixe: (NatureAdressage, NaiveDate, NaiveDate),
    contenu: ContenuAdressage,
) -> Result<(ProjetAdressage, Periode), ServiceError> {
    let (nature, etabli_le, premier_jour) = fixe;
    let effet_du = contenu.effet_du.unwrap_or(premier_jour);
    Vivant::of(conn, patient).await?.verify(effet_du, "/effet_du")?;
    let traitants: Vec<MedecinId> = designations::current(conn, patient, etabli_le)
        .await?
        .iter()
        .flat_map(|known| known.membres_le(etabli_le))
        .map(|membre| membre.medecin_id)
        .collect();
    let projet = ProjetAdressage {
        nature,
        effet_du,
        effet_au: contenu.effet_au,
        correspondants: correspondants(conn, &contenu.correspondants, effet_du).await?,
        soins: contenu.soins,
    };
    let limites = limites(core, nature, effet_du)?;
    let effet = projet.verify(etabli_le, &traitants, limites).map_err(invalide)?;
    Ok((projet, effet))
}

/// The parameters of the first day; a kind asks only for those that limit it.
fn limites(
    core: &Core,
    nature: NatureAdressage,
    jour: NaiveDate,
) -> Result<LimitesAdressage, ServiceError> {
    let months = |wanted: NatureAdressage, parametre| -> Result<i32, ServiceError> {
        if wanted != nature {
            return Ok(0);
        }
        let value = core.law().valeur(parametre, jour).map_err(LawError::from)?;
        Ok(i32::try_from(value).unwrap_or(i32::MAX))
    };
    Ok(LimitesAdressage {
        avis_ponctuel: months(NatureAdressage::AvisPonctuel, Parametre::AvisPonctuelDelai)?,
        protocole_ald: months(NatureAdressage::ProtocoleAld, Parametre::ProtocoleAldDureeMax)?,
    })
}

/// The correspondents: doctors who practise on the first day, or specialties of doctors.
async fn correspondants(
    conn: &mut Connection,
    wanted: &[RefCorrespondant],
    jour: NaiveDate,
) -> Result<Vec<Correspondant>, ServiceError> {
    let (mut found, mut wrong) = (Vec::with_capacity(wanted.len()), Vec::new());
    let mut complain = |rang: usize, membre: &str, code, message: &str| {
        let pointeur = format!("/correspondants/{rang}/{membre}");
        wrong.push(ChampInvalide::new(pointeur, code, format!("attendu : {message}")));
    };
    for (rang, one) in wanted.iter().enumerate() {
        match one {
            RefCorrespondant::Specialite(code) if code.est_medecin() => {
                found.push(Correspondant::Specialite(*code));
            }
            RefCorrespondant::Specialite(_) => {
                let message = "la spécialité d'un médecin";
                complain(rang, "specialite", "profession_non_medecin", message);
            }
            RefCorrespondant::Medecin(rpps) => {
                match medecins::find(conn, rpps, latest_knowledge()).await? {
                    None => {
                        let message = "le RPPS d'un médecin enregistré";
                        complain(rang, "rpps", "medecin_inconnu", message);
                    }
                    Some(medecin) if medecin.exercices_le(jour).next().is_none() => {
                        let message = "un médecin qui exerce le premier jour de l'adressage";
                        complain(rang, "rpps", "medecin_sans_exercice", message);
                    }
                    Some(medecin) => {
                        found.push(Correspondant::Medecin { id: medecin.id, rpps: *rpps });
                    }
                }
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(ServiceError::Invalide(wrong)) }
}
