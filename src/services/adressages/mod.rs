//! Referrals: established, corrected, closed, annulled, reported on, read.

mod champs;
mod creation;
mod transitions;

use chrono::NaiveDate;
use serde_json::json;

pub use self::creation::create;
pub use self::transitions::{cancel, close, correct, report};
use super::core::{Act, Fact};
use super::medecins_traitants::Dates;
use super::vivant::Vivant;
use super::{
    Contexte, Core, Done, Render, Seen, ServiceError, VersionsVues, latest_knowledge, son_temps,
};
use crate::domain::acteur::Acteur;
use crate::domain::adressage::{
    ActionAdressage, Adressage, AdressageRefuse, EtatAdressage, MotifCloture, NatureAdressage,
    NatureRetour, SoinsPrevus,
};
use crate::domain::droits::{Demarche, Etendue, Rapports, Relation};
use crate::domain::evenement::NatureEvenement;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::{AdressageId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::patients::fusions;
use crate::storage::{Connection, adressages, medecins};

/// A correspondent, as a request designates one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefCorrespondant {
    /// A doctor.
    Medecin(Rpps),
    /// Any doctor of a specialty.
    Specialite(Specialite),
}

/// What a referral says, beside its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContenuAdressage {
    /// First day; that of the establishment, or the one known until now, when absent.
    pub effet_du: Option<NaiveDate>,
    /// First day without effect.
    pub effet_au: Option<NaiveDate>,
    /// To whom.
    pub correspondants: Vec<RefCorrespondant>,
    /// What for.
    pub soins: SoinsPrevus,
}

/// A referral to establish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelAdressage {
    pub nature: NatureAdressage,
    /// Day on which the author established it; today when absent.
    pub etabli_le: Option<NaiveDate>,
    /// The rest.
    pub contenu: ContenuAdressage,
}

/// A report to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauRetour {
    pub nature: NatureRetour,
    /// Day of the care; today when absent.
    pub soins_le: Option<NaiveDate>,
    /// Where the document is kept.
    pub reference: Option<String>,
}

/// A closing to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cloture {
    /// First day without effect; tomorrow when absent.
    pub effet_au: Option<NaiveDate>,
    pub motif: MotifCloture,
}

/// The referral that a caller saw: its id and its version.
pub type AdressageVu = (AdressageId, VersionsVues);

/// A referral, as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdressageLu {
    /// The referral.
    pub adressage: Adressage,
    /// Whether it holds on the day of the question.
    pub en_vigueur: bool,
    /// What the caller may do now.
    pub actions: Vec<ActionAdressage>,
}

/// A caller, as the referrals of a person may know him.
#[derive(Debug, Clone, Copy)]
struct Lecteur {
    rpps: Option<Rpps>,
    specialite: Option<Specialite>,
}

impl Lecteur {
    /// Who calls, with the specialty of a day.
    async fn of(
        conn: &mut Connection,
        acteur: &Acteur,
        jour: NaiveDate,
    ) -> Result<Self, ServiceError> {
        let Acteur::Medecin(rpps) = acteur else {
            return Ok(Self { rpps: None, specialite: None });
        };
        let medecin = medecins::find(conn, rpps, latest_knowledge()).await?;
        let specialite = medecin.and_then(|medecin| medecin.specialite_le(jour));
        Ok(Self { rpps: Some(*rpps), specialite })
    }

    /// What a referral makes of the caller. Who bears the letter of a referral to a specialty is a
    /// correspondent too.
    fn relations(&self, adressage: &Adressage) -> Vec<Relation> {
        let Some(rpps) = self.rpps else { return Vec::new() };
        let mut found = Vec::new();
        if adressage.rpps == rpps {
            found.push(Relation::Auteur);
        }
        if adressage.adresse_a(&rpps, self.specialite) || adressage.nomme(&rpps) {
            found.push(Relation::Correspondant);
        }
        found
    }

    /// Whether the caller finds the referral among those of the person without bearing its letter.
    fn finds(&self, adressage: &Adressage) -> bool {
        self.rpps.is_some_and(|rpps| adressage.rpps == rpps || adressage.nomme(&rpps))
    }
}

/// Reads a referral. Who bears the letter of a referral to a specialty reads it by its id.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    id: AdressageId,
) -> Result<Seen<AdressageLu>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let (patient, adressage) = one(core, search.conn(), id).await?;
    let lecteur = Lecteur::of(search.conn(), contexte.acteur(), core.today()).await?;
    let search = search.dated(adressage.etabli_le);
    let mut access = search.on(patient, &lecteur.relations(&adressage)).await?;
    let vivant = Vivant::of(access.conn(), patient).await?;
    let adressage = son_temps::adressage(&access.droit.vue, adressage);
    let seen = seen((core, patient, vivant), adressage, &access.rapports);
    access.show(seen).await
}

/// The referrals of a person, by first day: all of them or those that hold on a day, as known
/// at an instant. A doctor who is not the médecin traitant finds those that name him.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
    dates: Dates,
) -> Result<Seen<Vec<AdressageLu>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let lecteur = Lecteur::of(search.conn(), contexte.acteur(), core.today()).await?;
    let known = dates.connu_le.unwrap_or_else(latest_knowledge);
    let all = match dates.en_vigueur_le {
        None => adressages::list(search.conn(), core.coffre(), patient, known).await?,
        Some(jour) => {
            adressages::en_vigueur(search.conn(), core.coffre(), patient, jour, known).await?
        }
    };
    let named = all.iter().any(|one| lecteur.finds(one));
    let by_them: &[Relation] = if named { &[Relation::Correspondant] } else { &[] };
    let mut access = search.on(patient, by_them).await?;
    let vivant = Vivant::of(access.conn(), patient).await?;
    let whole = access.droit.etendue != Etendue::CeQuiLeNomme;
    let mut shown = Vec::new();
    for adressage in all {
        if access.droit.vue.contient(adressage.etabli_le) && (whole || lecteur.finds(&adressage)) {
            let adressage = son_temps::adressage(&access.droit.vue, adressage);
            let relations = lecteur.relations(&adressage);
            let rapports = relations.iter().fold(access.rapports.clone(), |all, r| all.avec(*r));
            let mut one = seen((core, patient, vivant), adressage, &rapports);
            if let Some(jour) = dates.en_vigueur_le {
                one.en_vigueur =
                    one.adressage.en_vigueur(jour) && vivant.mort_avant(jour).is_none();
            }
            // What was known once can only be read.
            if dates.connu_le.is_some() {
                one.actions.clear();
            }
            shown.push(one);
        }
    }
    access.show(shown).await
}

/// The day of a referral, and what it makes of a caller.
pub(super) async fn by_the_thing(
    core: &Core,
    conn: &mut Connection,
    acteur: &Acteur,
    id: AdressageId,
) -> Result<(NaiveDate, Vec<Relation>), ServiceError> {
    let (_, adressage) = one(core, conn, id).await?;
    let lecteur = Lecteur::of(conn, acteur, core.today()).await?;
    Ok((adressage.etabli_le, lecteur.relations(&adressage)))
}

/// A referral, wherever it is, and whose it is: that of a record which was merged is of the one that was kept.
async fn one(
    core: &Core,
    conn: &mut Connection,
    id: AdressageId,
) -> Result<(PatientId, Adressage), ServiceError> {
    let record = adressages::patient_of(conn, id).await?.ok_or(ServiceError::Introuvable)?;
    let found = adressages::get(conn, core.coffre(), record, id, latest_knowledge()).await?;
    let patient = fusions::merged_into(conn, record).await?.unwrap_or(record);
    Ok((patient, found.ok_or(ServiceError::Introuvable)?))
}

/// A referral, with what the caller may do now. Whatever its period, it holds no longer than the patient lives.
fn seen(
    (core, patient, vivant): (&Core, PatientId, Vivant),
    adressage: Adressage,
    rapports: &Rapports,
) -> AdressageLu {
    let actions = adressage.actions(|action| {
        let demarche = match action {
            ActionAdressage::RendreCompte => Demarche::RendreCompteAdressage,
            ActionAdressage::Rectifier => Demarche::RectifierAdressage,
            ActionAdressage::Annuler => Demarche::AnnulerAdressage,
            // What is over already ends no sooner.
            ActionAdressage::Clore if adressage.effet.au().is_some_and(|au| au < core.today()) => {
                return false;
            }
            ActionAdressage::Clore => Demarche::CloreAdressage,
        };
        demarche.est_permise(rapports)
    });
    let today = core.today();
    let en_vigueur = adressage.en_vigueur(today) && vivant.mort_avant(today).is_none();
    AdressageLu { adressage: Adressage { patient_id: patient, ..adressage }, en_vigueur, actions }
}

/// Tells what happened to a referral, and ends the act.
async fn finish(
    mut act: Act<'_>,
    adressage: Adressage,
    nature: NatureEvenement,
    rendre: impl Render<AdressageLu>,
) -> Done {
    let fact = Fact::of(nature).effective(adressage.effet.du()).doctor(adressage.medecin_id);
    let donnees = json!({
        "adressage_id": adressage.id,
        "etat": adressage.etat.mot(),
        "version": adressage.version,
        "effet_au": adressage.effet.au(),
    });
    act.tell(fact.with(donnees));
    let patient = act.patient;
    let vivant = Vivant::of(act.conn(), patient).await?;
    let rendu = rendre(&seen((act.core(), patient, vivant), adressage, &act.rapports))?;
    Ok(act.close(rendu).await?)
}

impl From<AdressageRefuse> for ServiceError {
    fn from(refused: AdressageRefuse) -> Self {
        Self::EtatIncompatible(match refused.etat {
            EtatAdressage::Actif => "L'adressage est en cours.",
            EtatAdressage::Clos => "L'adressage est clos.",
            EtatAdressage::Annule => "L'adressage est annulé.",
        })
    }
}
